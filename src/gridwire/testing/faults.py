# SPDX-License-Identifier: Apache-2.0
"""Faults of a test cluster: what can go wrong, switched on and off by the test.

The methods are those of `HazelcastCluster` and `AsyncHazelcastCluster`::

    with cluster.drop(events=INVALIDATIONS, members=cluster.members[0]):
        ...  # near caches hear nothing of what changes on that member

Each begins at once and gives a `Fault`, which ends with its ``with`` block, or by `Fault.end`. A
fault concerns what happens from its beginning on; bytes that a client has received stay received.
When it ends, everything that it held back goes on at once, in its order. Faults add up; where
several choose the same message, the one that began first gets it.

Messages are chosen by the names of the protocol, with the wildcards of `fnmatch`: requests and
their answers as ``"Map.Put"``, events as ``"Map.Entry"``. Clients are chosen by their names
(``client_name``) or UUIDs, with wildcards too. Nothing is left to chance: what a fault hits is
decided by the order of messages alone, and `noise` comes from a seed.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Self

from gridwire.testing.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

__all__ = [
    "BACKUP_ACKS",
    "ENTRY_EVENTS",
    "HEARTBEATS",
    "INVALIDATIONS",
    "VIEWS",
    "AsyncFault",
    "Fault",
]

BACKUP_ACKS = "Client.backup"
"""The events by which members tell that a backup is made."""

ENTRY_EVENTS = "Map.Entry"
"""The events that entry listeners hear."""

HEARTBEATS = "Client.Ping"
"""The requests by which clients find out whether a silent member is there, and their answers."""

INVALIDATIONS = ("Map.IMapInvalidation", "Map.IMapBatchInvalidation")
"""The events that tell near caches what to forget."""

VIEWS = ("Client.MembersView", "Client.PartitionsView")
"""The events that tell clients who the members are, and who owns which partition."""

_POLL_SECONDS = 0.005


class _Handle:
    """What both kinds of handles have in common."""

    def __init__(
        self, order: Callable[..., Any], runs: Callable[[], bool], fault_id: int, text: str
    ) -> None:
        self._order = order
        self._runs = runs
        self._id = fault_id
        self._text = text
        self._ended = False

    @property
    def hits(self) -> int:
        """How often it has hit so far.

        It counts the messages that it delayed, dropped, damaged, answered with an error or kept
        waiting inside the cluster, and the connections that it made silent or slow.

        Raises:
            ClusterError: the cluster does not run any more.
        """
        hits: int = self._order("hits", fault=self._id)
        return hits

    def end(self) -> None:
        """End it: what it held back goes on now. Does nothing if it has ended."""
        if not self._ended:
            self._ended = True
            if self._runs():
                self._order("end_fault", fault=self._id)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._text}{', ended' if self._ended else ''}>"

    def _too_few(self, hits: int, timeout: float) -> ClusterError:
        return ClusterError(
            f"{self._text}: {self.hits} hits within {timeout:g} s instead of {hits}",
            hint="Does the client send what the fault chooses, to the members that it chooses?",
        )


class Fault(_Handle):
    """A fault of a `HazelcastCluster` that has begun; a context manager that ends it."""

    def wait(self, hits: int = 1, timeout: float = 10.0) -> None:
        """Wait until it has hit that often.

        Args:
            hits: how often, counted from its beginning.
            timeout: the longest time to wait, in seconds.

        Raises:
            ClusterError: it did not within that time.
        """
        deadline = time.monotonic() + timeout
        while self.hits < hits:
            if time.monotonic() >= deadline:
                raise self._too_few(hits, timeout)
            time.sleep(_POLL_SECONDS)


class AsyncFault(_Handle):
    """A fault of an `AsyncHazelcastCluster`; a plain context manager, since nothing waits."""

    async def wait(self, hits: int = 1, timeout: float = 10.0) -> None:
        """Wait until it has hit that often; see `Fault.wait`."""
        deadline = time.monotonic() + timeout
        while self.hits < hits:
            if time.monotonic() >= deadline:
                raise self._too_few(hits, timeout)
            await asyncio.sleep(_POLL_SECONDS)
