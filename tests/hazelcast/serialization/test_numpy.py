# SPDX-License-Identifier: Apache-2.0
"""Arrays and numbers of numpy, both ways; and what the option array_type makes of Java's arrays."""

from __future__ import annotations

import struct
import subprocess
import sys
import tracemalloc
from array import array
from collections import OrderedDict, deque
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.hazelcast.errors import HazelcastSerializationError, InvalidConfigurationError
from gridwire.hazelcast.serialization.api import StreamSerializer
from gridwire.hazelcast.serialization.array_type import ArrayType
from gridwire.hazelcast.serialization.service import SerializationService
from gridwire.hazelcast.serialization.type_ids import TypeId

ORDERS = [True, False]
SERVICE = SerializationService()
KINDS = {
    "b1": TypeId.BOOLEAN_ARRAY,
    "i1": TypeId.BYTE_ARRAY,
    "i2": TypeId.SHORT_ARRAY,
    "i4": TypeId.INT_ARRAY,
    "i8": TypeId.LONG_ARRAY,
    "f4": TypeId.FLOAT_ARRAY,
    "f8": TypeId.DOUBLE_ARRAY,
}


@cache
def service_of(array_type, big=True):
    return SerializationService(is_big_endian=big, array_type=array_type)


def refusal(value):
    with pytest.raises(HazelcastSerializationError) as caught:
        SERVICE.to_data(value)
    with pytest.raises(HazelcastSerializationError):
        SERVICE.to_data([value])
    return caught.value


