# SPDX-License-Identifier: Apache-2.0
"""Compact records on real members: what Java and the official client make of what is written here.

A predicate on a field of a record is evaluated by Java code, which finds the field through the
schema: an answer means that fingerprint, layout and value are what Java expects.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

import pytest

import hazelcast
from gridwire.hazelcast import HazelcastClient
from gridwire.hazelcast.predicate import equal, greater, sql
from gridwire.hazelcast.serialization.api import FieldKind, GenericRecord
from support.compact_records import (
    EXAMPLES,
    KINDS,
    Inner,
    InnerSerializer,
    OfficialInnerSerializer,
    OfficialRecordSerializer,
    Record,
    RecordSerializer,
)

pytestmark = pytest.mark.real_member(versions=("5.3.8", "5.7.0"))

INNER = GenericRecord("inner", {"number": FieldKind.NULLABLE_INT32}, {"number": 7})


@dataclass
class Line:
    article: str
    price: Decimal


@dataclass
class Order:
    id: int
    customer: str
    at: datetime
    lines: list[Line] = field(default_factory=list)
    is_paid: bool = False
    note: str | None = None


ORDER = Order(1, "Ann", datetime(2024, 1, 1, tzinfo=UTC), [Line("pen", Decimal("1.5"))], True)


@pytest.fixture
def options(real_cluster):
    return {
        "cluster_members": real_cluster.addresses,
        "cluster_name": real_cluster.cluster_name,
    }


def value_of(kind: FieldKind) -> object:
    if kind.name.endswith("COMPACT"):
        return [INNER, None] if kind.name.startswith("ARRAY") else INNER
    return EXAMPLES[kind]


def test_java_finds_the_value_of_every_kind(options):
    # Java sorts the last two the other way round than code points are.
    names = {kind: kind.name for kind in KINDS}
    names |= {FieldKind.INT8: "\ue000", FieldKind.INT16: "😀"}
    record = GenericRecord(
        "every kind",
        {names[kind]: kind for kind in KINDS},
        {names[kind]: value_of(kind) for kind in KINDS},
    )
    with HazelcastClient(default_int_type="VAR", **options) as client:
        records = client.get_map("every-kind").blocking()
        records.put(1, record)
        for kind in KINDS:
            value = value_of(kind)
            if kind.name.startswith("ARRAY_OF_"):
                path, value = f"{names[kind]}[0]", value[0]
            else:
                path = names[kind]
            if kind.name.endswith("COMPACT"):
                path, value = f"{path}.number", 7
            assert records.key_set(equal(path, value)) == [1], kind.name
            assert records.key_set(equal(path, None)) == [], kind.name
        assert records.get(1) == record
        assert records.contains_value(record)


def test_the_official_client_reads_what_is_written_here_and_the_other_way_round(options):
    ours = HazelcastClient(compact_serializers=[RecordSerializer(), InnerSerializer()], **options)
    theirs = hazelcast.HazelcastClient(
        compact_serializers=[OfficialRecordSerializer(), OfficialInnerSerializer()], **options
    )
    try:
        mine, other = ours.get_map("both-ways").blocking(), theirs.get_map("both-ways").blocking()
        for kind in KINDS:
            record = Record(a=(kind, EXAMPLES[kind]))
            mine.put(int(kind), record)
            assert other.get(int(kind)) == record
        # A fresh class of the official client has one schema.
        record = Record(b=(FieldKind.COMPACT, Inner(5)), c=(FieldKind.STRING, "theirs"))
        other.put(100, record)
        assert mine.get(100) == record
    finally:
        ours.shutdown()
        theirs.shutdown()


def test_members_look_into_dataclasses(options):
    with HazelcastClient(**options) as client, HazelcastClient(**options) as other:
        orders = client.get_map("dataclasses").blocking()
        orders.put(1, ORDER)
        assert orders.get(1) == ORDER
        orders.add_index(attributes=["customer"])
        for predicate in (
            equal("customer", "Ann"),
            greater("id", 0),
            equal("lines[any].article", "pen"),
            sql("is_paid = true and note = null"),
        ):
            assert orders.values(predicate) == [ORDER]
        assert orders.contains_value(ORDER)
        copies = other.get_map("dataclasses").blocking()
        found = copies.get(1)
        assert type(found) is GenericRecord
        copies.put(2, found)
        assert orders.get(2) == ORDER
        assert copies.replace_if_same(1, found, found.replaced(note="x"))
        assert orders.get(1).note == "x"
