# SPDX-License-Identifier: Apache-2.0
"""Follows what happens to one map, for its near cache.

Members forget the listeners of a map that somebody destroys. They say so in the words of a
clearing that they made themselves; then the listener is placed anew. And in case that, too, got
lost, it is placed anew at the same intervals, and members say whether they still had the old one.

A member that has not finished destroying has one more surprise: it keeps a listener that comes now,
and counts it as one of the old map. For the new map it counts none, so it tells nobody anything,
and a listener in place of the first only takes its uncounted place. A second one beside it is
counted; it is placed when no member can be destroying the map any more, and stays.
"""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING
from uuid import UUID

from gridwire._core.logs import reason_of
from gridwire.errors import GridwireError
from gridwire.hazelcast.cluster.listeners import Listener
from gridwire.hazelcast.cluster.near_cache import NearCache
from gridwire.hazelcast.cluster.routes import Routes
from gridwire.hazelcast.control.connection import Connection
from gridwire.hazelcast.control.near_comparing import compare
from gridwire.hazelcast.operations.near_map_events import InvalidationListener
from gridwire.hazelcast.protocol.frames import Buffer
from gridwire.hazelcast.serialization.data import partition_of

if TYPE_CHECKING:
    from gridwire.hazelcast.control.core import ClientCore

__all__ = ["Follower"]

_RENEW_SECONDS = 0.5
"""How long members have to forget a map that was destroyed, before the listener is placed anew."""

_SETTLED_SECONDS = 30.0
"""After how long no member is destroying the map any more: they wait no longer for each other."""

_FIRST_SECONDS = 5.0
"""How long whoever gets the map waits for members to say how far they have counted."""


