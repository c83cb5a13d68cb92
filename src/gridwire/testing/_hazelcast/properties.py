# SPDX-License-Identifier: Apache-2.0
"""The Hazelcast properties that a test cluster knows, by the names that real members have for them.

Their defaults are those of real members.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gridwire.testing.errors import ClusterOptionError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Properties", "read_properties"]

_BATCH_ENABLED = "hazelcast.map.invalidation.batch.enabled"
_BATCH_SIZE = "hazelcast.map.invalidation.batch.size"
_BATCH_SECONDS = "hazelcast.map.invalidation.batchfrequency.seconds"
_CLEANUP_MILLIS = "hazelcast.client.cleanup.period.millis"

_DEFAULTS = {
    _BATCH_ENABLED: "true",
    _BATCH_SIZE: "100",
    _BATCH_SECONDS: "10",
    _CLEANUP_MILLIS: "10000",
}

_MAX_NUMBER = 2**31 - 1


class Properties(NamedTuple):
    """What the properties of a cluster say.

    Attributes:
        batch_invalidations: whether members collect invalidations for near caches.
        batch_size: so many of them are sent at once.
        batch_seconds: after this time they are sent, however few there are.
        cleanup_seconds: how often members let go what belonged to clients that are gone.
    """

    batch_invalidations: bool
    batch_size: int
    batch_seconds: int
    cleanup_seconds: float


def read_properties(properties: Mapping[str, str]) -> Properties:
    """Read properties as they stand in a member's configuration.

    Args:
        properties: names to values; what is left out has its default.

    Returns:
        What they say.

    Raises:
        ClusterOptionError: a name is not known, or a value cannot be.
    """
    for name, value in properties.items():
        if name not in _DEFAULTS:
            raise ClusterOptionError(
                f"test members do not know the property {name!r}",
                hint=f"Known are {', '.join(sorted(_DEFAULTS))}.",
            )
        if not isinstance(value, str):
            raise ClusterOptionError(f"the value of {name!r} is a text, not {value!r}")
    values = {**_DEFAULTS, **properties}
    return Properties(
        values[_BATCH_ENABLED].strip().lower() == "true",
        _number(values, _BATCH_SIZE),
        _number(values, _BATCH_SECONDS),
        _number(values, _CLEANUP_MILLIS) / 1000,
    )


def _number(values: Mapping[str, str], name: str) -> int:
    text = values[name].strip()
    if not (text.isascii() and text.isdigit() and 0 < int(text[:11]) <= _MAX_NUMBER):
        raise ClusterOptionError(
            f"the value of {name!r} is a number from 1 to {_MAX_NUMBER}, not {text!r}"
        )
    return int(text)
