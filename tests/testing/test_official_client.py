# SPDX-License-Identifier: Apache-2.0
"""The official Python client 5.7.0, in both its styles, takes our cluster for a real one."""

from __future__ import annotations

import asyncio
import threading

import pytest

from gridwire.testing import HazelcastCluster

hazelcast = pytest.importorskip("hazelcast")
peer_asyncio = pytest.importorskip("hazelcast.asyncio")
peer_errors = pytest.importorskip("hazelcast.errors")

WAIT_SECONDS = 30.0


@pytest.fixture(params=[False, True], ids=["thread", "process"])
def cluster(request):
    with HazelcastCluster(3, process=request.param) as cluster:
        yield cluster


def settings(cluster, **more):
    return {
        "cluster_name": cluster.cluster_name,
        "cluster_members": cluster.addresses,
        "retry_initial_backoff": 0.05,
        **more,
    }


@pytest.fixture
def client(cluster):
    client = hazelcast.HazelcastClient(**settings(cluster))
    yield client
    client.shutdown()


class Log:
    """Collects what listeners hear, on whatever thread they hear it."""

    def __init__(self) -> None:
        self._heard = []
        self._changed = threading.Condition()

    def callback(self, what):
        def note(event):
            with self._changed:
                self._heard.append((what, event))
                self._changed.notify_all()

        return note

    def wait(self, count):
        with self._changed:
            assert self._changed.wait_for(lambda: len(self._heard) >= count, WAIT_SECONDS)
            return list(self._heard)


KINDS = ("added", "removed", "updated", "evicted", "evict_all", "clear_all", "expired")


def callbacks(log):
    return {f"{kind}_func": log.callback(kind) for kind in KINDS}


def test_all_map_methods(client):
    m = client.get_map("m").blocking()
    assert m.put("a", 1) is None
    assert m.put("a", 2) == 1
    assert m.get("a") == 2
    assert m.get("absent") is None
    m.set("b", 3)
    assert m.put_if_absent("b", 4) == 3
    assert m.put_if_absent("c", 4) is None
    assert m.replace("c", 5) == 4
    assert m.replace("absent", 5) is None
    assert m.replace_if_same("c", 5, 6) is True
    assert m.replace_if_same("c", 5, 7) is False
    assert m.contains_key("c") is True
    assert m.contains_key("absent") is False
    assert m.contains_value(6) is True
    assert m.contains_value(7) is False
    assert m.size() == 3
    assert m.is_empty() is False
    assert sorted(m.key_set()) == ["a", "b", "c"]
    assert sorted(m.values()) == [2, 3, 6]
    assert sorted(m.entry_set()) == [("a", 2), ("b", 3), ("c", 6)]
    assert m.remove_if_same("c", 5) is False
    assert m.remove_if_same("c", 6) is True
    assert m.remove("b") == 3
    assert m.remove("b") is None
    m.delete("a")
    assert m.is_empty() is True
    assert m.try_put("a", 1, timeout=1) is True
    assert m.try_remove("a", timeout=1) is True
    assert m.try_remove("a") is False
    m.put_transient("a", 1, ttl=600)
    assert m.evict("a") is True
    assert m.evict("a") is False
    assert m.put("a", 1, ttl=600, max_idle=600) is None
    assert m.put_if_absent("a", 1, ttl=600, max_idle=600) == 1
    m.set("a", 2, ttl=600, max_idle=600)
    m.put_transient("a", 3, max_idle=600)
    m.set_ttl("a", 700)
    view = m.get_entry_view("a")
    assert (view.key, view.value, view.version, view.ttl) == ("a", 3, 3, 700_000)
    assert m.get_entry_view("absent") is None
    many = {f"k{number}": number for number in range(1000)}
    m.put_all(many)
    assert m.get_all([*many, "absent"]) == many
    m.flush()
    with pytest.raises(peer_errors.IllegalArgumentError, match="configure a map store"):
        m.load_all()
    assert m.size() == 1001
    m.evict_all()
    assert m.size() == 0
    m.put_all(many)
    m.clear()
    assert m.size() == 0


def test_entry_listeners(client):
    m = client.get_map("m").blocking()
    log = Log()
    registration = m.add_entry_listener(include_value=True, **callbacks(log))
    m.put("a", 1)
    m.put("a", 2)
    m.remove("a")
    m.put("b", 1)
    m.evict("b")
    m.put("c", 1)
    m.evict_all()
    m.put("d", 1)
    m.clear()
    m.put("e", 1, ttl=1)
    heard = log.wait(11)
    assert [(what, event.key, event.value, event.old_value) for what, event in heard[:3]] == [
        ("added", "a", 1, None),
        ("updated", "a", 2, 1),
        ("removed", "a", None, 2),
    ]
    # Different members tell of different keys, so nothing orders them.
    assert sorted(what for what, _ in heard[3:]) == [
        "added",
        "added",
        "added",
        "added",
        "clear_all",
        "evict_all",
        "evicted",
        "expired",
    ]
    assert m.remove_entry_listener(registration) is True
    key_log = Log()
    m.add_entry_listener(key="a", **callbacks(key_log))
    m.put("z", 1)
    m.put("a", 1)
    ((what, event),) = key_log.wait(1)
    assert (what, event.key, event.value) == ("added", "a", None)


