# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).resolve().parents[2] / "tools" / "members.py"


def members(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(TOOL), *arguments],
        capture_output=True,
        text=True,
        timeout=100,
        env=changes or None,
    )


def test_says_why_members_cannot_run(tmp_path: Path):
    done = members("check", PATH=str(tmp_path), HOME=str(tmp_path))
    assert (done.returncode, done.stdout) == (
        1,
        "real members cannot run: java and mvn not found\n",
    )
    done = members("run", PATH=str(tmp_path), HOME=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith("members: java not found")


@pytest.mark.slow
@pytest.mark.real_member
def test_runs_a_command_against_a_cluster():
    script = "import os; print(os.environ['GRIDWIRE_CLUSTER_NAME'], os.environ['GRIDWIRE_MEMBERS'])"
    command = [sys.executable, "-c", f"{script}; raise SystemExit(7)"]
    done = members("run", "--json", "--members", "2", "--", *command)
    assert done.returncode == 7, done.stderr
    described, seen = done.stdout.splitlines()
    cluster = json.loads(described)
    assert seen == f"{cluster['cluster_name']} {','.join(cluster['addresses'])}"
    assert len(cluster["addresses"]) == 2
    assert not any(Path(f"/proc/{pid}").exists() for pid in cluster["pids"])
