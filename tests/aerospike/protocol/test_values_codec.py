# SPDX-License-Identifier: Apache-2.0
"""Values there and back, edges that are refused, and bytes that a peer must not get through."""

from __future__ import annotations

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.aerospike import HLL, GeoJSON
from gridwire.aerospike.protocol.msgpack import MAX_DEPTH, pack, unpack
from gridwire.aerospike.protocol.particles import decode_particle, encode_particle
from gridwire.aerospike.protocol.values import LanguageBlob
from gridwire.errors import ProtocolError

integers = st.integers(-(1 << 63), (1 << 63) - 1)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    integers,
    st.floats(allow_nan=False),
    st.text(),
    st.binary(),
    st.text().map(GeoJSON),
    st.binary().map(HLL),
    st.builds(LanguageBlob, st.binary(), st.integers(7, 12)),
)
map_keys = st.one_of(integers, st.text(), st.binary())
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(map_keys, inner, max_size=5),
    max_leaves=20,
)


def shape(value: object) -> object:
    """A value with the types of all its parts: True is not 1, GeoJSON is not text."""
    if isinstance(value, list):
        return [shape(item) for item in value]
    if isinstance(value, dict):
        return [(shape(key), shape(item)) for key, item in value.items()]
    return type(value), value, getattr(value, "particle_type", None)


def through(value: object) -> object:
    kind, data = encode_particle(value)
    padded = b"before" + data + b"after"
    return decode_particle(kind, padded, 6, 6 + len(data))


@given(values)
def test_a_value_comes_back_with_its_types(value):
    assert shape(through(value)) == shape(value)


@given(values)
def test_a_packed_value_comes_back_with_its_types(value):
    assert shape(unpack(pack(value))) == shape(value)


@given(st.integers(0, 23), st.binary(max_size=40))
def test_bytes_of_a_peer_are_a_value_or_a_protocol_error(kind, data):
    with contextlib.suppress(ProtocolError):
        decode_particle(kind, data, 0, len(data))


@given(values, st.data())
def test_a_cut_value_is_a_protocol_error(value, data):
    packed = pack(value)
    cut = data.draw(st.integers(0, len(packed) - 1))
    with pytest.raises(ProtocolError):
        unpack(packed, 0, cut)


@given(values, st.binary(min_size=1, max_size=4))
def test_bytes_behind_a_value_are_a_protocol_error(value, rest):
    with pytest.raises(ProtocolError):
        unpack(pack(value) + rest)


