# SPDX-License-Identifier: Apache-2.0
"""The bench from end to end, on members that are cheap to start. No figure decides anything."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

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
            "asyncio-set-16,futures-get-16,value-get-1kB",
        ]
        done = bench("hazelcast", *where, *chosen, "--json", str(file))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "asyncio-set-16" in done.stdout
    written = json.loads(file.read_text())
    assert (written["format"], written["suite"], written["targets"]) == (1, "hazelcast", [])
    assert {"python", "cpus", "processor", "date", "libraries"} <= written["environment"].keys()
    libraries = written["environment"]["libraries"]
    assert libraries["gridwire"]["implementation"] in {"pure", "compiled", "mixed"}
    assert libraries["official"]["version"] == "5.7.0"
    assert [each["case"] for each in written["results"]] == [
        "asyncio-set-16",
        "futures-get-16",
        "value-get-1kB",
    ]
    for result in written["results"]:
        check(result)
    # The libraries take turns at going first.
    assert [each["pairs"][0]["first"] for each in written["results"]] == [
        "gridwire",
        "official",
        "gridwire",
    ]


def check(result: dict[str, object]) -> None:
    (pair,) = result["pairs"]
    summary = result["summary"]
    for library in ("gridwire", "official"):
        measured = pair[library]
        assert measured["error"] is None
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


@pytest.mark.slow
def test_what_cannot_be_measured_is_named_and_fails():
    done = bench(
        "hazelcast",
        *("--addresses", "127.0.0.1:1", "--cluster-name", "none"),
        *("--quick", "--pairs", "1", "--cases", "value-get-1kB"),
    )
    assert done.returncode == 1
    assert "failed" in done.stdout


def test_wrong_options_are_explained():
    done = bench("hazelcast", "--cases", "asyncio-get-17")
    assert done.returncode == 2
    assert "asyncio-get-17" in done.stderr
    assert bench("hazelcast", "--members", "0").returncode == 2
    assert bench("profile", "asyncio-*").returncode == 2


def test_names_its_cases():
    done = bench("hazelcast", "--list")
    assert done.returncode == 0
    assert {"asyncio-get-256", "value-set-64MiB"} <= set(done.stdout.split())
