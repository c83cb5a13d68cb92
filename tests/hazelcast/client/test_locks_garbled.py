# SPDX-License-Identifier: Apache-2.0
"""A lock whose answer makes no sense: its caller gets an error, so nobody may hold it."""

from __future__ import annotations

import threading
import time

import pytest

from gridwire.errors import ProtocolError
from gridwire.hazelcast import HazelcastClient
from gridwire.testing import HazelcastCluster
from support.call_styles import PATIENCE


@pytest.mark.parametrize("method", ["lock", "try_lock"])
def test_a_lock_whose_answer_makes_no_sense_is_given_back(styles, method) -> None:
    with (
        HazelcastCluster(members=1) as cluster,
        HazelcastClient(
            cluster_members=cluster.addresses, cluster_name=cluster.cluster_name
        ) as other,
    ):
        client = styles.client(cluster)
        locks, seen = client.map("locks"), other.get_map("locks").blocking()
        with (
            cluster.garble(answers=["Map.Lock", "Map.TryLock"], how="type", times=1),
            pytest.raises(ProtocolError),
        ):
            styles.call(getattr(locks, method), "key")
        end = time.monotonic() + PATIENCE
        while seen.is_locked("key"):
            assert time.monotonic() < end, "nobody holds it, and it is locked"
            threading.Event().wait(0.01)
        styles.call(locks.lock, "key")
        assert seen.is_locked("key")
