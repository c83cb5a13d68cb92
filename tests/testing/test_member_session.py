# SPDX-License-Identifier: Apache-2.0
"""A member's side of a connection, byte by byte: greeting, authentication, what it refuses."""

from __future__ import annotations

import uuid
from random import Random
from struct import pack, unpack_from

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.hazelcast.protocol.error_message import decode_error
from gridwire.hazelcast.protocol.messages import client as client_messages
from gridwire.hazelcast.protocol.messages import map as map_messages
from gridwire.hazelcast.protocol.messages import queue as queue_messages
from gridwire.testing._hazelcast.dispatch import connect
from gridwire.testing._hazelcast.options import ClusterOptions
from gridwire.testing._hazelcast.session import FIRST_MESSAGE_BYTES
from gridwire.testing._hazelcast.state import ClusterState
from support.hazelcast_wire import Failure, MemoryWire, encoded, int_data, text_data

CLIENT = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")
NOTHING = bytes(16)

# What a member 5.7.0 answers to a client that names another cluster, as captured.
REFUSAL_OF_A_MEMBER = b"".join(
    [
        pack("<iHiqBB", 68, 0xC000, 0x000101, 1, 0, 1),
        b"\x01" + NOTHING,
        pack("<bi", -1, -1),
        b"\x01" + NOTHING,
        pack("<?ii", False, -1, -1),
        pack("<iH", 6, 0x0400),
        pack("<iH", 6, 0x0000),
        pack("<iH", 6, 0x0400),
        pack("<iH", 6, 0x0400),
        pack("<iHiH", 6, 0x1000, 6, 0x0800),
        pack("<iHiH", 6, 0x1000, 6, 0x0800),
        pack("<iH", 6, 0x0000),
        pack("<iHiH", 6, 0x1000, 6, 0x2800),
    ]
)


def cluster(members: int = 1, **options) -> ClusterState:
    state = ClusterState(
        ClusterOptions("blue", members=members, **options), clock=lambda: 1e9, random=Random(7)
    )
    for number in range(members):
        state.join("127.0.0.1", 5701 + number)
    return state


def authentication(cluster_name: str = "blue", client_uuid: uuid.UUID | None = CLIENT) -> bytes:
    return encoded(
        client_messages.AUTHENTICATION,
        1,
        *(cluster_name, None, None, client_uuid, "PYH", 1, "5.7.0", "me", ["x"], 1, False),
    )


def sent(session) -> bytes:
    return b"".join(session.take())


@pytest.mark.parametrize("step", [1, 2, 3, 5, 1000])
def test_the_stream_may_be_cut_anywhere(step):
    state = cluster()
    whole = connect(state, state.members[0])
    stream = b"CP2" + authentication() + encoded(client_messages.PING, 2)
    whole.receive(stream)
    expected = sent(whole)
    cut = connect(state, state.members[0])
    for at in range(0, len(stream), step):
        cut.receive(stream[at : at + step])
    assert sent(cut) == expected
    assert not cut.closing


@pytest.mark.parametrize("greeting", [b"X", b"CB2", b"CP1", b"GET / HTTP/1.1\r\n", b"\0\0\0"])
def test_another_greeting_is_not_answered(greeting):
    session = connect(cluster(), cluster().members[0])
    session.receive(greeting)
    assert session.closing
    assert sent(session) == b""


def test_a_member_introduces_itself_and_its_cluster():
    state = cluster(3)
    answer = MemoryWire(state, state.members[1]).authenticate("blue")
    assert (answer.status, answer.serialization_version, answer.partition_count) == (0, 1, 271)
    assert answer.member_uuid == state.members[1].uuid
    assert (answer.address.host, answer.address.port) == ("127.0.0.1", 5702)
    assert answer.cluster_id == state.uuid
    assert answer.server_hazelcast_version == "5.7.0"
    assert answer.key_value_pairs == {"clusterVersion": "5.7"}
    assert answer.tpc_ports == []
    assert answer.failover_supported is False
    assert (answer.member_list_version, answer.partition_list_version) == (3, 3)
    assert [info.uuid for info in answer.member_infos] == [one.uuid for one in state.members]
    assert [tuple(info.version) for info in answer.member_infos] == [(5, 7, 0)] * 3
    owned = dict(answer.partitions)
    assert sorted(len(partitions) for partitions in owned.values()) == [90, 90, 91]
    assert sorted(id_ for ids in owned.values() for id_ in ids) == list(range(271))


def test_the_wrong_cluster_name_gets_the_answer_of_a_real_member():
    state = cluster()
    session = connect(state, state.members[0])
    session.receive(b"CP2" + authentication("green"))
    assert sent(session) == REFUSAL_OF_A_MEMBER
    assert not session.closing


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"username": "u", "password": "p"}, 1),
        ({"serialization_version": 2}, 2),
    ],
)
def test_who_does_not_fit_is_refused(changes, status):
    state = cluster()
    answer = MemoryWire(state, state.members[0]).authenticate("blue", **changes)
    assert answer.status == status
    assert answer.member_infos == []


@pytest.mark.parametrize(
    ("username", "password", "status"),
    [("ada", "secret", 0), ("ada", "wrong", 1), (None, None, 1), ("eve", "secret", 1)],
)
def test_credentials_are_checked_where_there_are_some(username, password, status):
    state = cluster(username="ada", password="secret")
    wire = MemoryWire(state, state.members[0])
    assert wire.authenticate("blue", username=username, password=password).status == status


def test_no_token_is_good():
    state = cluster()
    answer = MemoryWire(state, state.members[0]).call(
        client_messages.AUTHENTICATION_CUSTOM,
        *("blue", b"token", CLIENT, "PYH", 1, "5.7.0", "me", [], 1, False),
    )
    assert answer.value.status == 1


