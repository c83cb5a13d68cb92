# SPDX-License-Identifier: Apache-2.0
"""Asks several nodes in the calling thread, all at once, and reads from whoever answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import monotonic
from typing import Protocol, TypeVar

from gridwire._io.pooled import PooledSocket, wait_for_any
from gridwire.aerospike.control.blocking_node import BROKEN, BlockingNode
from gridwire.aerospike.control.command import NEVER
from gridwire.aerospike.control.exchange import AttemptFailed

__all__ = ["Question", "ask_all"]


class Question(Protocol):
    """What one node is asked."""

    @property
    def node(self) -> BlockingNode:
        """Whom."""

    def take(self, message: bytes) -> bool:
        """A message of the answer came; whether it was the last.

        Raises:
            ProtocolError: it makes no sense.
        """


Q = TypeVar("Q", bound=Question)


def ask_all(
    questions: Iterable[Q],
    encode: Callable[[Q], bytes | bytearray],
    failed: Callable[[Q, AttemptFailed], None],
    until: float,
) -> None:
    """Ask some nodes, as many at once as there are connections, and wait for all.

    Args:
        questions: one for each exchange.
        encode: what is sent for one.
        failed: told of each that has no answer.
        until: when to give up, by the monotonic clock.
    """
    waiting = list(questions)
    asked: dict[PooledSocket, Q] = {}

    def send(question: Q) -> bool:
        """Send one, unless that means to wait; who has a connection must not wait."""
        node = question.node
        try:
            sock = node.try_take(until) if asked else node.take(until)
        except AttemptFailed as failure:
            failed(question, failure)
            return True
        if sock is None:
            return False
        asked[sock] = question
        now = monotonic()
        try:
            sock.send(encode(question), None if until == NEVER else until - now, now)
        except BROKEN as error:
            del asked[sock]
            failed(question, node.failed(sock, error))
        return True

    try:
        while waiting or asked:
            waiting = [question for question in waiting if not send(question)]
            if asked:
                _read_some(asked, failed, until)
    finally:
        # Nobody reads the other answers when this is interrupted.
        for sock, question in asked.items():
            question.node.drop(sock)


def _read_some(
    asked: dict[PooledSocket, Q], failed: Callable[[Q, AttemptFailed], None], until: float
) -> None:
    """Read a message from each connection that has something to say."""
    for sock in wait_for_any(list(asked), until):
        question = asked[sock]
        try:
            if not question.take(sock.receive(None if until == NEVER else until)):
                continue
            sock.done()
            question.node.pool.give(sock)
        except BROKEN as error:
            failed(question, question.node.failed(sock, error))
        del asked[sock]
