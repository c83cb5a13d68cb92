# SPDX-License-Identifier: Apache-2.0
"""Iteration in pages: bounded, complete, and lazy."""

from __future__ import annotations

import uuid
from collections import Counter
from functools import cache
from itertools import islice

import pytest

from gridwire.errors import ProtocolError
from gridwire.hazelcast.errors import HazelcastError
from gridwire.hazelcast.serialization.data import partition_of
from gridwire.testing import HazelcastCluster
from support.scripted_replies import fail, hang_up


@pytest.mark.parametrize("size", [1, 7, 100, 1_000_000])
def test_every_entry_comes_once(styles, cluster, size) -> None:
    numbers = styles.client(cluster).map(f"pages {uuid.uuid4()}")
    entries = {key: f"value of {key}" for key in range(300)}
    styles.call(numbers.put_all, entries)
    assert Counter(styles.listed(numbers.iter_keys(size))) == Counter(list(entries))
    assert Counter(styles.listed(numbers.iter_entries(size))) == Counter(entries.items())


def test_an_empty_map_has_no_pages(styles_and_uvloop, cluster) -> None:
    styles = styles_and_uvloop
    numbers = styles.client(cluster).map(f"pages {uuid.uuid4()}")
    assert styles.listed(numbers.iter_keys()) == []
    assert styles.listed(numbers.iter_entries()) == []


def test_what_is_there_all_the_time_comes_while_others_come_and_go(styles, cluster) -> None:
    client = styles.client(cluster)
    numbers = client.map(f"pages {uuid.uuid4()}")
    # All in three partitions, so that their tables are read in many pages and grow meanwhile.
    crowded = crowd(1800)
    assert {client.partitions.get_partition_id(key) for key in crowded[:30]} == {0, 1, 2}
    stay = set(crowded[:300])
    come = iter(crowded[300:])
    styles.call(numbers.put_all, dict.fromkeys(stay, "stays"))
    pages = numbers.iter_keys(10)
    seen: Counter[int] = Counter()
    while found := styles.listed(pages, 20):
        seen.update(found)
        new = list(islice(come, 100))
        styles.call(numbers.put_all, dict.fromkeys(new, "comes"))
        for key in new[:3]:
            styles.call(numbers.remove, key)
    missed = stay - set(seen)
    assert not missed
    assert max(seen[key] for key in stay) == 1


@cache
def crowd(count: int) -> list[int]:
    """Keys of three partitions of 271."""
    return list(islice((key for key in range(count * 300) if _is_crowded(key)), count))


def _is_crowded(key: int) -> bool:
    return partition_of(int_data(key), 271) < 3


def test_pages_have_a_bounded_size_and_come_when_asked_for(styles, scripted) -> None:
    cluster = scripted(1, partition_count=3)
    numbers = styles.client(cluster).map()
    sizes: list[int] = []

    def page(request) -> None:
        sizes.append(request.fields.batch)
        pointer, table = request.fields.iteration_pointers[-1]
        position = max(table, 0)
        number = request.partition * 100 + position
        keys = [int_data(number + offset) for offset in range(request.fields.batch)]
        more = (pointer, position + len(keys)) if position < 4 else (-1, 0)
        request.answer([more], keys)

    cluster.always("Map.FetchKeys", page)
    pages = numbers.iter_keys(2)
    assert not sizes
    assert styles.listed(pages, 1) == [0]
    assert len(sizes) == 1
    assert styles.listed(pages, 2) == [1, 2]
    assert len(sizes) == 2
    rest = styles.listed(pages)
    assert rest == [3, 4, 5, 100, 101, 102, 103, 104, 105, 200, 201, 202, 203, 204, 205]
    assert set(sizes) == {2}
    assert [request.partition for request in cluster.seen("Map.FetchKeys")] == sorted([0, 1, 2] * 3)


