# SPDX-License-Identifier: Apache-2.0
"""A real cluster all of whose members are restarted: everything is there when CONNECTED is told."""

from __future__ import annotations

import time

import pytest

import hazelcast as official
from gridwire.hazelcast.notices import Gap
from support.diary import Diary
from support.patience import until

pytestmark = pytest.mark.real_member

NAMES = {"plain", "near"}


def objects_of(cluster) -> set[str]:
    """The maps that members know."""
    client = official.HazelcastClient(
        cluster_name=cluster.cluster_name, cluster_members=cluster.addresses
    )
    try:
        return {one.name for one in client.get_distributed_objects()}
    finally:
        client.shutdown()


def test_a_real_member_that_was_restarted_knows_what_the_client_knows(
    own_real_cluster, styles
) -> None:
    cluster = own_real_cluster("5.7.0", 1)
    states, gap, added = Diary(), Diary(), Diary()
    client = styles.client(cluster, lifecycle_listeners=[states], near_caches={"near": {}})
    states.until(lambda state: state == "CONNECTED")
    plain, near = client.map("plain"), client.map("near")
    styles.call(plain.add_entry_listener, True, added_func=added, gap_func=gap)
    styles.call(near.set, 1, "before")
    assert styles.call(near.get, 1) == "before"
    cluster.kill(0)
    cluster.restart_member(0)
    states.until(lambda state: state == "CONNECTED")
    # Nobody has used them since. A member tells of those only that it has made ready, which goes on
    # behind its answer.
    until(lambda: objects_of(cluster) >= NAMES)
    assert styles.call(near.get, 1) is None
    styles.call(plain.set, 1, "after")
    assert added.next().value == "after"
    event = gap.until(lambda event: event.is_over)[-1]
    assert isinstance(event, Gap)
    assert "restarted" in event.why
    # The near cache is told of what others change.
    styles.call(plain.set, 2, "x")
    other = official.HazelcastClient(
        cluster_name=cluster.cluster_name, cluster_members=cluster.addresses
    )
    try:
        for value in ("one", "two"):
            other.get_map("near").blocking().set(1, value)
            end = time.monotonic() + 20
            while styles.call(near.get, 1) != value:
                assert time.monotonic() < end
    finally:
        other.shutdown()
