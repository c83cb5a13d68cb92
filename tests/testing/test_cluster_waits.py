# SPDX-License-Identifier: Apache-2.0
"""What clusters do by themselves, in time, wherever their members live."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.testing import HazelcastCluster
from gridwire.testing.aio import AsyncHazelcastCluster
from gridwire.testing.errors import ClusterOptionError
from support.hazelcast_wire import Failure, SocketWire, int_data, text_data
from support.member_code import FACTORIES, NAMES, Append, Mark, sent

K, A = int_data(1), text_data("a")
T = 1
PROPERTIES = {
    "hazelcast.client.cleanup.period.millis": "100",
    "hazelcast.map.invalidation.batchfrequency.seconds": "1",
}


class _OnAnotherThread:
    """An asyncio cluster whose loop runs beside the test."""

    def __init__(self, **options) -> None:
        self._cluster = AsyncHazelcastCluster(1, **options)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self.cluster_name = self._cluster.cluster_name

    @property
    def addresses(self):
        return self._cluster.addresses

    def _run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def __enter__(self):
        self._thread.start()
        self._run(self._cluster.start())
        return self

    def __exit__(self, *_):
        self._run(self._cluster.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def thread(**options):
    return HazelcastCluster(1, data_serializable_factories=FACTORIES, **options)


def process(**options):
    return HazelcastCluster(1, data_serializable_factories=NAMES, process=True, **options)


def asynchronous(**options):
    return _OnAnotherThread(data_serializable_factories=FACTORIES, **options)


@pytest.fixture(scope="module", params=[thread, process, asynchronous])
def cluster(request):
    with request.param(properties=PROPERTIES) as cluster:
        yield cluster


@pytest.fixture
def connect(cluster):
    wires = []

    def connect():
        wire = SocketWire(cluster.addresses[0])
        wires.append(wire)
        wire.authenticate(cluster.cluster_name)
        return wire

    yield connect
    for wire in wires:
        wire.close()


@pytest.fixture
def name(request):
    return request.node.name


def test_tries_end_in_time(connect, name):
    ann, bob = connect(), connect()
    ann.on_key(messages.LOCK, name, K, T, -1, 1)
    begun = time.monotonic()
    assert bob.on_key(messages.TRY_LOCK, name, K, T, -1, 50, 2).value is False
    assert bob.on_key(messages.TRY_PUT, name, K, A, T, 50).value is False
    assert 0.1 <= time.monotonic() - begun < 10


def test_locks_of_a_client_that_is_gone_end(connect, name):
    ann, bob = connect(), connect()
    ann.on_key(messages.LOCK, name, K, T, -1, 1)
    ann.close()
    assert bob.on_key(messages.TRY_LOCK, name, K, T, -1, 20_000, 2).value is True


def test_leases_end_and_batches_of_invalidations_are_sent(connect, name):
    ann, bob = connect(), connect()
    ann.call(messages.ADD_NEAR_CACHE_INVALIDATION_LISTENER, name, 256, True)
    ann.on_key(messages.LOCK, name, K, T, 100, 1)
    ann.on_key(messages.SET, name, K, A, T, -1)
    assert bob.on_key(messages.TRY_LOCK, name, K, T, -1, 20_000, 2).value is True
    with pytest.raises(Failure, match="not owner"):
        ann.on_key(messages.UNLOCK, name, K, T, 3)
    (event,) = ann.wait_for(1)
    assert event.name == "IMapBatchInvalidation"
    assert event.fields.keys == [K]


def test_members_run_code_of_the_program(connect, name):
    ann = connect()
    partition = {"partition_id": 31}
    ann.call(messages.EXECUTE_ON_KEY, name, sent(Append, "x"), K, T, **partition)
    assert ann.on_key(messages.GET, name, K, T).value == text_data("x")
    added = ann.call(messages.ADD_INTERCEPTOR, name, sent(Mark)).value
    assert "member_code.Mark" in added
    assert ann.on_key(messages.GET, name, K, T).value == text_data("xg")


def test_a_process_needs_names_of_classes():
    with pytest.raises(ClusterOptionError, match="process of its own"):
        HazelcastCluster(1, data_serializable_factories=FACTORIES, process=True)
    cluster = process()
    cluster.start()
    cluster.stop()
    wrong = HazelcastCluster(1, data_serializable_factories={1: {1: "no.such:Class"}}, process=True)
    with pytest.raises(ClusterOptionError, match=r"no\.such:Class"):
        wrong.start()
