# SPDX-License-Identifier: Apache-2.0
"""A map with a near cache, in every call style, against members that do what a test says."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import uuid
from typing import Any

import pytest

from gridwire.hazelcast import HazelcastClient
from gridwire.hazelcast.aggregator import count
from gridwire.hazelcast.asyncio import HazelcastClient as AsyncioClient
from gridwire.hazelcast.asyncio import Map
from gridwire.hazelcast.config import Config, NearCacheConfig
from gridwire.hazelcast.control import near_following
from gridwire.hazelcast.errors import (
    HazelcastClientNotActiveError,
    HazelcastError,
    InvalidConfigurationError,
)
from gridwire.hazelcast.predicate import sql
from gridwire.hazelcast.projection import single_attribute
from support.call_styles import PATIENCE
from support.near_caches import ANOTHER, BATCH, ONE, Teller, data
from support.patience import until
from support.scripted_connection import joined
from support.scripted_replies import answer, fail, garbage, hang_up, silence

NEAR: dict[str, Any] = {"near_caches": {"m": {}}}


@pytest.fixture
def cluster(scripted):
    return scripted()


@pytest.fixture
def teller(cluster) -> Teller:
    return Teller(cluster)


@pytest.fixture
def near(styles, cluster, teller):
    return styles.client(cluster, **NEAR).map()


def put(cluster, key: Any, value: Any) -> None:
    """Change an entry behind everybody's back."""
    cluster.maps.setdefault("m", {})[data(key)] = data(value)


def asked(cluster, name: str = "Map.Get") -> int:
    return len(cluster.seen(name))


def statistics(near_map: Any) -> dict[str, float]:
    return near_map.near_cache.get_statistics()


# -- reading --------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [1, 0, "", False, 0.0, [], [1, [2]], "text"])
def test_a_value_is_asked_for_once(styles, cluster, near, value) -> None:
    put(cluster, "k", value)
    for _ in range(3):
        found = styles.call(near.get, "k")
        assert found == value
        assert type(found) is type(value)
    assert asked(cluster) == 1


def test_a_key_without_a_value_is_asked_for_every_time(styles, cluster, near) -> None:
    for _ in range(3):
        assert styles.call(near.get, "k") is None
    put(cluster, "k", 1)
    assert styles.call(near.get, "k") == 1
    assert asked(cluster) == 4


def test_get_all_asks_for_what_is_missing(styles, cluster, near) -> None:
    for key in range(10):
        put(cluster, key, key * 2)
    assert styles.call(near.get_all, range(5)) == {key: key * 2 for key in range(5)}
    cluster.forget()
    assert styles.call(near.get_all, [*range(10), 99]) == {key: key * 2 for key in range(10)}
    keys = [key for request in cluster.seen("Map.GetAll") for key in request.fields.keys]
    assert sorted(map(bytes, keys)) == sorted(data(key) for key in [*range(5, 10), 99])
    cluster.forget()
    assert styles.call(near.get_all, range(10)) == {key: key * 2 for key in range(10)}
    assert styles.call(near.get, 7) == 14
    assert not cluster.seen("Map.GetAll") and not cluster.seen("Map.Get")
    assert styles.call(near.get_all, [99]) == {}
    assert asked(cluster, "Map.GetAll") == 1


def test_contains_key_knows_what_is_cached(styles, cluster, near) -> None:
    put(cluster, "k", 0)
    assert styles.call(near.contains_key, "k") is True
    assert styles.call(near.get, "k") == 0
    assert styles.call(near.contains_key, "k") is True
    assert styles.call(near.contains_key, "other") is False
    assert asked(cluster, "Map.ContainsKey") == 2


def test_bad_arguments_are_the_same_as_without_a_cache(styles, near) -> None:
    for method in (near.get, near.contains_key, near.delete):
        assert isinstance(styles.error(method, None), AssertionError)
    assert isinstance(styles.error(near.get_all, None), AssertionError)
    assert isinstance(styles.error(near.get_all, [1, None]), AssertionError)
    for method in (near.set, near.put):
        assert isinstance(styles.error(method, 1, 2, timeout="soon"), TypeError)
    assert isinstance(styles.error(near.get_all, [1], timeout="soon"), TypeError)
    assert isinstance(styles.error(near.put_all, {1: 1}, timeout=-1), ValueError)
    # What was not begun is not left behind with a warning.
    gc.collect()


