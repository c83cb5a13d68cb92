# SPDX-License-Identifier: Apache-2.0
"""Whether calls are told to OpenTelemetry: what does it is imported only then."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gridwire.hazelcast.control.core import ClientCore
from gridwire.hazelcast.errors import InvalidConfigurationError
from gridwire.telemetry import Telemetry, telemetry_of

if TYPE_CHECKING:
    from gridwire.hazelcast.control.telemetry import Told

__all__ = ["told_of"]


def told_of(
    telemetry: bool | Telemetry, core: Callable[[], ClientCore], version: str
) -> Told | None:
    """What makes engines that are told; None where nobody is to be told.

    Args:
        telemetry: to whom.
        core: gives the client.
        version: of this library.

    Raises:
        InvalidConfigurationError: the package that it needs is not installed.
    """
    wanted = telemetry_of(telemetry)
    if wanted is None:
        return None
    from gridwire._telemetry.extra import needing_it

    with needing_it(lambda text, hint: InvalidConfigurationError(text, hint=hint)):
        from gridwire.hazelcast.control.telemetry import Told

    return Told(wanted, core, version)
