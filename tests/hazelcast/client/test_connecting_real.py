# SPDX-License-Identifier: Apache-2.0
"""Real members: a cluster that comes late, is lost, and comes back with another id."""

from __future__ import annotations

import pytest

from gridwire.errors import Outcome
from gridwire.hazelcast.errors import (
    ClientOfflineError,
    HazelcastClientNotActiveError,
    IllegalStateError,
)
from support.call_styles import STYLES, make_style
from support.diary import Diary

pytestmark = pytest.mark.real_member


@pytest.fixture
def all_styles():
    """All call styles at once, since a restart of real members takes long."""
    made = [make_style(name) for name in STYLES]
    yield made
    for one in made:
        one.close()


def test_a_real_member_that_refuses_the_name_ends_the_start(styles, real_cluster) -> None:
    with pytest.raises(IllegalStateError) as caught:
        styles.client(real_cluster, cluster_name="nobody's")
    assert real_cluster.addresses[0] in str(caught.value)
    assert "credentials" in str(caught.value)


def test_each_mode_does_what_it_says_while_real_members_restart(
    all_styles, own_real_cluster
) -> None:
    cluster = own_real_cluster()
    where = {"cluster_members": cluster.addresses, "cluster_name": cluster.cluster_name}
    playing = []
    for styles in all_styles:
        for mode in ("ON", "ASYNC", "OFF"):
            states, heard, came, left = Diary(), Diary(), Diary(), Diary()
            client = styles.client(
                cluster,
                reconnect_mode=mode,
                lifecycle_listeners=[states],
                membership_listeners=[(came, left)],
            )
            states.until("CONNECTED")
            numbers = client.map(f"{styles.name} {mode}")
            styles.call(numbers.add_entry_listener, added_func=heard)
            styles.call(numbers.set, 1, "old")
            assert heard.next().key == 1
            before = came.next()
            playing.append((styles, mode, client, numbers, states, heard, came, left, before))
    cluster.kill(0)
    waiting = []
    for styles, mode, _, numbers, states, *_ in playing:
        states.until("SHUTDOWN" if mode == "OFF" else "DISCONNECTED")
        if mode == "ON":
            waiting.append(styles.begin(numbers.set, 2, "waited", timeout=100))
        elif mode == "ASYNC":
            error = styles.error(numbers.set, 2, "offline")
            assert type(error) is ClientOfflineError
            assert error.outcome is Outcome.NOT_SENT
        else:
            assert type(styles.error(numbers.get, 1)) is HazelcastClientNotActiveError
    early = []
    for styles in all_styles:
        states = Diary()
        client = styles.client(**where, async_start=True, lifecycle_listeners=[states])
        numbers = client.map(f"{styles.name} early")
        assert type(styles.error(numbers.get, 1)) is ClientOfflineError
        early.append((styles, numbers, states))
    cluster.restart_member(0)
    assert [one.result(60) for one in waiting] == [None] * len(waiting)
    for styles, mode, client, numbers, states, heard, came, left, before in playing:
        if mode == "OFF":
            continue
        states.until("CONNECTED")
        if mode == "ON":
            assert heard.next().key == 2
        assert styles.call(numbers.get, 1) is None
        styles.call(numbers.set, 3, "new")
        assert heard.next().key == 3
        assert left.next().uuid == before.uuid
        assert came.next().uuid == client.cluster.get_members()[0].uuid != before.uuid
        assert came.empty
        assert left.empty
        assert client.raw.diagnostics()["counters"]["reconnects"] == 1
    for styles, numbers, states in early:
        states.until("CONNECTED")
        styles.call(numbers.set, "key", "value")
        assert styles.call(numbers.get, "key") == "value"