def test_nobody_gets_an_object_that_another_reader_has(styles, cluster, near) -> None:
    put(cluster, "k", [1, [2]])
    first, second = styles.call(near.get, "k"), styles.call(near.get, "k")
    first[1].append(3)
    assert second == styles.call(near.get, "k") == [1, [2]]
    assert asked(cluster) == 1


def test_sharing_objects_is_a_wish_of_its_own(styles, cluster) -> None:
    put(cluster, "k", [1])
    for options, shared in (
        ({"in_memory_format": "OBJECT"}, False),
        ({"in_memory_format": "OBJECT", "share_objects": True}, True),
        ({"in_memory_format": "BINARY", "share_objects": True}, False),
    ):
        one = styles.client(cluster, near_caches={"m": options}).map()
        styles.call(one.get, "k")
        found = styles.call(one.get, "k")
        assert (found is styles.call(one.get, "k")) is shared


# -- a read that is overtaken ---------------------------------------------------------------------


def test_a_reply_that_was_overtaken_is_not_kept(styles, cluster, near, teller) -> None:
    put(cluster, "k", "old")
    held = cluster.hold("Map.Get")
    reading = styles.begin(near.get, "k")
    request = held.next()
    put(cluster, "k", "new")
    teller.tell("k")
    request.answer(data("old"))
    assert reading.result() == "old"
    cluster.behave("Map.Get")
    assert styles.call(near.get, "k") == "new"
    assert styles.call(near.get, "k") == "new"
    assert asked(cluster) == 2


def test_an_invalidation_that_comes_after_the_reply_drops_it(styles, cluster, near, teller) -> None:
    put(cluster, "k", "old")
    held = cluster.hold("Map.Get")
    reading = styles.begin(near.get, "k")
    request = held.next()
    request.answer(data("old"))
    teller.tell("k")
    assert reading.result() == "old"
    cluster.behave("Map.Get")
    put(cluster, "k", "new")
    until(lambda: statistics(near)["invalidation_requests"] >= 1)
    assert styles.call(near.get, "k") == "new"


def test_get_all_is_overtaken_key_by_key(styles, cluster, near, teller) -> None:
    for key in range(20):
        put(cluster, key, "old")
    held = cluster.hold("Map.GetAll")
    reading = styles.begin(near.get_all, range(20))
    count = len({teller.partition(key) for key in range(20)})
    requests = held.take(count)
    teller.tell(3)
    teller.tell(4)
    cluster.behave("Map.GetAll")
    for request in requests:
        request.answer_as_usual()
    assert reading.result() == dict.fromkeys(range(20), "old")
    cluster.forget()
    styles.call(near.get_all, range(20))
    keys = [bytes(key) for one in cluster.seen("Map.GetAll") for key in one.fields.keys]
    assert sorted(keys) == sorted([data(3), data(4)])


def test_an_invalidation_by_another_member_than_the_reply_counts(styles, scripted) -> None:
    cluster = scripted(2)
    teller = Teller(cluster)
    near = styles.client(cluster, **NEAR).map()
    put(cluster, "k", "old")
    owner = cluster.owner(teller.partition("k"))
    (other,) = [one for one in cluster.members if one is not owner]
    held = owner.hold("Map.Get")
    reading = styles.begin(near.get, "k")
    request = held.next()
    teller.tell("k", by=other)
    until(lambda: statistics(near)["invalidation_requests"] == 1)
    request.answer(data("old"))
    assert reading.result() == "old"
    owner.behave("Map.Get")
    put(cluster, "k", "new")
    assert styles.call(near.get, "k") == "new"


def test_a_read_that_failed_leaves_nothing(styles, cluster, near) -> None:
    cluster.script("Map.Get", fail(23))
    assert isinstance(styles.error(near.get, "k"), HazelcastError)
    put(cluster, "k", 1)
    assert styles.call(near.get, "k") == styles.call(near.get, "k") == 1
    assert asked(cluster) == 2


# -- what members tell ----------------------------------------------------------------------------


