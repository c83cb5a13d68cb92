# SPDX-License-Identifier: Apache-2.0
"""The entries of one map in one partition, as one replica holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridwire.testing._hazelcast.records import Record, lifespan

if TYPE_CHECKING:
    from gridwire.testing._hazelcast.locks import Lock

__all__ = ["MapStore"]

_FIRST_TABLE_SIZE = 256
_LOAD_FACTOR = 0.91


class MapStore:
    """Records by serialized key.

    Whoever reads has removed what expired before (`expired`, `drop`), because that is an event
    for listeners and backups, of which a store knows nothing.

    Attributes:
        records: key to record.
        limited: the keys whose records have a limited life; a dict, for its order.
        locks: who holds which key, with or without an entry.
        shape: grows when a key comes or goes.
        table_size: slots of the hash table that a real member would have; see `paging`.
    """

    __slots__ = ("limited", "locks", "records", "shape", "table_size")

    def __init__(self) -> None:
        self.records: dict[bytes, Record] = {}
        self.limited: dict[bytes, None] = {}
        self.locks: dict[bytes, Lock] = {}
        self.shape = 0
        self.table_size = _FIRST_TABLE_SIZE

    def write(self, key: bytes, value: bytes, ttl: int, max_idle: int, now: int) -> bytes | None:
        """Put a value under a key.

        Args:
            key: serialized key.
            value: serialized value.
            ttl: milliseconds, see `lifespan`.
            max_idle: milliseconds, see `lifespan`.
            now: milliseconds.

        Returns:
            The value that was there, or None.
        """
        old = self.records.get(key)
        # Nearly all writes are unlimited: do not pay a call for them.
        life = lifespan(ttl, max_idle, now) if ttl > 0 or max_idle > 0 else None
        if old is None:
            self.shape += 1
            self.records[key] = Record(value, 0, life)
        else:
            self.records[key] = Record(value, old.version + 1, life)
        if life is not None:
            self.limited[key] = None
        elif self.limited:
            self.limited.pop(key, None)
        return None if old is None else old.value

    def limit(self, key: bytes, ttl: int, now: int) -> bool:
        """Change how long a record lives; a limit on its idle time is lifted.

        Returns:
            Whether there is such a record.
        """
        old = self.records.get(key)
        if old is None:
            return False
        self.write(key, old.value, ttl, 0, now)
        return True

    def read(self, key: bytes, now: int) -> bytes | None:
        """The value of a key, or None; this counts as an access."""
        record = self.records.get(key)
        if record is None:
            return None
        if record.life is not None:
            record.life.touch(now)
        return record.value

    def drop(self, key: bytes) -> bytes | None:
        """Remove a key; the value that was there, or None."""
        record = self.records.pop(key, None)
        if record is None:
            return None
        self.shape += 1
        if self.limited:
            self.limited.pop(key, None)
        return record.value

    def adopt(self, key: bytes, record: Record | None) -> None:
        """Take over what the owner has under a key: this is how a backup follows."""
        if record is None:
            self.drop(key)
            return
        if key not in self.records:
            self.shape += 1
        self.records[key] = record
        if record.life is not None:
            self.limited[key] = None
        elif self.limited:
            self.limited.pop(key, None)

    def lock(self, key: bytes, lock: Lock | None) -> None:
        """Let a key be held by somebody, or by nobody."""
        if lock is None:
            self.locks.pop(key, None)
        else:
            self.locks[key] = lock

    def clear(self) -> None:
        """Remove all entries but those whose keys are locked, by whomever."""
        for key in [key for key in self.records if key not in self.locks]:
            self.drop(key)

    def has_expired(self, key: bytes, now: int) -> bool:
        """Whether the life of this key's record is over."""
        record = self.records.get(key)
        if record is None or record.life is None or record.life.expires_at > now:
            return False
        # Whoever locked an entry finds it as it was.
        return key not in self.locks

    def expired(self, now: int) -> list[bytes]:
        """Keys whose records are to be removed."""
        return [key for key in self.limited if self.has_expired(key, now)]

    def copy(self) -> MapStore:
        """A replica of this store."""
        replica = MapStore()
        replica.records = dict(self.records)
        replica.limited = dict(self.limited)
        replica.locks = dict(self.locks)
        replica.table_size = self.table_size
        return replica

    def grown_table(self) -> int:
        """The size of the hash table; it grows with the entries and never shrinks."""
        while len(self.records) > self.table_size * _LOAD_FACTOR:
            self.table_size *= 2
        return self.table_size
