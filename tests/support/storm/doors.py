# SPDX-License-Identifier: Apache-2.0
"""Addresses that stay: ports that lead to whatever members there are now, as a service does.

A cluster that comes back elsewhere as a whole has nobody left who could tell the way; in real life
a name, a balancer or a fixed port does.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress

__all__ = ["Doors"]

_BYTES = 1 << 16
_CONNECT_SECONDS = 5.0


class Doors:
    """Ports of this machine, each of which leads to one member, whoever that is.

    Args:
        count: how many.
        targets: says where members listen now, as host and port.
    """

    def __init__(self, count: int, targets: Callable[[], list[tuple[str, int]]]) -> None:
        self._count = count
        self._targets = targets
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="doors")
        self._ready = threading.Event()
        self.places: list[tuple[str, int]] = []

    def open(self) -> None:
        """Begin to listen."""
        self._thread.start()
        self._ready.wait()

    @property
    def visits(self) -> int:
        """Connections that are passed on now."""
        return len(self._visits)

    def close(self) -> None:
        """End it, with all that goes through."""
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        self._ended = self._loop.create_task(self._over.wait())
        self._visits: set[asyncio.Task[None]] = set()
        servers = [
            await asyncio.start_server(self._door(number), "127.0.0.1", 0)
            for number in range(self._count)
        ]
        self.places = [server.sockets[0].getsockname()[:2] for server in servers]
        self._ready.set()
        await self._over.wait()
        for server in servers:
            server.close()
        # Visits end by themselves now, those too whose connections were accepted just before.
        while going := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(going)

    def _door(self, number: int) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]:
        def come(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            visit = self._loop.create_task(self._lead(number, reader, writer))
            self._visits.add(visit)
            visit.add_done_callback(self._visits.discard)

        return come

    async def _lead(
        self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        ends = [writer]
        try:
            targets = self._targets()
            host, port = targets[number % len(targets)]
            connecting = asyncio.open_connection(host, port)
            inside, outside = await asyncio.wait_for(connecting, _CONNECT_SECONDS)
            ends.append(outside)
            ways = [
                asyncio.create_task(_pass_on(reader, outside)),
                asyncio.create_task(_pass_on(inside, writer)),
            ]
            await asyncio.wait([*ways, self._ended], return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
        except (OSError, IndexError, ZeroDivisionError):
            return
        finally:
            # What broke on one side breaks on the other.
            for end in ends:
                end.transport.abort()
                with suppress(OSError):
                    await end.wait_closed()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(_BYTES):
            writer.write(data)
            await writer.drain()
    except OSError:
        return
