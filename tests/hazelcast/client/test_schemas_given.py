# SPDX-License-Identifier: Apache-2.0
"""A schema of Compact is on the members before anything that needs it is sent."""

from __future__ import annotations

import pytest

from gridwire import hazelcast
from gridwire.errors import Outcome
from gridwire.hazelcast.control import schemas as control_schemas
from gridwire.hazelcast.control.invocation import Invocation
from gridwire.hazelcast.error_codes import ErrorCode
from gridwire.hazelcast.errors import (
    ClientOfflineError,
    HazelcastClientNotActiveError,
    HazelcastSerializationError,
    OperationTimeoutError,
)
from gridwire.hazelcast.predicate import equal
from gridwire.testing import HazelcastCluster
from support.call_styles import make_style
from support.diary import Diary
from support.forking import fork
from support.patience import until
from support.scripted_replies import answer, fail, hang_up, silence
from support.scripted_schemas import Other, Point, Schemas, schema_of

POINT = Point(1, "a")


def names(cluster) -> list[str]:
    """The requests of a cluster that concern this page, in order."""
    of_others = "Client.Ping", "Client.Statistics"
    return [one.name for one in cluster._log if one.name not in of_others]


def test_the_schema_is_sent_first_and_once(styles, scripted) -> None:
    cluster = scripted(2)
    Schemas(cluster)
    numbers = styles.client(cluster).map()
    styles.call(numbers.put, 1, POINT)
    styles.call(numbers.put, 2, Point(2, "b"))
    assert styles.call(numbers.get, 1) == POINT
    last = [name for name in names(cluster) if "Schema" in name or name.startswith("Map.")]
    assert last == ["Client.SendSchema", "Map.Put", "Map.Put", "Map.Get"]
    (request,) = cluster.seen("Client.SendSchema")
    assert request.fields.schema.type_name == schema_of(POINT).type_name


def test_a_key_a_value_inside_another_and_an_operation_of_many_parts(styles, scripted) -> None:
    cluster = scripted(2)
    Schemas(cluster)
    numbers = styles.client(cluster).map()
    styles.call(numbers.put_all, {POINT.name: [POINT, Other(0.5)]})
    assert len(cluster.seen("Client.SendSchema")) == 2
    assert len(cluster.seen("Map.PutAll")) == 1
    assert styles.call(numbers.get, POINT.name) == [POINT, Other(0.5)]


def test_many_callers_wait_for_one_replication_and_others_do_not(styles, scripted) -> None:
    cluster = scripted(1)
    schemas = Schemas(cluster)
    numbers = styles.client(cluster).map()
    held = cluster.hold("Client.SendSchema")
    waiting = [styles.begin(numbers.set, at, Point(at, "p")) for at in range(5)]
    request = held.next()
    styles.call(numbers.set, "plain", 1)
    assert styles.call(numbers.get, "plain") == 1
    assert held.empty
    assert len(cluster.seen("Map.Set")) == 1
    assert not any(one.done() for one in waiting)
    schemas.take(request)
    for one in waiting:
        one.result()
    assert styles.call(numbers.get, 4) == Point(4, "p")
    assert len(cluster.seen("Client.SendSchema")) == 1


def test_it_is_repeated_until_all_members_have_it(styles, scripted) -> None:
    cluster = scripted(3)
    Schemas(cluster)
    first, second, third = (member.uuid for member in cluster.members)
    cluster.script(
        "Client.SendSchema",
        answer({first}),
        answer(set()),
        answer({second, third}),
        answer({first}),
    )
    numbers = styles.client(cluster).map()
    styles.call(numbers.set, 1, POINT)
    assert len(cluster.seen("Client.SendSchema")) == 5
    assert styles.call(numbers.get, 1) == POINT


