# SPDX-License-Identifier: Apache-2.0
"""Messages on their way through faults: let through, lost, damaged, or held back until later."""

from __future__ import annotations

import asyncio
from collections import deque
from random import Random
from typing import TYPE_CHECKING

from gridwire.testing._hazelcast.damage import damaged
from gridwire.testing._hazelcast.faults import Action, Verdict
from gridwire.testing._hazelcast.link import flush

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.testing._hazelcast.active_fault import ActiveFault
    from gridwire.testing._hazelcast.link import Link
    from gridwire.testing._hazelcast.state import ClusterState

__all__ = ["Traffic"]


class Traffic:
    """What faults do to the messages of a cluster.

    Args:
        state: the cluster.
    """

    def __init__(self, state: ClusterState) -> None:
        self._state = state
        self._held: dict[int, _Held] = {}
        self._noise: dict[int, Random] = {}

    def enter(self, link: Link, message: Buffer) -> None:
        """A request arrives.

        Args:
            link: where.
            message: whole.
        """
        verdict = self._state.faults.on_the_way(link.session, message)
        match verdict.action:
            case Action.HOLD:
                self._hold(verdict, lambda: self._admit(link, message))
            case Action.PASS:
                self._admit(link, message)

    def leave(self, link: Link, message: Buffer) -> list[Buffer]:
        """An answer or an event is to be sent.

        Args:
            link: where.
            message: whole.

        Returns:
            What to send now, if anything.
        """
        verdict = self._state.faults.on_the_way(link.session, message)
        match verdict.action:
            case Action.HOLD:
                self._hold(verdict, lambda: link.write([message]))
                return []
            case Action.DAMAGE:
                return [self._damaged(verdict, message)]
            case Action.PASS:
                return [message]
        return []

    def end(self, fault_id: int) -> None:
        """A fault is over: what it held back goes on at once, in its order.

        Args:
            fault_id: what it is called.
        """
        self._noise.pop(fault_id, None)
        held = self._held.pop(fault_id, None)
        if held is not None:
            held.release()
            flush(self._state)

    def stop(self) -> None:
        """Forget all that is held back."""
        for held in self._held.values():
            held.forget()
        self._held.clear()

    def _admit(self, link: Link, message: Buffer) -> None:
        """A request has reached its member, and goes on inside the cluster."""
        session, faults = link.session, self._state.faults
        stalling = faults.stalling(session)
        if stalling is None:
            verdict = faults.inside(session, message)
        else:
            # It was late, and now the member stands still.
            verdict = Verdict(Action.HOLD, stalling)
        match verdict.action:
            case Action.HOLD:
                self._hold(verdict, lambda: self._admit(link, message))
            case Action.REFUSE:
                session.handle(message, verdict.refusal)
            case _:
                # It may have been held back; the life of entries begins when it is handled.
                session.now = self._state.now()
                session.handle(message)
        flush(self._state)
        faults.done()
        if session.closing:
            link.close()

    def _hold(self, verdict: Verdict, go_on: Callable[[], None]) -> None:
        fault = verdict.fault
        assert fault is not None
        held = self._held.get(fault.id)
        if held is None:
            held = self._held[fault.id] = _Held(self._state, fault)
        held.add(go_on)

    def _damaged(self, verdict: Verdict, message: Buffer) -> bytes:
        fault = verdict.fault
        assert fault is not None
        random = self._noise.get(fault.id)
        if random is None:
            random = self._noise[fault.id] = Random(fault.spec.seed)
        return damaged(bytes(message), fault.spec.how, random.randbytes)


class _Held:
    """What a fault holds back, the longest held first."""

    def __init__(self, state: ClusterState, fault: ActiveFault) -> None:
        self._state = state
        self._seconds = fault.spec.seconds
        self._waiting: deque[tuple[float, Callable[[], None]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, go_on: Callable[[], None]) -> None:
        """Hold something back."""
        loop = asyncio.get_running_loop()
        due = loop.time() + (self._seconds or 0.0)
        self._waiting.append((due, go_on))
        if self._seconds is not None and self._timer is None:
            self._timer = loop.call_at(due, self._due)

    def release(self) -> None:
        """Let everything go on, now."""
        waiting = [go_on for _, go_on in self._waiting]
        self.forget()
        for go_on in waiting:
            go_on()

    def forget(self) -> None:
        """Let nothing go on, ever."""
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _due(self) -> None:
        self._timer = None
        loop = asyncio.get_running_loop()
        now = loop.time()
        # All waited equally long, so they are due in the order in which they came. A timer may
        # fire a clock tick too early.
        while self._waiting and self._waiting[0][0] <= now:
            self._waiting.popleft()[1]()
        if self._waiting:
            self._timer = loop.call_at(self._waiting[0][0], self._due)
        flush(self._state)