def cached(styles, cluster, near, *keys: Any) -> None:
    """Have these keys in the cache."""
    for key in keys:
        put(cluster, key, "old")
        assert styles.call(near.get, key) == "old"
        put(cluster, key, "new")
        assert styles.call(near.get, key) == "old"
    cluster.forget()


def test_single_and_batched_invalidations(styles, cluster, near, teller) -> None:
    cached(styles, cluster, near, 1, 2, 3, 4)
    teller.tell(1)
    teller.tell_many([2, 3], cluster.members[0])
    until(lambda: statistics(near)["invalidations"] == 3)
    assert [styles.call(near.get, key) for key in (1, 2, 3, 4)] == ["new", "new", "new", "old"]
    teller.tell_all()
    until(lambda: statistics(near)["owned_entry_count"] == 0)
    assert styles.call(near.get, 4) == "new"


def test_a_gap_drops_what_may_have_changed(styles, cluster, near, teller) -> None:
    teller.tell(1)
    until(lambda: statistics(near)["invalidation_requests"] >= 1)
    cached(styles, cluster, near, *range(1, 40))
    beside = [key for key in range(2, 40) if teller.partition(key) == teller.partition(1)]
    teller.next_number(1)
    teller.tell(1)
    until(lambda: statistics(near)["invalidations"] == 1 + len(beside))
    for key in range(2, 40):
        assert styles.call(near.get, key) == ("new" if key in beside else "old")


def test_what_got_lost_is_found_by_asking(styles, cluster, teller) -> None:
    client = styles.client(cluster, near_caches={"m": {"reconcile_interval": 0.05}})
    near = client.map()
    cached(styles, cluster, near, 1)
    cluster.wait_for("Map.FetchNearCacheInvalidationMetadata", 3)
    assert styles.call(near.get, 1) == "old"
    teller.next_number(1)
    until(lambda: styles.call(near.get, 1) == "new")


def test_a_listener_that_members_lost_is_placed_anew(styles, cluster, teller) -> None:
    client = styles.client(cluster, near_caches={"m": {"reconcile_interval": 0.05}})
    near = client.map()
    cached(styles, cluster, near, 1)
    teller.forget()
    until(lambda: styles.call(near.get, 1) == "new")
    put(cluster, 1, "newer")
    until(lambda: len(teller.listeners) >= 1)
    teller.tell(1)
    until(lambda: styles.call(near.get, 1) == "newer")


def test_a_map_that_members_cleared_may_have_been_destroyed(styles, cluster, near, teller) -> None:
    cached(styles, cluster, near, 1)
    teller.tell_all(source=cluster.members[0].uuid)
    teller.forget()
    until(lambda: styles.call(near.get, 1) == "new")
    cluster.wait_for("Map.AddNearCacheInvalidationListener", 1)
    until(lambda: cached_at_last(styles, cluster, near, teller))


def test_a_listener_that_came_while_members_destroyed_the_map_gets_company(
    styles, cluster, teller, monkeypatch
) -> None:
    # Members count it as one of the old map, and tell nobody what happens to the new one.
    monkeypatch.setattr(near_following, "_SETTLED_SECONDS", 0.05)
    client = styles.client(cluster, near_caches={"m": {"reconcile_interval": 60}})
    near = client.map()
    cached(styles, cluster, near, 1)
    before = len(cluster.seen("Map.AddNearCacheInvalidationListener"))
    teller.tell_all(cluster.members[0].uuid)
    teller.forget()
    until(lambda: len(cluster.seen("Map.AddNearCacheInvalidationListener")) == before + 2)
    until(lambda: len(teller.listeners) == 2)
    until(lambda: cached_at_last(styles, cluster, near, teller))
    teller.tell_all(cluster.members[0].uuid)
    until(lambda: len(cluster.seen("Map.AddNearCacheInvalidationListener")) == before + 4)
    until(lambda: len(teller.listeners) == 2)


def cached_at_last(styles, cluster, near, teller) -> bool:
    """Whether it keeps again what it reads, and hears again what changes."""
    put(cluster, 1, str(uuid.uuid4()))
    read = styles.call(near.get, 1)
    put(cluster, 1, "changed")
    if styles.call(near.get, 1) != read:
        return False
    teller.tell(1)
    until(lambda: styles.call(near.get, 1) == "changed")
    return True


