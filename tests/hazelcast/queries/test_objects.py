# SPDX-License-Identifier: Apache-2.0
"""Predicates, aggregators and projections: what they are on the wire, and which are refused."""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType
from typing import Any

import pytest
from hazelcast.config import Config
from hazelcast.serialization.service import SerializationServiceV1
from hypothesis import given
from hypothesis import strategies as st

from gridwire.errors import UsageError
from gridwire.hazelcast import aggregator, predicate, projection
from gridwire.hazelcast._query import predicates as predicate_classes
from gridwire.hazelcast._query.fields import QueryObject
from gridwire.hazelcast.config import IntType
from gridwire.hazelcast.errors import HazelcastSerializationError, NullArgumentError
from gridwire.hazelcast.serialization.api import IdentifiedDataSerializable
from gridwire.hazelcast.serialization.service import SerializationService
from gridwire.hazelcast.serialization.unknown import UnknownObject
from support import query_table
from support.query_table import AGGREGATORS, OFFICIAL, OURS, PREDICATES, PROJECTIONS, TEXTS

SERVICES = {
    "usual": {},
    "little endian": {"is_big_endian": False},
    "every int a long": {"default_int_type": IntType.LONG},
    "ints as they fit": {"default_int_type": IntType.VAR},
}


def both(name: str) -> tuple[Any, Any]:
    options = SERVICES[name]
    config = Config()
    for option, value in options.items():
        setattr(config, option, value if isinstance(value, bool) else int(value))
    return SerializationService(**options), SerializationServiceV1(config)


USUAL, OFFICIALS = both("usual")


def same(make: query_table.Make, services: tuple[Any, Any] = (USUAL, OFFICIALS)) -> bytes:
    """The bytes that both libraries make of a query."""
    ours, theirs = services
    data = bytes(ours.to_data(make(OURS)))
    assert data == bytes(theirs.to_data(make(OFFICIAL)).buffer)
    return data


# -- on the wire ----------------------------------------------------------------------------------

TABLES = {**PREDICATES, **TEXTS, **AGGREGATORS, **PROJECTIONS}


@pytest.mark.parametrize("options", SERVICES)
@pytest.mark.parametrize("name", TABLES)
def test_bytes_are_those_of_the_official_client(name: str, options: str):
    assert same(TABLES[name], both(options))


@pytest.mark.parametrize("options", SERVICES)
def test_a_paging_predicate_as_an_object(options: str):
    """It travels so when an operation takes any predicate."""
    services = both(options)
    same(lambda q: q.p.paging(None, 7), services)
    same(lambda q: q.p.paging(q.p.sql("a > 1"), 7, q.p.true()), services)

    def on_page_two(q: Any) -> Any:
        made = q.p.paging(q.p.true(), 2**31 - 1)
        made.page = 2
        return made

    same(on_page_two, services)


def functions(module: Any) -> set[str]:
    return {
        name
        for name, value in vars(module).items()
        if isinstance(value, FunctionType)
        and value.__module__ == module.__name__
        and not name.startswith("_")
    }


@pytest.mark.parametrize("letter", ["p", "a", "j"])
def test_every_official_function_is_tested(letter: str):
    official, ours = (functions(getattr(one, letter)) for one in (OFFICIAL, OURS))
    assert official == ours
    used = {name for make in TABLES.values() for name in names_in(make.__code__)}
    computed = {*AGGREGATORS} if letter == "a" else set()
    assert official - {"paging"} <= used | computed
    assert len(official) == {"p": 19, "a": 15, "j": 3}[letter]


def names_in(code: Any) -> Iterator[str]:
    yield from code.co_names


# The official client fails at those below 0 that fit a byte, where `IntType.VAR` asks for one.
INTEGERS = st.integers(-(2**31), 2**31 - 1).filter(lambda number: not -128 <= number < 0)

# A pair of makers of the same thing in both libraries is a function of the library.
SCALARS = (
    st.none()
    | st.booleans()
    | INTEGERS
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.uuids()
)
PATHS = st.text(max_size=8)

SIMPLE = (
    st.builds(lambda path, value: lambda q: q.p.equal(path, value), PATHS, SCALARS)
    | st.builds(lambda path, value: lambda q: q.p.less_or_equal(path, value), PATHS, SCALARS)
    | st.builds(lambda path, a, b: lambda q: q.p.between(path, a, b), PATHS, SCALARS, SCALARS)
    | st.builds(
        lambda path, values: lambda q: q.p.in_(path, *values), PATHS, st.lists(SCALARS, max_size=4)
    )
    | st.builds(lambda path, pattern: lambda q: q.p.ilike(path, pattern), PATHS, PATHS)
    | st.builds(lambda text: lambda q: q.p.sql(text), PATHS)
)


def _combined(children: Any) -> Any:
    some = st.lists(children, max_size=3)
    return (
        st.builds(lambda inner: lambda q: q.p.and_(*(one(q) for one in inner)), some)
        | st.builds(lambda inner: lambda q: q.p.or_(*(one(q) for one in inner)), some)
        | st.builds(lambda inner: lambda q: q.p.not_(inner(q)), children)
    )


NESTED = st.recursive(SIMPLE, _combined, max_leaves=8)


@given(make=NESTED, options=st.sampled_from(list(SERVICES)))
def test_any_predicate_has_the_bytes_of_the_official_client(make: query_table.Make, options: str):
    same(make, both(options))


# -- reading --------------------------------------------------------------------------------------


