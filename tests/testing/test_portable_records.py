# SPDX-License-Identifier: Apache-2.0
"""Portables as members in process see them: moved from one object to another, and damaged ones."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridwire.hazelcast.predicate import equal
from gridwire.hazelcast.serialization.api import Portable
from gridwire.hazelcast.serialization.byte_order import BIG_ENDIAN, LITTLE_ENDIAN, ByteOrder
from gridwire.hazelcast.serialization.service import SerializationService
from gridwire.testing._hazelcast.query.entries import Entry
from gridwire.testing._hazelcast.query.packing import data_of, map_entry, object_array
from gridwire.testing._hazelcast.query.portable_layout import ALONE, moved
from gridwire.testing._hazelcast.query.portable_records import PortableRecord
from gridwire.testing._hazelcast.query.reading import read_predicate
from gridwire.testing._hazelcast.query.record_paths import RecordPath
from gridwire.testing._hazelcast.query.values import typed
from gridwire.testing._hazelcast.refusals import Refusal
from support.portables import FIELDS, record_class

Record = record_class(Portable)


class Inner(Record):
    def __init__(self, fields=None):
        super().__init__(fields, 2)


SERVICES = {
    order: SerializationService(
        portable_factories={1: {1: Record, 2: Inner}}, is_big_endian=order.is_big_endian
    )
    for order in (BIG_ENDIAN, LITTLE_ENDIAN)
}
ORDERS = pytest.mark.parametrize("order", SERVICES, ids=lambda order: order.name)
INNER = Inner([("int", "i", 1), ("string", "s", "x"), ("date_array", "d", FIELDS["date"][1])])
OUTER = Record(
    [(kind, kind, one) for kind, (one, _) in FIELDS.items()]
    + [(f"{kind}_array", f"{kind}s", many) for kind, (_, many) in FIELDS.items()]
    + [("portable", "p", INNER), ("portable_array", "ps", [INNER, INNER])]
)
DATA = {order: service.to_data(OUTER) for order, service in SERVICES.items()}
SIZE = len(DATA[BIG_ENDIAN])
PATHS = [
    *("p", "ps", "ps[1]", "p.i", "ps[any].s", "ps[any].d[any]", "p.d[0]", "nix", "p.nix.nix"),
    *FIELDS,
    *(f"{kind}s" for kind in FIELDS),
    *(f"{kind}s[any]" for kind in FIELDS),
    *(f"{kind}s[0]" for kind in FIELDS),
]


@ORDERS
def test_moved_to_other_places_they_are_what_clients_write_there(order):
    service, data = SERVICES[order], DATA[order]
    value = typed(data, order)
    assert data_of(value, order) == data
    array = object_array([value, None, value], order)
    assert array[8:] == service.to_data([OUTER, None, OUTER])[8:]
    entry = service.to_object(map_entry(service.to_data("key"), data, order))
    assert (entry.key, entry.value) == ("key", OUTER)
    entry = service.to_object(map_entry(data, service.to_data(5), order))
    assert (entry.key, entry.value) == (OUTER, 5)


@ORDERS
def test_taken_out_of_another_one_they_are_whole(order):
    record = PortableRecord.of(DATA[order][8:], order)

    def found(path):
        return SERVICES[order].to_object(data_of(RecordPath(path).find(record), order))

    assert found("p") == INNER
    assert found("ps[1]") == INNER
    assert found("ps") == [INNER, INNER]
    for kind, (one, _) in FIELDS.items():
        assert found(kind) == one


@ORDERS
@pytest.mark.parametrize(
    "path", ["p.", ".p", "p..i", "ps[x].i", "int.i", "p[0].i", "int[0]", "p.i[any]"]
)
def test_malformed_paths(path, order):
    with pytest.raises(Refusal):
        RecordPath(path).find(PortableRecord.of(DATA[order][8:], order))


def asked(data: bytes, order: ByteOrder) -> None:
    """Ask data for all that there is; a `Refusal` is an answer, too."""
    service = SERVICES[order]
    for path in PATHS:
        test = read_predicate(service.to_data(equal(path, 1)), service).test(service)
        try:
            test(Entry(service.to_data(1), data, order))
        except Refusal:
            pass
    try:
        map_entry(service.to_data("key"), data, order)
        moved(data, ALONE, len(data), ALONE + 4, order)
    except Refusal:
        pass


@ORDERS
@settings(max_examples=60, deadline=None)
@given(
    at=st.integers(8, SIZE - 1),
    change=st.binary(min_size=1, max_size=4),
    cut=st.integers(0, SIZE) | st.just(SIZE),
)
def test_damaged_ones_are_refused(order, at, change, cut):
    data = DATA[order]
    asked((data[:at] + change + data[at + len(change) :])[:cut] if cut > 8 else data[:9], order)
