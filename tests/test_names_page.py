# SPDX-License-Identifier: Apache-2.0
"""The page of names says of every public name of the official client what ours has: truly.

Both clients are connected, and what users get from them is compared: the objects themselves, so
that attributes are seen which no class shows.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gridwire import hazelcast as ours
from gridwire.hazelcast import asyncio as our_asyncio
from gridwire.testing import HazelcastCluster

official = pytest.importorskip("hazelcast", reason="the official client is not installed")
official_asyncio = importlib.import_module("hazelcast.asyncio")

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "hazelcast-names.md"

SAME, BETTER, DIFFERENT, NOT_YET, OURS, NEITHER = SPEECH = (
    "same",
    "better",
    "different",
    "not yet",
    "ours",
    "none",
)
NEEDS_A_REASON = {BETTER, DIFFERENT, OURS}
OF_THE_OFFICIAL = {SAME, BETTER, DIFFERENT, NOT_YET}
HERE = {SAME, BETTER, OURS}

# What ours take besides; the page says so of all methods at once.
TIME_LIMITS = {"timeout", "call_timeout"}


@dataclass(frozen=True)
class Row:
    """A line of a table: a name, a word for each column, and a reason."""

    name: str
    words: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Table:
    """A table of the page: which columns it has, and its rows."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


Pair = tuple[Any, Any]
"""An object of the official client, and the one of ours."""


# -- reading the page -----------------------------------------------------------------------------


def tables(page: str) -> dict[str, Table]:
    """The tables of names, by the heading above them."""
    found = {}
    for section in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        lines = [line for line in section.splitlines() if line.startswith("|")]
        if lines and lines[0].startswith("| name "):
            head, _, *rest = [cells(line) for line in lines]
            rows = tuple(Row(row[0].strip("`"), tuple(row[1:-1]), row[-1]) for row in rest)
            found[section.partition("\n")[0]] = Table(tuple(head[1:-1]), rows)
    return found


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def modules(page: str) -> dict[str, list[str]]:
    """The table of modules: the names of each."""
    section = page.partition("\n## What the methods of Map are given\n")[2]
    rows = [cells(line) for line in section.splitlines() if line.startswith("| `")]
    return {name.strip("`"): re.findall(r"`(\w+)`", names) for name, names in rows}


# -- comparing ------------------------------------------------------------------------------------


def public(thing: object) -> set[str]:
    return {name for name in dir(thing) if not name.startswith("_")}


def lies(table: Table, pairs: Mapping[str, Pair]) -> Iterator[str]:
    """What a table says that is not so.

    Args:
        table: of the page.
        pairs: for each of its columns the objects that it is about.
    """
    names = [row.name for row in table.rows]
    if names != sorted(set(names)):
        yield "names are not in order, or twice"
    for row in table.rows:
        if not NEEDS_A_REASON.isdisjoint(row.words) and not row.reason:
            yield f"{row.name}: no reason is given"
        if set(row.words) <= {NEITHER}:
            yield f"{row.name}: neither has it"
    for index, column in enumerate(table.columns):
        words = {row.name: row.words[index] for row in table.rows}
        theirs, mine = pairs[column]
        listed = {name for name, word in words.items() if word in OF_THE_OFFICIAL}
        yield from (f"{column}, {name}: not in the table" for name in public(theirs) - listed)
        yield from (
            f"{column}, {name}: {error}"
            for name, word in words.items()
            for error in lies_about(name, word, theirs, mine)
        )
        unlisted = public(mine) - public(theirs) - set(words)
        yield from (f"{column}, {name}: ours, but not in the table" for name in unlisted)


def lies_about(name: str, word: str, theirs: object, mine: object) -> Iterator[str]:
    if word not in SPEECH:
        yield f"{word!r} is no word of the page"
    if (word in OF_THE_OFFICIAL) != hasattr(theirs, name):
        yield f"{word}, but the official one {'has' if hasattr(theirs, name) else 'lacks'} it"
    if word != DIFFERENT and (word in HERE) != hasattr(mine, name):
        yield f"{word}, but ours {'has' if hasattr(mine, name) else 'lacks'} it"
    if word in {SAME, BETTER} and hasattr(theirs, name) and hasattr(mine, name):
        their_kind, my_kind = kind(getattr(theirs, name)), kind(getattr(mine, name))
        if their_kind != my_kind:
            yield f"{word}, but the official one is {their_kind}, ours {my_kind}"
        elif their_kind != "a value":
            yield from differences(name, word, getattr(theirs, name), getattr(mine, name))