@pytest.mark.parametrize("event", ["no key", "lists of two lengths", "not a message"])
def test_what_makes_no_sense_ends_the_connection(styles, cluster, near, teller, event) -> None:
    cached(styles, cluster, near, 1)
    (member,) = cluster.members
    number = uuid.UUID(int=1)
    if event == "no key":
        teller.send(member, ONE, b"short", ANOTHER, number, 1)
    elif event == "lists of two lengths":
        teller.send(member, BATCH, [data(1)], [ANOTHER], [number], [1, 2])
    else:
        garbage()(teller.listeners[0][1])
    until(lambda: statistics(near)["owned_entry_count"] == 0)
    assert styles.call(near.get, 1) == "new"


def test_events_of_a_kind_that_is_not_known_are_ignored(styles, cluster, near, teller) -> None:
    cached(styles, cluster, near, 1)
    (_, listener), (member,) = teller.listeners[0], cluster.members
    event = bytearray(joined(ONE.encode(listener.correlation, -1, data(1), ANOTHER, ANOTHER, 1)))
    event[6:10] = (0x013F09).to_bytes(4, "little")
    listener.connection.write(bytes(event))
    teller.tell("another")
    until(lambda: statistics(near)["invalidation_requests"] >= 1)
    assert styles.call(near.get, 1) == "old"
    assert len(member.connections) == 1


# -- connections ----------------------------------------------------------------------------------


def test_a_lost_connection_drops_everything(styles, cluster, near, teller) -> None:
    cached(styles, cluster, near, 1, 2)
    (member,) = cluster.members
    for connection in list(member.connections):
        connection.close()
    until(lambda: statistics(near)["owned_entry_count"] == 0)
    assert styles.call(near.get, 1) == "new"
    until(lambda: cached_at_last(styles, cluster, near, teller))


def test_a_read_that_began_before_the_connection_was_lost_is_not_kept(styles, scripted) -> None:
    cluster = scripted(2)
    teller = Teller(cluster)
    near = styles.client(cluster, **NEAR).map()
    put(cluster, "k", "old")
    owner = cluster.owner(teller.partition("k"))
    (other,) = [one for one in cluster.members if one is not owner]
    held = owner.hold("Map.Get")
    reading = styles.begin(near.get, "k")
    request = held.next()
    put(cluster, "gone", 1)
    for connection in list(other.connections):
        connection.close()
    cluster.wait_until(lambda: len(other.seen("Map.AddNearCacheInvalidationListener")) >= 2)
    request.answer(data("old"))
    assert reading.result() == "old"
    owner.behave("Map.Get")
    put(cluster, "k", "new")
    assert styles.call(near.get, "k") == "new"


def test_what_is_read_by_way_of_a_member_that_does_not_tell_is_not_kept(styles, scripted) -> None:
    cluster = scripted(2)
    teller = Teller(cluster)
    near = styles.client(cluster, **NEAR).map()
    cached(styles, cluster, near, *range(10))
    here, gone = cluster.members
    gone.kill()
    until(lambda: statistics(near)["owned_entry_count"] == 0)
    for key in range(10):
        put(cluster, key, "old")
        assert styles.call(near.get, key) == "old"
        put(cluster, key, "new")
        told = cluster.owner(teller.partition(key)) is here
        assert styles.call(near.get, key) == ("old" if told else "new")
    gone.revive()
    # Values come before the member tells of their changes again; only later ones are kept.
    news = dict.fromkeys(range(10), "new")
    until(
        lambda: (
            styles.call(near.get_all, range(10)) == news
            and statistics(near)["owned_entry_count"] == 10
        )
    )


def test_a_member_that_refuses_the_listener_is_not_trusted(styles, scripted) -> None:
    cluster = scripted(1)
    teller = Teller(cluster)
    near = styles.client(cluster, **NEAR).map()
    cluster.rules.pop("Map.AddNearCacheInvalidationListener")
    late = cluster.start_member(announce=False)
    late.always("Map.AddNearCacheInvalidationListener", fail(61))
    cluster.announce()
    cluster.wait_until(lambda: bool(late.seen("Map.AddNearCacheInvalidationListener")))
    until(lambda: len(late.connections) == 1)
    keys = [key for key in range(20) if cluster.owner(teller.partition(key)) is late]
    for key in keys[:3]:
        for value in ("a", "b", "c"):
            put(cluster, key, value)
            assert styles.call(near.get, key) == value


