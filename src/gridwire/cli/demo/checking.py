# SPDX-License-Identifier: Apache-2.0
"""The check at the end: what is in the cluster, compared with what it acknowledged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gridwire.cli.demo.ledger import Ledger
from gridwire.cli.demo.view import Update
from gridwire.errors import GridwireError
from gridwire.hazelcast import HazelcastClient

__all__ = ["check_entries"]

_BATCH = 1_000
"""Entries that are read by one call."""


def check_entries(
    ledger: Ledger,
    keys: Sequence[str],
    options: Mapping[str, Any],
    map_name: str,
    update: Update,
) -> None:
    """Read entries with a client that took no part in writing them.

    When it fails, the entries from there on stay unchecked: the verdict says so.

    Args:
        ledger: is told what was found.
        keys: of the entries.
        options: of the client.
        map_name: of the map.
        update: is told how many were checked.
    """
    try:
        with HazelcastClient(**options) as client:
            entries = client.get_map(map_name).blocking()
            for start in range(0, len(keys), _BATCH):
                batch = keys[start : start + _BATCH]
                found = entries.get_all(batch)
                for key in batch:
                    ledger.observe(key, found.get(key), final=True)
                update(start + len(batch))
    except GridwireError:
        return
