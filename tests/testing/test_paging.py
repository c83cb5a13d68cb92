# SPDX-License-Identifier: Apache-2.0
"""Pages of a partition: whatever is there all the time comes exactly once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gridwire.testing._hazelcast.paging import BEGINNING, next_page
from gridwire.testing._hazelcast.stores import MapStore


def filled(count: int) -> MapStore:
    store = MapStore()
    for number in range(count):
        store.write(b"%d" % number, b"v", 0, 0, 0)
    return store


def walked(store: MapStore, size: int) -> tuple[list[bytes], int]:
    pointers, found, pages = [BEGINNING], [], 0
    while pointers[-1][0] >= 0:
        pointers, keys = next_page(store, pointers, size)
        found += keys
        pages += 1
    return found, pages


@given(count=st.integers(0, 700), size=st.integers(1, 800))
def test_all_entries_come_once(count, size):
    store = filled(count)
    found, pages = walked(store, size)
    assert sorted(found) == sorted(store.records)
    assert pages <= count // size + 1


def test_an_empty_partition_is_one_empty_page():
    assert next_page(MapStore(), [BEGINNING], 10) == ([(-1, 256)], [])


def test_nothing_asked_for_is_nothing_passed():
    store = filled(300)
    pointers, keys = next_page(store, [BEGINNING], 0)
    assert keys == []
    assert pointers[-1][1] == 512
    assert len(next_page(store, pointers, 1000)[1]) == 300


@given(
    before=st.integers(0, 400),
    added=st.integers(0, 2000),
    removed=st.integers(0, 400),
    first=st.integers(0, 300),
    size=st.integers(1, 300),
)
def test_changes_between_pages_neither_lose_nor_repeat_what_stays(
    before, added, removed, first, size
):
    store = filled(before)
    pointers, found = next_page(store, [BEGINNING], first)
    for number in range(before, before + added):
        store.write(b"%d" % number, b"v", 0, 0, 0)
    for number in range(min(removed, before)):
        store.drop(b"%d" % number)
    while pointers[-1][0] >= 0:
        pointers, keys = next_page(store, pointers, size)
        found += keys
    assert len(found) == len(set(found))
    assert {b"%d" % number for number in range(removed, before)} <= set(found)


def test_a_table_that_has_grown_gets_a_pointer_of_its_own():
    store = filled(300)
    pointers, keys = next_page(store, [BEGINNING], 100)
    assert len(pointers) == 1
    for number in range(300, 700):
        store.write(b"%d" % number, b"v", 0, 0, 0)
    again, more = next_page(store, pointers, 100)
    assert [size for _, size in again] == [512, 1024]
    assert not set(keys) & set(more)


@given(
    pointers=st.lists(
        st.tuples(st.integers(-(2**31), 2**31 - 1), st.integers(-(2**31), 2**31 - 1)),
        min_size=1,
        max_size=5,
    ),
    size=st.integers(0, 50),
)
def test_pointers_that_no_member_gave_do_no_harm(pointers, size):
    store = filled(50)
    following, keys = next_page(store, pointers, size)
    assert set(keys) <= set(store.records)
    assert following[-1][1] == 256
