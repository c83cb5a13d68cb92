# SPDX-License-Identifier: Apache-2.0
"""What the methods of the streams refuse, and what they do at the edges."""

from __future__ import annotations

from array import array
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.api import StreamSerializer
from gridwire.hazelcast.serialization.byte_order import BIG_ENDIAN, LITTLE_ENDIAN
from gridwire.hazelcast.serialization.input import ObjectDataInput
from gridwire.hazelcast.serialization.output import ObjectDataOutput
from gridwire.hazelcast.serialization.service import SerializationService


def output(order=BIG_ENDIAN):
    return ObjectDataOutput(b"", order, {}, 1)


def reader_of(out):
    return ObjectDataInput(bytes(out.buffer), 0, out.order, {}, 1)


@pytest.fixture(params=[BIG_ENDIAN, LITTLE_ENDIAN], ids=["big", "little"])
def order(request):
    return request.param


def test_bytes_signed_and_unsigned(order):
    out = output(order)
    for value in (-128, -1, 0, 127, 128, 255):
        out.write_byte(value)
    inp = reader_of(out)
    assert [inp.read_byte() for _ in range(6)] == [-128, -1, 0, 127, -128, -1]
    inp = reader_of(out)
    assert [inp.read_unsigned_byte() for _ in range(6)] == [128, 255, 0, 127, 128, 255]


def test_shorts_signed_and_unsigned(order):
    out = output(order)
    out.write_short(-2)
    out.write_char("\ufffe")
    assert [reader_of(out).read_short(), reader_of(out).read_unsigned_short()] == [-2, 65534]
    inp = reader_of(out)
    inp.skip_bytes(2)
    assert inp.read_short() == -2


def test_halves_of_surrogate_pairs(order):
    out = output(order)
    out.write_chars("😀")
    inp = reader_of(out)
    assert inp.read_char() + inp.read_char() == "\ud83d\ude00"
    assert inp.position() == inp.size() == 4


def test_order_by_name(order):
    assert output(order).get_byte_order() == order.name
    assert reader_of(output(order)).get_byte_order() == order.name


@pytest.mark.parametrize(
    ("method", "value"),
    [
        ("byte", 256),
        ("byte", -129),
        ("byte", 1.5),
        ("byte", "a"),
        ("byte", None),
        ("short", 1 << 15),
        ("char", "ab"),
        ("char", ""),
        ("char", "😀"),
        ("char", 5),
        ("int", 1 << 31),
        ("int", 1.5),
        ("int", None),
        ("int", 1 << 100_000),
        ("long", 1 << 63),
        ("float", 1e300),
        ("float", "1"),
        ("double", 10**400),
        ("double", None),
        ("string", b"a"),
        ("string", "\ud800"),
        ("utf", 5),
        ("bytes", "\u0100"),
        ("bytes", None),
        ("chars", None),
        ("byte_array", "a"),
        ("byte_array", [1]),
        ("byte_array", memoryview(array("i", [1]))),
        ("char_array", ["😀"]),
        ("char_array", ["ab"]),
        ("short_array", [1 << 15]),
        ("int_array", [1.5]),
        ("int_array", ["a"]),
        ("int_array", 5),
        ("long_array", [1 << 63]),
        ("float_array", ["a"]),
        ("float_array", [1.0, 1e300]),
        ("double_array", [None]),
        ("string_array", ["a", 5]),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isascii() else "",
)
def test_refused(method, value):
    out = output()
    with pytest.raises(HazelcastSerializationError, match=r"write_\w+ takes|A string takes"):
        getattr(out, f"write_{method}")(value)
    assert out.to_byte_array() == b""


def test_an_object_is_written_whole_or_not_at_all():
    class Tolerant(StreamSerializer):
        def get_type_id(self):
            return 5

        def write(self, out, obj):
            for item in obj.items:
                try:
                    out.write_object(item)
                except HazelcastSerializationError:
                    out.write_object("-")

        def read(self, inp):
            return [inp.read_object() for _ in range(3)]

    service = SerializationService(custom_serializers={SimpleNamespace: Tolerant})
    data = service.to_data(SimpleNamespace(items=[1, [2, [3, object()]], "x"]))
    assert service.to_object(data) == [1, "-", "x"]


@pytest.mark.parametrize(
    "name",
    [
        *("boolean", "byte", "unsigned_byte", "short", "unsigned_short", "char", "int", "long"),
        *("float", "double", "string", "utf", "object", "byte_array", "boolean_array"),
        *("char_array", "int_array", "double_array", "string_array", "utf_array"),
    ],
)
def test_reading_at_the_end(name):
    inp = ObjectDataInput(b"", 0, BIG_ENDIAN, {}, 1)
    with pytest.raises(HazelcastSerializationError, match="are left"):
        getattr(inp, f"read_{name}")()
    assert inp.position() == 0


def test_reading_into():
    inp = ObjectDataInput(b"0123456789", 0, BIG_ENDIAN, {}, 1)
    raw = bytearray(4)
    assert inp.read_into(raw) is raw
    assert raw == b"0123"
    inp.read_into(raw, 2, 2)
    assert raw == b"0145"
    with pytest.raises(ValueError, match="do not fit"):
        inp.read_into(raw, 2, 3)
    with pytest.raises(ValueError, match="do not fit"):
        inp.read_into(raw, -1, 1)
    with pytest.raises(HazelcastSerializationError):
        inp.read_into(bytearray(5))
    assert inp.skip_bytes(-1) == 0
    assert inp.position() == 6


def test_writing_from():
    out = output()
    out.write_from(b"0123")
    out.write_from(memoryview(b"0123"), 1, 2)
    assert out.to_byte_array() == b"012312"
    for offset, length in ((1, 4), (-1, 1), (0, -1)):
        with pytest.raises(ValueError, match="do not have"):
            out.write_from(b"0123", offset, length)


def test_copies_are_copies():
    out = output()
    out.write_int(1)
    copy = out.to_byte_array()
    copy[0] = 9
    assert out.to_byte_array() == b"\0\0\0\1"
    data = bytearray(b"\0\0\0\2ab")
    taken = ObjectDataInput(data, 0, BIG_ENDIAN, {}, 1).read_byte_array()
    data[:] = bytes(6)
    assert taken == b"ab"
    assert type(taken) is bytearray


numbers = st.lists(st.integers(-(1 << 15), (1 << 15) - 1))


@given(numbers)
def test_arrays(values):
    for order in (BIG_ENDIAN, LITTLE_ENDIAN):
        for name in ("short_array", "int_array", "long_array", "float_array", "double_array"):
            out = output(order)
            getattr(out, f"write_{name}")(tuple(values))
            assert getattr(reader_of(out), f"read_{name}")() == values


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])) | st.none()))
def test_string_arrays(values):
    for order in (BIG_ENDIAN, LITTLE_ENDIAN):
        out = output(order)
        out.write_string_array(values)
        assert reader_of(out).read_string_array() == values