def test_tries_are_bounded(styles, scripted, monkeypatch) -> None:
    monkeypatch.setattr(control_schemas, "MAX_TRIES", 4)
    cluster = scripted(1)
    schemas = Schemas(cluster)
    cluster.always("Client.SendSchema", answer(set()))
    numbers = styles.client(cluster).map()
    error = styles.error(numbers.set, 1, POINT)
    assert type(error) is HazelcastSerializationError
    assert error.outcome is Outcome.NOT_SENT
    assert str(cluster.members[0].uuid) in str(error)
    assert len(cluster.seen("Client.SendSchema")) == 4
    assert not cluster.seen("Map.Set")
    cluster.always("Client.SendSchema", schemas.take)
    styles.call(numbers.set, 1, POINT)


def test_a_refusal_ends_the_call_and_each_caller_has_its_own_error(styles, scripted) -> None:
    cluster = scripted(1)
    schemas = Schemas(cluster)
    numbers = styles.client(cluster).map()
    held = cluster.hold("Client.SendSchema")
    waiting = [styles.begin(numbers.put, at, POINT) for at in range(2)]
    request = held.next()
    styles.settle()
    request.fail(21, "no room for schemas")
    errors = [styles.outcome(one) for one in waiting]
    later = [one.next() for one in [held] if not one.empty]
    for one in later:  # a caller that came too late for the first
        one.fail(21, "no room for schemas")
    for error in errors:
        assert type(error) is HazelcastSerializationError
        assert error.outcome is Outcome.NOT_SENT
        assert "no room for schemas" in str(error)
        assert "Map.Put" in str(error)
    assert errors[0] is not errors[1]
    assert not cluster.seen("Map.Put")
    cluster.always("Client.SendSchema", schemas.take)
    assert styles.call(numbers.put, 1, POINT) is None


def test_it_takes_no_longer_than_the_call_may(styles, scripted) -> None:
    cluster = scripted(1)
    schemas = Schemas(cluster)
    numbers = styles.client(cluster).map()
    held = cluster.hold("Client.SendSchema")
    error = styles.error(numbers.set, 1, POINT, timeout=0.3)
    assert type(error) is OperationTimeoutError
    assert error.outcome is Outcome.NOT_SENT
    assert "giving the members a schema" in str(error)
    # It goes on, and the next caller waits for the same.
    waiting = styles.begin(numbers.set, 2, POINT, timeout=20)
    schemas.take(held.next())
    waiting.result()
    assert held.empty
    assert [one.fields.name for one in cluster.seen("Map.Set")] == ["m"]


def test_who_is_cancelled_stops_nobody_else(cancelling_styles, scripted) -> None:
    styles = cancelling_styles
    cluster = scripted(1)
    schemas = Schemas(cluster)
    numbers = styles.client(cluster).map()
    held = cluster.hold("Client.SendSchema")
    gone = styles.begin(numbers.set, 1, POINT)
    request = held.next()
    stays = styles.begin(numbers.set, 2, POINT)
    styles.settle()
    assert gone.cancel()
    schemas.take(request)
    stays.result()
    assert len(cluster.seen("Client.SendSchema")) == 1
    assert len(cluster.seen("Map.Set")) == 1


@pytest.mark.parametrize(
    "what", [hang_up, fail(52), fail(ErrorCode.MEMBER_LEFT)], ids=["gone", "retry", "left"]
)
def test_a_member_that_fails_is_asked_again_or_another_one(styles, scripted, what) -> None:
    cluster = scripted(2)
    Schemas(cluster)
    cluster.script("Client.SendSchema", what)
    numbers = styles.client(cluster).map()
    styles.call(numbers.set, 1, POINT)
    assert len(cluster.seen("Client.SendSchema")) == 2
    assert styles.call(numbers.get, 1) == POINT