def test_a_map_whose_listener_is_refused_is_not_given(styles, cluster) -> None:
    cluster.script("Map.AddNearCacheInvalidationListener", fail(61, "no near caches here"))
    client = styles.client(cluster, **NEAR)
    with pytest.raises(HazelcastError, match="no near caches here"):
        client.map()
    near = client.map()
    cached(styles, cluster, near, 1)


def test_one_connection_for_everything_hears_all_members(styles, scripted) -> None:
    cluster = scripted(2)
    teller = Teller(cluster)
    near = styles.client(cluster, smart_routing=False, **NEAR).map()
    ((_, listener),) = teller.listeners
    assert listener.fields.local_only is False
    cached(styles, cluster, near, *range(6))
    assert len(cluster.seen("Map.FetchNearCacheInvalidationMetadata")) == 0
    for key in range(6):
        teller.tell(key, by=listener.member)
    until(lambda: statistics(near)["invalidations"] == 6)


def test_members_that_know_nothing_of_the_numbers(styles, cluster, teller) -> None:
    cluster.always("Map.FetchNearCacheInvalidationMetadata", fail(61))
    near = styles.client(cluster, **NEAR).map()
    cached(styles, cluster, near, 1)
    teller.tell(1)
    until(lambda: styles.call(near.get, 1) == "new")


# -- own writes -----------------------------------------------------------------------------------

OF_ONE_KEY = {
    "put": (1, "mine"),
    "set": (1, "mine"),
    "put_if_absent": (1, "mine"),
    "put_transient": (1, "mine"),
    "replace": (1, "mine"),
    "replace_if_same": (1, "old", "mine"),
    "remove": (1,),
    "remove_if_same": (1, "old"),
    "delete": (1,),
    "evict": (1,),
    "try_put": (1, "mine"),
    "try_remove": (1,),
    "set_ttl": (1, 100),
    "execute_on_key": (1, "a processor"),
    "put_all": ({1: "mine"},),
    "execute_on_keys": ([1], "a processor"),
    "load_all": ([1],),
    "lock": (1,),
    "try_lock": (1,),
}
OF_ALL = {
    "clear": (),
    "evict_all": (),
    "load_all": (),
    "remove_all": (sql("this = 1"),),
    "execute_on_entries": ("a processor",),
    "replace_all": ("a function",),
    "add_interceptor": ("an interceptor",),
    "destroy": (),
}
LENGTHENED = {"set": (1, "mine", 100, 100), "put": (1, "mine", 100, 100)}
LENGTHENED |= {"put_if_absent": (1, 2, 3, 4), "put_transient": (1, 2, 3, 4)}
OF_NONE = {
    "size": (),
    "is_empty": (),
    "key_set": (),
    "values": (),
    "entry_set": (sql("this = 1"),),
    "contains_value": ("old",),
    "get_entry_view": (1,),
    "flush": (),
    "is_locked": (1,),
    "force_unlock": (1,),
    "unlock": (1,),
    "aggregate": (count(),),
    "project": (single_attribute("this"),),
    "add_index": (["this"],),
}

REPLIES: dict[str, tuple[Any, ...]] = {
    "PutIfAbsent": (None,),
    "PutIfAbsentWithMaxIdle": (None,),
    "PutTransient": (),
    "PutTransientWithMaxIdle": (None,),
    "PutWithMaxIdle": (None,),
    "SetWithMaxIdle": (None,),
    "Replace": (None,),
    "ReplaceIfSame": (True,),
    "RemoveIfSame": (True,),
    "Evict": (True,),
    "TryRemove": (True,),
    "SetTtl": (True,),
    "ExecuteOnKey": (None,),
    "ExecuteOnKeys": ([],),
    "ExecuteOnAllKeys": ([],),
    "LoadGivenKeys": (),
    "LoadAll": (),
    "EvictAll": (),
    "RemoveAll": (),
    "ReplaceAll": (),
    "AddInterceptor": ("id",),
    "Lock": (),
    "TryLock": (True,),
    "Unlock": (),
    "ForceUnlock": (),
    "IsLocked": (False,),
    "KeySet": ([],),
    "Values": ([],),
    "EntriesWithPredicate": ([],),
    "ContainsValue": (True,),
    "GetEntryView": (None, 0),
    "Aggregate": (data(1),),
    "Project": ([],),
    "AddIndex": (),
}


