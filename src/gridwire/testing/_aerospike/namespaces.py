# SPDX-License-Identifier: Apache-2.0
"""Namespaces: records by partition, sets, and the parameters that decide over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from gridwire.aerospike.protocol.digest import partition_of
from gridwire.aerospike.protocol.message import EPOCH
from gridwire.testing._aerospike.config import NAMESPACE_DEFAULTS, SET_DEFAULTS, Parameters
from gridwire.testing._aerospike.records import Record

__all__ = ["NamedSet", "Namespace", "seconds_since_2010"]

_RESERVED_PERCENT = 25
"""Of the storage, what the blocks take into which a server writes next."""


class NamedSet:
    """A set of records; it stays when its last record goes.

    Attributes:
        parameters: of this set.
        objects: how many records it has.
        used_bytes: how much storage they take.
        truncated: up to when its records were removed, in milliseconds since 2010.
    """

    __slots__ = ("objects", "parameters", "truncated", "used_bytes")

    def __init__(self) -> None:
        self.parameters = Parameters(SET_DEFAULTS)
        self.objects = 0
        self.used_bytes = 0
        self.truncated = 0


class Namespace:
    """A namespace. The nodes of a cluster may share one: then each copy is every copy.

    Args:
        name: of the namespace.
        parameters: what differs from a server's defaults, by the server's own names.

    Attributes:
        name: as given, in bytes.
        parameters: its parameters.
        sets: by name; records without a set are in none of them.
        objects: how many records there are, expired ones that were not yet removed among them.
        used_bytes: how much storage they take.
        truncated: up to when its records were removed, in milliseconds since 2010.
        is_full: stops writes, whatever is stored.
    """

    def __init__(self, name: str, parameters: Mapping[str, object] = {}) -> None:
        self.name = name.encode()
        self.parameters = Parameters(NAMESPACE_DEFAULTS, parameters)
        self.sets: dict[bytes, NamedSet] = {}
        self.objects = 0
        self.used_bytes = 0
        self.truncated = 0
        self.is_full = False
        self._partitions: dict[int, dict[bytes, Record]] = {}
        self._next_removal = 0.0

    def get(self, digest: bytes) -> Record | None:
        """The record with a digest, whether it has expired or not."""
        partition = self._partitions.get(partition_of(digest))
        return None if partition is None else partition.get(digest)

    def put(self, digest: bytes, record: Record) -> None:
        """Store a record in the place of any other with its digest."""
        partition = self._partitions.setdefault(partition_of(digest), {})
        old = partition.get(digest)
        if old is not None:
            self._count(old, -1)
        partition[digest] = record
        self._count(record, 1)

    def drop(self, digest: bytes) -> None:
        """Remove the record with a digest, if there is one."""
        partition = self._partitions.get(partition_of(digest), {})
        record = partition.pop(digest, None)
        if record is not None:
            self._count(record, -1)

    def drop_partition(self, partition: int) -> None:
        """Lose all records of a partition, as when the last node that holds it goes."""
        for record in self._partitions.pop(partition, {}).values():
            self._count(record, -1)

    def records(self, partition: int | None = None) -> Iterator[tuple[bytes, Record]]:
        """Digests and records, of one partition or of all, expired ones too."""
        if partition is not None:
            yield from self._partitions.get(partition, {}).items()
            return
        for records in self._partitions.values():
            yield from records.items()

    def set_of(self, name: bytes) -> NamedSet | None:
        """The set with a name, which is made if it is not there; None without a name."""
        if not name:
            return None
        named = self.sets.get(name)
        if named is None:
            named = self.sets[name] = NamedSet()
        return named

    def remove_where(self, is_doomed: Callable[[Record], bool]) -> None:
        """Remove the records that something is true of."""
        doomed = [digest for digest, record in self.records() if is_doomed(record)]
        for digest in doomed:
            self.drop(digest)

    def tick(self, now: float) -> None:
        """Remove expired records from time to time, if the namespace is configured to.

        Args:
            now: Unix time in seconds.
        """
        period = self.parameters.number("nsup-period")
        if period and now >= self._next_removal:
            if self._next_removal:
                self.remove_where(lambda record: record.has_expired(now))
            self._next_removal = now + period

    def default_ttl(self, set_name: bytes) -> int:
        """Seconds that records live which are written without saying how long."""
        named = self.sets.get(set_name)
        own = named.parameters.number("default-ttl") if named is not None else 0
        return own or self.parameters.number("default-ttl")

    def read_touch_percent(self, set_name: bytes) -> int:
        """How close to its end a record is when a read makes it live on; 0 for never."""
        named = self.sets.get(set_name)
        own = named.parameters.number("default-read-touch-ttl-pct") if named is not None else 0
        return own or self.parameters.number("default-read-touch-ttl-pct")

    @property
    def used_percent(self) -> int:
        """How much of the storage is used."""
        return self.used_bytes * 100 // self.parameters.number("storage-engine.data-size")

    @property
    def available_percent(self) -> int:
        """How much of the storage can still be written to."""
        return max(0, 100 - _RESERVED_PERCENT - self.used_percent)

    @property
    def stops_writes(self) -> bool:
        """Whether nothing but removing is possible."""
        number = self.parameters.number
        return (
            self.is_full
            or self.available_percent < number("storage-engine.stop-writes-avail-pct")
            or self.used_percent >= number("storage-engine.stop-writes-used-pct")
        )

    def _count(self, record: Record, sign: int) -> None:
        size = sign * record.storage_bytes
        self.objects += sign
        self.used_bytes += size
        named = self.set_of(record.set_name)
        if named is not None:
            named.objects += sign
            named.used_bytes += size


def seconds_since_2010(now: float) -> int:
    """Unix time in seconds as records count it."""
    return int(now) - EPOCH