def test_the_end_of_the_client_ends_who_waits(styles, scripted) -> None:
    cluster = scripted(1)
    Schemas(cluster)
    client = styles.client(cluster)
    numbers = client.map()
    held = cluster.hold("Client.SendSchema")
    waiting = styles.begin(numbers.set, 1, POINT)
    held.next()
    client.shutdown()
    error = styles.outcome(waiting)
    assert type(error) is HazelcastClientNotActiveError
    assert error.outcome is Outcome.NOT_SENT


@pytest.mark.parametrize("version", ["4.2", "5.0", "5.1"])
def test_members_before_5_2_have_no_compact(styles, version) -> None:
    with HazelcastCluster(version=version) as cluster:
        numbers = styles.client(cluster).map()
        for _ in range(2):
            error = styles.error(numbers.set, 1, POINT)
            assert type(error) is HazelcastSerializationError
            assert error.outcome is Outcome.NOT_SENT
            assert "members have Compact since 5.2" in str(error)
            assert "Upgrade the cluster" in str(error)
        assert styles.call(numbers.size) == 0
        styles.call(numbers.set, 1, "plain")
        assert styles.call(numbers.get, 1) == "plain"


def test_listeners_are_registered_after_the_schemas_of_their_values(styles, scripted) -> None:
    cluster = scripted(2)
    schemas = Schemas(cluster)
    numbers = styles.client(cluster).map()
    held = cluster.hold("Client.SendSchema")
    waiting = styles.begin(
        numbers.add_entry_listener, key=POINT, predicate=equal("x", 1), added_func=print
    )
    request = held.next()
    assert not cluster.seen("Map.AddEntryListenerToKeyWithPredicate")
    schemas.take(request)
    waiting.result()
    assert len(cluster.seen("Map.AddEntryListenerToKeyWithPredicate")) == 2
    assert len(cluster.seen("Client.SendSchema")) == 1


def test_a_listener_whose_schema_is_refused_is_registered_nowhere(styles, scripted) -> None:
    cluster = scripted(1)
    schemas = Schemas(cluster)
    cluster.always("Client.SendSchema", fail(21, "no schemas here"))
    numbers = styles.client(cluster).map()
    error = styles.error(numbers.add_entry_listener, key=POINT, added_func=print)
    assert type(error) is HazelcastSerializationError
    assert "no schemas here" in str(error)
    assert not cluster.seen("Map.AddEntryListenerToKey")
    cluster.always("Client.SendSchema", schemas.take)
    styles.call(numbers.add_entry_listener, key=POINT, added_func=print)
    assert len(cluster.seen("Map.AddEntryListenerToKey")) == 1


def test_what_was_written_and_never_sent_is_given_by_the_way(styles, scripted) -> None:
    cluster = scripted(1)
    schemas = Schemas(cluster)
    client = styles.client(cluster)
    numbers = client.map()
    error = styles.error(numbers.set, 1, [POINT, print])
    assert type(error) is HazelcastSerializationError
    assert styles.call(numbers.get, 1) is None
    until(lambda: schema_of(POINT).schema_id in schemas.known)
    unsent = client.raw._core.schemas.known.unsent
    until(lambda: not unsent)


def test_what_cannot_be_given_by_the_way_is_not_tried_with_every_call(styles, scripted) -> None:
    cluster = scripted(1)
    Schemas(cluster)
    cluster.always("Client.SendSchema", fail(21))
    numbers = styles.client(cluster).map()
    styles.error(numbers.set, 1, [POINT, print])
    for _ in range(5):
        assert styles.call(numbers.get, 1) is None
    cluster.wait_for("Client.SendSchema")
    for _ in range(5):
        assert styles.call(numbers.get, 1) is None
    assert len(cluster.seen("Client.SendSchema")) == 1
    cluster.always("Client.SendSchema", silence)


def test_a_client_with_one_connection(styles, scripted) -> None:
    cluster = scripted(3)
    Schemas(cluster)
    first = cluster.members[0].uuid
    cluster.script("Client.SendSchema", answer({first}))
    numbers = styles.client(cluster, smart_routing=False).map()
    styles.call(numbers.set, 1, POINT)
    # It counts all members, connected or not.
    assert len(cluster.seen("Client.SendSchema")) == 2
    assert styles.call(numbers.get, 1) == POINT