def all_scripted(cluster) -> None:
    for name, values in REPLIES.items():
        cluster.always(f"Map.{name}", answer(*values))


@pytest.mark.parametrize("method", [*OF_ONE_KEY, *(f"{one} with times" for one in LENGTHENED)])
def test_a_write_drops_its_key_and_no_other(styles, cluster, near, method) -> None:
    all_scripted(cluster)
    name, _, times = method.partition(" ")
    args = LENGTHENED[name] if times else OF_ONE_KEY[name]
    cached(styles, cluster, near, 1, 2)
    styles.call(getattr(near, name), *args)
    put(cluster, 1, "new")
    assert styles.call(near.get, 1) == "new"
    assert styles.call(near.get, 2) == "old"


@pytest.mark.parametrize("method", OF_ALL)
def test_a_write_of_everything_drops_everything(styles, cluster, near, method) -> None:
    all_scripted(cluster)
    cached(styles, cluster, near, 1, 2)
    styles.call(getattr(near, method), *OF_ALL[method])
    put(cluster, 1, "new")
    put(cluster, 2, "new")
    assert [styles.call(near.get, key) for key in (1, 2)] == ["new", "new"]


@pytest.mark.parametrize("method", OF_NONE)
def test_what_changes_nothing_drops_nothing(styles, cluster, near, method) -> None:
    all_scripted(cluster)
    cached(styles, cluster, near, 1, 2)
    styles.call(getattr(near, method), *OF_NONE[method])
    assert [styles.call(near.get, key) for key in (1, 2)] == ["old", "old"]


def test_every_method_of_a_map_was_tried() -> None:
    public = {name for name in vars(Map) if not name.startswith("_")}
    tried = {*OF_ONE_KEY, *OF_ALL, *OF_NONE, "get", "get_all", "contains_key"}
    # Listeners tell, iterators read, a lock context locks, and an interceptor is only taken back.
    others = {"add_entry_listener", "remove_entry_listener", "iter_keys", "iter_entries"}
    others |= {"lock_context", "remove_interceptor"}
    assert public - tried - others == set()


@pytest.mark.parametrize("fate", ["done", "refused", "hung up", "timed out"])
def test_what_is_read_while_a_write_is_under_way_does_not_stay(styles, cluster, near, fate) -> None:
    put(cluster, 1, "old")
    held = cluster.hold("Map.Set")
    writing = styles.begin(near.set, 1, "mine", timeout=0.2 if fate == "timed out" else None)
    request = held.next()
    assert styles.call(near.get, 1) == styles.call(near.get, 1) == "old"
    put(cluster, 1, "mine")
    match fate:
        case "done":
            request.answer()
        case "refused":
            request.fail(23)
        case "hung up":
            hang_up(request)
    assert (styles.outcome(writing) is None) == (fate == "done")
    assert styles.call(near.get, 1) == "mine"


def test_a_write_that_is_cancelled_leaves_nothing_that_was_read_meanwhile(
    cancelling_styles, cluster, teller
) -> None:
    styles = cancelling_styles
    near = styles.client(cluster, **NEAR).map()
    put(cluster, 1, "old")
    held = cluster.hold("Map.Set")
    writing = styles.begin(near.set, 1, "mine")
    held.next()
    assert styles.call(near.get, 1) == styles.call(near.get, 1) == "old"
    put(cluster, 1, "mine")
    assert writing.cancel()
    until(lambda: statistics(near)["owned_entry_count"] == 0)
    assert styles.call(near.get, 1) == "mine"


