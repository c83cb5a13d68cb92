# SPDX-License-Identifier: Apache-2.0
"""Portables in data that is damaged, or made to do harm: typed errors, little time and memory."""

from __future__ import annotations

import struct
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.portables import FIELDS, record_class

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.api import Portable
from gridwire.hazelcast.serialization.limits import Limits
from gridwire.hazelcast.serialization.service import SerializationService
from gridwire.hazelcast.serialization.unknown import UnknownObject

Record = record_class(Portable)


class Inner(Record):
    def __init__(self):
        super().__init__([], 2)


class Rooted(Record):
    """It asks for all that there is, with a raw section."""

    with_raw = True


FACTORIES = {1: {1: Rooted, 2: Inner}}


def everything() -> bytes:
    fields = []
    for kind, (one, many) in FIELDS.items():
        fields += [(kind, kind, one), (f"{kind}_array", f"{kind}_array", many)]
    inner = Record([("int", "i", 1), ("string", "s", "x")], 2)
    fields += [("portable", "p", inner), ("portable_array", "ps", [inner, inner])]
    return SerializationService().to_data(Record(fields, raw="raw"))


DATA = everything()


SERVICE = SerializationService(portable_factories=FACTORIES)


def read(data: bytes):
    """What this data is read as, by a reader who has met a lot of other data."""
    return SERVICE.to_object(data)


def outcome(data: bytes) -> object:
    try:
        return read(data)
    except HazelcastSerializationError as error:
        return error


def test_it_can_be_read():
    assert len(read(DATA).fields) == 30


def test_cut_off_at_every_byte():
    for length in range(len(DATA)):
        with pytest.raises(HazelcastSerializationError):
            read(DATA[:length])


def test_trailing_bytes_are_not_read():
    assert read(DATA + b"\xff" * 9) == read(DATA)
    alone = SerializationService(portable_factories=FACTORIES)
    assert alone.to_object(alone.to_data([read(DATA), 5]))[1] == 5


def test_every_byte_changed():
    for at in range(8, len(DATA)):
        for value in (0, 0x7F, 0x80, 0xFF, DATA[at] ^ 1):
            found = outcome(DATA[:at] + bytes([value]) + DATA[at + 1 :])
            assert isinstance(found, Rooted | HazelcastSerializationError | UnknownObject)