def test_a_client_without_uuid_meets_an_exception():
    state = cluster()
    with pytest.raises(Failure, match=r"37 java\.lang\.NullPointerException") as caught:
        MemoryWire(state, state.members[0]).authenticate("blue", uuid=None)
    assert caught.value.holders[0].stack_trace_elements[0].line_number > 0


def test_before_the_authentication_nothing_else_is_done():
    state = cluster()
    session = connect(state, state.members[0])
    session.receive(b"CP2" + encoded(client_messages.PING, 9) + authentication())
    error, cause = decode_error(sent(session))
    assert (error.error_code, cause.error_code) == (46, 3)
    assert cause.class_name == "com.hazelcast.client.AuthenticationException"
    assert session.closing


def test_who_is_not_known_yet_may_not_send_much():
    state = cluster()
    session = connect(state, state.members[0])
    session.receive(b"CP2" + authentication("x" * FIRST_MESSAGE_BYTES))
    assert session.closing
    assert sent(session) == b""


def test_who_is_known_may_send_much():
    state = cluster()
    wire = MemoryWire(state, state.members[0]).enter()
    value = text_data("x" * 3_000_000)
    assert wire.on_key(map_messages.PUT, "m", int_data(1), value, 1, -1).value is None
    assert wire.on_key(map_messages.GET, "m", int_data(1), 1).value == value


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        (
            pack("<iHiqi", 22, 0xE000, 0x7F0100, 5, -1),
            "Unrecognized client message received with type: 0x7f0100",
        ),
        (
            pack("<iHiqi", 22, 0xE000, 0x010201, 5, -1),
            "Unrecognized client message received with type: 0x10201",
        ),
        (
            encoded(queue_messages.SIZE, 5, "q"),
            "Queue.Size is not supported by this test member",
        ),
    ],
)
def test_what_a_member_does_not_know_it_says(request_, text):
    state = cluster()
    wire = MemoryWire(state, state.members[0]).enter()
    wire.session.receive(request_)
    answer = sent(wire.session)
    assert unpack_from("<q", answer, 10) == (5,)
    (error,) = decode_error(answer)
    assert error.error_code == 61
    assert error.class_name == "java.lang.UnsupportedOperationException"
    assert error.message == text
    frame = error.stack_trace_elements[0]
    assert (frame.method_name, frame.file_name) == ("processMessage", "NoSuchMessageTask.java")
    assert wire.call(client_messages.PING).value is None


def test_a_request_that_cannot_be_read_is_answered():
    state = cluster()
    wire = MemoryWire(state, state.members[0]).enter()
    wire.session.receive(pack("<iHiqi", 22, 0xE000, map_messages.GET.request_type, 5, 3))
    (error,) = decode_error(sent(wire.session))
    assert error.error_code == 23
    assert wire.call(client_messages.PING).value is None


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\x03\0\0\0\0\0",
        pack("<iHiqB", 19, 0xE000, client_messages.PING.request_type, 5, 0),
        b"\xff" * 40,
    ],
)
def test_what_is_no_message_ends_the_connection(nonsense):
    state = cluster()
    wire = MemoryWire(state, state.members[0]).enter()
    wire.session.receive(nonsense)
    assert wire.session.closing


@given(garbage=st.binary(max_size=300), known=st.booleans())
def test_no_bytes_break_a_member(garbage, known):
    state = cluster()
    wire = MemoryWire(state, state.members[0])
    if known:
        wire.enter()
        # Memory for a message is there as soon as its length is: not a gigabyte for each example.
        wire.session._reader.max_message_bytes = 1_000_000
    wire.session.receive(garbage)
    other = MemoryWire(state, state.members[0]).enter()
    assert other.call(client_messages.PING).value is None


@given(
    kind=st.sampled_from(
        [one.request_type for one in vars(map_messages).values() if hasattr(one, "request_type")]
        + [one.request_type for one in vars(client_messages).values() if hasattr(one, "events")]
    ),
    partition_id=st.integers(-2, 300),
    fixed=st.binary(max_size=40),
    frames=st.lists(
        st.tuples(st.sampled_from([0, 0x1000, 0x0800, 0x0400]), st.binary(max_size=20)), max_size=6
    ),
)
def test_no_parameters_break_a_member(kind, partition_id, fixed, frames):
    state = cluster()
    wire = MemoryWire(state, state.members[0]).enter()
    parts = [(0xC000, pack("<iqi", kind, 77, partition_id) + fixed), *frames]
    parts[-1] = (parts[-1][0] | 0x2000, parts[-1][1])
    message = b"".join(pack("<iH", len(content) + 6, flags) + content for flags, content in parts)
    wire.session.receive(message)
    assert unpack_from("<q", sent(wire.session), 10) == (77,)


def test_an_ended_connection_is_told_nothing():
    state = cluster()
    wire = MemoryWire(state, state.members[0]).enter()
    wire.call(map_messages.ADD_ENTRY_LISTENER, "m", True, 1, False)
    wire.call(client_messages.ADD_CLUSTER_VIEW_LISTENER)
    wire.call(client_messages.ADD_DISTRIBUTED_OBJECT_LISTENER, False)
    wire.heard()
    wire.session.end()
    other = MemoryWire(state, state.members[0]).enter()
    other.call(client_messages.CREATE_PROXY, "m", "hz:impl:mapService")
    other.on_key(map_messages.SET, "m", int_data(1), int_data(2), 1, -1)
    state.join("127.0.0.1", 5799)
    assert wire.heard() == []
    assert state.entry_listeners.by_map == {}
