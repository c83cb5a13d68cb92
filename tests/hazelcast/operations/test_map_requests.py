# SPDX-License-Identifier: Apache-2.0
"""What each operation of a map sends, where to, and what it makes of the reply; without any I/O."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire._core.outcome import Outcome
from gridwire._core.request import CallAll, Operation, Request
from gridwire.errors import BackpressureError, ProtocolError, UsageError
from gridwire.hazelcast.core import SimpleEntryView
from gridwire.hazelcast.errors import (
    HazelcastError,
    HazelcastSerializationError,
    NullArgumentError,
    OperationTimeoutError,
    PagingNotSupportedError,
    PartialWriteError,
)
from gridwire.hazelcast.operations.arguments import (
    call_timeout,
    milliseconds,
    natural_wait,
    page_size,
)
from gridwire.hazelcast.operations.entry_events import EntryEvent, EntryEventType
from gridwire.hazelcast.operations.map import MapRequests
from gridwire.hazelcast.operations.map_bulk import get_all, put_all
from gridwire.hazelcast.operations.map_listeners import EntryListener
from gridwire.hazelcast.predicate import paging, sql, true
from gridwire.hazelcast.protocol import customs
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.protocol.table import Message
from gridwire.hazelcast.serialization.service import SerializationService

PARTITIONS = 271
NAME = "capitals"
OWNER = 1
DEFAULT = -1

serialization = SerializationService()
requests: MapRequests[Any, Any] = MapRequests(NAME, serialization, PARTITIONS)

# Keys whose partitions are known from the official client.
PARTITION_OF = {
    0: 11,
    1: 31,
    "a": 73,
    "key": 80,
    UUID("00112233-4455-6677-8899-aabbccddeeff"): 135,
    2**31 - 1: 129,
}


def data(value: Any) -> bytes:
    made = serialization.to_data(value)
    assert made is not None
    return bytes(made)


def payload_of(request: Request[Any]) -> bytes:
    payload = request.payload
    return bytes(payload) if isinstance(payload, bytearray) else b"".join(payload)


def plain(value: Any) -> Any:
    """Buffers as bytes, at any depth."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if type(value) is tuple:
        return tuple(plain(item) for item in value)
    return value


def sent(request: Request[Any], message: Message) -> dict[str, Any]:
    """The parameters of a request, but the name of its map."""
    whole = payload_of(request)
    assert int.from_bytes(whole[6:10], "little") == message.request_type
    assert int.from_bytes(whole[18:22], "little", signed=True) == request.route
    assert request.operation == message.name
    fields = message.decode_request(whole)._asdict()
    assert fields.pop("name") == NAME
    return {name: plain(value) for name, value in fields.items()}


def answer(request: Request[Any], message: Message, *values: Any) -> Any:
    """What the request makes of a reply."""
    encoded = message.encode_response(9, 0, *values)
    return request.decode(bytes(encoded) if isinstance(encoded, bytearray) else b"".join(encoded))


# -- each operation -------------------------------------------------------------------------------

K, V, W = data("key"), data("value"), data("old")
NO_REPLY: tuple[Any, ...] = ()


class Case(NamedTuple):
    """One operation: what it is made with, what it sends, a reply, and what that means."""

    make: Callable[[], Request[Any]]
    message: Message
    sends: dict[str, Any]
    reply: tuple[Any, ...]
    value: Any


def lives(ttl: int, max_idle: int | None = None) -> dict[str, Any]:
    sends = {"key": K, "value": V, "thread_id": OWNER, "ttl": ttl}
    return sends if max_idle is None else {**sends, "max_idle": max_idle}


ON_KEY = {"key": K, "thread_id": OWNER}
R = requests

