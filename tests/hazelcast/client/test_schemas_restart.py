# SPDX-License-Identifier: Apache-2.0
"""All members began anew: whoever is told CONNECTED finds the schemas there again."""

from __future__ import annotations

import uuid

import pytest

from gridwire.errors import Outcome
from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.predicate import equal
from gridwire.testing import HazelcastCluster
from support.diary import Diary
from support.patience import until
from support.scripted_replies import answer, fail, hang_up
from support.scripted_schemas import Other, Point, Schemas, data_of, schema_of

POINT = Point(1, "a")


def restart(cluster, schemas, anew: bool = True) -> None:
    """Every member of a scripted cluster begins anew, or comes back as it was."""
    for member in cluster.members:
        member.kill()
    if anew:
        cluster.cluster_id = uuid.uuid4()
        cluster.maps.clear()
        schemas.known.clear()
        for member in cluster.members:
            member.uuid = uuid.uuid4()
    cluster.forget()
    for member in cluster.members:
        member.revive()


def connected(styles, cluster, **options):
    """A connected client, and what its lifecycle listener is told."""
    told = Diary()
    client = styles.client(cluster, lifecycle_listeners=[told], **options)
    told.until("CONNECTED")
    return client, told


def order(cluster, *names: str) -> list[str]:
    """In which order requests of these kinds came first."""
    return list(dict.fromkeys(one.name for one in cluster._log if one.name in names))


def test_all_schemas_are_there_before_listeners_and_before_the_client_says_connected(
    styles, scripted
) -> None:
    cluster = scripted(1)
    schemas = Schemas(cluster, schema_of(Other(1.0)))
    told = Diary()
    client = styles.client(
        cluster,
        lifecycle_listeners=[lambda state: told((state, len(schemas.known)))],
    )
    told.until(lambda entry: entry[0] == "CONNECTED")
    numbers = client.map()
    styles.call(numbers.set, 1, POINT)
    styles.call(numbers.set, 2, Other(2.0))
    styles.call(numbers.add_entry_listener, key=POINT, added_func=print)
    restart(cluster, schemas)
    assert told.until(lambda entry: entry[0] == "CONNECTED")[-1] == ("CONNECTED", 2)
    kinds = "Client.SendAllSchemas", "Client.SendSchema", "Map.AddEntryListenerToKey"
    assert order(cluster, *kinds) == [kinds[0], kinds[2]]
    # Nothing is sent again, neither one by one nor with the next write.
    styles.call(numbers.set, 1, POINT)
    assert not cluster.seen("Client.SendSchema")


def test_a_schema_that_was_only_read_is_given_too(styles, scripted) -> None:
    cluster = scripted(1)
    schemas = Schemas(cluster, schema_of(POINT))
    client, told = connected(styles, cluster)
    numbers = client.map()
    cluster.script("Map.Get", answer(data_of(POINT)))
    record = styles.call(numbers.get, 1)
    restart(cluster, schemas)
    told.until("CONNECTED")
    styles.call(numbers.set, 1, record)
    assert schema_of(POINT).schema_id in schemas.known
    assert order(cluster, "Client.SendAllSchemas", "Map.Set") == [
        "Client.SendAllSchemas",
        "Map.Set",
    ]


def test_the_same_cluster_is_not_told_again(styles, scripted) -> None:
    cluster = scripted(1)
    schemas = Schemas(cluster)
    client, told = connected(styles, cluster)
    numbers = client.map()
    styles.call(numbers.set, 1, POINT)
    restart(cluster, schemas, anew=False)
    told.until("CONNECTED")
    styles.call(numbers.set, 2, POINT)
    assert not cluster.seen("Client.SendAllSchemas")
    assert not cluster.seen("Client.SendSchema")


def test_a_connection_that_ends_before_they_are_taken_is_made_again(
    styles, scripted, caplog
) -> None:
    cluster = scripted(1)
    schemas = Schemas(cluster)
    backoff = {"retry_initial_backoff": 0.01, "retry_max_backoff": 0.02}
    client, told = connected(styles, cluster, **backoff)
    numbers = client.map()
    styles.call(numbers.set, 1, POINT)
    cluster.script("Client.SendAllSchemas", hang_up)
    restart(cluster, schemas)
    told.until("CONNECTED")
    styles.call(numbers.set, 2, POINT)
    assert len(cluster.seen("Client.SendAllSchemas")) == 2
    assert not cluster.seen("Client.SendSchema")
    assert "does not take" not in caplog.text


