# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pickle
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.hazelcast.cluster.late_count import NO_PARTITION, LateCount, known
from gridwire.hazelcast.cluster.state import ClusterState
from gridwire.hazelcast.errors import ClientOfflineError
from gridwire.hazelcast.operations.map import MapRequests
from gridwire.hazelcast.serialization.data import partition_of
from gridwire.hazelcast.serialization.service import SerializationService

ZERO_HASH = bytes(8)


def state_of(count: int) -> ClusterState:
    state: ClusterState = ClusterState(True)
    state.partition_count = count
    return state


@given(st.binary(min_size=8, max_size=40), st.integers(1, 1000))
def test_once_it_is_known_it_computes_as_the_number_does(data, count) -> None:
    state = state_of(0)
    late = LateCount(state)
    assert partition_of(data, late) is NO_PARTITION
    state.partition_count = count
    assert partition_of(data, late) == partition_of(data, count)
    assert type(partition_of(data, late)) is int


def test_what_counts_partitions_is_refused_while_it_is_unknown() -> None:
    state = state_of(0)
    for unknown in (0, LateCount(state)):
        with pytest.raises(ClientOfflineError):
            known(unknown)
    late = LateCount(state)
    state.partition_count = 7
    assert known(late) == known(7) == 7


def test_a_copy_is_a_number() -> None:
    assert pickle.loads(pickle.dumps(LateCount(state_of(5)))) == 5


def test_requests_that_were_made_before_compute_with_the_plain_number_once_it_is_known() -> None:
    state = state_of(0)
    requests = MapRequests("m", SerializationService(), LateCount(state))
    assert requests.get(1).route is NO_PARTITION
    state.set_cluster(uuid4(), 7)
    # Nobody is asked for it any more.
    state.partition_count = 0
    plain = MapRequests("m", SerializationService(), 7)
    assert [requests.get(key).route for key in range(50)] == [
        plain.get(key).route for key in range(50)
    ]


def test_who_asks_for_the_number_is_told_it_once() -> None:
    state, told = state_of(0), []
    late = LateCount(state)
    late.when_known(told.append)
    assert told == []
    state.set_cluster(uuid4(), 7)
    state.set_cluster(uuid4(), 7)
    assert told == [7]
    # It became known after whoever asks had got the late one.
    late.when_known(told.append)
    assert told == [7, 7]
