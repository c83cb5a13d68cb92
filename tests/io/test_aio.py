# SPDX-License-Identifier: Apache-2.0
"""The asyncio stream."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gridwire._io.aio import AioConnector, AioStream
from support.peers import NotingReceiver

Body = Callable[[AioStream, NotingReceiver, asyncio.StreamReader, asyncio.StreamWriter], Any]


async def until(condition: Callable[[], Any]) -> None:
    """Let the loop turn until a condition holds."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - it waits for rounds of this very loop
            await asyncio.sleep(0)


def connected(body: Body, receiver: NotingReceiver | None = None) -> None:
    """Run a test body with both ends of a connection."""
    noting = receiver or NotingReceiver()

    async def main() -> None:
        ends: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]]
        ends = asyncio.get_running_loop().create_future()

        async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            ends.set_result((reader, writer))

        server = await asyncio.start_server(accepted, "127.0.0.1", 0, limit=1 << 26)
        port = server.sockets[0].getsockname()[1]
        options = [(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)]
        stream = await AioConnector().connect(noting, "127.0.0.1", port, options)
        reader, writer = await ends
        try:
            result = body(stream, noting, reader, writer)
            if isinstance(result, Awaitable):
                await result
        finally:
            stream.close()
            writer.close()
            try:
                await writer.wait_closed()
            except ConnectionError:
                pass
            server.close()
            await server.wait_closed()

    asyncio.run(main())


def test_what_one_tick_writes_leaves_in_one_write() -> None:
    writes: list[bytes] = []

    async def body(stream: AioStream, _: Any, reader: asyncio.StreamReader, __: Any) -> None:
        transport = stream._transport
        assert transport is not None

        class Counting:
            def write(self, data: bytes) -> None:
                writes.append(bytes(data))
                transport.write(data)

            def __getattr__(self, name: str) -> Any:
                return getattr(transport, name)

        stream._transport = Counting()  # type: ignore[assignment]
        for number in range(50):
            stream.write(bytearray(b"%02d" % number))
        assert stream.unsent_bytes == 100
        assert await reader.readexactly(100) == b"".join(b"%02d" % n for n in range(50))
        assert stream.unsent_bytes == 0

    connected(body)
    assert len(writes) == 1


def test_large_parts_are_not_joined_and_arrive_whole() -> None:
    large = bytes(range(256)) * 4096

    async def body(stream: AioStream, _: Any, reader: asyncio.StreamReader, __: Any) -> None:
        stream.write(bytearray(b"first"))
        stream.write([bytearray(b"head"), large, b"tail"])
        stream.write(bytearray(b"last"))
        whole = b"firsthead" + large + b"taillast"
        assert await reader.readexactly(len(whole)) == whole

    connected(body)


def test_while_the_transport_is_full_payloads_stay_and_the_unwanted_are_dropped() -> None:
    filler = bytes(1 << 20)

    async def body(
        stream: AioStream, receiver: NotingReceiver, reader: asyncio.StreamReader, _: Any
    ) -> None:
        for _turn in range(24):
            stream.write([bytearray(b"x"), filler])
        await until(lambda: stream._paused)
        given_up = bytearray(b"lost")
        kept = bytearray(b"kept")
        stream.write(given_up)
        stream.write(kept)
        await asyncio.sleep(0)
        assert stream.unsent_bytes == 8
        receiver.unwanted.append(given_up)
        await reader.readexactly(24 * (len(filler) + 1))
        assert await reader.readexactly(4) == b"kept"
        assert stream.unsent_bytes == 0

    connected(body)