def test_members_that_refuse_them_are_said_and_writes_are_not_sent(
    styles, scripted, caplog
) -> None:
    cluster = scripted(1)
    schemas = Schemas(cluster)
    client, told = connected(styles, cluster)
    numbers = client.map()
    styles.call(numbers.set, 1, POINT)
    cluster.always("Client.SendAllSchemas", fail(61))
    cluster.always("Client.SendSchema", fail(61, "what is a schema"))
    restart(cluster, schemas)
    told.until("CONNECTED")
    assert styles.call(numbers.get, 1) is None
    error = styles.error(numbers.set, 1, POINT)
    assert type(error) is HazelcastSerializationError
    assert error.outcome is Outcome.NOT_SENT
    assert not cluster.seen("Map.Set")
    assert "does not take 1 schemas" in caplog.text


def test_a_write_that_waits_for_the_cluster_goes_after_its_schema(styles, scripted) -> None:
    cluster = scripted(1)
    schemas = Schemas(cluster)
    client, told = connected(styles, cluster)
    numbers = client.map()
    styles.call(numbers.set, 1, POINT)
    for member in cluster.members:
        member.kill()
    told.until("DISCONNECTED")
    # One schema that the old cluster had, one that nobody has.
    waiting = [styles.begin(numbers.set, 2, POINT), styles.begin(numbers.set, 3, Other(1.0))]
    restart(cluster, schemas)
    for one in waiting:
        one.result()
    assert set(schemas.known) == {schema_of(POINT).schema_id, schema_of(Other(1.0)).schema_id}
    requests = [one.name for one in cluster._log if "Schema" in one.name or one.name == "Map.Set"]
    assert requests[0] == "Client.SendAllSchemas"


def test_a_listener_that_was_added_while_nobody_was_there(styles) -> None:
    with HazelcastCluster(members=1) as cluster:
        client = styles.client(cluster, async_start=True)
        numbers = client.map()
        heard = Diary()
        styles.call(
            numbers.add_entry_listener,
            True,
            key=POINT,
            predicate=equal("x", 1),
            added_func=lambda event: heard(event.value),
        )
        writer = styles.client(cluster).map()
        until(lambda: client.raw._core.state.routes.connections)
        styles.call(writer.set, POINT, Point(1, "v"))
        assert heard.next() == Point(1, "v")


@pytest.mark.parametrize("members", [1, 3])
def test_over_a_cluster_that_was_restarted_as_a_whole(styles, members) -> None:
    with HazelcastCluster(members=members) as cluster:
        told = Diary()
        client = styles.client(cluster, lifecycle_listeners=[told])
        told.until("CONNECTED")
        numbers = client.map()
        styles.call(numbers.set, 1, POINT)
        *others, last = cluster.members
        for member in others:
            member.kill()
        last.restart()
        told.until("CONNECTED")
        styles.call(numbers.set, 2, POINT)
        reader = styles.client(cluster).map()
        assert dict(styles.call(reader.get, 2)) == {"x": 1, "name": "a"}
        assert styles.call(reader.key_set, equal("name", "a")) == [2]


def test_a_write_that_may_have_been_done_is_not_told_as_not_sent(styles, scripted) -> None:
    """Its first attempt was lost, and for the next one the schema cannot be given any more."""
    cluster = scripted(1)
    Schemas(cluster)
    client, _ = connected(styles, cluster, redo_operation=True)
    numbers = client.map()
    styles.call(numbers.set, 1, POINT)

    def another_cluster(request) -> None:
        cluster.cluster_id, request.member.uuid = uuid.uuid4(), uuid.uuid4()
        for name in ("Client.SendAllSchemas", "Client.SendSchema"):
            cluster.always(name, fail(61))
        hang_up(request)

    cluster.script("Map.Set", another_cluster)
    error = styles.error(numbers.set, 2, POINT)
    assert type(error) is HazelcastSerializationError
    assert error.outcome is Outcome.UNKNOWN
    assert len(cluster.seen("Map.Set")) == 2