def kind(attribute: object) -> str:
    if not callable(attribute):
        return "a value"
    return "a coroutine" if inspect.iscoroutinefunction(attribute) else "a method"


def differences(name: str, word: str, theirs: Any, mine: Any) -> Iterator[str]:
    """What of the official method's arguments ours does not take the same way."""
    their_arguments = list(inspect.signature(theirs).parameters.values())
    my_arguments = list(inspect.signature(mine).parameters.values())
    if any(one.kind is one.VAR_KEYWORD for one in their_arguments):
        return
    for their, my in zip(their_arguments, my_arguments, strict=False):
        if (their.name, their.kind) != (my.name, my.kind):
            yield f"takes {my}, the official one {their}"
        elif not same_default(their.default, my.default):
            yield f"{my.name} is {my.default!r} by default, {their.default!r} in the official one"
    yield from (f"does not take {one}" for one in their_arguments[len(my_arguments) :])
    for one in my_arguments[len(their_arguments) :]:
        if one.default is one.empty:
            yield f"wants {one}"
        elif word == SAME and not (one.kind is one.KEYWORD_ONLY and one.name in TIME_LIMITS):
            yield f"is more than the same: takes {one}"


def same_default(theirs: object, mine: object) -> bool:
    """Constants of the official one are numbers, of which ours has made enums."""
    return theirs == mine or getattr(mine, "value", mine) == theirs


# -- the objects ----------------------------------------------------------------------------------

SERVICES = ("ClusterService", "LifecycleService", "PartitionService")


