# SPDX-License-Identifier: Apache-2.0
"""``gunicorn --preload``: clients are connected in the master, and used in its workers."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from gridwire import aerospike, hazelcast
from gridwire.testing import AerospikeCluster, HazelcastCluster

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform cannot fork")

_APP = Path(__file__).parents[1] / "support" / "forks"
_KEY = ("test", "visits", "all")
_PATIENCE = 30.0


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class _Server:
    """A gunicorn with two workers."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.port = _free_port()
        self._visits = 0
        self._log = log
        with log.open("w") as output:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "gunicorn", "--preload", "--workers", "2"),
                    *("--bind", f"127.0.0.1:{self.port}", "--chdir", str(_APP), "wsgi_app:app"),
                ],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
                stdout=output,
                stderr=output,
            )

    @property
    def log(self) -> str:
        return self._log.read_text()

    def visit(self) -> dict[str, Any]:
        """One request, as soon as somebody answers."""
        self._visits += 1
        end = time.monotonic() + _PATIENCE
        while True:
            assert self.process.poll() is None, self.log
            try:
                where = f"http://127.0.0.1:{self.port}/?{self._visits}"
                with urllib.request.urlopen(where, timeout=_PATIENCE) as answer:
                    return {"number": str(self._visits), **json.load(answer)}
            except (ConnectionError, OSError):
                assert time.monotonic() < end, self.log
                time.sleep(0.05)

    def visit_until(self, pids: int, besides: int = 0) -> list[dict[str, Any]]:
        """Requests until so many workers have answered."""
        told: list[dict[str, Any]] = []
        end = time.monotonic() + _PATIENCE
        while len({one["pid"] for one in told} - {besides}) < pids:
            assert time.monotonic() < end, self.log
            told.append(self.visit())
        return told

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(_PATIENCE)


def test_workers_use_the_clients_of_their_master(tmp_path: Path):
    with HazelcastCluster(members=2) as cluster, AerospikeCluster(nodes=1) as nodes:
        server = _Server(
            {
                "CLUSTER_NAME": cluster.cluster_name,
                "CLUSTER_MEMBERS": ",".join(cluster.addresses),
                "AEROSPIKE_PORT": str(nodes.hosts[0][1]),
            },
            tmp_path / "log",
        )
        try:
            told = server.visit_until(2)
            killed = told[-1]["pid"]
            os.kill(killed, signal.SIGKILL)
            told += server.visit_until(2, besides=killed)
            assert server.stop() == 0
        finally:
            server.process.kill()
            server.process.wait()
        assert {one["preloaded_in"] for one in told} == {server.process.pid}
        assert server.process.pid not in {one["pid"] for one in told}
        assert all(one["read"] == one["pid"] for one in told)
        assert {one["title"] for one in told} == {"hello"}
        assert "Traceback" not in server.log
        with hazelcast.HazelcastClient(
            cluster_name=cluster.cluster_name, cluster_members=cluster.addresses
        ) as client:
            visits = client.get_map("visits").blocking()
            assert {one["number"]: visits.get(one["number"]) for one in told} == {
                one["number"]: one["pid"] for one in told
            }
        with aerospike.client({"hosts": nodes.hosts}).connect() as records:
            assert records.get(_KEY).bins == {"count": len(told)}
