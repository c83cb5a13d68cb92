# SPDX-License-Identifier: Apache-2.0
"""Map messages with queries on the wire: results, pages, events, errors, limits, our classes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.hazelcast import aggregator, predicate, projection
from gridwire.hazelcast.core import HazelcastJsonValue, MapEntry
from gridwire.hazelcast.protocol import customs
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.serialization.api import IdentifiedDataSerializable
from gridwire.hazelcast.serialization.data import partition_of
from gridwire.hazelcast.serialization.service import SerializationService
from gridwire.hazelcast.serialization.unknown import UnknownObject
from gridwire.testing._hazelcast import map_query_service
from gridwire.testing._hazelcast.options import ClusterOptions
from gridwire.testing._hazelcast.query import compile_predicate
from gridwire.testing._hazelcast.query.limits import MAX_NESTED_PREDICATES
from gridwire.testing._hazelcast.query.paging import ENTRIES, KEYS, VALUES
from gridwire.testing._hazelcast.refusals import Refusal
from gridwire.testing._hazelcast.registrations import REMOVED
from gridwire.testing._hazelcast.state import ClusterState
from support.hazelcast_wire import THREAD_ID, Failure, MemoryWire

ALL_KINDS = 1023
NO_ANCHORS = customs.AnchorDataListHolder([], [])


class OfOurs(IdentifiedDataSerializable):
    """Objects of factory 7, whose fields are written as one object."""

    class_id = 0

    def __init__(self, *fields):
        self.fields = fields

    def get_factory_id(self):
        return 7

    def get_class_id(self):
        return self.class_id

    def write_data(self, object_data_output):
        object_data_output.write_object(list(self.fields))

    def read_data(self, object_data_input):
        self.fields = object_data_input.read_object()


@dataclass
class Limb:
    name: str
    size: int = 1


class Person(OfOurs):
    class_id = 1

    @property
    def name(self):
        return self.fields[0]

    def get_age(self):
        return self.fields[1]

    def is_adult(self):
        return self.get_age() >= 18

    @property
    def limbs(self):
        return [Limb(one) for one in self.fields[2]]

    @property
    def notes(self):
        return [*self.fields[2], (1, None), [2.5, True]]

    @property
    def itself(self):
        endless = [1]
        endless.append(endless)
        return endless

    @property
    def friend(self):
        return None

    @property
    def broken(self):
        return lambda: 1 // 0


class Reversed(OfOurs):
    class_id = 2

    def compare(self, left, right):
        assert isinstance(left, MapEntry)
        return right.value - left.value


class Even(OfOurs):
    class_id = 3

    def apply(self, entry):
        return entry.value % self.fields[0] == 0


FACTORIES = {7: {one.class_id: one for one in (OfOurs, Person, Reversed, Even)}}
SERVICE = SerializationService(data_serializable_factories=FACTORIES)
d = SERVICE.to_data


def o(data):
    return SERVICE.to_object(data)


@pytest.fixture
def state():
    options = ClusterOptions("blue", members=3, data_serializable_factories=FACTORIES)
    state = ClusterState(options, clock=Clock(), random=Random(5))
    for port in (5701, 5702, 5703):
        state.join("127.0.0.1", port)
    return state


class Clock:
    now = 1_700_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def wire(state):
    return MemoryWire(state, state.members[0]).enter()


def fill(wire, entries, name="m"):
    for key, value in entries.items():
        data = d(key)
        where = partition_of(data, 271)
        wire.call(messages.SET, name, data, d(value), THREAD_ID, -1, partition_id=where)


def keys(wire, condition, name="m"):
    found = wire.call(messages.KEY_SET_WITH_PREDICATE, name, d(condition)).value
    return sorted((o(key) for key in found), key=repr)


def test_keys_values_and_entries(wire):
    fill(wire, {number: number * 10 for number in range(20)})
    condition = d(predicate.greater("this", 170))
    found = wire.call(messages.VALUES_WITH_PREDICATE, "m", condition).value
    assert sorted(map(o, found)) == [180, 190]
    entries = wire.call(messages.ENTRIES_WITH_PREDICATE, "m", condition).value
    assert sorted((o(key), o(value)) for key, value in entries) == [(18, 180), (19, 190)]
    assert keys(wire, predicate.sql("__key < 2")) == [0, 1]
    assert keys(wire, predicate.true(), name="no such map") == []


def test_entries_whose_life_is_over_are_not_found(wire, state):
    data = d(1)
    where = partition_of(data, 271)
    wire.call(messages.SET, "m", data, d(5), THREAD_ID, 1000, partition_id=where)
    assert keys(wire, predicate.true()) == [1]
    state.clock.advance(2)
    assert keys(wire, predicate.true()) == []


def test_aggregators_and_projections(wire):
    fill(wire, {number: number for number in range(10)})
    sum_of = d(aggregator.int_sum("this"))
    assert o(wire.call(messages.AGGREGATE, "m", sum_of).value) == 45
    condition = d(predicate.less("this", 3))
    assert o(wire.call(messages.AGGREGATE_WITH_PREDICATE, "m", sum_of, condition).value) == 3
    this = d(projection.single_attribute("this"))
    assert sorted(map(o, wire.call(messages.PROJECT, "m", this).value)) == [*range(10)]
    found = wire.call(messages.PROJECT_WITH_PREDICATE, "m", this, condition).value
    assert sorted(map(o, found)) == [0, 1, 2]


def test_aggregators_that_only_other_languages_have(wire):
    fill(wire, {1: Decimal("1.5"), 2: Decimal("2.25")})

    def big(class_id):
        data = bytearray(d(aggregator.count()))
        data[13:17] = class_id.to_bytes(4, "big")
        return wire.call(messages.AGGREGATE, "m", bytes(data)).value

    assert o(big(0)) == Decimal("1.875")
    assert o(big(1)) == Decimal("3.75")
    with pytest.raises(Failure, match=r"BigDecimal cannot be cast to class java\.math\.BigInteger"):
        big(3)
    fill(wire, {3: Decimal(1)})
    with pytest.raises(Failure, match="Non-terminating decimal expansion"):
        big(0)


def test_sums_wrap_around_as_longs(wire):
    long_service = SerializationService(default_int_type="LONG")
    for key in range(2):
        data = d(key)
        value = long_service.to_data(2**63 - 1)
        where = partition_of(data, 271)
        wire.call(messages.SET, "m", data, value, THREAD_ID, -1, partition_id=where)
    assert o(wire.call(messages.AGGREGATE, "m", d(aggregator.long_sum())).value) == -2


def test_lists_of_objects_come_whole(wire):
    fill(wire, {1: Person("ann", 31, ["arm", "leg"]), 2: Person("bob", 17, [])})
    found = wire.call(messages.PROJECT, "m", d(projection.single_attribute("notes"))).value
    assert sorted(map(o, found), key=len) == [
        [[1, None], [2.5, True]],
        ["arm", "leg", [1, None], [2.5, True]],
    ]
    (first, _) = wire.call(messages.PROJECT, "m", d(projection.single_attribute("itself"))).value
    inside = o(first)
    while isinstance(inside, list):
        assert inside[0] == 1
        inside = inside[1]
    assert isinstance(inside, UnknownObject)


def test_attributes_of_objects(wire):
    fill(wire, {1: Person("ann", 31, ["arm", "leg"]), 2: Person("bob", 17, [])})
    assert keys(wire, predicate.equal("name", "ann")) == [1]
    assert keys(wire, predicate.sql("age > 16 and adult")) == [1]
    assert keys(wire, predicate.sql("not adult")) == [2]
    assert keys(wire, predicate.equal("limbs[any].name", "leg")) == [1]
    assert keys(wire, predicate.equal("limbs[0].name", "arm")) == [1]
    assert keys(wire, predicate.equal("limbs[7].name", None)) == [1, 2]
    assert keys(wire, predicate.equal("friend.name", None)) == [1, 2]
    assert o(wire.call(messages.AGGREGATE, "m", d(aggregator.max_("age"))).value) == 31
    for path, message in (
        ("nope", "no suitable accessor for 'nope' on class 'Person'"),
        ("__class__", "no suitable accessor"),
        ("broken", "ZeroDivisionError"),
        ("name[0]", "from collections"),
        ("limbs[-1]", "negative"),
        ("a..b", "Malformed"),
    ):
        with pytest.raises(Failure, match=message) as caught:
            keys(wire, predicate.equal(path, 1))
        assert caught.value.code == 40
    with pytest.raises(Failure, match="array or a collection"):
        keys(wire, predicate.equal("limbs", 1))


def test_predicates_of_ours(wire):
    fill(wire, {number: number for number in range(7)})
    assert keys(wire, Even(3)) == [0, 3, 6]
    with pytest.raises(Failure, match="ZeroDivisionError") as caught:
        keys(wire, Even(0))
    assert caught.value.class_name == "com.hazelcast.query.QueryException"
    with pytest.raises(Failure, match=r"cannot be cast to class com\.hazelcast\.query\.Predicate"):
        keys(wire, OfOurs())


def test_compiled_predicates(state):
    condition = d(predicate.not_(predicate.greater("a", 1)))
    key, missing = d(1), d(HazelcastJsonValue("{}"))
    # Members rewrite what they query with, and not what listeners bring.
    assert not compile_predicate(condition, state)(key, missing)
    assert compile_predicate(condition, state, optimized=False)(key, missing)
    assert compile_predicate(condition, state)(key, d(HazelcastJsonValue({"a": 0})))


# -- pages ------------------------------------------------------------------------------------


def page(wire, number, size, anchors=NO_ANCHORS, *, condition=None, comparator=None, how=KEYS,
         keys=None):  # fmt: skip
    message = {
        KEYS: messages.KEY_SET_WITH_PAGING_PREDICATE,
        VALUES: messages.VALUES_WITH_PAGING_PREDICATE,
        ENTRIES: messages.ENTRIES_WITH_PAGING_PREDICATE,
    }[how]
    holder = customs.PagingPredicateHolder(
        anchors,
        None if condition is None else d(condition),
        None if comparator is None else d(comparator),
        size,
        number,
        how,
        None,
        keys,
    )
    found = wire.call(message, "m", holder).value
    return [o(one) for one in found.response], found.anchor_data_list


def test_pages_come_in_order_and_bring_anchors(wire):
    fill(wire, {number: -number for number in range(25)})
    first, anchors = page(wire, 0, 10)
    assert first == [*range(10)]
    assert [o(key) for key, _ in anchors.anchor_data_list] == [9]
    third, anchors = page(wire, 2, 10, anchors)
    assert third == [*range(20, 25)]
    assert anchors.anchor_page_list == [0, 1]
    assert page(wire, 9, 10, anchors)[0] == []
    assert page(wire, 0, 3, how=VALUES)[0] == [-24, -23, -22]
    assert page(wire, 1, 2, condition=predicate.sql("this > -5"))[0] == [2, 3]
    assert page(wire, 0, 3, comparator=Reversed())[0] == [0, 1, 2]


def test_a_write_changes_the_next_page(wire):
    fill(wire, {number: number for number in range(10)})
    _, anchors = page(wire, 0, 4)
    fill(wire, {4: 44})
    assert page(wire, 1, 4, anchors, how=KEYS)[0] == [4, 5, 6, 7]
    _, by_value = page(wire, 0, 4, how=VALUES)
    fill(wire, {9: -1})
    assert page(wire, 0, 4, how=VALUES)[0] == [-1, 0, 1, 2]
    assert page(wire, 1, 4, by_value, how=VALUES)[0] == [5, 6, 7, 8]
    data = d(5)
    where = partition_of(data, 271)
    wire.call(messages.REMOVE, "m", data, THREAD_ID, partition_id=where)
    assert page(wire, 1, 4, anchors)[0] == [4, 6, 7, 8]


@given(
    st.dictionaries(st.integers(0, 60), st.integers(0, 3), max_size=40),
    st.integers(1, 9),
    st.lists(st.integers(0, 6), min_size=1, max_size=6),
    st.sampled_from([KEYS, VALUES]),
)
def test_pages_are_slices_of_one_order(entries, size, wander, how):
    options = ClusterOptions("blue", members=1, partition_count=7)
    state = ClusterState(options, clock=Clock(), random=Random(5))
    state.join("127.0.0.1", 5701)
    wire = MemoryWire(state, state.members[0]).enter()
    for key, value in entries.items():
        data = d(key)
        where = partition_of(data, 7)
        wire.call(messages.SET, "m", data, d(value), THREAD_ID, -1, partition_id=where)
    # Equal values are ordered by the hashes of their keys, which ints are themselves.
    ordered = sorted(entries, key=lambda key: (entries[key] if how == VALUES else 0, key))
    shown = [entries[key] if how == VALUES else key for key in ordered]
    anchors = NO_ANCHORS
    for number in wander:
        found, anchors = page(wire, number, size, anchors, how=how)
        assert found == shown[number * size : (number + 1) * size]


def test_pages_of_the_partitions_of_some_keys(wire):
    fill(wire, {number: number for number in range(50)})
    found, _ = page(wire, 0, 100, keys=[d(7)])
    mine = partition_of(d(7), 271)
    assert found == [number for number in range(50) if partition_of(d(number), 271) == mine]


def test_pages_that_cannot_be(wire):
    fill(wire, {1: 1, 2: "a"})
    for number, size, how, message in (
        (0, 0, KEYS, "greater than 0"),
        (-1, 1, KEYS, "negative"),
        (0, 1, VALUES, "cannot be cast"),
    ):
        with pytest.raises(Failure, match=message):
            page(wire, number, size, how=how)
    anchor = customs.AnchorDataListHolder([5], [(d(1), d(1))])
    with pytest.raises(Failure, match="Anchor"):
        page(wire, 3, 1, anchor)
    with pytest.raises(Failure, match="Comparator"):
        page(wire, 0, 1, comparator=Even(1))
    fill(wire, {1: [], 2: []})
    with pytest.raises(Failure, match=r"Not comparable \[\]"):
        page(wire, 0, 1, how=VALUES)


# -- changes, indexes, pointers ---------------------------------------------------------------


def test_remove_all(wire, state):
    listener = MemoryWire(state, state.members[2]).enter()
    listener.call(messages.ADD_ENTRY_LISTENER, "m", True, ALL_KINDS, False)
    fill(wire, {number: number for number in range(10)})
    listener.heard()
    wire.call(messages.REMOVE_ALL, "m", d(predicate.greater("this", 6)))
    assert keys(wire, predicate.true()) == [*range(7)]
    heard = [event.fields for event in listener.heard()]
    assert {one.event_type for one in heard} == {REMOVED}
    assert sorted(o(one.old_value) for one in heard) == [7, 8, 9]
    # Backups followed: what a member owned is right when it is gone.
    state.kill(state.members[1])
    assert keys(wire, predicate.true()) == [*range(7)]


def test_remove_all_with_a_predicate_that_fails_removes_nothing(wire):
    fill(wire, {1: 1, 2: "a", 3: 3})
    with pytest.raises(Failure):
        wire.call(messages.REMOVE_ALL, "m", d(predicate.like("this", "a")))
    assert keys(wire, predicate.true()) == [1, 2, 3]


def index(wire, attributes, kind=0, options=None, name=None):
    config = customs.IndexConfig(name, kind, attributes, options, None)
    wire.call(messages.ADD_INDEX, "m", config)


def test_indexes(wire):
    fill(wire, {number: number for number in range(5)})
    index(wire, ["this"])
    index(wire, ["this"])
    index(wire, ["a", "this.b"], 1, name="named")
    index(wire, ["a"], 2, customs.BitmapIndexOptions("__key", 0))
    assert keys(wire, predicate.greater("this", 2)) == [3, 4]


@pytest.mark.parametrize(
    ("attributes", "kind", "options", "code", "message"),
    [
        (
            [],
            0,
            None,
            23,
            "at least one attribute: IndexConfig{name=null, type=SORTED, attributes=",
        ),
        ([" "], 0, None, 23, "cannot be empty"),
        (["a."], 0, None, 23, "cannot end with dot: a."),
        (["a", "a"], 0, None, 23, "Duplicate attribute name [attributeName=a,"),
        (["a", "this.a"], 0, None, 23, "[attributeName1=a, attributeName2=this.a,"),
        ([f"a{one}" for one in range(256)], 0, None, 23, "more than 255 attributes"),
        (["a", "b"], 2, None, 23, "Composite bitmap"),
        (["a"], 2, customs.BitmapIndexOptions("", 0), 23, "cannot be empty"),
        (["a"], 2, customs.BitmapIndexOptions("__key", 7), 23, "transformation id: 7"),
        (["a"], 3, None, 37, "Index type cannot be null."),
    ],
)
def test_indexes_that_cannot_be(wire, attributes, kind, options, code, message):
    with pytest.raises(Failure) as caught:
        index(wire, attributes, kind, options)
    assert (caught.value.code, message in caught.value.message) == (code, True)


def test_pages_by_pointers_with_a_query(wire):
    fill(wire, {number: number for number in range(100)})
    found = []
    for where in range(271):
        pointers = [(2**31 - 1, -1)]
        while pointers[-1][0] >= 0:
            answer = wire.call(
                messages.FETCH_WITH_QUERY,
                "m",
                pointers,
                1,
                d(projection.single_attribute("__key")),
                d(predicate.greater("this", 90)),
                partition_id=where,
            ).value
            found += map(o, answer.results)
            pointers = answer.iteration_pointers
    assert sorted(found) == [*range(91, 100)]


# -- what is no query -------------------------------------------------------------------------


@given(st.data())
def test_damaged_predicates_are_refused(data):
    state = ClusterState(ClusterOptions("blue", members=1), clock=Clock(), random=Random(5))
    whole = d(
        predicate.and_(
            predicate.or_(predicate.equal("a", 1), predicate.sql("b > 5 and c like 'x'")),
            predicate.not_(predicate.in_("d", 1, 2.5, uuid.UUID(int=3), None, "x")),
            predicate.between("e", Decimal(1), 7),
            predicate.regex("f", "x*"),
        )
    )
    damaged = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    for at in data.draw(st.lists(st.integers(0, max(0, len(damaged) - 1)), max_size=3)):
        if damaged:
            damaged[at] = data.draw(st.integers(0, 255))
    try:
        test = compile_predicate(bytes(damaged), state)
        passed = test(d(1), d(HazelcastJsonValue({"a": 1, "b": 6, "c": "x", "e": 2, "f": "xx"})))
    except Refusal:
        return
    assert passed in {True, False}


def test_what_is_no_predicate(wire):
    fill(wire, {1: 1})
    nested = predicate.true()
    for _ in range(MAX_NESTED_PREDICATES):
        nested = predicate.not_(nested)
    for data, code, message in (
        (d(5), 10, "java.lang.Integer"),
        (d(aggregator.count()), 10, "cannot be cast"),
        (d(nested), 21, "predicates in each other"),
        (d(predicate.equal("a", 1))[:-3], 21, "EOFException"),
        (d(predicate.equal("a", [1])), 21, "java.util.ArrayList cannot be cast"),
        (d(predicate.instance_of("no.such.Class")), 21, "Failed to load class"),
        (b"", 23, "Non-null Data"),
    ):
        with pytest.raises(Failure, match=message) as caught:
            wire.call(messages.KEY_SET_WITH_PREDICATE, "m", data)
        assert caught.value.code == code
    for message_type, data in (
        (messages.AGGREGATE, d(predicate.true())),
        (messages.AGGREGATE, d("x")),
        (messages.PROJECT, d(aggregator.count())),
        (messages.PROJECT, d(projection.multi_attribute("a"))[:17] + b"\0\0\0\0"),
    ):
        with pytest.raises(Failure, match=r"cannot be cast|at least one"):
            wire.call(message_type, "m", data)


def test_results_have_a_limit(wire, monkeypatch):
    fill(wire, dict.fromkeys(range(20), "x" * 100))
    monkeypatch.setattr(map_query_service, "MAX_RESULT_BYTES", 1000)
    for message, argument in (
        (messages.VALUES_WITH_PREDICATE, predicate.true()),
        (messages.ENTRIES_WITH_PREDICATE, predicate.true()),
        (messages.PROJECT, projection.identity()),
    ):
        with pytest.raises(Failure) as caught:
            wire.call(message, "m", d(argument))
        assert caught.value.code == 41
        assert caught.value.class_name == "com.hazelcast.map.QueryResultSizeExceededException"
    found = wire.call(messages.VALUES_WITH_PREDICATE, "m", d(predicate.less("__key", 5))).value
    assert len(found) == 5
