# SPDX-License-Identifier: Apache-2.0
"""The machine: reservations, invalidations and counters of one near cache.

A value is kept only if nothing was heard between the moment before its read was sent and the
moment in which its reply is kept. So it does not matter on which connection an invalidation
comes, nor whether it comes before or after the reply: either it finds the reservation, or the
entry. What it does not find is a read that began after it, which sees what it tells of.

Hits take no lock: a table is asked, and what stands in it is valid. Everything that changes the
table holds the guard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final
from uuid import UUID

from gridwire.hazelcast.cluster.near_cache.own_writes import OwnWrites
from gridwire.hazelcast.cluster.near_cache.records import Record
from gridwire.hazelcast.cluster.near_cache.settings import NearCacheSettings
from gridwire.hazelcast.cluster.near_cache.store import Store
from gridwire.hazelcast.cluster.near_cache.tracks import Track

__all__ = ["MISS", "SHARED_SECONDS", "NearCache", "Reservation"]


class _Miss:
    def __repr__(self) -> str:
        return "MISS"


MISS: Final = _Miss()
"""There is no such entry. Every value that a map can hold is something else."""

SHARED_SECONDS = 1.0
"""How long readers of one key share a reservation, so that many of them do not take it from each
other. It keeps its first reader's age, and that reader may have given up."""


class Reservation:
    """The right to keep what a read brings, until something is heard that speaks against it."""

    __slots__ = ("epoch", "key", "made", "track")

    def __init__(self, key: bytes, track: Track, made: float) -> None:
        self.key = key
        self.track = track
        self.epoch = track.epoch
        self.made = made