class Follower:
    """Follows what happens to one map.

    Args:
        core: the client.
        name: of the map.
        name_data: the same, serialized: clearings are numbered in the partition that it is of.
        cache: its near cache.

    Attributes:
        name: as given.
        name_data: as given.
        cache: as given.
        begun: whether it has begun to listen. It does when the number of partitions is known.
    """

    def __init__(self, core: ClientCore, name: str, name_data: Buffer, cache: NearCache) -> None:
        self._core = core
        self._log = core.log.within("near_cache")
        self.name = name
        self.name_data = name_data
        self.cache = cache
        self.begun = False
        self._listener = InvalidationListener(
            name,
            self._home(),
            cache,
            cache.partition_count,
            core.identity.uuid,
            core.state.smart,
            self._cleared,
        )
        self._registration: str | None = None
        self._second: str | None = None
        self._second_due: float | None = None
        self._is_forgotten = False
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def know(self, partition_count: int) -> None:
        """The client is connected for the first time: so many partitions there are."""
        self.cache.know(partition_count)
        self._listener.know(self._home(), partition_count)

    def _home(self) -> int:
        count = self.cache.partition_count
        return partition_of(self.name_data, count) if count else 0

    async def begin(self) -> None:
        """Listen, and find out where members are in their counting."""
        self.begun = True
        if not self.cache.settings.invalidate_on_change:
            return
        await self._listen()
        await self._compare(_FIRST_SECONDS)
        self._task = self._core.begin(self._keep_true())

    def begin_aside(self) -> None:
        """As `begin`, in the background: until members have accepted the listener, nothing is kept.

        For maps that are in users' hands already, whose near caches nobody waits for.
        """
        self.begun = True
        if self.cache.settings.invalidate_on_change:
            self._task = self._core.begin(self._begin_aside())

    async def _begin_aside(self) -> None:
        try:
            await self._listen()
            await self._compare(_FIRST_SECONDS)
        except GridwireError as error:
            self._keeps_nothing(error)
            self._lose()
        await self._keep_true()

    def end(self) -> None:
        """Listen no more."""
        self.cache.close()
        if self._task is not None:
            self._task.cancel()
        if self._core.lifecycle.running:
            self._core.spawn(self._take_back(self._detach()))

    def routes_changed(self, routes: Routes[Connection], others: bool) -> None:
        """Connections or owners of partitions changed.

        Args:
            routes: as they are now.
            others: whether there are other connections than before.
        """
        if not self.cache.settings.invalidate_on_change:
            # What it holds is old by its owner's wish, but should not be another cluster's.
            if not routes.connections:
                self.cache.clear()
            return
        if others:
            self.cache.start_over()
            self._wake.set()
        self._cover(routes)

    def _cover(self, routes: Routes[Connection]) -> None:
        if routes.partition_count != self.cache.partition_count:
            return  # The first connection is not there yet, so nothing is covered.
        stands = self._core.listening.places(self._registration)
        if self._is_forgotten:
            stands = frozenset()
        self.cache.cover([one is not None and one in stands for one in routes.by_partition[:-1]])

    async def _listen(self) -> None:
        listener = self._listener
        self._registration = await self._core.listening.add(
            Listener(listener.add, listener.remove, listener.handle), in_reader=True
        )
        self.cache.start_over()
        self._cover(self._core.state.routes)

    def _detach(self) -> list[str]:
        """What stands on members, and is nothing to rely on any more."""
        registrations = self._registration, self._second
        self._registration = self._second = self._second_due = None
        return [one for one in registrations if one is not None]

    async def _take_back(self, registrations: list[str]) -> None:
        for one in registrations:
            await self._core.listening.remove(one)

    def _cleared(self, source: UUID) -> None:
        if self._core.state.members.find(source) is not None:
            # No client cleared the map, a member did: it may have been destroyed.
            self._lose()

    def _lose(self) -> None:
        self._is_forgotten = True
        self.cache.cover([False] * self.cache.partition_count)
        self._wake.set()

    async def _keep_true(self) -> None:
        """For as long as the near cache lives."""
        try:
            await self._follow()
        finally:
            # Perhaps nobody has shut the client down, but its loop ends.
            self.cache.cover([False] * self.cache.partition_count)

    async def _follow(self) -> None:
        while True:
            pause = self.cache.settings.reconcile_seconds
            if self._second_due is not None:
                due_in = max(self._second_due - monotonic(), 0.0)
                pause = due_in if pause is None else min(pause, due_in)
            try:
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            if self._is_forgotten:
                await self._renew()
            elif self._second_due is not None and monotonic() >= self._second_due:
                await self._place_second()
            else:
                await self._make_sure()
            await self._compare(self._core.options.heartbeat_timeout)

    async def _renew(self) -> None:
        """Members may have forgotten the listener: place it anew."""
        before = self._detach()
        self._is_forgotten = False
        self._cover(self._core.state.routes)
        await asyncio.sleep(_RENEW_SECONDS)
        try:
            await self._take_back(before)
            await self._listen()
        except GridwireError as error:
            self._keeps_nothing(error)
            self._lose()
        else:
            self._second_due = monotonic() + _SETTLED_SECONDS

    async def _place_second(self) -> None:
        """See to it that members count a listener of the map that may be a new one."""
        self._second_due = None
        listener = self._listener
        try:
            self._second = await self._core.listening.add(
                Listener(listener.add, listener.remove, listener.handle), in_reader=True
            )
        except GridwireError as error:
            self._keeps_nothing(error)
            self._lose()
            return
        self.cache.start_over()
        self._cover(self._core.state.routes)

    async def _make_sure(self) -> None:
        """See whether all members still have the listener."""
        before = self._registration
        if before is None:
            return
        try:
            self._registration, was_there = await self._core.listening.place_again(before)
        except GridwireError as error:
            self._keeps_nothing(error)
            self._lose()
            return
        if not was_there:
            self.cache.start_over()
        self._cover(self._core.state.routes)

    def _keeps_nothing(self, error: GridwireError) -> None:
        why = reason_of(error)
        self._log.sparing.warning(
            "near cache of map %s keeps nothing for now: %s", self.name, why, reason=why
        )

    async def _compare(self, limit: float) -> None:
        await compare(self._core, self._log, self.name, self.cache, limit)
