# SPDX-License-Identifier: Apache-2.0
"""Encoders and decoders: constants, long values, older and newer peers, and nonsense."""

from __future__ import annotations

import struct
from functools import partial
from struct import pack_into, unpack_from
from types import SimpleNamespace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.hazelcast.protocol import customs
from gridwire.hazelcast.protocol.error_message import decode_error, encode_error
from gridwire.hazelcast.protocol.errors import ProtocolError
from gridwire.hazelcast.protocol.field_text import LARGE_VALUE, MAX_SKIPPED_DEPTH
from gridwire.hazelcast.protocol.messages import atomic_long, client, multi_map, ringbuffer, sql
from gridwire.hazelcast.protocol.messages import map as map_messages
from gridwire.hazelcast.protocol.table import event, message

FINAL, BEGIN, END, NULL = 0x2000, 0x1000, 0x0800, 0x0400
KEY = bytes.fromhex("00000000fffffff900000001")
ID = UUID("00112233-4455-6677-8899-aabbccddeeff")


def read(message, reply):
    """What a reply to this kind of request means, made by hand and so without its type."""
    if len(reply) < 10 or unpack_from("<i", reply, 6)[0] != 0:
        return message.decode_response(reply)
    typed = bytearray(reply)
    pack_into("<i", typed, 6, message.response_type)
    return message.decode_response(bytes(typed))


def frame(content=b"", flags=0):
    return struct.pack("<IH", 6 + len(content), flags) + content


def response(*frames, initial=b""):
    """A response with these frames, the last of which is made final."""
    parts = [frame(bytes(13) + initial, 0xC000), *frames]
    last = bytearray(parts[-1])
    last[5] |= FINAL >> 8
    return b"".join(parts[:-1]) + bytes(last)


# --- what the bytes are


def test_a_request_has_the_bytes_that_a_member_knows():
    # Map.Get("m", int 1) of thread 7 to partition 3; the sender fills in the correlation id.
    expected = (
        "1e000000 00c0 00020100 0000000000000000 03000000 0700000000000000"
        "07000000 0000 6d 12000000 0020 00000000 fffffff9 00000001"
    )
    assert map_messages.GET.encode_request(3, "m", KEY, 7) == bytes.fromhex(expected)


def test_a_uuid_is_two_longs_after_a_flag_for_null():
    encoded = bytes(client.TPC_AUTHENTICATION.encode_request(-1, ID, b"token"))
    assert encoded[22:39] == bytes.fromhex("00 7766554433221100 ffeeddccbbaa9988")
    encoded = bytes(client.AUTHENTICATION_CUSTOM.encode_request(-1, "", b"", None, *_REST))
    assert encoded[22:39] == b"\x01" + bytes(16)
    assert client.AUTHENTICATION_CUSTOM.decode_request(encoded).uuid is None


_REST = ("PYH", 1, "5.7", "name", [], 0, False)


def test_a_message_of_one_frame_is_final():
    assert bytes(client.PING.encode_request(-1))[4:6] == b"\x00\xe0"
    assert bytes(client.PING.encode_response(8, 0))[4:6] == b"\x00\xe0"


def test_events_have_their_flags():
    entry = map_messages.ADD_ENTRY_LISTENER.events[0]
    assert bytes(entry.encode(1, -1, KEY, None, None, None, 1, ID, 1))[4:6] == b"\x00\xc2"
    backup = client.LOCAL_BACKUP_LISTENER.events[0]
    assert bytes(backup.encode(1, -1, 77))[4:6] == b"\x80\xe2"


# --- constants


def test_a_bound_request_is_the_same_as_an_unbound_one():
    put = map_messages.PUT
    expected = put.encode_request(5, "m", KEY, b"value", 7, -1)
    assert put.bind_request(name="m")(5, KEY, b"value", 7, -1) == expected
    assert put.bind_request(ttl=-1, key=KEY)(5, "m", b"value", 7) == expected
    assert put.bind_request(value=b"value")(5, "m", KEY, 7, -1) == expected
    everything = put.bind_request(name="m", key=KEY, value=b"value", thread_id=7, ttl=-1)
    assert everything(5) == expected
    assert put.bind_request()(5, "m", KEY, b"value", 7, -1) == expected


