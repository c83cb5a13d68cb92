# SPDX-License-Identifier: Apache-2.0
"""Events whose values have a schema that the client does not know: told in order, or as a gap."""

from __future__ import annotations

import pytest

from gridwire._io import dispatching
from gridwire.hazelcast.control import gaps, held_events
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.serialization.data import partition_of
from gridwire.hazelcast.serialization.service import SerializationService
from gridwire.testing import HazelcastCluster
from support.call_styles import make_style
from support.diary import Diary
from support.patience import until
from support.scripted_replies import answer, silence
from support.scripted_schemas import Other, Point, Schemas, data_of, schema_of

POINT, OTHER = Point(1, "a"), Other(0.5)
ADDED = 1


class Told:
    """A listener of one map of a scripted cluster, and the events that it is sent."""

    def __init__(self, styles, scripted, *known) -> None:
        self.cluster = scripted(1)
        self.schemas = Schemas(self.cluster, *known)
        self.client = styles.client(self.cluster, compact_serializers=[Point, Other])
        self.map = self.client.map()
        self.heard, self.gaps = Diary(), Diary()
        self.registration_id = styles.call(
            self.map.add_entry_listener,
            True,
            added_func=lambda event: self.heard(event.value),
            gap_func=self.gaps,
        )
        (self._request,) = self.cluster.seen("Map.AddEntryListener")

    def tell(self, *values) -> None:
        """Let the member tell events of these values; of bytes as they are."""
        event = messages.ADD_ENTRY_LISTENER.events[0]
        for value in values:
            data = value
            if not isinstance(value, bytes):
                data = data_of(value) if isinstance(value, Point | Other) else plain(value)
            message = event.encode(
                self._request.correlation, -1, plain(1), data, None, None, ADDED, None, 1
            )
            self._request.connection.write(joined(message))

    def next(self, count: int) -> list:
        """What the listener was told next."""
        return [self.heard.next() for _ in range(count)]


def plain(value) -> bytes:
    data = SerializationService().to_data(value)
    assert data is not None
    return data


def joined(message) -> bytes:
    return bytes(message) if isinstance(message, bytearray) else b"".join(message)


def test_events_stay_in_order_while_a_schema_is_asked_for(styles, scripted) -> None:
    told = Told(styles, scripted, schema_of(POINT), schema_of(OTHER))
    held = told.cluster.hold("Client.FetchSchema")
    told.tell(1, POINT, 2, OTHER, 3, POINT)
    request = held.next()
    assert told.next(1) == [1]
    # Other callbacks go on, and so do calls.
    elsewhere = Diary()
    styles.call(told.client.map("other").add_entry_listener, added_func=print)
    styles.call(told.map.set, 1, 1)
    assert told.heard.empty
    told.schemas.tell(request)
    assert told.next(2) == [POINT, 2]
    told.schemas.tell(held.next())
    assert told.next(3) == [OTHER, 3, POINT]
    told.tell(4)
    assert told.next(1) == [4]
    assert elsewhere.empty
    assert told.gaps.empty
    assert len(told.cluster.seen("Client.FetchSchema")) == 2


def test_an_event_that_cannot_be_read_is_a_gap_and_the_others_are_told(
    styles, scripted, monkeypatch, caplog
) -> None:
    monkeypatch.setattr(gaps, "TELL_AFTER_SECONDS", 0.05)
    told = Told(styles, scripted)
    told.tell(1, POINT, 2)
    assert told.next(2) == [1, 2]
    gap = told.gaps.next()
    assert "a schema that is not known" in gap.why
    assert "the cluster does not know it" in caplog.text


@pytest.mark.parametrize("limit", ["MAX_HELD_EVENTS", "MAX_HELD_BYTES"])
def test_too_many_that_wait_are_a_gap(styles, scripted, monkeypatch, limit) -> None:
    monkeypatch.setattr(gaps, "TELL_AFTER_SECONDS", 0.05)
    told = Told(styles, scripted, schema_of(POINT))
    held = told.cluster.hold("Client.FetchSchema")
    told.tell(POINT)
    request = held.next()
    monkeypatch.setattr(held_events, limit, 3 if limit == "MAX_HELD_EVENTS" else 300)
    told.tell(*range(20))
    gap = told.gaps.next()
    assert "too many wait for the schema" in gap.why
    told.schemas.tell(request)
    assert told.next(2) == [POINT, 0]
    told.tell("after")
    told.heard.until(lambda value: value == "after")


