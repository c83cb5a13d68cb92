# SPDX-License-Identifier: Apache-2.0
"""Figures of our own test cluster: what is run, and when a bound is met."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from bench.children import ChildFailedError
from bench.hazelcast import own_cluster
from bench.hazelcast.start import main as start
from bench.model import Figure
from typer.testing import CliRunner

from bench import cli


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch):
    """Stand in for processes and clusters."""
    told: list[tuple[str, dict[str, Any]]] = []

    def run(module: str, specification: dict[str, Any], limit: float) -> dict[str, Any]:
        told.append((module, specification))
        if module == "bench.hazelcast.start":
            return {"import": 0.1, "start": 0.5 if specification["process"] else 0.01}
        return {"rounds": [{"operations": 40_000, "wall_seconds": 1.0, "cpu_seconds": 1.0}]}

    def cluster(members: int, process: bool) -> Any:
        return nullcontext(SimpleNamespace(addresses=["127.0.0.1:1"] * members, cluster_name="x"))

    monkeypatch.setattr(own_cluster, "HazelcastCluster", cluster)
    run.told = told
    return run


def test_everything_is_measured_as_often_as_asked(child):
    found = list(own_cluster.figures(2, child))
    assert [(each.name, each.met) for each in found] == [
        ("start, 3 members in a thread", True),
        ("import before it", None),
        ("start, 3 members in a process", False),
        ("asyncio-get-256, 1 member", True),
        ("asyncio-set-256, 1 member", True),
        ("asyncio-get-256, 3 members", True),
        ("asyncio-set-256, 3 members", True),
    ]
    assert all(len(each.values) == 2 for each in found)
    assert len(child.told) == 2 * 2 + 2 * 4
    loads = [told for module, told in child.told if module == "bench.hazelcast.client"]
    assert [len(told["addresses"]) for told in loads] == [1, 1, 1, 1, 3, 3, 3, 3]


def test_the_median_decides_about_a_bound():
    assert Figure("x", "s", (0.1, 0.2, 9.0), 0.3).met
    assert not Figure("x", "s", (0.1, 0.4, 9.0), 0.3).met
    assert Figure("x", "op/s", (1.0, 40.0, 50.0), 30).met
    assert not Figure("x", "op/s", (1.0, 20.0, 50.0), 30).met
    assert Figure("x", "s", (1.0,)).met is None


def test_the_command_shows_and_writes_all_figures(
    child, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    file = tmp_path / "figures.json"
    monkeypatch.setattr(cli, "figures", lambda times: own_cluster.figures(times, child))
    done = CliRunner().invoke(cli.app, ["cluster", "--times", "1", "--json", str(file)])
    assert done.exit_code == 0, done.output
    assert "asyncio-get-256, 3 members" in done.stdout
    assert "missed" in done.stdout
    written = json.loads(file.read_text())
    assert (written["suite"], len(written["figures"])) == ("cluster", 7)
    assert written["figures"][2]["met"] is False


def test_a_process_that_fails_ends_the_command(monkeypatch: pytest.MonkeyPatch):
    def fail(times: int) -> None:
        raise ChildFailedError("took more than 60 s")

    monkeypatch.setattr(cli, "figures", fail)
    done = CliRunner().invoke(cli.app, ["cluster"])
    assert done.exit_code == 1
    assert "bench: took more than 60 s" in done.output


def test_the_process_tells_how_long_it_took(capsys: pytest.CaptureFixture[str]):
    start([json.dumps({"members": 2, "process": False})])
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"import", "start"}
    assert 0 < told["start"] < 60