def test_constants_may_be_structures_lists_ids_and_null():
    group = customs.RaftGroupId("default", 0, 1)
    bound = atomic_long.GET_AND_ADD.bind_request(group_id=group, name="counter")
    assert bound(-1, 3) == atomic_long.GET_AND_ADD.encode_request(-1, group, "counter", 3)
    values = ("dev", None, None, ID, "PYH", 1, "5.7", "name", ["a", "b"], 0, False)
    names = [field.name for field in client.AUTHENTICATION.request_fields]
    bound = client.AUTHENTICATION.bind_request(**dict(zip(names, values, strict=True)))
    assert bound(-1) == client.AUTHENTICATION.encode_request(-1, *values)


def test_a_bound_request_takes_names():
    bound = map_messages.SET.bind_request(name="m", ttl=-1)
    assert bound(1, value=b"v", key=b"k", thread_id=2) == bound(1, b"k", b"v", 2)


def test_a_constant_that_is_no_parameter_is_refused():
    with pytest.raises(TypeError, match=r"Map\.Get request has no parameter nam, thread"):
        map_messages.GET.bind_request(nam="m", thread=1)


# --- long values


def test_long_values_are_not_copied():
    long = bytes(LARGE_VALUE + 1)
    for encode in (map_messages.PUT.encode_request, map_messages.PUT.bind_request(name="m")):
        arguments = ("m",) if encode is map_messages.PUT.encode_request else ()
        parts = encode(3, *arguments, KEY, long, 7, -1)
        assert [type(part) for part in parts] == [bytearray, bytes]
        assert parts[1] is long
        assert len(parts[0]) >= 22
        decoded = map_messages.PUT.decode_request(b"".join(parts))
        assert decoded == ("m", KEY, long, 7, -1)
    parts = map_messages.PUT.encode_request(3, "m", memoryview(long), b"short", 7, -1)
    assert [type(part) for part in parts] == [bytearray, memoryview, bytearray]
    parts = map_messages.GET.encode_response(1, 0, long)
    assert len(parts[0]) >= 22
    assert read(map_messages.GET, b"".join(parts)) == long


def test_a_value_of_the_limit_is_copied():
    assert isinstance(map_messages.GET.encode_response(1, 0, bytes(LARGE_VALUE)), bytearray)


def test_long_values_among_structures_are_not_copied_either():
    long = bytes(LARGE_VALUE + 1)
    request = map_messages.FETCH_WITH_QUERY.encode_request(1, "m", [(0, 1)], 10, long, KEY)
    assert [type(part) for part in request] == [bytearray, bytes, bytearray]
    assert map_messages.FETCH_WITH_QUERY.decode_request(b"".join(request)).projection == long


def test_short_values_out_of_a_large_message_do_not_keep_it():
    values = [bytes(10), bytes(LARGE_VALUE * 2)]
    message = memoryview(bytes(map_messages.VALUES.encode_response(1, 0, values)))
    short, long = read(map_messages.VALUES, message)
    assert type(short) is bytes
    assert type(long) is memoryview
    assert [short, long] == values


# --- values that do not fit


@pytest.mark.parametrize("ttl", [1 << 63, -(1 << 63) - 1, 1.5, None])
def test_a_number_that_does_not_fit_is_refused_by_name_of_the_message(ttl):
    with pytest.raises(ValueError, match=r"Map\.Set request: a value does not fit its parameter"):
        map_messages.SET.encode_request(3, "m", KEY, KEY, 7, ttl)


@pytest.mark.parametrize("key", [None, 5])
def test_data_must_be_bytes(key):
    with pytest.raises(TypeError):
        map_messages.GET.encode_request(3, "m", key, 7)


