# SPDX-License-Identifier: Apache-2.0
"""`statistics_enabled`: what the cluster is told about its clients."""

from __future__ import annotations

import os
import time
from typing import Any

import pytest

from gridwire.testing import HazelcastCluster
from support.patience import until
from support.scripted_replies import fail, silence

REPORTING = {"statistics_enabled": True, "statistics_period": 0.05}
STATISTICS = "Client.Statistics"


@pytest.fixture(scope="module")
def three():
    with HazelcastCluster(members=3, partition_count=7) as running:
        yield running


def report_of(cluster: HazelcastCluster, name: str) -> dict[str, Any] | None:
    named = [one for one in cluster.client_statistics().values() if one["client"] == name]
    return named[0] if named else None


def test_nothing_is_sent_unless_it_is_wanted(styles, scripted) -> None:
    cluster = scripted(1)
    styles.client(cluster, statistics_period=0.01, heartbeat_interval=0.02)
    cluster.wait_until(lambda: len(cluster.seen("Client.Ping")) >= 5)
    assert not cluster.seen(STATISTICS)


def test_nothing_is_sent_before_the_period_is_over(styles, scripted) -> None:
    cluster = scripted(1)
    often = {"statistics_enabled": True, "heartbeat_interval": 0.02}
    styles.client(cluster, statistics_period=60, **often)
    cluster.wait_until(lambda: len(cluster.seen("Client.Ping")) >= 10)
    assert not cluster.seen(STATISTICS)


def test_the_cluster_knows_the_client_by_its_report(styles, three) -> None:
    began = int(time.time() * 1000)
    name = f"a,b=c\\ {styles.name}"
    styles.client(three, client_name=name, **REPORTING)
    report = until(lambda: report_of(three, name))
    attributes = report["attributes"]
    assert began <= report["timestamp"] <= int(time.time() * 1000)
    assert int(attributes["lastStatisticsCollectionTime"]) == report["timestamp"]
    assert began <= int(attributes["clusterConnectionTimestamp"]) <= report["timestamp"]
    assert attributes["enterprise"] == "false"
    assert attributes["clientType"] == "PYH"
    assert attributes["clientAddress"].startswith("127.0.0.1:")
    assert attributes["clientName"] == "a\\,b\\=c\\\\ " + styles.name
    assert int(attributes["runtime.availableProcessors"]) == len(os.sched_getaffinity(0))
    assert report["metrics"]["runtime.availableProcessors"] == len(os.sched_getaffinity(0))
    assert (
        0
        < report["metrics"]["runtime.usedMemory"]
        < report["metrics"]["os.totalPhysicalMemorySize"]
    )


def test_reports_come_again_on_the_connection_that_is_open_for_longest(styles, three) -> None:
    name = f"steady {styles.name}"
    styles.client(three, client_name=name, **REPORTING)
    report = until(lambda: (one := report_of(three, name)) and one["count"] >= 3 and one)
    reporting = [one for one in three.client_statistics().values() if one["client"] == name]
    assert len(reporting) == 1
    member = next(one for one in three.members if str(one.uuid) == report["member"])
    assert three.disconnect(members=member, clients=name) == 1
    # Another connection is the oldest now.
    until(lambda: (one := report_of(three, name)) and one["member"] != report["member"])


def test_near_caches_and_bytes_are_counted(styles, three) -> None:
    name = f"near {styles.name}"
    client = styles.client(three, client_name=name, near_caches={"*": {}}, **REPORTING)
    words = client.map("/my.map")
    styles.call(words.set, 1, "x" * 100_000)
    for _ in range(4):
        styles.call(words.get, 1)

    def counted() -> dict[str, Any] | None:
        report = report_of(three, name)
        if report and report["metrics"].get("nearcache.hits[name=/my.map]") == 3:
            return report
        return None

    report = until(counted)
    assert report["metrics"]["nearcache.misses[name=/my.map]"] == 1
    assert report["metrics"]["nearcache.ownedEntryCount[name=/my.map]"] == 1
    assert report["attributes"]["nc.my\\.map.hits"] == "3"
    assert report["attributes"]["nc.my\\.map.misses"] == "1"
    assert 100_000 < report["metrics"]["tcp.bytesSend"] < 120_000
    assert 100_000 < report["metrics"]["tcp.bytesReceived"] < 120_000


def test_bytes_that_wait_to_be_sent_are_not_told_as_sent(styles) -> None:
    name, size = f"waiting {styles.name}", 32 << 20
    with HazelcastCluster(members=2, partition_count=7) as two:
        client = styles.client(two, client_name=name, **REPORTING)
        report = until(lambda: report_of(two, name))
        quiet = next(one for one in two.members if str(one.uuid) != report["member"])
        numbers, parts = client.map(), client.partitions
        key = next(
            number
            for number in range(1000)
            if parts.get_partition_owner(parts.get_partition_id(number)) == quiet.uuid
        )
        with quiet.pause():
            call = styles.begin(numbers.set, key, bytes(size))
            until(lambda: client.raw.diagnostics()["memory"]["unsent"] > size // 2)
            count = report_of(two, name)["count"]
            report = until(lambda: (one := report_of(two, name))["count"] > count + 1 and one)
            assert report["metrics"]["tcp.bytesSend"] < size // 2
        call.result()
        until(lambda: report_of(two, name)["metrics"]["tcp.bytesSend"] > size)
        client.shutdown()


def test_bytes_of_connections_that_ended_count_on(styles, three) -> None:
    name = f"ended {styles.name}"
    client = styles.client(three, client_name=name, **REPORTING)
    styles.call(client.map().set, 1, "x" * 100_000)
    until(lambda: report_of(three, name))
    assert three.disconnect(clients=name) == 3
    report = until(lambda: (one := report_of(three, name)) and one)
    assert report["metrics"]["tcp.bytesSend"] > 100_000


@pytest.mark.parametrize("answer", [fail(-1), silence], ids=["refused", "silent"])
def test_a_member_that_does_not_take_reports_harms_nothing(styles, scripted, answer) -> None:
    cluster = scripted(1)
    cluster.always(STATISTICS, answer)
    client = styles.client(cluster, heartbeat_timeout=0.1, heartbeat_interval=0.03, **REPORTING)
    cluster.wait_until(lambda: len(cluster.seen(STATISTICS)) >= 3)
    assert styles.call(client.map().get, 1) is None
    assert len(cluster.members[0].connections) == 1