def test_a_member_that_joins_meanwhile_has_to_have_it_too(styles, scripted) -> None:
    cluster = scripted(1)
    schemas = Schemas(cluster)
    numbers = styles.client(cluster).map()
    held = cluster.hold("Client.SendSchema")
    waiting = styles.begin(numbers.set, 1, POINT)
    request = held.next()
    before = schemas.holders
    cluster.start_member()
    cluster.wait_until(lambda: all(member.connections for member in cluster.members))
    request.answer(before)
    request = held.next()
    assert not waiting.done()
    schemas.take(request)
    waiting.result()


def test_who_does_not_wait_for_the_cluster_is_told_that_it_is_offline(styles) -> None:
    with HazelcastCluster(members=1) as cluster:
        states = Diary()
        client = styles.client(cluster, reconnect_mode="ASYNC", lifecycle_listeners=[states])
        states.until("CONNECTED")
        numbers = client.map()
        with cluster.drop(requests=("Client.SendSchema",)) as lost:
            waiting = styles.begin(numbers.set, 1, POINT)
            lost.wait()
            cluster.members[0].kill()
            error = styles.outcome(waiting)
        assert type(error) is ClientOfflineError
        assert error.outcome is Outcome.NOT_SENT


def test_a_forked_child_gives_what_its_parent_did_not() -> None:
    with HazelcastCluster() as cluster:
        client = hazelcast.HazelcastClient(
            cluster_name=cluster.cluster_name, cluster_members=list(cluster.addresses)
        )
        try:
            numbers = client.get_map("m").blocking()
            numbers.set(1, POINT)

            def work() -> list[object]:
                numbers.set(2, Other(0.5))
                return [numbers.get(1).name, numbers.get(2).y]

            assert fork(work) == ["a", 0.5]
            # It is the child that knows the class; the parent asks for it.
            assert numbers.get(2)["y"] == 0.5
        finally:
            client.shutdown()


def test_who_has_more_time_than_others_goes_on(styles, scripted) -> None:
    cluster = scripted(1)
    Schemas(cluster)
    cluster.script("Client.SendSchema", silence)
    numbers = styles.client(cluster, invocation_timeout=0.3).map()
    styles.call(numbers.set, 1, POINT, timeout=15)
    assert len(cluster.seen("Client.SendSchema")) == 2


@pytest.mark.parametrize(("members", "answers"), [(2, 1), (1, 2)], ids=["one of two", "all"])
def test_lite_members_need_not_have_it_and_somebody_must(
    styles, scripted, monkeypatch, members, answers
) -> None:
    cluster = scripted(members)
    Schemas(cluster)
    infos = cluster.infos

    def with_lite() -> list:
        # The last one is lite, so that nobody else is there in a cluster of one.
        *others, last = infos()
        return [*others, last._replace(lite_member=True)]

    monkeypatch.setattr(cluster, "infos", with_lite)
    # All data members, and in the other case nobody.
    data_members = {member.uuid for member in cluster.members[:-1]}
    cluster.script("Client.SendSchema", answer(data_members))
    numbers = styles.client(cluster).map()
    styles.call(numbers.set, 1, POINT)
    assert len(cluster.seen("Client.SendSchema")) == answers


@pytest.fixture
def careful_ones(monkeypatch) -> list[str]:
    """The operations of the calls that went the careful way."""
    seen = []
    run = Invocation.run

    def noting(self, *args):
        seen.append(self.operation)
        return run(self, *args)

    monkeypatch.setattr(Invocation, "run", noting)
    return seen


