# SPDX-License-Identifier: Apache-2.0
"""Queries on real members: as the official client has them, in each style."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from faithful import things
from gridwire.hazelcast.aggregator import count, max_by
from gridwire.hazelcast.config import IntType
from gridwire.hazelcast.core import HazelcastJsonValue, MapEntry
from gridwire.hazelcast.predicate import and_, greater, less, paging, sql
from gridwire.hazelcast.projection import identity
from gridwire.testing import HazelcastCluster
from gridwire.testing.real import REAL_VERSIONS, member_jar
from support.query_play import assert_alike, compare, official_clients, play_ours, walk
from support.query_table import JSON_VALUES, OFFICIAL, OURS

pytestmark = pytest.mark.real_member


@pytest.fixture
def peer():
    """Start official clients; they end with the test."""
    yield from official_clients()


def test_queries_on_one_member(styles, real_cluster, peer) -> None:
    compare(styles, real_cluster, peer)


def test_queries_on_three_members(styles, real_cluster_factory, peer) -> None:
    compare(styles, real_cluster_factory("5.7.0", 3), peer)


def test_members_in_process_answer_as_real_ones_do(styles, real_cluster, real_version) -> None:
    tag = f" {uuid.uuid4()}"
    with HazelcastCluster(version=real_version) as cluster:
        assert_alike(play_ours(styles, cluster, tag), play_ours(styles, real_cluster, tag))


# -- pages ----------------------------------------------------------------------------------------


def test_pages_on_one_member(styles, real_cluster, peer) -> None:
    walk(styles, real_cluster, peer)


def test_pages_on_three_members(styles, real_cluster_factory, peer) -> None:
    walk(styles, real_cluster_factory("5.7.0", 3), peer)


def test_pages_of_what_matches(styles, real_cluster) -> None:
    numbers = styles.client(real_cluster).map(f"matching {uuid.uuid4()}")
    styles.call(numbers.put_all, {key: key * 10 for key in range(50)})
    for inner in (sql("this > 300 AND __key < 45"), and_(greater("this", 300), less("__key", 45))):
        page, seen = paging(inner, 4), []
        while found := styles.call(numbers.values, page):
            seen.append(found)
            page.next_page()
        assert [each for found in seen for each in found] == list(range(310, 450, 10))
        assert [len(found) for found in seen] == [4, 4, 4, 2]


def test_pages_of_another_query_without_reset(styles, real_cluster) -> None:
    """The official client would compare anchors of keys with values."""
    numbers = styles.client(real_cluster).map(f"switching {uuid.uuid4()}")
    styles.call(numbers.put_all, {key: 100 - key for key in range(20)})
    page = paging(None, 5)
    assert styles.call(numbers.key_set, page) == [0, 1, 2, 3, 4]
    page.next_page()
    assert styles.call(numbers.values, page) == [86, 87, 88, 89, 90]
    assert styles.call(numbers.key_set, page) == [5, 6, 7, 8, 9]


def test_pages_of_keys_that_are_longs(styles, real_cluster) -> None:
    """Anchors stay longs, although this client would write an int as an int."""
    name = f"longs {uuid.uuid4()}"
    writer = styles.client(real_cluster, default_int_type=IntType.LONG).map(name)
    styles.call(writer.put_all, {key: key for key in range(20)})
    reader, page = styles.client(real_cluster).map(name), paging(None, 5)
    for begin in (0, 5, 10, 15):
        assert styles.call(reader.key_set, page) == list(range(begin, begin + 5))
        page.next_page()
    assert styles.call(reader.key_set, page) == []


def test_all_pages_of_a_large_map(styles, real_cluster_factory) -> None:
    numbers = styles.client(real_cluster_factory("5.7.0", 3)).map(f"large {uuid.uuid4()}")
    styles.call(numbers.put_all, {key: f"value of {key}" for key in range(5000)})
    page, seen = paging(None, 50), []
    while found := styles.call(numbers.key_set, page):
        seen += found
        page.next_page()
    assert seen == list(range(5000))
    page.page = 99
    while page.page:
        assert styles.call(numbers.key_set, page)[0] == page.page * 50
        page.page = page.page // 2


@pytest.mark.parametrize("version", REAL_VERSIONS)
def test_pages_in_an_order_of_the_program(
    styles, own_real_cluster, peer, tmp_path, version
) -> None:
    folder = things.compiled(member_jar(version), tmp_path)
    cluster = own_real_cluster(version, extra_config=things.MEMBER_CONFIG, classpath=[folder])
    classes, theirs = things.classes("gridwire.hazelcast"), things.classes("hazelcast")
    person, by_age = classes[1], classes[2]
    factories = {things.FACTORY: classes}
    name = f"people {uuid.uuid4()}"
    people = styles.client(cluster, data_serializable_factories=factories).map(name)
    styles.call(people.put_all, {key: person(f"n{key}", (key * 7) % 20) for key in range(20)})
    ages = sorted(((key * 7) % 20, key) for key in range(20))[::-1]
    mine, official_one = paging(None, 6, by_age()), OFFICIAL.p.paging(None, 6, theirs[2]())
    other = peer(cluster, data_serializable_factories={things.FACTORY: theirs})
    for begin in (0, 6, 12, 18, 24):
        found = styles.call(people.entry_set, mine)
        assert [(value.age, key) for key, value in found] == ages[begin : begin + 6]
        keys = [key for key, _ in other.get_map(name).blocking().entry_set(official_one)]
        assert keys == [key for key, _ in found]
        mine.next_page()
        official_one.next_page()


# -- indexes and removing -------------------------------------------------------------------------

INDEXES: list[tuple[Any, ...]] = [
    (["age"],),
    (["age", "home.city"], "HASH"),
    (["name"], 1, "by name"),
    (["__key"],),
    (["age"], "BITMAP"),
    (["home.city"], 2, "by city", {"unique_key": "__key", "unique_key_transformation": "LONG"}),
]


@pytest.mark.parametrize("early", [True, False])
def test_indexes(styles, real_cluster, peer, early) -> None:
    name = f"indexed {uuid.uuid4()}"
    people = styles.client(real_cluster).map(name)
    entries = {key: HazelcastJsonValue(each) for key, each in enumerate(JSON_VALUES)}
    if not early:
        styles.call(people.put_all, entries)
    for args in INDEXES:
        assert styles.call(people.add_index, *args) is None
    # The same ones again: members see no difference between those of one client and another.
    theirs = peer(real_cluster).get_map(name).blocking()
    for args in INDEXES:
        assert theirs.add_index(*args) is None
        assert styles.call(people.add_index, *args) is None
    if early:
        styles.call(people.put_all, entries)
    assert sorted(styles.call(people.key_set, greater("age", 6))) == [7, 8, 9]
    assert sorted(styles.call(people.key_set, OURS.p.equal("home.city", "Lund"))) == [0, 2, 4, 6, 8]
    assert styles.call(people.key_set, sql("name = 'n3' AND age = 3")) == [3]


def test_remove_all(styles, real_cluster) -> None:
    numbers = styles.client(real_cluster).map(f"removing {uuid.uuid4()}")
    styles.call(numbers.put_all, {key: key for key in range(20)})
    assert styles.call(numbers.remove_all, greater("this", 4)) is None
    assert sorted(styles.call(numbers.key_set)) == [0, 1, 2, 3, 4]
    styles.error(numbers.remove_all, paging(None, 1))
    assert styles.call(numbers.size) == 5
    assert styles.call(numbers.aggregate, count(), less("this", 3)) == 3
    assert styles.call(numbers.aggregate, max_by("this")) == MapEntry(4, 4)
    assert MapEntry(0, 0) in styles.call(numbers.project, identity())
    styles.call(numbers.destroy)