ON_A_KEY = [
    Case(lambda: R.get("key"), messages.GET, ON_KEY, (V,), "value"),
    Case(lambda: R.get("key"), messages.GET, ON_KEY, (None,), None),
    Case(lambda: R.contains_key("key"), messages.CONTAINS_KEY, ON_KEY, (True,), True),
    Case(lambda: R.get_entry_view("key"), messages.GET_ENTRY_VIEW, ON_KEY, (None, 0), None),
    Case(lambda: R.put("key", "value"), messages.PUT, lives(DEFAULT), (W,), "old"),
    Case(lambda: R.put("key", "value", 2), messages.PUT, lives(2000), (None,), None),
    Case(
        lambda: R.put("key", "value", max_idle=0.5),
        messages.PUT_WITH_MAX_IDLE,
        lives(DEFAULT, 500),
        (W,),
        "old",
    ),
    Case(lambda: R.set("key", "value"), messages.SET, lives(DEFAULT), NO_REPLY, None),
    Case(lambda: R.set("key", "value", 0), messages.SET, lives(0), NO_REPLY, None),
    Case(
        lambda: R.set("key", "value", 1.5, 0),
        messages.SET_WITH_MAX_IDLE,
        lives(1500, 0),
        (None,),
        None,
    ),
    Case(
        lambda: R.put_if_absent("key", "value"),
        messages.PUT_IF_ABSENT,
        lives(DEFAULT),
        (W,),
        "old",
    ),
    Case(
        lambda: R.put_if_absent("key", "value", 1, 2),
        messages.PUT_IF_ABSENT_WITH_MAX_IDLE,
        lives(1000, 2000),
        (None,),
        None,
    ),
    Case(
        lambda: R.put_transient("key", "value", 3),
        messages.PUT_TRANSIENT,
        lives(3000),
        NO_REPLY,
        None,
    ),
    Case(
        lambda: R.put_transient("key", "value", None, 4),
        messages.PUT_TRANSIENT_WITH_MAX_IDLE,
        lives(DEFAULT, 4000),
        (None,),
        None,
    ),
    Case(
        lambda: R.replace("key", "value"),
        messages.REPLACE,
        {"key": K, "value": V, "thread_id": OWNER},
        (W,),
        "old",
    ),
    Case(
        lambda: R.replace_if_same("key", "old", "value"),
        messages.REPLACE_IF_SAME,
        {"key": K, "test_value": W, "value": V, "thread_id": OWNER},
        (True,),
        True,
    ),
    Case(lambda: R.remove("key"), messages.REMOVE, ON_KEY, (W,), "old"),
    Case(
        lambda: R.remove_if_same("key", "value"),
        messages.REMOVE_IF_SAME,
        {"key": K, "value": V, "thread_id": OWNER},
        (False,),
        False,
    ),
    Case(lambda: R.delete("key"), messages.DELETE, ON_KEY, (True,), None),
    Case(lambda: R.evict("key"), messages.EVICT, ON_KEY, (True,), True),
    Case(lambda: R.set_ttl("key", 60), messages.SET_TTL, {"key": K, "ttl": 60_000}, (True,), True),
    Case(
        lambda: R.try_put("key", "value", 1.25),
        messages.TRY_PUT,
        {"key": K, "value": V, "thread_id": OWNER, "timeout": 1250},
        (True,),
        True,
    ),
    Case(
        lambda: R.try_remove("key", 0),
        messages.TRY_REMOVE,
        {"key": K, "thread_id": OWNER, "timeout": 0},
        (False,),
        False,
    ),
]

ON_ANY_MEMBER = [
    Case(lambda: R.contains_value("value"), messages.CONTAINS_VALUE, {"value": V}, (True,), True),
    Case(R.size, messages.SIZE, {}, (12,), 12),
    Case(R.is_empty, messages.IS_EMPTY, {}, (False,), False),
    Case(R.evict_all, messages.EVICT_ALL, {}, NO_REPLY, None),
    Case(R.clear, messages.CLEAR, {}, NO_REPLY, None),
    Case(R.flush, messages.FLUSH, {}, NO_REPLY, None),
    Case(
        lambda: R.load_all(None, True),
        messages.LOAD_ALL,
        {"replace_existing_values": True},
        NO_REPLY,
        None,
    ),
    Case(
        lambda: R.load_all(iter(["key", "value"]), False),
        messages.LOAD_GIVEN_KEYS,
        {"keys": [K, V], "replace_existing_values": False},
        NO_REPLY,
        None,
    ),
    # No keys are not all keys.
    Case(
        lambda: R.load_all([], True),
        messages.LOAD_GIVEN_KEYS,
        {"keys": [], "replace_existing_values": True},
        NO_REPLY,
        None,
    ),
]