def attribute_of(service: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", service).lower()


@pytest.fixture(scope="module")
def objects() -> Iterator[dict[str, dict[str, Pair]]]:
    """By the heading of a table and its columns, what is compared."""
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        cluster = stack.enter_context(HazelcastCluster(members=1))
        # A map with a near cache has every name that a map without one has.
        where = {
            "cluster_name": cluster.cluster_name,
            "cluster_members": cluster.addresses,
            "near_caches": {"near": {}},
        }
        threads = (official.HazelcastClient(**where), ours.HazelcastClient(**where))
        for client in threads:
            stack.callback(client.shutdown)
        runner = stack.enter_context(asyncio.Runner())
        tasks = tuple(
            runner.run(module.HazelcastClient.create_and_start(**where))
            for module in (official_asyncio, our_asyncio)
        )
        for client in tasks:
            stack.callback(lambda client=client: runner.run(client.shutdown()))
        futures = tuple(client.get_map("near") for client in threads)
        found: dict[str, dict[str, Any]] = {
            "HazelcastClient": {"threads": threads, "asyncio": tasks},
            "Map": {
                "futures": futures,
                "blocking": tuple(each.blocking() for each in futures),
                "asyncio": tuple(runner.run(client.get_map("near")) for client in tasks),
            },
        }
        plain = threads[1].get_map("plain")
        found["Map without a near cache"] = {
            "futures": (futures[1], plain),
            "blocking": (futures[1].blocking(), plain.blocking()),
            "asyncio": (found["Map"]["asyncio"][1], runner.run(tasks[1].get_map("plain"))),
        }
        for service in SERVICES:
            found[service] = {
                column: tuple(getattr(client, attribute_of(service)) for client in clients)
                for column, clients in (("threads", threads), ("asyncio", tasks))
            }
        yield found


# -- the tests ------------------------------------------------------------------------------------


WITHOUT_A_TABLE = {"Map without a near cache"}


def test_every_object_has_its_table(objects):
    found = tables(PAGE.read_text())
    assert {heading: set(table.columns) for heading, table in found.items()} == {
        heading: set(columns)
        for heading, columns in objects.items()
        if heading not in WITHOUT_A_TABLE
    }


@pytest.mark.parametrize("heading", ["HazelcastClient", "Map", *SERVICES])
def test_the_table_says_what_is_so(heading: str, objects):
    assert sorted(lies(tables(PAGE.read_text())[heading], objects[heading])) == []


@pytest.mark.parametrize("style", ["futures", "blocking", "asyncio"])
def test_a_map_without_a_near_cache_has_all_other_names(style: str, objects):
    near, plain = objects["Map without a near cache"][style]
    assert type(near) is not type(plain)
    assert public(near) - public(plain) == {"near_cache"}
    assert public(plain) <= public(near)


def test_the_modules_have_the_names_of_the_official_ones():
    found = modules(PAGE.read_text())
    assert list(found) == ["predicate", "aggregator", "projection"]
    for name, names in found.items():
        theirs = importlib.import_module(f"hazelcast.{name}")
        mine = importlib.import_module(f"gridwire.hazelcast.{name}")
        defined = {
            each
            for each, value in vars(theirs).items()
            if getattr(value, "__module__", None) == theirs.__name__ and not each.startswith("_")
        }
        assert names == sorted(defined)
        assert defined <= set(mine.__all__)


class Theirs:
    name = "x"

    def get(self, key, default=None): ...

    def put(self, key, value): ...

    def later(self): ...

    async def wait(self): ...


class Mine:
    name = "x"

    def get(self, key, default=None, *, timeout=None): ...

    def put(self, key, value): ...

    def more(self): ...

    async def wait(self): ...


TRUE = """
## Thing

| name | threads | how, or why |
| --- | --- | --- |
| `get` | same | |
| `later` | not yet | |
| `more` | ours | it does more |
| `name` | same | |
| `put` | same | |
| `wait` | same | |
"""


def lies_of(page: str, mine: type = Mine) -> list[str]:
    return sorted(lies(tables(page)["Thing"], {"threads": (Theirs(), mine())}))


def test_a_true_table_has_no_lies():
    assert lies_of(TRUE) == []


@pytest.mark.parametrize(
    ("before", "after", "lie"),
    [
        ("| `put` | same | |\n", "", "threads, put: not in the table"),
        ("| `more` | ours | it does more |\n", "", "threads, more: ours, but not in the table"),
        ("`later` | not yet", "`later` | same", "threads, later: same, but ours lacks it"),
        ("`put` | same", "`put` | not yet", "threads, put: not yet, but ours has it"),
        ("`more` | ours", "`more` | same", "threads, more: same, but the official one lacks it"),
        ("`put` | same", "`put` | better", "put: no reason is given"),
        ("`put` | same", "`put` | alike", "threads, put: 'alike' is no word of the page"),
        ("it does more", "", "more: no reason is given"),
        ("| `wait`", "| `gone` | none | |\n| `wait`", "gone: neither has it"),
        ("| `wait`", "| `get` | same | |\n| `wait`", "names are not in order, or twice"),
    ],
)
def test_a_lie_is_found(before: str, after: str, lie: str):
    assert before in TRUE
    assert lie in lies_of(TRUE.replace(before, after))


class Renamed(Mine):
    def put(self, key, val): ...


class OtherDefault(Mine):
    def get(self, key, default=0): ...


class Less(Mine):
    def put(self, key): ...


class Wants(Mine):
    def put(self, key, value, ttl): ...


class More(Mine):
    def put(self, key, value, ttl=None): ...


class NoCoroutine(Mine):
    def wait(self): ...


class NoMethod(Mine):
    put = "stored"


@pytest.mark.parametrize(
    ("mine", "lie"),
    [
        (Renamed, "put: takes val, the official one value"),
        (OtherDefault, "get: default is 0 by default, None in the official one"),
        (Less, "put: does not take value"),
        (Wants, "put: wants ttl"),
        (More, "put: is more than the same: takes ttl=None"),
        (NoCoroutine, "wait: same, but the official one is a coroutine, ours a method"),
        (NoMethod, "put: same, but the official one is a method, ours a value"),
    ],
)
def test_a_method_that_is_not_the_same_is_found(mine: type, lie: str):
    assert lies_of(TRUE, mine) == [f"threads, {lie}"]