def classes() -> dict[int, dict[int, type[QueryObject]]]:
    found: dict[int, dict[int, type[QueryObject]]] = {}
    for module in (predicate_classes, aggregator, projection, predicate):
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, QueryObject):
                ids = getattr(value, "FACTORY_ID", None), getattr(value, "CLASS_ID", None)
                if None not in ids:
                    found.setdefault(ids[0], {})[ids[1]] = value
    return found


READER = SerializationService(data_serializable_factories=classes())


def test_all_classes_are_found():
    assert {factory: len(of) for factory, of in classes().items()} == {-20: 16, -29: 15, -30: 3}


@given(make=NESTED | st.sampled_from(list(TABLES.values())))
def test_what_is_read_is_written_again(make: query_table.Make):
    data = bytes(USUAL.to_data(make(OURS)))
    found = READER.to_object(data)
    assert type(found) is type(make(OURS))
    assert bytes(USUAL.to_data(found)) == data
    assert repr(found) == repr(make(OURS))


@given(make=NESTED | st.sampled_from(list(TABLES.values())), share=st.floats(0, 1))
def test_data_that_is_cut_off(make: query_table.Make, share: float):
    data = bytes(USUAL.to_data(make(OURS)))
    cut = data[: int(len(data) * share)]
    if cut != data:
        with pytest.raises(HazelcastSerializationError):
            READER.to_object(cut)


@given(body=st.binary(max_size=60), class_id=st.integers(0, 15))
def test_data_of_nobody(body: bytes, class_id: int):
    head = bytes.fromhex("00000000 fffffffe 01 ffffffec") + class_id.to_bytes(4, "big")
    try:
        found = READER.to_object(head + body)
    except HazelcastSerializationError:
        return
    assert isinstance(found, predicate.Predicate | UnknownObject)


# -- arguments ------------------------------------------------------------------------------------


def test_an_attribute_is_a_text():
    one_argument = [
        lambda path: predicate.equal(path, 1),
        lambda path: predicate.not_equal(path, 1),
        lambda path: predicate.like(path, "x"),
        lambda path: predicate.ilike(path, "x"),
        lambda path: predicate.regex(path, "x"),
        lambda path: predicate.between(path, 1, 2),
        lambda path: predicate.in_(path, 1, 2),
        lambda path: predicate.greater(path, 1),
        lambda path: predicate.greater_or_equal(path, 1),
        lambda path: predicate.less(path, 1),
        lambda path: predicate.less_or_equal(path, 1),
        predicate.sql,
        predicate.instance_of,
    ]
    for make in one_argument:
        with pytest.raises(NullArgumentError):
            make(None)
        with pytest.raises(TypeError, match="is a str, not 5"):
            make(5)


@pytest.mark.parametrize("make", [predicate.and_, predicate.or_, predicate.not_])
def test_what_is_combined_must_be_there(make: Any):
    with pytest.raises(NullArgumentError) as caught:
        make(None)
    assert isinstance(caught.value, UsageError)
    # Members would forget the page, and give everything.
    with pytest.raises(TypeError, match="paging"):
        make(predicate.paging(None, 3))


@pytest.mark.parametrize("name", [name for name in aggregator.__all__ if name != "Aggregator"])
def test_the_path_of_an_aggregator_is_a_text_or_none(name: str):
    make = getattr(aggregator, name)
    with pytest.raises(TypeError, match="attribute_path"):
        make(5)
    assert USUAL.to_data(make(None)) == OFFICIALS.to_data(getattr(OFFICIAL.a, name)(None)).buffer


@pytest.mark.parametrize("path", [None, "", "a[any]", "[any].b"])
def test_projections_refuse_what_the_official_ones_refuse(path: Any):
    for library in (OURS, OFFICIAL):
        with pytest.raises(ValueError, match="attribute_path"):
            library.j.single_attribute(path)
        with pytest.raises(ValueError, match="attribute_path"):
            library.j.multi_attribute("a", path)
    with pytest.raises(TypeError):
        projection.single_attribute(5)  # type: ignore[arg-type]


def test_a_projection_of_several_attributes_has_one():
    for library in (OURS, OFFICIAL):
        with pytest.raises(ValueError, match="at least one"):
            library.j.multi_attribute()


def test_how_they_look():
    made = predicate.and_(predicate.equal("a", "b"), predicate.not_(predicate.sql("c > 1")))
    assert repr(made) == (
        "AndPredicate(predicates=(EqualPredicate(attribute='a', value='b'), "
        "NotPredicate(predicate=SqlPredicate(sql='c > 1'))))"
    )
    assert "attribute_path='a.b'" in repr(aggregator.count("a.b"))
    assert repr(projection.identity()) == "IdentityProjection()"
    page = predicate.paging(predicate.true(), 5)
    page.next_page()
    assert repr(page) == (
        "PagingPredicate(predicate=TruePredicate(), page_size=5, comparator=None, page=1)"
    )


@pytest.mark.parametrize("order", [1, -1])
def test_a_program_may_have_classes_of_its_own(order: int):
    bases = (predicate.Predicate, IdentifiedDataSerializable)[::order]

    class Odd(*bases):  # type: ignore[misc]
        def write_data(self, object_data_output: Any) -> None:
            object_data_output.write_int(2)

        def get_factory_id(self) -> int:
            return 7

        def get_class_id(self) -> int:
            return 8

    data = bytes(USUAL.to_data(predicate.not_(Odd())))
    assert data.endswith(bytes.fromhex("fffffffe 01 00000007 00000008 00000002"))
