# SPDX-License-Identifier: Apache-2.0
"""Loads about whole maps look at every answer, and go on where they were."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from bench.children import WrongAnswerError
from bench.hazelcast.cases import CASES, Case
from bench.hazelcast.loads import open_load
from bench.measuring import Growth

from gridwire.hazelcast import predicate


class Face:
    """A map in memory, with the answers of a member."""

    predicates = predicate

    def __init__(self) -> None:
        self.entries: dict[int, str] = {}
        self.asked: list[str] = []

    def do(self, name: str, *arguments: Any) -> Any:
        self.asked.append(name)
        return getattr(self, name)(*arguments)

    def put_all(self, entries: dict[int, str]) -> None:
        self.entries.update(entries)

    def values(self, matching: object) -> list[str]:
        return list(reversed(self.entries.values()))

    def entry_set(self, paging: Any) -> list[tuple[int, str]]:
        first = paging.page * paging.page_size
        return sorted(self.entries.items())[first : first + paging.page_size]

    def walk(self) -> tuple[int, int]:
        self.asked.append("walk")
        return len(self.entries), sum(self.entries)


def case(operation: Any, entries: int, stored: int = 0) -> Case:
    return Case(operation, "blocking", operation, entries=entries, stored=stored, single=True)


def rounds(load: Any, count: int) -> int:
    """Work so many rounds, each too short for a second call."""
    return sum(load.round(0.0, lambda: 0.0).operations for _ in range(count))


def test_pages_follow_each_other_and_begin_again():
    face = Face()
    load = open_load(face, case("page", 1000, stored=3000))
    assert len(face.entries) == 3000
    assert rounds(load, 7) == 7
    assert face.asked[-7:] == ["entry_set"] * 7
    assert len(load.latencies(1.0)) == 7
    load.verify()


def test_values_are_compared_in_any_order():
    face = Face()
    load = open_load(face, case("values", 1500))
    assert rounds(load, 2) == 2
    face.entries[3] = "something else"
    with pytest.raises(WrongAnswerError):
        rounds(load, 1)


def test_a_walk_counts_what_it_saw():
    face = Face()
    load = open_load(face, case("walk", 1500))
    assert rounds(load, 2) == 2
    assert face.asked[-2:] == ["walk", "walk"]
    del face.entries[7]
    with pytest.raises(WrongAnswerError):
        rounds(load, 1)


def test_a_page_that_misses_an_entry_ends_the_measurement():
    face = Face()
    load = open_load(face, case("page", 1000, stored=2000))
    rounds(load, 1)
    del face.entries[1500]
    with pytest.raises(WrongAnswerError, match="page from 1000"):
        rounds(load, 1)


def test_a_near_cache_is_full_before_the_clock_runs():
    (near,) = [each for each in CASES if each.name == "near-blocking-object"]
    face = Face()
    read: list[int] = []
    face.get = read.append
    options = SimpleNamespace(method=lambda name: getattr(face, name), do=face.do)
    open_load(options, near)
    assert read == list(face.entries)


def test_growth_sees_what_was_needed_for_a_moment():
    growth = Growth()
    if growth.most() is None:
        pytest.skip("this system does not tell")
    block = bytearray(b"x") * (64 << 20)
    del block
    assert growth.most() >= 60 << 20
    assert Growth().most() < 60 << 20
