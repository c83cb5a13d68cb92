# SPDX-License-Identifier: Apache-2.0
"""What members of each line say and understand, byte by byte where real ones were captured."""

from __future__ import annotations

import uuid
from random import Random
from struct import pack, unpack_from

import pytest

from gridwire.hazelcast.protocol.messages import all_messages
from gridwire.hazelcast.protocol.messages import client as client_messages
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.testing import ClusterOptionError
from gridwire.testing._hazelcast.options import ClusterOptions
from gridwire.testing._hazelcast.state import ClusterState
from gridwire.testing._hazelcast.versions import KNOWN_LINES, dialect_of, full_version
from support.hazelcast_wire import Failure, MemoryWire, encoded, int_data

NULL_UUID = b"\x01" + bytes(16)
FROM_5_4 = [line for line in KNOWN_LINES if line >= "5.4"]
FROM_5_5 = [line for line in KNOWN_LINES if line >= "5.5"]


def cluster(version: str, members: int = 2) -> ClusterState:
    options = ClusterOptions("blue", members=members, version=version)
    state = ClusterState(options, clock=lambda: 1e9, random=Random(7))
    for number in range(members):
        state.join("127.0.0.1", 5701 + number)
    return state


def authentication(cluster_name: str = "blue") -> bytes:
    return encoded(
        client_messages.AUTHENTICATION,
        1,
        *(cluster_name, None, None, uuid.UUID(int=5), "PYH", 1, "5.7.0", "me", [], 1, False),
    )


def raw_answer(state: ClusterState, request: bytes) -> bytes:
    wire = MemoryWire(state, state.members[0])
    wire.write(request)
    return wire.read()


def frames(message: bytes) -> list[tuple[int, bytes]]:
    found, at = [], 0
    while at < len(message):
        size, flags = unpack_from("<iH", message, at)
        found.append((flags, message[at + 6 : at + size]))
        at += size
    return found


def uuid_bytes(value: uuid.UUID) -> bytes:
    return b"\0" + pack("<QQ", value.int >> 64, value.int & (2**64 - 1))


@pytest.mark.parametrize("line", KNOWN_LINES)
def test_a_line_is_a_version(line):
    assert full_version(line).startswith(f"{line}.")
    assert full_version(f"{line}.12") == f"{line}.12"
    options = ClusterOptions("blue", version=line)
    assert options.version == full_version(line)


@pytest.mark.parametrize(
    "version", ["", "5", "5.7.", "5.7.0.1", "3.12.1", "5.99", "v5.7", 5.7, None]
)
def test_other_versions_are_not_known(version):
    with pytest.raises(ClusterOptionError, match="is not known"):
        full_version(version)


@pytest.mark.parametrize("version", ["4.2.8", "5.3.8"])
def test_members_before_5_4_tell_nothing_of_others_when_they_let_a_client_in(version):
    state = cluster(version, 1)
    member = state.members[0]
    initial = b"".join(
        [
            pack("<iqBB", 0x000101, 1, 0, 0),
            uuid_bytes(member.uuid),
            pack("<bi", 1, 271),
            uuid_bytes(state.uuid),
            b"\0",
        ]
    )
    # As captured from real members.
    assert frames(raw_answer(state, authentication())) == [
        (0xC000, initial),
        (0x1000, b""),
        (0x0000, pack("<i", 5701)),
        (0x0000, b"127.0.0.1"),
        (0x0800, b""),
        (0x2000, version.encode()),
    ]


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("4.2.8", (1, 271, b"4.2.8")),
        ("5.3.8", (-1, -1, b"")),
    ],
)
def test_what_clients_are_told_that_are_not_let_in(version, told):
    state = cluster(version, 1)
    serialization_version, partition_count, text = told
    initial = b"".join(
        [
            pack("<iqBB", 0x000101, 1, 0, 1),
            NULL_UUID,
            pack("<bi", serialization_version, partition_count),
            uuid_bytes(state.uuid) if text else NULL_UUID,
            b"\0",
        ]
    )
    assert frames(raw_answer(state, authentication("red"))) == [
        (0xC000, initial),
        (0x0400, b""),
        (0x2000, text),
    ]


@pytest.mark.parametrize("line", KNOWN_LINES)
def test_the_response_of_each_line_has_what_the_line_knows(line):
    state = cluster(line)
    answer = MemoryWire(state, state.members[0]).authenticate("blue")
    assert (answer.status, answer.server_hazelcast_version) == (0, full_version(line))
    if line in FROM_5_4:
        assert [info.uuid for info in answer.member_infos] == [one.uuid for one in state.members]
        assert (answer.member_list_version, answer.partition_list_version) == (2, 2)
        assert sum(len(partitions) for _, partitions in answer.partitions) == 271
        assert answer.tpc_ports == []
    else:
        assert (answer.member_infos, answer.partitions, answer.tpc_ports) == (None, None, None)
        assert (answer.member_list_version, answer.partition_list_version) == (None, None)
    pairs = {"clusterVersion": line} if line in FROM_5_5 else None
    assert answer.key_value_pairs == pairs


@pytest.mark.parametrize("line", KNOWN_LINES)
def test_the_views_of_each_line(line):
    state = cluster(line)
    wire = MemoryWire(state, state.members[0]).enter()
    wire.call(client_messages.ADD_CLUSTER_VIEW_LISTENER)
    heard = wire.heard()
    later = ["MemberGroupsView", "ClusterVersion"] if line in FROM_5_5 else []
    assert [event.name for event in heard] == ["MembersView", "PartitionsView", *later]
    numbers = tuple(map(int, full_version(line).split(".")))
    assert {tuple(info.version) for info in heard[0].fields.member_infos} == {numbers}
    if later:
        assert tuple(heard[-1].fields.version) == numbers[:2]


@pytest.mark.parametrize("line", KNOWN_LINES)
def test_delete_says_whether_there_was_something_since_5_4(line):
    state = cluster(line)
    wire = MemoryWire(state, state.members[0]).enter()
    wire.on_key(messages.SET, "m", int_data(1), int_data(1), 1, -1)
    answers = [wire.on_key(messages.DELETE, "m", int_data(1), 1) for _ in range(2)]
    said = [True, False] if line in FROM_5_4 else [None, None]
    assert [answer.value for answer in answers] == said


@pytest.mark.parametrize("line", KNOWN_LINES)
def test_messages_that_came_later_are_not_recognized(line):
    state = cluster(line)
    wire = MemoryWire(state, state.members[0]).enter()
    dialect = dialect_of(full_version(line))
    later = [message for message in all_messages() if not dialect.knows(message)]
    for message in later:
        wire.write(pack("<iHiqi", 22, 0xE000, message.request_type, 99, -1))
        with pytest.raises(Failure) as caught:
            wire.reply_to(99, message)
        assert (caught.value.code, caught.value.class_name) == (
            61,
            "java.lang.UnsupportedOperationException",
        )
        kind = f"{message.request_type:#x}"
        assert caught.value.message == f"Unrecognized client message received with type: {kind}"
    names = {message.name for message in later}
    assert ("Client.SendAllSchemas" in names) is (line < "5.2")
    assert ("Map.ReplaceAll" in names) is (line < "5.1")
    assert "Client.AddCPGroupViewListener" in names
    assert not {"Map.Put", "Client.Authentication", "Map.AddIndex"} & names
