# SPDX-License-Identifier: Apache-2.0
"""Members understand the fragments that we make."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gridwire.hazelcast.protocol.frames import fragments
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.serialization.data import partition_of
from gridwire.testing import HazelcastCluster
from support.hazelcast_wire import SocketWire, encoded, int_data, text_data


@pytest.fixture
def in_process() -> Iterator[HazelcastCluster]:
    with HazelcastCluster(members=1) as cluster:
        yield cluster


def send_in_fragments(cluster: Any) -> None:
    """Two fragmented requests whose fragments interleave, then reads of what they wrote."""
    with SocketWire(cluster.addresses[0]) as wire:
        wire.authenticate(cluster.cluster_name)
        pieces = []
        for number in (1, 2):
            entries = [(int_data(key), text_data("v" * 50)) for key in _keys(number)]
            request = encoded(
                messages.PUT_ALL, number, "fragmented", entries, True, partition_id=number
            )
            pieces.append(fragments(request, 1000 + number, 200))
        first, second = pieces
        assert len(first) == len(second) > 3
        for one, other in zip(first, second, strict=True):
            wire.write(bytes(one) + bytes(other))
        for number in (1, 2):
            wire.reply_to(number, messages.PUT_ALL)
        assert wire.call(messages.SIZE, "fragmented").value == 40


def _keys(partition: int) -> list[int]:
    """The first twenty numbers whose keys belong to a partition."""
    found = (key for key in range(20_000) if partition_of(int_data(key), 271) == partition)
    return [next(found) for _ in range(20)]


def test_members_in_this_process(in_process: HazelcastCluster) -> None:
    send_in_fragments(in_process)


def test_real_members(real_cluster: Any) -> None:
    send_in_fragments(real_cluster)
