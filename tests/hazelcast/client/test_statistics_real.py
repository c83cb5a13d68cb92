# SPDX-License-Identifier: Apache-2.0
"""Real members take the reports of clients, and read in them what the clients meant."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gridwire.hazelcast.serialization.api import IdentifiedDataSerializable
from gridwire.testing.real import RealCluster, member_jar
from support.call_styles import PATIENCE
from support.java import compile_java
from support.real_members import note_version

pytestmark = pytest.mark.real_member

FACTORY = 67
SOURCE = Path(__file__).parent / "java" / "Reports.java"
CONFIG = f"""
  <serialization>
    <data-serializable-factories>
      <data-serializable-factory factory-id="{FACTORY}">
        gridwire.client.Reports
      </data-serializable-factory>
    </data-serializable-factories>
  </serialization>
"""


class Tell(IdentifiedDataSerializable):
    """Asks a member what it reads in the last report of a client."""

    def __init__(self, client: str) -> None:
        self._client = client

    def get_factory_id(self) -> int:
        return FACTORY

    def get_class_id(self) -> int:
        return 1

    def write_data(self, object_data_output: Any) -> None:
        object_data_output.write_string(self._client)


@pytest.fixture(scope="module")
def readers(real_version: str, tmp_path_factory, request) -> Iterator[RealCluster]:
    """A member that tells what it reads, by its own code for it."""
    folder = compile_java(SOURCE, member_jar(real_version), tmp_path_factory.mktemp("classes"))
    with RealCluster(real_version, 1, classpath=[folder], extra_config=CONFIG) as cluster:
        note_version(request.config, real_version)
        yield cluster


def test_a_real_member_takes_reports(styles, real_cluster, caplog) -> None:
    client = styles.client(
        real_cluster,
        client_name="reporting",
        near_caches={"*": {}},
        statistics_enabled=True,
        statistics_period=0.05,
    )
    words = client.map("reported on")
    styles.call(words.set, 1, "a")
    styles.call(words.get, 1)
    before = client.raw.diagnostics()
    (oldest, *_) = before["connections"]
    end = time.monotonic() + PATIENCE
    while True:
        now = client.raw.diagnostics()
        # A report with its attributes and metrics has more than a kilobyte.
        if now["connections"][0]["sent_bytes"] - oldest["sent_bytes"] > 5000:
            break
        assert time.monotonic() < end, now
        time.sleep(0.02)
    assert styles.call(words.get, 1) == "a"
    assert now["connections"][0]["local_address"] == oldest["local_address"]
    assert now["counters"]["connections_lost"] == 0
    assert now["connections"][0]["in_flight"] <= 1
    assert "statistics" not in caplog.text


def test_a_real_member_reads_what_was_meant(styles, readers) -> None:
    name = f"words of {styles.name}, \N{BEER MUG}"
    client = styles.client(
        readers,
        client_name="reporting",
        near_caches={name: {}},
        statistics_enabled=True,
        statistics_period=0.05,
    )
    words, asked = client.map(name), client.map("asked")
    styles.call(words.set, 1, "a")
    end = time.monotonic() + PATIENCE
    tell = Tell(client.raw.diagnostics()["client"]["uuid"])
    while True:
        assert styles.call(words.get, 1) == "a"
        meant = client.raw.diagnostics()["near_caches"][name]
        time.sleep(0.2)  # the next report has this
        told = styles.call(asked.execute_on_key, 1, tell)
        hits = f"nearcache|hits|name|{name}|COUNT|{meant['hits']}"
        if meant["hits"] > 1 and hits in told.split("\n"):
            break
        assert time.monotonic() < end, told
    attributes, *metrics = told.split("\n")
    assert f"nearcache|misses|name|{name}|COUNT|{meant['misses']}" in metrics
    assert f"nearcache|ownedEntryCount|name|{name}|COUNT|1" in metrics
    created = int(meant["creation_time"] * 1000)
    assert f"nearcache|creationTime|name|{name}|MS|{created}" in metrics
    assert "clientName=reporting" in attributes.split(",")
    (sent,) = (each for each in metrics if each.startswith("tcp|bytesSend|null|null|BYTES|"))
    assert int(sent.rpartition("|")[2]) > 0
    processors = len(os.sched_getaffinity(0))
    assert f"runtime|availableProcessors|null|null|null|{processors}" in metrics
    (load,) = (each for each in metrics if each.startswith("os|systemLoadAverage|"))
    assert 0.0 <= float(load.rpartition("|")[2]) < 10_000.0
