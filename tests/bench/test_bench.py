# SPDX-License-Identifier: Apache-2.0
"""The bench from end to end, on members that are cheap to start. No figure decides anything."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from bench.children import ChildFailedError, WrongAnswerError
from bench.cli import app
from bench.durations import QUICK
from bench.hazelcast import runs
from typer.testing import CliRunner

from gridwire.testing import HazelcastCluster

ROOT = Path(__file__).resolve().parents[2]


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", *arguments],
        capture_output=True,
        text=True,
        timeout=110,
        cwd=ROOT,
    )


@pytest.mark.slow
def test_measures_both_libraries_on_the_same_members(tmp_path: Path):
    file = tmp_path / "figures.json"
    with HazelcastCluster(members=2, process=True) as cluster:
        where = ["--addresses", ",".join(cluster.addresses), "--cluster-name", cluster.cluster_name]
        chosen = [
            "--quick",
            "--pairs",
            "1",
            "--cases",
            "asyncio-set-16,futures-get-16,value-get-1kB,values-blocking",
        ]
        done = bench("hazelcast", *where, *chosen, "--json", str(file))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "asyncio-set-16" in done.stdout
    written = json.loads(file.read_text())
    assert (written["format"], written["suite"]) == (1, "hazelcast")
    assert [each["case"] for each in written["targets"]] == ["values-blocking"]
    assert {"python", "cpus", "processor", "date", "libraries", "idle_before"} <= written[
        "environment"
    ].keys()
    libraries = written["environment"]["libraries"]
    assert libraries["gridwire"]["implementation"] in {"pure", "compiled", "mixed"}
    assert libraries["official"]["version"] == "5.7.0"
    assert [each["case"] for each in written["results"]] == [
        "asyncio-set-16",
        "futures-get-16",
        "value-get-1kB",
        "values-blocking",
    ]
    for result in written["results"]:
        check(result)
    # The libraries take turns at going first.
    assert [each["pairs"][0]["first"] for each in written["results"]] == [
        "gridwire",
        "official",
        "gridwire",
        "official",
    ]


def check(result: dict[str, object]) -> None:
    (pair,) = result["pairs"]
    summary = result["summary"]
    for library in ("gridwire", "official"):
        measured = pair[library]
        assert measured["error"] is None
        # One, where it took the time of all: a single query may, on a busy machine.
        if measured["rounds"][0]["wall_seconds"] < QUICK.enough:
            assert len(measured["rounds"]) == 2
        for each in measured["rounds"]:
            assert each["operations"] > 0
            assert each["wall_seconds"] > 0
            assert each["cpu_seconds"] >= 0
        assert measured["latency"]["samples"] > 0
        assert summary[library]["operations_per_second"] > 0
        assert summary[library]["p50_us"] > 0
    for ratio in (summary["throughput_ratio"], summary["cpu_ratio"]):
        assert 0 < ratio["low"] <= ratio["median"] <= ratio["high"]


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch):
    """Run the bench with clients that only fail; give the result and what they were told."""
    told = []
    before = signal.getsignal(signal.SIGTERM)

    def run(error: Exception, *arguments: str):
        def fail(module: str, specification: dict[str, object], limit: float) -> None:
            told.append(specification)
            raise error

        monkeypatch.setattr(runs, "run_child", fail)
        where = ["--addresses", "127.0.0.1:1", "--cluster-name", "none"]
        return CliRunner().invoke(app, ["hazelcast", *where, *arguments]), told

    yield run
    signal.signal(signal.SIGTERM, before)


def test_gives_up_when_client_after_client_fails(in_this_process):
    done, told = in_this_process(ChildFailedError("no member"), "--cases", "value-*")
    assert done.exit_code == 1
    assert "failed" in done.stdout
    assert done.stdout.count("not measured: value-get-1kB, 1 members: gridwire: no member") == 2
    assert "value-get-1MiB" not in done.stdout
    assert [each["library"] for each in told] == ["gridwire", "official", "official", "gridwire"]


def test_a_wrong_answer_ends_the_run(in_this_process):
    done, told = in_this_process(WrongAnswerError("(1) gave 2"), "--cases", "value-*")
    assert done.exit_code == 1
    assert "bench: gridwire, value-get-1kB: (1) gave 2" in done.stderr
    assert len(told) == 1


def test_wrong_options_are_explained():
    done = bench("hazelcast", "--cases", "asyncio-get-17")
    assert done.returncode == 2
    assert "asyncio-get-17" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("hazelcast", "--members", "0"),
        ("hazelcast", "--plot", str(ROOT / "ratios.xls")),
        ("hazelcast", "--json", str(ROOT / "nowhere" / "figures.json")),
        ("profile", "asyncio-*"),
    ],
)
def test_wrong_options_are_refused(arguments: tuple[str, ...]):
    assert CliRunner().invoke(app, arguments).exit_code == 2


def test_names_its_cases():
    done = bench("hazelcast", "--list")
    assert done.returncode == 0
    assert {"asyncio-get-256", "value-set-64MiB"} <= set(done.stdout.split())
