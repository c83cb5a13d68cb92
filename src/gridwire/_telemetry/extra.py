# SPDX-License-Identifier: Apache-2.0
"""What a client says that is told to use OpenTelemetry where it is not installed.

The one module here that can be imported then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["needing_it"]

_MISSING = "telemetry needs the package opentelemetry-api"
_HINT = "Install it: pip install 'gridwire[otel]'."


@contextmanager
def needing_it(refused: Callable[[str, str], Exception]) -> Iterator[None]:
    """Import what needs OpenTelemetry.

    Importing is what shows whether it is there: others may have packages in its namespace.

    Args:
        refused: makes the system's own error, of a text and a hint.
    """
    try:
        yield
    except ImportError as error:
        raise refused(_MISSING, _HINT) from error
