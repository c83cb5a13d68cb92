# SPDX-License-Identifier: Apache-2.0
"""How the asyncio face calls: on the caller's loop, in the caller's task."""

from __future__ import annotations

import asyncio
import random
from _thread import get_ident
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from gridwire._io.ending import Ending
from gridwire._io.running import OwnLoop, shortcuts
from gridwire.aerospike import constants as c
from gridwire.aerospike.cluster.node import NodeFacts
from gridwire.aerospike.control.access import NodeAccess
from gridwire.aerospike.control.async_batch import BatchRun
from gridwire.aerospike.control.async_command import AsyncCommand
from gridwire.aerospike.control.async_gate import AsyncGate
from gridwire.aerospike.control.async_node import AsyncNode
from gridwire.aerospike.control.command import (
    NEVER,
    RESULT_AT,
    Ended,
    elsewhere,
    explain,
    no_info,
    no_usable_node,
    not_connected,
    refused_info,
)
from gridwire.aerospike.control.core import ClusterCore
from gridwire.aerospike.control.exchange import AttemptFailed, Exchange
from gridwire.aerospike.control.pipeline import Pipeline
from gridwire.aerospike.control.telling import tell_asyncio
from gridwire.aerospike.control.ticking import Ticker
from gridwire.aerospike.exception import AdminError, AerospikeError
from gridwire.aerospike.operations.batch import Batch
from gridwire.aerospike.operations.request import RecordRequest
from gridwire.aerospike.protocol.greeting import NEEDS_LOGIN
from gridwire.aerospike.protocol.info import encode_info, read_info
from gridwire.aerospike.protocol.result_codes import RETRYABLE
from gridwire.aerospike.types import InfoNodeResult, NodeState

if TYPE_CHECKING:
    from gridwire._core.logs import ClientLog
    from gridwire.aerospike._options.client_options import ClientOptions
    from gridwire.aerospike.control.told_engines import ToldAsyncioEngine
    from gridwire.aerospike.diagnostics import GateFacts

__all__ = ["AsyncioEngine", "Engine", "make_engine"]

T = TypeVar("T")

Engine: TypeAlias = "AsyncioEngine | ToldAsyncioEngine"
"""What the faces call."""

_DRAIN_SECONDS = 1.0
"""How long `close` waits for answers that are under way: the server drops what it has not started
when the connection goes."""

_DRAIN_PAUSE_SECONDS = 0.005


