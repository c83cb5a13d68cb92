# SPDX-License-Identifier: Apache-2.0
"""The connections of an asyncio client to one node: those that are open, and those that open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Protocol

from gridwire.aerospike.control.depth import Depth
from gridwire.aerospike.control.pipeline import Pipeline

if TYPE_CHECKING:
    from gridwire.aerospike._options.client_options import ClientOptions

__all__ = ["AsyncPool", "PoolOwner"]

_OPENING_AT_ONCE = 8
"""Connections to one node that are opened at the same time: those that are there first may serve
those who wait, and a server is not overrun by handshakes."""

_OPEN_AGAIN_SECONDS = 0.1
"""Pause after a connection could not be opened; whoever needs one meanwhile learns at once."""


class PoolOwner(Protocol):
    """Who is told what becomes of connections that were wanted."""

    def opened(self) -> None:
        """One more is there."""

    def not_opened(self, error: BaseException | None) -> None:
        """One could not be opened, or may not be tried again yet."""

    def connection_failed(self, error: BaseException) -> None:
        """One could not be opened that nobody waits for."""


class AsyncPool:
    """Connections to one node.

    Args:
        owner: told what becomes of those that were wanted.
        options: of the client.
        depth: how many requests may be under way on one.
        connect: opens one, authenticated and ready to be used.
        spawn: runs a coroutine until the client ends.

    Attributes:
        connections: those that are open.
        ready: those of them that may have room, the one that was used last at the end. Who finds
            one without room there takes it out, and marks it so.
        opening: how many are being opened.
    """

    __slots__ = (
        "_connect",
        "_depth",
        "_idle_timeout",
        "_is_closed",
        "_least",
        "_most",
        "_now",
        "_open_again_at",
        "_owner",
        "_spawn",
        "connections",
        "opening",
        "ready",
    )

    def __init__(
        self,
        owner: PoolOwner,
        options: ClientOptions,
        depth: Depth,
        connect: Callable[[], Coroutine[Any, Any, Pipeline]],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self.connections: list[Pipeline] = []
        self.ready: list[Pipeline] = []
        self.opening = 0
        self._owner = owner
        self._depth = depth
        self._connect = connect
        self._spawn = spawn
        self._now = asyncio.get_running_loop().time
        self._most = options.max_conns_per_node
        self._least = options.min_conns_per_node
        self._idle_timeout = options.idle_timeout
        self._open_again_at = 0.0
        self._is_closed = False

    @property
    def most(self) -> int:
        """How many there may be."""
        return self._most

    @property
    def is_full(self) -> bool:
        """Whether no more may be opened."""
        return len(self.connections) + self.opening >= self._most

    @property
    def is_empty(self) -> bool:
        """Whether there is none, nor will be one soon."""
        return not self.connections and not self.opening

    # -- finding one --------------------------------------------------------------------------

    def idle(self) -> Pipeline | None:
        """One on which nothing is under way; the caller takes it for himself."""
        ready = self.ready
        for index in range(len(ready) - 1, -1, -1):
            connection = ready[index]
            if not connection.entries:
                del ready[index]
                connection.is_ready = False
                return connection
        return None

    def with_room(self) -> Pipeline | None:
        """One on which another request may be sent, the one that was used last."""
        ready = self.ready
        while True:
            limit = self._depth.limit
            while ready:
                connection = ready[-1]
                if len(connection.entries) < limit:
                    return connection
                del ready[-1]
                connection.is_ready = False
            # All that may be open are open: what is short now is not connections but room on them.
            if not (self.is_full and self._depth.stretch()):
                return None
            for connection in self.connections:
                self.make_ready(connection)

    def make_ready(self, connection: Pipeline) -> None:
        """It may have room: if so, requests go there again."""
        if (
            not connection.is_ready
            and not connection.is_blocked
            and not connection.is_closed
            and not connection.is_alone
            and len(connection.entries) < self._depth.limit
            and connection.stream is not None
            and connection.stream.unsent_bytes == 0
        ):
            connection.is_ready = True
            self.ready.append(connection)

    def make_unready(self, connection: Pipeline) -> None:
        """No request goes there, whatever room it has."""
        if connection.is_ready:
            self.ready.remove(connection)
            connection.is_ready = False

    def forget(self, connection: Pipeline) -> bool:
        """It has ended; whether it had been in use."""
        if connection not in self.connections:
            return False
        self.connections.remove(connection)
        self.make_unready(connection)
        return True

    # -- opening ------------------------------------------------------------------------------

    def open(self, wanted: int) -> None:
        """Open connections, as far as that is allowed; those that are on their way count."""
        room = min(self._most - len(self.connections), _OPENING_AT_ONCE)
        wanted = min(wanted, room) - self.opening
        if wanted <= 0:
            return
        if self._now() < self._open_again_at:
            self._owner.not_opened(None)
            return
        for _ in range(wanted):
            self.opening += 1
            self._spawn(self._open())

    async def _open(self) -> None:
        try:
            connection = await self._connect()
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for it
            self.opening -= 1
            self._open_again_at = self._now() + _OPEN_AGAIN_SECONDS
            self._owner.not_opened(error)
            return
        except BaseException:
            self.opening -= 1
            raise
        self.opening -= 1
        self._adopt(connection)

    def _adopt(self, connection: Pipeline) -> None:
        if self._is_closed or connection.is_closed:
            connection.close()
            return
        self._open_again_at = 0.0
        connection.is_blocked = False
        connection.waits_since = self._now()
        self.connections.append(connection)
        self.make_ready(connection)
        self._owner.opened()

    async def open_minimum(self) -> None:
        """Open connections up to the configured minimum.

        Raises:
            Exception: one could not be opened.
        """
        lacking = self._least - len(self.connections) - self.opening
        if lacking <= 0 or self._is_closed:
            return
        self.opening += lacking
        try:
            opened = await asyncio.gather(
                *(self._connect() for _ in range(lacking)), return_exceptions=True
            )
        finally:
            self.opening -= lacking
        for one in opened:
            if isinstance(one, Pipeline):
                self._adopt(one)
        for one in opened:
            if isinstance(one, BaseException):
                raise one

    def tended(self, now: float) -> None:
        """Close connections that nobody uses any more, and open those that must be there.

        Args:
            now: the loop's clock.
        """
        if self._idle_timeout:
            oldest = now - self._idle_timeout
            for connection in list(self.connections):
                if not connection.entries and connection.waits_since <= oldest:
                    connection.close()
        if len(self.connections) + self.opening < self._least:
            self._spawn(self._keep_minimum())

    async def _keep_minimum(self) -> None:
        try:
            await self.open_minimum()
        except Exception as error:  # noqa: BLE001 - the next round tries again
            self._owner.connection_failed(error)

    def close(self, error: BaseException | None = None) -> None:
        """End every connection, and those that are still to come."""
        self._is_closed = True
        for connection in list(self.connections):
            connection.close(error)
