# SPDX-License-Identifier: Apache-2.0
"""An entry's record, and how long it lives.

Times are milliseconds since the epoch. Members keep them in whole seconds, rounded down, so that
an entry with a time to live of 2.5 s lives between 2 and 2.5 s, and one of half a second may be
gone at once. The same rounding is done here: a test that would be flaky on a real member shows
it here too.
"""

from __future__ import annotations

__all__ = ["FOREVER", "Lifespan", "Record", "lifespan"]

FOREVER = 2**63 - 1
"""How the protocol writes a moment or a duration that never comes or ends."""

# Members keep durations as 32-bit seconds, of which the largest means "no limit".
_UNLIMITED = (2**31 - 1) * 1000


class Lifespan:
    """The limited life of a record.

    Attributes:
        ttl: milliseconds to live after the last write, or `FOREVER`.
        max_idle: milliseconds to live after the last access, or `FOREVER`.
        written_at: when it was written.
        expires_at: from this moment on it is gone, or `FOREVER`.
    """

    __slots__ = ("expires_at", "max_idle", "ttl", "written_at")

    def __init__(self, ttl: int, max_idle: int, now: int) -> None:
        self.ttl = _duration(ttl)
        self.max_idle = _duration(max_idle)
        self.written_at = now
        # Real members round the durations that they keep, but begin with what was asked for.
        self.expires_at = _end(min(now + (ttl or FOREVER), now + (max_idle or FOREVER)))

    def touch(self, now: int) -> None:
        """Account for a read that counts as an access."""
        self.expires_at = _end(min(self.written_at + self.ttl, now + self.max_idle))


class Record:
    """A value in a map. A write makes a new one, so replicas may share it.

    Attributes:
        value: serialized.
        version: how many times the entry was written after it came into being.
        life: None when it is not limited.
    """

    __slots__ = ("life", "value", "version")

    def __init__(self, value: bytes, version: int, life: Lifespan | None) -> None:
        self.value = value
        self.version = version
        self.life = life


def lifespan(ttl: int, max_idle: int, now: int) -> Lifespan | None:
    """What a write says about the life of its record.

    Args:
        ttl: time to live in milliseconds; 0 and below mean no limit (a map's default, too).
        max_idle: the same for the time without access.
        now: the time of the write.

    Returns:
        The lifespan, or None when it is not limited.
    """
    ttl, max_idle = _limit(ttl), _limit(max_idle)
    return Lifespan(ttl, max_idle, now) if ttl or max_idle else None


def _limit(milliseconds: int) -> int:
    """A duration as it was given, or 0 if it is no limit."""
    return milliseconds if 0 < milliseconds < _UNLIMITED else 0


def _duration(milliseconds: int) -> int:
    """A duration as members keep it."""
    return max(1000, _whole_seconds(milliseconds)) if milliseconds else FOREVER


def _end(moment: int) -> int:
    return FOREVER if moment >= FOREVER else _whole_seconds(moment)


def _whole_seconds(milliseconds: int) -> int:
    return milliseconds - milliseconds % 1000
