# SPDX-License-Identifier: Apache-2.0
"""Which objects are written, as what, and what is said about those that are not."""

from __future__ import annotations

import enum
import io
import sys
import threading
import uuid
from array import array
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.hazelcast.core import HazelcastJsonValue, MapEntry
from gridwire.hazelcast.errors import (
    HazelcastError,
    HazelcastSerializationError,
    InvalidConfigurationError,
)
from gridwire.hazelcast.serialization.int_type import IntType
from gridwire.hazelcast.serialization.service import SerializationService

SERVICES = [SerializationService(is_big_endian=big) for big in (True, False)]
SERVICE = SERVICES[0]


def refusal(value, service=SERVICE):
    with pytest.raises(HazelcastSerializationError) as caught:
        service.to_data(value)
    return caught.value


# Round trips

hashable = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 31), (1 << 31) - 1) | st.text("ab\u00e9")
    | st.binary(max_size=5) | st.uuids(),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.frozensets(inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
anything = st.recursive(
    hashable | st.floats(allow_nan=False) | st.dates() | st.times()
    | st.datetimes() | st.datetimes(timezones=st.just(UTC)) | st.text("{}").map(HazelcastJsonValue),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(hashable, inner, max_size=4),
        st.dictionaries(hashable, inner, max_size=4).map(OrderedDict),
        st.sets(hashable, max_size=4),
        st.lists(inner.filter(lambda item: item is not None), max_size=4).map(deque),
        st.tuples(inner, inner).map(lambda pair: MapEntry(*pair)),
    ),
    max_leaves=15,
)  # fmt: skip


def as_read(value):
    """What comes back: tuples as lists (but in keys), frozensets as sets (but in keys)."""
    kind = type(value)
    if kind in {list, tuple}:
        return [as_read(item) for item in value]
    if kind in {dict, OrderedDict}:
        return kind((key, as_read(item)) for key, item in value.items())
    if kind is deque:
        return deque(as_read(item) for item in value)
    if kind is MapEntry:
        return MapEntry(as_read(value.key), as_read(value.value))
    return set(value) if kind is frozenset else value


@pytest.mark.parametrize("service", SERVICES, ids=["big", "little"])
@given(value=anything)
def test_round_trip(service, value):
    data = service.to_data(value)
    found = service.to_object(data)
    assert found == as_read(value)
    assert type(found) is type(as_read(value))
    if data is not None:
        assert type(data) is bytes
        assert service.to_object(memoryview(bytearray(data))) == found


def test_null():
    assert SERVICE.to_data(None) is None
    assert SERVICE.to_object(None) is None
    assert SERVICE.to_object(bytes(8)) is None


@given(st.sets(st.text(max_size=3), min_size=2))
def test_equal_sets_have_equal_data(items):
    ordered = sorted(items)
    backwards = frozenset(reversed(ordered))
    assert SERVICE.to_data(set(ordered)) == SERVICE.to_data(backwards)


def test_values_do_not_share_memory_with_the_data():
    raw = bytearray(SERVICE.to_data([b"bytes", "text"] * 2 + [bytes(10_000), "x" * 10_000]))
    found = SERVICE.to_object(memoryview(raw))
    raw[:] = b"\xff" * len(raw)
    assert found == [b"bytes", "text"] * 2 + [bytes(10_000), "x" * 10_000]
    single = bytearray(SERVICE.to_data(bytes(10_000)))
    value = SERVICE.to_object(memoryview(single))
    single[:] = b"\xff" * len(single)
    assert value == bytes(10_000)
    single.append(0)  # which fails while somebody holds a view of it


def test_changes_after_writing_do_not_matter():
    value = bytearray(b"abc")
    data = SERVICE.to_data(value)
    value[:] = b"xyz"
    assert SERVICE.to_object(data) == b"abc"


# Integers

RANGES = {IntType.BYTE: 8, IntType.SHORT: 16, IntType.INT: 32, IntType.LONG: 64}


@pytest.mark.parametrize("int_type", IntType)
@given(value=st.integers(-(1 << 70), 1 << 70))
def test_every_int_comes_back_or_is_refused(int_type, value):
    service = SerializationService(default_int_type=int_type)
    bits = RANGES.get(int_type, 1000)
    if -(1 << bits - 1) <= value < 1 << bits - 1:
        assert service.to_object(service.to_data(value)) == value
        assert service.to_object(service.to_data([value])) == [value]
    else:
        refusal(value, service)
        refusal([value], service)


