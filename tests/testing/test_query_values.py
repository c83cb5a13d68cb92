# SPDX-License-Identifier: Apache-2.0
"""Values of queries: read and written as serialization does, compared and converted as in Java."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.hazelcast.core import HazelcastJsonValue
from gridwire.hazelcast.serialization.byte_order import BIG_ENDIAN, byte_order
from gridwire.hazelcast.serialization.service import SerializationService
from gridwire.hazelcast.serialization.type_ids import TypeId
from gridwire.testing._hazelcast.query.conversions import CONVERTERS
from gridwire.testing._hazelcast.query.java_text import to_text
from gridwire.testing._hazelcast.query.object_paths import typed_object
from gridwire.testing._hazelcast.query.ordering import canonical, compare, equal
from gridwire.testing._hazelcast.query.packing import data_of
from gridwire.testing._hazelcast.query.values import payload_size, typed, typed_inside
from gridwire.testing._hazelcast.refusals import Refusal

INT_KINDS = ("BYTE", "SHORT", "INT", "LONG", "BIG_INT")
SERVICE = SerializationService()
ORDERS = pytest.mark.parametrize("big", [True, False])
MOMENTS = st.datetimes(timezones=st.timezones()) | st.datetimes(timezones=st.just(dt.UTC))
OBJECTS = st.one_of(
    st.booleans(),
    st.floats(),
    st.text(),
    st.uuids(),
    st.dates(),
    st.times(),
    st.datetimes(timezones=st.just(dt.UTC)),
    st.decimals(allow_nan=False, allow_infinity=False, places=5),
    st.integers(-(2**31), 2**31 - 1),
    st.text().map(HazelcastJsonValue),
    st.lists(st.integers(0, 9)),
)
NUMBERS = st.one_of(
    st.tuples(st.just(TypeId.INT), st.integers(-(2**31), 2**31 - 1)),
    st.tuples(st.just(TypeId.LONG), st.integers(-(2**63), 2**63 - 1)),
    st.tuples(st.just(TypeId.DOUBLE), st.floats()),
    st.tuples(st.just(TypeId.DOUBLE), st.sampled_from([0.0, -0.0, 2.0**53, 2.0**63, 1.5])),
    st.tuples(st.just(TypeId.LONG), st.sampled_from([0, 2**53, 2**53 + 1, 2**63 - 1])),
)


@ORDERS
@given(OBJECTS)
def test_what_serialization_wrote_is_read_and_written_again(big, value):
    data = SerializationService(is_big_endian=big).to_data(value)
    assert data_of(typed(data, byte_order(big)), byte_order(big)) == data


@given(OBJECTS)
def test_both_orders_mean_the_same(value):
    if isinstance(value, list):
        return  # Its form is what was written.
    one, other = (SerializationService(is_big_endian=big).to_data(value) for big in (True, False))
    found = typed(one, BIG_ENDIAN), typed(other, byte_order(False))
    assert repr(found[0]) == repr(found[1])


@ORDERS
@pytest.mark.parametrize("kind", INT_KINDS)
def test_ints_of_all_types(kind, big):
    order = byte_order(big)
    service = SerializationService(default_int_type=kind, is_big_endian=big)
    data = service.to_data(100)
    found = typed(data, order)
    assert (found[1], data_of(found, order)) == (100, data)
    assert payload_size(service.to_data([100]), 16, order) == len(data) - 8


@ORDERS
@given(OBJECTS)
def test_values_inside_others(big, value):
    order = byte_order(big)
    service = SerializationService(is_big_endian=big)
    data = service.to_data([value])
    size = payload_size(data, 16, order)
    assert size == (None if isinstance(value, list) else len(data) - 16)
    alone = service.to_data(value)
    assert repr(typed_inside(data, 16, order)) == repr(typed(alone, order))


@ORDERS
@given(OBJECTS, st.data())
def test_data_that_ends_too_early_is_refused(big, value, data):
    whole = SerializationService(is_big_endian=big).to_data(value)
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    try:
        found = typed(cut, byte_order(big))
    except Refusal:
        return
    # Only values without a length of their own are read from less.
    assert found[0] == TypeId.ARRAY_LIST


@ORDERS
@given(st.integers(-200, 0), st.binary())
def test_arbitrary_data_is_read_or_refused(big, kind, payload):
    data = b"\0\0\0\0" + kind.to_bytes(4, "big", signed=True) + payload
    try:
        found = typed(data, byte_order(big))
    except Refusal:
        return
    assert found is None or found[0] == kind


@given(NUMBERS, NUMBERS, NUMBERS)
def test_numbers_of_all_types_have_one_order(one, other, third):
    assert compare(one, other) == -compare(other, one)
    assert equal(one, other) == (compare(one, other) == 0)
    if compare(one, other) <= 0 and compare(other, third) <= 0:
        assert compare(one, third) <= 0


@given(NUMBERS, NUMBERS)
def test_what_is_equal_is_found_as_equal(one, other):
    if equal(one, other):
        assert canonical(one) == canonical(other)


@given(st.text(), st.text())
def test_texts_are_ordered_by_utf_16_units(one, other):
    left, right = (text.encode("utf-16-be", "surrogatepass") for text in (one, other))
    wanted = (left > right) - (left < right)
    assert compare((TypeId.STRING, one), (TypeId.STRING, other)) == wanted


def test_values_of_different_kinds_have_no_order():
    text, number = (TypeId.STRING, "a"), (TypeId.INT, 1)
    assert not equal(text, number)
    with pytest.raises(Refusal, match=r"java.lang.Integer cannot be cast to class java.lang.Str"):
        compare(text, number)


def test_decimals_are_equal_with_the_same_scale_only():
    one, other = (TypeId.BIG_DECIMAL, Decimal("1.0")), (TypeId.BIG_DECIMAL, Decimal(1))
    assert (equal(one, other), compare(one, other)) == (False, 0)


def test_uuids_are_ordered_as_signed_numbers():
    least, most = (TypeId.UUID, UUID(int=2**127)), (TypeId.UUID, UUID(int=1))
    assert compare(least, most) < 0


@pytest.mark.parametrize(
    ("kind", "given_value", "wanted"),
    [
        (TypeId.INT, (TypeId.STRING, "5"), (TypeId.INT, 5)),
        (TypeId.INT, (TypeId.STRING, "5.0"), (TypeId.INT, 5)),
        (TypeId.INT, (TypeId.STRING, "5.5"), (TypeId.DOUBLE, 5.5)),
        (TypeId.INT, (TypeId.STRING, "9999999999"), (TypeId.LONG, 9999999999)),
        (TypeId.INT, (TypeId.LONG, 2**40), (TypeId.LONG, 2**40)),
        (TypeId.INT, (TypeId.BIG_DECIMAL, Decimal(5)), (TypeId.BIG_DECIMAL, Decimal(5))),
        (TypeId.BYTE, (TypeId.INT, 261), (TypeId.INT, 261)),
        (TypeId.LONG, (TypeId.DOUBLE, 5.0), (TypeId.LONG, 5)),
        (TypeId.LONG, (TypeId.DOUBLE, -0.0), (TypeId.DOUBLE, -0.0)),
        (TypeId.DOUBLE, (TypeId.LONG, 2**53 + 1), (TypeId.LONG, 2**53 + 1)),
        (TypeId.DOUBLE, (TypeId.STRING, " 1.5f "), (TypeId.DOUBLE, 1.5)),
        (TypeId.DOUBLE, (TypeId.STRING, "-Infinity"), (TypeId.DOUBLE, float("-inf"))),
        (TypeId.DOUBLE, (TypeId.STRING, "0x1p1"), (TypeId.DOUBLE, 2.0)),
        (TypeId.FLOAT, (TypeId.DOUBLE, 0.5), (TypeId.FLOAT, 0.5)),
        (TypeId.FLOAT, (TypeId.DOUBLE, 0.1), (TypeId.DOUBLE, 0.1)),
        (TypeId.FLOAT, (TypeId.STRING, "1e300"), (TypeId.DOUBLE, 1e300)),
        (TypeId.BOOLEAN, (TypeId.STRING, "TRUE"), (TypeId.BOOLEAN, True)),
        (TypeId.BOOLEAN, (TypeId.DOUBLE, 0.5), (TypeId.BOOLEAN, False)),
        (TypeId.STRING, (TypeId.DOUBLE, 10.0), (TypeId.STRING, "10.0")),
        (TypeId.STRING, (TypeId.BOOLEAN, True), (TypeId.STRING, "true")),
        (TypeId.CHAR, (TypeId.STRING, "x"), (TypeId.CHAR, "x")),
        (TypeId.BIG_INTEGER, (TypeId.BIG_DECIMAL, Decimal("5.9")), (TypeId.BIG_INTEGER, 5)),
        (TypeId.BIG_DECIMAL, (TypeId.STRING, "1.50"), (TypeId.BIG_DECIMAL, Decimal("1.50"))),
        (TypeId.LOCAL_DATE, (TypeId.STRING, "2024-02-29"), (TypeId.LOCAL_DATE, (2024, 2, 29))),
        (TypeId.UUID, (TypeId.STRING, "0-0-0-1-f"), (TypeId.UUID, UUID(int=(1 << 48) + 15))),
    ],
)  # fmt: skip
def test_what_values_of_predicates_become(kind, given_value, wanted):
    found = CONVERTERS[kind](given_value)
    assert (found[0], repr(found[1])) == (wanted[0], repr(wanted[1]))


@pytest.mark.parametrize(
    ("kind", "given_value", "message"),
    [
        (TypeId.INT, (TypeId.STRING, "x"), 'For input string: "x"'),
        (TypeId.INT, (TypeId.STRING, ""), "empty String"),
        (TypeId.INT, (TypeId.BOOLEAN, True), r"Cannot convert \[true\] to number"),
        (TypeId.BIG_INTEGER, (TypeId.STRING, "1.0"), 'For input string: "1.0"'),
        (TypeId.UUID, (TypeId.STRING, "x"), "Invalid UUID string: x"),
        (TypeId.LOCAL_DATE, (TypeId.STRING, "2023-02-29"), "could not be parsed"),
        (TypeId.LOCAL_TIME, (TypeId.STRING, "25:00"), "could not be parsed"),
        (TypeId.CHAR, (TypeId.STRING, "xy"), r"Cannot convert \[xy\] to char"),
    ],
)
def test_what_values_of_predicates_do_not_become(kind, given_value, message):
    with pytest.raises(Refusal, match=message):
        CONVERTERS[kind](given_value)


@given(st.sampled_from(list(CONVERTERS)), st.text(max_size=12))
def test_texts_are_converted_or_refused(kind, text):
    try:
        found = CONVERTERS[kind]((TypeId.STRING, text))
    except Refusal:
        return
    assert found[1] is not None


@pytest.mark.parametrize(
    ("number", "text"),
    [(1e7, "1.0E7"), (9999999.5, "9999999.5"), (1e-3, "0.001"), (1e-4, "1.0E-4"), (-0.0, "-0.0"),
     (1.25e300, "1.25E300"), (float("nan"), "NaN"), (float("-inf"), "-Infinity")],
)  # fmt: skip
def test_how_java_writes_doubles(number, text):
    assert to_text((TypeId.DOUBLE, number)) == text


@given(MOMENTS)
def test_moments_of_objects_are_those_of_serialization(moment):
    data = SERVICE.to_data(moment)
    assert typed_object(SERVICE.to_object(data)) == typed(data, BIG_ENDIAN)
