# SPDX-License-Identifier: Apache-2.0
"""Waits for answers that come too late, so that threads need not open a connection for each.

Only who asks for it by `timeout_delay` has his connections kept. They are watched on the loop of
the client's control code; nobody gets what comes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from gridwire._io.pooled import PooledSocket
from gridwire.aerospike.protocol.errors import ProtocolError

__all__ = ["LateAnswers"]


class LateAnswers:
    """The connections of one node that are kept until their answers have come.

    Args:
        give: takes a connection that can be used again.
        drop: takes one that is of no use any more.
    """

    def __init__(
        self, give: Callable[[PooledSocket], None], drop: Callable[[PooledSocket], None]
    ) -> None:
        self._give = give
        self._drop = drop

    def watch(self, sock: PooledSocket) -> None:
        """Keep a connection as long as its patience lasts; on the loop.

        Args:
            sock: its phase is `Phase.LATE`.
        """
        loop = asyncio.get_running_loop()
        descriptor = sock.fileno()
        if descriptor < 0:
            self._drop(sock)
            return

        def look() -> None:
            try:
                if not sock.receive_late():
                    return
            except (OSError, ProtocolError):
                end()
                return
            stop()
            self._give(sock)

        def stop() -> None:
            timer.cancel()
            loop.remove_reader(descriptor)

        def end() -> None:
            stop()
            self._drop(sock)

        timer = loop.call_later(sock.patience, end)
        loop.add_reader(descriptor, look)
        # What TLS has read already, the descriptor does not tell of.
        look()
