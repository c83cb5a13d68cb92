# SPDX-License-Identifier: Apache-2.0
"""The tables of the page about serialization say what the code does."""

from __future__ import annotations

import re
from array import array
from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timezone
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from gridwire.hazelcast.core import HazelcastJsonValue, MapEntry
from gridwire.hazelcast.serialization.api import (
    GenericRecord,
)
from gridwire.hazelcast.serialization.int_type import IntType
from gridwire.hazelcast.serialization.service import SerializationService
from gridwire.hazelcast.serialization.type_ids import TypeId
from support.small_classes import ByField, Itself

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "serialization.md").read_text("utf-8")


def rows(heading):
    """The cells of the first table below a heading, without its own head."""
    part = PAGE.split(f"{heading}\n", 1)[1]
    lines = re.search(r"(?:^\|.*\n)+", part, re.MULTILINE).group().splitlines()
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines[2:]]


@dataclass
class Record:
    x: int


SERVICE = SerializationService(
    data_serializable_factories={1: {1: Itself}}, portable_factories={1: {1: ByField}}
)
MOMENT = datetime(2024, 2, 29, 1, 2, 3, 4, UTC)

# What a row says of Python: values of it, the type ids that they get, and the types that come back.
WRITTEN = {
    "`None`": ([None], None, {type(None)}),
    "`bool`": ([True, False], {TypeId.BOOLEAN}, {bool}),
    "`int`": ([1, -1], {TypeId.INT}, {int}),
    "`float`": ([1.5], {TypeId.DOUBLE}, {float}),
    "`str`": (["a"], {TypeId.STRING}, {str}),
    "`bytes`, `bytearray`, `memoryview`": (
        [b"a", bytearray(b"a"), memoryview(b"a")],
        {TypeId.BYTE_ARRAY},
        {bytes},
    ),
    "`Decimal`": ([Decimal("1.50")], {TypeId.BIG_DECIMAL}, {Decimal}),
    "`UUID`": ([UUID(int=5)], {TypeId.UUID}, {UUID}),
    "`date`": ([MOMENT.date()], {TypeId.LOCAL_DATE}, {date}),
    "`time`": ([MOMENT.time()], {TypeId.LOCAL_TIME}, {time}),
    "`datetime` without a zone": (
        [MOMENT.replace(tzinfo=None)],
        {TypeId.LOCAL_DATE_TIME},
        {datetime},
    ),
    "`datetime` with a zone": ([MOMENT], {TypeId.OFFSET_DATE_TIME}, {datetime}),
    "`list`, `tuple`": ([[1], (1,)], {TypeId.ARRAY_LIST}, {list}),
    "`set`, `frozenset`": ([{1}, frozenset({1})], {TypeId.HASH_SET}, {set}),
    "`dict`": ([{"a": 1}], {TypeId.HASH_MAP}, {dict}),
    "`OrderedDict`": ([OrderedDict(a=1)], {TypeId.LINKED_HASH_MAP}, {OrderedDict}),
    "`deque`": ([deque([1])], {TypeId.ARRAY_DEQUE}, {deque}),
    "`MapEntry`": ([MapEntry(1, 2)], {TypeId.SIMPLE_ENTRY}, {MapEntry}),
    "`HazelcastJsonValue`": ([HazelcastJsonValue("1")], {TypeId.JSON}, {HazelcastJsonValue}),
    "`array.array`": (
        [array(code, [1]) for code in "hiqfdb"],
        {
            *(TypeId.SHORT_ARRAY, TypeId.INT_ARRAY, TypeId.LONG_ARRAY),
            *(TypeId.FLOAT_ARRAY, TypeId.DOUBLE_ARRAY, TypeId.BYTE_ARRAY),
        },
        {list, bytes},
    ),
    "`numpy.ndarray` of one dimension": (
        [np.zeros(1, "i4"), np.zeros(1, "?")],
        {TypeId.INT_ARRAY, TypeId.BOOLEAN_ARRAY},
        {list},
    ),
    "a number of numpy": (
        [np.bool_(True), np.int64(1), np.float32(1), np.str_("a"), np.bytes_(b"a")],
        {TypeId.BOOLEAN, TypeId.INT, TypeId.DOUBLE, TypeId.STRING, TypeId.BYTE_ARRAY},
        {bool, int, float, str, bytes},
    ),
    "a dataclass": ([Record(1)], {TypeId.COMPACT}, {Record, GenericRecord}),
    "a `Portable`": ([ByField()], {TypeId.PORTABLE}, {ByField}),
    "an `IdentifiedDataSerializable`": (
        [Itself()],
        {TypeId.IDENTIFIED_DATA_SERIALIZABLE},
        {Itself},
    ),
}
JAVA_NAMES = {
    "Integer": TypeId.INT,
    "byte[]": TypeId.BYTE_ARRAY,
    "BigDecimal": TypeId.BIG_DECIMAL,
    "LocalDate": TypeId.LOCAL_DATE,
    "LocalTime": TypeId.LOCAL_TIME,
    "LocalDateTime": TypeId.LOCAL_DATE_TIME,
    "OffsetDateTime": TypeId.OFFSET_DATE_TIME,
    "ArrayList": TypeId.ARRAY_LIST,
    "HashSet": TypeId.HASH_SET,
    "HashMap": TypeId.HASH_MAP,
    "LinkedHashMap": TypeId.LINKED_HASH_MAP,
    "ArrayDeque": TypeId.ARRAY_DEQUE,
    "SimpleEntry": TypeId.SIMPLE_ENTRY,
    "HazelcastJsonValue": TypeId.JSON,
    "short[]": TypeId.SHORT_ARRAY,
    "int[]": TypeId.INT_ARRAY,
    "long[]": TypeId.LONG_ARRAY,
    "float[]": TypeId.FLOAT_ARRAY,
    "double[]": TypeId.DOUBLE_ARRAY,
    "Boolean": TypeId.BOOLEAN,
    "Double": TypeId.DOUBLE,
    "String": TypeId.STRING,
    "UUID": TypeId.UUID,
    "Portable": TypeId.PORTABLE,
    "IdentifiedDataSerializable": TypeId.IDENTIFIED_DATA_SERIALIZABLE,
}


