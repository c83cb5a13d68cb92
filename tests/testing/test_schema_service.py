# SPDX-License-Identifier: Apache-2.0
"""What members do with schemas of Compact: keep them, pass them on, and lose them."""

from __future__ import annotations

from typing import Any

import pytest

from gridwire import hazelcast
from gridwire._core.request import Request
from gridwire.hazelcast.errors import HazelcastSerializationError, QueryError
from gridwire.hazelcast.predicate import equal
from gridwire.hazelcast.protocol import customs
from gridwire.hazelcast.protocol.messages import client as messages
from gridwire.hazelcast.serialization.api import GenericRecord
from gridwire.testing import HazelcastCluster
from support.diary import Diary
from support.scripted_schemas import Other, Point
from support.small_classes import Itself

ONE = Point(1, "a")


class Replace(Itself):
    """An entry processor that writes a class of its own."""

    def process(self, entry: Any) -> Any:
        before = entry.value
        entry.value = Other(float(before["x"]))
        return before["name"]


@pytest.fixture
def client():
    """Make clients; they end with the test."""
    made = []

    def make(cluster, **options):
        made.append(
            hazelcast.HazelcastClient(
                cluster_name=cluster.cluster_name,
                cluster_members=list(cluster.addresses),
                **options,
            )
        )
        return made[-1]

    yield make
    for one in made:
        one.shutdown()


def test_a_member_that_joins_is_given_what_the_others_know(client) -> None:
    with HazelcastCluster(members=1) as cluster:
        first = cluster.members[0]
        client(cluster).get_map("m").blocking().set(1, ONE)
        cluster.start_member()
        first.shutdown()
        found = client(cluster).get_map("m").blocking().get(1)
        assert dict(found) == {"x": 1, "name": "a"}


def test_one_that_is_killed_takes_nothing_from_the_others(client) -> None:
    with HazelcastCluster(members=3) as cluster:
        numbers = client(cluster).get_map("m").blocking()
        numbers.set(1, ONE)
        cluster.members[0].kill()
        numbers.set(2, ONE)
        found = client(cluster).get_map("m").blocking()
        assert dict(found.get(2)) == {"x": 1, "name": "a"}
        assert sorted(found.key_set(equal("name", "a"))) == [1, 2]


def test_members_that_do_not_reach_each_other_do_not_say_that_all_have_it(client) -> None:
    with HazelcastCluster(members=2) as cluster:
        numbers = client(cluster).get_map("m")
        one, other = cluster.members
        with cluster.partition([one], [other]):
            waiting = numbers.set(1, ONE)
            cluster_is_asked = numbers.size()
            assert not waiting.done()
        waiting.result(20)
        cluster_is_asked.result(20)


def test_messages_about_schemas_can_be_lost(client) -> None:
    with HazelcastCluster() as cluster:
        numbers = client(cluster).get_map("m").blocking()
        with cluster.drop(requests=("Client.SendSchema",)) as lost:
            with pytest.raises(TimeoutError):
                numbers.set(1, ONE, timeout=0.2)
            assert lost.hits == 1
            numbers.set(2, "plain")
        assert numbers.size() == 1


def test_a_query_that_meets_a_schema_that_nobody_sent(client) -> None:
    with HazelcastCluster() as cluster:
        one = client(cluster)
        numbers = one.get_map("m").blocking()
        # As a client does that forgot it.
        one._core.schemas.missing = lambda request: []
        numbers.set(1, ONE)
        with pytest.raises(QueryError, match="The schema can not be found with id"):
            numbers.key_set(equal("x", 1))


def test_code_of_the_program_reads_records_and_writes_some(client) -> None:
    with HazelcastCluster(members=2, data_serializable_factories={1: {1: Replace}}) as cluster:
        numbers = client(cluster).get_map("m").blocking()
        numbers.set(1, ONE)
        assert numbers.execute_on_key(1, Replace()) == "a"
        assert type(client(cluster).get_map("m").blocking().get(1)) is GenericRecord
        assert numbers.get(1)["y"] == 1.0
        assert numbers.key_set(equal("y", 1)) == [1]


def test_a_listener_with_a_predicate_of_attributes(client) -> None:
    with HazelcastCluster() as cluster:
        numbers, heard = client(cluster).get_map("m").blocking(), Diary()
        numbers.add_entry_listener(
            True, predicate=equal("name", "b"), added_func=lambda event: heard(event.key)
        )
        numbers.set(1, ONE)
        numbers.set(2, Point(1, "b"))
        assert heard.next() == 2
        assert heard.empty


def test_code_of_the_program_writes_its_class_to_each_new_cluster(client) -> None:
    with HazelcastCluster(members=1, data_serializable_factories={1: {1: Replace}}) as cluster:
        first = client(cluster)
        first.get_map("m").blocking().set(2, Other(0.5))
        for _ in range(2):
            one = client(cluster)
            numbers = one.get_map("m").blocking()
            numbers.set(1, ONE)
            assert numbers.execute_on_key(1, Replace()) == "a"
            assert numbers.get(1)["y"] == 1.0
            assert 1 in numbers.key_set(equal("y", 1))
            # Nobody who knows the class gives its schema to the next cluster.
            one.shutdown()
            first.shutdown()
            cluster.members[0].restart()


def test_a_schema_that_makes_no_sense_is_refused(client) -> None:
    message = messages.SEND_SCHEMA
    told = customs.Schema("Bad", [customs.FieldDescriptor("a", 99)])
    request: Request[Any] = Request(
        message.name, message.encode_request(-1, told), message.decode_response
    )
    with HazelcastCluster() as cluster:
        numbers = client(cluster).get_map("m").blocking()
        with pytest.raises(HazelcastSerializationError, match="kind"):
            numbers._engine.call(request)
        numbers.set(1, ONE)
        assert numbers.get(1) == ONE
