# SPDX-License-Identifier: Apache-2.0
"""Messages on their way through faults: let through, lost, damaged, or held back until later."""

from __future__ import annotations

import asyncio
from collections import deque
from random import Random
from typing import TYPE_CHECKING

from gridwire.aerospike.protocol import flags
from gridwire.aerospike.protocol.message import read_head
from gridwire.aerospike.protocol.proto import HEADER_BYTES, MESSAGE, kind_of
from gridwire.testing._aerospike import codes
from gridwire.testing._aerospike import fault_specs as specs
from gridwire.testing._aerospike.answers import last_message, refusal
from gridwire.testing._aerospike.damage import damaged
from gridwire.testing._aerospike.message_names import names_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridwire.testing._aerospike.faults import ActiveFault, Faults
    from gridwire.testing._aerospike.link import Link
    from gridwire.testing._aerospike.node import Node

__all__ = ["Traffic"]

_INFO1_AT = HEADER_BYTES + 1


class Traffic:
    """What faults do to the messages of a cluster.

    Args:
        faults: those of the cluster.

    Attributes:
        faults: as given.
    """

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self._held: dict[int, _Held] = {}
        self._noise: dict[int, Random] = {}

    def keeps_out(self, node: Node) -> bool:
        """Whether a node takes no new connection; this counts."""
        fault = self.faults.keeping_out(node.name)
        if fault is not None:
            fault.hits += 1
        return fault is not None

    def enter(self, link: Link, message: bytes) -> None:
        """A request arrives.

        Args:
            link: where.
            message: whole.
        """
        names = names_of(message)
        fault = self.faults.on_the_way(link.session.node.name, names, is_answer=False)
        if fault is None:
            self._admit(link, message, names)
            return
        match fault.spec.kind:
            case specs.DELAY:
                self._hold(fault, link, lambda: self._admit(link, message, names))
            case specs.CUT:
                link.abort()
            case specs.REFUSE:
                link.write([_refused(message, fault.spec.code)])
            case specs.DROP:
                link.fall_silent()
            case _:  # Requests are not damaged.
                self._admit(link, message, names)

    def _admit(self, link: Link, message: bytes, names: tuple[str, ...]) -> None:
        """A request has reached its node, and goes on inside the cluster."""
        fault = self.faults.inside(link.session.node.name, message)
        if fault is not None:
            self._hold(fault, link, lambda: self._admit(link, message, names))
            return
        if link.is_over:
            return
        answers = link.session.handle(message)
        self._leave(link, answers, names)

    def _leave(self, link: Link, answers: list[bytes], names: tuple[str, ...]) -> None:
        """Answers are to be sent."""
        fault = self.faults.on_the_way(link.session.node.name, names, is_answer=True)
        kind = None if fault is None else fault.spec.kind
        if fault is None or kind == specs.REFUSE:
            link.write(answers)
        elif kind == specs.DELAY:
            self._hold(fault, link, lambda: link.write(answers))
        elif kind == specs.LOST_ACKS:
            # What was not written has no replica to wait for.
            told = [_timed_out(answer) for answer in answers]
            self._hold(fault, link, lambda: link.write(told))
        elif kind == specs.CUT:
            link.abort()
        elif kind == specs.DROP:
            link.fall_silent()
        else:
            noise = self._noise.setdefault(fault.id, Random(fault.spec.seed))
            link.write([damaged(each, fault.spec.how, noise.randbytes) for each in answers])

    def end(self, fault_id: int) -> None:
        """A fault is over: what it held back goes on at once, in its order."""
        self._noise.pop(fault_id, None)
        held = self._held.pop(fault_id, None)
        if held is not None:
            held.release()

    def stop(self) -> None:
        """Forget all that is held back."""
        for held in self._held.values():
            held.forget()
        self._held.clear()

    def _hold(self, fault: ActiveFault, link: Link, act: Callable[[], None]) -> None:
        link.wait()

        def go_on() -> None:
            link.resume()
            act()
            link.go_on()

        held = self._held.get(fault.id)
        if held is None:
            held = self._held[fault.id] = _Held(fault.spec.seconds)
        held.add(go_on)


def _refused(message: bytes, code: int) -> bytes:
    is_batch = (
        kind_of(message) == MESSAGE
        and len(message) > _INFO1_AT
        and bool(message[_INFO1_AT] & flags.INFO1_BATCH)
    )
    return last_message(code) if is_batch else refusal(code)


def _timed_out(answer: bytes) -> bytes:
    return refusal(codes.TIMEOUT) if read_head(answer).result == codes.OK else answer


class _Held:
    """What a fault holds back, the longest held first.

    Args:
        seconds: how long each; None until it is released.
    """

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds
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
        if self._waiting and self._timer is None:
            self._timer = loop.call_at(self._waiting[0][0], self._due)
