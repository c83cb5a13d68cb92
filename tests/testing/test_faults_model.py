# SPDX-License-Identifier: Apache-2.0
"""Any faults in any order: when all are over, each request was executed and answered once."""

from __future__ import annotations

import itertools
import uuid
from collections import Counter
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.serialization.data import partition_of
from gridwire.testing import HazelcastCluster
from support.hazelcast_wire import Failure, SocketWire, encoded, int_data

CLIENTS = ("a", "b", "c")
KEYS = [int_data(number) for number in range(4)]

# What holds messages back and loses none.
FAULTS = (
    lambda cluster, at: cluster.pause(cluster.members[at % 3]),
    lambda cluster, at: cluster.delay(answers="Map.Put", clients=CLIENTS[at % 3]),
    lambda cluster, at: cluster.delay(requests="Map.*", skip=at, times=2),
    lambda cluster, at: cluster.delay(0.001, answers="*"),
    lambda cluster, at: cluster.slow_drip(1 + at, 0.0002),
    lambda cluster, at: cluster.partition([cluster.members[at % 3]], CLIENTS[:at]),
    lambda cluster, at: cluster.partition(cluster.members[:1], [*cluster.members[1:], "b"]),
    lambda cluster, _: cluster.migrating(answer="wait"),
    lambda cluster, at: cluster.migrating(answer="migrating", times=1 + at),
    lambda cluster, at: cluster.migrating([at], answer="wrong_target", times=1),
)

Steps = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 2), st.integers(0, len(KEYS) - 1)),
        st.tuples(st.just("begin"), st.integers(0, len(FAULTS) - 1), st.integers(0, 3)),
        st.tuples(st.just("end"), st.integers(0, 9), st.just(0)),
        st.tuples(st.just("migrate"), st.integers(0, 270), st.just(0)),
    ),
    max_size=30,
)


@pytest.fixture(scope="module")
def cluster():
    with HazelcastCluster(3) as cluster:
        yield cluster


class Run:
    """One series of steps, and what came of it."""

    def __init__(self, cluster, wires) -> None:
        self.cluster = cluster
        self.wires = wires
        self.faults = []
        self.sent = []
        self.values = itertools.count(1)

    def put(self, client: int, key: int) -> None:
        value = next(self.values)
        request = encoded(
            messages.PUT,
            1_000_000 + value,
            *("m", KEYS[key], int_data(value), 1, -1),
            partition_id=partition_of(KEYS[key], 271),
        )
        self.wires[client].write(request)
        self.sent.append((client, key, value))

    def begin(self, kind: int, at: int) -> None:
        self.faults.append(FAULTS[kind](self.cluster, at))

    def end(self, at: int, _: int) -> None:
        if self.faults:
            self.faults.pop(at % len(self.faults)).end()

    def migrate(self, partition_id: int, _: int) -> None:
        self.cluster.migrate([partition_id])

    def check(self) -> None:
        for fault in self.faults:
            fault.end()
        olds, news = Counter(), Counter()
        refused = set()
        for client, key, value in self.sent:
            try:
                old = self.wires[client].reply_to(1_000_000 + value, messages.PUT).value
            except Failure as failure:
                refused.add(failure.code)
                continue
            olds[key, old] += 1
            news[key, int_data(value)] += 1
        assert refused <= {39, 62}
        for key, data in enumerate(KEYS):
            left = self.wires[0].on_key(messages.GET, "m", data, 1).value
            olds[key, left] += 1
            news[key, None] += 1
        # Each value was there until the next one, or is still there.
        assert olds == news
        for wire in self.wires:
            assert not wire.heard_soon(0)
            assert not any(wire._replies.values()), "answered twice"


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=Steps)
def test_faults_that_lose_nothing(cluster, steps):
    cluster.clear()
    with ExitStack() as stack:
        wires = []
        for at, name in enumerate(CLIENTS):
            wire = stack.enter_context(SocketWire(cluster.addresses[at], uuid.uuid4()))
            wire.authenticate(cluster.cluster_name, client_name=name)
            wires.append(wire)
        run = Run(cluster, wires)
        for what, one, other in steps:
            getattr(run, what)(one, other)
        run.check()
