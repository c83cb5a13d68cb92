# SPDX-License-Identifier: Apache-2.0
"""Single values of policies and configurations, checked: the error names the key and the range."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from gridwire.aerospike import constants as c
from gridwire.aerospike.exception import InvalidArgError

__all__ = [
    "boolean",
    "choice",
    "generation",
    "milliseconds",
    "number",
    "read_touch_percent",
    "text",
    "time_to_live",
]

_MAX_U32 = 0xFFFFFFFF
_SPECIAL_TTLS = {
    c.TTL_NEVER_EXPIRE: 0xFFFFFFFF,
    c.TTL_DONT_UPDATE: 0xFFFFFFFE,
    # The client's own default, which is to leave it to the namespace.
    c.TTL_CLIENT_DEFAULT: 0,
}
_DONT_RESET = 0xFFFFFFFF


def _integer(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}")
    return value


def number(
    given: Mapping[str, Any], name: str, default: int, least: int = 0, most: int = _MAX_U32
) -> int:
    """A whole number within bounds."""
    value = given.get(name)
    if value is None:
        return default
    if not least <= _integer(name, value) <= most:
        raise InvalidArgError(f"{name} out of range: {value} (valid: {least} to {most})")
    return int(value)


def milliseconds(given: Mapping[str, Any], name: str, default: float) -> float:
    """A duration in milliseconds; in seconds."""
    value = given.get(name)
    if value is None:
        return default
    return number(given, name, 0) / 1000


def boolean(given: Mapping[str, Any], name: str, default: bool) -> bool:
    """True or False."""
    value = given.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be a bool, not {type(value).__name__}")
    return value


def choice(given: Mapping[str, Any], name: str, known: Collection[int], default: int) -> int:
    """One of a few numbers."""
    value = given.get(name)
    if value is None:
        return default
    if _integer(name, value) not in known:
        allowed = ", ".join(map(str, sorted(known)))
        raise InvalidArgError(f"{name} is one of {allowed}, not {value}")
    return int(value)


def text(given: Mapping[str, Any], name: str, default: str) -> str:
    """Text."""
    value = given.get(name)
    if value is None:
        return default
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, not {type(value).__name__}")
    try:
        value.encode()
    except UnicodeEncodeError:
        # Without its value: it may be a password.
        raise ValueError(f"{name} has a surrogate, which UTF-8 does not have") from None
    return value


def generation(meta: Mapping[str, Any]) -> int:
    """The generation that a write expects."""
    return number(meta, "gen", 0)


def time_to_live(given: Mapping[str, Any]) -> int:
    """A time to live as messages have it."""
    value = given.get("ttl")
    if value is None:
        return 0
    ttl = _integer("ttl", value)
    if ttl in _SPECIAL_TTLS:
        return _SPECIAL_TTLS[ttl]
    if ttl < 0:
        raise InvalidArgError(
            f"ttl out of range: {ttl} (only 0, -1, -2, -3, or positive seconds are valid)"
        )
    if ttl > _MAX_U32:
        raise InvalidArgError(f"ttl out of range: {ttl} (max: {_MAX_U32})")
    return ttl


def read_touch_percent(given: Mapping[str, Any]) -> int:
    """How much of its life a record may have left when a read renews it, as messages have it."""
    value = given.get("read_touch_ttl_percent")
    if value is None:
        return 0
    percent = _integer("read_touch_ttl_percent", value)
    if percent == c.READ_TOUCH_TTL_PERCENT_DONT_RESET:
        return _DONT_RESET
    if not 0 <= percent <= 100:
        raise InvalidArgError(
            f"read_touch_ttl_percent out of range: {percent} "
            "(valid: 0=ServerDefault, -1=DontReset, 1-100=Percent)"
        )
    return percent
