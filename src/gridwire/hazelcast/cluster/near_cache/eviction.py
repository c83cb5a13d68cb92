# SPDX-License-Identifier: Apache-2.0
"""Who leaves a full near cache: the worst of a few that chance picks, and of those left over."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gridwire.hazelcast._options.enums import EvictionPolicy
from gridwire.hazelcast.cluster.near_cache.records import Record

__all__ = ["Sampler"]

_RANK: dict[EvictionPolicy, Callable[[Record], tuple[int, ...]]] = {
    EvictionPolicy.LRU: lambda record: (record.last,),
    EvictionPolicy.LFU: lambda record: (record.reads, record.last),
}


class Sampler:
    """All records in a list, so that a random one is found at once; each knows its place.

    Args:
        policy: who leaves first.
        count: how many chance picks each time.
        pool_size: how many of the next worst are remembered.
        random: gives a number from 0 to less than 1.
    """

    __slots__ = ("_count", "_pool", "_pool_size", "_random", "_rank", "records")

    def __init__(
        self,
        policy: EvictionPolicy,
        count: int,
        pool_size: int,
        random: Callable[[], float],
    ) -> None:
        self._rank = _RANK.get(policy)
        self._count = count
        self._pool_size = pool_size
        self._random = random
        # Keys, so that the pool keeps no value alive that has left.
        self._pool: list[bytes] = []
        self.records: list[Record] = []

    def add(self, record: Record) -> None:
        """It came."""
        record.place = len(self.records)
        self.records.append(record)

    def discard(self, record: Record) -> None:
        """It left; the last one takes its place."""
        last = self.records.pop()
        if last is not record:
            self.records[record.place] = last
            last.place = record.place
        record.place = -1

    def clear(self) -> None:
        """All left."""
        for record in self.records:
            record.place = -1
        self.records.clear()
        self._pool.clear()

    def samples(self, by_key: Mapping[bytes, Record]) -> list[Record]:
        """Candidates, those who should leave first standing first. There is at least one record."""
        records, random = self.records, self._random
        size = len(records)
        if self._rank is None:
            return [records[int(random() * size)] for _ in range(self._count)]
        found = {key: by_key[key] for key in self._pool if key in by_key}
        for _ in range(self._count):
            one = records[int(random() * size)]
            found[one.key] = one
        candidates = sorted(found.values(), key=self._rank)
        self._pool = [one.key for one in candidates[1 : self._pool_size + 1]]
        return candidates
