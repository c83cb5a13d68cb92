# SPDX-License-Identifier: Apache-2.0
"""The same requests to members of ours and to real ones get the same answers, acks and events."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from gridwire.hazelcast.protocol.messages import client as client_messages
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.serialization.data import partition_of
from gridwire.testing import HazelcastCluster
from support.hazelcast_wire import (
    THREAD_ID,
    Failure,
    SocketWire,
    int_data,
    keys_of,
    text_data,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

K, K2, ABSENT = int_data(1), int_data(2), int_data(77)
A, B = text_data("a"), text_data("b")
T = THREAD_ID
BEGINNING = [(2**31 - 1, -1)]


class Observer:
    """Sends requests to the owner of a key's partition (or beside it) and notes what comes back."""

    def __init__(self, addresses: list[str], cluster_name: str) -> None:
        client = uuid.uuid4()
        self.wires = [SocketWire(address, client) for address in addresses]
        answers = [wire.authenticate(cluster_name) for wire in self.wires]
        self.uuids = [answer.member_uuid for answer in answers]
        self.name = f"agreement-{client}"
        for wire in self.wires:
            assert wire.call(client_messages.LOCAL_BACKUP_LISTENER).value == client
            wire.call(messages.ADD_ENTRY_LISTENER, self.name, True, 1023, True)
        self.owners = self._owners()
        self._was_there = False

    def _owners(self) -> dict[int, int]:
        # A real cluster assigns partitions when it is first asked for data.
        first = self.wires[0]
        first.call(messages.SIZE, self.name)
        first.call(client_messages.ADD_CLUSTER_VIEW_LISTENER)
        while True:
            (view,) = first.wait_for(1, "PartitionsView")[:1]
            owners = {
                partition_id: self.uuids.index(owner)
                for owner, partitions in view.fields.partitions
                for partition_id in partitions
            }
            if len(owners) == 271:
                return owners

    def on_key(self, message: Any, key: bytes, *values: Any, beside: int = 0) -> Any:
        partition_id = partition_of(key, 271)
        at = (self.owners[partition_id] + beside) % len(self.wires)
        if message is messages.DELETE:
            # Before 5.4 the answer does not say it.
            asked = self.wires[at].call(
                messages.CONTAINS_KEY, self.name, key, T, partition_id=partition_id
            )
            self._was_there = asked.value
        return self._note(at, message, key, *values, partition_id=partition_id)

    def on_all(self, message: Any, *values: Any, told: int = 0) -> Any:
        at = 1 % len(self.wires)
        return self._note(at, message, *values, partition_id=-1, told=told)

    def on_partition(self, message: Any, partition_id: int, *values: Any) -> Any:
        return self._note(self.owners[partition_id], message, *values, partition_id=partition_id)

    def _note(self, at: int, message: Any, *values: Any, partition_id: int, told: int = 0) -> Any:
        wire = self.wires[at]
        try:
            value, acks = wire.call(
                message, self.name, *values, partition_id=partition_id, aware=True
            )
        except Failure as failure:
            return failure.code, failure.class_name, failure.message
        count = int(acks + told + self._expects_event(message, value))
        # For the whole map, the member that was asked speaks; else the owner, whoever was asked.
        speaker = wire if partition_id < 0 else self.wires[self.owners[partition_id]]
        events = self._events(wire, speaker, count)
        return _plain(value), acks, sorted(events)

    def _expects_event(self, message: Any, value: Any) -> bool:
        """Whether to wait for an event; those that are not expected show up with the next."""
        if message is messages.DELETE:
            return self._was_there
        if message in IF_PRESENT:
            return value is not None
        if message in IF_ABSENT:
            return value is None
        return message in WITH_EVENT and value is not False

    def _events(
        self, asked: SocketWire, speaker: SocketWire, count: int
    ) -> Iterator[tuple[Any, ...]]:
        found: list[tuple[SocketWire, Any]] = []
        while len(found) < count:
            for wire in self.wires:
                found += [
                    (wire, event)
                    for event in wire.heard_soon(0.01)
                    if event.name in {"Entry", "backup"}
                ]
        for wire, event in found:
            if event.name == "backup":
                yield "backup", wire is speaker
                continue
            fields = event.fields
            yield (
                "Entry",
                fields.event_type,
                event.partition_id,
                fields.key or b"",
                fields.value or b"",
                fields.old_value or b"",
                fields.number_of_affected_entries,
                fields.uuid == self.uuids[self.wires.index(asked)],
                wire is speaker,
            )

    def close(self) -> None:
        for wire in self.wires:
            wire.close()


