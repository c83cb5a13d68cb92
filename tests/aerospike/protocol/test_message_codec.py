# SPDX-License-Identifier: Apache-2.0
"""Messages of a peer: whole ones are read, all others are protocol errors."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.aerospike import RecordNotFound, ServerError
from gridwire.aerospike._options.policies import Policies
from gridwire.aerospike.exception import AerospikeError
from gridwire.aerospike.operations.record import RecordRequests
from gridwire.aerospike.protocol import bins
from gridwire.aerospike.protocol.admin import read_admin
from gridwire.aerospike.protocol.info import encode_info, failure_of, read_info
from gridwire.aerospike.protocol.message import sections, set_server_timeout, ttl_of
from gridwire.aerospike.protocol.proto import ProtoReader
from gridwire.errors import ProtocolError
from support.aerospike_wire import NOW, framed, section

KEY = ("test", "demo", "k")
REQUESTS = RecordRequests(Policies({}, lambda name, nearest: None), lambda: NOW)

GET = REQUESTS.get(KEY)
READERS = [
    GET.decode,
    REQUESTS.exists(KEY).decode,
    REQUESTS.put(KEY, {"a": 1}).decode,
    REQUESTS.operate(KEY, [{"op": 1, "bin": "a"}]).decode,
    REQUESTS.operate_ordered(KEY, [{"op": 1, "bin": "a"}]).decode,
    sections,
]

ANSWER = framed(section(bins=[("a", 1), ("b", [1, {"x": "y"}])], fields=[(2, b"\3sent")]))


@pytest.mark.parametrize("read", READERS)
@given(data=st.data())
def test_a_broken_answer_is_an_error_of_ours(read, data):
    raw = bytearray(ANSWER)
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    with contextlib.suppress(ProtocolError, AerospikeError):
        read(bytes(raw[:cut]) if cut >= 8 else bytes(raw))


@given(st.binary(max_size=80))
def test_bytes_of_nobody_are_an_error_of_ours(data):
    raw = framed(data)
    for read in (*READERS, read_admin, read_info):
        with contextlib.suppress(ProtocolError, AerospikeError):
            read(raw)


@given(st.binary(max_size=64))
def test_a_security_answer_is_read_or_refused(data):
    with contextlib.suppress(ProtocolError):
        read_admin(framed(data, kind=2))


@given(st.lists(st.integers(1, 40), max_size=8))
def test_an_answer_comes_in_any_pieces(sizes):
    reader = ProtoReader()
    found: list[bytes] = []
    rest = ANSWER * 3
    for size in sizes:
        found += reader.feed(rest[:size])
        rest = rest[size:]
    found += reader.feed(rest)
    assert found == [ANSWER] * 3
    assert reader.is_between


def test_the_key_that_the_server_has_comes_with_the_record():
    assert GET.decode(ANSWER).key.user_key == "sent"
    assert GET.decode(framed(section(bins=[("a", 1)]))).key.user_key == "k"


def test_bins_without_a_value_are_left_out():
    assert GET.decode(framed(section(bins=[("a", None), ("b", 1)]))).bins == {"b": 1}


def test_results_of_one_bin_are_a_list_and_ordered_ones_keep_their_places():
    answer = framed(section(bins=[("a", 1), ("b", 2), ("a", None), ("a", [3])]))
    ops = [{"op": 1, "bin": "a"}]
    assert REQUESTS.operate(KEY, ops).decode(answer).bins == {"a": [1, None, [3]], "b": 2}
    ordered = REQUESTS.operate_ordered(KEY, ops).decode(answer).ordered_bins
    assert ordered == [("a", 1), ("b", 2), ("a", None), ("a", [3])]


def test_the_life_that_a_record_has_left():
    epoch = 1_262_304_000
    assert ttl_of(0, NOW) == 4294967295
    assert ttl_of(int(NOW) - epoch + 100, NOW) == 100
    assert ttl_of(1, NOW) == 1
    void = int(NOW) - epoch + 7
    assert GET.decode(framed(section(void_time=void))).meta == (1, 7)


def test_a_code_becomes_its_error_and_a_missing_record_only_for_who_needs_it():
    with pytest.raises(RecordNotFound):
        GET.decode(framed(section(2)))
    with pytest.raises(ServerError):
        GET.decode(framed(section(4)))
    assert REQUESTS.exists(KEY).decode(framed(section(2))).meta is None
    assert REQUESTS.exists(KEY).decode(framed(section(0))).meta == (1, 4294967295)


def test_the_servers_time_can_be_changed_for_another_attempt():
    payload = bytearray(GET.payload)
    set_server_timeout(payload, 77)
    assert payload != GET.payload
    assert int.from_bytes(payload[22:26], "big") == 77
    assert int.from_bytes(GET.payload[22:26], "big") == 1000


def test_info_is_lines():
    assert encode_info(["node", "build"])[8:] == b"node\nbuild\n"
    with pytest.raises(ValueError, match="one line"):
        encode_info(["node\nbuild"])
    assert read_info(framed(b"node\tB1\nx\t\n", kind=1)) == {"node": "B1", "x": ""}


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        ("ERROR:4:unrecognized command", (4, "unrecognized command")),
        ("ERROR::no code", (1, "no code")),
        ("FAIL:201:no index", (201, "no index")),
        ("FAIL", (1, "FAIL")),
        ("error:4:", (4, "error:4:")),
        ("ok", None),
        ("errors=5", None),
        ("", None),
    ],
)
def test_info_says_what_went_wrong(text, failure):
    assert failure_of(text) == failure


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("behind", [b"\0", bytes(8), ANSWER])
def test_bytes_behind_an_answer_are_a_protocol_error(read, behind):
    with pytest.raises(ProtocolError):
        read(ANSWER + behind)


@pytest.mark.parametrize("read", READERS)
def test_an_answer_that_ends_anywhere_is_a_protocol_error(read):
    # A frame with nothing in it has no section, which is for whoever asked to judge.
    for cut in range(9, len(ANSWER)):
        with pytest.raises(ProtocolError):
            read(ANSWER[:cut])


def test_a_name_takes_no_byte_of_another_bin():
    raw = bytearray(framed(section(bins=[("a", 1), ("b", "text")])))
    at = raw.index(b"\1a") + 0
    raw[at] = 9
    with pytest.raises(ProtocolError):
        GET.decode(bytes(raw))


def test_ever_new_names_of_bins_do_not_fill_the_memory():
    for number in range(2 * bins.MAX_NAMES):
        name = f"bin{number}"
        assert GET.decode(framed(section(bins=[(name, 1)]))).bins == {name: 1}
    assert len(bins._names) <= bins.MAX_NAMES


def test_text_that_is_not_utf8_comes_back_as_it_was():
    text = b"\xff\xfe".decode("utf-8", "surrogateescape")
    answer = framed(section(bins=[(text, text)]))
    assert GET.decode(answer).bins == {text: text}
    assert REQUESTS.put(KEY, {text: text}).payload.endswith(b"\xff\xfe\xff\xfe")


def test_more_bins_than_a_message_has_room_for():
    with pytest.raises(ValueError, match="32768"):
        REQUESTS.put(KEY, {f"b{number}": number for number in range(32769)})
