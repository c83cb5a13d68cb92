# SPDX-License-Identifier: Apache-2.0
"""What an operator reads in the log of an Aerospike client, in both call styles."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from gridwire import aerospike as a
from gridwire._core.outcome import Outcome
from gridwire.testing import AerospikeCluster
from support.aerospike_styles import STYLES, make_client
from support.patience import until

KEY = ("test", "demo", "ann")


@pytest.fixture(params=STYLES)
def connect(request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """Makes a connected client."""
    with ExitStack() as stack:

        def client(hosts: Any, **config: Any) -> Any:
            config = {"hosts": hosts, "tend_interval": 50, **config}
            made = make_client(request.param, config, stack)
            made.connect()
            return made

        yield client


Heard = Callable[[str, str], list[logging.LogRecord]]


@pytest.fixture
def heard(caplog: pytest.LogCaptureFixture) -> Iterator[Heard]:
    """Records of a level with some text in them."""

    def find(level: str, part: str) -> list[logging.LogRecord]:
        return [
            record
            for record in list(caplog.records)
            if record.levelname == level and part in record.getMessage()
        ]

    with caplog.at_level(logging.DEBUG, "gridwire"):
        yield find
    # `caplog.records` has those of the phase that runs.
    for record in caplog.get_records("call"):
        if record.name.startswith("gridwire.aerospike"):
            assert record.client.startswith("aerospike.client_"), record.getMessage()  # type: ignore[attr-defined]
            # Whoever reads a line did not make the call that an outcome is about.
            said = f"{record.getMessage()} {getattr(record, 'reason', '')}"
            assert not any(one.sentence in said for one in Outcome), said


@pytest.fixture
def two() -> Iterator[AerospikeCluster]:
    with AerospikeCluster(nodes=2) as nodes:
        yield nodes


def test_nodes_and_connections(connect, two, heard: Heard) -> None:
    client = connect(two.hosts)
    used = heard("INFO", "is used")
    assert {(one.member, one.address) for one in used} == {  # type: ignore[attr-defined]
        (one["name"], one["address"]) for one in client.diagnostics()["nodes"]
    }
    client.put(KEY, {"n": 1})
    (opened,) = heard("DEBUG", "opened")
    assert opened.address in {one.address for one in used}  # type: ignore[attr-defined]
    assert not heard("WARNING", "")


def test_a_connection_that_is_lost_with_the_reason(connect, two, heard: Heard) -> None:
    client = connect(two.hosts)
    client.put(KEY, {"n": 1})
    with two.cut_off(answers="record.read", times=1):
        client.get(KEY, {"max_retries": 2, "sleep_between_retries": 1})
    (lost,) = heard("WARNING", "lost: ")
    assert lost.reason in lost.getMessage()  # type: ignore[attr-defined]
    assert lost.address in {one["address"] for one in client.diagnostics()["nodes"]}  # type: ignore[attr-defined]


def test_a_connection_that_is_not_opened_in_time(connect, two, heard: Heard) -> None:
    client = connect(two.hosts, tend_interval=60_000, timeout=100)
    with two.delay(answers="info.*"), pytest.raises(a.ClusterError):
        client.get(KEY, {"total_timeout": 5000, "max_retries": 0})
    (line,) = heard("WARNING", "no connection")
    assert line.getMessage().endswith("no answer within 0.1 s")
    assert line.reason == "no answer within 0.1 s"  # type: ignore[attr-defined]


def test_many_connections_that_are_lost_are_one_line(connect, two, heard: Heard) -> None:
    client = connect(two.hosts)
    client.put(KEY, {"n": 1})
    for _ in range(5):
        with two.cut_off(answers="record.read", times=1):
            client.get(KEY, {"max_retries": 2, "sleep_between_retries": 1})
    assert client.diagnostics()["counters"]["connections_lost"] == 5
    assert 1 <= len(heard("WARNING", "lost: ")) <= 2


def test_a_node_that_is_gone_and_a_cluster_that_is(connect, heard: Heard) -> None:
    with AerospikeCluster(nodes=1) as cluster:
        connect(cluster.hosts, timeout=100)
        with cluster.pause():
            (gone,) = until(lambda: heard("WARNING", "is gone: "))
            assert gone.reason in gone.getMessage()  # type: ignore[attr-defined]
            until(lambda: heard("ERROR", "no node of the cluster is left"))
        until(lambda: heard("INFO", "connected again"))


def test_no_line_for_a_call(connect, two, heard: Heard, caplog) -> None:
    client = connect(two.hosts)
    for number in range(20):
        client.put(("test", "demo", number), {"n": 1})
    before = len(caplog.records)
    for number in range(20):
        client.get(("test", "demo", number))
    with pytest.raises(a.RecordNotFound):
        client.get(("test", "demo", "nobody"))
    assert caplog.records[before:] == []


def test_the_level_can_be_set_by_one_switch(connect, two, caplog) -> None:
    try:
        a.set_log_level(a.LOG_LEVEL_INFO)
        connect(two.hosts)
        assert any("is used" in record.getMessage() for record in caplog.records)
    finally:
        logging.getLogger("gridwire.aerospike").setLevel(logging.NOTSET)
