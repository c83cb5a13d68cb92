# SPDX-License-Identifier: Apache-2.0
"""A connection is asked whether it lives, and closed when it does not answer."""

from __future__ import annotations

import time

import pytest

from gridwire.hazelcast.errors import InvalidConfigurationError, TargetDisconnectedError
from gridwire.hazelcast.lifecycle import LifecycleState
from support.call_styles import error_of
from support.scripted_replies import as_usual, silence

BEATS = {"heartbeat_interval": 0.04, "heartbeat_timeout": 0.2}
FAST_BEATS = {"heartbeat_interval": 0.03, "heartbeat_timeout": 0.1}


def test_every_connection_is_pinged(styles_and_uvloop, scripted) -> None:
    cluster = scripted(2)
    styles_and_uvloop.client(cluster, **BEATS)
    for member in cluster.members:
        cluster.wait_until(lambda member=member: len(member.seen("Client.Ping")) >= 3)
    assert all(len(member.connections) == 1 for member in cluster.members)


def test_a_busy_connection_is_pinged_too(styles, scripted) -> None:
    # Members judge a client by what it sends; one that only listens sends nothing else.
    cluster = scripted(1)
    client = styles.client(cluster, **BEATS)
    while len(cluster.seen("Client.Ping")) < 2:
        styles.call(client.map().get, 1)


def test_a_silent_member_is_left_and_its_calls_end(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(1)
    cluster.always("Client.Ping", silence)
    cluster.always("Map.Set", silence)
    client = styles.client(cluster, **FAST_BEATS)
    connection = cluster.members[0].connections[0]
    began = time.monotonic()
    error = error_of(styles.begin(client.map().set, 1, "x"))
    assert isinstance(error, TargetDisconnectedError)
    assert "heartbeat_timeout" in str(error)
    assert 0.08 <= time.monotonic() - began < 5
    assert connection.closed.wait(5)


def test_a_silent_connection_is_replaced(styles, scripted) -> None:
    cluster = scripted(1)
    cluster.always("Client.Ping", silence)
    client = styles.client(cluster, **FAST_BEATS)
    cluster.wait_until(lambda: len(cluster.seen("Client.Authentication")) >= 2)
    cluster.behave("Client.Ping")
    assert styles.call(client.map().get, 1) is None


def test_answers_keep_a_connection_as_pings_do(styles, scripted) -> None:
    cluster = scripted(1)
    cluster.always("Client.Ping", silence)
    client = styles.client(cluster, **BEATS)
    connection = cluster.members[0].connections[0]
    until = time.monotonic() + 0.3
    while time.monotonic() < until:
        styles.call(client.map().get, 1)
    assert not connection.closed.is_set()


def test_a_member_that_is_slow_now_and_then_is_kept(styles, scripted) -> None:
    cluster = scripted(1)
    held = cluster.hold("Client.Ping")
    styles.client(cluster, **BEATS)
    connection = cluster.members[0].connections[0]
    for _ in range(3):
        late = held.next()
        held.next()
        as_usual(late)
    cluster.behave("Client.Ping")
    cluster.wait_for("Client.Ping", 7)
    assert not connection.closed.is_set()


def test_the_timeout_must_be_longer_than_the_interval(styles) -> None:
    with pytest.raises(InvalidConfigurationError, match="heartbeat_interval"):
        styles.client(heartbeat_interval=2.0, heartbeat_timeout=1.0)


def test_a_silent_member_among_others_is_left_alone(styles, scripted) -> None:
    cluster = scripted(2)
    cluster.members[1].always("Client.Ping", silence)
    states: list[str] = []
    client = styles.client(cluster, lifecycle_listeners=[states.append], **BEATS)
    kept = cluster.members[0].connections[0]
    cluster.wait_until(lambda: len(cluster.members[1].seen("Client.Authentication")) >= 2)
    assert styles.call(client.map().size) == 0
    assert not kept.closed.is_set()
    assert LifecycleState.DISCONNECTED not in states