ON_A_PARTITION = [
    Case(
        lambda: R.get_all_of(80, [K]),
        messages.GET_ALL,
        {"keys": [K]},
        ([(K, V)],),
        [("key", "value")],
    ),
    Case(
        lambda: R.put_all_of(80, [(K, V)]),
        messages.PUT_ALL,
        {"entries": [(K, V)], "trigger_map_loader": True},
        NO_REPLY,
        None,
    ),
    Case(
        lambda: R.key_page(80, [(2**31 - 1, -1)], 100),
        messages.FETCH_KEYS,
        {"iteration_pointers": [(2**31 - 1, -1)], "batch": 100},
        ([(5, 7)], [K]),
        ([(5, 7)], ["key"]),
    ),
    Case(
        lambda: R.entry_page(80, [(5, 7), (1, 2)], 3),
        messages.FETCH_ENTRIES,
        {"iteration_pointers": [(5, 7), (1, 2)], "batch": 3},
        ([(-1, 0)], [(K, V)]),
        ([(-1, 0)], [("key", "value")]),
    ),
]


def named(case: Case) -> str:
    return case.message.name


@pytest.mark.parametrize("case", ON_A_KEY, ids=named)
def test_an_operation_on_a_key_goes_to_its_partition(case: Case):
    request = case.make()
    assert request.route == PARTITION_OF["key"]
    assert sent(request, case.message) == case.sends
    assert answer(request, case.message, *answered(case)) == case.value


@pytest.mark.parametrize("case", ON_ANY_MEMBER, ids=named)
def test_an_operation_on_the_whole_map_goes_to_any_member(case: Case):
    request = case.make()
    assert request.route == -1
    assert sent(request, case.message) == case.sends
    assert answer(request, case.message, *answered(case)) == case.value


@pytest.mark.parametrize("case", ON_A_PARTITION, ids=named)
def test_an_operation_on_a_partition_goes_there(case: Case):
    request = case.make()
    assert request.route == 80
    assert sent(request, case.message) == case.sends
    assert answer(request, case.message, *answered(case)) == case.value


def answered(case: Case) -> tuple[Any, ...]:
    return case.reply if case.message.response_fields else ()


ALL_CASES = [*ON_A_KEY, *ON_ANY_MEMBER, *ON_A_PARTITION]


@pytest.mark.parametrize("case", ALL_CASES, ids=named)
def test_what_may_be_repeated_is_what_the_table_says(case: Case):
    request = case.make()
    # Reading many keys changes nothing, although the table is silent about it.
    assert request.retryable == (case.message.retryable or case.message is messages.GET_ALL)
    assert request.member is None


@pytest.mark.parametrize("case", ALL_CASES, ids=named)
def test_what_waits_at_the_member_has_time_for_it(case: Case):
    expected = case.sends["timeout"] / 1000 if "timeout" in case.sends else 0.0
    assert case.make().extra_wait == expected
    assert (case.message.wait is None) == ("timeout" not in case.sends)


# Answers of every shape: nothing, a truth, data, a list.
STRANGERS = [
    messages.UNLOCK.encode_response(9, 0),
    messages.IS_LOCKED.encode_response(9, 0, True),
    messages.EXECUTE_ON_KEY.encode_response(9, 0, V),
    messages.KEY_SET_WITH_PREDICATE.encode_response(9, 0, [K]),
]


@pytest.mark.parametrize("case", ALL_CASES, ids=named)
def test_an_answer_to_another_request_is_none(case: Case):
    """Its correlation id alone does not make it one, even when nobody wants its value."""
    for stranger in STRANGERS:
        assert isinstance(stranger, bytearray)
        with pytest.raises(ProtocolError):
            case.make().decode(bytes(stranger))


def test_every_builder_of_requests_is_tested():
    public = {name for name in vars(MapRequests) if not name.startswith("_")}
    pieces = {"key_data", "value_data", "partition"}
    used = {
        name for case in ALL_CASES for name in (case.make.__name__, *case.make.__code__.co_names)
    }
    assert used & public == public - pieces


