# SPDX-License-Identifier: Apache-2.0
"""Partitions are spread evenly, and a change moves as few of them as it can."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from gridwire.testing._hazelcast.assignment import assigned

PARTITIONS = 271


def empty(count: int = PARTITIONS) -> list[tuple[str, ...]]:
    return [()] * count


def owners(rows: list[tuple[str, ...]]) -> Counter[str]:
    return Counter(row[0] for row in rows)


@given(
    partitions=st.integers(1, 300),
    steps=st.lists(st.sets(st.sampled_from("abcdefgh"), min_size=1), min_size=1, max_size=5),
    backup_count=st.integers(0, 6),
)
def test_every_table_is_complete_and_balanced(partitions, steps, backup_count):
    rows = empty(partitions)
    for members in map(sorted, steps):
        rows = assigned(rows, members, backup_count)
        assert len(rows) == partitions
        for row in rows:
            assert len(row) == len(set(row)) == min(backup_count + 1, len(members))
            assert set(row) <= set(members)
        counts = [owners(rows)[member] for member in members]
        assert max(counts) - min(counts) <= 1


def test_three_members_share_as_real_ones_do():
    rows = assigned(empty(), ["a", "b", "c"], 1)
    assert sorted(owners(rows).values()) == [90, 90, 91]
    assert sorted(Counter(row[1] for row in rows).values()) == [90, 90, 91]


def test_the_backup_of_a_lost_owner_owns_the_partition():
    before = assigned(empty(), ["a", "b", "c"], 1)
    after = assigned(before, ["b", "c"], 1)
    for old, new in zip(before, after, strict=True):
        if old[0] == "a":
            assert new[0] == old[1] or new[1] == old[1]
        assert set(new) == {"b", "c"}


def test_a_lost_member_moves_no_partition_of_the_others_but_for_balance():
    before = assigned(empty(), ["a", "b", "c", "d"], 1)
    after = assigned(before, ["a", "b", "c"], 1)
    moved = sum(old[0] != new[0] for old, new in zip(before, after, strict=True) if old[0] != "d")
    assert moved <= 12


def test_a_new_member_takes_its_share_only():
    before = assigned(empty(), ["a", "b"], 1)
    after = assigned(before, ["a", "b", "c"], 1)
    moved = [new for old, new in zip(before, after, strict=True) if old[0] != new[0]]
    assert all(row[0] == "c" for row in moved)
    assert len(moved) in {90, 91}


def test_who_gives_a_partition_away_stays_its_backup():
    before = assigned(empty(), ["a"], 1)
    after = assigned(before, ["a", "b"], 1)
    assert {row for row in after if row[0] == "b"} == {("b", "a")}


def test_without_members_nobody_holds_anything():
    assert assigned([("a", "b")], [], 1) == [()]


def test_partitions_that_nobody_held_go_to_who_has_least():
    rows = assigned([("a",), ("a",), ("gone",), ("gone",)], ["a", "b"], 0)
    assert rows == [("a",), ("a",), ("b",), ("b",)]