@pytest.mark.parametrize("int_type", RANGES)
def test_bounds(int_type):
    service = SerializationService(default_int_type=int_type)
    most = (1 << RANGES[int_type] - 1) - 1
    for value in (most, -most - 1):
        assert service.to_object(service.to_data(value)) == value
    for value in (most + 1, -most - 2):
        assert f"default_int_type {int_type.name}" in str(refusal(value, service))


@pytest.mark.parametrize(
    ("value", "advice"),
    [
        (1 << 31, "Set default_int_type to LONG, BIG_INT or VAR."),
        (-(1 << 31) - 1, "Set default_int_type to LONG, BIG_INT or VAR."),
        (1 << 63, "Set default_int_type to BIG_INT or VAR."),
    ],
)
def test_overflow_names_the_alternatives(value, advice):
    assert advice in str(refusal(value))


def test_overflow_of_a_number_too_long_to_print():
    assert "int of 100001 bits" in str(refusal(1 << 100_000))


@pytest.mark.parametrize(
    ("value", "type_id", "size"),
    [
        (127, -3, 1),
        (-128, -3, 1),
        (128, -6, 2),
        (-32768, -6, 2),
        (32768, -7, 4),
        (-(1 << 31), -7, 4),
        (1 << 31, -8, 8),
        (-(1 << 63), -8, 8),
        (1 << 63, -26, 13),
    ],
)
def test_smallest_form(value, type_id, size):
    data = SerializationService(default_int_type="VAR").to_data(value)
    assert int.from_bytes(data[4:8], "big", signed=True) == type_id
    assert len(data) == 8 + size


@pytest.mark.parametrize("given_type", [IntType.LONG, 4, "LONG"])
def test_int_type_by_value_number_or_name(given_type):
    service = SerializationService(default_int_type=given_type)
    assert service.to_data(1) == SerializationService(default_int_type=IntType.LONG).to_data(1)


@pytest.mark.parametrize("given_type", ["long", 6, None])
def test_unknown_int_type(given_type):
    with pytest.raises(InvalidConfigurationError, match="VAR, BYTE, SHORT, INT, LONG, BIG_INT"):
        SerializationService(default_int_type=given_type)


# Decimals


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_decimals_are_exact(value):
    found = SERVICE.to_object(SERVICE.to_data(value))
    assert found == value
    assert found.as_tuple().exponent == value.as_tuple().exponent


def test_decimals_beyond_the_context_of_the_caller():
    value = Decimal("1234567890" * 10 + ".5")
    assert SERVICE.to_object(SERVICE.to_data(value)) == value


@pytest.mark.parametrize("text", ["NaN", "-sNaN", "Infinity", "-Infinity"])
def test_decimals_that_are_no_numbers(text):
    error = refusal(Decimal(text))
    assert f"Decimal {text} cannot be serialized" in str(error)
    assert error.hint is not None


def test_decimals_with_extreme_exponents():
    for text in ("1E+2147483648", "1E-2147483647"):
        assert SERVICE.to_object(SERVICE.to_data(Decimal(text))) == Decimal(text)
    assert "scale of 32 bits" in str(refusal(Decimal("1E-2147483648")))
    assert "scale of 32 bits" in str(refusal(Decimal("1E+2147483649")))


# Dates and times


@given(st.datetimes(timezones=st.timezones()))
def test_instants_are_kept(value):
    offset = value.utcoffset()
    if offset % timedelta(seconds=1):
        return
    found = SERVICE.to_object(SERVICE.to_data(value))
    assert found.utcoffset() == offset
    assert found.replace(tzinfo=None) == value.replace(tzinfo=None)
    assert found == value.replace(tzinfo=timezone(offset))


def test_summer_and_winter():
    zone = ZoneInfo("Europe/Berlin")
    for value, hours in (
        (datetime(2024, 7, 1, 12, tzinfo=zone), 2),
        (datetime(2024, 1, 1, tzinfo=zone), 1),
    ):
        assert SERVICE.to_object(SERVICE.to_data(value)).utcoffset() == timedelta(hours=hours)
    first = datetime(2024, 10, 27, 2, 30, tzinfo=zone)
    second = first.replace(fold=1)
    assert SERVICE.to_data(first) != SERVICE.to_data(second)


def test_naive_stays_naive():
    value = datetime(2024, 2, 29, 1, 2, 3, 4)  # noqa: DTZ001
    assert SERVICE.to_object(SERVICE.to_data(value)) == value
    assert SERVICE.to_object(SERVICE.to_data(value)).tzinfo is None


class Zone(tzinfo):
    def __init__(self, offset):
        self.offset = offset

    def utcoffset(self, _):
        if isinstance(self.offset, Exception):
            raise self.offset
        return self.offset


