# SPDX-License-Identifier: Apache-2.0
"""The check at the end: what is in the cluster, compared with what it acknowledged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing

from gridwire.cli.demo.ledger import Ledger
from gridwire.cli.demo.target import Access, SetUpError
from gridwire.cli.demo.view import Update
from gridwire.errors import GridwireError

__all__ = ["check_entries"]

_BATCH = 1_000
"""Entries that are read by one call."""


def check_entries(
    ledger: Ledger, keys: Sequence[str], connect: Callable[[], Access], update: Update
) -> None:
    """Read entries with a client that took no part in writing them.

    When it fails, the entries from there on stay unchecked: the verdict says so.

    Args:
        ledger: is told what was found.
        keys: of the entries.
        connect: makes the client.
        update: is told how many were checked.
    """
    try:
        with closing(connect()) as access:
            for start in range(0, len(keys), _BATCH):
                batch = keys[start : start + _BATCH]
                found = access.get_many(batch)
                for key in batch:
                    ledger.observe(key, found.get(key), final=True)
                update(start + len(batch))
    except (GridwireError, SetUpError):
        return