def test_a_count_beyond_the_bytes_is_refused_before_memory_is_spent():
    for head in (b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xdb\xff\xff\xff\xff"):
        with pytest.raises(ProtocolError):
            unpack(head + b"\xc0" * 10)


def test_nesting_is_limited_both_ways():
    value: list[object] = []
    for _ in range(MAX_DEPTH - 1):
        value = [value]
    assert unpack(pack(value)) == value
    with pytest.raises(ValueError, match="nesting exceeds maximum depth of 64"):
        pack([value])
    with pytest.raises(ProtocolError, match="nested deeper"):
        unpack(b"\x91" * (MAX_DEPTH + 1) + b"\xc0")
    with pytest.raises(ProtocolError):
        unpack(b"\x91" * 100_000)


@pytest.mark.parametrize("value", [1 << 63, -(1 << 63) - 1, 1 << 64, [1 << 63], {"a": 1 << 63}])
def test_an_integer_that_does_not_fit_is_refused(value):
    with pytest.raises(OverflowError, match="64 bits with a sign"):
        encode_particle(value)


@pytest.mark.parametrize("value", [(1,), {1}, object(), 1j, memoryview(b"x"), [(1,)], {"a": {2}}])
def test_what_cannot_be_stored_is_refused(value):
    with pytest.raises(TypeError, match="Unsupported type for Aerospike value"):
        encode_particle(value)


def test_the_edges_of_integers_and_floats():
    for value in (0, -1, (1 << 63) - 1, -(1 << 63), 0.0, math.inf, -math.inf, 5e-324):
        assert through(value) == value
    assert math.copysign(1, through(-0.0)) == -1
    assert math.isnan(through(math.nan))
    assert through([math.inf, -0.0])[0] == math.inf


@given(st.binary())
def test_what_is_read_as_text_can_be_stored_back_as_it_was(raw):
    for kind, head in ((3, b""), (23, b"\0\0\0")):
        data = head + raw
        assert encode_particle(decode_particle(kind, data, 0, len(data))) == (kind, data)
        packed = pack([raw])[: -len(raw) - 1 or None] + bytes((kind,)) + raw
        assert pack(unpack(packed)) == packed


@pytest.mark.parametrize("text", ["a\ud800", "\udfff", "\ud83d\ude00", "x\udcff and \ud800"])
def test_a_surrogate_that_is_no_escaped_byte_is_refused(text):
    for value in (text, GeoJSON(text), [text], {"a": GeoJSON(text)}, {text: 1}):
        with pytest.raises(UnicodeEncodeError, match="stands for no byte"):
            encode_particle(value)


def test_subclasses_are_their_base():
    class Text(str):
        __slots__ = ()

        def __str__(self) -> str:
            return "another"

    class Number(int):
        pass

    assert encode_particle(Text("x")) == encode_particle("x")
    assert encode_particle(Number(3)) == encode_particle(3)
    assert pack([Text("x"), Number(3)]) == pack(["x", 3])
    assert encode_particle(bytearray(b"x")) == encode_particle(b"x")


def test_bytes_of_other_languages_keep_their_number():
    blob = decode_particle(7, b"\xac\xed", 0, 2)
    assert isinstance(blob, LanguageBlob)
    assert encode_particle(blob) == (7, b"\xac\xed")
    packed = bytes.fromhex("92 a307aced a203 61")
    (blob, text) = unpack(packed)
    assert (type(blob), blob, blob.particle_type, text) == (LanguageBlob, b"\xac\xed", 7, "a")
    assert pack([blob, text]) == packed


def test_cells_of_a_region_are_skipped():
    data = b"\0\0\2" + b"\1" * 16 + b"{}"
    assert decode_particle(23, data, 0, len(data)) == GeoJSON("{}")
    with pytest.raises(ProtocolError):
        decode_particle(23, data, 0, 10)


@pytest.mark.parametrize(
    ("packed", "value"),
    [
        ("93c70001 0102", [1, 2]),
        ("92c70301 ffffff 01", [1]),
        ("82c70001c0 a20361 01", {"a": 1}),
        ("82c70008c0 a20361 01", [("a", 1)]),
        ("92d4ff01 01", [None, 1]),
        ("81d4ff0001", {None: 1}),
        ("91a0", [""]),
        ("c40102", None),
    ],
    ids=[
        "ordered-list",
        "indexed-list",
        "ordered-map",
        "kept-order",
        "infinity",
        "wildcard",
        "empty",
        "bin",
    ],
)
def test_what_servers_add_to_the_dialect(packed, value):
    raw = bytes.fromhex(packed)
    if value is None:
        # A string without its type byte is kept by servers as it is.
        assert unpack(raw) == "\x02"
    else:
        assert unpack(raw) == value


def test_a_map_with_a_list_as_key_is_a_protocol_error():
    with pytest.raises(ProtocolError, match="as key"):
        unpack(bytes.fromhex("81 90 01"))


@pytest.mark.parametrize(
    "packed",
    [
        "82 01 a2036d cb3ff0000000000000 01",
        "82 01 00 c3 00",
        "82 a20478 00 a20778 00",
        "82 a20361 00 a20361 01",
    ],
    ids=["1 and 1.0", "1 and true", "blobs of two languages", "twice the same"],
)
def test_keys_that_python_cannot_tell_apart_are_not_merged(packed):
    with pytest.raises(ProtocolError, match="keys that are equal in Python"):
        unpack(bytes.fromhex(packed))


@pytest.mark.parametrize(
    "packed",
    ["91d40500", "91d4ff02", "9201c70001", "c70001", "8101c70001", "81d405ff01", "81c7000101"],
)
def test_an_extension_that_is_no_value_is_not_read_as_none(packed):
    with pytest.raises(ProtocolError, match="extension of type"):
        unpack(bytes.fromhex(packed))


def test_scalars_of_numpy_are_stored_when_python_has_a_type_of_theirs():
    numpy = pytest.importorskip("numpy")
    assert encode_particle(numpy.float64(1.5)) == encode_particle(1.5)
    assert pack([numpy.str_("x"), numpy.bytes_(b"x")]) == pack(["x", b"x"])
    for value in (numpy.int64(1), numpy.float32(1), numpy.bool_(True), numpy.array([1])):
        with pytest.raises(TypeError, match="Unsupported type for Aerospike value"):
            encode_particle(value)
        with pytest.raises(TypeError, match="Unsupported type for Aerospike value"):
            pack([value])
