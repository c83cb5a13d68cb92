# SPDX-License-Identifier: Apache-2.0
"""How long entries live, in whole seconds as on real members (whose figures these are)."""

from __future__ import annotations

import pytest

from gridwire.testing._hazelcast.records import FOREVER, lifespan
from gridwire.testing._hazelcast.stores import MapStore

NOW = 1_795_230_630_010


@pytest.mark.parametrize(
    ("ttl", "lives", "told"),
    [
        (999, 990, 1000),
        (1000, 990, 1000),
        (1500, 990, 1000),
        (1999, 1990, 1000),
        (2500, 1990, 2000),
        (500, -10, 1000),
    ],
)
def test_a_time_to_live_ends_with_a_whole_second(ttl, lives, told):
    life = lifespan(ttl, -1, NOW)
    assert life is not None
    assert (life.expires_at - NOW, life.ttl, life.max_idle) == (lives, told, FOREVER)


@pytest.mark.parametrize("unlimited", [0, -1, -5, 2**62, FOREVER])
def test_no_limit_is_no_lifespan(unlimited):
    assert lifespan(unlimited, unlimited, NOW) is None


def test_idle_time_is_counted_from_the_last_access_and_never_exceeds_the_time_to_live():
    life = lifespan(5000, 3000, NOW)
    assert life is not None
    assert life.expires_at == NOW - 10 + 3000
    life.touch(NOW + 2000)
    assert life.expires_at == NOW - 10 + 5000


def test_versions_count_the_writes_after_the_first():
    store = MapStore()
    assert store.write(b"k", b"a", 0, 0, NOW) is None
    assert store.write(b"k", b"b", 0, 0, NOW) == b"a"
    assert store.records[b"k"].version == 1
    store.drop(b"k")
    store.write(b"k", b"c", 0, 0, NOW)
    assert store.records[b"k"].version == 0


def test_a_write_without_limit_lifts_the_limit():
    store = MapStore()
    store.write(b"k", b"a", 1000, 0, NOW)
    assert list(store.limited) == [b"k"]
    store.write(b"k", b"a", -1, -1, NOW)
    assert not store.limited
    assert store.expired(NOW + 10_000) == []


def test_reading_keeps_an_idle_entry_alive():
    store = MapStore()
    store.write(b"k", b"a", 0, 2000, NOW)
    assert store.read(b"k", NOW + 1500) == b"a"
    assert store.expired(NOW + 2500) == []
    assert store.expired(NOW + 4000) == [b"k"]


def test_changing_the_time_to_live_lifts_the_limit_on_idle_time():
    store = MapStore()
    store.write(b"k", b"a", 50_000, 20_000, NOW)
    assert store.limit(b"k", 60_000, NOW)
    life = store.records[b"k"].life
    assert life is not None
    assert (life.ttl, life.max_idle) == (60_000, FOREVER)
    assert store.records[b"k"].version == 1
    assert not store.limit(b"absent", 60_000, NOW)


def test_a_copy_is_of_its_own():
    store = MapStore()
    store.write(b"k", b"a", 1000, 0, NOW)
    replica = store.copy()
    store.drop(b"k")
    assert replica.records[b"k"].value == b"a"
    assert list(replica.limited) == [b"k"]
    replica.adopt(b"k", None)
    assert not replica.records
    assert not replica.limited
