# SPDX-License-Identifier: Apache-2.0
"""The rest of a command of a thread that did not simply succeed: further attempts."""

from __future__ import annotations

import time
from typing import TypeVar

from gridwire._io.hosted import HostedLoop
from gridwire.aerospike.cluster.attempts import Failure
from gridwire.aerospike.control.blocking_node import BlockingNode
from gridwire.aerospike.control.command import NEVER, RESULT_AT, CommandRun, Ended
from gridwire.aerospike.control.core import ClusterCore
from gridwire.aerospike.control.exchange import AttemptFailed
from gridwire.aerospike.control.hosting import wait_for
from gridwire.aerospike.exception import ClientError
from gridwire.aerospike.operations.request import RecordRequest
from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.message import FIRST_FIELD, set_server_timeout
from gridwire.aerospike.protocol.proto import MESSAGE
from gridwire.aerospike.protocol.result_codes import RETRYABLE

__all__ = ["BlockingCommand", "check_answer"]

T = TypeVar("T")


class BlockingCommand(CommandRun[T, BlockingNode]):
    """A command on one record, beyond its first attempt.

    Args:
        core: the client's view of the cluster.
        hosted: the loop on which that lives.
        request: what to send.
        started: when the call began, by the monotonic clock.
    """

    def __init__(
        self,
        core: ClusterCore[BlockingNode],
        hosted: HostedLoop,
        request: RecordRequest[T],
        started: float,
    ) -> None:
        super().__init__(core, request, started, time.monotonic)
        self._hosted = hosted

    def run(self, node: BlockingNode | None = None, ended: Ended | None = None) -> T:
        """Try until there is an answer, or a reason to give up.

        Args:
            node: whom the first attempt went to.
            ended: how it ended; None when none was made yet.
        """
        while True:
            if ended is None:
                node = self._choose(node)
                ended = self._nobody() if node is None else self._try(node)
            if isinstance(ended, bytes) and ended[RESULT_AT] not in RETRYABLE:
                return self._decode(ended, node)
            pause = self._judge(node, ended)
            if pause is None:
                raise self._failed()
            if node is None and not self._is_held():
                # Perhaps the cluster is just changing; the view of it tells when that is over.
                seconds = max(pause, self._patience())
                try:
                    wait_for(self._hosted, self._core.changed, seconds)
                except ClientError:
                    raise self._closed() from None
            elif pause:
                time.sleep(pause)
            ended = None

    def _try(self, node: BlockingNode) -> Ended:
        """One further attempt."""
        now = time.monotonic()
        left = self._attempts.time_left(now)
        if left.is_over:
            return AttemptFailed(Failure.WAITING)
        payload = bytearray(self._request.payload)
        set_server_timeout(payload, left.server_ms)
        until = NEVER if left.attempt is None else now + left.attempt
        try:
            return node.exchange(payload, until, check_answer, self._request.timeout_delay)
        except AttemptFailed as failed:
            return failed


def check_answer(message: bytes) -> None:
    """See that a message can be the answer to a record operation.

    Raises:
        ProtocolError: it cannot.
    """
    if message[1] != MESSAGE or len(message) < FIRST_FIELD:
        raise ProtocolError(f"not the answer to a record operation: {message[:8].hex()}")
