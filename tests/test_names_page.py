# SPDX-License-Identifier: Apache-2.0
"""The page of names says of every public name of the official client what ours has: truly.

Both clients are connected, and what users get from them is compared: the objects themselves, so
that attributes are seen which no class shows.
"""

from __future__ import annotations

import asyncio
import importlib
import re
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from gridwire import hazelcast as ours
from gridwire.hazelcast import asyncio as our_asyncio
from gridwire.testing import HazelcastCluster
from support.names_page import Pair, cells, lies, public, tables

official = pytest.importorskip("hazelcast")
official_asyncio = importlib.import_module("hazelcast.asyncio")

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "hazelcast-names.md"


def modules(page: str) -> dict[str, list[str]]:
    """The table of modules: the names of each."""
    section = page.partition("\n## What the methods of Map are given\n")[2]
    rows = [cells(line) for line in section.splitlines() if line.startswith("| `")]
    return {name.strip("`"): re.findall(r"`(\w+)`", names) for name, names in rows}


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