def test_structures_are_taken_from_any_object():
    config = SimpleNamespace(name=None, type=1, attributes=["age"], bitmap_index_options=None)
    request = bytes(map_messages.ADD_INDEX.encode_request(-1, "m", config))
    expected = customs.IndexConfig(None, 1, ["age"], None, None)
    assert map_messages.ADD_INDEX.decode_request(request) == ("m", expected)


# --- older and newer peers


def test_parameters_that_an_older_peer_does_not_send_are_none():
    # Protocol 2.0: status, ids and versions; then the address and the version of the member.
    initial = (
        b"\x00" + bytes([0]) + ID.bytes + b"\x01" + struct.pack("<i", 271) + bytes(17) + b"\x01"
    )
    address = [frame(flags=BEGIN), frame(struct.pack("<i", 5701)), frame(b"::1"), frame(flags=END)]
    old = read(client.AUTHENTICATION, response(*address, frame(b"4.0"), initial=initial))
    assert old.address == customs.Address("::1", 5701)
    assert (old.server_hazelcast_version, old.partition_count) == ("4.0", 271)
    assert old.failover_supported is True
    assert old[8:] == (None,) * 7
    # 2.7 adds two numbers and four frames, 2.8 another frame.
    numbers = struct.pack("<ii", 3, 4)
    newer = [frame(flags=NULL), frame(flags=NULL), *[frame(flags=BEGIN), frame(flags=END)] * 2]
    later = read(
        client.AUTHENTICATION,
        response(*address, frame(b"5.4"), *newer, frame(), initial=initial + numbers),
    )
    assert (later.member_list_version, later.partition_list_version) == (3, 4)
    assert (later.member_infos, later.partitions, later.key_value_pairs) == ([], [], None)


def test_a_single_response_that_an_older_peer_does_not_send_is_none():
    assert read(map_messages.DELETE, response()) is None
    assert read(map_messages.DELETE, response(initial=b"\x01")) is True


def test_fields_that_an_older_peer_does_not_have_are_none():
    begin, end = frame(flags=BEGIN), frame(flags=END)
    metadata = [begin, begin, frame(struct.pack("<i", 4)), frame(b"age"), end, end]
    decoded = read(
        sql.EXECUTE,
        response(*metadata, frame(flags=NULL), frame(flags=NULL), initial=struct.pack("<q", -1)),
    )
    assert decoded.row_metadata == [customs.SqlColumnMetadata("age", 4, None)]
    assert (decoded.row_page, decoded.update_count, decoded.error) == (None, -1, None)
    assert (decoded.is_infinite_rows, decoded.partition_argument_index) == (None, None)


def test_what_a_newer_peer_adds_is_skipped():
    begin, end, more = frame(flags=BEGIN), frame(flags=END), frame(b"more")
    assert read(map_messages.SIZE, response(more, initial=struct.pack("<i", 5) + b"xx")) == 5
    assert read(map_messages.GET, response(frame(b"v"), more, initial=b"xx")) == b"v"
    assert read(map_messages.SET, response(begin, more, end, initial=b"xx")) is None
    schema = [begin, frame(b"T"), begin, begin, frame(bytes(9)), frame(b"f"), begin, more, end]
    schema += [frame(flags=NULL), end, end, begin, begin, more, end, end, end]
    decoded = read(client.FETCH_SCHEMA, response(*schema, more))
    assert decoded == customs.Schema("T", [customs.FieldDescriptor("f", 0)])


def test_nonsense_is_not_skipped_for_ever():
    begin, end = frame(flags=BEGIN), frame(flags=END)
    for depth in (MAX_SKIPPED_DEPTH - 1, MAX_SKIPPED_DEPTH + 1):
        nested = [begin] * depth + [end] * depth
        schema = [begin, frame(b"T"), begin, end, *nested, end]
        encoded = response(*schema)
        if depth < MAX_SKIPPED_DEPTH:
            assert read(client.FETCH_SCHEMA, encoded).type_name == "T"
        else:
            with pytest.raises(ProtocolError, match="nothing ends the structure"):
                read(client.FETCH_SCHEMA, encoded)


