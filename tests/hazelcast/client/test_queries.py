# SPDX-License-Identifier: Apache-2.0
"""Queries through each face: what is refused, what is repeated, and pages."""

from __future__ import annotations

import pytest

from gridwire.errors import Outcome
from gridwire.hazelcast.aggregator import count
from gridwire.hazelcast.config import IndexType
from gridwire.hazelcast.error_codes import ErrorCode
from gridwire.hazelcast.errors import (
    HazelcastError,
    NullArgumentError,
    PagingNotSupportedError,
    QueryError,
)
from gridwire.hazelcast.predicate import equal, paging, true
from gridwire.hazelcast.projection import single_attribute
from gridwire.hazelcast.serialization.service import SerializationService
from support.paging_member import PAGE_MESSAGES, PagingMember
from support.query_play import compare, official_clients, walk
from support.scripted_replies import answer, fail, hang_up

_data = SerializationService().to_data
QUERY = ErrorCode.QUERY
PARTS = ("key_set", "values", "entry_set")


def test_results_of_every_kind(styles, scripted) -> None:
    cluster = scripted()
    people = styles.client(cluster).map("people")
    one, two = _data(1), _data(2)
    where = equal("age", 3)
    for name, method, args, reply, expected in (
        ("KeySetWithPredicate", people.key_set, (where,), [one, two], [1, 2]),
        ("ValuesWithPredicate", people.values, (where,), [two], [2]),
        ("EntriesWithPredicate", people.entry_set, (where,), [(one, two)], [(1, 2)]),
        ("Aggregate", people.aggregate, (count(),), two, 2),
        ("AggregateWithPredicate", people.aggregate, (count(), where), None, None),
        ("Project", people.project, (single_attribute("age"),), [one, None], [1, None]),
        ("ProjectWithPredicate", people.project, (single_attribute("age"), where), [], []),
    ):
        cluster.script(f"Map.{name}", answer(reply))
        assert styles.call(method, *args) == expected
        assert cluster.seen(f"Map.{name}")[-1].fields.name == "people"
    cluster.script("Map.RemoveAll", answer())
    assert styles.call(people.remove_all, predicate=where) is None
    assert bytes(cluster.seen("Map.RemoveAll")[-1].fields.predicate) == _data(where)


def test_arguments_have_the_names_of_the_official_client(styles, scripted) -> None:
    cluster = scripted()
    people = styles.client(cluster).map("people")
    cluster.always("Map.AddIndex", answer())
    keywords = {"attributes": ["age"], "index_type": IndexType.HASH, "name": "i"}
    assert styles.call(people.add_index, bitmap_index_options=None, **keywords) is None
    assert styles.call(people.add_index, ["age"]) is None
    sent = [one.fields.index_config for one in cluster.seen("Map.AddIndex")]
    assert [(one.name, one.type) for one in sent] == [("i", 1), ("people_sorted_age", 0)]
    assert [one.attributes for one in sent] == [["age"], ["age"]]
    cluster.always("Map.AggregateWithPredicate", answer(_data(1)))
    assert styles.call(people.aggregate, aggregator=count(), predicate=true()) == 1
    cluster.always("Map.ProjectWithPredicate", answer([]))
    assert styles.call(people.project, projection=single_attribute("a"), predicate=true()) == []


def test_what_is_refused_was_never_sent(styles, scripted) -> None:
    cluster = scripted()
    people = styles.client(cluster).map()
    cluster.forget()
    pages = paging(None, 10)
    for error, method, *args in (
        (TypeError, people.values, "age > 3"),
        (TypeError, people.key_set, true),
        (TypeError, people.aggregate, true()),
        (NullArgumentError, people.aggregate, None),
        (NullArgumentError, people.project, None),
        (NullArgumentError, people.remove_all, None),
        (PagingNotSupportedError, people.remove_all, pages),
        (PagingNotSupportedError, people.aggregate, count(), pages),
        (PagingNotSupportedError, people.project, single_attribute("a"), pages),
        (ValueError, people.add_index, []),
        (ValueError, people.add_index, ["a", "b"], "BITMAP"),
    ):
        assert isinstance(styles.error(method, *args), error)
    assert not cluster.seen("Map.RemoveAll") + cluster.seen("Map.AddIndex")
    assert not cluster.seen("Map.ValuesWithPredicate") + cluster.seen("Map.Aggregate")