def test_the_invalidation_of_an_own_write_does_not_drop_what_was_read_since(
    styles, cluster, near, teller
) -> None:
    client_uuid = teller.listeners[0][1].connection.client_uuid
    styles.call(near.set, 1, "mine")
    teller.tell("first of its partition")
    teller.tell(1, client_uuid)
    until(lambda: statistics(near)["invalidation_requests"] >= 3)
    styles.call(near.set, 1, "mine")
    assert styles.call(near.get, 1) == "mine"
    before = statistics(near)
    teller.tell(1, client_uuid)
    teller.tell("another")
    until(lambda: statistics(near)["invalidation_requests"] > before["invalidation_requests"])
    assert asked(cluster) == 1
    styles.call(near.get, 1)
    assert asked(cluster) == 1
    teller.tell(1)
    until(lambda: statistics(near)["owned_entry_count"] == 0)


def test_an_own_write_that_is_executed_late_drops_what_was_read_before(
    styles, cluster, near, teller
) -> None:
    client_uuid = teller.listeners[0][1].connection.client_uuid
    put(cluster, 1, "old")
    cluster.script("Map.Set", silence)
    assert isinstance(styles.error(near.set, 1, "mine", timeout=0.05), HazelcastError)
    teller.tell("first of its partition")
    assert styles.call(near.get, 1) == "old"
    put(cluster, 1, "mine")
    teller.tell(1, client_uuid)
    until(lambda: styles.call(near.get, 1) == "mine")


def test_put_all_tells_nothing_wrong_when_a_part_failed(styles, cluster, near) -> None:
    cached(styles, cluster, near, *range(10))
    cluster.script("Map.PutAll", fail(23))
    assert styles.error(near.put_all, dict.fromkeys(range(10), "mine")) is not None
    for key in range(10):
        put(cluster, key, "new")
        assert styles.call(near.get, key) == "new"


def test_a_block_that_holds_a_lock_reads_what_is_true(scripted) -> None:
    cluster = scripted()
    all_scripted(cluster)
    Teller(cluster)
    options = {"cluster_members": cluster.addresses, "cluster_name": cluster.cluster_name}
    with HazelcastClient(**options, **NEAR) as client:
        near = client.get_map("m").blocking()
        put(cluster, 1, "old")
        assert near.get(1) == "old"
        put(cluster, 1, "new")
        assert near.get(1) == "old"
        with near.lock_context(1):
            assert near.get(1) == "new"


# -- life -----------------------------------------------------------------------------------------


def test_after_the_end_of_the_client_nothing_is_answered(styles, cluster, teller) -> None:
    client = styles.client(cluster, **NEAR)
    near = client.map()
    cached(styles, cluster, near, 1)
    client.shutdown()
    assert isinstance(styles.error(near.get, 1), HazelcastClientNotActiveError)
    assert isinstance(styles.error(near.contains_key, 1), HazelcastClientNotActiveError)
    assert statistics(near)["owned_entry_count"] == 0


def test_a_destroyed_map_keeps_nothing_and_its_successor_does(styles, cluster, teller) -> None:
    client = styles.client(cluster, **NEAR)
    near = client.map()
    cached(styles, cluster, near, 1)
    assert styles.call(near.destroy) is True
    until(lambda: not teller.listeners)
    for value in ("a", "b"):
        put(cluster, 1, value)
        assert styles.call(near.get, 1) == value
    again = client.map()
    assert again is not near
    cached(styles, cluster, again, 1)
    assert len(teller.listeners) == 1


def test_one_near_cache_for_a_name(styles, cluster, teller) -> None:
    client = styles.client(cluster, near_caches={"m*": {}})
    one, same, other = client.map("m"), client.map("m"), client.map("m2")
    assert len(teller.listeners) == 2
    put(cluster, 1, "old")
    assert styles.call(one.get, 1) == "old"
    assert len(one.near_cache) == len(same.near_cache) == 1
    assert len(other.near_cache) == 0
    assert repr(one.near_cache) == "NearCache(name='m', len=1)"
    same.near_cache.clear()
    assert len(one.near_cache) == 0


def test_maps_without_a_near_cache_pay_nothing(styles, cluster) -> None:
    client = styles.client(cluster, **NEAR)
    plain = client.map("other")
    assert not hasattr(plain, "near_cache")
    assert not cluster.seen("Map.AddNearCacheInvalidationListener")