def test_what_a_callback_raises_does_not_stop_those_that_wait(styles, scripted, caplog) -> None:
    told = Told(styles, scripted, schema_of(POINT))
    held = told.cluster.hold("Client.FetchSchema")
    heard = Diary()

    def fail(event) -> None:
        heard(event.value)
        raise RuntimeError("no use for it")

    styles.call(told.map.add_entry_listener, True, added_func=fail)
    told._request = told.cluster.seen("Map.AddEntryListener")[1]
    told.tell(POINT, 1, 2)
    told.schemas.tell(held.next())
    assert [heard.next() for _ in range(3)] == [POINT, 1, 2]
    told.tell(3)
    assert heard.next() == 3
    assert caplog.text.count("no use for it") >= 3


def test_who_does_not_listen_any_more_is_told_nothing(styles, scripted) -> None:
    told = Told(styles, scripted, schema_of(POINT))
    held = told.cluster.hold("Client.FetchSchema")
    told.tell(POINT, 1)
    request = held.next()
    told.cluster.always("Map.RemoveEntryListener", answer(True))
    assert styles.call(told.map.remove_entry_listener, told.registration_id)
    told.schemas.tell(request)
    # Once it is here, everything that waited was looked at.
    told.cluster.always("Map.Get", answer(data_of(POINT)))
    assert styles.call(told.map.get, 1) == POINT
    styles.settle()
    assert told.heard.empty


def test_the_end_of_the_client_while_events_wait(styles, scripted) -> None:
    told = Told(styles, scripted, schema_of(POINT))
    told.cluster.always("Client.FetchSchema", silence)
    told.tell(POINT, 1)
    told.cluster.wait_for("Client.FetchSchema")
    told.client.shutdown()
    assert told.heard.empty


def test_over_a_cluster(styles) -> None:
    with HazelcastCluster(members=2) as cluster:
        writer, reader = styles.client(cluster).map(), styles.client(cluster).map()
        heard = Diary()
        styles.call(reader.add_entry_listener, True, added_func=lambda event: heard(event.key))
        with cluster.delay(0.2, answers=("Client.FetchSchema",)):
            for number in range(20):
                styles.call(writer.set, number, Point(number, "p") if number % 2 else number)
            seen = [heard.next() for _ in range(20)]
        # Members tell what they own: of each one in order.
        by_member = [[], []]
        owners = [str(member.uuid) for member in cluster.members]
        for number in seen:
            partition = reader_partition(reader, number)
            by_member[owners.index(partition)].append(number)
        assert sorted(seen) == list(range(20))
        assert all(one == sorted(one) for one in by_member)


def reader_partition(reader, key) -> str:
    """The owner of a key, by its client."""
    core = reader._context.core
    routes = core.state.routes
    data = reader._context.serialization.to_data(key)
    partition = partition_of(data, routes.partition_count)
    return str(routes.by_partition[partition].member_uuid)


def test_a_schema_that_comes_while_too_many_callbacks_wait(styles, scripted, monkeypatch) -> None:
    monkeypatch.setattr(gaps, "TELL_AFTER_SECONDS", 0.05)
    told = Told(styles, scripted, schema_of(POINT))
    held = told.cluster.hold("Client.FetchSchema")
    told.tell(POINT, 1)
    request = held.next()
    dispatcher = told.client.raw._core.dispatcher
    styles.call(told.map.set, 1, 1)  # its answer comes after the events
    until(lambda: not dispatcher.waiting)
    with monkeypatch.context() as full:
        full.setattr(dispatching, "MAX_WAITING_CALLBACKS", 0)
        told.schemas.tell(request)
        until(lambda: dispatcher.dropped)
    assert told.next(2) == [POINT, 1]
    assert told.gaps.empty