def test_after_one_that_cannot_be_given_only_calls_that_need_it_are_slow(
    styles, careful_ones
) -> None:
    with HazelcastCluster(version="5.1") as cluster:
        numbers = styles.client(cluster).map()
        styles.error(numbers.set, 1, POINT)
        careful_ones.clear()
        styles.call(numbers.set, 1, "plain")
        assert styles.call(numbers.get, 1) == "plain"
        assert styles.call(numbers.get_all, [1, 2]) == {1: "plain"}
        assert careful_ones == []
        # In every place of a request.
        for method, *args in (
            (numbers.set, 1, [POINT]),
            (numbers.get, POINT),
            (numbers.values, equal("this", POINT)),
        ):
            error = styles.error(method, *args)
            assert type(error) is HazelcastSerializationError
            assert error.outcome is Outcome.NOT_SENT
        assert careful_ones == ["Map.Set", "Map.Get", "Map.ValuesWithPredicate"]
        error = styles.error(numbers.put_all, {2: "plain", 3: POINT})
        assert "(1 NOT_SENT)" in str(error)
        assert styles.call(numbers.size) == 2


def test_while_one_is_being_given_other_calls_are_fast(styles, scripted, careful_ones) -> None:
    cluster = scripted(1)
    schemas = Schemas(cluster)
    numbers = styles.client(cluster).map()
    held = cluster.hold("Client.SendSchema")
    waiting = styles.begin(numbers.set, 1, POINT)
    request = held.next()
    careful_ones.clear()
    styles.call(numbers.set, 2, "plain")
    assert styles.call(numbers.get, 2) == "plain"
    assert careful_ones == []
    schemas.take(request)
    waiting.result()
    styles.call(numbers.set, 3, POINT)
    assert careful_ones == []


def test_who_never_writes_a_record_is_asked_about_schemas_nothing(
    styles, scripted, monkeypatch
) -> None:
    for name in ("holds_back", "missing", "give"):
        monkeypatch.delattr(control_schemas.ClientSchemas, name)
    numbers = styles.client(scripted(1)).map()
    styles.call(numbers.set, 1, "plain")
    assert styles.call(numbers.get, 1) == "plain"
    assert styles.call(numbers.get, 1, timeout=5) == "plain"


def test_members_that_are_not_known_yet_may_lack_it(styles, scripted) -> None:
    cluster = scripted(2, views_at_once=False)
    Schemas(cluster)
    views = cluster.hold("Client.AddClusterViewListener")
    client = styles.client(cluster, async_start=True)
    numbers = client.map()
    view = views.next()
    until(lambda: client.raw._core.state.routes.connections)
    held = cluster.hold("Client.SendSchema")
    waiting = styles.begin(numbers.set, 1, POINT)
    first, second = (member.uuid for member in cluster.members)
    held.next().answer({first})
    request = held.next()
    assert not cluster.seen("Map.Set")
    view.answer_as_usual()
    until(lambda: len(client.raw._core.state.members.members) == 2)
    request.answer({first})
    held.next().answer({first, second})
    waiting.result()


def test_a_full_client_is_no_reason_not_to_have_it(styles, scripted, careful_ones) -> None:
    """Who has more time than the work that many wait for goes on with it."""
    cluster = scripted(1)
    schemas = Schemas(cluster)
    client = styles.client(cluster, max_pending_invocations=1, invocation_timeout=0.3)
    numbers = client.map()
    held, reads = cluster.hold("Client.SendSchema"), cluster.hold("Map.Get")
    waiting = styles.begin(numbers.set, 1, POINT, timeout=15)
    request = held.next()
    reading = styles.aside(styles.call, numbers.get, 1, timeout=15)
    until(lambda: client.waiting)
    # The read takes the only place, and the next try waits for longer than it may.
    request.answer(set())
    read = reads.next()
    until(lambda: careful_ones.count("Client.SendSchema") >= 5)
    cluster.always("Client.SendSchema", schemas.take)
    read.answer(None)
    assert reading.result() is None
    waiting.result()