def int_data(number: int) -> bytes:
    return b"\0\0\0\0\xff\xff\xff\xf9" + number.to_bytes(4, "big")


def test_the_first_page_asks_from_the_end_of_the_whole_table(styles, scripted) -> None:
    cluster = scripted(1, partition_count=1)
    numbers = styles.client(cluster).map()
    cluster.always("Map.FetchEntries", lambda request: request.answer([(-1, -1)], []))
    assert styles.listed(numbers.iter_entries()) == []
    (request,) = cluster.seen("Map.FetchEntries")
    assert request.fields.iteration_pointers == [(2**31 - 1, -1)]
    assert request.fields.batch == 100


def test_a_page_that_fails_is_asked_again(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(2, partition_count=2)
    numbers = styles.client(cluster).map()
    done = [(-1, -1)]
    cluster.always(
        "Map.FetchKeys",
        lambda request: request.answer(done, [int_data(request.partition)]),
    )
    cluster.script("Map.FetchKeys", fail(46), hang_up)
    assert styles.listed(numbers.iter_keys()) == [0, 1]


def test_a_failure_comes_to_the_caller_and_the_iterator_goes_on(styles, scripted) -> None:
    cluster = scripted(1, partition_count=2)
    numbers = styles.client(cluster).map()
    done = [(-1, -1)]
    cluster.always(
        "Map.FetchKeys",
        lambda request: request.answer(done, [int_data(request.partition)]),
    )
    pages = numbers.iter_keys()
    assert styles.listed(pages, 1) == [0]
    cluster.script("Map.FetchKeys", fail(22))
    with pytest.raises(HazelcastError):
        styles.listed(pages)
    assert styles.listed(pages) == [1]


def test_a_member_that_never_ends_a_partition_is_noticed(styles, scripted) -> None:
    # The same pointer again and no items: without a check this would go on for ever.
    cluster = scripted(1, partition_count=1)
    numbers = styles.client(cluster).map()
    cluster.always(
        "Map.FetchKeys",
        lambda request: request.answer(request.fields.iteration_pointers, []),
    )
    pending = styles.aside(styles.listed, numbers.iter_keys())
    try:
        with pytest.raises(ProtocolError):
            pending.result(3)
    finally:
        cluster.always("Map.FetchKeys", lambda request: request.answer([(-1, -1)], []))


@pytest.mark.parametrize("size", [0, -1, 1_000_001, "10", None, 2.5, True])
def test_a_page_size_that_cannot_be_is_refused_at_once(styles, scripted, size) -> None:
    cluster = scripted(1)
    numbers = styles.client(cluster).map()
    for method in (numbers.iter_keys, numbers.iter_entries):
        with pytest.raises((ValueError, TypeError), match="page_size"):
            styles.here(method, size)
    assert not cluster.seen("Map.FetchKeys")


def test_an_iteration_goes_on_while_members_come_and_go(styles_and_uvloop) -> None:
    styles = styles_and_uvloop
    with HazelcastCluster(members=3) as cluster:
        numbers = styles.client(cluster, operation_backup_timeout=0.3).map()
        stay = set(range(1000))
        styles.call(numbers.put_all, dict.fromkeys(stay, "x"))
        pages = numbers.iter_keys(10)
        seen = set(styles.listed(pages, 200))
        cluster.members[0].kill()
        seen.update(styles.listed(pages, 200))
        cluster.start_member()
        seen.update(styles.listed(pages))
        assert seen == stay


def test_two_iterations_do_not_disturb_each_other(styles, cluster) -> None:
    numbers = styles.client(cluster).map(f"pages {uuid.uuid4()}")
    styles.call(numbers.put_all, {key: key for key in range(100)})
    one, other = numbers.iter_keys(5), numbers.iter_keys(9)
    first, second = styles.listed(one, 30), styles.listed(other, 50)
    first += styles.listed(one)
    second += styles.listed(other)
    assert sorted(first) == sorted(second) == list(range(100))
