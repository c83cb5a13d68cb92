# SPDX-License-Identifier: Apache-2.0
"""What the demo does: how many entries, which keys and values, and who works on them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "DEFAULT_ENTRIES",
    "MAX_ENTRIES",
    "MAX_FAILURES",
    "MIN_ENTRIES",
    "QUICK_ENTRIES",
    "TASKS",
    "THREADS",
    "Plan",
    "System",
    "key_of",
    "value_of",
]

DEFAULT_ENTRIES = 20_000
"""Entries of a demo that is worth watching: about five seconds for each system on two cores."""

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


class System(StrEnum):
    """A system that the demo can show."""

    HAZELCAST = "hazelcast"
    AEROSPIKE = "aerospike"


@dataclass(frozen=True, slots=True)
class Plan:
    """What the demo does on one system.

    Attributes:
        system: which.
        entries: how many keys are written and read, twice.
        addresses: of a cluster that runs already, None to start one.
        cluster_name: what it is called; None for what is usual there.
        place: the map or set that is written, and removed at the end.
        namespace: where the set is.
    """

    system: System
    entries: int
    addresses: tuple[str, ...] | None
    cluster_name: str | None
    place: str
    namespace: str = "test"

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