@pytest.mark.parametrize("big", ORDERS)
@pytest.mark.parametrize("kind", KINDS)
@given(
    raw=st.binary(max_size=64), step=st.sampled_from([1, 2, -1, -3]), prefix=st.sampled_from("<>")
)
def test_arrays_go_there_and_come_back(big, kind, raw, step, prefix):
    size = int(kind[1])
    raw = raw[: len(raw) // size * size]
    if kind == "b1":
        raw = bytes(byte & 1 for byte in raw)
    value = np.frombuffer(raw, prefix + kind)[::step]
    services = {each: service_of(each, big) for each in ArrayType}
    data = services[ArrayType.LIST].to_data(value)
    assert int.from_bytes(data[4:8], "big", signed=True) == KINDS[kind]
    found = services[ArrayType.NUMPY].to_object(data)
    if kind == "i1":
        assert found == value.tobytes()
        return
    assert type(found) is np.ndarray
    assert found.dtype == np.dtype(kind)
    assert found.dtype.isnative
    assert found.flags.writeable
    assert np.array_equal(found, value, equal_nan=kind[0] == "f")
    items = services[ArrayType.LIST].to_object(data)
    assert type(items) is list
    assert np.array_equal(items, value, equal_nan=kind[0] == "f")
    assert {type(item) for item in items} <= {bool, int, float}
    # The array of Python's own that has the same numbers is the same data.
    if kind != "b1":
        code = {"i2": "h", "i4": "i", "i8": "q", "f4": "f", "f8": "d"}[kind]
        twin = array(code, value.astype(kind).tobytes())
        assert services[ArrayType.LIST].to_data(twin) == data
        packed = services[ArrayType.ARRAY].to_object(data)
        assert (type(packed), packed.typecode) == (array, code)
        assert packed.tobytes() == twin.tobytes()
    nested = services[ArrayType.NUMPY].to_object(services[ArrayType.LIST].to_data([value, 1]))
    assert np.array_equal(nested[0], value, equal_nan=kind[0] == "f")
    assert nested[1] == 1


def test_writing_changes_nothing():
    for prefix in "<>":
        value = np.array([1, 2, 3], prefix + "i4")
        for big in ORDERS:
            SerializationService(is_big_endian=big).to_data(value)
        assert value.tolist() == [1, 2, 3]


def test_what_is_read_keeps_no_other_memory():
    raw = bytearray(SERVICE.to_data(np.arange(10_000, dtype="i4")))
    for array_type in ArrayType:
        found = service_of(array_type).to_object(memoryview(raw))
        assert found[1] == 1
    raw.append(0)  # which fails while somebody holds a view of it


def test_rows_of_a_table():
    table = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert SERVICE.to_object(SERVICE.to_data(list(table))) == [[1.0, 2.0], [3.0, 4.0]]
    assert SERVICE.to_object(SERVICE.to_data(table[:, 1])) == [2.0, 4.0]
    assert SERVICE.to_object(SERVICE.to_data({"a": table[0]})) == {"a": [1.0, 2.0]}


@pytest.mark.parametrize("form", ["big", "little"])
def test_nulls_and_empty_arrays(form):
    for array_type in ArrayType:
        service = service_of(array_type, form == "big")
        for kind, type_id in KINDS.items():
            header = bytes(4) + int(type_id).to_bytes(4, "big", signed=True)
            assert service.to_object(header + b"\xff" * 4) is None
            empty = service.to_object(service.to_data(np.array([], kind)))
            assert len(empty) == 0


def test_arrays_in_queues():
    [found] = SERVICE.to_object(SERVICE.to_data(deque([np.array([1, 2])])))
    assert found == [1, 2]


def test_booleans_are_true_unless_zero():
    data = bytes(4) + int(TypeId.BOOLEAN_ARRAY).to_bytes(4, "big", signed=True)
    data += bytes.fromhex("00000003 000502")
    assert service_of("NUMPY").to_object(data).tolist() == [False, True, True]
    for array_type in ("LIST", "ARRAY"):
        assert service_of(array_type).to_object(data) == [False, True, True]


@pytest.mark.parametrize("array_type", ArrayType)
def test_arrays_as_keys_of_maps(array_type):
    data = SERVICE.to_data(OrderedDict([((1, 2), "a")]))
    inner = SERVICE.to_data(array("i", [1, 2]))[4:]
    entry = inner + SERVICE.to_data("a")[4:]
    data = data[:8] + (1).to_bytes(4, "big") + entry
    assert service_of(array_type).to_object(data) == {(1, 2): "a"}


@pytest.mark.parametrize("big", ORDERS)
def test_arrays_in_streams(big):
    """What a serializer of the program hands over, with a loop in Python or without."""
    kinds = {"short": "i2", "int": "i4", "long": "i8", "float": "f4", "double": "f8"}
    given_value = []

    class Box(StreamSerializer):
        def get_type_id(self):
            return 6

        def write(self, out, obj):
            for name in kinds:
                getattr(out, f"write_{name}_array")(given_value[0])

        def read(self, inp):
            return [getattr(inp, f"read_{name}_array")() for name in kinds]

    service = SerializationService(is_big_endian=big, custom_serializers={Box: Box})
    for kind in ("i2", "i4", "i8", ">i4", "u1", "i1"):
        for step in (1, 2, -1):
            given_value[:] = [np.array([1, 0, 2], kind)[::step]]
            found = service.to_object(service.to_data(Box()))
            assert found == [given_value[0].tolist()] * 5
    for code in "bhilqfd":
        given_value[:] = [array(code, [1, 2])]
        if code in "fd":
            with pytest.raises(HazelcastSerializationError, match="write_short_array"):
                service.to_data(Box())
        else:
            assert service.to_object(service.to_data(Box())) == [[1, 2]] * 5
    given_value[:] = [np.zeros((2, 2), "i2")]
    with pytest.raises(HazelcastSerializationError, match="write_short_array"):
        service.to_data(Box())


@pytest.mark.parametrize("count", [3, (1 << 31) - 1, -2])
@pytest.mark.parametrize("type_id", KINDS.values(), ids=lambda type_id: type_id.name)
def test_counts_that_the_data_cannot_hold(type_id, count):
    data = struct.pack(">iii", 0, type_id, count) + b"\1\1"
    for array_type in ArrayType:
        service = service_of(array_type)
        for form in (data, struct.pack(">iii", 0, TypeId.ARRAY_LIST, 1) + data[4:]):
            with pytest.raises(HazelcastSerializationError):
                service.to_object(form)


# What is refused


@pytest.mark.parametrize(
    ("value", "reason", "way_out"),
    [
        (np.array(5), "no dimension", "array.item()"),
        (np.zeros((2, 2)), "2 dimensions", "list(array)"),
        (np.zeros(3, "u1"), "uint8", "array.tobytes()"),
        (np.zeros(3, "u2"), "uint16", "signed type"),
        (np.zeros(3, "u8"), "uint64", "signed type"),
        (np.zeros(3, "f2"), "float16", "float32"),
        (np.zeros(3, np.longdouble), "float128", "float64"),
        (np.zeros(3, "c16"), "complex128", "tolist"),
        (np.array([1, "a"], object), "object", "tolist"),
        (np.array(["a"]), "<U1", "tolist"),
        (np.array([1], "M8[s]"), "datetime64[s]", "tolist"),
        (np.zeros(3, "i4,f4"), "i4", "tolist"),
        (np.zeros(3).view(np.recarray), "subclass of numpy.ndarray", "numpy.asarray"),
        (np.ma.array([1, 2], mask=[0, 1]), "subclass of numpy.ndarray", "numpy.asarray"),
        (np.complex128(1j), "numpy.complex128", "int, a float"),
        (np.datetime64(1, "s"), "numpy.datetime64", "datetime"),
        (np.timedelta64(1, "ns"), "numpy.timedelta64", "int, a float"),
        (np.longdouble(1), "numpy.longdouble", "float"),
        (np.void(b"ab"), "numpy.void", "int"),
    ],
)
def test_what_has_no_form(value, reason, way_out):
    error = refusal(value)
    assert reason in str(error)
    assert way_out in error.hint


def test_a_long_name_of_a_type_is_cut_off():
    fields = [(f"field{number}", "i4") for number in range(1000)]
    assert len(str(refusal(np.zeros(1, fields)))) < 500


# Single values


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (np.bool_(True), True),
        (np.int8(-1), -1),
        (np.int64(5), 5),
        (np.uint32(7), 7),
        (np.uint64(7), 7),
        (np.float16(0.5), 0.5),
        (np.float32(0.5), 0.5),
        (np.float64(0.1), 0.1),
        (np.str_("é"), "é"),
        (np.bytes_(b"ab"), b"ab"),
    ],
)
def test_single_values_are_what_item_gives(value, plain):
    for service in (SERVICE, SerializationService(is_big_endian=False, default_int_type="LONG")):
        assert service.to_data(value) == service.to_data(plain)
        assert service.to_data([value, {value: value}]) == service.to_data([plain, {plain: plain}])
        found = service.to_object(service.to_data(value))
        assert (found, type(found)) == (plain, type(plain))


