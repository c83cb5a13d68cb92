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

_STORM = Path(__file__).parent.parent / "support" / "signal_storm.py"


@pytest.mark.slow
def test_twenty_thousand_interrupts_under_load() -> None:
    with HazelcastCluster(members=1, process=True) as cluster:
        done = subprocess.run(
            [sys.executable, str(_STORM), cluster.addresses[0], cluster.cluster_name, "20000"],
            capture_output=True,
            text=True,
            timeout=300,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            check=False,
        )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["fired"] >= 20000
    assert report["done"] > 1000
    assert report["others"] > 1000
    wrong = {name: report[name] for name in ("wrong", "errors", "slow", "hung")}
    assert wrong == {"wrong": 0, "errors": [], "slow": 0, "hung": 0}
    assert report["usable"]
