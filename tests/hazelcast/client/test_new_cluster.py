# SPDX-License-Identifier: Apache-2.0
"""All members were restarted: whoever is told CONNECTED finds everything restored."""

from __future__ import annotations

import uuid

import pytest

from gridwire.hazelcast.notices import Gap
from gridwire.testing import HazelcastCluster
from support.diary import Diary
from support.scripted_replies import fail


def restart(cluster) -> None:
    """Every member of a scripted cluster begins anew."""
    for member in cluster.members:
        member.kill()
    cluster.cluster_id = uuid.uuid4()
    cluster.maps.clear()
    for member in cluster.members:
        member.uuid = uuid.uuid4()
    come_back(cluster)


class Door:
    """Lets nobody in until it is opened. All of it runs on the members' loop."""

    def __init__(self) -> None:
        self._waiting: list | None = []

    def __call__(self, request) -> None:
        if self._waiting is None:
            request.answer_as_usual()
        else:
            self._waiting.append(request)

    def open(self) -> None:
        waiting, self._waiting = self._waiting, None
        for request in waiting:
            request.answer_as_usual()


def come_back(cluster) -> None:
    """All members listen again, and let nobody in before all do."""
    door = Door()
    cluster.always("Client.Authentication", door)
    cluster.forget()
    for member in cluster.members:
        member.revive()
    cluster.post(door.open)


class AtConnected:
    """Notes on how many members what stood when the client said that it is connected."""

    def __init__(self, cluster) -> None:
        self._cluster = cluster
        self.diary = Diary()

    def __call__(self, state: str) -> None:
        names = "Client.CreateProxies", "Map.AddEntryListener"
        seen = {name: len({one.member for one in self._cluster.seen(name)}) for name in names}
        self.diary((state, seen))

    def seen(self) -> dict[str, int]:
        return self.diary.until(lambda entry: entry[0] == "CONNECTED")[-1][1]


@pytest.mark.parametrize("members", [1, 3])
def test_proxies_and_listeners_are_there_before_the_client_says_connected(
    styles_and_uvloop, scripted, members
) -> None:
    styles = styles_and_uvloop
    cluster = scripted(members)
    told = AtConnected(cluster)
    client = styles.client(cluster, lifecycle_listeners=[told])
    told.seen()
    one, _ = client.map("one"), client.map("two")
    gap = Diary()
    cluster.always("Client.CreateProxies", lambda request: request.answer())
    styles.call(one.add_entry_listener, added_func=Diary(), gap_func=gap)
    restart(cluster)
    seen = told.seen()
    assert seen["Map.AddEntryListener"] == members
    assert seen["Client.CreateProxies"] >= 1
    request = cluster.seen("Client.CreateProxies")[0]
    service = "hz:impl:mapService"
    assert sorted(request.fields.proxies) == [("one", service), ("two", service)]
    event = gap.until(lambda event: event.is_over)[-1]
    assert isinstance(event, Gap)
    assert "restarted" in event.why


def test_a_call_that_waited_is_made_after_proxies_were_restored(styles, scripted) -> None:
    cluster = scripted(1)
    client = styles.client(cluster)
    numbers = client.map()
    member = cluster.members[0]
    member.kill()
    cluster.cluster_id, member.uuid = uuid.uuid4(), uuid.uuid4()
    held = cluster.hold("Client.CreateProxies")
    pending = styles.begin(numbers.get, 1, timeout=30)
    member.revive()
    request = held.next()
    assert not cluster.seen("Map.Get")
    request.answer()
    assert pending.result() is None


def test_the_same_cluster_needs_no_proxies(styles, scripted) -> None:
    cluster = scripted(2)
    told = AtConnected(cluster)
    client = styles.client(cluster, lifecycle_listeners=[told])
    told.seen()
    styles.call(client.map().add_entry_listener, added_func=Diary())
    for member in cluster.members:
        member.kill()
    come_back(cluster)
    assert told.seen() == {"Client.CreateProxies": 0, "Map.AddEntryListener": 2}


def test_a_destroyed_map_is_not_made_again(styles, scripted) -> None:
    cluster = scripted(1)
    told = AtConnected(cluster)
    client = styles.client(cluster, lifecycle_listeners=[told])
    told.seen()
    cluster.always("Client.DestroyProxy", lambda request: request.answer())
    styles.call(client.map("gone").destroy)
    restart(cluster)
    assert told.seen()["Client.CreateProxies"] == 0


def test_a_cluster_that_refuses_to_make_them_is_used_all_the_same(styles, scripted) -> None:
    cluster = scripted(1)
    told = AtConnected(cluster)
    client = styles.client(cluster, lifecycle_listeners=[told])
    told.seen()
    numbers = client.map()
    cluster.always("Client.CreateProxies", fail(48))
    restart(cluster)
    assert told.seen()["Client.CreateProxies"] == 1
    styles.call(numbers.set, 1, "x")
    assert styles.call(numbers.get, 1) == "x"


@pytest.mark.parametrize("invalidate", [True, False])
def test_an_in_process_cluster_that_comes_back_has_everything(
    styles_and_uvloop, invalidate
) -> None:
    styles = styles_and_uvloop
    states, gap, added = Diary(), Diary(), Diary()
    with HazelcastCluster(members=2) as cluster:
        name = cluster.cluster_name
        ports = [int(address.rpartition(":")[2]) for address in cluster.addresses]
        client = styles.client(
            cluster,
            lifecycle_listeners=[states],
            near_caches={"near": {"invalidate_on_change": invalidate}},
        )
        states.until(lambda state: state == "CONNECTED")
        near = client.map("near")
        styles.call(near.add_entry_listener, True, added_func=added, gap_func=gap)
        for key in range(20):
            styles.call(near.set, key, "before")
            assert added.next().value == "before"
            assert styles.call(near.get, key) == "before"
    states.until(lambda state: state == "DISCONNECTED")
    with HazelcastCluster(members=2, cluster_name=name, ports=ports) as cluster:
        states.until(lambda state: state == "CONNECTED")
        # Every event is heard from now on, and nothing of the old cluster is answered.
        for key in range(20):
            assert styles.call(near.get, key) is None
        second = styles.client(cluster)
        other = second.map("near")
        for key in range(20):
            styles.call(other.set, key, "after")
        assert {added.next().key for _ in range(20)} == set(range(20))
        ends = gap.until(lambda event: event.is_over)
        assert "restarted" in ends[-1].why
        if invalidate:
            for key in range(20):
                styles.call(other.set, key, "at last")
            while any(styles.call(near.get, key) != "at last" for key in range(20)):
                pass
        client.shutdown()
        second.shutdown()