@pytest.mark.parametrize(
    ("names", "name", "found"),
    [
        (("m",), "m", "m"),
        (("m",), "mm", None),
        (("prices-*",), "prices-eu", "prices-*"),
        (("prices-*",), "prices-", "prices-*"),
        (("prices-*",), "price", None),
        (("*",), "anything", "*"),
        (("*-eu", "*"), "prices-eu", "*-eu"),
        (("prices-*", "prices-eu"), "prices-eu", "prices-eu"),
        (("p*u", "pr*"), "prices-eu", None),
        (("ab*ba",), "aba", None),
    ],
)
def test_names_of_near_caches(scripted, names, name, found) -> None:
    cluster = scripted()
    sizes = {one: number + 1 for number, one in enumerate(names)}
    near_caches = {one: {"eviction_max_size": size} for one, size in sizes.items()}
    options = {"cluster_members": cluster.addresses, "cluster_name": cluster.cluster_name}
    with HazelcastClient(**options, near_caches=near_caches) as client:
        if names == ("p*u", "pr*"):
            with pytest.raises(InvalidConfigurationError, match=r"'p\*u' and 'pr\*'"):
                client.get_map(name)
            return
        a_map = client.get_map(name)
        if found is None:
            assert not hasattr(a_map, "near_cache")
        else:
            assert a_map._near.cache.settings.max_entries == sizes[found]


def test_a_pattern_has_one_wildcard() -> None:
    with pytest.raises(InvalidConfigurationError, match=r"'a\*b\*' has more than one \*"):
        Config().near_caches = {"a*b*": NearCacheConfig()}
    Config().near_caches = {"a*b": NearCacheConfig()}


def test_statistics_have_the_names_of_the_official_client(styles, cluster, near) -> None:
    cached(styles, cluster, near, 1)
    official = pytest.importorskip("hazelcast.near_cache")
    theirs = official.NearCache("m", None, 0, None, None, True, 1, 10)
    found = statistics(near)
    assert list(found) == list(theirs.get_statistics())
    assert abs(found["creation_time"] - theirs.get_statistics()["creation_time"]) < 60
    assert (found["hits"], found["misses"], found["owned_entry_count"]) == (1, 1, 1)
    assert found["owned_entry_memory_cost"] > 400


def test_a_forked_process_answers_nothing_from_its_parents_cache(scripted) -> None:
    cluster = scripted()
    options = {"cluster_members": cluster.addresses, "cluster_name": cluster.cluster_name}
    with HazelcastClient(**options, **NEAR) as client:
        near = client.get_map("m").blocking()
        put(cluster, 1, "old")
        assert near.get(1) == "old"
        put(cluster, 1, "new")  # and nobody says so
        guard = near._near.cache._guard
        holding, over = threading.Event(), threading.Event()

        def hold() -> None:
            with guard:
                holding.set()
                over.wait(PATIENCE)

        holder = threading.Thread(target=hold)
        holder.start()
        holding.wait(PATIENCE)
        child = os.fork()
        if child == 0:
            try:
                os._exit(7 if len(near.near_cache) == 0 and near.get(1) == "new" else 9)
            except BaseException:  # noqa: BLE001 - the parent sees it by the status
                os._exit(8)
            os._exit(9)
        over.set()
        holder.join()
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        assert near.get(1) == "old"


def test_a_hit_does_not_touch_the_loop(scripted) -> None:
    cluster = scripted()

    async def main() -> None:
        options = {"cluster_members": cluster.addresses, "cluster_name": cluster.cluster_name}
        async with AsyncioClient(**options, **NEAR) as client:
            near = await client.get_map("m")
            await near.set(1, "value")
            await near.get(1)
            for coroutine in (near.get(1), near.contains_key(1), near.get_all([1])):
                with pytest.raises(StopIteration) as done:
                    coroutine.send(None)
                assert done.value.value in ("value", True, {1: "value"})

    asyncio.run(main())


def test_a_future_of_a_hit_is_done(scripted) -> None:
    cluster = scripted()
    options = {"cluster_members": cluster.addresses, "cluster_name": cluster.cluster_name}
    with HazelcastClient(**options, **NEAR) as client:
        near = client.get_map("m")
        put(cluster, 1, "value")
        assert near.get(1).result() == "value"
        future = near.get(1)
        assert future.done() and future.is_success()
        assert near.contains_key(1).done()
        seen: list[Any] = []
        future.add_done_callback(lambda done: seen.append(done.result()))
        assert seen == ["value"]
