# SPDX-License-Identifier: Apache-2.0
"""What the demo does: how many entries, which keys and values, and who works on them."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "DEFAULT_ENTRIES",
    "MAX_ENTRIES",
    "MAX_FAILURES",
    "MIN_ENTRIES",
    "QUICK_ENTRIES",
    "TASKS",
    "THREADS",
    "Plan",
    "key_of",
    "value_of",
]

DEFAULT_ENTRIES = 60_000
"""Entries of a demo that is worth watching: about ten seconds on two cores."""

QUICK_ENTRIES = 2_000
"""Entries of ``--quick``, well below a second of work."""

MIN_ENTRIES = 10
"""Fewer leave nothing to do for one of the clients when the member is killed."""

MAX_ENTRIES = 1_000_000
"""Entries; the ledger and the in-process members keep each of them in memory."""

THREADS = 4
"""Threads that share the blocking client, each with one call in flight."""

TASKS = 64
"""Tasks that share the asyncio client, each with one call in flight."""

MAX_FAILURES = 1_000
"""Failed operations after which the demo stops: more than a lost member can cause, since that fails
at most what is in flight, and few enough that a cluster that is gone does not hold up anybody."""

_VALUE_CHARS = 100
"""Length of a value, in characters: about what a small JSON document takes."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one run of the demo does.

    Attributes:
        entries: how many keys are written and read, twice.
        members: addresses of a cluster that runs already, None to start one.
        cluster_name: what it is called; None for ``dev``, or a random name for a new cluster.
        map_name: the map that is written, and destroyed at the end.
    """

    entries: int
    members: tuple[str, ...] | None
    cluster_name: str | None
    map_name: str

    @property
    def blocking_share(self) -> range:
        """The indexes of the entries that the blocking client works on."""
        return range(0, self.entries, 2)

    @property
    def asyncio_share(self) -> range:
        """The indexes of the entries that the asyncio client works on."""
        return range(1, self.entries, 2)


def key_of(index: int) -> str:
    """Give the key of an entry."""
    return f"entry-{index:06d}"


def value_of(index: int, generation: int) -> str:
    """Give the value of an entry, different for each entry and generation.

    Args:
        index: of the entry.
        generation: how often the entry has been written before.
    """
    return f"{key_of(index)} generation {generation} ".ljust(_VALUE_CHARS, "#")
