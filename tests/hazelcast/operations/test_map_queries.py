# SPDX-License-Identifier: Apache-2.0
"""What queries of a map send, and what they make of the reply; without any I/O."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from hazelcast.config import Config
from hazelcast.protocol.codec import map_values_with_paging_predicate_codec
from hazelcast.serialization.service import SerializationServiceV1
from hypothesis import given
from hypothesis import strategies as st

from gridwire._core.outcome import Outcome
from gridwire._core.request import Request
from gridwire.errors import ProtocolError, UsageError
from gridwire.hazelcast.aggregator import count, max_by
from gridwire.hazelcast.config import BitmapIndexOptions, IndexType
from gridwire.hazelcast.core import MapEntry
from gridwire.hazelcast.errors import NullArgumentError, PagingNotSupportedError
from gridwire.hazelcast.operations.map_queries import MapQueries
from gridwire.hazelcast.predicate import equal, paging, sql, true
from gridwire.hazelcast.projection import identity, multi_attribute
from gridwire.hazelcast.protocol import customs
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.protocol.table import Message
from gridwire.hazelcast.serialization.api import IdentifiedDataSerializable
from gridwire.hazelcast.serialization.service import SerializationService
from hazelcast import predicate as official
from hazelcast.protocol import PagingPredicateHolder
from support.paging_member import PAGE_MESSAGES, PagingMember

PARTITIONS = 271
NAME = "people"

serialization = SerializationService()
Q: MapQueries[Any, Any] = MapQueries(NAME, serialization, PARTITIONS)


def data(value: Any) -> bytes:
    made = serialization.to_data(value)
    assert made is not None
    return bytes(made)


def bytes_of(payload: Any) -> bytes:
    return bytes(payload) if isinstance(payload, bytearray) else b"".join(payload)


def sent(request: Request[Any], message: Message) -> dict[str, Any]:
    """The parameters of a request, but the name of its map."""
    whole = bytes_of(request.payload)
    assert int.from_bytes(whole[6:10], "little") == message.request_type
    assert request.operation == message.name
    fields = message.decode_request(whole)._asdict()
    assert fields.pop("name") == NAME
    return dict(fields)


def answer(request: Request[Any], message: Message, *values: Any) -> Any:
    """What the request makes of a reply."""
    return request.decode(bytes_of(message.encode_response(9, 0, *values)))


class Case(NamedTuple):
    """One operation: what it sends, a reply, and what that means."""

    make: Callable[[], Request[Any]]
    message: Message
    sends: dict[str, Any]
    reply: tuple[Any, ...]
    value: Any


WHERE = equal("age", 30)
K, V, P = data("key"), data("value"), data(WHERE)
SOME = {"predicate": P}

CASES = [
    Case(Q.key_set, messages.KEY_SET, {}, ([K, V],), ["key", "value"]),
    Case(Q.values, messages.VALUES, {}, ([],), []),
    Case(Q.entry_set, messages.ENTRY_SET, {}, ([(K, V)],), [("key", "value")]),
    Case(lambda: Q.key_set(WHERE), messages.KEY_SET_WITH_PREDICATE, SOME, ([K],), ["key"]),
    Case(lambda: Q.values(WHERE), messages.VALUES_WITH_PREDICATE, SOME, ([V],), ["value"]),
    Case(
        lambda: Q.entry_set(WHERE),
        messages.ENTRIES_WITH_PREDICATE,
        SOME,
        ([(K, V)],),
        [("key", "value")],
    ),
    Case(
        lambda: Q.aggregate(count("age")),
        messages.AGGREGATE,
        {"aggregator": data(count("age"))},
        (data(7),),
        7,
    ),
    Case(
        lambda: Q.aggregate(max_by("age"), WHERE),
        messages.AGGREGATE_WITH_PREDICATE,
        {"aggregator": data(max_by("age")), "predicate": P},
        (None,),
        None,
    ),
    Case(
        lambda: Q.project(identity()),
        messages.PROJECT,
        {"projection": data(identity())},
        ([data(MapEntry(1, 2)), None],),
        [MapEntry(1, 2), None],
    ),
    Case(
        lambda: Q.project(multi_attribute("a", "b"), WHERE),
        messages.PROJECT_WITH_PREDICATE,
        {"projection": data(multi_attribute("a", "b")), "predicate": P},
        ([data([1, None])],),
        [[1, None]],
    ),
    Case(lambda: Q.remove_all(WHERE), messages.REMOVE_ALL, SOME, (), None),
]


def named(case: Case) -> str:
    return case.message.name


@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_query_goes_to_any_member(case: Case):
    request = case.make()
    assert request.route == -1
    assert request.member is None
    assert request.retryable == case.message.retryable
    assert request.retryable == (case.message is not messages.REMOVE_ALL)
    assert sent(request, case.message) == case.sends
    assert answer(request, case.message, *case.reply) == case.value


def test_every_builder_of_requests_is_tested():
    public = {name for name in vars(MapQueries) if not name.startswith("_")}
    tested = {name for one in CASES for name in (one.make.__name__, *one.make.__code__.co_names)}
    assert tested & public == public - {"add_index"}


# -- arguments ------------------------------------------------------------------------------------

SELECTIONS = [Q.key_set, Q.values, Q.entry_set]
FILTERED = [
    *SELECTIONS,
    Q.remove_all,
    lambda where: Q.aggregate(count(), where),
    lambda where: Q.project(identity(), where),
]
UNPAGED = FILTERED[len(SELECTIONS) :]


@pytest.mark.parametrize("call", FILTERED)
@pytest.mark.parametrize(
    "wrong", ["age > 30", b"x", 0, False, 1.5, {}, [], set(), true, type(true()), count()]
)
def test_what_is_no_predicate_is_refused(call: Any, wrong: Any):
    with pytest.raises(TypeError, match=r"predicate is something like sql\("):
        call(wrong)


@pytest.mark.parametrize("call", UNPAGED)
def test_what_knows_no_pages_refuses_them(call: Any):
    with pytest.raises(AssertionError, match="paging predicate is not supported") as caught:
        call(paging(WHERE, 10))
    assert isinstance(caught.value, PagingNotSupportedError)
    assert isinstance(caught.value, UsageError)
    assert caught.value.outcome is Outcome.NOT_SENT


@pytest.mark.parametrize("call", [Q.aggregate, Q.project, Q.remove_all])
def test_the_first_argument_must_be_there(call: Any):
    with pytest.raises(NullArgumentError):
        call(None)


@pytest.mark.parametrize("wrong", ["age", 3, sql("a > 1"), identity(), count])
def test_what_is_no_aggregator_is_refused(wrong: Any):
    with pytest.raises(TypeError, match="aggregator is something like"):
        Q.aggregate(wrong)


@pytest.mark.parametrize("wrong", ["age", ["age"], sql("a > 1"), count(), identity])
def test_what_is_no_projection_is_refused(wrong: Any):
    with pytest.raises(TypeError, match="projection is something like"):
        Q.project(wrong)


def test_members_answer_a_projection_with_another_type():
    reply = messages.PROJECT_WITH_PREDICATE, [data(1), None]
    assert answer(Q.project(identity()), *reply) == [1, None]
    assert answer(Q.project(identity(), true()), *reply) == [1, None]
    with pytest.raises(ProtocolError):
        answer(Q.project(identity()), messages.VALUES, [data(1)])


class Own(IdentifiedDataSerializable):
    """Of a program; the members have one like it."""

    def write_data(self, object_data_output: Any) -> None:
        object_data_output.write_int(1)

    def get_factory_id(self) -> int:
        return 2

    def get_class_id(self) -> int:
        return 3


def test_classes_of_a_program_are_taken():
    own: Any = Own()
    for call, message in (
        (lambda: Q.values(own), messages.VALUES_WITH_PREDICATE),
        (lambda: Q.remove_all(own), messages.REMOVE_ALL),
    ):
        assert sent(call(), message) == {"predicate": data(own)}
    found = sent(Q.aggregate(own, own), messages.AGGREGATE_WITH_PREDICATE)
    assert found == {"aggregator": data(own), "predicate": data(own)}
    assert sent(Q.project(own), messages.PROJECT) == {"projection": data(own)}


# -- indexes --------------------------------------------------------------------------------------


def index(*args: Any) -> Any:
    request = Q.add_index(*args)
    assert request.route == -1
    assert not request.retryable
    assert answer(request, messages.ADD_INDEX) is None
    return sent(request, messages.ADD_INDEX)["index_config"]


def test_an_index_gets_a_name():
    found = index(["age", "this.home.city"], IndexType.SORTED, None, None)
    assert found.name == "people_sorted_age_home.city"
    assert (found.type, found.attributes) == (0, ["age", "home.city"])
    assert found.bitmap_index_options == customs.BitmapIndexOptions("__key", 0)
    # Members from 5.2 on need one.
    assert found.b_tree_index_config.page_size == customs.Capacity(16, 1)


@pytest.mark.parametrize("kind", ["HASH", 1, IndexType.HASH])
def test_the_type_of_an_index_in_each_form(kind: Any):
    found = index(["age"], kind, "mine", None)
    assert (found.name, found.type) == ("mine", 1)


@pytest.mark.parametrize(
    "options",
    [
        {"unique_key": "this.id", "unique_key_transformation": "RAW"},
        BitmapIndexOptions("id", 2),
    ],
)
def test_the_options_of_a_bitmap_index(options: Any):
    found = index(["age"], "BITMAP", None, options)
    assert found.bitmap_index_options == customs.BitmapIndexOptions("id", 2)
    assert found.name == "people_bitmap_age"


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ((None, 0, None, None), ValueError),
        (([], 0, None, None), ValueError),
        (([""], 0, None, None), ValueError),
        ((["a."], 0, None, None), ValueError),
        ((["a", "this.a"], 0, None, None), ValueError),
        ((["a"] * 256, 0, None, None), ValueError),
        ((["a", "b"], "BITMAP", None, None), ValueError),
        ((("a",), 0, None, None), TypeError),
        (([5], 0, None, None), TypeError),
        ((["a"], "TREE", None, None), TypeError),
        ((["a"], 7, None, None), TypeError),
        ((["a"], 0, 5, None), TypeError),
        ((["a"], 2, None, ["id"]), TypeError),
        (([None], 0, None, None), AssertionError),
    ],
)
def test_an_index_that_cannot_be_is_refused(args: Any, error: type[Exception]):
    with pytest.raises(error):
        Q.add_index(*args)


# -- pages ----------------------------------------------------------------------------------------

METHODS = [Q.key_set, Q.values, Q.entry_set]


def ask(member: PagingMember, predicate: Any, part: int = 2) -> list[Any]:
    """Get the present page, from a member that is no more than a function."""
    request = METHODS[part](predicate)
    message = PAGE_MESSAGES[part]
    holder = sent(request, message)["predicate"]
    assert holder.iteration_type_id == part
    result: list[Any] = answer(request, message, *member.answer(holder))
    return result


def test_what_a_page_asks_for():
    predicate = paging(WHERE, 20, Own())
    for part, (method, message) in enumerate(zip(METHODS, PAGE_MESSAGES, strict=True)):
        request = method(predicate)
        assert (request.route, request.retryable) == (-1, True)
        holder = sent(request, message)["predicate"]
        assert holder.anchor_data_list_holder == customs.AnchorDataListHolder([], [])
        assert (holder.predicate_data, holder.comparator_data) == (P, data(Own()))
        assert (holder.page_size, holder.page, holder.iteration_type_id) == (20, 0, part)
        assert holder.partition_key_data is None
    assert sent(Q.values(paging(None, 1)), PAGE_MESSAGES[1])["predicate"].predicate_data is None


def test_the_first_requests_are_those_of_the_official_client():
    def to_data(value: Any) -> Any:
        made = serialization.to_data(value)

        class Data:
            def to_bytes(self) -> bytes:
                return bytes(made)

        return None if made is None else Data()

    ours, theirs = paging(None, 7), official.paging(None, 7)
    ours.page = theirs.page = 4
    theirs.iteration_type = 1
    holder = PagingPredicateHolder.of(theirs, to_data)
    payload = bytes(map_values_with_paging_predicate_codec.encode_request(NAME, holder).buf)
    message = PAGE_MESSAGES[1]
    assert (
        dict(message.decode_request(payload)._asdict(), name=NAME)["predicate"]
        == sent(Q.values(ours), message)["predicate"]
    )


MOVES = st.lists(
    st.sampled_from(["next", "next", "next", "previous", "reset", "key", "value", "entry"])
    | st.integers(0, 12),
    max_size=25,
)


@given(
    keys=st.sets(st.integers(-100, 100), max_size=40),
    page_size=st.integers(1, 9),
    moves=MOVES,
    spread=st.integers(1, 7),
)
def test_any_walk_gets_the_pages_of_the_sorted_entries(
    keys: set[int], page_size: int, moves: list[Any], spread: int
):
    # Few different values, so that pages end in the middle of equal ones.
    member = PagingMember({key: key % spread for key in keys})
    predicate = paging(None, page_size)
    part = 2
    for move in moves:
        match move:
            case "next":
                predicate.next_page()
            case "previous":
                predicate.previous_page()
            case "reset":
                predicate.reset()
            case "key" | "value" | "entry":
                part = ["key", "value", "entry"].index(move)
            case page:
                predicate.page = page
        begin = predicate.page * page_size
        expected = member.sorted_by(part)[begin : begin + page_size]
        found = ask(member, predicate, part)
        assert found == (expected if part == 2 else [entry[part] for entry in expected])
        assert member.anchors[-1] <= 1


def test_pages_go_on_from_where_the_last_one_ended():
    """What comes before an anchor shifts nothing, as with the official client."""
    member = PagingMember(dict.fromkeys(range(10), "x"))
    predicate = paging(None, 3)
    assert ask(member, predicate, 0) == [0, 1, 2]
    member.entries |= {-1: "x", -2: "x"}
    predicate.next_page()
    assert ask(member, predicate, 0) == [3, 4, 5]
    predicate.previous_page()
    assert ask(member, predicate, 0) == [-2, -1, 0]
    predicate.next_page()
    assert ask(member, predicate, 0) == [1, 2, 3]


def test_another_map_begins_with_anchors_of_its_own():
    member = PagingMember(dict.fromkeys(range(10), "x"))
    predicate = paging(None, 3)
    assert ask(member, predicate, 0) == [0, 1, 2]
    predicate.next_page()
    other: MapQueries[Any, Any] = MapQueries("others", serialization, PARTITIONS)
    payload = bytes_of(other.key_set(predicate).payload)
    holder = PAGE_MESSAGES[0].decode_request(payload).predicate
    assert holder.anchor_data_list_holder.anchor_data_list == []
    assert holder.page == 1


@pytest.mark.parametrize("page_size", [1, 5])
def test_many_pages_need_little_memory(page_size: int):
    member = PagingMember(dict.fromkeys(range(300 * page_size), "x" * 10))
    predicate = paging(None, page_size)
    seen: list[int] = []
    while found := ask(member, predicate, 0):
        seen += found
        predicate.next_page()
    assert seen == sorted(member.entries)
    assert max(member.anchors) == 1
    # As an object it is as large as all that it remembers.
    assert len(data(predicate)) < 64 * 60
    # And back again, beyond what is remembered.
    for page in range(299, -1, -1):
        predicate.previous_page()
        assert predicate.page == page
        assert ask(member, predicate, 0)[0] == page * page_size


def test_an_answer_that_comes_late_changes_nothing():
    member = PagingMember(dict.fromkeys(range(10), "x"))
    predicate = paging(None, 3)
    late = Q.key_set(predicate)
    reply = member.answer(sent(late, PAGE_MESSAGES[0])["predicate"])
    predicate.reset()
    assert answer(late, PAGE_MESSAGES[0], *reply) == [0, 1, 2]
    predicate.page = 1
    # It has no anchor for this page, so it asks from the beginning.
    assert ask(member, predicate, 0) == [3, 4, 5]
    assert member.anchors[-1] == 0


def test_answers_in_another_order():
    member = PagingMember(dict.fromkeys(range(10), "x"))
    predicate = paging(None, 3)
    first = Q.key_set(predicate)
    predicate.next_page()
    second = Q.key_set(predicate)
    for request, expected in ((second, [3, 4, 5]), (first, [0, 1, 2])):
        holder = sent(request, PAGE_MESSAGES[0])["predicate"]
        assert answer(request, PAGE_MESSAGES[0], *member.answer(holder)) == expected
    predicate.next_page()
    assert ask(member, predicate, 0) == [6, 7, 8]
    assert member.anchors[-1] == 1


ENTRY = (data(1), data(2))


@pytest.mark.parametrize(
    ("pages", "anchors"),
    [([1], [ENTRY]), ([0], []), ([], [ENTRY]), ([0, 1], [ENTRY, ENTRY]), ([0, 0], [ENTRY] * 2)],
)
def test_anchors_that_cannot_be(pages: list[int], anchors: list[Any]):
    request = Q.key_set(paging(None, 3))
    with pytest.raises(ProtocolError, match="anchors of the pages"):
        answer(request, PAGE_MESSAGES[0], [], customs.AnchorDataListHolder(pages, anchors))


def test_anchors_are_kept_as_they_came():
    """Made of objects again they could be of another type, which members cannot compare."""
    long_key = bytes.fromhex("00000000 fffffff8 0000000000000005")
    assert serialization.to_object(long_key) == 5 != data(5)
    predicate = paging(None, 1)
    anchors = customs.AnchorDataListHolder([0], [(long_key, data("v"))])
    assert answer(Q.key_set(predicate), PAGE_MESSAGES[0], [long_key], anchors) == [5]
    predicate.next_page()
    holder = sent(Q.key_set(predicate), PAGE_MESSAGES[0])["predicate"]
    assert holder.anchor_data_list_holder.anchor_data_list == [(long_key, data("v"))]


@pytest.mark.parametrize("big", [True, False])
def test_anchors_inside_of_an_object(big: bool):
    config = Config()
    config.is_big_endian = big
    service = SerializationService(is_big_endian=big)
    queries: MapQueries[Any, Any] = MapQueries(NAME, service, PARTITIONS)
    ours, theirs = paging(None, 1), official.paging(None, 1)
    entry = tuple(bytes(service.to_data(one) or b"") for one in ("key", [1, None]))
    anchors = customs.AnchorDataListHolder([0], [entry])
    answer(queries.entry_set(ours), PAGE_MESSAGES[2], [], anchors)
    theirs.anchor_list = [(0, ("key", [1, None]))]
    expected = SerializationServiceV1(config).to_data(theirs).buffer
    assert bytes(service.to_data(ours) or b"") == bytes(expected)


# -- the predicate itself -------------------------------------------------------------------------


def test_turning_pages_as_the_official_predicate_does():
    ours, theirs = paging(true(), 5), official.paging(official.true(), 5)
    for move in ("next_page", "next_page", "previous_page", "previous_page", "previous_page"):
        assert getattr(ours, move)() == getattr(theirs, move)()
        assert (ours.page, ours.page_size) == (theirs.page, theirs.page_size)
    ours.page = theirs.page = 7
    ours.reset()
    theirs.reset()
    assert ours.page == theirs.page == 0


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ((paging(None, 1), 5), TypeError),
        ((None, 0), ValueError),
        ((None, -1), ValueError),
        ((None, 2**31), ValueError),
        ((None, "5"), TypeError),
        ((None, 1.5), TypeError),
        ((None, True), TypeError),
    ],
)
def test_pages_that_cannot_be(args: Any, error: type[Exception]):
    with pytest.raises(error):
        paging(*args)


@pytest.mark.parametrize(
    ("page", "error"), [(-1, ValueError), (2**31, ValueError), ("1", TypeError), (None, TypeError)]
)
def test_a_page_number_that_cannot_be(page: Any, error: type[Exception]):
    predicate = paging(None, 1)
    predicate.page = 3
    with pytest.raises(error):
        predicate.page = page
    assert predicate.page == 3
