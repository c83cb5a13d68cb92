# SPDX-License-Identifier: Apache-2.0
"""An exception from a signal handler in the middle of a call leaves a usable client."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gridwire.testing import HazelcastCluster
from support.certificates import Authority
from support.scripted import ScriptedCluster

_SUPPORT = Path(__file__).parent.parent / "support"
_STORM = _SUPPORT / "signal_storm.py"
_LIFE = _SUPPORT / "hazelcast_interrupted_life.py"


@pytest.mark.parametrize("clients", [60, pytest.param(3000, marks=pytest.mark.slow)])
def test_interrupts_while_clients_are_made_and_shut_down(clients: int) -> None:
    with (
        ScriptedCluster() as cluster,
        subprocess.Popen(
            [sys.executable, str(_LIFE), cluster.addresses[0], cluster.cluster_name, str(clients)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        ) as program,
    ):
        assert program.stdout is not None
        try:
            report = json.loads(program.stdout.readline())
            # It is still there, without a client.
            cluster.wait_until(lambda: not cluster.members[0].connections)
        finally:
            program.communicate("")
    assert program.returncode == 0
    assert report["making"] > clients / 20
    assert (report["errors"], report["left"]) == ([], [])


@pytest.mark.slow
def test_twenty_thousand_interrupts_under_load() -> None:
    with HazelcastCluster(members=1, process=True) as cluster:
        check_storm(cluster, 20_000)


@pytest.mark.slow
def test_interrupts_under_load_by_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    tls = {"certfile": authority.issue()}
    with HazelcastCluster(members=1, process=True, tls=tls) as cluster:
        check_storm(cluster, 10_000, authority.cafile)


def check_storm(cluster: HazelcastCluster, count: int, *files: str) -> None:
    done = subprocess.run(
        [
            sys.executable,
            str(_STORM),
            cluster.addresses[0],
            cluster.cluster_name,
            str(count),
            *files,
        ],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["fired"] >= count
    assert report["done"] > 1000
    assert report["others"] > 1000
    wrong = {name: report[name] for name in ("wrong", "errors", "slow", "hung")}
    assert wrong == {"wrong": 0, "errors": [], "slow": 0, "hung": 0}
    assert report["usable"]