# --- nonsense


def refused(decode, encoded):
    """Whether the bytes are refused, and only in the one way that is allowed."""
    try:
        decode(encoded)
    except ProtocolError:
        return True
    return False


ENTRY = map_messages.ADD_ENTRY_LISTENER.events[0]
MEMBER = customs.MemberInfo(
    customs.Address("10.0.0.1", 5701),
    ID,
    {"zone": "a"},
    False,
    customs.MemberVersion(5, 7, 0),
    {customs.EndpointQualifier(1, None): customs.Address("public", 5701)},
)
ERRORS = [customs.ErrorHolder(38, "T", None, [customs.StackTraceElement("a", "b", None, 1)])]
WHOLE = [
    (partial(read, map_messages.GET), map_messages.GET.encode_response(1, 0, KEY)),
    (map_messages.PUT.decode_request, map_messages.PUT.encode_request(1, "m", KEY, KEY, 1, 2)),
    (partial(read, map_messages.SIZE), map_messages.SIZE.encode_response(1, 0, 4)),
    (
        partial(read, map_messages.ENTRY_SET),
        map_messages.ENTRY_SET.encode_response(1, 0, [(KEY, KEY)] * 2),
    ),
    (multi_map.PUT_ALL.decode_request, multi_map.PUT_ALL.encode_request(1, "m", [(KEY, [KEY])])),
    (ENTRY.decode, ENTRY.encode(1, -1, KEY, None, None, None, 1, ID, 1)),
    (
        client.ADD_CLUSTER_VIEW_LISTENER.events[0].decode,
        client.ADD_CLUSTER_VIEW_LISTENER.events[0].encode(1, -1, 3, [MEMBER]),
    ),
    (
        client.ADD_CLUSTER_VIEW_LISTENER.events[1].decode,
        client.ADD_CLUSTER_VIEW_LISTENER.events[1].encode(1, -1, 3, [(ID, [0, 1])]),
    ),
    (
        partial(read, ringbuffer.READ_MANY),
        ringbuffer.READ_MANY.encode_response(1, 0, 1, [KEY], [5], 6),
    ),
    (decode_error, encode_error(1, ERRORS)),
]


@pytest.mark.parametrize(("decode", "encoded"), WHOLE)
def test_a_message_that_ends_too_early_is_refused(decode, encoded):
    encoded = bytes(encoded)
    decode(encoded)
    for size in range(len(encoded)):
        assert refused(decode, encoded[:size]), size
        assert refused(decode, memoryview(encoded)[:size]), size


@pytest.mark.parametrize(("decode", "encoded"), WHOLE)
@given(data=st.data())
def test_changed_bytes_are_refused_or_read(decode, encoded, data):
    changed = bytearray(encoded)
    for at in data.draw(st.lists(st.integers(0, len(encoded) - 1), min_size=1, max_size=4)):
        changed[at] = data.draw(st.sampled_from([0, 1, 4, 6, 8, 0x10, 0x20, 0x7F, 0x80, 0xFF]))
    refused(decode, bytes(changed))


@given(
    st.sampled_from([decode for decode, _ in WHOLE]),
    st.lists(
        st.builds(
            frame,
            st.binary(max_size=40),
            st.sampled_from([0, 0, 0, BEGIN, END, NULL, BEGIN | END, NULL | END]),
        ),
        max_size=12,
    ),
    st.binary(max_size=60),
)
def test_frames_in_any_order_are_refused_or_read(decode, frames, initial):
    refused(decode, response(*frames, initial=initial))


