# SPDX-License-Identifier: Apache-2.0
"""When records expire."""

from __future__ import annotations

from gridwire.testing._aerospike import codes
from gridwire.testing._aerospike.namespaces import Namespace, seconds_since_2010
from gridwire.testing._aerospike.records import Record
from gridwire.testing._aerospike.request import Refused

__all__ = ["touched_by_read", "void_time_of"]

_NEVER = 0xFFFFFFFF
_KEEP = 0xFFFFFFFE
_MAX_SECONDS = 10 * 365 * 24 * 60 * 60
_PERCENT = 100
_DONT_TOUCH = 0xFFFFFFFF


def void_time_of(
    namespace: Namespace, set_name: bytes, ttl: int, old: Record | None, now: float
) -> int:
    """When a record expires that is written now, in seconds since 2010; 0 for never.

    Args:
        namespace: where it is.
        set_name: its set.
        ttl: of the request: seconds, or one of the server's special values.
        old: the record that is written to.
        now: Unix time in seconds.

    Raises:
        Refused: it may not live as long, or not for a limited time at all.
    """
    if ttl == _KEEP and old is not None:
        return old.void_time
    if ttl == _NEVER:
        return 0
    seconds = namespace.default_ttl(set_name) if ttl in {0, _KEEP} else ttl
    if seconds == 0:
        return 0
    if seconds > _MAX_SECONDS:
        raise Refused(codes.PARAMETER)
    parameters = namespace.parameters
    if not parameters.number("nsup-period") and not parameters.is_on("allow-ttl-without-nsup"):
        raise Refused(codes.FORBIDDEN)
    return seconds_since_2010(now) + seconds


def touched_by_read(namespace: Namespace, record: Record, percent: int, now: float) -> Record:
    """A record after it was read: near its end a read may make it live as long again.

    Args:
        namespace: where it is.
        record: the record.
        percent: of the request: of its last life, how much may be left; 0 leaves it to the
            namespace.
        now: Unix time in seconds.

    Raises:
        Refused: that is no percentage.
    """
    if percent == _DONT_TOUCH:
        return record
    if percent > _PERCENT:
        raise Refused(codes.PARAMETER)
    percent = percent or namespace.read_touch_percent(record.set_name)
    if not percent or not record.void_time:
        return record
    second = seconds_since_2010(now)
    life = record.void_time - record.updated // 1000
    if (record.void_time - second) * _PERCENT >= life * percent:
        return record
    return record._replace(void_time=second + life, updated=milliseconds_since_2010(now))


def milliseconds_since_2010(now: float) -> int:
    """Unix time in seconds as records count their last update."""
    return seconds_since_2010(0) * 1000 + int(now * 1000)