IF_PRESENT = {messages.REMOVE, messages.REPLACE}
IF_ABSENT = {messages.PUT_IF_ABSENT, messages.PUT_IF_ABSENT_WITH_MAX_IDLE}
WITH_EVENT = {
    messages.PUT,
    messages.SET,
    messages.PUT_TRANSIENT,
    messages.PUT_WITH_MAX_IDLE,
    messages.SET_WITH_MAX_IDLE,
    messages.PUT_TRANSIENT_WITH_MAX_IDLE,
    messages.TRY_PUT,
    messages.REPLACE_IF_SAME,
    messages.REMOVE_IF_SAME,
    messages.TRY_REMOVE,
    messages.EVICT,
    messages.PUT_ALL,
}


def _plain(value: Any) -> Any:
    """A value that can be compared: order of keys in a map is nobody's promise."""
    if isinstance(value, list):
        return sorted(value)
    return value


def scenario(see: Observer) -> list[Any]:
    """Every Map message in its ordinary and its odd cases."""
    keys = keys_of(5, 30)
    pairs = [(key, text_data(str(at))) for at, key in enumerate(keys)]
    seen = [
        see.on_key(messages.GET, K, T),
        see.on_key(messages.PUT, K, A, T, -1),
        see.on_key(messages.PUT, K, B, T, 0, beside=1),
        see.on_key(messages.SET, K, B, T, -1, beside=2),
        see.on_key(messages.GET, K, T, beside=1),
        see.on_key(messages.CONTAINS_KEY, K, T),
        see.on_key(messages.CONTAINS_KEY, ABSENT, T),
        see.on_key(messages.PUT_IF_ABSENT, K, A, T, -1),
        see.on_key(messages.PUT_IF_ABSENT, K2, A, T, -1),
        see.on_key(messages.REPLACE, ABSENT, A, T),
        see.on_key(messages.REPLACE, K2, B, T),
        see.on_key(messages.REMOVE, K2, T),
        see.on_key(messages.REPLACE_IF_SAME, K, A, A, T),
        see.on_key(messages.REPLACE_IF_SAME, K, B, A, T),
        see.on_key(messages.REPLACE_IF_SAME, ABSENT, B, A, T),
        see.on_key(messages.TRY_PUT, K, B, T, 0),
        see.on_key(messages.PUT_TRANSIENT, K, A, T, -1),
        see.on_key(messages.GET_ENTRY_VIEW, K, T),
        see.on_key(messages.GET_ENTRY_VIEW, ABSENT, T),
        see.on_key(messages.PUT_WITH_MAX_IDLE, K, B, T, -1, 3_600_000),
        see.on_key(messages.SET_WITH_MAX_IDLE, K, A, T, 3_600_000, -1),
        see.on_key(messages.PUT_TRANSIENT_WITH_MAX_IDLE, K, B, T, -1, -1),
        see.on_key(messages.PUT_IF_ABSENT_WITH_MAX_IDLE, K, B, T, -1, 3_600_000),
        see.on_key(messages.PUT_IF_ABSENT_WITH_MAX_IDLE, K2, B, T, -1, 3_600_000),
        see.on_key(messages.REMOVE, K2, T),
        see.on_key(messages.SET_TTL, K, 3_600_000),
        see.on_key(messages.SET_TTL, K, 0),
        see.on_key(messages.SET_TTL, ABSENT, 1000),
        see.on_key(messages.GET_ENTRY_VIEW, K, T),
        see.on_key(messages.REMOVE_IF_SAME, K, A, T),
        see.on_key(messages.REMOVE_IF_SAME, K, B, T),
        see.on_key(messages.REMOVE, K, T),
        see.on_key(messages.SET, K, A, T, -1),
        see.on_key(messages.DELETE, K, T),
        see.on_key(messages.DELETE, K, T),
        see.on_key(messages.SET, K, A, T, -1),
        see.on_key(messages.TRY_REMOVE, K, T, 0),
        see.on_key(messages.TRY_REMOVE, K, T, 0),
        see.on_key(messages.SET, K, A, T, -1),
        see.on_key(messages.EVICT, K, T),
        see.on_key(messages.EVICT, K, T),
        see.on_key(messages.SET, K2, A, T, 0),
        see.on_partition(messages.PUT_ALL, 5, pairs[:1], True),
        see.on_partition(messages.GET_ALL, 5, keys),
        see.on_all(messages.SIZE),
        see.on_all(messages.IS_EMPTY),
        see.on_all(messages.KEY_SET),
        see.on_all(messages.VALUES),
        see.on_all(messages.ENTRY_SET),
        see.on_all(messages.CONTAINS_VALUE, A),
        see.on_all(messages.CONTAINS_VALUE, text_data("zz")),
        see.on_all(messages.FLUSH),
        see.on_all(messages.LOAD_ALL, True),
        see.on_all(messages.LOAD_GIVEN_KEYS, [K], True),
        see.on_partition(messages.FETCH_KEYS, 5, BEGINNING, 100),
        see.on_partition(messages.FETCH_ENTRIES, 5, BEGINNING, 100),
        see.on_partition(messages.FETCH_KEYS, 6, BEGINNING, 100),
        see.on_partition(messages.FETCH_KEYS, 5, BEGINNING, -1),
        see.on_partition(messages.FETCH_KEYS, 5, [], 1),
        see.on_all(messages.GET, K, T),
        see.on_all(messages.CLEAR, told=1),
        see.on_all(messages.CLEAR),
        see.on_key(messages.SET, K, A, T, -1),
        see.on_all(messages.EVICT_ALL, told=1),
        see.on_all(messages.EVICT_ALL),
        see.on_all(messages.REMOVE_ENTRY_LISTENER, uuid.uuid4()),
    ]
    # What no request waited for would come now.
    rest = [
        (event.fields.event_type, event.fields.number_of_affected_entries, at)
        for at, wire in enumerate(see.wires)
        for event in wire.heard_soon(0.3)
        if event.name == "Entry"
    ]
    return [*seen, rest]