class AsyncioEngine:
    """Calls of one client.

    Args:
        options: of the client.
        version: of this library, as servers list it.

    Attributes:
        core: the client's view of the cluster.
    """

    def __init__(self, options: ClientOptions, version: str) -> None:
        self._own = OwnLoop()
        self._create_future: Callable[[], asyncio.Future[bytes]]
        self._create_future, self._now = shortcuts(self._own.loop)
        self._ticker = Ticker(self._look)
        self._ending = Ending(self._end)
        self._has_waited = False
        self.core: ClusterCore[AsyncNode] = ClusterCore(options, self._make_node, version)

    # -- life ---------------------------------------------------------------------------------

    @property
    def is_connected(self) -> bool:
        """Whether it was connected, was not closed, and knows a node."""
        core = self.core
        return core.is_running and bool(core.nodes) and not self._own.is_over

    @property
    def node_names(self) -> list[str]:
        """The ids of the nodes that are known."""
        return list(self.core.nodes) if self.core.is_running else []

    @property
    def described_core(self) -> ClusterCore[AsyncNode] | None:
        """See `Diagnosed`."""
        return self.core

    @property
    def gate_facts(self) -> GateFacts | None:
        """See `Diagnosed`."""
        return None

    @property
    def log(self) -> ClientLog:
        """Takes lines about this client."""
        return self.core.log

    @property
    def node_states(self) -> list[NodeState]:
        """How the nodes are doing."""
        return self.core.states

    async def connect(self) -> None:
        """Get connected. See `ClusterCore.start`."""
        await self.core.start()

    async def close(self) -> None:
        """End: no new calls; answers that are under way have a second to come.

        Who is cancelled while he waits for it does not stop it, and may wait again.
        """
        core = self.core
        if self._own.place._thread_id != get_ident():
            if not self._own.is_over:
                raise elsewhere(self._own, "close")
            # What it had has ended with its loop, or is the parent's.
            core.is_running = False
            return
        core.is_running = False
        await self._ending.wait()

    async def _end(self) -> None:
        """Every step may be taken again."""
        if not self._has_waited:
            # Once: when the loop is wound up meanwhile, there is no time to wait for more.
            self._has_waited = True
            await self._drain()
        try:
            await self.core.close()
        finally:
            self._ticker.stop()

    async def _drain(self) -> None:
        core, until = self.core, self._now() + _DRAIN_SECONDS
        while self._now() < until and any(node.pending for node in core.nodes.values()):  # noqa: ASYNC110 - many queues at many nodes, once in a client's life
            await asyncio.sleep(_DRAIN_PAUSE_SECONDS)

    def _make_node(self, facts: NodeFacts, access: NodeAccess) -> AsyncNode:
        core = self.core

        async def connect(node: AsyncNode) -> Pipeline:
            return await self._open(node, access)

        return AsyncNode(
            facts,
            core.options,
            self._ticker,
            connect,
            core.spawn,
            core.hurry,
            core.log,
            core.counters,
        )

    async def _open(self, node: AsyncNode, access: NodeAccess) -> Pipeline:
        """A connection to a node that is ready for commands."""
        async with asyncio.timeout(self.core.opener.timeout):
            session = access.session
            try:
                return await self._open_with(node, access)
            except AdminError as error:
                if error.code not in NEEDS_LOGIN or session is None:
                    raise
            await access.renew(session)
            return await self._open_with(node, access)

    async def _open_with(self, node: AsyncNode, access: NodeAccess) -> Pipeline:
        pipeline = Pipeline(node, self._now)
        pipeline.attach(await self.core.opener.open(pipeline, access.endpoint))
        try:
            await pipeline.converse(access.greeting(access.session))
        except BaseException:
            pipeline.close()
            raise
        return pipeline

    def _look(self, now: float) -> bool:
        pending = False
        for node in self.core.nodes.values():
            pending = node.expire(now) or pending
        return pending

    # -- calls --------------------------------------------------------------------------------

    async def call(self, request: RecordRequest[T]) -> T:
        """One command, with every further attempt that the rules allow.

        Args:
            request: what to send.

        Raises:
            AerospikeError: what the server answered, or why there is no answer.
        """
        if self._own.place._thread_id != get_ident():
            raise elsewhere(self._own, request.operation)
        core = self.core
        started = self._now()
        owners = core.table.namespaces.get(request.namespace)
        node = None if owners is None else owners.masters[request.partition]
        rules = request.rules
        if (
            node is None
            or not node.is_usable
            or rules.replica == c.POLICY_REPLICA_PREFER_RACK
            or not core.is_running
        ):
            return await AsyncCommand(core, request, started).run()
        future = self._create_future()
        timeout = rules.socket_timeout
        node.submit((future, started + timeout if timeout else NEVER, request), started)
        ended: Ended
        try:
            ended = await future
        except AttemptFailed as failed:
            ended = failed
        else:
            if ended[RESULT_AT] not in RETRYABLE:
                try:
                    return request.decode(ended)
                except AerospikeError as error:
                    explain(error, request, node, 1, self._now() - started)
                    raise
        return await AsyncCommand(core, request, started).run(node, ended)

    async def batch(self, plan: Batch[T]) -> T:
        """A batch; what its plan makes of the answers.

        Args:
            plan: what to do.

        Raises:
            AerospikeError: not one row was answered.
        """
        if self._own.place._thread_id != get_ident():
            raise elsewhere(self._own, plan.operation)
        return await BatchRun(self.core, plan).run()

    async def info(
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
        self._check_connected(operation)
        usable = [node for node in self.core.nodes.values() if node.is_usable]
        if not usable:
            raise no_usable_node(operation)
        return await self._info_of(random.choice(usable), command, timeout, operation, check)

    async def info_all(self, command: str, timeout: float | None = None) -> list[InfoNodeResult]:
        """Ask every node.

        Args:
            command: one line.
            timeout: seconds, None for those of opening a connection.
        """
        self._check_connected("info")

        async def ask(node: AsyncNode) -> InfoNodeResult:
            name = node.facts.name
            try:
                return InfoNodeResult(name, 0, await self._info_of(node, command, timeout))
            except AerospikeError as error:
                return InfoNodeResult(name, error.code, str(error))

        return list(await asyncio.gather(*map(ask, self.core.nodes.values())))

    def _check_connected(self, operation: str) -> None:
        if self._own.place._thread_id != get_ident():
            raise elsewhere(self._own, operation)
        if not self.core.is_running:
            raise not_connected(operation)

    async def _info_of(
        self,
        node: AsyncNode,
        command: str,
        timeout: float | None,
        operation: str = "info",
        check: Callable[[str], None] | None = None,
    ) -> str:
        now = self._now()
        limit = self.core.options.timeout if timeout is None else timeout
        future = self._create_future()
        exchange = Exchange(bytearray(encode_info([command])), True, _is_info)
        node.submit((future, now + limit if limit else NEVER, exchange), now)
        try:
            answers = read_info(await future)
        except AttemptFailed as failed:
            raise no_info(failed, node, self._now() - now, operation) from failed.cause
        value = next(iter(answers.values()), "")
        if check is not None:
            try:
                check(value)
            except AerospikeError as error:
                raise refused_info(error, node, self._now() - now, operation) from None
        return value


def _is_info(message: bytes) -> bool:
    """Take the one frame of an answer; what is no answer ends the connection."""
    read_info(message)
    return True


class _GatedEngine(AsyncioEngine):
    """An engine with a limit on operations at once; the time of each counts from its turn on.

    It looks at the loop itself: a queue belongs to its loop, and so does a place in it.
    """

    def __init__(self, options: ClientOptions, version: str) -> None:
        super().__init__(options, version)
        self._gate = AsyncGate(options.max_concurrent_operations, options.operation_queue_timeout)

    @property
    def gate_facts(self) -> GateFacts | None:
        """See `Diagnosed`."""
        return self._gate.facts

    async def call(self, request: RecordRequest[T]) -> T:
        """See `AsyncioEngine.call`."""
        if self._own.place._thread_id != get_ident():
            raise elsewhere(self._own, request.operation)
        async with self._gate.place(request.operation):
            return await super().call(request)

    async def batch(self, plan: Batch[T]) -> T:
        """See `AsyncioEngine.batch`."""
        if self._own.place._thread_id != get_ident():
            raise elsewhere(self._own, plan.operation)
        async with self._gate.place(plan.operation):
            return await super().batch(plan)


def make_engine(options: ClientOptions, version: str) -> Engine:
    """The engine that the options describe.

    Args:
        options: of the client.
        version: of this library, as servers list it.
    """
    kind = _GatedEngine if options.max_concurrent_operations else AsyncioEngine
    return tell_asyncio(kind(options, version), options, version)
