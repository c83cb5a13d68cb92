# SPDX-License-Identifier: Apache-2.0
"""A member that breaks the protocol loses that connection, and nothing else is harmed."""

from __future__ import annotations

import pytest

from gridwire.errors import Outcome, ProtocolError
from gridwire.hazelcast.errors import TargetDisconnectedError
from gridwire.hazelcast.protocol.frames import FRAME_HEADER, fragments
from gridwire.hazelcast.protocol.messages import client as client_messages
from gridwire.hazelcast.protocol.messages import map as map_messages
from support.scripted_replies import (
    drip,
    drop_by_drop,
    fragmented,
    garbage,
    garbled_error,
    of_type,
    truncated,
)

GARBAGE = {
    "zeros": bytes(64),
    "ones": b"\xff" * 64,
    "a frame shorter than its header": FRAME_HEADER.pack(3, 0xE000) + bytes(32),
    "a frame of 2 GiB": FRAME_HEADER.pack(0x7FFFFFFF, 0xC000) + bytes(32),
    "a negative length": FRAME_HEADER.pack(-9, 0xC000) + bytes(32),
    "a message without room for its type": FRAME_HEADER.pack(6, 0xE000),
    "a fragment that never began": FRAME_HEADER.pack(14, 0) + bytes(8) + FRAME_HEADER.pack(6, 8192),
    "another protocol": b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
}


@pytest.mark.parametrize("data", GARBAGE.values(), ids=GARBAGE)
def test_garbage_ends_that_connection_and_the_read_goes_on(styles, scripted, data) -> None:
    cluster = scripted(2)
    client = styles.client(cluster)
    numbers = client.map()
    styles.call(numbers.set, 1, "x")
    kept = {one: member.connections[0] for one, member in enumerate(cluster.members)}
    cluster.script("Map.Get", garbage(data))
    # The read is made again, on another connection or a new one.
    assert styles.call(numbers.get, 1) == "x"
    broken = cluster.seen("Map.Get")[0]
    assert broken.connection.closed.wait(5)
    others = [connection for connection in kept.values() if connection is not broken.connection]
    assert not others[0].closed.is_set()


