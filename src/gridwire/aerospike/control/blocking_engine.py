# SPDX-License-Identifier: Apache-2.0
"""How the threaded face calls: the caller sends and reads, control has a loop of its own."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from gridwire._io.pooled import OLD_SECONDS
from gridwire.aerospike import constants as c
from gridwire.aerospike.control.blocking_asking import ask_all
from gridwire.aerospike.control.blocking_batch import BlockingBatchRun
from gridwire.aerospike.control.blocking_command import BlockingCommand, check_answer
from gridwire.aerospike.control.blocking_gate import BlockingGate
from gridwire.aerospike.control.blocking_life import BlockingLife
from gridwire.aerospike.control.blocking_node import BROKEN, BlockingNode
from gridwire.aerospike.control.command import (
    NEVER,
    RESULT_AT,
    Ended,
    explain,
    no_info,
    no_usable_node,
    not_connected,
    refused_info,
)
from gridwire.aerospike.control.exchange import AttemptFailed
from gridwire.aerospike.control.telling import tell_blocking
from gridwire.aerospike.exception import AerospikeError
from gridwire.aerospike.operations.batch import Batch
from gridwire.aerospike.operations.request import RecordRequest
from gridwire.aerospike.protocol.info import encode_info, read_info
from gridwire.aerospike.protocol.result_codes import RETRYABLE
from gridwire.aerospike.types import InfoNodeResult

if TYPE_CHECKING:
    from gridwire.aerospike._options.client_options import ClientOptions
    from gridwire.aerospike.control.told_engines import ToldBlockingEngine
    from gridwire.aerospike.diagnostics import GateFacts

__all__ = ["BlockingEngine", "Engine", "make_engine"]

T = TypeVar("T")

Engine: TypeAlias = "BlockingEngine | ToldBlockingEngine"
"""What the faces call."""


class BlockingEngine(BlockingLife):
    """Calls of one client, for any number of threads."""

    def call(self, request: RecordRequest[T]) -> T:
        """One command, with every further attempt that the rules allow.

        Args:
            request: what to send.

        Raises:
            AerospikeError: what the server answered, or why there is no answer.
        """
        started = time.monotonic()
        control = self._control
        if control is None:
            control = self._running(request.rules.total_timeout, request.operation)
        core, hosted = control
        owners = core.table.namespaces.get(request.namespace)
        node = None if owners is None else owners.masters[request.partition]
        rules = request.rules
        if (
            node is None
            or not node.is_usable
            or rules.replica == c.POLICY_REPLICA_PREFER_RACK
            or not core.is_running
        ):
            return BlockingCommand(core, hosted, request, started).run()
        pool = node.pool
        shard = pool.shard()
        try:
            if pool.waiting:
                return BlockingCommand(core, hosted, request, started).run()
            sock = shard.pop()
        except IndexError:
            return BlockingCommand(core, hosted, request, started).run()
        ended: Ended
        try:
            if started - sock.used > OLD_SECONDS and sock.is_stale(started):
                node.drop(sock)
                return BlockingCommand(core, hosted, request, started).run()
            ended = sock.exchange(
                request.payload, rules.socket_timeout or None, started, rules.timeout_delay
            )
            check_answer(ended)
            shard.append(sock)
        except BROKEN as error:
            ended = node.failed(sock, error)
        except BaseException:
            node.drop(sock)
            raise
        else:
            if pool.waiting:
                pool.serve()
            if ended[RESULT_AT] not in RETRYABLE:
                try:
                    return request.decode(ended)
                except AerospikeError as error:
                    explain(error, request, node, 1, time.monotonic() - started)
                    raise
        return BlockingCommand(core, hosted, request, started).run(node, ended)

    def batch(self, plan: Batch[T]) -> T:
        """A batch; what its plan makes of the answers.

        Args:
            plan: what to do.

        Raises:
            AerospikeError: not one row was answered.
        """
        started = time.monotonic()
        core, hosted = self._running(plan.rules.total_timeout, plan.operation)
        return BlockingBatchRun(core, hosted, plan).run(started)

    def info(
        self,
        command: str,
        timeout: float | None = None,
        operation: str = "info",
        check: Callable[[str], None] | None = None,
    ) -> str:
        """Ask some node for a value, or to do something.

        Args:
            command: one line.
            timeout: seconds, None for those of opening a connection.
            operation: name of the call, for errors.
            check: raises an `AerospikeError` for an answer that is one.

        Raises:
            AerospikeError: there is no answer, or that one.
        """
        started = time.monotonic()
        usable = [node for node in self._nodes(timeout) if node.is_usable]
        if not usable:
            raise no_usable_node(operation)
        until = self._info_end(started, timeout)
        return self._info_of(random.choice(usable), command, until, operation, check)

    def info_all(self, command: str, timeout: float | None = None) -> list[InfoNodeResult]:
        """Ask every node.

        Args:
            command: one line.
            timeout: seconds, None for those of opening a connection.
        """
        started = time.monotonic()
        question = encode_info([command])
        asked = [_InfoQuestion(node, started) for node in self._nodes(timeout)]
        ask_all(asked, lambda one: question, _InfoQuestion.failed, self._info_end(started, timeout))
        return [one.result for one in asked]

    def _nodes(self, timeout: float | None = None) -> list[BlockingNode]:
        core = self._running(timeout, "info").core
        if not core.is_running:
            raise not_connected("info")
        return list(core.nodes.values())

    def _info_of(
        self,
        node: BlockingNode,
        command: str,
        until: float,
        operation: str,
        check: Callable[[str], None] | None,
    ) -> str:
        now = time.monotonic()
        try:
            answer = node.exchange(encode_info([command]), until, _check_info)
        except AttemptFailed as failed:
            raise no_info(failed, node, time.monotonic() - now, operation) from failed.cause
        value = next(iter(read_info(answer).values()), "")
        if check is not None:
            try:
                check(value)
            except AerospikeError as error:
                raise refused_info(error, node, time.monotonic() - now, operation) from None
        return value

    def _info_end(self, began: float, timeout: float | None) -> float:
        if timeout is None:
            # It is about each answer, and no time of the whole call, which may have to connect.
            began, timeout = time.monotonic(), self._options.timeout
        return began + timeout if timeout else NEVER


def _check_info(answer: bytes) -> None:
    read_info(answer)


class _InfoQuestion:
    """An info command to one node of several, and what it came to."""

    def __init__(self, node: BlockingNode, started: float) -> None:
        self.node = node
        self._started = started
        self.result = InfoNodeResult(node.facts.name, 0, "")

    def take(self, message: bytes) -> bool:
        self.result = self.result._replace(response=next(iter(read_info(message).values()), ""))
        return True

    def failed(self, failure: AttemptFailed) -> None:
        error = no_info(failure, self.node, time.monotonic() - self._started)
        self.result = self.result._replace(error_code=error.code, response=str(error))


class _GatedEngine(BlockingEngine):
    """An engine with a limit on operations at once; the time of each counts from its turn on."""

    def __init__(self, options: ClientOptions, version: str) -> None:
        super().__init__(options, version)
        self._gate = BlockingGate(
            options.max_concurrent_operations, options.operation_queue_timeout
        )

    @property
    def gate_facts(self) -> GateFacts | None:
        """See `Diagnosed`."""
        return self._gate.facts

    def call(self, request: RecordRequest[T]) -> T:
        """See `BlockingEngine.call`."""
        place = self._gate.enter(request.operation)
        try:
            return super().call(request)
        finally:
            self._gate.leave(place)

    def batch(self, plan: Batch[T]) -> T:
        """See `BlockingEngine.batch`."""
        place = self._gate.enter(plan.operation)
        try:
            return super().batch(plan)
        finally:
            self._gate.leave(place)


def make_engine(options: ClientOptions, version: str) -> Engine:
    """The engine that the options describe.

    Args:
        options: of the client.
        version: of this library, as servers list it.
    """
    kind = _GatedEngine if options.max_concurrent_operations else BlockingEngine
    return tell_blocking(kind(options, version), options, version)