def test_distributed_objects(client):
    log = Log()
    registration = client.add_distributed_object_listener(log.callback("object")).result()
    m = client.get_map("m")
    assert [proxy.name for proxy in client.get_distributed_objects()] == ["m"]
    m.destroy()
    heard = [event.event_type for _, event in log.wait(2)]
    assert heard == ["CREATED", "DESTROYED"]
    assert client.remove_distributed_object_listener(registration).result() is True


def test_members_come_and_go(cluster, client):
    members = client.cluster_service
    log = Log()
    members.add_listener(log.callback("added"), log.callback("removed"))
    m = client.get_map("m").blocking()
    m.put_all({number: number for number in range(1000)})
    doomed = cluster.members[0]
    doomed.kill()
    ((what, member),) = log.wait(1)
    assert (what, member.uuid) == ("removed", doomed.uuid)
    assert m.size() == 1000
    newcomer = cluster.start_member()
    what, member = log.wait(2)[1]
    assert (what, member.uuid) == ("added", newcomer.uuid)
    cluster.members[0].shutdown()
    assert log.wait(3)[2][0] == "removed"
    assert m.get_all(range(1000)) == {number: number for number in range(1000)}
    assert {str(one.uuid) for one in members.get_members()} == {
        str(one.uuid) for one in cluster.members
    }


@pytest.mark.parametrize("redo", [False, True], ids=["no-redo", "redo"])
def test_no_acknowledged_write_is_lost_when_a_member_is_killed(cluster, redo):
    client = hazelcast.HazelcastClient(**settings(cluster, redo_operation=redo))
    try:
        futures = {}
        m = client.get_map("m")
        for number in range(3000):
            futures[number] = m.put(number, f"value {number}")
            if number == 1500:
                # Some are acknowledged, others are on their way.
                futures[200].result()
                cluster.members[1].kill()
        acknowledged = set()
        for number, future in futures.items():
            try:
                future.result()
            except peer_errors.TargetDisconnectedError:
                assert not redo
            else:
                acknowledged.add(number)
        assert len(acknowledged) > 1000
        found = m.get_all(list(futures)).result()
        lost = acknowledged - found.keys()
        assert not lost
        assert all(value == f"value {number}" for number, value in found.items())
    finally:
        client.shutdown()


def test_unisocket(cluster):
    client = hazelcast.HazelcastClient(**settings(cluster, smart_routing=False))
    try:
        m = client.get_map("m").blocking()
        m.put_all({number: number for number in range(300)})
        assert m.get_all(range(300)) == {number: number for number in range(300)}
        assert m.size() == 300
    finally:
        client.shutdown()


def test_the_wrong_cluster_name_is_refused():
    with HazelcastCluster(1) as cluster, pytest.raises(peer_errors.IllegalStateError):
        hazelcast.HazelcastClient(
            cluster_name="another",
            cluster_members=cluster.addresses,
            cluster_connect_timeout=0,
        )


def test_credentials():
    with HazelcastCluster(1, username="ada", password="secret") as cluster:
        client = hazelcast.HazelcastClient(
            **settings(cluster, creds_username="ada", creds_password="secret")
        )
        assert client.get_map("m").blocking().size() == 0
        client.shutdown()
        with pytest.raises(peer_errors.IllegalStateError):
            hazelcast.HazelcastClient(
                **settings(
                    cluster,
                    creds_username="ada",
                    creds_password="wrong",
                    cluster_connect_timeout=0,
                )
            )


async def asyncio_scenario(cluster) -> None:
    client = await peer_asyncio.HazelcastClient.create_and_start(**settings(cluster))
    try:
        m = await client.get_map("m")
        heard = asyncio.Queue()
        await m.add_entry_listener(include_value=True, added_func=heard.put_nowait)
        assert await m.put("a", 1) is None
        assert await m.put("a", 2) == 1
        assert (await asyncio.wait_for(heard.get(), WAIT_SECONDS)).value == 1
        await asyncio.gather(*(m.set(number, number) for number in range(1000)))
        assert await m.size() == 1001
        assert await m.get_all([1, 2, 5000]) == {1: 1, 2: 2}
        assert await m.replace_if_same("a", 2, 3) is True
        assert (await m.get_entry_view("a")).version == 2
        acknowledged = set()

        async def write(number: int) -> None:
            try:
                await m.put(number, "written")
            except peer_errors.TargetDisconnectedError:
                return
            acknowledged.add(number)

        writes = [asyncio.create_task(write(number)) for number in range(2000)]
        await asyncio.sleep(0)
        await asyncio.to_thread(cluster.members[2].kill)
        await asyncio.gather(*writes)
        found = await m.get_all(list(range(2000)))
        assert {number for number, value in found.items() if value == "written"} >= acknowledged
        assert await m.contains_key("a") is True
        await m.clear()
        assert await m.is_empty() is True
    finally:
        await client.shutdown()


def test_the_asyncio_client(cluster):
    asyncio.run(asyncio_scenario(cluster))
