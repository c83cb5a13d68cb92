# SPDX-License-Identifier: Apache-2.0
"""What is sent about code that members run, and what becomes of the replies; without any I/O."""

from __future__ import annotations

from typing import Any

import pytest

from gridwire._core.outcome import Outcome
from gridwire._core.request import Call, CallAll, Operation, Request
from gridwire._io.steppers import advance
from gridwire.hazelcast.errors import (
    HazelcastError,
    NullArgumentError,
    PagingNotSupportedError,
)
from gridwire.hazelcast.operations.map_processors import (
    MapProcessors,
    execute_on_keys,
    replace_all,
)
from gridwire.hazelcast.operations.owners import NOBODY
from gridwire.hazelcast.predicate import paging, true
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.protocol.table import Message
from gridwire.hazelcast.serialization.api import IdentifiedDataSerializable
from gridwire.hazelcast.serialization.data import partition_of
from gridwire.hazelcast.serialization.service import SerializationService

PARTITIONS = 13


class Append(IdentifiedDataSerializable):
    """What members would read as a processor of theirs."""

    def get_factory_id(self) -> int:
        return 66

    def get_class_id(self) -> int:
        return 1

    def write_data(self, object_data_output: Any) -> None:
        object_data_output.write_string("!")


serialization = SerializationService()
made: MapProcessors[Any, Any] = MapProcessors("m", serialization, PARTITIONS)


def data(value: Any) -> bytes:
    return bytes(serialization.to_data(value) or b"")


P, K, V = data(Append()), data("key"), data("value")


def sent(request: Request[Any], message: Message) -> dict[str, Any]:
    """The parameters of a request, but the map's name."""
    payload = bytes(request.payload)
    assert int.from_bytes(payload[6:10], "little") == message.request_type
    assert int.from_bytes(payload[18:22], "little", signed=True) == request.route
    assert request.operation == message.name
    fields = message.decode_request(payload)._asdict()
    assert fields.pop("name") == "m"
    return {name: _plain(value) for name, value in fields.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [bytes(one) for one in value]
    return bytes(value) if isinstance(value, (bytearray, memoryview)) else value


def answer(request: Request[Any], message: Message, *values: Any) -> Any:
    return request.decode(bytes(message.encode_response(9, 0, *values)))


def run(operation: Operation[Any], *results: Any) -> tuple[list[Any], Any]:
    """Step an operation by hand: what it awaited, and its value."""
    steps, given = [], list(results)
    step, value = advance(operation)
    while step is not None:
        steps.append(step)
        step, value = advance(operation, given.pop(0))
    return steps, value


def test_execute_on_key():
    request = made.execute_on_key("key", Append())
    fields = {"entry_processor": P, "key": K, "thread_id": NOBODY}
    assert sent(request, messages.EXECUTE_ON_KEY) == fields
    assert request.route == partition_of(K, PARTITIONS)
    assert answer(request, messages.EXECUTE_ON_KEY, V) == "value"
    assert answer(request, messages.EXECUTE_ON_KEY, None) is None


def test_execute_on_keys():
    request = made.execute_on_keys(iter(["key", 1]), Append())
    assert request is not None
    fields = {"entry_processor": P, "keys": [K, data(1)]}
    assert sent(request, messages.EXECUTE_ON_KEYS) == fields
    assert request.route == -1
    assert answer(request, messages.EXECUTE_ON_KEYS, [(K, V)]) == [("key", "value")]


def test_nothing_is_asked_about_no_keys():
    assert made.execute_on_keys([], Append()) is None
    assert run(execute_on_keys(None)) == ([], [])


def test_some_keys_are_one_call():
    request = made.execute_on_keys(["key"], Append())
    (step,), value = run(execute_on_keys(request), [("key", "value")])
    assert isinstance(step, Call)
    assert step.request is request
    assert value == [("key", "value")]


def test_execute_on_entries():
    request = made.execute_on_entries(Append(), None)
    assert sent(request, messages.EXECUTE_ON_ALL_KEYS) == {"entry_processor": P}
    assert request.route == -1
    assert answer(request, messages.EXECUTE_ON_ALL_KEYS, [(K, V)]) == [("key", "value")]


def test_execute_on_entries_with_a_predicate():
    request = made.execute_on_entries(Append(), true())
    fields = {"entry_processor": P, "predicate": data(true())}
    assert sent(request, messages.EXECUTE_WITH_PREDICATE) == fields
    assert answer(request, messages.EXECUTE_WITH_PREDICATE, []) == []


def test_a_paging_predicate_cannot_choose_entries():
    with pytest.raises(PagingNotSupportedError):
        made.execute_on_entries(Append(), paging(true(), 2))


def test_interceptors():
    request = made.add_interceptor(Append())
    assert sent(request, messages.ADD_INTERCEPTOR) == {"interceptor": P}
    assert answer(request, messages.ADD_INTERCEPTOR, "its id") == "its id"
    request = made.remove_interceptor("its id")
    assert sent(request, messages.REMOVE_INTERCEPTOR) == {"id": "its id"}
    assert answer(request, messages.REMOVE_INTERCEPTOR, False) is False
    with pytest.raises(TypeError, match="registration_id is a str"):
        made.remove_interceptor(7)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: made.execute_on_key(None, Append()),
        lambda: made.execute_on_key("key", None),
        lambda: made.execute_on_keys(None, Append()),  # type: ignore[arg-type]
        lambda: made.execute_on_keys(["key", None], Append()),
        lambda: made.execute_on_keys([], None),
        lambda: made.execute_on_entries(None, None),
        lambda: made.add_interceptor(None),
        lambda: made.remove_interceptor(None),  # type: ignore[arg-type]
        lambda: made.replace_all_in(None),
    ],
)
def test_nothing_may_be_none(wrong: Any):
    with pytest.raises(NullArgumentError, match="can't be None"):
        wrong()


