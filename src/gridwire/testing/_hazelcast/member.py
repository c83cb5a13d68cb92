# SPDX-License-Identifier: Apache-2.0
"""A member: who it is, and what it holds in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridwire.testing._hazelcast.stores import MapStore

if TYPE_CHECKING:
    from uuid import UUID

    from gridwire.hazelcast.serialization.compact.schema import Schema
    from gridwire.testing._hazelcast.records import Record
    from gridwire.testing._hazelcast.session import Session

__all__ = ["Member"]


class Member:
    """One member of a cluster.

    Attributes:
        uuid: its identity.
        host: where clients reach it.
        port: the same.
        lite: whether it holds no partition; it serves clients like any other.
        alive: False once it left or was killed.
        partitions: for each partition that it holds, as owner or backup, its stores by map name.
            Members share no store: what a killed member held alone is gone.
        ack_listeners: clients that want to hear of backups made here: client UUID to the
            connection and the correlation id of the registration.
        schemas: the schemas of Compact records that it knows, by their ids.
    """

    __slots__ = ("ack_listeners", "alive", "host", "lite", "partitions", "port", "schemas", "uuid")

    def __init__(
        self, uuid: UUID, host: str, port: int, partition_count: int, *, lite: bool = False
    ) -> None:
        self.uuid = uuid
        self.host = host
        self.port = port
        self.lite = lite
        self.alive = True
        self.partitions: list[dict[str, MapStore]] = [{} for _ in range(partition_count)]
        self.ack_listeners: dict[UUID | None, tuple[Session, int]] = {}
        self.schemas: dict[int, Schema] = {}

    @property
    def address(self) -> str:
        """`"host:port"`."""
        return f"{self.host}:{self.port}"

    def store(self, partition_id: int, name: str) -> MapStore:
        """The store of a map in a partition, made when it is first asked for."""
        stores = self.partitions[partition_id]
        store = stores.get(name)
        if store is None:
            store = stores[name] = MapStore()
        return store

    def adopt(self, partition_id: int, name: str, key: bytes, record: Record | None) -> None:
        """Back up what the owner has under a key."""
        self.store(partition_id, name).adopt(key, record)

    def clear_map(self, name: str) -> None:
        """Remove the entries of a map, but those whose keys are locked."""
        for stores in self.partitions:
            store = stores.get(name)
            if store is not None and store.locks:
                store.clear()
            elif store is not None:
                del stores[name]

    def drop_map(self, name: str) -> None:
        """Forget a map."""
        for stores in self.partitions:
            stores.pop(name, None)

    def forget(self) -> None:
        """Lose all memory, as a process does when it is killed."""
        self.alive = False
        self.partitions = [{} for _ in self.partitions]
        self.ack_listeners.clear()
        self.schemas.clear()

    def __repr__(self) -> str:
        return f"<Member {self.address} {self.uuid}>"
