# SPDX-License-Identifier: Apache-2.0
"""What goes over a connection of a client, and how that ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeAlias

from gridwire.aerospike.cluster.attempts import Failure

if TYPE_CHECKING:
    import asyncio

__all__ = ["AttemptFailed", "Entry", "Exchange", "Sendable"]


class AttemptFailed(Exception):
    """An attempt ended without an answer.

    Args:
        failure: how.
        cause: what said so.
    """

    def __init__(self, failure: Failure, cause: BaseException | None = None) -> None:
        super().__init__(failure.value)
        self.failure = failure
        self.cause = cause


class Sendable(Protocol):
    """What goes over a connection: a record's request, or an `Exchange`."""

    @property
    def payload(self) -> bytearray:
        """The bytes to send; never changed once they were handed over."""

    @property
    def is_write(self) -> bool:
        """Whether it must not be sent a second time."""

    @property
    def timeout_delay(self) -> float:
        """Seconds that an answer may be late before its connection is closed."""


Entry: TypeAlias = tuple["asyncio.Future[bytes]", float, Sendable]
"""A request on its way: who gets the answer's frame (done already when nobody waits for it any
more), when the attempt is given up by the loop's clock, and what is sent."""


class Exchange:
    """A request that has a connection for itself: its answer is long, or has several frames.

    Args:
        payload: the bytes to send.
        is_write: whether it must not be sent a second time.
        collect: takes each frame, and says whether it was the last; None when there is one. Must
            not wait. An `AerospikeError` from it is the request's result.
        timeout_delay: seconds that an answer may be late before its connection is closed.
    """

    __slots__ = ("collect", "is_write", "payload", "timeout_delay")

    def __init__(
        self,
        payload: bytearray,
        is_write: bool = False,
        collect: Callable[[bytes], bool] | None = None,
        timeout_delay: float = 0.0,
    ) -> None:
        self.payload = payload
        self.is_write = is_write
        self.collect = collect
        self.timeout_delay = timeout_delay
