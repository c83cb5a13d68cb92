# SPDX-License-Identifier: Apache-2.0
"""The rest of a command of an asyncio client that did not simply succeed: further attempts."""

from __future__ import annotations

import asyncio
from typing import TypeVar

from gridwire.aerospike.cluster.attempts import Failure
from gridwire.aerospike.control.async_node import AsyncNode
from gridwire.aerospike.control.command import NEVER, RESULT_AT, CommandRun, Ended
from gridwire.aerospike.control.core import ClusterCore
from gridwire.aerospike.control.exchange import AttemptFailed
from gridwire.aerospike.operations.request import RecordRequest
from gridwire.aerospike.protocol.message import set_server_timeout
from gridwire.aerospike.protocol.result_codes import RETRYABLE

__all__ = ["AsyncCommand"]

T = TypeVar("T")


class AsyncCommand(CommandRun[T, AsyncNode]):
    """A command on one record, beyond its first attempt.

    Args:
        core: the client's view of the cluster.
        request: what to send.
        started: when the call began, by the loop's clock.
    """

    def __init__(
        self, core: ClusterCore[AsyncNode], request: RecordRequest[T], started: float
    ) -> None:
        self._loop = asyncio.get_running_loop()
        super().__init__(core, request, started, self._loop.time)

    async def run(self, node: AsyncNode | None = None, ended: Ended | None = None) -> T:
        """Try until there is an answer, or a reason to give up.

        Args:
            node: whom the first attempt went to.
            ended: how it ended; None when none was made yet.
        """
        while True:
            if ended is None:
                node = self._choose(node)
                ended = self._nobody() if node is None else await self._try(node)
            if isinstance(ended, bytes) and ended[RESULT_AT] not in RETRYABLE:
                return self._decode(ended, node)
            pause = self._judge(node, ended)
            if pause is None:
                raise self._failed()
            if node is None and not self._is_held():
                # Perhaps the cluster is just changing; the view of it tells when that is over.
                await self._core.changed(max(pause, self._patience()))
            elif pause:
                await asyncio.sleep(pause)
            ended = None

    async def _try(self, node: AsyncNode) -> Ended:
        """One further attempt."""
        now = self._loop.time()
        left = self._attempts.time_left(now)
        if left.is_over:
            return AttemptFailed(Failure.WAITING)
        # What was sent before may still wait to leave, and must not change.
        payload = bytearray(self._request.payload)
        set_server_timeout(payload, left.server_ms)
        future: asyncio.Future[bytes] = self._loop.create_future()
        deadline = NEVER if left.attempt is None else now + left.attempt
        node.submit((future, deadline, self._request.with_payload(payload)), now)
        try:
            return await future
        except AttemptFailed as failed:
            return failed
