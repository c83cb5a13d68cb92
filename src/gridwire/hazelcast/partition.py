# SPDX-License-Identifier: Apache-2.0
"""The partitions of the cluster, for users."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from gridwire.hazelcast.cluster.late_count import known
from gridwire.hazelcast.cluster.state import ClusterState
from gridwire.hazelcast.operations.arguments import not_none
from gridwire.hazelcast.serialization.data import partition_of
from gridwire.hazelcast.serialization.service import SerializationService

__all__ = ["AsyncioPartitionService", "PartitionService"]


class _Partitions:
    """What both services tell.

    Args:
        state: what the client knows.
        serialization: of the client.
    """

    def __init__(self, state: ClusterState[Any], serialization: SerializationService) -> None:
        self._state = state
        self._serialization = serialization

    def get_partition_owner(self, partition_id: int) -> UUID | None:
        """Tell who owns a partition.

        Args:
            partition_id: from 0 on.

        Returns:
            The member's UUID, None when nobody does or it is not known yet.
        """
        return self._state.partitions.owners.get(partition_id)

    def get_partition_count(self) -> int:
        """Tell how many partitions the cluster has."""
        return self._state.partition_count

    def _partition_of(self, key: Any) -> int:
        data = self._serialization.to_data(not_none("key", key))
        assert data is not None
        return partition_of(data, known(self._state.partition_count))


class PartitionService(_Partitions):
    """Which partition a key belongs to, and who owns it. Nothing here waits.

    Args:
        state: what the client knows.
        serialization: of the client.
    """

    def get_partition_id(self, key: Any) -> int:
        """Tell the partition of a key.

        Args:
            key: any key that can be serialized.

        Raises:
            ClientOfflineError: the client was never connected, so nobody knows how many there are.
        """
        return self._partition_of(key)


class AsyncioPartitionService(_Partitions):
    """The service of the asyncio client. Nothing here waits.

    Args:
        state: what the client knows.
        serialization: of the client.
    """

    async def get_partition_id(self, key: Any) -> int:
        """Tell the partition of a key; awaited, as in the official asyncio API.

        Args:
            key: any key that can be serialized.

        Raises:
            ClientOfflineError: the client was never connected, so nobody knows how many there are.
        """
        return self._partition_of(key)