def test_what_runs_code_of_users_is_not_repeated_and_may_fail_half_way():
    requests = [
        made.execute_on_key("key", Append()),
        made.execute_on_keys(["key"], Append()),
        made.execute_on_entries(Append(), None),
        made.execute_on_entries(Append(), true()),
        *made.replace_all_in(Append()),
    ]
    for request in requests:
        assert request is not None
        assert request.runs_user_code
        assert not request.retryable


# -- replace_all ----------------------------------------------------------------------------------


def test_replace_all_asks_every_partition():
    requests = made.replace_all_in(Append())
    for partition, request in enumerate(requests):
        assert sent(request, messages.REPLACE_ALL) == {"function": P}
        assert request.route == partition
        assert answer(request, messages.REPLACE_ALL) is None
    assert len(requests) == PARTITIONS
    (step,), value = run(replace_all(requests), [None] * PARTITIONS)
    assert isinstance(step, CallAll)
    assert list(step.requests) == requests
    assert value is None


def error_of(*results: Any) -> HazelcastError:
    requests = made.replace_all_in(Append())[: len(results)]
    with pytest.raises(HazelcastError) as caught:
        run(replace_all(requests), list(results))
    return caught.value


def test_replace_all_that_failed_in_part_has_an_unknown_outcome():
    first = HazelcastError("no", outcome=Outcome.REJECTED)
    error = error_of(None, first, HazelcastError("not either", outcome=Outcome.REJECTED))
    assert error is first
    assert error.outcome is Outcome.UNKNOWN
    assert (error.facts["failed"], error.facts["partitions"]) == (2, 3)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_replace_all_that_failed_everywhere_alike_says_how(outcome: Outcome):
    errors = [HazelcastError("no", outcome=outcome) for _ in range(3)]
    assert error_of(*errors).outcome is outcome


def test_replace_all_that_failed_in_several_ways_has_an_unknown_outcome():
    errors = [HazelcastError("no", outcome=one) for one in (Outcome.REJECTED, Outcome.NOT_SENT)]
    assert error_of(*errors).outcome is Outcome.UNKNOWN


def test_a_mistake_or_an_interrupt_is_not_an_outcome():
    requests = made.replace_all_in(Append())[:2]
    with pytest.raises(ZeroDivisionError):
        run(replace_all(requests), [None, ZeroDivisionError()])