@pytest.mark.parametrize(("key", "partition"), PARTITION_OF.items(), ids=repr)
def test_partitions_are_those_of_the_official_client(key: Any, partition: int):
    assert requests.get(key).route == partition
    assert requests.remove(key).route == partition
    assert requests.set(key, 1).route == partition
    assert requests.put(key, 1).route == partition
    assert requests.partition(requests.key_data(key)) == partition


def test_partitions_depend_on_their_number():
    few: MapRequests[Any, Any] = MapRequests(NAME, serialization, 7)
    assert {few.get(key).route for key in range(200)} == set(range(7))


def test_an_entry_view():
    view = customs.record("SimpleEntryView")(K, V, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
    request = requests.get_entry_view("key")
    found = answer(request, messages.GET_ENTRY_VIEW, view, 77)
    assert found == SimpleEntryView("key", "value", 1, 2, 3, 4, 5, 6, 7, 8, 9, 77)


def test_a_reply_without_the_value_that_came_with_2_7():
    """Older members answer a delete with nothing."""
    request = requests.delete("key")
    assert request.decode(bytes.fromhex("13000000 00e0 01090100 0900000000000000 00")) is None


@pytest.mark.parametrize("make", [requests.set, requests.put, requests.replace])
def test_a_large_value_is_not_copied_into_the_message(make: Callable[..., Request[Any]]):
    value = b"x" * 300_000
    request = make("key", value)
    assert isinstance(request.payload, list)
    head = request.payload[0]
    assert isinstance(head, bytearray)
    assert len(head) >= 22
    assert max(map(len, request.payload)) >= len(value)
    message = next(one for one in vars(messages).values() if named_as(one, request.operation))
    assert sent(request, message)["value"] == data(value)


def named_as(one: object, name: str) -> bool:
    return isinstance(one, Message) and one.name == name


def test_a_request_holds_what_the_argument_was_when_it_was_made():
    value = [1, 2]
    request = requests.set("key", value)
    value.append(3)
    assert sent(request, messages.SET)["value"] == data([1, 2])


# -- arguments ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        lambda: R.get(None),
        lambda: R.contains_key(None),
        lambda: R.contains_value(None),
        lambda: R.get_entry_view(None),
        lambda: R.set(None, 1),
        lambda: R.set("key", None),
        lambda: R.set(None, 1, max_idle=1),
        lambda: R.set("key", None, max_idle=1),
        lambda: R.put(None, 1),
        lambda: R.put("key", None),
        lambda: R.put(None, 1, max_idle=1),
        lambda: R.put("key", None, max_idle=1),
        lambda: R.put_if_absent(None, 1),
        lambda: R.put_if_absent("key", None),
        lambda: R.put_transient(None, 1),
        lambda: R.put_transient("key", None),
        lambda: R.replace(None, 1),
        lambda: R.replace("key", None),
        lambda: R.replace_if_same(None, 1, 2),
        lambda: R.replace_if_same("key", None, 2),
        lambda: R.replace_if_same("key", 1, None),
        lambda: R.remove(None),
        lambda: R.remove_if_same(None, 1),
        lambda: R.remove_if_same("key", None),
        lambda: R.delete(None),
        lambda: R.evict(None),
        lambda: R.load_all(["key", None], True),
        lambda: R.set_ttl(None, 1),
        lambda: R.set_ttl("key", None),  # type: ignore[arg-type]
        lambda: R.try_put(None, 1, 1),
        lambda: R.try_put("key", None, 1),
        lambda: R.try_remove(None, 1),
    ],
)
def test_nothing_is_neither_key_nor_value(make: Callable[[], object]):
    with pytest.raises(NullArgumentError, match="can't be None") as caught:
        make()
    # As in the official client, where these are assertions.
    assert isinstance(caught.value, AssertionError)
    assert isinstance(caught.value, UsageError)
    assert caught.value.outcome is Outcome.NOT_SENT


TIMES: list[Callable[[Any], object]] = [
    lambda time: R.set("key", 1, time),
    lambda time: R.set("key", 1, time, 1),
    lambda time: R.set("key", 1, 1, time),
    lambda time: R.put("key", 1, time),
    lambda time: R.put("key", 1, time, 1),
    lambda time: R.put("key", 1, None, time),
    lambda time: R.put_if_absent("key", 1, time),
    lambda time: R.put_if_absent("key", 1, None, time),
    lambda time: R.put_transient("key", 1, time),
    lambda time: R.put_transient("key", 1, None, time),
    lambda time: R.set_ttl("key", time),
    lambda time: R.try_put("key", 1, time),
    lambda time: R.try_remove("key", time),
]