def test_a_listener_that_is_added_while_the_first_connection_is_set_up(styles, scripted) -> None:
    cluster = scripted(1)
    Schemas(cluster)
    door = cluster.hold("Client.Authentication")
    held = cluster.hold("Client.CreateProxies")
    client = styles.client(cluster, async_start=True)
    numbers = client.map()
    door.next().answer_as_usual()
    request = held.next()
    styles.call(numbers.add_entry_listener, key=POINT, added_func=print)
    request.answer()
    until(lambda: client.raw._core.state.routes.connections)
    names = ("Client.SendAllSchemas", "Client.SendSchema", "Map.AddEntryListenerToKey")
    assert order(cluster, *names)[1:] == ["Map.AddEntryListenerToKey"]


@pytest.mark.parametrize("version", ["4.2.8", "5.0", "5.1.7"])
def test_members_of_the_trial_take_schemas_and_are_given_none(
    styles, scripted, caplog, version
) -> None:
    """They would say yes to schemas whose data they cannot read."""
    cluster = scripted(1)
    cluster.server_version = version
    schemas = Schemas(cluster)
    client, told = connected(styles, cluster)
    numbers = client.map()
    for _ in range(2):
        error = styles.error(numbers.set, 1, POINT)
        assert type(error) is HazelcastSerializationError
        assert "members have Compact since 5.2" in str(error)
        restart(cluster, schemas)
        told.until("CONNECTED")
    assert not cluster.seen("Client.SendAllSchemas")
    assert not cluster.seen("Map.Set")
    assert "members have Compact since 5.2" in caplog.text
    # They cannot be asked either.
    cluster.always("Map.Get", answer(data_of(Other(1.0))))
    error = styles.error(numbers.get, 1)
    assert type(error) is HazelcastSerializationError
    assert "members have Compact since 5.2" in str(error)
    assert not cluster.seen("Client.FetchSchema")
    # When they are upgraded, the same is no error any more.
    cluster.server_version = "5.2.0"
    restart(cluster, schemas)
    told.until("CONNECTED")
    styles.call(numbers.set, 1, POINT)
    assert schema_of(POINT).schema_id in schemas.known


def test_a_cluster_that_was_there_only_for_a_moment_is_not_the_one_that_has_them(
    styles, scripted
) -> None:
    """What it was given while the first connection was set up, the next one does not have."""
    cluster = scripted(1)
    schemas = Schemas(cluster)
    backoff = {"retry_initial_backoff": 0.01, "retry_max_backoff": 0.02}
    client, told = connected(styles, cluster, **backoff)
    numbers = client.map()
    styles.call(numbers.set, 1, POINT)
    first, known = (cluster.cluster_id, cluster.members[0].uuid), dict(schemas.known)

    def comes_back(request) -> None:
        schemas.known.clear()
        schemas.known.update(known)
        cluster.cluster_id, request.member.uuid = first
        hang_up(request)

    cluster.script("Client.CreateProxies", comes_back)
    for member in cluster.members:
        member.kill()
    waiting = styles.begin(numbers.set, 2, Other(1.0))
    restart(cluster, schemas)
    waiting.result()
    told.until("CONNECTED")
    assert schema_of(Other(1.0)).schema_id in schemas.known
    assert [len(one.fields.schemas) for one in cluster.seen("Client.SendAllSchemas")] == [2, 2]


def test_a_listener_is_not_registered_where_its_schema_is_refused(styles, scripted, caplog) -> None:
    cluster = scripted(1)
    schemas = Schemas(cluster)
    client, told = connected(styles, cluster)
    numbers = client.map()
    styles.call(numbers.add_entry_listener, key=POINT, added_func=print)
    cluster.always("Client.SendAllSchemas", fail(61))
    restart(cluster, schemas)
    told.until("CONNECTED")
    assert not cluster.seen("Map.AddEntryListenerToKey")
    assert "refuses a listener" in caplog.text
    assert "The schema of the Compact type" in caplog.text


def test_what_one_cluster_took_is_not_what_the_next_one_has(styles, scripted) -> None:
    """Both let the client in, and the answer of the first comes last."""
    cluster = scripted(1)
    schemas = Schemas(cluster)
    client, told = connected(styles, cluster)
    numbers = client.map()
    styles.call(numbers.set, 1, POINT)
    held = cluster.hold("Client.SendAllSchemas")
    restart(cluster, schemas)
    request = held.next()
    client.raw._core.schemas._cluster_id = uuid.uuid4()
    request.answer()
    told.until("CONNECTED")
    styles.call(numbers.set, 1, POINT)
    assert schema_of(POINT).schema_id in schemas.known
