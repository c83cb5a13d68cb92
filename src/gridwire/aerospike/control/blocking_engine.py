# SPDX-License-Identifier: Apache-2.0
"""How the threaded face calls: the caller sends and reads, control has a loop of its own."""

from __future__ import annotations

import os
import random
import threading
import time
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from gridwire._io.hosted import HostedLoopClosed
from gridwire._io.pooled import OLD_SECONDS
from gridwire.aerospike import constants as c
from gridwire.aerospike.control.blocking_asking import ask_all
from gridwire.aerospike.control.blocking_batch import BlockingBatchRun
from gridwire.aerospike.control.blocking_command import BlockingCommand, check_answer
from gridwire.aerospike.control.blocking_control import Control, abandon, start
from gridwire.aerospike.control.blocking_gate import BlockingGate
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
from gridwire.aerospike.exception import AerospikeError
from gridwire.aerospike.operations.batch import Batch
from gridwire.aerospike.operations.request import RecordRequest
from gridwire.aerospike.protocol.info import encode_info, read_info
from gridwire.aerospike.protocol.result_codes import RETRYABLE
from gridwire.aerospike.types import InfoNodeResult, NodeState

if TYPE_CHECKING:
    from gridwire.aerospike._options.client_options import ClientOptions

__all__ = ["BlockingEngine", "make_engine"]

T = TypeVar("T")

_DRAIN_SECONDS = 1.0
"""How long `close` waits for answers that are under way: the server drops what it has not started
when the connection goes."""

_DRAIN_PAUSE_SECONDS = 0.005


class BlockingEngine:
    """Calls of one client, for any number of threads.

    Args:
        options: of the client.
        version: of this library, as servers list it.
    """

    def __init__(self, options: ClientOptions, version: str) -> None:
        self._options = options
        self._version = version
        self._lock = threading.Lock()
        # None before `connect` and after `close`, and in the child of a fork until it calls.
        self._control: Control | None = None
        self._was_forked = False
        _engines.add(self)

    # -- life ---------------------------------------------------------------------------------

    @property
    def is_connected(self) -> bool:
        """Whether it was connected, was not closed, and knows a node."""
        control = self._control
        return control is not None and control.core.is_running and bool(control.core.nodes)

    @property
    def node_names(self) -> list[str]:
        """The ids of the nodes that are known."""
        core = self._running().core
        return list(core.nodes) if core.is_running else []

    @property
    def node_states(self) -> list[NodeState]:
        """How the nodes are doing."""
        return self._running().core.states

    def connect(self) -> None:
        """Get connected. See `ClusterCore.start`."""
        control = start(self._options, self._version)
        try:
            # Who forgets to close leaves no thread behind.
            weakref.finalize(self, abandon, control).atexit = False
            self._control = control
        except BaseException:
            abandon(control)
            raise

    def close(self) -> None:
        """End: no new calls; answers that are under way have a second to come."""
        control, self._control = self._control, None
        self._was_forked = False
        if control is None or not control.hosted.is_here:
            return
        core, hosted = control
        core.is_running = False
        until = time.monotonic() + _DRAIN_SECONDS
        try:
            while time.monotonic() < until and any(one.pending for one in core.nodes.values()):
                time.sleep(_DRAIN_PAUSE_SECONDS)
            hosted.run(core.close())
        except HostedLoopClosed:
            return
        finally:
            hosted.stop()

    def _running(self) -> Control:
        """The control code of this process, started anew in a child of a fork.

        Raises:
            ClientError: the client is closed.
        """
        control = self._control
        if control is not None:
            return control
        with self._lock:
            if self._control is None and self._was_forked:
                self.connect()
                self._was_forked = False
            if self._control is None:
                raise not_connected()
            return self._control

    # -- calls --------------------------------------------------------------------------------

    def call(self, request: RecordRequest[T]) -> T:
        """One command, with every further attempt that the rules allow.

        Args:
            request: what to send.

        Raises:
            AerospikeError: what the server answered, or why there is no answer.
        """
        core, hosted = self._control or self._running()
        started = time.monotonic()
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
        core, hosted = self._running()
        return BlockingBatchRun(core, hosted, plan).run()

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
        usable = [node for node in self._nodes() if node.is_usable]
        if not usable:
            raise no_usable_node(operation)
        return self._info_of(random.choice(usable), command, timeout, operation, check)

    def info_all(self, command: str, timeout: float | None = None) -> list[InfoNodeResult]:
        """Ask every node.

        Args:
            command: one line.
            timeout: seconds, None for those of opening a connection.
        """
        started = time.monotonic()
        question = encode_info([command])
        asked = [_InfoQuestion(node, started) for node in self._nodes()]
        ask_all(asked, lambda one: question, _InfoQuestion.failed, self._info_end(started, timeout))
        return [one.result for one in asked]

    def _nodes(self) -> list[BlockingNode]:
        core = self._running().core
        if not core.is_running:
            raise not_connected("info")
        return list(core.nodes.values())

    def _info_of(
        self,
        node: BlockingNode,
        command: str,
        timeout: float | None,
        operation: str,
        check: Callable[[str], None] | None,
    ) -> str:
        now = time.monotonic()
        until = self._info_end(now, timeout)
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

    def _info_end(self, now: float, timeout: float | None) -> float:
        limit = self._options.timeout if timeout is None else timeout
        return now + limit if limit else NEVER


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


def make_engine(options: ClientOptions, version: str) -> BlockingEngine:
    """The engine that the options describe.

    Args:
        options: of the client.
        version: of this library, as servers list it.
    """
    kind = _GatedEngine if options.max_concurrent_operations else BlockingEngine
    return kind(options, version)


_engines: weakref.WeakSet[BlockingEngine] = weakref.WeakSet()

# Of the process that this one was forked from. Kept, and never called: collecting what its loop
# holds would work on an epoll instance that the parent uses too.
_inherited: list[Control] = []


def _after_fork_in_child() -> None:
    for engine in list(_engines):
        control, engine._control = engine._control, None
        engine._lock = threading.Lock()
        if control is not None:
            _inherited.append(control)
            engine._was_forked = control.core.is_running


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
