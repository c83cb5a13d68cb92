# SPDX-License-Identifier: Apache-2.0
"""Callers are told apart from the first lock of a client on, and not before."""

from __future__ import annotations

from typing import Any

from gridwire.hazelcast.operations.map import MapRequests
from gridwire.hazelcast.operations.map_locks import MapLocks
from gridwire.hazelcast.operations.map_processors import MapProcessors
from gridwire.hazelcast.operations.owners import NOBODY, Owners
from gridwire.hazelcast.protocol.messages import by_type
from gridwire.hazelcast.serialization.service import SerializationService

serialization = SerializationService()


class Caller:
    """Who calls just now."""

    def __init__(self) -> None:
        self.number = 7
        self.asked = 0

    def __call__(self) -> int:
        self.asked += 1
        return self.number


def owner_of(request: Any) -> int:
    """The owner that a request names."""
    payload = bytes(request.payload)
    message = by_type(int.from_bytes(payload[6:10], "little"))
    return int(message.decode_request(payload).thread_id)


def calls(owners: Owners) -> list[Any]:
    """Every kind of request that names its caller, but those that lock."""
    on = MapRequests[Any, Any]("m", serialization, 7, owners)
    locks = MapLocks[Any, Any]("m", serialization, 7, owners)
    processors = MapProcessors[Any, Any]("m", serialization, 7, owners)
    return [
        on.get(1),
        on.contains_key(1),
        on.get_entry_view(1),
        on.set(1, 2),
        on.set(1, 2, None, 3),
        on.put(1, 2),
        on.put(1, 2, None, 3),
        on.put_if_absent(1, 2),
        on.put_if_absent(1, 2, None, 3),
        on.put_transient(1, 2),
        on.put_transient(1, 2, None, 3),
        on.replace(1, 2),
        on.replace_if_same(1, 2, 3),
        on.remove(1),
        on.remove_if_same(1, 2),
        on.delete(1),
        on.evict(1),
        on.try_put(1, 2, 0),
        on.try_remove(1, 0),
        locks.unlock(1),
        processors.execute_on_key(1, "processor"),
    ]


def test_all_callers_are_nobody_until_somebody_locks():
    caller = Caller()
    owners = Owners(caller)
    assert {owner_of(request) for request in calls(owners)} == {NOBODY}
    assert caller.asked == 0


def test_every_request_names_its_caller_once_somebody_locked():
    caller = Caller()
    owners = Owners(caller)
    MapLocks[Any, Any]("m", serialization, 7, owners).try_lock(1, None, 0)
    for number in (7, 8):
        caller.number = number
        assert {owner_of(request) for request in calls(owners)} == {number}


def test_a_lock_is_asked_for_in_the_name_of_the_caller_from_the_first_on():
    caller = Caller()
    locks = MapLocks[Any, Any]("m", serialization, 7, Owners(caller))
    assert owner_of(locks.lock(1, None)) == 7
    caller.number = 8
    assert owner_of(locks.try_lock(1, None, 0)) == 8


def test_maps_of_one_client_share_their_owners():
    caller = Caller()
    owners = Owners(caller)
    MapLocks[Any, Any]("one", serialization, 7, owners).lock(1, None)
    assert owner_of(MapRequests[Any, Any]("other", serialization, 7, owners).get(1)) == 7


def test_without_owners_everybody_is_nobody():
    assert owner_of(MapRequests[Any, Any]("m", serialization, 7).get(1)) == NOBODY


def test_references_are_never_the_same():
    owners = Owners()
    assert len({owners.reference() for _ in range(100)}) == 100
