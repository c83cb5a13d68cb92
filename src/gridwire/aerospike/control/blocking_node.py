# SPDX-License-Identifier: Apache-2.0
"""The connections of a threaded client to one node: the thread that needs one takes it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from gridwire._io.hosted import HostedLoopClosed
from gridwire._io.pooled import Framing, Phase, PooledSocket
from gridwire._io.slots import NoSlot, Slots
from gridwire.aerospike.cluster.attempts import Failure
from gridwire.aerospike.cluster.node import NodeFacts
from gridwire.aerospike.control.exchange import AttemptFailed
from gridwire.aerospike.control.hosting import wait_for
from gridwire.aerospike.control.judged import JudgedNode
from gridwire.aerospike.control.late_answers import LateAnswers
from gridwire.aerospike.exception import AdminError, AerospikeError
from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.greeting import NEEDS_LOGIN, Session
from gridwire.aerospike.protocol.proto import HEADER_BYTES, size_of

if TYPE_CHECKING:
    from gridwire._io.hosted import HostedLoop
    from gridwire.aerospike.control.access import NodeAccess
    from gridwire.aerospike.control.core import ClusterCore
    from gridwire.aerospike.diagnostics import PoolFacts

__all__ = ["BROKEN", "BlockingNode"]

_FRAMING = Framing(HEADER_BYTES, size_of)

_OPEN_AGAIN_SECONDS = 0.1
"""Pause after a connection could not be opened; whoever needs one meanwhile learns at once."""

_NEVER = float("inf")

_UNDER_WAY = (Phase.SENDING, Phase.SENT)

BROKEN = (OSError, ProtocolError)
"""How an exchange fails; the connection is closed then."""


class BlockingNode(JudgedNode):
    """A node and the connections to it.

    Args:
        facts: what is known of it.
        access: the way in.
        core: the client's view of the cluster.
        hosted: the loop on which that lives.

    Attributes:
        pool: the connections.
    """

    def __init__(
        self,
        facts: NodeFacts,
        access: NodeAccess,
        core: ClusterCore[BlockingNode],
        hosted: HostedLoop,
    ) -> None:
        options = core.options
        super().__init__(facts, options, core.log, core.counters)
        self._access = access
        self._core = core
        self._hosted = hosted
        self._least = options.min_conns_per_node
        self._idle_timeout = options.idle_timeout
        self._open_again_at = 0.0
        self._last_error: BaseException | None = None
        self._late = LateAnswers(self._give_late, self.drop)
        self.pool: Slots[PooledSocket] = Slots(
            options.max_conns_per_node, self._make, options.conn_pools_per_node
        )

    @property
    def pending(self) -> int:
        """Exchanges that are under way."""
        return sum(sock.phase in (Phase.SENDING, Phase.SENT) for sock in self.pool)

    @property
    def pool_facts(self) -> PoolFacts:
        """How the connections are doing; for any thread."""
        pool = self.pool
        sockets = [(one.is_open, one.was_open, one.phase) for one in pool]
        # A moment that is read before the clock does not lie behind it.
        opened = [one.opened_at for one in pool if one.is_open]
        now = monotonic()
        count = sum(is_open for is_open, _, _ in sockets)
        late = sum(phase is Phase.LATE for _, _, phase in sockets)
        idle = min(sum(map(len, pool.shards)), count - late)
        return {
            "open": count,
            "ages": sorted((now - at for at in opened), reverse=True),
            "in_use": count - idle - late,
            "idle": idle,
            "opening": sum(not was_open for _, was_open, _ in sockets),
            "limit": pool.most,
            "in_flight": sum(phase in _UNDER_WAY for _, _, phase in sockets),
            "waiting": len(pool.waiting),
            "late_heads": late,
            "depth": 1,
            "unsent_bytes": 0,
            "buffered_bytes": 0,
        }

    # -- on any thread ------------------------------------------------------------------------

    def exchange(
        self,
        payload: bytes | bytearray,
        until: float,
        check: Callable[[bytes], None],
        patience: float = 0.0,
    ) -> bytes:
        """Send a request on some connection and read its answer of one message.

        Args:
            payload: all of it.
            until: when to give up, by the monotonic clock.
            check: raises `ProtocolError` when the answer makes no sense.
            patience: seconds that a late answer is waited for before its connection is closed.

        Raises:
            AttemptFailed: there is no answer.
        """
        sock = self.take(until)
        try:
            now = monotonic()
            timeout = None if until == _NEVER else until - now
            if timeout is None or timeout > 0:
                answer = sock.exchange(payload, timeout, now, patience)
                check(answer)
                self.pool.give(sock)
                return answer
            self.pool.give(sock)
        except BROKEN as error:
            raise self.failed(sock, error) from None
        except BaseException:
            self.drop(sock)
            raise
        # Nothing was sent, and that is what is said.
        raise AttemptFailed(Failure.WAITING)

    def take(self, until: float) -> PooledSocket:
        """A connection that is ready; the caller gives it back to the pool or drops it.

        Args:
            until: when to give up, by the monotonic clock.

        Raises:
            AttemptFailed: there is none in time, or none could be opened.
        """
        while True:
            now = monotonic()
            try:
                sock = self.pool.take(None if until == _NEVER else until - now)
            except NoSlot as none:
                failure = Failure.NO_NODE if none.is_closed else Failure.WAITING
                raise AttemptFailed(failure) from None
            ready = self._ready(sock, until)
            if ready is not None:
                return ready

    def try_take(self, until: float) -> PooledSocket | None:
        """The same without waiting for others; None when all connections are in use.

        Raises:
            AttemptFailed: none could be opened.
        """
        sock = self.pool.try_take()
        return None if sock is None else self._ready(sock, until)

    def _ready(self, sock: PooledSocket, until: float) -> PooledSocket | None:
        """Look at a connection before it is used, or open it; None when another may do."""
        try:
            if sock.is_open:
                if not sock.is_stale(monotonic()):
                    return sock
            elif not sock.was_open:
                self._open_now(sock, until)
                return sock
        except AttemptFailed as failed:
            self.drop(sock)
            if failed.failure is not Failure.NO_CONNECTION or not len(self.pool):
                raise
            # The others live, or are just being opened.
            return None
        except BaseException:
            self.drop(sock)
            raise
        self.drop(sock)
        return None

    def _open_now(self, sock: PooledSocket, until: float) -> None:
        now = monotonic()
        if now < self._open_again_at:
            raise AttemptFailed(Failure.NO_CONNECTION, self._last_error)
        try:
            self._open(sock, min(until, now + self._core.opener.timeout))
        except (OSError, AerospikeError, ProtocolError) as error:
            now = monotonic()
            if now >= until:
                self.count_error()
                raise AttemptFailed(Failure.WAITING, error) from None
            self.connection_failed(error)
            self._last_error = error
            self._open_again_at = now + _OPEN_AGAIN_SECONDS
            self.count_error()
            self._look_soon()
            raise AttemptFailed(Failure.NO_CONNECTION, error) from None
        self._open_again_at = 0.0

    def _open(self, sock: PooledSocket, until: float) -> None:
        """Open a connection and make it ready for commands."""
        access = self._access
        session = access.session
        try:
            self._open_with(sock, session, until)
            return
        except AdminError as error:
            if error.code not in NEEDS_LOGIN or session is None:
                raise
        sock.close()
        wait_for(self._hosted, access.renew, session)
        self._open_with(sock, access.session, until)

    def _open_with(self, sock: PooledSocket, session: Session | None, until: float) -> None:
        opener, endpoint = self._core.opener, self._access.endpoint
        sock.open(endpoint.host, endpoint.port, until, opener.tls, endpoint.tls_name)
        conversation = self._access.greeting(session)
        try:
            said = next(conversation)
            while True:
                now = monotonic()
                said = conversation.send(sock.exchange(said, until - now, now))
        except StopIteration:
            self.connection_opened()

    def failed(self, sock: PooledSocket, error: BaseException) -> AttemptFailed:
        """An exchange ended by an error: how the attempt ended.

        Args:
            sock: the connection, which nobody gets before a late answer has come.
            error: one of `BROKEN`.
        """
        # None any more when there was an answer, but one that makes no sense.
        sent = sock.phase is not Phase.SENDING
        if sock.phase is Phase.LATE:
            self._keep(sock)
        else:
            self.drop(sock)
        if isinstance(error, (BlockingIOError, TimeoutError)):
            return AttemptFailed(Failure.TIMEOUT if sent else Failure.WAITING, error)
        self.connection_broke(error)
        self.count_error()
        self._look_soon()
        return AttemptFailed(Failure.LOST if sent else Failure.NOT_SENT, error)

    def _give_late(self, sock: PooledSocket) -> None:
        self.counters.late_replies += 1
        if sock.is_open and not self._is_removed:
            self.pool.give(sock)
        else:
            self.drop(sock)

    def _keep(self, sock: PooledSocket) -> None:
        """Keep a connection until its answer has come, which is late."""
        try:
            self._hosted.call(self._late.watch, sock)
        except HostedLoopClosed:
            self.drop(sock)

    def drop(self, sock: PooledSocket) -> None:
        """Close a connection; somebody else may open another."""
        sock.close()
        self.pool.forget(sock)

    def _make(self) -> PooledSocket | None:
        # While the others live it is better to wait for one of them.
        if len(self.pool) and monotonic() < self._open_again_at:
            return None
        return PooledSocket(_FRAMING)

    def _look_soon(self) -> None:
        try:
            self._hosted.call(self._core.hurry)
        except HostedLoopClosed:
            # The client is closed, and looks at nothing any more.
            return

    # -- on the loop --------------------------------------------------------------------------

    def tended(self, now: float) -> None:
        """A round of tending is over: judge anew, and close connections that nobody uses.

        Args:
            now: the loop's clock, which is the monotonic one.
        """
        self._end_round()
        for sock in self.pool:
            sock.watch(now)
        if self._idle_timeout:
            self._reap(now - self._idle_timeout)
        if len(self.pool) < self._least and not self._is_removed:
            self._core.spawn(self._keep_minimum())

    def _reap(self, oldest: float) -> None:
        for shard in self.pool.shards:
            while shard and shard[0].used <= oldest:
                try:
                    sock = shard.popleft()
                except IndexError:
                    break
                if sock.used <= oldest:
                    self.drop(sock)
                else:
                    self.pool.give(sock)

    async def open_minimum(self) -> None:
        """Open connections up to the configured minimum.

        Raises:
            Exception: one could not be opened.
        """
        loop = asyncio.get_running_loop()
        lacking = self._least - len(self.pool)
        opening = (loop.run_in_executor(None, self._open_one) for _ in range(lacking))
        for one in await asyncio.gather(*opening, return_exceptions=True):
            if isinstance(one, BaseException):
                raise one

    def _open_one(self) -> None:
        sock = self.pool.add()
        if sock is None:
            return
        try:
            self._open(sock, monotonic() + self._core.opener.timeout)
        except BaseException:
            self.drop(sock)
            raise
        self.pool.give(sock)

    async def _keep_minimum(self) -> None:
        try:
            await self.open_minimum()
        except Exception as error:  # noqa: BLE001 - the next round tries again
            self.connection_failed(error)

    # -- the end ------------------------------------------------------------------------------

    def remove(self) -> None:
        """The cluster knows it no more: what is under way ends."""
        self.close()

    def close(self) -> None:
        """End every connection; whoever waits for one does so no longer."""
        self._remove()
        for sock in self.pool.close():
            sock.close()
        # The others are in use: their threads come out, and close them.
        for sock in self.pool:
            sock.abort()
