# SPDX-License-Identifier: Apache-2.0
"""The entries of a near cache: a table that is bounded in entries and in counted bytes.

Whoever changes it holds the cache's guard; `find` may be called by anybody at any time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gridwire.hazelcast._options.enums import EvictionPolicy
from gridwire.hazelcast.cluster.near_cache.eviction import Sampler
from gridwire.hazelcast.cluster.near_cache.records import RECORD_BYTES, Record
from gridwire.hazelcast.cluster.near_cache.settings import NearCacheSettings
from gridwire.hazelcast.cluster.near_cache.tracks import Track
from gridwire.hazelcast.cluster.near_cache.values import is_immutable

__all__ = ["MAX_LIVES", "Store"]

MAX_LIVES = 10_000
"""Keys that this client wrote with a time to live, of which the end is remembered."""

_FORGET_SECONDS = 1.0
"""How often at most all of them are looked at for some that are over, when there are so many."""


class Store:
    """Entries by key, and how each of them ends.

    Args:
        settings: the options of the cache.
        now: the clock, in seconds.
        random: gives a number from 0 to less than 1.

    Attributes:
        records: entries by serialized key.
        find: an entry by its key, or None.
        cost: counted bytes of all entries.
        evictions: entries that left because there was no room.
        expirations: entries that left because of their age, or because nobody read them.
    """

    def __init__(
        self, settings: NearCacheSettings, now: Callable[[], float], random: Callable[[], float]
    ) -> None:
        self._settings = settings
        self._now = now
        self._sampler = Sampler(
            settings.eviction_policy, settings.sampling_count, settings.pool_size, random
        )
        self._lives: dict[bytes, float] = {}
        self._next_forgetting = 0.0
        self.records: dict[bytes, Record] = {}
        self.find: Callable[[Any], Record | None] = self.records.get
        self.cost = 0
        self.evictions = self.expirations = 0

    def insert(self, key: bytes, data: Any, value: Any, track: Track, made: float) -> Record | None:
        """Keep a value, if there is room for it.

        Args:
            key: serialized.
            data: the value, serialized.
            value: the object made of it.
            track: of the key's partition.
            made: when its read was sent, in seconds.
        """
        before = self.records.get(key)
        if before is not None:
            self.drop(before)
        cost = len(key) + len(data) + RECORD_BYTES
        dies, expires = self._times(key, made)
        if (expires is not None and expires <= self._now()) or not self._make_room(cost):
            return None
        packed = not (self._settings.share_objects or is_immutable(value))
        # A copy, since the data may be part of a much larger message.
        kept = bytes(data) if packed else value
        record = Record(key, kept, packed, cost, track, dies, expires)
        self._sampler.add(record)
        track.keys.add(key)
        self.cost += cost
        self.records[key] = record
        return record

    def drop(self, record: Record) -> bool:
        """Remove an entry; whether it was there."""
        if self.records.get(record.key) is not record:
            if record.place >= 0:
                # Whoever added or removed it was cut off by a signal handler's exception.
                self._sampler.discard(record)
            return False
        del self.records[record.key]
        self._sampler.discard(record)
        record.track.keys.discard(record.key)
        self.cost -= record.cost
        return True

    def clear(self) -> int:
        """Remove all entries; how many there were."""
        count = len(self.records)
        for record in self._sampler.records:
            record.track.keys.discard(record.key)
        self._sampler.clear()
        self.records.clear()
        self.cost = 0
        return count

    def tidy(self) -> None:
        """Put in order what an exception from outside has left half done. Called now and then."""
        for record in list(self._sampler.records):
            if self.records.get(record.key) is not record:
                self._sampler.discard(record)
        self.cost = sum(record.cost for record in self._sampler.records)

    # -- time ---------------------------------------------------------------------------------

    def lives_until(self, key: bytes, end: float) -> None:
        """This client wrote a key with a time to live: members need not tell when it is over."""
        if key not in self._lives and len(self._lives) >= MAX_LIVES:
            self._forget_lives()
        if key in self._lives or len(self._lives) < MAX_LIVES:
            self._lives[key] = end

    def _forget_lives(self) -> None:
        """Make room: of entries whose time is over there is nothing left to keep for too long."""
        now = self._now()
        if now >= self._next_forgetting:
            self._next_forgetting = now + _FORGET_SECONDS
            for key, end in list(self._lives.items()):
                if end <= now:
                    del self._lives[key]

    def is_over(self, record: Record, now: float) -> bool:
        """Whether an entry has reached its end."""
        return record.expires is not None and now >= record.expires

    def was_read(self, record: Record, now: float) -> None:
        """A read puts off the end of an entry that may not be idle for long."""
        idle = self._settings.max_idle
        if idle is not None:
            dies = record.dies
            record.expires = now + idle if dies is None else min(dies, now + idle)

    def expire(self, record: Record) -> None:
        """Remove an entry that has reached its end."""
        if self.drop(record):
            self.expirations += 1

    def _times(self, key: bytes, made: float) -> tuple[float | None, float | None]:
        """When a value that was read then leaves, and when it does unless it is read again."""
        ends = []
        if self._settings.time_to_live is not None:
            ends.append(made + self._settings.time_to_live)
        life = self._lives.get(key) if self._lives else None
        if life is not None and life <= self._now():
            # It is over, and yet there is a value: somebody has written it anew.
            del self._lives[key]
        elif life is not None:
            ends.append(life)
        dies = min(ends, default=None)
        if self._settings.max_idle is not None:
            ends.append(self._now() + self._settings.max_idle)
        return dies, min(ends, default=None)

    # -- room ---------------------------------------------------------------------------------

    def _make_room(self, cost: int) -> bool:
        settings, records = self._settings, self.records
        if cost > settings.max_bytes:
            return False
        while len(records) >= settings.max_entries or self.cost + cost > settings.max_bytes:
            if not self._remove_one():
                return False
        return True

    def _remove_one(self) -> bool:
        """Have an entry leave; whether the policy allows it."""
        candidates = self._sampler.samples(self.records)
        now = self._now()
        for one in candidates:
            if self.is_over(one, now):
                self.expire(one)
                return True
        if self._settings.eviction_policy is EvictionPolicy.NONE:
            return False
        self.drop(candidates[0])
        self.evictions += 1
        return True
