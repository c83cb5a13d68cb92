# SPDX-License-Identifier: Apache-2.0
"""Arguments are checked before anything is sent."""

from __future__ import annotations

from typing import Any, TypeVar

from gridwire._core.outcome import Outcome
from gridwire._core.request import ENDS_WITH_CONNECTION, Operation
from gridwire.hazelcast.errors import NullArgumentError
from gridwire.hazelcast.protocol.table import Message

__all__ = [
    "call_timeout",
    "milliseconds",
    "natural_wait",
    "not_none",
    "operation_timeout",
    "page_size",
]

T = TypeVar("T")

_SERVER_DEFAULT = -1
# Ten years, in seconds. Clocks and locks of the system take no arbitrary number.
_LONGEST_TIMEOUT = 10 * 365 * 86400.0
# Members keep milliseconds in a signed 64-bit number.
_MAX_MILLISECONDS = (1 << 63) - 1


def not_none(name: str, value: T | None) -> T:
    """The value, which must not be None: a cluster has no null keys or values.

    Raises:
        NullArgumentError: it is None.
    """
    if value is None:
        raise NullArgumentError(f"{name} can't be None", outcome=Outcome.NOT_SENT)
    return value


def milliseconds(name: str, seconds: float | None) -> int:
    """Seconds as the protocol wants them; None stands for the default of the member.

    A time that is not nothing is at least a millisecond: to members, 0 means for ever.

    Raises:
        TypeError: not a number.
        ValueError: negative, not finite or too large.
    """
    if seconds is None:
        return _SERVER_DEFAULT
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError(f"{name} is a number of seconds, not {seconds!r}")
    if not 0 <= seconds <= _MAX_MILLISECONDS:
        raise ValueError(f"{name} is a number of seconds from 0 on, not {seconds!r}")
    amount = round(seconds * 1000) or int(seconds > 0)
    if amount > _MAX_MILLISECONDS:
        raise ValueError(f"{name} is more than members can count, {seconds!r} seconds")
    return amount


def natural_wait(message: Message, waits: int) -> float:
    """Seconds that an operation may take on top of its deadline, as the message table says.

    Args:
        message: of the operation; its `wait` says what applies.
        waits: the value of the parameter that limits the wait, in milliseconds.
    """
    if message.wait is None:
        return 0.0
    if message.wait == "connection" or waits < 0:
        return ENDS_WITH_CONNECTION
    return waits / 1000


def call_timeout(seconds: float | None) -> float | None:
    """The time that a caller gives to a call; None for the usual one.

    Raises:
        TypeError: not a number.
        ValueError: negative, or not a number at all (NaN).
    """
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError(f"timeout is a number of seconds, not {seconds!r}")
    if not seconds >= 0:
        raise ValueError(f"timeout is a number of seconds from 0 on, not {seconds!r}")
    return min(seconds, _LONGEST_TIMEOUT)


def operation_timeout(operation: Operation[Any], seconds: float | None) -> float | None:
    """As `call_timeout`, for an operation that has not begun; it is closed if it never will.

    Raises:
        TypeError: not a number.
        ValueError: negative, or not a number at all (NaN).
    """
    try:
        return call_timeout(seconds)
    except (TypeError, ValueError):
        operation.close()
        raise


def page_size(value: int) -> int:
    """How many entries a page may hold.

    Raises:
        TypeError: not an int.
        ValueError: not between 1 and 1,000,000.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"page_size is an int, not {value!r}")
    if not 1 <= value <= 1_000_000:
        raise ValueError(f"page_size is between 1 and 1,000,000, not {value}")
    return value