@settings(max_examples=200)
@given(
    at=st.integers(0, (len(DATA) - 24) // 4 - 1),
    number=st.integers(-(1 << 31), (1 << 31) - 1) | st.integers(-2, len(DATA) + 2),
)
def test_every_number_changed(at, number):
    start = 8 + 4 * at
    found = outcome(DATA[:start] + struct.pack(">i", number) + DATA[start + 4 :])
    assert isinstance(found, Rooted | HazelcastSerializationError | UnknownObject)


@settings(max_examples=200)
@given(st.binary(max_size=80))
def test_anything_behind_the_ids(junk):
    found = outcome(DATA[:20] + junk)
    assert isinstance(found, Rooted | HazelcastSerializationError)


# -- made by hand ---------------------------------------------------------------------------------


class Asks(Portable):
    """It reads one or more Portables of its own class, as often as there are."""

    def get_factory_id(self):
        return 1

    def get_class_id(self):
        return 1

    def read_portable(self, reader):
        self.found = [
            getattr(reader, f"read_{reader.get_field_type(name).name.lower()}")(name)
            for name in reader.get_field_names()
        ]


def body(fields: list[tuple[bytes, int]], places: list[int], end: int, raw: int = 0) -> bytes:
    """Version, end, count and places; then the fields as they are."""
    table = struct.pack(f">iii{len(places)}ii", 0, end, len(places), *places, raw)
    return table + b"".join(content for content, _ in fields)


def data(payload: bytes) -> bytes:
    return b"\0\0\0\0\xff\xff\xff\xff" + struct.pack(">ii", 1, 1) + payload


def asked(payload: bytes) -> Asks:
    return SerializationService(portable_factories={1: {1: Asks}}).to_object(data(payload))


def head(name: bytes, field_type: int) -> bytes:
    return struct.pack(">h", len(name)) + name + bytes([field_type])


def one_field(field: bytes, *, place: int = 36, end: int | None = None, raw: int = 0) -> bytes:
    return body([(field, 0)], [place], 36 + len(field) if end is None else end, raw)


INT = head(b"n", 5) + b"\0\0\0\7"
M = head(b"m", 5) + b"\0\0\0\5"


def test_the_tools_of_these_tests():
    assert asked(one_field(INT)).found == [7]


@pytest.mark.parametrize(
    "payload",
    [
        one_field(INT, place=-8),
        one_field(INT, place=1),
        one_field(INT, place=35),
        one_field(INT, place=44),
        one_field(INT, place=1 << 30),
        one_field(INT, end=-1),
        one_field(INT, end=0),
        one_field(INT, end=35),
        one_field(INT, end=45),
        one_field(INT, end=(1 << 31) - 1),
        one_field(INT, raw=-1),
        one_field(INT, raw=20),
        one_field(INT, raw=36, place=38),
        one_field(INT, raw=45),
        body([(b"\0\0\0\0", 0), (INT, 0)], [40], 48, raw=36),
        one_field(head(b"n", 30) + b"\0\0\0\7"),
        one_field(head(b"n", 255) + b"\0\0\0\7"),
        one_field(b"\xff\xfe" + b"n\5\0\0\0\7"),
        one_field(b"\x7f\xff" + b"n\5\0\0\0\7"),
        body([(INT, 0), (INT, 0)], [40, 48], 56),
        body([(INT, 0)], [40, 40], 48),
        struct.pack(">iiii", 0, 32, -1, 0),
        struct.pack(">iiii", 0, 32, 1 << 30, 0),
        struct.pack(">iiii", 0, 32, (1 << 31) - 1, 0),
        struct.pack(">ii", 0, 32),
        one_field(head(b"n", 19) + b"\x7f\xff\xff\xff"),
        one_field(head(b"n", 15) + b"\x7f\xff\xff\xff"),
        one_field(head(b"n", 15) + b"\xff\xff\xff\xfe"),
        one_field(head(b"n", 23) + b"\x7f\xff\xff\xff"),
        one_field(head(b"n", 23) + b"\xff\xff\xff\xfe"),
        one_field(head(b"n", 10) + b"\xff\xff\xff\xfe" + struct.pack(">ii", 1, 1)),
        one_field(head(b"n", 10) + b"\x7f\xff\xff\xff" + struct.pack(">ii", 1, 1)),
        one_field(head(b"n", 24) + b"\0\x07\xea\x0d\x01"),
        one_field(head(b"n", 28) + b"\0" + bytes.fromhex("07ea0101 010101 00000000 7fffffff")),
    ],
)
def test_impossible_data(payload):
    with pytest.raises(HazelcastSerializationError):
        asked(payload)


def test_a_field_that_its_writer_left_out_is_missing_and_the_others_are_not():
    found = asked(body([(INT, 0)], [0, 40], 48))
    assert found.found == [7]


def test_a_field_that_one_writer_left_out_is_not_missed_in_the_data_of_others():
    mine = SerializationService(portable_factories={1: {1: Asks}})
    short, whole = body([(INT, 0)], [0, 40], 48), body([(M, 0), (INT, 0)], [40, 48], 56)
    for payload, found in ((short, [7]), (whole, [5, 7]), (short, [7]), (whole, [5, 7])):
        assert mine.to_object(data(payload)).found == found


class Follows(Asks):
    def read_portable(self, reader):
        self.found = reader.read_int("p.n")


@pytest.mark.parametrize("end", [81, 82, 89])
def test_a_path_does_not_leave_the_field_that_it_leads_into(end):
    """The Portable in the field says that it ends where the next field does."""
    inner = struct.pack(">?iiiiiii", False, 1, 2, 0, end, 1, 73, 0) + INT
    payload = body([(head(b"p", 0) + inner, 0), (M, 0)], [40, 81], 89)
    mine = SerializationService(portable_factories={1: {1: Follows}})
    if end == 81:
        assert mine.to_object(data(payload)).found == 7
    else:
        with pytest.raises(HazelcastSerializationError, match="where it cannot be"):
            mine.to_object(data(payload))


@pytest.mark.parametrize("place", [0, 8, 16, 20, 36])
def test_a_portable_inside_itself(place):
    """An array whose item lies where the array, or its owner, begins."""
    array = head(b"a", 10) + struct.pack(">iiii", 1, 1, 1, place)
    with pytest.raises(HazelcastSerializationError):
        asked(one_field(array + bytes(8)))


def bomb(levels: int) -> bytes:
    """Each level has two fields that share the next one: 2 ** levels objects, 60 bytes each."""
    payload, at = b"", 16
    for _ in range(levels):
        start = at + 12 + 12
        first = head(b"a", 10)
        second_at = start + len(first) + 16
        inner_at = second_at + len(first) + 16
        payload += struct.pack(">iiiiii", 0, -1, 2, start, second_at, 0)
        payload += head(b"a", 10) + struct.pack(">iiii", 1, 1, 1, inner_at)
        payload += head(b"b", 10) + struct.pack(">iiii", 1, 1, 1, inner_at)
        at = inner_at
    payload += struct.pack(">iiii", 0, at + 16, 0, 0)
    return payload.replace(struct.pack(">ii", 0, -1), struct.pack(">ii", 0, at + 16))


def test_shared_parts_do_not_multiply():
    began = time.perf_counter()
    with pytest.raises(HazelcastSerializationError):
        asked(bomb(60))
    assert time.perf_counter() - began < 2


def test_items_do_not_share_their_bytes():
    count = 20_000
    number = struct.pack(">i", 4000) + bytes(4000) + struct.pack(">i", 0)
    at = 36 + 4 + 4 + 4 * count
    array = head(b"d", 21) + struct.pack(f">i{count}i", count, *[at] * count) + number
    with pytest.raises(HazelcastSerializationError, match="where it cannot be"):
        asked(one_field(array + bytes(4 * count)))


def test_names_do_not_share_their_bytes():
    """Each name begins 4 bytes behind the one before, with a length and with bytes of its own."""
    count, length = 5_000, 30_000
    table = 32 + 4 * count
    places = [table + 4 * i for i in range(count)]
    # The byte behind a name is a type that there is.
    names = b"".join(
        struct.pack(">hBB", length, i // 256 % 28, i % 256) for i in range(count + length // 4 + 1)
    )
    tracemalloc.start()
    try:
        with pytest.raises(HazelcastSerializationError, match="where it cannot be"):
            asked(body([(names, 0)], places, table + len(names)))
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_fields_do_not_reach_into_each_other():
    string = head(b"s", 9) + struct.pack(">i", 8) + INT
    place = 40
    inside = place + len(string) - len(INT)
    with pytest.raises(HazelcastSerializationError, match="where it cannot be"):
        asked(body([(string, 0)], [place, inside], place + len(string)))


# -- what is learned is bounded -------------------------------------------------------------------


def test_learned_classes_are_bounded():
    mine = SerializationService(
        portable_factories={1: {1: Asks}}, limits=Limits(class_definition_bytes=20_000)
    )
    tracemalloc.start()
    try:
        for version in range(3000):
            payload = struct.pack(">i", version) + one_field(INT)[4:]
            assert mine.to_object(data(payload)).found == [7]
        assert tracemalloc.get_traced_memory()[0] < 1_000_000
    finally:
        tracemalloc.stop()


def test_a_huge_class_is_read_and_not_remembered():
    fields = [("boolean", f"field{i}", True) for i in range(3000)]
    big = SerializationService().to_data(Record(fields))
    mine = SerializationService(
        portable_factories={1: {1: Asks}}, limits=Limits(class_definition_bytes=20_000)
    )
    tracemalloc.start()
    try:
        for _ in range(2):
            assert mine.to_object(big).found == [True] * 3000
        assert tracemalloc.get_traced_memory()[0] < 100_000
    finally:
        tracemalloc.stop()
