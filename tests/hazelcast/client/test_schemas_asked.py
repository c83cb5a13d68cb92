# SPDX-License-Identifier: Apache-2.0
"""What is read and has a schema that the client does not know: it asks for it, and reads again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from gridwire._io import dispatching
from gridwire.errors import Outcome
from gridwire.hazelcast.config import InMemoryFormat, NearCacheConfig
from gridwire.hazelcast.error_codes import ErrorCode
from gridwire.hazelcast.errors import (
    HazelcastClientNotActiveError,
    HazelcastSerializationError,
    OperationTimeoutError,
)
from gridwire.hazelcast.predicate import equal, paging, true
from gridwire.hazelcast.projection import single_attribute
from gridwire.hazelcast.protocol import customs
from gridwire.hazelcast.serialization.api import GenericRecord
from gridwire.hazelcast.serialization.faults import UnknownSchemaError
from gridwire.testing import HazelcastCluster
from support.call_styles import make_style
from support.diary import Diary
from support.patience import until
from support.scripted_replies import answer, fail, hang_up, silence
from support.scripted_schemas import Other, Point, Schemas, data_of, schema_of

ONE, TWO = Point(1, "a"), Point(2, "b")
UNKNOWN = schema_of(ONE)

READS: dict[str, tuple[Callable[[Any], Any], tuple[Any, ...], Any]] = {
    "get": (lambda m: m.get, (1,), ONE),
    "get_all": (lambda m: m.get_all, ([1, 2],), {1: ONE, 2: TWO}),
    "put": (lambda m: m.put, (1, "now"), ONE),
    "remove": (lambda m: m.remove, (1,), ONE),
    "replace": (lambda m: m.replace, (1, "now"), ONE),
    "put_if_absent": (lambda m: m.put_if_absent, (1, "now"), ONE),
    "values": (lambda m: m.values, (true(),), [ONE, TWO, Other(0.5)]),
    "entry_set": (lambda m: m.entry_set, (), [(1, ONE), (2, TWO), (TWO, Other(0.5))]),
    "key_set": (lambda m: m.key_set, (), [1, 2, TWO]),
    "view": (lambda m: m.get_entry_view, (1,), ONE),
    "page": (lambda m: m.entry_set, (paging(equal("x", 1), 5),), [(1, ONE)]),
}


def plain(value: Any) -> Any:
    """What a call gave, in a form that is alike for all."""
    value = getattr(value, "value", value)
    return sorted(value, key=repr) if isinstance(value, list) else value


@pytest.fixture(scope="module")
def written():
    """A cluster whose map `m` another client has written."""
    with HazelcastCluster(members=2) as cluster:
        yield cluster


@pytest.mark.parametrize("near", [None, InMemoryFormat.BINARY, InMemoryFormat.OBJECT])
@pytest.mark.parametrize("read", READS)
def test_every_way_to_read(styles, written, read, near) -> None:
    written.clear()
    writer = styles.client(written).map()
    styles.call(writer.put_all, {1: ONE, 2: TWO, TWO: Other(0.5)})
    near_caches = {} if near is None else {"m": NearCacheConfig("m")}
    for one in near_caches.values():
        one.in_memory_format = near
    # One that knows the classes, and one that does not.
    client = styles.client(written, compact_serializers=[Point, Other], near_caches=near_caches)
    method, args, expected = READS[read]
    assert plain(styles.call(method(client.map()), *args)) == plain(expected)
    if near is not None and read in {"get", "get_all"}:
        # Out of the near cache now.
        with written.drop(requests=("Map.Get", "Map.GetAll")):
            assert plain(styles.call(method(client.map()), *args)) == plain(expected)


def test_without_the_class_it_is_a_record_that_can_be_stored_back(styles, written) -> None:
    written.clear()
    writer, reader = styles.client(written).map(), styles.client(written).map()
    styles.call(writer.set, 1, ONE)
    record = styles.call(reader.get, 1)
    assert type(record) is GenericRecord
    assert dict(record) == {"x": 1, "name": "a"}
    styles.call(reader.set, 2, record.replaced(x=5))
    assert styles.call(writer.get, 2) == Point(5, "a")


def test_a_projection_gives_parts_of_records(styles, written) -> None:
    written.clear()
    writer, reader = styles.client(written).map(), styles.client(written).map()
    styles.call(writer.set, 1, ONE)
    assert styles.call(reader.project, single_attribute("name")) == ["a"]


def scripted_reader(styles, scripted, **options):
    """A scripted cluster that holds a value of an unknown schema, and a client."""
    cluster = scripted(2)
    schemas = Schemas(cluster, UNKNOWN)
    client = styles.client(cluster, compact_serializers=[Point], **options)
    cluster.always("Map.Get", answer(data_of(ONE)))
    return cluster, schemas, client


def test_many_readers_ask_once_and_others_do_not_wait(styles, scripted) -> None:
    cluster, schemas, client = scripted_reader(styles, scripted)
    numbers = client.map()
    held = cluster.hold("Client.FetchSchema")
    waiting = [styles.aside(styles.call, numbers.get, at) for at in range(5)]
    request = held.next()
    cluster.wait_for("Map.Get", 5)
    styles.call(numbers.set, 1, "plain")
    schemas.tell(request)
    assert [one.result() for one in waiting] == [ONE] * 5
    assert len(cluster.seen("Client.FetchSchema")) == 1
    assert styles.call(numbers.get, 1) == ONE
    assert len(cluster.seen("Client.FetchSchema")) == 1


def test_what_the_cluster_does_not_know_is_an_error(styles, scripted) -> None:
    cluster, schemas, client = scripted_reader(styles, scripted)
    schemas.known.clear()
    numbers = client.map()
    for _ in range(2):
        error = styles.error(numbers.get, 1)
        assert type(error) is HazelcastSerializationError
        assert str(UNKNOWN.schema_id) in str(error)
        assert "the cluster does not know it" in str(error)
        assert "operation=Map.Get" in str(error)
    assert len(cluster.seen("Map.Get")) == 2
    # Nothing is kept of what was asked for in vain; members may send ids without end.
    until(lambda: not client.raw._core.schemas.asked._work._running)
    schemas.known[UNKNOWN.schema_id] = UNKNOWN
    assert styles.call(numbers.get, 1) == ONE


def test_another_schema_than_the_one_asked_for_is_an_error(styles, scripted) -> None:
    cluster, _, client = scripted_reader(styles, scripted)
    cluster.always("Client.FetchSchema", answer(schema_of(Other(1.0))))
    error = styles.error(client.map().get, 1)
    assert type(error) is HazelcastSerializationError
    assert "instead of" in str(error)


def test_one_that_is_too_large_is_an_error(styles, scripted) -> None:
    cluster, _, client = scripted_reader(styles, scripted)
    many = [customs.FieldDescriptor(f"f{number}", 9) for number in range(5000)]
    cluster.always("Client.FetchSchema", answer(customs.Schema("Huge", many)))
    error = styles.error(client.map().get, 1)
    assert type(error) is HazelcastSerializationError
    assert "fields" in str(error)


def test_it_takes_no_longer_than_the_call_may(styles, scripted) -> None:
    cluster, schemas, client = scripted_reader(styles, scripted)
    numbers = client.map()
    held = cluster.hold("Client.FetchSchema")
    error = styles.error(numbers.get, 1, timeout=0.3)
    assert type(error) is OperationTimeoutError
    assert "asking for a schema" in str(error)
    assert "Map.Get" in str(error)
    schemas.tell(held.next())
    assert styles.call(numbers.get, 1) == ONE


def test_a_write_that_was_done_is_not_told_as_not_done(styles, scripted) -> None:
    cluster, schemas, client = scripted_reader(styles, scripted)
    schemas.known.clear()
    cluster.always("Map.Put", answer(data_of(ONE)))
    numbers = client.map()
    error = styles.error(numbers.put, 1, "new")
    assert type(error) is HazelcastSerializationError
    assert error.outcome in {None, Outcome.UNKNOWN}
    assert "The answer is here" in str(error)


@pytest.mark.parametrize("what", [hang_up, fail(52), fail(ErrorCode.MEMBER_LEFT)])
def test_a_member_that_fails_is_asked_again_or_another_one(styles, scripted, what) -> None:
    cluster, _, client = scripted_reader(styles, scripted)
    cluster.script("Client.FetchSchema", what)
    assert styles.call(client.map().get, 1) == ONE
    assert len(cluster.seen("Client.FetchSchema")) == 2


def test_who_is_cancelled_stops_nobody_else(scripted) -> None:
    styles = make_style("asyncio")
    try:
        cluster, schemas, client = scripted_reader(styles, scripted)
        numbers = client.map()
        held = cluster.hold("Client.FetchSchema")
        gone, stays = styles.begin(numbers.get, 1), styles.begin(numbers.get, 2)
        request = held.next()
        cluster.wait_for("Map.Get", 2)
        styles.settle()
        assert gone.cancel()
        schemas.tell(request)
        assert stays.result() == ONE
        assert len(cluster.seen("Client.FetchSchema")) == 1
    finally:
        styles.close()


def test_a_callback_waits_for_the_schema_and_keeps_no_other_waiting(scripted) -> None:
    styles = make_style("future")
    try:
        cluster, schemas, client = scripted_reader(styles, scripted)
        numbers = client.map()
        held, told = cluster.hold("Client.FetchSchema"), Diary()
        numbers.get(1).add_done_callback(lambda future: told(("record", future.result())))
        request = held.next()
        numbers.set(2, "x").add_done_callback(lambda future: told(("plain", future.result())))
        assert told.next() == ("plain", None)
        assert told.empty
        schemas.tell(request)
        assert told.next() == ("record", ONE)
        # One whose schema cannot be had is told so.
        schemas.known.clear()
        cluster.always("Client.FetchSchema", schemas.tell)
        cluster.always("Map.Get", answer(data_of(Other(1.0))))
        numbers.get(1).add_done_callback(lambda future: told(future.exception()))
        assert "the cluster does not know it" in str(told.next())
        assert len(cluster.seen("Client.FetchSchema")) == 2
    finally:
        styles.close()


def test_a_future_may_be_asked_long_after_its_answer_came(scripted) -> None:
    styles = make_style("future")
    try:
        _, _, client = scripted_reader(styles, scripted, invocation_timeout=5.0)
        future = client.map().get(1)
        done = threading.Event()
        while not future.done():
            done.wait(0.001)
        assert future.result() == ONE
        assert future.result() is future.result()
    finally:
        styles.close()


def test_a_write_that_was_done_is_not_told_as_not_sent_when_the_client_ends(
    styles, scripted
) -> None:
    cluster, _, client = scripted_reader(styles, scripted)
    cluster.always("Map.Put", answer(data_of(ONE)))
    held = cluster.hold("Client.FetchSchema")
    waiting = styles.aside(styles.call, client.map().put, 1, "new")
    held.next()
    client.shutdown()
    error = styles.outcome(waiting)
    assert type(error) is HazelcastClientNotActiveError
    assert error.outcome is Outcome.UNKNOWN


def test_an_operation_of_many_parts_has_its_time_once(styles, scripted) -> None:
    """Not once for each part whose schema does not come."""
    cluster, _, client = scripted_reader(styles, scripted)
    cluster.always(
        "Map.GetAll",
        lambda request: request.answer([(bytes(key), data_of(ONE)) for key in request.fields.keys]),
    )
    cluster.always("Client.FetchSchema", silence)
    began = time.monotonic()
    error = styles.error(client.map().get_all, list(range(100)), timeout=1)
    assert type(error) is OperationTimeoutError
    assert len(cluster.seen("Map.GetAll")) == cluster.partition_count > 10
    assert time.monotonic() - began < 6


def test_an_answer_that_comes_late_leaves_less_time_for_its_schema(scripted) -> None:
    styles = make_style("future")
    try:
        cluster, _, client = scripted_reader(styles, scripted)
        held = cluster.hold("Map.Get")
        cluster.always("Client.FetchSchema", silence)
        began = time.monotonic()
        future, told = client.map().get(1, timeout=1.5), Diary()
        future.add_done_callback(lambda future: told(future.exception()))
        request = held.next()
        threading.Event().wait(1.2)
        request.answer(data_of(ONE))
        assert type(told.next()) is OperationTimeoutError
        assert time.monotonic() - began < 2.5
    finally:
        styles.close()


def test_who_asks_for_the_value_when_the_time_of_the_call_is_over(scripted) -> None:
    styles = make_style("future")
    try:
        _, _, client = scripted_reader(styles, scripted)
        future = client.map().get(1, timeout=0.3)
        threading.Event().wait(0.5)
        assert future.result() == ONE
    finally:
        styles.close()


def test_a_callback_is_called_though_too_many_wait(scripted, monkeypatch) -> None:
    styles = make_style("future")
    try:
        cluster, schemas, client = scripted_reader(styles, scripted)
        held, told = cluster.hold("Client.FetchSchema"), Diary()
        client.map().get(1).add_done_callback(lambda future: told(future.result()))
        request = held.next()
        monkeypatch.setattr(dispatching, "MAX_WAITING_CALLBACKS", 0)
        schemas.tell(request)
        assert told.next() == ONE
    finally:
        styles.close()


def test_a_callback_that_is_added_when_the_client_has_ended(scripted) -> None:
    styles = make_style("future")
    try:
        _, _, client = scripted_reader(styles, scripted)
        future, told = client.map().get(1), Diary()
        until(future.done)
        client.shutdown()
        future.add_done_callback(lambda future: told(future.exception()))
        error = told.next()
        assert type(error) is HazelcastClientNotActiveError
        assert error.outcome is Outcome.UNKNOWN
    finally:
        styles.close()


def test_a_callback_that_runs_on_the_clients_loop_does_not_wait_for_itself(
    scripted, monkeypatch
) -> None:
    styles = make_style("future")
    try:
        cluster, _, client = scripted_reader(styles, scripted)
        held, told = cluster.hold("Map.Get"), Diary()
        client.map().get(1).add_done_callback(lambda future: told(future.exception()))
        request = held.next()
        with monkeypatch.context() as full:
            full.setattr(dispatching, "MAX_WAITING_CALLBACKS", 0)
            request.answer(data_of(ONE))
            error = told.next()
        assert type(error) is UnknownSchemaError
        assert error.schema_id == UNKNOWN.schema_id
    finally:
        styles.close()