@pytest.mark.parametrize("make", TIMES)
@pytest.mark.parametrize("time", [-1, -0.001, math.inf, -math.inf, math.nan, 10**40, 1e308])
def test_a_time_is_a_number_from_0_on(make: Callable[[Any], object], time: float):
    with pytest.raises(ValueError, match="seconds"):
        make(time)


@pytest.mark.parametrize("make", TIMES)
@pytest.mark.parametrize("time", [True, "1", 1j, [1]])
def test_a_time_is_a_number(make: Callable[[Any], object], time: object):
    with pytest.raises(TypeError, match="is a number of seconds, not"):
        make(time)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (None, -1),
        (0, 0),
        (0.0, 0),
        (1, 1000),
        (0.001, 1),
        (1.001, 1001),
        (1.005, 1005),
        (0.0015, 2),
        (4.35, 4350),
        # 0 would mean for ever.
        (0.0001, 1),
        (1e-300, 1),
        (9_223_372_036_854_775, 9_223_372_036_854_775_000),
    ],
)
def test_milliseconds(seconds: float | None, expected: int):
    assert milliseconds("ttl", seconds) == expected


@pytest.mark.parametrize("seconds", [9_223_372_036_854_776, 9_223_372_036_854_775.807, 2**63])
def test_more_milliseconds_than_fit_into_a_long(seconds: float):
    with pytest.raises(ValueError, match="ttl is"):
        milliseconds("ttl", seconds)


@given(st.floats(min_value=0, max_value=1e9))
def test_milliseconds_are_as_near_as_can_be(seconds: float):
    amount = milliseconds("ttl", seconds)
    assert bool(amount) == bool(seconds)
    assert abs(amount - seconds * 1000) <= (0.5 if amount > 1 else 1)


@given(st.floats() | st.integers())
def test_every_time_that_is_accepted_can_be_sent(seconds: float):
    try:
        request = requests.set("key", 1, seconds)
    except ValueError:
        return
    assert sent(request, messages.SET)["ttl"] == milliseconds("ttl", seconds)


def test_how_long_an_operation_waits_by_its_nature():
    assert natural_wait(messages.GET, 5000) == 0.0
    assert natural_wait(messages.TRY_PUT, 0) == 0.0
    assert natural_wait(messages.TRY_PUT, 5000) == 5.0
    assert natural_wait(messages.TRY_PUT, -1) == math.inf
    assert natural_wait(messages.LOCK, 0) == math.inf


def test_a_wait_without_limit():
    """Members wait for a lock as long as it takes when the time is negative."""
    request = requests.try_put("key", 1, None)  # type: ignore[arg-type]
    assert sent(request, messages.TRY_PUT)["timeout"] == -1
    assert request.extra_wait == math.inf


@pytest.mark.parametrize("seconds", [None, 0, 0.25, 3, 1e6])
def test_timeouts_of_calls(seconds: float | None):
    assert call_timeout(seconds) == seconds


@pytest.mark.parametrize("seconds", [math.inf, 10**400, 1e308])
def test_a_timeout_that_never_ends_is_one_that_timers_can_count(seconds: float):
    limit = call_timeout(seconds)
    assert limit is not None
    # A year; and within what locks of threads take.
    assert 3e7 < limit <= threading.TIMEOUT_MAX


@pytest.mark.parametrize("seconds", [-1, -0.001, -math.inf, math.nan])
def test_a_timeout_is_a_number_from_0_on(seconds: float):
    with pytest.raises(ValueError, match="timeout is a number of seconds from 0 on"):
        call_timeout(seconds)


@pytest.mark.parametrize("seconds", [True, "1", [1], 1j])
def test_a_timeout_is_a_number(seconds: Any):
    with pytest.raises(TypeError, match="timeout is a number of seconds, not"):
        call_timeout(seconds)


@pytest.mark.parametrize("size", [1, 100, 1_000_000])
def test_sizes_of_pages(size: int):
    assert page_size(size) == size


