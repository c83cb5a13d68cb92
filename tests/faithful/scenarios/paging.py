# SPDX-License-Identifier: Apache-2.0
"""Paging predicates: page after page, back, in an order, over a map that changes."""

from __future__ import annotations

from typing import Any

from faithful.catalogue import scenario
from faithful.observing import Build, See, SeenMap
from faithful.scenarios.queries import people


def _turn(see: See, paging: Build, method: str, *args: Any) -> None:
    see.note(f"paging.{method}()", lambda: getattr(paging.made(), method)(*args))


def _page(see: See, paging: Build) -> None:
    see.note("paging.page", lambda: paging.made().page)


def _walk(see: See, m: SeenMap, paging: Build, pages: int, method: str = "values") -> None:
    for _ in range(pages):
        getattr(m.in_order, method)(paging)
        _page(see, paging)
        _turn(see, paging, "next_page")


@scenario
def forward(see: See) -> None:
    m, p = see.map(), see.predicate
    m.quietly("put_all", {number: number for number in range(10)})
    _walk(see, m, p.paging(p.true(), 4), 4)
    _walk(see, m, p.paging(p.true(), 4), 4, "key_set")
    _walk(see, m, p.paging(p.true(), 4), 4, "entry_set")
    _walk(see, m, p.paging(p.greater("this", 3), 5), 3)
    _walk(see, m, p.paging(None, 100), 2)
    _walk(see, m, p.paging(p.false(), 3), 2)


@scenario
def back_and_forth(see: See) -> None:
    m, p = see.map(), see.predicate
    m.quietly("put_all", {number: number for number in range(10)})
    paging = p.paging(p.true(), 3)
    see.note("page size", lambda: paging.made().page_size)
    m.in_order.values(paging)
    for turn in ("next_page", "next_page", "previous_page", "next_page", "next_page", "next_page"):
        _turn(see, paging, turn)
        _page(see, paging)
        m.in_order.values(paging)
    for _ in range(6):
        _turn(see, paging, "previous_page")
    _page(see, paging)
    m.in_order.values(paging)
    _turn(see, paging, "next_page")
    _turn(see, paging, "reset")
    _page(see, paging)
    m.in_order.values(paging)


@scenario
def leaping(see: See) -> None:
    m, p = see.map(), see.predicate
    m.quietly("put_all", {number: number for number in range(20)})
    paging = p.paging(p.true(), 3)
    see.note("page = 4", lambda: setattr(paging.made(), "page", 4))
    m.in_order.values(paging)
    see.note("page = 1", lambda: setattr(paging.made(), "page", 1))
    m.in_order.values(paging)
    see.note("page = 99", lambda: setattr(paging.made(), "page", 99))
    m.in_order.values(paging)
    see.note("page = 0", lambda: setattr(paging.made(), "page", 0))
    m.in_order.values(paging)


@scenario
def texts_in_order(see: See) -> None:
    m, p = see.map(), see.predicate
    words = ("pear", "Apple", "fig", "éclair", "kiwi", "plum", "date")
    m.quietly("put_all", {word: word for word in words})
    _walk(see, m, p.paging(None, 3), 3)
    _walk(see, m, p.paging(p.like("this", "%i%"), 3), 1)


@scenario
def by_a_comparator(see: See) -> None:
    m, p = see.map(), see.predicate
    people(see, m)
    _walk(see, m, p.paging(None, 2, see.thing("ByAge")), 4)
    _walk(see, m, p.paging(p.less("age", 60), 2, see.thing("ByAge")), 3, "key_set")
    _walk(see, m, p.paging(None, 3, see.thing("ByAge")), 2, "entry_set")
    n = see.map("numbers")
    n.quietly("put_all", {number: number * 7 % 10 for number in range(10)})
    _walk(see, n, p.paging(None, 4, see.thing("Backwards")), 3)
    _walk(see, n, p.paging(None, 4, see.thing("Backwards")), 3, "key_set")


@scenario
def while_it_changes(see: See) -> None:
    m, p = see.map(), see.predicate
    m.quietly("put_all", {number: number for number in range(0, 20, 2)})
    paging = p.paging(p.true(), 3)
    m.in_order.values(paging)
    m.quietly("put_all", {1: 1, 5: 5, 7: 7})
    m.quietly("remove", 6)
    _turn(see, paging, "next_page")
    m.in_order.values(paging)
    _turn(see, paging, "previous_page")
    m.in_order.values(paging)


@scenario
def what_cannot_be_compared(see: See) -> None:
    m, p = see.map(), see.predicate
    people(see, m)
    m.values(p.paging(None, 2))
    m.quietly("clear")
    m.quietly("put_all", {1: 1, 2: "two"})
    m.values(p.paging(None, 2))


@scenario
def sizes_and_parts_that_cannot_be(see: See) -> None:
    m, p = see.map(), see.predicate
    m.quietly("set", 1, 1)
    m.values(p.paging(None, 0))
    m.values(p.paging(None, -1))
    m.values(p.paging(None, "3"))
    m.values(p.paging(p.paging(None, 1), 1))
    m.values(p.and_(p.paging(None, 1)))
    m.values(p.paging("this = 1", 1))
    m.remove_all(p.paging(None, 1))


@scenario
def of_an_empty_map(see: See) -> None:
    m, p = see.map(), see.predicate
    paging = p.paging(None, 5)
    m.values(paging)
    _turn(see, paging, "next_page")
    m.key_set(paging)
    m.entry_set(paging)