def test_the_table_has_exactly_these_rows():
    assert [row[0] for row in rows("## What is written as what")] == list(WRITTEN)


@pytest.mark.parametrize("row", rows("## What is written as what"), ids=lambda row: row[0])
def test_what_is_written_as_what(row):
    values, type_ids, back = WRITTEN[row[0]]
    named = {JAVA_NAMES[name] for name in re.findall(r"`([^`]+)`", row[1]) if name in JAVA_NAMES}
    for value in values:
        data = SERVICE.to_data(value)
        if type_ids is None:
            assert data is None
            continue
        type_id = TypeId(int.from_bytes(data[4:8], "big", signed=True))
        assert type_id in type_ids
        assert not named or type_id in named
        found = SERVICE.to_object(data)
        assert type(found) in back
        if "fixed offset" in row[2]:
            assert type(found.tzinfo) is timezone
    names = set(re.findall(r"`([^`]+)`", row[2]))
    if not names & {"array_type", "GenericRecord"} and row[2] != "itself":
        assert names == {kind.__name__.replace("NoneType", "None") for kind in back}


def test_the_table_of_ints():
    found = {re.sub(r"`(\w+)`.*", r"\1", row[0]): row for row in rows("### Integers")}
    assert set(found) == {int_type.name for int_type in IntType}
    for int_type in IntType:
        bits = re.match(r"(\d+) bits", found[int_type.name][2])
        service = SerializationService(default_int_type=int_type)
        if bits is None:
            assert service.to_object(service.to_data(1 << 100)) == 1 << 100
            continue
        most = (1 << int(bits[1]) - 1) - 1
        assert service.to_object(service.to_data(most)) == most
        with pytest.raises(Exception, match="does not fit"):
            service.to_data(most + 1)


def test_the_order_is_that_of_the_tests():
    steps = re.findall(r"^\d\. (.*)", PAGE.split("first that fits is taken:")[1], re.MULTILINE)
    wanted = ("exact type", "writes itself", "base class", "numpy", "global", "dataclass", "pickle")
    assert len(steps) == len(wanted)
    for step, word in zip(steps, wanted, strict=True):
        assert word in step
