# SPDX-License-Identifier: Apache-2.0
"""One round trip as data, and the steps that an operation of several round trips may take."""

from __future__ import annotations

import math
from collections.abc import Callable, Coroutine, Generator, Sequence
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar

__all__ = [
    "ENDS_WITH_CONNECTION",
    "Acquisition",
    "Call",
    "CallAll",
    "Operation",
    "Pause",
    "Request",
    "Step",
    "UserCodeRequest",
]

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

    Attributes:
        runs_user_code: whether the member runs code of users for it, which may fail half-way.
    """

    runs_user_code: ClassVar[bool] = False

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
        return type(self)(
            self.operation,
            self._fresh_payload(),
            self.decode,
            self.route,
            self.retryable,
            self.member,
            self.extra_wait,
        )

    def _fresh_payload(self) -> bytearray | Sequence[Buffer]:
        payload = self.payload
        if isinstance(payload, bytearray):
            return bytearray(payload)
        return [bytearray(payload[0]), *payload[1:]]

    def __repr__(self) -> str:
        return f"<Request {self.operation} route={self.route}>"


class UserCodeRequest(Request[T]):
    """A request for which the member runs code of users: any error may come after a part of it."""

    runs_user_code = True

    __slots__ = ()


class Acquisition(Request[T]):
    """A request by which its caller comes to hold something, a lock for example.

    When the caller is gone before the answer is here, and the answer says that it holds it, it is
    given back.

    Args:
        operation: as for `Request`.
        payload: as for `Request`. Repeating it must not harm: members know a repetition by a number
            in it.
        decode: as for `Request`.
        route: as for `Request`.
        holds: whether a decoded value says that the caller holds it now.
        undo: makes the request that gives it back, in the name of the same caller.
        extra_wait: as for `Request`.
    """

    __slots__ = ("holds", "undo")

    def __init__(
        self,
        operation: str,
        payload: bytearray | Sequence[Buffer],
        decode: Callable[[Any], T],
        route: int,
        holds: Callable[[T], bool],
        undo: Callable[[], Request[Any]],
        extra_wait: float = 0.0,
    ) -> None:
        super().__init__(operation, payload, decode, route, True, None, extra_wait)
        self.holds = holds
        self.undo = undo

    def again(self) -> Acquisition[T]:
        """See `Request.again`."""
        return Acquisition(
            self.operation,
            self._fresh_payload(),
            self.decode,
            self.route,
            self.holds,
            self.undo,
            self.extra_wait,
        )


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
