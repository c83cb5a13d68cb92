# SPDX-License-Identifier: Apache-2.0
"""Requests that wait until a key is free, in the order in which they came.

A member does not answer them until then; it handles them again when somebody gives the key free.
As on real members only some of them wait for a limited time, which they bring along: others,
writes among them, wait until the key is free or their connection ends.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gridwire.hazelcast.error_codes import ErrorCode
from gridwire.testing._hazelcast.refusals import Refusal, StackFrame, encode_refusal

if TYPE_CHECKING:
    from gridwire.hazelcast.protocol.table import Encoded
    from gridwire.testing._hazelcast.session import Session
    from gridwire.testing._hazelcast.state import ClusterState
    from gridwire.testing._hazelcast.timers import Timer

__all__ = ["MAX_WAITING", "MAX_WAITING_PER_CONNECTION", "WaitingRoom"]

MAX_WAITING = 100_000
"""Requests that wait in a cluster: each is kept whole. Real members have no such limit."""

MAX_WAITING_PER_CONNECTION = 20_000
"""The same for one connection, so that none takes all places."""


class _Waiter:
    """A request that waits.

    Attributes:
        session: the connection that it came by.
        message: the whole request.
        correlation_id: its correlation id.
        thread_id: of the thread or task that asks.
        late: the answer for when the time is over; None if it waits without limit.
        timer: what ends the wait.
    """

    __slots__ = ("correlation_id", "late", "message", "session", "thread_id", "timer")

    def __init__(self, session: Session, message: bytes, thread_id: int) -> None:
        self.session = session
        self.message = message
        self.correlation_id = session.correlation_id
        self.thread_id = thread_id
        self.late: Encoded | None = None
        self.timer: Timer | None = None


class WaitingRoom:
    """All requests of a cluster that wait for keys.

    Args:
        state: the cluster.
    """

    def __init__(self, state: ClusterState) -> None:
        self._state = state
        # Dictionaries for their order and for taking one out; each value is None.
        self._queues: dict[tuple[str, bytes], dict[_Waiter, None]] = {}
        self._counts: Counter[Session] = Counter()

    def __len__(self) -> int:
        """How many wait."""
        return self._counts.total()

    def park(
        self,
        session: Session,
        message: bytes,
        key: tuple[str, bytes],
        thread_id: int,
        wait: tuple[int, Encoded] | None = None,
    ) -> None:
        """Let the request in work of a connection wait.

        Args:
            session: the connection.
            message: the whole request.
            key: the name of the map and the key that is locked.
            thread_id: of the thread or task that asks.
            wait: how long at most, in milliseconds, and what to answer then; None for no limit.

        Raises:
            Refusal: too many wait.
        """
        self._check_room(session)
        waiter = _Waiter(session, message, thread_id)
        if wait is not None:
            milliseconds, waiter.late = wait
            waiter.timer = self._state.timers.after(
                milliseconds / 1000, lambda: self._give_up(key, waiter)
            )
        self._queues.setdefault(key, {})[waiter] = None
        self._counts[session] += 1

    def let_in(self, name: str, key: bytes) -> None:
        """Handle again who waits for a key, as far as it is free for them.

        One of them may lock it; who came later waits on, unless the lock is its own.
        """
        for waiter in list(self._queues.get((name, key), ())):
            session = waiter.session
            waiting = waiter in self._queues.get((name, key), ())
            if waiting and not self._is_kept_out(waiter, name, key):
                self._take((name, key), waiter)
                session.now = self._state.now()
                session.handle(waiter.message)

    def drop_session(self, session: Session) -> None:
        """A connection ended: what came by it is not done any more."""
        if session in self._counts:
            for key, queue in list(self._queues.items()):
                for waiter in [one for one in queue if one.session is session]:
                    self._take(key, waiter)

    def drop_map(self, name: str) -> None:
        """A map was destroyed: whoever waits is told so."""
        for key in [key for key in self._queues if key[0] == name]:
            for waiter in list(self._queues[key]):
                self._take(key, waiter)
                waiter.session.send(encode_refusal(waiter.correlation_id, _destroyed(name)))

    def _is_kept_out(self, waiter: _Waiter, name: str, key: bytes) -> bool:
        lock = self._state.locks.find(name, key)
        return lock is not None and not lock.is_of(waiter.session.client_uuid, waiter.thread_id)

    def _give_up(self, key: tuple[str, bytes], waiter: _Waiter) -> None:
        self._take(key, waiter)
        assert waiter.late is not None
        waiter.session.send(waiter.late)

    def _take(self, key: tuple[str, bytes], waiter: _Waiter) -> None:
        queue = self._queues[key]
        del queue[waiter]
        if not queue:
            del self._queues[key]
        session = waiter.session
        self._counts[session] -= 1
        if not self._counts[session]:
            del self._counts[session]
        if waiter.timer is not None:
            waiter.timer.cancel()

    def _check_room(self, session: Session) -> None:
        if len(self) >= MAX_WAITING or self._counts[session] >= MAX_WAITING_PER_CONNECTION:
            raise Refusal(
                ErrorCode.HAZELCAST_OVERLOAD,
                "com.hazelcast.core.HazelcastOverloadException",
                "too many requests wait for locked keys of this test member",
                StackFrame(
                    "com.hazelcast.spi.impl.operationparker.impl.OperationParkerImpl",
                    "park",
                    "OperationParkerImpl.java",
                    130,
                ),
            )


def _destroyed(name: str) -> Refusal:
    return Refusal(
        ErrorCode.DISTRIBUTED_OBJECT_DESTROYED,
        "com.hazelcast.spi.exception.DistributedObjectDestroyedException",
        f"DistributedObject[com.hazelcast.map.impl.MapService -> {name}] has been destroyed!",
        StackFrame(
            "com.hazelcast.spi.impl.proxyservice.impl.ProxyServiceImpl",
            "destroyLocalDistributedObject",
            "ProxyServiceImpl.java",
            197,
        ),
    )