@pytest.mark.parametrize("size", [0, -1, 1_000_001, 2**31])
def test_sizes_that_no_page_has(size: int):
    with pytest.raises(ValueError, match="between 1 and 1,000,000"):
        page_size(size)


@pytest.mark.parametrize("size", [True, 1.0, "1", None])
def test_a_size_is_an_int(size: Any):
    with pytest.raises(TypeError, match="page_size is an int"):
        page_size(size)


def test_what_cannot_be_serialized_is_said_at_once():
    for make in (lambda: R.get(object()), lambda: R.set("key", object())):
        with pytest.raises(HazelcastSerializationError):
            make()


# -- many entries ---------------------------------------------------------------------------------


def first_step(operation: Operation[Any]) -> list[Request[Any]]:
    step = operation.send(None)
    assert isinstance(step, CallAll)
    return list(step.requests)


def value_of(operation: Operation[Any], results: list[Any]) -> Any:
    with pytest.raises(StopIteration) as end:
        operation.send(results)
    return end.value.value


KEYS = list(range(40))


def grouped(made: list[Request[Any]], message: Message, name: str) -> Iterator[tuple[int, Any]]:
    """Each partition, and what is sent to it."""
    routes = [request.route for request in made]
    assert len(set(routes)) == len(routes)
    for request in made:
        yield request.route, sent(request, message)[name]


def test_put_all_sends_one_request_to_each_partition():
    entries = {key: f"value {key}" for key in KEYS}
    operation = put_all(requests, entries)
    made = first_step(operation)
    stored: dict[int, str] = {}
    for route, group in grouped(made, messages.PUT_ALL, "entries"):
        for key_data, value_data in group:
            key = serialization.to_object(key_data)
            assert requests.get(key).route == route
            stored[key] = serialization.to_object(value_data)
    assert stored == entries
    assert not any(request.retryable for request in made)
    assert value_of(operation, [None] * len(made)) is None


def test_get_all_asks_each_partition_once():
    operation = get_all(requests, iter(KEYS))
    made = first_step(operation)
    asked = [
        (serialization.to_object(key), route)
        for route, group in grouped(made, messages.GET_ALL, "keys")
        for key in group
    ]
    assert sorted(key for key, _ in asked) == KEYS
    assert all(requests.get(key).route == route for key, route in asked)
    assert all(request.retryable for request in made)
    results = [[(key, -key) for key, at in asked if at == one.route] for one in made]
    assert value_of(operation, results) == {key: -key for key in KEYS}


def test_keys_without_a_value_are_left_out():
    operation = get_all(requests, ["a", "key"])
    assert len(first_step(operation)) == 2
    assert value_of(operation, [[("a", 1)], []]) == {"a": 1}


def test_of_nothing_nothing_is_sent():
    with pytest.raises(StopIteration) as end:
        get_all(requests, []).send(None)
    assert end.value.value == {}
    with pytest.raises(StopIteration):
        put_all(requests, {}).send(None)


@pytest.mark.parametrize(
    "operation",
    [
        lambda: get_all(requests, None),  # type: ignore[arg-type]
        lambda: get_all(requests, ["key", None]),
        lambda: put_all(requests, None),  # type: ignore[arg-type]
        lambda: put_all(requests, {"key": 1, None: 2}),
        lambda: put_all(requests, {"key": 1, "a": None}),
    ],
)
def test_nothing_is_sent_when_one_of_many_is_wrong(operation: Callable[[], Operation[Any]]):
    with pytest.raises(NullArgumentError):
        operation().send(None)


def test_a_part_that_cannot_be_read_fails_the_whole():
    operation = get_all(requests, ["a", "key"])
    first_step(operation)
    lost = OperationTimeoutError("no answer")
    with pytest.raises(OperationTimeoutError) as caught:
        operation.send([[("a", 1)], lost])
    assert caught.value is lost


def failing_put_all(**results: Any) -> tuple[pytest.ExceptionInfo[BaseException], list[Any]]:
    """Store keys of different partitions; the result of the part of each is given."""
    operation = put_all(requests, dict.fromkeys(results, 1))
    made = first_step(operation)
    by_route = {requests.get(key).route: result for key, result in results.items()}
    parts = [by_route[request.route] for request in made]
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - looked at by the test
        operation.send(parts)
    return caught, [part for part in parts if part is not None]


