# SPDX-License-Identifier: Apache-2.0
"""`multiprocessing` beside a connected client: forked children go on with it, others make one."""

from __future__ import annotations

import os
from typing import Any

import pytest

from gridwire.testing import AerospikeCluster
from support.forking import run_program

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform cannot fork")


@pytest.fixture(scope="module")
def processes() -> Any:
    """What a program tells that uses `multiprocessing`."""
    with AerospikeCluster(nodes=2) as cluster:
        places = [f"{host}:{port}" for host, port in cluster.hosts]
        return run_program("aerospike_processes.py", *places)


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing(processes: Any, method: str):
    assert processes[method] == {"inherited": method == "fork", "right": True, "written": True}


def test_a_client_cannot_be_sent_to_another_process(processes: Any):
    assert len(processes["pickled"]) == 2
    for refused in processes["pickled"]:
        assert refused["error"] == "TypeError"
        assert "in the other process" in refused["text"]