@given(st.sampled_from([decode for decode, _ in WHOLE]), st.binary(max_size=200))
def test_any_bytes_are_refused_or_read(decode, garbage):
    refused(decode, garbage)


BEGIN_FRAME, END_FRAME, NULL_FRAME = frame(flags=BEGIN), frame(flags=END), frame(flags=NULL)


@pytest.mark.parametrize(
    ("decode", "frames", "reason"),
    [
        (
            partial(read, map_messages.GET),
            [BEGIN_FRAME],
            "response: the frame begins a structure",
        ),
        (partial(read, map_messages.GET), [END_FRAME], "response: the frame ends a structure"),
        (
            partial(read, client.FETCH_SCHEMA),
            [frame(b"x")],
            "Schema, begin: no value is in 7 by",
        ),
        (partial(read, map_messages.VALUES), [NULL_FRAME], "list, items: the frame is null"),
        (partial(read, map_messages.VALUES), [BEGIN_FRAME, NULL_FRAME, END_FRAME], "is null"),
        (partial(read, map_messages.VALUES), [BEGIN_FRAME, frame(b"x")], "ends too early"),
        (
            partial(read, map_messages.ENTRY_SET),
            [BEGIN_FRAME, frame(), END_FRAME],
            "value: the fr",
        ),
        (partial(read, sql.MAPPING_DDL), [frame(b"\xff")], "a text is not UTF-8"),
        (partial(read, map_messages.GET), [], "the message ends too early"),
        (
            partial(read, map_messages.FETCH_KEYS),
            [frame(bytes(7))],
            "packed list, items: no val",
        ),
    ],
)
def test_an_error_says_what_is_wrong(decode, frames, reason):
    with pytest.raises(ProtocolError, match=reason):
        decode(response(*frames))


def test_keys_and_values_must_be_equally_many():
    partitions = client.ADD_CLUSTER_VIEW_LISTENER.events[1]
    encoded = bytes(partitions.encode(1, -1, 3, [(ID, [0])]))
    shorter = encoded[:-23] + frame(flags=FINAL)
    with pytest.raises(ProtocolError, match="0 keys for 1 values"):
        partitions.decode(shorter)


def test_a_frame_of_no_length_does_not_stop_the_decoder():
    begin, endless = frame(flags=BEGIN), struct.pack("<IH", 0, 0)
    for decode in (partial(read, map_messages.VALUES), map_messages.PROJECT.decode_response):
        with pytest.raises(ProtocolError):
            decode(response(begin, endless, frame(flags=END)))
        with pytest.raises(ProtocolError):
            decode(response(begin, struct.pack("<IH", 0, NULL), frame(flags=END)))


# --- notation


def test_a_parameter_may_have_the_name_of_a_keyword_or_of_the_header():
    events = (event("Odd", "correlationId:long"),)
    odd = message("Some.Message", 0x7F0100, "from:int partitionId:int class:String", events=events)
    encoded = bytes(odd.encode_request(9, from_=1, partition_id=2, class_="x"))
    decoded = odd.decode_request(encoded)
    assert (decoded.from_, decoded.partition_id, decoded.class_) == (1, 2, "x")
    assert struct.unpack_from("<i", encoded, 18) == (9,)
    assert odd.events[0].type == 0x7F0102
    assert odd.events[0].decode(bytes(odd.events[0].encode(5, -1, 6))) == (6,)


@pytest.mark.parametrize(
    ("message", "reply"),
    [
        (map_messages.GET, map_messages.PUT.encode_response(1, 0, KEY)),
        (map_messages.IS_EMPTY, map_messages.SIZE.encode_response(1, 0, 4)),
        (map_messages.SET, map_messages.GET.encode_response(1, 0, None)),
        (client.AUTHENTICATION, map_messages.SET.encode_response(1, 0)),
    ],
)
def test_the_answer_to_another_kind_of_request_is_refused(message, reply):
    with pytest.raises(ProtocolError, match="came instead"):
        message.decode_response(bytes(reply))
