# SPDX-License-Identifier: Apache-2.0
"""What a near cache asks members for, and what they tell it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from gridwire._core.request import Request
from gridwire.hazelcast.cluster.near_cache import NearCache
from gridwire.hazelcast.operations.entry_events import EntryEventType
from gridwire.hazelcast.protocol.errors import ProtocolError
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.serialization.data import partition_of

__all__ = ["InvalidationListener", "Metadata", "metadata_request"]

_ADD = messages.ADD_NEAR_CACHE_INVALIDATION_LISTENER
_ONE, _BATCH = _ADD.events
_TYPE = slice(6, 10)


class InvalidationListener:
    """Applies to a near cache what members say.

    Args:
        name: of the map.
        home: the partition of the map's name, in which clearings of the whole map are numbered.
        cache: the near cache.
        partition_count: of the cluster.
        client: the UUID of this client.
        local_only: whether each member tells its own changes only, as a client with a connection
            to every member wants it.
        on_clear: learns that all entries changed, and who did it.
    """

    def __init__(
        self,
        name: str,
        home: int,
        cache: NearCache,
        partition_count: int,
        client: UUID,
        local_only: bool,
        on_clear: Callable[[UUID], object],
    ) -> None:
        self._name = name
        self._home = home
        self._cache = cache
        self._partition_count = partition_count
        self._client = client
        self._local_only = local_only
        self._on_clear = on_clear

    def know(self, home: int, partition_count: int) -> None:
        """The client is connected for the first time.

        Args:
            home: as for the class.
            partition_count: as for the class.
        """
        self._home, self._partition_count = home, partition_count

    def add(self) -> Request[UUID]:
        """The request that registers it on one member."""
        flags = int(EntryEventType.INVALIDATION)
        payload = _ADD.encode_request(-1, self._name, flags, self._local_only)
        return Request(_ADD.name, payload, _ADD.decode_response)

    def remove(self, member_id: UUID) -> Request[Any]:
        """The request that takes it back."""
        message = messages.REMOVE_ENTRY_LISTENER
        return Request(
            message.name,
            message.encode_request(-1, self._name, member_id),
            message.decode_response,
            retryable=True,
        )

    def handle(self, message: Any) -> None:
        """Apply an event message.

        Raises:
            ProtocolError: it is not what the protocol says.
        """
        kind = int.from_bytes(message[_TYPE], "little")
        if kind == _ONE.type:
            event = _ONE.decode(message)
            if event.key is None:
                self._cache.invalidate_all(self._home, event.partition_uuid, event.sequence)
                self._on_clear(event.source_uuid)
            else:
                self._one(*event)
        elif kind == _BATCH.type:
            columns = _BATCH.decode(message)
            if len(set(map(len, columns))) != 1:
                raise ProtocolError("the lists of a batch of invalidations differ in length")
            for step in zip(*columns, strict=True):
                self._one(*step)

    def _one(self, key: Any, source: UUID, partition_uuid: UUID, sequence: int) -> None:
        data = bytes(key)
        partition = partition_of(data, self._partition_count)
        own = source == self._client
        self._cache.invalidate(partition, data, partition_uuid, sequence, own)


class Metadata(NamedTuple):
    """How far a member has counted."""

    uuids: dict[int, UUID]
    """Of the partitions that it owns."""

    sequences: dict[int, int]
    """The last numbers; a partition in which nothing happened is left out."""


def metadata_request(name: str, member: UUID, partition_count: int) -> Request[Metadata]:
    """The request that asks a member how far it has counted.

    Args:
        name: of the map.
        member: the member.
        partition_count: of the cluster.
    """
    message = messages.FETCH_NEAR_CACHE_INVALIDATION_METADATA

    def decode(reply: Any) -> Metadata:
        by_name, uuids = message.decode_response(reply)
        sequences = dict(dict(by_name).get(name, ()))
        found = Metadata(dict(uuids), sequences)
        for partition in (*found.uuids, *found.sequences):
            if not 0 <= partition < partition_count:
                raise ProtocolError(f"there is no partition {partition}")
        return found

    payload = message.encode_request(-1, [name], member)
    return Request(message.name, payload, decode, member=member)