def test_what_the_transport_holds_has_not_been_sent() -> None:
    size = 32 << 20

    async def body(
        stream: AioStream, _: Any, reader: asyncio.StreamReader, __: asyncio.StreamWriter
    ) -> None:
        stream.write(bytearray(b"small"))
        assert (stream.waiting_bytes, stream.sent_bytes) == (5, 0)
        assert await reader.readexactly(5) == b"small"
        assert (stream.waiting_bytes, stream.sent_bytes) == (0, 5)
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        stream.write([bytearray(b"x"), bytes(size)])
        await until(lambda: stream._paused)
        # It waits in the transport, where limits do not count it.
        assert stream.unsent_bytes == 0
        assert stream.waiting_bytes > size // 2
        assert stream.waiting_bytes + stream.sent_bytes == 5 + 1 + size
        stream.write(bytearray(b"behind"))
        assert stream.unsent_bytes == 6
        assert stream.waiting_bytes + stream.sent_bytes == 5 + 1 + size + 6
        reader._transport.resume_reading()  # type: ignore[attr-defined]
        await reader.readexactly(1 + size + 6)
        assert (stream.waiting_bytes, stream.sent_bytes) == (0, 5 + 1 + size + 6)

    connected(body)


@pytest.mark.parametrize("broken", [False, True], ids=["closed", "broken"])
def test_what_never_left_is_not_counted_as_sent_afterwards(broken: bool) -> None:
    size = 32 << 20

    async def body(
        stream: AioStream,
        receiver: NotingReceiver,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        stream.write(bytearray(b"small"))
        await reader.readexactly(5)
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        stream.write([bytearray(b"x"), bytes(size)])
        await until(lambda: stream._paused)
        # For a turn nobody asks; what is known at the end was noted without it.
        await asyncio.sleep(0)
        if broken:
            writer.transport.abort()
        else:
            stream.close()
        await until(lambda: receiver.ends)
        assert 5 < stream.sent_bytes < size // 2
        assert stream.waiting_bytes == 0

    connected(body)


def test_close_tells_what_never_left() -> None:
    filler = bytes(1 << 20)

    async def body(stream: AioStream, receiver: NotingReceiver, *_: Any) -> None:
        for _turn in range(24):
            stream.write([bytearray(b"x"), filler])
        await until(lambda: stream._paused)
        last = bytearray(b"last")
        stream.write(last)
        stream.close(ValueError("enough"))
        assert [str(end) for end in receiver.ends] == ["enough"]
        assert receiver.unsent == [last]
        stream.close()
        await asyncio.sleep(0)
        assert len(receiver.ends) == 1

    connected(body)


def test_a_wanted_buffer_is_filled_in_place() -> None:
    receiver = NotingReceiver()
    content = bytes(range(250)) * 4000

    async def body(
        stream: AioStream, _: Any, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(b"begin")
        await until(lambda: receiver.data == b"begin")
        receiver.buffer = bytearray(len(content))
        writer.write(b"!")
        await until(lambda: receiver.data == b"begin!")
        writer.write(content)
        await until(lambda: receiver.filled_bytes == len(content))
        writer.write(b"end")
        await until(lambda: receiver.data == b"begin!end")
        assert receiver.buffer == content
        stream.write(bytearray(b"still writing"))
        assert await reader.readexactly(13) == b"still writing"

    connected(body, receiver)


def test_malformed_bytes_end_the_stream_with_their_error() -> None:
    async def body(
        stream: AioStream, receiver: NotingReceiver, _: Any, writer: asyncio.StreamWriter
    ) -> None:
        receiver.refuse = True
        writer.write(b"?")
        await until(lambda: receiver.ends)
        assert isinstance(receiver.ends[0], ValueError)
        assert stream.is_closed

    connected(body)


def test_the_peers_end_is_told_once() -> None:
    async def body(
        stream: AioStream, receiver: NotingReceiver, _: Any, writer: asyncio.StreamWriter
    ) -> None:
        writer.close()
        await until(lambda: receiver.ends)
        assert stream.is_closed
        stream.close(ValueError("late"))
        assert receiver.ends == [None]

    connected(body)


def test_nobody_listening_is_an_os_error() -> None:
    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        await AioConnector().connect(NotingReceiver(), "127.0.0.1", port, [])

    with pytest.raises(ConnectionRefusedError):
        asyncio.run(main())