def test_reading_is_repeated_and_removing_is_not(styles, scripted) -> None:
    cluster = scripted(2)
    people = styles.client(cluster, invocation_retry_pause=0.01).map()
    for name, method, args, reply, expected in (
        ("ValuesWithPredicate", people.values, (true(),), [_data(1)], [1]),
        ("Aggregate", people.aggregate, (count(),), _data(5), 5),
        ("Project", people.project, (single_attribute("a"),), [_data(5)], [5]),
    ):
        cluster.script(f"Map.{name}", hang_up, answer(reply))
        assert styles.call(method, *args) == expected
        assert len(cluster.seen(f"Map.{name}")) == 2
    cluster.script("Map.RemoveAll", hang_up)
    error = styles.error(people.remove_all, true())
    assert isinstance(error, HazelcastError)
    assert error.outcome is Outcome.UNKNOWN
    assert len(cluster.seen("Map.RemoveAll")) == 1


def test_errors_of_members(styles, scripted) -> None:
    cluster = scripted()
    people = styles.client(cluster).map()
    cluster.script("Map.ValuesWithPredicate", fail(QUERY, "no such attribute"))
    error = styles.error(people.values, equal("shoe", 1))
    assert isinstance(error, QueryError)
    assert "no such attribute" in str(error)


@pytest.fixture
def pages(scripted):
    """A cluster whose map answers paging predicates."""
    cluster = scripted()
    member = PagingMember({key: -key for key in range(25)})
    for message in PAGE_MESSAGES:
        cluster.always(
            message.name, lambda request: request.answer(*member.answer(request.fields.predicate))
        )
    return cluster, member


@pytest.mark.parametrize("part", range(3))
def test_pages(styles, pages, part) -> None:
    cluster, member = pages
    numbers = styles.client(cluster).map()
    method, page, seen = getattr(numbers, PARTS[part]), paging(true(), 10), []
    while found := styles.call(method, page):
        seen.append(found)
        page.next_page()
    assert [len(found) for found in seen] == [10, 10, 5]
    everything = member.sorted_by(part)
    expected = everything if part == 2 else [entry[part] for entry in everything]
    assert [each for found in seen for each in found] == expected
    page.previous_page()
    page.previous_page()
    assert styles.call(method, page) == seen[1]
    page.reset()
    assert styles.call(method, page) == seen[0]
    assert max(member.anchors) == 1


def test_a_page_is_asked_for_again_when_the_connection_is_lost(styles, pages) -> None:
    cluster, _ = pages
    numbers = styles.client(cluster, invocation_retry_pause=0.01).map()
    page = paging(None, 10)
    assert styles.call(numbers.key_set, page) == list(range(10))
    page.next_page()
    cluster.script("Map.KeySetWithPagingPredicate", hang_up)
    assert styles.call(numbers.key_set, page) == list(range(10, 20))
    cluster.script("Map.KeySetWithPagingPredicate", fail(QUERY))
    page.next_page()
    assert isinstance(styles.error(numbers.key_set, page), QueryError)
    # The failure took nothing away.
    assert styles.call(numbers.key_set, page) == list(range(20, 25))


@pytest.fixture
def peer():
    """Start official clients; they end with the test."""
    yield from official_clients()


def test_queries_as_the_official_client_has_them(styles, cluster, peer) -> None:
    compare(styles, cluster, peer)


def test_pages_as_the_official_client_has_them(styles, cluster, peer) -> None:
    walk(styles, cluster, peer)
