# SPDX-License-Identifier: Apache-2.0
"""One round trip as data, and the steps that an operation of several round trips may take."""

from __future__ import annotations

import math
from collections.abc import Callable, Coroutine, Generator, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

__all__ = ["ENDS_WITH_CONNECTION", "Call", "CallAll", "Operation", "Pause", "Request", "Step"]

T = TypeVar("T")

Buffer: TypeAlias = bytes | bytearray | memoryview

ENDS_WITH_CONNECTION = math.inf
"""`Request.extra_wait` of an operation that waits by nature: only its connection's end ends it."""


class Request(Generic[T]):
    """What is sent and what becomes of the answer; everything about the caller is already in it.

    Args:
        operation: name for errors and metrics, ``"Map.Get"``.
        payload: the encoded message, or its parts when it holds a large value. The first part
            belongs to the request: the session writes the correlation id into it.
        decode: turns the reply into the value; runs where the caller is.
        route: partition id, or -1 when any member will do.
        retryable: whether it may be sent again although it may have been executed.
        member: the member to go to when the route is not a partition.
        extra_wait: seconds that the operation may wait at the member by its own nature, on top of
            its deadline; `ENDS_WITH_CONNECTION` when there is no such limit.
    """

    __slots__ = (
        "decode",
        "extra_wait",
        "member",
        "operation",
        "payload",
        "retryable",
        "route",
    )

    def __init__(
        self,
        operation: str,
        payload: bytearray | Sequence[Buffer],
        decode: Callable[[Any], T],
        route: int = -1,
        retryable: bool = False,
        member: object = None,
        extra_wait: float = 0.0,
    ) -> None:
        self.operation = operation
        self.payload = payload
        self.decode = decode
        self.route = route
        self.retryable = retryable
        self.member = member
        self.extra_wait = extra_wait

    def again(self) -> Request[T]:
        """A copy that may be written to while an earlier attempt still stands in a queue."""
        payload = self.payload
        fresh: bytearray | list[Buffer]
        if isinstance(payload, bytearray):
            fresh = bytearray(payload)
        else:
            fresh = [bytearray(payload[0]), *payload[1:]]
        return Request(
            self.operation,
            fresh,
            self.decode,
            self.route,
            self.retryable,
            self.member,
            self.extra_wait,
        )

    def __repr__(self) -> str:
        return f"<Request {self.operation} route={self.route}>"


class Call(Generic[T]):
    """Awaited by an operation: one round trip, its decoded value is the result."""

    __slots__ = ("request",)

    def __init__(self, request: Request[T]) -> None:
        self.request = request

    def __await__(self) -> Generator[Step, Any, T]:
        result: T = yield self
        return result


class CallAll(Generic[T]):
    """Awaited by an operation: several round trips at once.

    The result has one entry for each request, in order: the value, or the exception of that one.
    """

    __slots__ = ("requests",)

    def __init__(self, requests: Sequence[Request[T]]) -> None:
        self.requests = requests

    def __await__(self) -> Generator[Step, Any, list[T | BaseException]]:
        result: list[T | BaseException] = yield self
        return result


class Pause:
    """Awaited by an operation: let so many seconds pass."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __await__(self) -> Generator[Step, Any, None]:
        yield self


Step: TypeAlias = Call[Any] | CallAll[Any] | Pause
Operation: TypeAlias = Coroutine[Step, Any, T]
"""A coroutine that awaits only steps. A stepper of the call style runs it."""