def test_a_forked_child_gives_what_its_parent_could_not() -> None:
    with HazelcastCluster() as cluster:
        client = hazelcast.HazelcastClient(
            cluster_name=cluster.cluster_name, cluster_members=list(cluster.addresses)
        )
        try:
            numbers = client.get_map("m").blocking()
            with cluster.drop(requests=("Client.SendSchema",)) as lost:
                with pytest.raises(OperationTimeoutError):
                    numbers.set(1, POINT, timeout=0.3)
                lost.wait()

            def work() -> str:
                numbers.set(2, POINT)
                return str(numbers.get(2).name)

            assert fork(work) == "a"
            other = hazelcast.HazelcastClient(
                cluster_name=cluster.cluster_name, cluster_members=list(cluster.addresses)
            )
            try:
                assert other.get_map("m").blocking().get(2)["x"] == 1
            finally:
                other.shutdown()
        finally:
            client.shutdown()


def test_a_forked_child_gives_all_again_since_its_cluster_may_be_another(scripted) -> None:
    cluster = scripted(1)
    schemas = Schemas(cluster)
    client = hazelcast.HazelcastClient(
        cluster_name=cluster.cluster_name, cluster_members=cluster.addresses
    )
    try:
        numbers = client.get_map("m").blocking()
        numbers.set(1, POINT)
        schemas.known.clear()
        assert fork(lambda: numbers.set(2, POINT)) is None
        assert schema_of(POINT).schema_id in schemas.known
        wanted = ("Client.SendSchema", "Client.SendAllSchemas", "Map.Set")
        seen = [name for name in names(cluster) if name in wanted]
        assert seen == ["Client.SendSchema", "Map.Set", "Client.SendAllSchemas", "Map.Set"]
    finally:
        client.shutdown()


def test_what_gives_a_schema_waits_for_no_schema(styles, scripted, monkeypatch) -> None:
    """Its own bytes may have, by chance or by somebody's choice of names, those of an id."""
    cluster = scripted(1)
    Schemas(cluster)
    monkeypatch.setattr(control_schemas, "named_in", lambda _, schemas, __: list(schemas))
    numbers = styles.client(cluster).map()
    styles.call(numbers.set, 1, POINT, timeout=5)
    assert styles.call(numbers.get, 1) == POINT


def test_a_connection_is_used_though_a_listener_has_to_wait_for_its_schema(
    scripted, caplog
) -> None:
    styles = make_style("asyncio")
    try:
        cluster = scripted(1)
        Schemas(cluster)
        client = styles.client(cluster, invocation_timeout=0.5)
        numbers = client.map()
        held = cluster.hold("Client.SendSchema")
        waiting = styles.begin(numbers.add_entry_listener, key=POINT, added_func=print)
        held.next()
        cluster.start_member()
        error = styles.outcome(waiting)
        assert type(error) is OperationTimeoutError
        until(lambda: len(client.raw._core.state.routes.connections) == 2)
        assert "refuses a listener that other members accepted: the members do not" in caplog.text
        assert "was silent" not in caplog.text
        assert not cluster.seen("Map.AddEntryListenerToKey")
    finally:
        styles.close()


@pytest.mark.parametrize("big", [True, False], ids=["big", "little"])
def test_it_is_waited_for_in_either_order_of_bytes(styles, scripted, big) -> None:
    cluster = scripted(1)
    schemas = Schemas(cluster)
    numbers = styles.client(cluster, is_big_endian=big).map()
    held = cluster.hold("Client.SendSchema")
    waiting = styles.begin(numbers.set, 1, POINT)
    request = held.next()
    # Whoever comes behind it would be behind the value, too.
    assert styles.call(numbers.get, 2) is None
    assert not cluster.seen("Map.Set")
    schemas.take(request)
    waiting.result()
    assert styles.call(numbers.get, 1) == POINT
