# SPDX-License-Identifier: Apache-2.0
"""Members of ours of each supported version answer like the real ones of that version."""

from __future__ import annotations

import uuid
from struct import pack, unpack_from
from typing import Any

import pytest

from gridwire.hazelcast.protocol.messages import all_messages
from gridwire.hazelcast.protocol.messages import client as client_messages
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.testing import HazelcastCluster
from gridwire.testing._hazelcast.versions import dialect_of
from support.hazelcast_wire import Failure, SocketWire, encoded, int_data

CLIENT = uuid.UUID(int=77)
SERVED = ("Client.", "Map.")

KNOWN_EARLIER = {"5.3.8": {"Map.PutAllWithMetadata"}}
"""Messages that real members of a version answer although the protocol says they came later."""


class Frames(SocketWire):
    """A wire that shows what came as frames: flags, length, and what is text."""

    def frames_of(self, request: bytes) -> list[tuple[int, int, str | None]]:
        self.write(request)
        (number,) = unpack_from("<q", request, 10)
        while not self._replies.get(number):
            data = self.read()
            assert data is not None
            self._take(data)
        return frames(bytes(self._replies[number].pop(0)))


def frames(message: bytes) -> list[tuple[int, int, str | None]]:
    found: list[tuple[int, int, str | None]] = []
    at = 0
    while at < len(message):
        size, flags = unpack_from("<iH", message, at)
        content = message[at + 6 : at + size]
        text = content.decode() if content.isascii() and content.decode().isprintable() else None
        found.append((flags, size, text))
        at += size
    return found


def authentication(cluster_name: str, **changes: Any) -> bytes:
    fields = {
        "cluster_name": cluster_name,
        "username": None,
        "password": None,
        "uuid": CLIENT,
        "client_type": "PYH",
        "serialization_version": 1,
        "client_hazelcast_version": "5.7.0",
        "client_name": "wire",
        "labels": [],
        "routing_mode": 1,
        "cp_direct_to_leader_routing": False,
        **changes,
    }
    return encoded(client_messages.AUTHENTICATION, 1, *fields.values())


def on_both(real: Any, version: str, act: Any) -> tuple[Any, Any]:
    """What a real member and one of ours do."""
    seen = []
    with HazelcastCluster(1, version=version) as cluster:
        for one in (real, cluster):
            with SocketWire(one.addresses[0]) as wire:
                # Partitions are assigned to real members when somebody asks for data.
                wire.authenticate(one.cluster_name)
                wire.call(messages.SIZE, "nothing")
            with Frames(one.addresses[0], CLIENT) as wire:
                seen.append(act(wire, one.cluster_name))
    return seen[0], seen[1]


def test_who_is_let_in_is_told_the_same(real_version, real_cluster):
    theirs, ours = on_both(
        real_cluster, real_version, lambda wire, name: wire.frames_of(authentication(name))
    )
    assert ours == theirs


@pytest.mark.parametrize(
    "changes",
    [
        {"cluster_name": "another"},
        {"username": "u", "password": "p"},
        {"serialization_version": 2},
    ],
)
def test_who_is_not_let_in_is_told_the_same(real_version, real_cluster, changes):
    def act(wire: Frames, name: str) -> Any:
        return wire.frames_of(authentication(**{"cluster_name": name, **changes}))

    theirs, ours = on_both(real_cluster, real_version, act)
    assert ours == theirs


def test_a_client_without_an_identity_is_told_the_same(real_version, real_cluster):
    def act(wire: Frames, name: str) -> Any:
        with pytest.raises(Failure) as caught:
            wire.authenticate(name, uuid=None)
        frame = caught.value.holders[0].stack_trace_elements[0]
        return caught.value.code, caught.value.class_name, caught.value.message, frame[:2]

    theirs, ours = on_both(real_cluster, real_version, act)
    assert ours == theirs


def test_the_cluster_is_told_the_same(real_version, real_cluster):
    def act(wire: Frames, name: str) -> Any:
        wire.authenticate(name)
        wire.call(client_messages.ADD_CLUSTER_VIEW_LISTENER)
        return [shown(event) for event in wire.heard()]

    theirs, ours = on_both(real_cluster, real_version, act)
    assert ours == theirs


