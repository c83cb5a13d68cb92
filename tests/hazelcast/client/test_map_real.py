# SPDX-License-Identifier: Apache-2.0
"""Every call of a map on real members: as it should be, and as the official client has it."""

from __future__ import annotations

import logging
import uuid

import pytest

import hazelcast as official
from support.map_calls import CASES, play

pytestmark = pytest.mark.real_member

SUMMARY = "{}: {} gives {!r}, the official client {!r}"

_VIEW = ("key", "value", "cost", "hits", "version", "ttl", "max_idle", "last_stored_time")


@pytest.fixture
def peer():
    """Start official clients; they end with the test."""
    clients = []
    logging.getLogger("hazelcast").setLevel(logging.ERROR)

    def start(cluster):
        clients.append(
            official.HazelcastClient(
                cluster_name=cluster.cluster_name, cluster_members=cluster.addresses
            )
        )
        return clients[-1]

    yield start
    for client in clients:
        client.shutdown()


def same(ours, theirs) -> bool:
    """Whether two clients gave the same."""
    if isinstance(theirs, BaseException):
        names = {cls.__name__ for cls in type(ours).__mro__}
        return isinstance(ours, BaseException) and type(theirs).__name__ in names
    if type(theirs).__name__ == "SimpleEntryView":
        return all(getattr(ours, name) == getattr(theirs, name) for name in _VIEW)
    if isinstance(theirs, list) and isinstance(ours, list):
        return sorted(map(repr, ours)) == sorted(map(repr, theirs))
    return type(ours) is type(theirs) and ours == theirs


def compare(styles, cluster, peer) -> None:
    client, other = styles.client(cluster), peer(cluster)
    wrong: list[str] = []
    for case in CASES:
        name = f"{case} {uuid.uuid4()}"
        ours = play(styles.call, client.map(f"ours {name}"), case)
        their_map = other.get_map(f"theirs {name}").blocking()
        theirs = play(lambda method, *a, **k: method(*a, **k), their_map, case)
        for (method, expected, came), (_, _, official_came) in zip(ours, theirs, strict=True):
            if came != expected:
                wrong.append(f"{case}: {method} gives {came!r}, not {expected!r}")
            # What the official client returns for put_all is a slip: its type says None.
            if not same(came, None if method == "put_all" and came is None else official_came):
                wrong.append(SUMMARY.format(case, method, came, official_came))
    assert not wrong, "\n".join(wrong)


def test_one_member(styles, real_cluster, peer) -> None:
    compare(styles, real_cluster, peer)


def test_three_members(styles, real_cluster_factory, peer) -> None:
    compare(styles, real_cluster_factory("5.7.0", 3), peer)


def test_what_one_client_writes_the_other_reads(styles, real_cluster, peer) -> None:
    name = f"both {uuid.uuid4()}"
    ours, theirs = styles.client(real_cluster).map(name), peer(real_cluster).get_map(name)
    entries = {key: f"value of {key}" for key in range(100)}
    styles.call(ours.put_all, entries)
    assert theirs.blocking().get_all(list(entries)) == entries
    theirs.blocking().put_all({key: key for key in range(100)})
    assert styles.call(ours.get_all, entries) == {key: key for key in range(100)}


def test_iteration_in_pages(styles, real_cluster) -> None:
    numbers = styles.client(real_cluster).map(f"pages {uuid.uuid4()}")
    entries = {key: f"value of {key}" for key in range(3000)}
    styles.call(numbers.put_all, entries)
    assert sorted(styles.listed(numbers.iter_keys(5))) == sorted(entries)
    pages = numbers.iter_entries(3)
    seen = styles.listed(pages, 500)
    styles.call(numbers.put_all, dict.fromkeys(range(10_000, 16_000), "new"))
    seen += styles.listed(pages)
    found = [key for key, _ in seen if key < 3000]
    assert sorted(found) == sorted(entries)
    assert dict(one for one in seen if one[0] < 3000) == entries


def test_large_values(styles_and_uvloop, real_cluster) -> None:
    styles = styles_and_uvloop
    numbers = styles.client(real_cluster).map(f"large {uuid.uuid4()}")
    for size in (64 * 1024, 1 << 20, 8 << 20):
        value = bytes(range(256)) * (size // 256)
        styles.call(numbers.set, size, value)
        assert styles.call(numbers.get, size) == value
    styles.call(numbers.destroy)