def test_odd_zones():
    assert (
        SERVICE.to_object(SERVICE.to_data(datetime(2024, 1, 1, tzinfo=Zone(None)))).tzinfo is None
    )
    half = datetime(2024, 1, 1, tzinfo=Zone(timedelta(milliseconds=500)))
    assert "whole seconds" in str(refusal(half))
    far = datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=18, seconds=1)))
    assert "18 hours" in str(refusal(far))
    error = refusal(datetime(2024, 1, 1, tzinfo=Zone(KeyError("zone"))))
    assert "Zone.utcoffset raised KeyError" in str(error)
    assert isinstance(error.__cause__, KeyError)


def test_time_with_a_zone():
    assert "java.time.LocalTime has none" in str(refusal(time(1, tzinfo=UTC)))


# What is not written

Point = namedtuple("Point", "x y")  # noqa: PYI024


class Color(enum.Enum):
    RED = 1


class Level(enum.IntEnum):
    LOW = 1


class Name(enum.StrEnum):
    ANNA = "anna"


class Text(str):
    __slots__ = ()


class Moment(datetime):
    pass


@pytest.mark.parametrize(
    ("value", "builtin"),
    [
        (Text("a"), "str"),
        (type("Number", (int,), {})(1), "int"),
        (type("Real", (float,), {})(1), "float"),
        (type("Raw", (bytes,), {})(b"a"), "bytes"),
        (type("Items", (list,), {})(), "list"),
        (Point(1, 2), "tuple"),
        (defaultdict(int), "dict"),
        (Counter("a"), "dict"),
        (type("Ordered", (OrderedDict,), {})(), "OrderedDict"),
        (Moment(2024, 1, 1), "datetime"),
        (type("Day", (date,), {})(2024, 1, 1), "date"),
        (type("Money", (Decimal,), {})(1), "Decimal"),
        (type("Id", (uuid.UUID,), {})(int=1), "UUID"),
    ],
)
def test_subclasses_of_builtin_types(value, builtin):
    error = refusal(value)
    assert f"is a subclass of {builtin} and would come back as one" in str(error)
    assert type(value).__name__ in str(error)
    assert f"{builtin}(...)" in error.hint
    assert "custom serializer" in error.hint


@pytest.mark.parametrize("value", [Color.RED, Level.LOW, Name.ANNA])
def test_enumerations(value):
    error = refusal(value)
    assert "member of the enumeration" in str(error)
    assert "Store its value or its name" in error.hint


@pytest.mark.parametrize("value", [range(3), {}.keys(), iter([1]), (n for n in "ab"), map(str, [])])
def test_what_could_be_a_list(value):
    assert "Store a list of its items" in refusal(value).hint


@pytest.mark.parametrize(
    "value", [object(), 1j, int, len, sys, io.BytesIO(), threading.Lock(), ...]
)
def test_what_has_no_form(value):
    error = refusal(value)
    assert isinstance(error, HazelcastError)
    assert "cannot be serialized" in str(error)
    for way in ("custom_serializers", "IdentifiedDataSerializable", "global_serializer"):
        assert way in error.hint
    assert type(value).__name__ in str(refusal([value]))
    assert type(value).__name__ in str(refusal({"a": {"b": value}}))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("\ud800", "surrogates not allowed"),
        (["a\udfff"], "surrogates not allowed"),
        (HazelcastJsonValue("\ud800"), "surrogates not allowed"),
        (memoryview(array("i", [1])), "items of a byte"),
        (array("H", [1]), "typecode 'H'"),
        (array("I", [1]), "typecode 'I'"),
        (deque([1, None]), "ArrayDeque holds no nulls"),
    ],
)
def test_values_without_a_form(value, reason):
    assert reason in str(refusal(value))


def test_views_of_any_shape():
    raw = bytes(range(16))
    assert SERVICE.to_object(SERVICE.to_data(memoryview(raw)[::2])) == raw[::2]
    assert SERVICE.to_object(SERVICE.to_data(memoryview(raw).cast("B", (4, 4)))) == raw
    assert SERVICE.to_object(SERVICE.to_data([memoryview(raw)[::-1]])) == [raw[::-1]]


def test_errors_show_no_texts():
    # They may be secret, and an error is logged.
    error = refusal("secret\ud800")
    assert "secret" not in str(error)
    assert "str of 7 characters" in str(error)
    assert error.__context__ is None


@pytest.mark.parametrize("value", ["yes", 1.5, None, 0, 1])
def test_allow_pickle_is_checked(value):
    with pytest.raises(InvalidConfigurationError, match="allow_pickle"):
        SerializationService(allow_pickle=value)