def test_garbage_leaves_the_outcome_of_a_write_unknown(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(2)
    client = styles.client(cluster)
    cluster.script("Map.Set", garbage())
    error = styles.error(client.map().set, 1, "x")
    assert isinstance(error, TargetDisconnectedError)
    assert error.outcome is Outcome.UNKNOWN
    assert isinstance(error.__cause__, ProtocolError)
    assert "frame" in str(error)
    # The outcome is said once: the one of this call, and not that of its cause.
    assert str(error).count(Outcome.UNKNOWN.sentence) == 1


TRUNCATED = {
    "Map.Get": ("get", (1,), truncated(b"\0\0\0\0\xff\xff\xff\xf9\0\0\0\1", keep=1)),
    "Map.Put": ("put", (1, 2), truncated(None, keep=1)),
    "Map.GetEntryView": ("get_entry_view", (1,), truncated(None, 0, keep=1)),
    "Map.KeySet": ("key_set", (), truncated([b"\0\0\0\0\xff\xff\xff\xf9\0\0\0\1"] * 3, keep=3)),
    "Map.EntrySet": ("entry_set", (), truncated([], keep=2)),
    "Map.GetAll": ("get_all", ([1],), truncated([], keep=1)),
}


@pytest.mark.parametrize("name", TRUNCATED)
def test_a_truncated_answer_is_a_typed_error(styles_and_uvloop, scripted, name) -> None:
    styles = styles_and_uvloop
    method, args, behaviour = TRUNCATED[name]
    cluster = scripted(2)
    client = styles.client(cluster)
    cluster.script(name, behaviour)
    error = styles.error(getattr(client.map(), method), *args)
    assert isinstance(error, ProtocolError)
    assert name in str(error)
    assert error.facts["operation"] == name
    request = cluster.seen(name)[0]
    assert error.facts["address"] == request.member.address
    assert error.outcome is Outcome.UNKNOWN
    # What else comes on that connection is not to be trusted either.
    assert request.connection.closed.wait(5)
    styles.call(client.map().set, 1, "x")
    assert styles.call(client.map().get, 1) == "x"


NOT_DATA = {
    "empty": b"",
    "no type": b"\0\0\0\0",
    "an int without its bytes": b"\0\0\0\0\xff\xff\xff\xf9\0\0",
    "a string longer than it is": b"\0\0\0\0\xff\xff\xff\xf5\x7f\xff\xff\xff",
    "a type that nobody knows": b"\0\0\0\0\x80\x12\x34\x56",
}


@pytest.mark.parametrize("data", NOT_DATA.values(), ids=NOT_DATA)
def test_a_value_that_cannot_be_read_is_an_error_of_that_call_alone(styles, scripted, data) -> None:
    cluster = scripted(1)
    client = styles.client(cluster)
    cluster.script("Map.Get", lambda request: request.answer(data))
    error = styles.error(client.map().get, 1)
    assert type(error).__name__ == "HazelcastSerializationError"
    assert not cluster.seen("Map.Get")[0].connection.closed.is_set()
    assert styles.call(client.map().get, 1) is None
    assert len(cluster.seen("Client.Authentication")) == 1


@pytest.mark.parametrize("name", ["get", "set"])
def test_an_error_that_cannot_be_read_ends_the_call(styles_and_uvloop, scripted, name) -> None:
    styles = styles_and_uvloop
    cluster = scripted(2)
    client = styles.client(cluster)
    numbers = client.map()
    message = {"get": "Map.Get", "set": "Map.Set"}[name]
    cluster.script(message, garbled_error)
    args = {"get": (1,), "set": (1, 2)}[name]
    pending = styles.begin(getattr(numbers, name), *args, timeout=10)
    if name == "get":
        # It is made again, or fails with what was wrong.
        assert isinstance(
            styles.outcome(pending, 3), (ProtocolError, TargetDisconnectedError, type(None))
        )
    else:
        with pytest.raises((ProtocolError, TargetDisconnectedError)) as caught:
            pending.result(3)
        assert caught.value.outcome is Outcome.UNKNOWN
    assert cluster.seen(message)[0].connection.closed.wait(5)


def test_calls_behind_an_error_that_cannot_be_read_end_too(styles, scripted) -> None:
    cluster = scripted(1)
    client = styles.client(cluster)
    numbers = client.map()
    held = cluster.hold("Map.Set")
    pending = [styles.begin(numbers.set, key, key, timeout=10) for key in range(3)]
    requests = held.take(3)
    garbled_error(requests[1])
    for one in pending:
        with pytest.raises((ProtocolError, TargetDisconnectedError)):
            one.result(3)


WRONG_TYPES = {
    "a number for a truth": ("contains_key", (1,), "Map.ContainsKey", map_messages.SIZE, (7,)),
    "a truth for a number": ("size", (), "Map.Size", map_messages.IS_EMPTY, (True,)),
    "nothing for a value": ("get", (1,), "Map.Get", map_messages.CLEAR, ()),
    "a list for a value": ("get", (1,), "Map.Get", map_messages.KEY_SET, ([],)),
    "a ping for a write": ("set", (1, 2), "Map.Set", client_messages.PING, ()),
}


@pytest.mark.parametrize("case", WRONG_TYPES)
def test_the_answer_to_another_kind_of_request_is_no_answer(styles, scripted, case) -> None:
    method, args, name, other, values = WRONG_TYPES[case]
    cluster = scripted(1)
    client = styles.client(cluster)
    cluster.script(name, of_type(other, *values))
    error = styles.error(getattr(client.map(), method), *args)
    assert isinstance(error, ProtocolError)
    assert cluster.seen(name)[0].connection.closed.wait(5)


def test_answers_to_nobody_are_dropped(styles, scripted) -> None:
    cluster = scripted(1)
    client = styles.client(cluster)
    numbers = client.map()

    def answer_thrice(request) -> None:
        for _ in range(3):
            request.answer(b"\0\0\0\0\xff\xff\xff\xf9\0\0\0\7")

    cluster.script("Map.Get", answer_thrice)
    assert styles.call(numbers.get, 1) == 7
    assert styles.call(numbers.get, 1) is None
    connection = cluster.members[0].connections[0]
    for correlation in (0, -1, 2**63 - 1):
        connection.write(bytes(map_messages.SIZE.encode_response(correlation, 0, 5)))
    assert styles.call(numbers.size) == 0
    assert not connection.closed.is_set()


def test_a_malformed_view_ends_its_connection_and_another_tells_it(styles, scripted) -> None:
    cluster = scripted(2)
    client = styles.client(cluster)
    connection, correlation = cluster.viewers[0]
    event = client_messages.ADD_CLUSTER_VIEW_LISTENER.events[0]
    whole = bytes(event.encode(correlation, -1, 99, cluster.infos()))
    connection.write(whole[:5] + b"\xe2" + whole[6:30])
    assert connection.closed.wait(5)
    cluster.wait_for("Client.AddClusterViewListener", 2)
    assert styles.call(client.map().size) == 0
    assert len(client.cluster.get_members()) == 2


def test_answers_may_come_in_fragments(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(1)
    client = styles.client(cluster)
    numbers = client.map()
    keys = [b"\0\0\0\0\xff\xff\xff\xf9" + number.to_bytes(4, "big") for number in range(100)]
    cluster.script("Map.KeySet", *[fragmented(keys, size=size) for size in (40, 64, 200, 1000)])
    for _ in range(4):
        assert styles.call(numbers.key_set) == list(range(100))


def test_fragments_of_different_answers_may_mix(styles, scripted) -> None:
    cluster = scripted(1)
    client = styles.client(cluster)
    numbers = client.map()
    held = cluster.hold("Map.KeySet")
    pending = [styles.begin(numbers.key_set) for _ in range(2)]
    parts = []
    for number, request in enumerate(held.take(2)):
        keys = [b"\0\0\0\0\xff\xff\xff\xf9" + bytes([0, 0, number, k]) for k in range(20)]
        parts.append(fragments_of(request.response(keys), number))
    by_correlation = cluster.seen("Map.KeySet")
    for one, other in zip(*parts, strict=True):
        by_correlation[0].connection.write(one + other)
    found = {tuple(one.result()) for one in pending}
    assert found == {tuple(range(20)), tuple(range(256, 276))}


def fragments_of(message: bytes, number: int) -> list[bytes]:
    return [bytes(part) for part in fragments(message, number, 60)]


def test_answers_may_come_byte_by_byte(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(1)
    client = styles.client(cluster)
    data = b"\0\0\0\0\xff\xff\xff\xf9\0\0\1\0"
    cluster.script("Map.Get", drip(data), drip(None))
    assert styles.call(client.map().get, 1) == 256
    assert styles.call(client.map().get, 1) is None


def test_even_the_first_exchange_may_come_byte_by_byte(styles, scripted) -> None:
    cluster = scripted(1)

    def slowly(request) -> None:
        connection, write = request.connection, request.connection.write
        chunks: list[bytes] = []
        connection.write = chunks.append
        request.cluster.usual(request)
        connection.write = write
        drop_by_drop(connection, b"".join(chunks))

    cluster.script("Client.Authentication", slowly)
    client = styles.client(cluster)
    assert styles.call(client.map().size) == 0


@pytest.mark.parametrize("size", [64 * 1024 - 1, 64 * 1024, 200_000, 1 << 20, 8 << 20])
def test_large_values_travel_both_ways(styles_and_uvloop, scripted, size) -> None:
    styles = styles_and_uvloop
    cluster = scripted(1)
    client = styles.client(cluster)
    numbers = client.map()
    value = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    styles.call(numbers.set, "large", value)
    assert styles.call(numbers.get, "large") == value
    assert styles.call(numbers.put, "large", "small") == value
    assert styles.call(numbers.get, "large") == "small"


def test_large_and_small_values_do_not_mix(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(2)
    client = styles.client(cluster)
    numbers = client.map()
    values = {key: bytes([key]) * (300_000 if key % 3 else 10) for key in range(24)}
    writes = [styles.begin(numbers.set, key, value) for key, value in values.items()]
    for one in writes:
        one.result()
    reads = {key: styles.begin(numbers.get, key) for key in values}
    for key, one in reads.items():
        assert one.result() == values[key]
    assert styles.call(numbers.get_all, list(values)) == values


def test_an_answer_over_the_limit_ends_the_connection(styles, scripted) -> None:
    cluster = scripted(1)
    other = styles.client(cluster)
    styles.call(other.map().set, 1, bytes(200_000))
    client = styles.client(cluster, max_message_bytes=100_000)
    numbers = client.map()
    error = styles.error(numbers.get, 1, timeout=0.2)
    assert "max_message_bytes" in str(error) + str(error.__cause__)
    styles.call(numbers.set, 1, "small")
    assert styles.call(numbers.get, 1) == "small"