class NearCache:
    """What a client keeps of one map.

    Args:
        settings: its options.
        partition_count: of the cluster.
        to_object: makes an object of serialized data.
        now: the clock, in seconds.
        random: gives a number from 0 to less than 1.
        guard: held by whoever changes the cache; it lets its holder in again, since a signal
            handler may use the map that it interrupts.
        created: when it was made, in seconds since 1970.

    Attributes:
        settings: as given.
        partition_count: as given, or as `know` said; while it is 0, nothing is kept.
        created: as given.
        hits: reads that found an entry.
        misses: reads that did not.
        invalidations: entries that left because they changed, or might have.
        requests: how often entries were to leave for that reason.
        closed: nothing is kept any more.
        abandoned: so it is because of a fork, until `resume`.
        beginnings: how often it started over.
    """

    def __init__(
        self,
        settings: NearCacheSettings,
        partition_count: int,
        to_object: Callable[[Any], Any],
        now: Callable[[], float],
        random: Callable[[], float],
        guard: AbstractContextManager[Any],
        created: float = 0.0,
    ) -> None:
        self.settings = settings
        self.closed = self.abandoned = False
        self._to_object = to_object
        self._now = now
        self._random = random
        self.partition_count = partition_count
        self._begin(guard, created)

    def _begin(self, guard: AbstractContextManager[Any], created: float) -> None:
        settings = self.settings
        self.created = created
        self.hits = self.misses = 0
        self.invalidations = self.requests = 0
        self.beginnings = 0
        self._guard = guard
        self._store = Store(settings, self._now, self._random)
        self._find = self._store.find
        self._reservations: dict[bytes, Reservation] = {}
        self._own = OwnWrites()
        covered = not settings.invalidate_on_change
        self._tracks = [Track(covered) for _ in range(self.partition_count)]

    def know(self, partition_count: int) -> None:
        """The client is connected for the first time: so many partitions there are."""
        with self._guard:
            if partition_count != self.partition_count:
                covered = not self.settings.invalidate_on_change
                self._tracks = [Track(covered) for _ in range(partition_count)]
                self.partition_count = partition_count
                self.clear()

    # -- reading ------------------------------------------------------------------------------

    def look_up(self, key: bytes | None) -> Any:
        """The value of a key, or `MISS`."""
        record = self._find(key)
        if record is not None and (record.expires is None or self._is_alive(record)):
            self.hits = record.last = self.hits + 1
            record.reads += 1
            return self._to_object(record.value) if record.packed else record.value
        self.misses += 1
        return MISS

    def holds(self, key: bytes | None) -> bool:
        """Whether there is a value of a key; a read like `look_up`, but nobody gets the value."""
        record = self._find(key)
        if record is not None and (record.expires is None or self._is_alive(record)):
            self.hits = record.last = self.hits + 1
            record.reads += 1
            return True
        self.misses += 1
        return False

    def _is_alive(self, record: Record) -> bool:
        now = self._now()
        if self._store.is_over(record, now):
            with self._guard:
                self._store.expire(record)
            return False
        self._store.was_read(record, now)
        return True

    def reserve(self, key: bytes, partition: int) -> Reservation | None:
        """A read is about to be sent; None when its value must not be kept."""
        with self._guard:
            if self.closed or not self.partition_count:
                return None
            track = self._tracks[partition]
            if not track.covered:
                return None
            now = self._now()
            found = self._reservations.get(key)
            if (
                found is not None
                and found.epoch == track.epoch
                and now - found.made < SHARED_SECONDS
            ):
                return found
            self._reservations.pop(key, None)
            if len(self._reservations) >= self.settings.max_entries:
                # The oldest one is likely to be of a read that nobody waits for any more.
                del self._reservations[next(iter(self._reservations))]
            made = self._reservations[key] = Reservation(key, track, now)
            return made

    def keep(self, reservation: Reservation, data: Any, value: Any) -> None:
        """The reply of a read is here: keep its value, unless something was heard meanwhile.

        Args:
            reservation: what `reserve` gave.
            data: the value, serialized; None when there is none, which is not kept.
            value: the object made of it, which the reader gets.
        """
        key, track = reservation.key, reservation.track
        with self._guard:
            if self._reservations.get(key) is not reservation:
                return
            del self._reservations[key]
            if data is None or reservation.epoch != track.epoch:
                return
            record = self._store.insert(key, data, value, track, reservation.made)
            if record is not None:
                record.last = self.hits

    # -- own writes ---------------------------------------------------------------------------

    def begin_write(
        self, keys: Sequence[bytes] | None, tells: bool, lives: float | None = None
    ) -> None:
        """This client is about to change entries.

        Args:
            keys: which, None for all.
            tells: whether each of them has one invalidation for certain, if it is done.
            lives: seconds that they live from then on, None if nothing is said about it.
        """
        with self._guard:
            if keys is None:
                self.clear()
                return
            for key in keys:
                if tells:
                    self._own.begin(key)
                self._remove(key)
                if lives is not None:
                    self._store.lives_until(key, self._now() + lives)

    def end_write(
        self, keys: Sequence[bytes] | None, tells: bool, done: bool, lives: float | None = None
    ) -> None:
        """It is over; whether it is known to be done. What was read meanwhile may be old.

        The members began to count `lives` at some time since the write began, so only what is
        counted from here on is certain to end after the entry does.
        """
        with self._guard:
            if keys is None:
                self.clear()
                return
            for key in keys:
                if tells:
                    # Without listeners no invalidation is owed.
                    self._own.end(key, done and self.settings.invalidate_on_change)
                self._remove(key)
                if lives is not None:
                    self._store.lives_until(key, self._now() + lives)

    # -- what is heard ------------------------------------------------------------------------

    def invalidate(self, partition: int, key: bytes, uuid: UUID, sequence: int, own: bool) -> None:
        """A member says that an entry changed.

        Args:
            partition: of the key.
            key: serialized.
            uuid: under which the partition's invalidations are numbered.
            sequence: the number of this one.
            own: whether this client changed it.
        """
        with self._guard:
            track = self._tracks[partition]
            if not track.follow(uuid, sequence):
                self._own.forget()
                self._drop_partition(track)
            if not (own and self._own.settles(key)):
                self._remove(key)

    def invalidate_all(self, partition: int, uuid: UUID, sequence: int) -> None:
        """A member says that all entries changed; it is numbered in the partition of the name."""
        with self._guard:
            self._tracks[partition].follow(uuid, sequence)
            self._own.forget()
            self.clear()

    def cover(self, covered: Iterable[bool]) -> None:
        """Which partitions' owners tell this client what changes, by partition id.

        What was read from others may have changed since, and nobody said so.
        """
        with self._guard:
            for track, is_covered in zip(self._tracks, covered, strict=True):
                if track.covered != is_covered:
                    track.covered = is_covered
                    self._own.forget()
                    self._drop_partition(track)

    def compare(self, uuids: Mapping[int, UUID], sequences: Mapping[int, int]) -> None:
        """A member says how far it has counted: drop the partitions where something was missed.

        Args:
            uuids: of the partitions that it owns.
            sequences: their last numbers; one that it has not counted in is left out.
        """
        with self._guard:
            self._store.tidy()
            for partition, uuid in uuids.items():
                track = self._tracks[partition]
                if not track.compare(uuid, sequences.get(partition, 0)):
                    self._own.forget()
                    self._drop_partition(track)

    def start_over(self) -> None:
        """The listeners are new: nothing that was heard before says anything about what comes."""
        with self._guard:
            self.beginnings += 1
            for track in self._tracks:
                track.forget()
            self._own.forget()
            self.clear()

    def clear(self) -> None:
        """Drop everything, and whatever is being read."""
        with self._guard:
            count = self._store.clear()
            self.invalidations += count
            self.requests += bool(count)
            self._reservations.clear()

    def drop(self, key: bytes) -> None:
        """Drop an entry, and whatever is being read of it."""
        with self._guard:
            self._remove(key)

    def close(self) -> None:
        """Drop everything and keep nothing from now on."""
        self.closed = True
        self.clear()

    def abandon(self, guard: AbstractContextManager[Any], created: float = 0.0) -> None:
        """In a forked process: begin again with nothing, and keep nothing until `resume`.

        A thread that is not here may hold the guard for ever, in the middle of a change.

        Args:
            guard: the one to use instead.
            created: the time, in seconds since 1970.
        """
        self.closed = self.abandoned = True
        self._begin(guard, created)

    def resume(self) -> None:
        """Somebody follows what changes again: keep what is read."""
        self.closed = self.abandoned = False

    def _remove(self, key: bytes) -> None:
        self.requests += 1
        self._reservations.pop(key, None)
        record = self._find(key)
        if record is not None and self._store.drop(record):
            self.invalidations += 1

    def _drop_partition(self, track: Track) -> None:
        track.epoch += 1
        if track.keys:
            self.requests += 1
            for key in list(track.keys):
                record = self._find(key)
                if record is not None and self._store.drop(record):
                    self.invalidations += 1

    # -- counters -----------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._store.records)

    @property
    def cost(self) -> int:
        """Counted bytes of all entries."""
        return self._store.cost

    @property
    def evictions(self) -> int:
        """Entries that left because the cache was full."""
        return self._store.evictions

    @property
    def expirations(self) -> int:
        """Entries that left because of their age, or because nobody read them."""
        return self._store.expirations
