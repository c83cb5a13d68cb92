# SPDX-License-Identifier: Apache-2.0
"""Keeps near caches true: listens to what changes, and asks for what was missed.

A near cache keeps what it reads from a partition only while that partition's owner tells this
client what changes there: it has a connection, and the listener stands on it. When a connection
comes or goes, everything is dropped, since nobody knows what was told to nobody. At intervals each
member is asked how far it has counted, which shows what got lost on the way.

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
import logging
import os
import threading
import weakref
from time import monotonic, time
from typing import TYPE_CHECKING
from uuid import UUID

from gridwire.errors import GridwireError
from gridwire.hazelcast.cluster.near_cache import NearCache, NearCacheSettings
from gridwire.hazelcast.cluster.routes import Routes
from gridwire.hazelcast.control.connection import Connection
from gridwire.hazelcast.core import MemberInfo
from gridwire.hazelcast.operations.near_map_events import (
    InvalidationListener,
    Metadata,
    metadata_request,
)
from gridwire.hazelcast.serialization.data import partition_of
from gridwire.hazelcast.serialization.service import SerializationService

if TYPE_CHECKING:
    from gridwire.hazelcast.control.core import ClientCore

__all__ = ["NearCaching"]

_logger = logging.getLogger("gridwire.hazelcast.near_cache")

_RENEW_SECONDS = 0.5
"""How long members have to forget a map that was destroyed, before the listener is placed anew."""

_SETTLED_SECONDS = 30.0
"""After how long no member is destroying the map any more: they wait no longer for each other."""

_FIRST_SECONDS = 5.0
"""How long whoever gets the map waits for members to say how far they have counted."""


class NearCaching:
    """The near caches of one client. Runs on the client's loop, but for `close`.

    Args:
        core: the client.
    """

    def __init__(self, core: ClientCore) -> None:
        self._core = core
        self._followers: dict[str, _Follower] = {}
        self._opening = asyncio.Lock()
        self._connections: frozenset[Connection] = frozenset()
        _all.add(self)

    async def open(
        self, name: str, settings: NearCacheSettings, serialization: SerializationService
    ) -> NearCache:
        """The near cache of a map; it exists from now on and listens to all members.

        Raises:
            HazelcastError: no member accepts the listener, or one refuses it.
        """
        async with self._opening:
            found = self._followers.get(name)
            if found is not None and not found.cache.closed:
                return found.cache
            core = self._core
            count = core.state.partition_count
            cache = NearCache(
                settings,
                count,
                serialization.to_object,
                monotonic,
                core.random.random,
                threading.RLock(),
                time(),
            )
            home = partition_of(serialization.to_data(name) or b"", count)
            follower = _Follower(core, name, home, cache)
            if found is not None:
                self._forget(name, found.cache)
            self._followers[name] = follower
            try:
                await follower.begin()
            except BaseException:
                self._forget(name, cache)
                raise
            return cache

    def close(self, name: str, cache: NearCache) -> None:
        """The map is destroyed: nothing is kept any more. From any thread."""
        cache.close()
        self._core.from_anywhere(self._forget, name, cache)

    def close_all(self) -> None:
        """The client ends: what it holds would never be told that it is stale."""
        for follower in self._followers.values():
            follower.cache.close()

    def _forget(self, name: str, cache: NearCache) -> None:
        follower = self._followers.get(name)
        if follower is not None and follower.cache is cache:
            del self._followers[name]
            follower.end()

    def routes_changed(self, routes: Routes[Connection]) -> None:
        """Connections or owners of partitions changed."""
        connections = frozenset(routes.connections)
        others = connections != self._connections
        self._connections = connections
        for follower in self._followers.values():
            follower.routes_changed(routes, others)

    def abandon(self) -> None:
        """This process was forked, and nobody here tells what becomes stale."""
        for follower in self._followers.values():
            follower.cache.abandon(threading.RLock())


class _Follower:
    """Follows what happens to one map.

    Args:
        core: the client.
        name: of the map.
        home: the partition of its name.
        cache: its near cache.
    """

    def __init__(self, core: ClientCore, name: str, home: int, cache: NearCache) -> None:
        self._core = core
        self._name = name
        self.cache = cache
        self._listener = InvalidationListener(
            name,
            home,
            cache,
            core.state.partition_count,
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

    async def begin(self) -> None:
        """Listen, and find out where members are in their counting."""
        if not self.cache.settings.invalidate_on_change:
            return
        await self._listen()
        await self._compare(_FIRST_SECONDS)
        self._task = self._core.begin(self._keep_true())

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
        stands = self._core.listening.places(self._registration)
        if self._is_forgotten:
            stands = frozenset()
        self.cache.cover([one is not None and one in stands for one in routes.by_partition[:-1]])

    async def _listen(self) -> None:
        listener = self._listener
        self._registration = await self._core.listening.add(
            listener.add, listener.remove, listener.handle, in_reader=True
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
        self.cache.cover([False] * self._core.state.partition_count)
        self._wake.set()

    async def _keep_true(self) -> None:
        """For as long as the near cache lives."""
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
            _logger.warning("near cache of map %s keeps nothing for now: %s", self._name, error)
            self._lose()
        else:
            self._second_due = monotonic() + _SETTLED_SECONDS

    async def _place_second(self) -> None:
        """See to it that members count a listener of the map that may be a new one."""
        self._second_due = None
        listener = self._listener
        try:
            self._second = await self._core.listening.add(
                listener.add, listener.remove, listener.handle, in_reader=True
            )
        except GridwireError as error:
            _logger.warning("near cache of map %s keeps nothing for now: %s", self._name, error)
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
            _logger.warning("near cache of map %s keeps nothing for now: %s", self._name, error)
            self._lose()
            return
        if not was_there:
            self.cache.start_over()
        self._cover(self._core.state.routes)

    async def _compare(self, limit: float) -> None:
        """Ask every member how far it has counted; each has so many seconds to answer."""
        beginning = self.cache.beginnings
        members = [one for one in self._core.state.members.members if not one.lite_member]
        answers = await asyncio.gather(
            *(self._ask(one, limit) for one in members), return_exceptions=True
        )
        for member, answer in zip(members, answers, strict=True):
            if isinstance(answer, Metadata):
                # Unless the listener stands elsewhere by now, where members count on their own.
                if self.cache.beginnings == beginning:
                    self.cache.compare(answer.uuids, answer.sequences)
            elif isinstance(answer, Exception):
                _logger.warning(
                    "near cache of map %s: %s does not say how far it has counted: %s",
                    self._name,
                    member,
                    str(answer) or type(answer).__name__,
                )

    async def _ask(self, member: MemberInfo, limit: float) -> Metadata | None:
        core = self._core
        routes = core.state.routes
        connection = routes.to_member(member.uuid)
        if connection is None and not core.state.smart and routes.connections:
            connection = routes.connections[0]
        if connection is None or member.uuid is None:
            return None
        request = metadata_request(self._name, member.uuid, core.state.partition_count)
        async with asyncio.timeout(limit):
            return await core.call_on(connection, request)


_all: weakref.WeakSet[NearCaching] = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for one in list(_all):
        one.abandon()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