def test_a_partial_failure_says_what_became_of_each_key():
    rejected = HazelcastError("the map is full", outcome=Outcome.REJECTED)
    unsent = BackpressureError("no room")
    caught, failures = failing_put_all(a=None, b=rejected, c=unsent, d=None)
    error = caught.value
    assert isinstance(error, PartialWriteError)
    assert error.outcomes == {
        "a": None,
        "b": Outcome.REJECTED,
        "c": Outcome.NOT_SENT,
        "d": None,
    }
    assert error.failures == failures
    assert error.__cause__ is failures[0]
    assert "2 of 4 entries" in str(error)


def test_an_error_that_says_nothing_about_the_effect_is_unknown():
    silent = HazelcastError("something went wrong")
    assert silent.outcome is None
    caught, _ = failing_put_all(a=silent, b=OperationTimeoutError("no answer"), c=None)
    assert isinstance(caught.value, PartialWriteError)
    assert caught.value.outcomes == {"a": Outcome.UNKNOWN, "b": Outcome.UNKNOWN, "c": None}
    assert caught.value.outcome is Outcome.UNKNOWN


def test_all_keys_of_a_part_share_its_outcome():
    together = [key for key in range(2000) if requests.get(key).route == 11][:3]
    operation = put_all(requests, dict.fromkeys([*together, "a"], 1))
    made = first_step(operation)
    assert len(made) == 2
    results = [None if one.route == 73 else HazelcastError("no") for one in made]
    with pytest.raises(PartialWriteError) as caught:
        operation.send(results)
    assert caught.value.outcomes == {**dict.fromkeys(together, Outcome.UNKNOWN), "a": None}


def test_what_is_no_failure_of_a_call_is_raised_as_it_is():
    """A mistake of ours, or an interrupt, is not an outcome of a write."""
    mistake = ZeroDivisionError()
    caught, _ = failing_put_all(a=HazelcastError("no"), b=mistake)
    assert caught.value is mistake


# -- listeners ------------------------------------------------------------------------------------


def listener(seen: list[EntryEvent[Any, Any]], *kinds: EntryEventType, **how: Any) -> EntryListener:
    values: dict[str, Any] = {"include_value": True, "local_only": True, **how}
    values = {"key": None, "predicate": None, **values}
    callbacks = {kind: seen.append if kind in kinds else None for kind in EntryEventType}
    return EntryListener(NAME, serialization, callbacks=callbacks, **values)


@pytest.mark.parametrize("include_value", [True, False])
@pytest.mark.parametrize("local_only", [True, False])
def test_a_listener_asks_for_what_it_has_functions_for(include_value: bool, local_only: bool):
    kinds = EntryEventType.ADDED, EntryEventType.EXPIRED, EntryEventType.LOADED
    made = listener([], *kinds, include_value=include_value, local_only=local_only)
    request = made.add()
    assert sent(request, messages.ADD_ENTRY_LISTENER) == {
        "include_value": include_value,
        "listener_flags": 1 | 16 | 512,
        "local_only": local_only,
    }
    assert (request.route, request.retryable) == (-1, False)
    member_id = UUID(int=7)
    assert answer(request, messages.ADD_ENTRY_LISTENER, member_id) == member_id


def test_a_listener_of_one_key():
    request = listener([], EntryEventType.ADDED, key="key").add()
    assert sent(request, messages.ADD_ENTRY_LISTENER_TO_KEY) == {
        "key": K,
        "include_value": True,
        "listener_flags": 1,
        "local_only": True,
    }
    assert answer(request, messages.ADD_ENTRY_LISTENER_TO_KEY, UUID(int=7)) == UUID(int=7)


def test_a_listener_with_a_predicate():
    chosen = sql("this > 3")
    request = listener([], EntryEventType.ADDED, predicate=chosen).add()
    assert sent(request, messages.ADD_ENTRY_LISTENER_WITH_PREDICATE) == {
        "predicate": data(chosen),
        "include_value": True,
        "listener_flags": 1,
        "local_only": True,
    }
    assert answer(request, messages.ADD_ENTRY_LISTENER_WITH_PREDICATE, UUID(int=7)) == UUID(int=7)


