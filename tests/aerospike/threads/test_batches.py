# SPDX-License-Identifier: Apache-2.0
"""Batches in the calling thread, against nodes that keep records."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from gridwire import aerospike
from gridwire.aerospike._client import Client
from gridwire.testing import AerospikeCluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[AerospikeCluster]:
    from support.leaks import exempt_threads

    with AerospikeCluster(nodes=3) as running:
        exempt_threads("gridwire-aerospike-cluster")
        yield running


@pytest.fixture
def client(cluster: AerospikeCluster) -> Iterator[Client]:
    config = {"hosts": cluster.hosts, "max_conns_per_node": 2}
    with aerospike.client(config).connect() as connected:
        yield connected


def keys(count: int, set_name: str = "demo") -> list[tuple[str, str, int]]:
    return [("test", set_name, number) for number in range(count)]


def test_writing_and_reading_many(client: Client):
    records = [(key, {"n": key[2]}) for key in keys(300)]
    assert all(one.result == 0 for one in client.batch_write(records).batch_records)
    found = client.batch_read(keys(310))
    assert [(one or {}).get("n") for one in bins_of(found, 310)] == [*range(300), *[None] * 10]


def bins_of(found: aerospike.LazyBatchRecords, count: int) -> list[dict[str, int] | None]:
    records = found.batch_records
    assert len(records) == count
    return [None if one.record is None else one.record.bins for one in records]


def test_more_rows_than_one_message_takes_over_few_connections(client: Client):
    found = client.batch_read(keys(20_000, "none"), policy={"total_timeout": 30_000})
    assert bins_of(found, 20_000) == [None] * 20_000


def test_one_node_after_the_other(client: Client):
    client.batch_write([(key, {"n": key[2]}) for key in keys(30, "serial")])
    policy = {"concurrency": aerospike.BATCH_CONCURRENCY_SEQUENTIAL}
    found = client.batch_read(keys(30, "serial"), policy=policy)
    assert [one["n"] for one in bins_of(found, 30) if one] == list(range(30))


def test_many_threads_with_batches_and_few_connections(client: Client):
    client.batch_write([(key, {"n": key[2]}) for key in keys(100, "many")])
    wrong: list[object] = []

    def work() -> None:
        for _ in range(5):
            found = client.batch_read(keys(100, "many"), policy={"total_timeout": 30_000})
            wrong.extend(n for n, one in enumerate(bins_of(found, 100)) if one != {"n": n})

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert wrong == []


def test_removing_and_operating_on_many(client: Client):
    client.batch_write([(key, {"n": key[2]}) for key in keys(20, "gone")])
    assert all(one.result == 0 for one in client.batch_remove(keys(20, "gone")).batch_records)
    assert bins_of(client.batch_read(keys(20, "gone")), 20) == [None] * 20


def test_info_of_every_node(client: Client, cluster: AerospikeCluster):
    answers = client.info_all("build")
    assert sorted(one.node_name for one in answers) == sorted(client.get_node_names())
    assert {one.error_code for one in answers} == {0}
    assert client.info_random_node("build") == answers[0].response
    assert client.ping()


def test_truncating(client: Client):
    client.put(("test", "short", 1), {"n": 1})
    client.truncate("test", "short")
    assert client.exists(("test", "short", 1)).meta is None
