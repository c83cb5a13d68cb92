# SPDX-License-Identifier: Apache-2.0
"""A member whose answers make no sense while a client comes back is tried again, as any other."""

from __future__ import annotations

import threading
import time

import pytest

from gridwire.testing import HazelcastCluster
from support.call_styles import PATIENCE


@pytest.mark.parametrize(
    "answers",
    [
        "Client.Authentication",
        "Client.LocalBackupListener",
        "Client.AddClusterViewListener",
        "Map.AddEntryListener",
    ],
)
def test_one_answer_that_makes_no_sense_does_not_end_the_client(styles, answers) -> None:
    with HazelcastCluster(members=1) as cluster:
        client = styles.client(
            cluster, client_name=f"{answers} {styles.name}", retry_initial_backoff=0.02
        )
        mine = {"clients": [client.raw.name]}
        events: list[object] = []
        there = client.map("there")
        styles.call(there.add_entry_listener, added_func=events.append)
        with cluster.garble(answers=answers, how="type", times=1, **mine) as fault:
            cluster.disconnect(**mine)
            fault.wait()
        styles.call(there.set, "key", "value")
        end = time.monotonic() + PATIENCE
        while not events:
            assert time.monotonic() < end, "its listener was lost"
            threading.Event().wait(0.01)