def observed(addresses: list[str], cluster_name: str, act: Any) -> Any:
    see = Observer(addresses, cluster_name)
    try:
        return act(see)
    finally:
        see.close()


@pytest.mark.parametrize(
    ("version", "members"), [("5.7.0", 1), ("5.7.0", 3), ("5.3.8", 1), ("4.2.8", 1)]
)
def test_map_messages(real_cluster_factory, version, members):
    real = real_cluster_factory(version, members)
    theirs = observed(real.addresses, real.cluster_name, scenario)
    with HazelcastCluster(members, version=version) as cluster:
        ours = observed(cluster.addresses, cluster.cluster_name, scenario)
    for at, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        assert one == other, f"step {at}"


def test_what_members_say_to_strangers(real_cluster_factory):
    real = real_cluster_factory("5.7.0", 1)
    with HazelcastCluster(1) as cluster:
        for changes in (
            {"cluster_name": "another"},
            {"username": "u", "password": "p"},
            {"serialization_version": 2},
            {"uuid": None},
        ):
            answers = []
            for one in (real, cluster):
                with SocketWire(one.addresses[0]) as wire:
                    fields = {"cluster_name": one.cluster_name, **changes}
                    try:
                        answers.append(wire.authenticate(**fields))
                    except Failure as failure:
                        answers.append((failure.code, failure.class_name, failure.message))
            assert answers[0] == answers[1], changes


def test_who_is_not_known_is_answered_and_left(real_cluster_factory):
    real = real_cluster_factory("5.7.0", 1)
    with HazelcastCluster(1) as cluster:
        for one in (real, cluster):
            with SocketWire(one.addresses[0]) as wire:
                with pytest.raises((Failure, ConnectionError)) as caught:
                    wire.call(client_messages.PING)
                # A real member may close before its answer is out; ours never does.
                if one is cluster or isinstance(caught.value, Failure):
                    assert [holder.error_code for holder in caught.value.holders] == [46, 3]
                    assert wire.read() is None
            with SocketWire(one.addresses[0]) as wire:
                wire.write(b"\x03\0\0\0\0\0")
                assert wire.read() is None


def test_objects_and_views(real_cluster_factory):
    real = real_cluster_factory("5.7.0", 1)
    seen = []
    with HazelcastCluster(1) as cluster:
        for one in (real, cluster):
            with SocketWire(one.addresses[0]) as wire:
                wire.authenticate(one.cluster_name)
                wire.call(client_messages.ADD_DISTRIBUTED_OBJECT_LISTENER, False)
                name = f"object-{uuid.uuid4()}"
                notes = []
                for message in (client_messages.CREATE_PROXY, client_messages.DESTROY_PROXY):
                    wire.call(message, name, "hz:impl:mapService")
                    (event,) = wire.wait_for(1, "DistributedObject")
                    notes.append(
                        (
                            event.fields.service_name,
                            event.fields.event_type,
                            event.fields.source == wire.client_uuid,
                            event.partition_id,
                        )
                    )
                with pytest.raises(Failure) as caught:
                    wire.call(client_messages.CREATE_PROXY, "x", "hz:impl:nope")
                notes.append((caught.value.code, caught.value.class_name, caught.value.message))
                seen.append(notes)
    assert seen[0] == seen[1]