def test_too_many_callbacks_in_the_middle_of_those_that_wait(styles, scripted, monkeypatch) -> None:
    monkeypatch.setattr(gaps, "TELL_AFTER_SECONDS", 0.05)
    read = SerializationService.to_object

    def full_at(self, data, *args):
        value = read(self, data, *args)
        if value == POINT:
            full.setattr(dispatching, "MAX_WAITING_CALLBACKS", 0)
        return value

    with monkeypatch.context() as full:
        full.setattr(SerializationService, "to_object", full_at)
        told = Told(styles, scripted, schema_of(POINT))
        held = told.cluster.hold("Client.FetchSchema")
        told.tell(POINT, 1, 2)
        told.schemas.tell(held.next())
        assert told.next(1) == [POINT]
    assert "too many wait" in told.gaps.next().why
    # Nothing is kept for good, and there is room for as much as before.
    told.schemas.known[schema_of(OTHER).schema_id] = schema_of(OTHER)
    monkeypatch.setattr(held_events, "MAX_HELD_BYTES", 300)
    told.tell(OTHER, 3)
    told.schemas.tell(held.next())
    assert told.next(2) == [OTHER, 3]


def test_room_is_free_again_when_events_were_told(styles, scripted, monkeypatch) -> None:
    monkeypatch.setattr(gaps, "TELL_AFTER_SECONDS", 0.05)
    monkeypatch.setattr(held_events, "MAX_HELD_BYTES", 300)
    told = Told(styles, scripted, schema_of(POINT), schema_of(OTHER))
    held = told.cluster.hold("Client.FetchSchema")
    for first, second in ((POINT, 1), (OTHER, 2)):
        told.tell(first, second)
        styles.call(told.map.set, 1, 1)  # its answer comes after the events
        told.schemas.tell(held.next())
        assert told.next(2) == [first, second]
    assert told.gaps.empty


def test_one_that_is_larger_than_all_that_may_wait_is_told(styles, scripted, monkeypatch) -> None:
    monkeypatch.setattr(held_events, "MAX_HELD_BYTES", 50)
    told = Told(styles, scripted, schema_of(POINT))
    told.tell(POINT)
    assert told.next(1) == [POINT]
    told.tell(1)
    assert told.next(1) == [1]
    assert told.gaps.empty


@pytest.mark.parametrize("waits", [False, True], ids=["at once", "behind another"])
def test_one_that_cannot_be_read_is_a_gap_and_stops_none_behind_it(
    styles, scripted, monkeypatch, caplog, waits
) -> None:
    monkeypatch.setattr(gaps, "TELL_AFTER_SECONDS", 0.05)
    told = Told(styles, scripted, schema_of(POINT))
    held = told.cluster.hold("Client.FetchSchema")
    if not waits:
        told.tell(POINT)
        told.schemas.tell(held.next())
        assert told.next(1) == [POINT]
    told.tell(*[POINT] * waits, data_of(POINT)[:-5], 1)
    styles.call(told.map.set, 1, 1)  # its answer comes after the events
    if waits:
        told.schemas.tell(held.next())
        assert told.next(1) == [POINT]
    assert told.next(1) == [1]
    assert told.gaps.next().why == "one cannot be read"
    assert "an event cannot be read" in caplog.text


def test_what_would_end_a_thread_stops_no_event_behind_it(scripted, caplog) -> None:
    styles = make_style("blocking")
    try:
        told = Told(styles, scripted, schema_of(POINT))
        held = told.cluster.hold("Client.FetchSchema")
        table = told.client.raw._core.listening._table
        events = table.registrations[told.registration_id].handle.__self__
        read, ends = events._read, [SystemExit("out of here")]

        def read_or_end(message):
            call = read(message)
            if ends:
                raise ends.pop()
            return call

        events._read = read_or_end
        told.tell(POINT, 1)
        told.schemas.tell(held.next())
        assert told.next(1) == [1]
        assert "out of here" in caplog.text
    finally:
        styles.close()