def test_a_listener_of_one_key_with_a_predicate():
    chosen = sql("this > 3")
    request = listener([], EntryEventType.ADDED, key="key", predicate=chosen).add()
    message = messages.ADD_ENTRY_LISTENER_TO_KEY_WITH_PREDICATE
    assert sent(request, message) == {
        "key": K,
        "predicate": data(chosen),
        "include_value": True,
        "listener_flags": 1,
        "local_only": True,
    }
    assert answer(request, message, UUID(int=7)) == UUID(int=7)


def test_a_listener_takes_no_paging_predicate():
    with pytest.raises(PagingNotSupportedError, match="not supported"):
        listener([], EntryEventType.ADDED, predicate=paging(sql("this > 3"), 2))


def test_a_listener_takes_a_predicate_only():
    with pytest.raises(TypeError, match="predicate is something like"):
        listener([], EntryEventType.ADDED, predicate="this > 3")


def test_each_registration_is_a_request_of_its_own():
    made = listener([], EntryEventType.ADDED)
    assert made.add().payload is not made.add().payload


def test_a_listener_is_taken_back():
    request = listener([], EntryEventType.ADDED).remove(UUID(int=7))
    assert sent(request, messages.REMOVE_ENTRY_LISTENER) == {"registration_id": UUID(int=7)}
    assert request.retryable
    assert answer(request, messages.REMOVE_ENTRY_LISTENER, True) is True


LISTENING = {
    (False, False): messages.ADD_ENTRY_LISTENER,
    (True, False): messages.ADD_ENTRY_LISTENER_TO_KEY,
    (False, True): messages.ADD_ENTRY_LISTENER_WITH_PREDICATE,
    (True, True): messages.ADD_ENTRY_LISTENER_TO_KEY_WITH_PREDICATE,
}


def event(
    kind: int, *values: Any, affected: int = 1, keyed: bool = False, chosen: bool = False
) -> bytes:
    message = LISTENING[keyed, chosen]
    return bytes(message.events[0].encode(5, -1, *values, kind, UUID(int=9), affected))  # type: ignore[arg-type]


@pytest.mark.parametrize("chosen", [False, True])
@pytest.mark.parametrize("keyed", [False, True])
@pytest.mark.parametrize("kind", list(EntryEventType))
def test_each_kind_of_event_reaches_its_function(kind: EntryEventType, keyed: bool, chosen: bool):
    seen: list[EntryEvent[Any, Any]] = []
    predicate = true() if chosen else None
    made = listener(seen, kind, key="key" if keyed else None, predicate=predicate)
    for other in EntryEventType:
        made.handle(event(other, K, V, W, data("merged"), keyed=keyed, chosen=chosen))
    (found,) = seen
    assert (found.key, found.value, found.old_value) == ("key", "value", "old")
    assert (found.merging_value, found.event_type, found.uuid) == ("merged", kind, UUID(int=9))
    assert found.number_of_affected_entries == 1
    assert kind.name is not None
    assert kind.name in repr(found)


def test_an_event_about_the_whole_map():
    seen: list[EntryEvent[Any, Any]] = []
    listener(seen, EntryEventType.CLEAR_ALL).handle(event(64, None, None, None, None, affected=12))
    (found,) = seen
    assert (found.key, found.value, found.old_value, found.merging_value) == (None,) * 4
    assert found.number_of_affected_entries == 12


@pytest.mark.parametrize("kind", [0, 3, 1024, 2**31 - 1, -1])
def test_kinds_that_nobody_knows_are_ignored(kind: int):
    seen: list[EntryEvent[Any, Any]] = []
    listener(seen, *EntryEventType).handle(event(kind, K, None, None, None))
    assert seen == []


def test_a_listener_needs_a_function():
    with pytest.raises(ValueError, match="at least one function"):
        listener([])


def test_a_function_can_be_called():
    with pytest.raises(TypeError, match="'added' is not a function"):
        EntryListener(
            NAME,
            serialization,
            True,
            None,
            None,
            {EntryEventType.ADDED: "added"},  # type: ignore[dict-item]
            True,
        )