def shown(event: Any) -> Any:
    """An event without what differs between any two clusters."""
    fields = event.fields
    if event.name == "MembersView":
        members = [
            (info.lite_member, info.attributes, tuple(info.version), places(info))
            for info in fields.member_infos
        ]
        return event.name, fields.version, event.partition_id, members
    if event.name == "PartitionsView":
        owned = [partitions for _, partitions in fields.partitions]
        return event.name, event.partition_id, owned
    return event.name, event.partition_id, fields


def places(info: Any) -> Any:
    return [
        (place.type, place.identifier, address == info.address)
        for place, address in info.address_map.items()
    ]


def test_the_same_messages_are_not_recognized(real_version, real_cluster):
    dialect = dialect_of(real_version)
    served = [message for message in all_messages() if message.name.startswith(SERVED)]

    def act(wire: Frames, name: str) -> Any:
        wire.authenticate(name)
        unknown = set()
        for number, message in enumerate(served):
            # Without parameters: most are refused for that, but not for being unknown.
            if not dialect.knows(message):
                wire.write(pack("<iHiqi", 22, 0xE000, message.request_type, number, -1))
                with pytest.raises(Failure) as caught:
                    wire.reply_to(number, message)
                unknown.add((message.name, caught.value.code, caught.value.message))
        return unknown

    theirs, ours = on_both(real_cluster, real_version, act)
    known_earlier = KNOWN_EARLIER.get(real_version, set())
    assert {each for each in ours if each[0] not in known_earlier} == {
        each for each in theirs if each[0] not in known_earlier
    }
    if real_version == "4.2.8":
        assert "Map.ReplaceAll" in {name for name, *_ in ours}


def test_delete_answers_the_same(real_version, real_cluster):
    map_name = f"m {uuid.uuid4()}"

    def act(wire: Frames, name: str) -> Any:
        wire.authenticate(name)
        wire.on_key(messages.SET, map_name, int_data(1), int_data(1), 1, -1)
        return [wire.on_key(messages.DELETE, map_name, int_data(1), 1) for _ in range(2)]

    theirs, ours = on_both(real_cluster, real_version, act)
    assert ours == theirs


def test_first_messages_may_be_as_long(real_version, real_cluster):
    def act(wire: Frames, name: str) -> Any:
        wire.write(authentication(name, labels=["x" * 4200]))
        try:
            return wire.read()
        except ConnectionResetError:
            return None

    assert on_both(real_cluster, real_version, act) == (None, None)
    theirs, ours = on_both(
        real_cluster,
        real_version,
        lambda wire, name: wire.frames_of(authentication(name, labels=["x" * 3900])),
    )
    assert ours == theirs


def test_only_lite_members(own_real_cluster):
    real = own_real_cluster("5.7.0", 1, extra_config='<lite-member enabled="true"/>')
    seen = []
    with HazelcastCluster(1, lite_members=1, version="5.7.0") as cluster:
        cluster.members[0].kill()
        for one in (real, cluster):
            with SocketWire(one.addresses[0]) as wire:
                answer = wire.authenticate(one.cluster_name)
                notes = [answer.partition_list_version, answer.partitions]
                notes += [info.lite_member for info in answer.member_infos]
                for message, values, partition_id in (
                    (messages.GET, (int_data(1), 1), 31),
                    (messages.GET_ALL, ([int_data(1)],), 31),
                    (messages.SIZE, (), -1),
                    (messages.CLEAR, (), -1),
                ):
                    with pytest.raises(Failure) as caught:
                        wire.call(message, "m", *values, partition_id=partition_id)
                    (holder,) = caught.value.holders[:1]
                    frame = holder.stack_trace_elements[0]
                    notes.append((caught.value.code, caught.value.message, tuple(frame)[:3]))
                wire.call(messages.ADD_ENTRY_LISTENER, "m", True, 1023, False)
                wire.call(client_messages.CREATE_PROXY, "m", "hz:impl:mapService")
                seen.append(notes)
    assert seen[1] == seen[0]
