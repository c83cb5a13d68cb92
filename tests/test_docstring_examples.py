# SPDX-License-Identifier: Apache-2.0
"""The examples in docstrings run; a reference that is made from docstrings shows them.

An example stands indented behind ``::``. What is no Python there is a drawing.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
from collections.abc import Callable, Iterator
from textwrap import dedent
from typing import Any

import pytest

import gridwire
from gridwire import aerospike
from gridwire.hazelcast import HazelcastClient
from gridwire.hazelcast.asyncio import HazelcastClient as AsyncHazelcastClient
from gridwire.hazelcast.core import HazelcastJsonValue
from gridwire.hazelcast.predicate import greater, paging
from gridwire.testing import AerospikeCluster, AsyncHazelcastCluster, HazelcastCluster
from gridwire.testing.faults import INVALIDATIONS
from support.pages import PROJECT

SOURCES = PROJECT / "src"
BLOCK = re.compile(r"::\n\n((?:[ ]{4}[^\n]*\n|\n)*[ ]{4}[^\n]*)")
TOP_LEVEL_AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


def examples() -> Iterator[tuple[str, str]]:
    """Where each example stands, and its text."""
    for path in sorted(SOURCES.glob("gridwire/**/*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if "::\n\n" in text else ():
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                module = ".".join(path.relative_to(SOURCES).with_suffix("").parts)
                place = ".".join([module, *([] if isinstance(node, ast.Module) else [node.name])])
                for code in BLOCK.findall(ast.get_docstring(node) or ""):
                    if is_python(dedent(code)):
                        yield place, dedent(code)


def is_python(code: str) -> bool:
    try:
        compile(code, "example", "exec", ast.PyCF_ONLY_AST | TOP_LEVEL_AWAIT)
    except SyntaxError:
        return False
    return True


async def run(code: str, **names: Any) -> dict[str, Any]:
    """Run an example, which may await; all names at its end."""
    compiled = compile(code, "example", "exec", flags=TOP_LEVEL_AWAIT)
    done = eval(compiled, names)
    if inspect.iscoroutine(done):
        await done
    return names


def with_nodes(code: str) -> None:
    with AerospikeCluster(nodes=1) as cluster:
        place = '("127.0.0.1", 3000)'
        assert place in code
        code = code.replace(place, repr(cluster.hosts[0]))
        names = {"Client": aerospike.Client, "AsyncClient": aerospike.AsyncClient}
        asyncio.run(run(code, **names))


def with_members(code: str) -> None:
    """A client of its own, with what the example leaves out."""
    with HazelcastCluster(members=1, cluster_name="dev") as cluster:
        code = code.replace('"127.0.0.1:5701"', repr(cluster.addresses[0]))
        code = code.replace("(telemetry", f"(cluster_members={cluster.addresses}, telemetry")
        names = asyncio.run(run(code, HazelcastClient=HazelcastClient))
        names["client"].shutdown()


def with_people(code: str) -> None:
    async def main() -> None:
        async with (
            AsyncHazelcastCluster(members=1) as cluster,
            AsyncHazelcastClient(
                cluster_members=cluster.addresses, cluster_name=cluster.cluster_name
            ) as client,
        ):
            people = await client.get_map("people")
            person = {"age": 40, "active": True, "address": {"city": "Ghent"}}
            await people.set("ann", HazelcastJsonValue(person))
            await run(code, people=people, map=people, paging=paging, greater=greater)

    asyncio.run(main())


def with_a_cluster(code: str) -> None:
    with HazelcastCluster(members=1) as cluster:
        asyncio.run(run(code, cluster=cluster, INVALIDATIONS=INVALIDATIONS))


def as_it_stands(code: str) -> None:
    known = {
        "AerospikeCluster": AerospikeCluster,
        "HazelcastClient": HazelcastClient,
        "HazelcastCluster": HazelcastCluster,
        "gridwire": gridwire,
    }
    names = asyncio.run(run(code, **known))
    client = names["client"]
    (client.shutdown if isinstance(client, HazelcastClient) else client.close)()


RUNS: dict[str, Callable[[str], None]] = {
    "gridwire.aerospike.__init__": with_nodes,
    "gridwire.aerospike._client.Client": with_nodes,
    "gridwire.aerospike.asyncio.client.AsyncClient": with_nodes,
    "gridwire.hazelcast.__init__": with_members,
    "gridwire.hazelcast.aggregator": with_people,
    "gridwire.hazelcast.predicate": with_people,
    "gridwire.hazelcast.predicate.paging": with_people,
    "gridwire.telemetry": with_members,
    "gridwire.testing.aerospike": as_it_stands,
    "gridwire.testing.faults": with_a_cluster,
    "gridwire.testing.hazelcast": as_it_stands,
}

NOT_RUN = {
    "gridwire._core.logs.ClientLog": "one line of inner code; the tests of logging run it",
    "gridwire.testing.real": "it needs Java; the tests on real members do nothing else",
}

EXAMPLES = list(examples())


def test_every_example_has_a_row():
    assert {place for place, _ in EXAMPLES} == {*RUNS, *NOT_RUN}


@pytest.mark.parametrize("other", [">>> ", "```"])
def test_examples_have_no_other_form(other: str):
    """One that nobody looks for would not be run."""
    for path in SOURCES.glob("gridwire/**/*.py"):
        assert other not in path.read_text(encoding="utf-8"), path


@pytest.mark.parametrize(
    ("place", "code"),
    [pytest.param(*example, id=example[0]) for example in EXAMPLES if example[0] in RUNS],
)
def test_an_example_runs(place: str, code: str) -> None:
    RUNS[place](code)