def test_single_values_that_do_not_fit():
    assert "default_int_type INT" in str(refusal(np.int64(1 << 40)))
    assert "default_int_type INT" in str(refusal(np.uint64(1 << 63)))


# Options


class Tool(StreamSerializer):
    def get_type_id(self):
        return 5

    def write(self, out, obj):
        out.write_string(type(obj).__name__)

    def read(self, inp):
        return inp.read_string()


@pytest.mark.parametrize("registered", [np.ndarray, object])
def test_a_serializer_of_the_program_wins(registered):
    service = SerializationService(custom_serializers={registered: Tool})
    assert service.to_object(service.to_data(np.zeros((2, 2)))) == "ndarray"


def test_a_serializer_for_all_numbers_of_numpy_wins():
    service = SerializationService(custom_serializers={np.integer: Tool})
    assert service.to_object(service.to_data(np.int64(1))) == "int64"
    assert service.to_object(service.to_data(np.float64(1))) == 1.0


def test_neither_the_global_serializer_nor_pickle_gets_them():
    for service in (
        SerializationService(global_serializer=Tool),
        SerializationService(allow_pickle=True),
    ):
        assert service.to_data(np.array([1, 2], "i4")) == SERVICE.to_data(array("i", [1, 2]))
        assert service.to_data(np.int64(1)) == SERVICE.to_data(1)
        with pytest.raises(HazelcastSerializationError, match="2 dimensions"):
            service.to_data(np.zeros((2, 2)))


@pytest.mark.parametrize("given_type", [ArrayType.NUMPY, 2, "NUMPY"])
def test_by_member_number_or_name(given_type):
    service = SerializationService(array_type=given_type)
    assert type(service.to_object(SERVICE.to_data(array("i", [1])))) is np.ndarray


@pytest.mark.parametrize("given_type", ["numpy", 3, None])
def test_unknown_array_type(given_type):
    with pytest.raises(InvalidConfigurationError, match="LIST, ARRAY, NUMPY"):
        SerializationService(array_type=given_type)


def test_numpy_is_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(InvalidConfigurationError, match="numpy cannot be imported") as caught:
        SerializationService(array_type="NUMPY")
    assert "gridwire[numpy]" in caught.value.hint
    with pytest.raises(HazelcastSerializationError):
        SERVICE.to_data(type("ndarray", (), {"__module__": "numpy"})())


def test_numpy_is_imported_only_when_asked_for():
    program = """
import sys
from gridwire.hazelcast.serialization.service import SerializationService
service = SerializationService()
service.to_object(service.to_data([1, "a", {"b": 2.5}]))
try:
    service.to_data(1j)
except Exception:
    pass
assert "numpy" not in sys.modules
SerializationService(array_type="NUMPY")
assert "numpy" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


@pytest.mark.parametrize("big", ORDERS)
def test_a_large_array_is_copied_as_little_as_possible(big):
    """Once when it is written in the order of this machine, twice otherwise; and once when read."""
    value = np.arange(1 << 20, dtype="i8")
    service = service_of("NUMPY", big)
    copies = 1 if big == (sys.byteorder == "big") else 2
    size = value.nbytes
    tracemalloc.start()
    try:
        data = service.to_data(value)
        assert tracemalloc.get_traced_memory()[1] < (copies + 0.1) * size
        tracemalloc.clear_traces()
        found = service.to_object(data)
        assert tracemalloc.get_traced_memory()[1] < 1.1 * size
    finally:
        tracemalloc.stop()
    assert np.array_equal(found, value)
