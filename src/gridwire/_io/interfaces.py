# SPDX-License-Identifier: Apache-2.0
"""What a driver is, and what it asks of the code that it serves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from gridwire._io.tls import Tls

__all__ = ["Connector", "Dispatcher", "Payload", "Receiver", "SocketOption", "Stream"]

Buffer: TypeAlias = bytes | bytearray | memoryview

Payload: TypeAlias = bytearray | Sequence[Buffer]
"""One message: a buffer, or its parts when it holds a large value."""

SocketOption: TypeAlias = tuple[int, int, int | bytes]
"""Level, option name and value, as `socket.setsockopt` takes them."""


class Receiver(Protocol):
    """Takes what a stream receives. Its methods are called where the stream reads."""

    def receive(self, data: bytes) -> None:
        """Bytes came. An exception means that they make no sense and ends the stream."""

    def wanted(self) -> memoryview | None:
        """Memory to read into instead, while the receiver knows what comes."""

    def filled(self, count: int) -> None:
        """So many bytes were read into `wanted()`."""

    def lost(self, error: BaseException | None, unsent: list[Payload]) -> None:
        """The stream ended, and these payloads did not leave at all. Called once."""

    def drained(self) -> None:
        """What had to wait has left: there is room for more bytes."""

    def orphaned(self) -> None:
        """This process was forked: the copy of the stream here must never be used."""

    def still_wanted(self, payload: Payload) -> bool:
        """Whether a payload that had to wait should still be sent."""


class Stream(Protocol):
    """One connection to one peer."""

    @property
    def unsent_bytes(self) -> int:
        """Bytes that were written and not yet taken by the kernel or the transport.

        Looked at before each call, so it costs next to nothing; limits are measured by it.
        """

    @property
    def waiting_bytes(self) -> int:
        """Bytes that were written and that the kernel has not taken yet; for reports."""

    @property
    def sent_bytes(self) -> int:
        """Bytes that the kernel has taken; of a connection that broke, what is known of them."""

    @property
    def local_address(self) -> tuple[str, int] | None:
        """Our end of it; None when there is none any more."""

    @property
    def is_closed(self) -> bool:
        """Whether writing is over."""

    def write(self, payload: Payload) -> None:
        """Send, without waiting. What is written in one tick or by one burst leaves together."""

    def post(self, payload: Payload) -> None:
        """Send soon: for a thread that goes on writing, so that more can leave together."""

    def nudge(self) -> None:
        """Send what is queued, if nobody is at it; on the loop. Harmless at any time.

        Called now and then while calls are pending, in case an exception from outside (a signal
        handler's) cut off whoever was about to do it.
        """

    def close(self, error: BaseException | None = None) -> None:
        """End the stream; the receiver learns by `lost`, now or soon. Safe to call twice."""


class Connector(Protocol):
    """Opens streams."""

    async def connect(
        self,
        receiver: Receiver,
        host: str,
        port: int,
        options: Sequence[SocketOption],
        tls: Tls | None = None,
        server_name: str | None = None,
    ) -> Stream:
        """Open a stream; runs on the loop that the control code runs on.

        Args:
            receiver: takes what comes in.
            host: a name or an address.
            port: TCP port.
            options: socket options.
            tls: to speak TLS, and how.
            server_name: what the peer's certificate is for, when `host` does not say it.

        Raises:
            TlsError: one of the two sides refused the other.
            OSError: nobody answered.
        """


class Dispatcher(Protocol):
    """Runs users' callbacks, never inside a reader.

    Attributes:
        dropped: how many were not run because too much waited.
    """

    dropped: int

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""

    def dispatch(self, function: Callable[..., object], *args: object) -> bool:
        """Run it soon, after everything that was dispatched before. An exception is logged.

        Returns:
            False when it is not going to run: the dispatcher is closed, or too much waits.
        """

    def close(self) -> None:
        """Run no more."""
