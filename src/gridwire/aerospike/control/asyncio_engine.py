# SPDX-License-Identifier: Apache-2.0
"""How the asyncio face calls: on the caller's loop, in the caller's task."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from gridwire._core.outcome import Outcome
from gridwire.aerospike import constants as c
from gridwire.aerospike.cluster.attempts import Attempts, Failure
from gridwire.aerospike.cluster.choosing import choose
from gridwire.aerospike.cluster.node import NodeFacts
from gridwire.aerospike.control.access import NodeAccess
from gridwire.aerospike.control.async_node import AsyncNode
from gridwire.aerospike.control.core import ClusterCore
from gridwire.aerospike.control.pipeline import AttemptFailed, Pipeline
from gridwire.aerospike.control.ticking import Ticker
from gridwire.aerospike.exception import AdminError, AerospikeError, ClientError
from gridwire.aerospike.operations.request import RecordRequest
from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.greeting import NEEDS_LOGIN
from gridwire.aerospike.protocol.message import set_server_timeout
from gridwire.aerospike.protocol.result_codes import DEVICE_OVERLOAD, RETRYABLE, error_of

if TYPE_CHECKING:
    from gridwire.aerospike._options.client_options import ClientOptions

__all__ = ["AsyncioEngine"]

T = TypeVar("T")

_NEVER = float("inf")
_RESULT_AT = 13
_NAMESPACE_UNKNOWN = 20

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
        loop = asyncio.get_running_loop()
        self._loop = loop
        self._create_future = loop.create_future
        self._now = loop.time
        self._ticker = Ticker(self._look)
        self._is_closing = False
        self.core: ClusterCore[AsyncNode] = ClusterCore(options, self._make_node, version)

    # -- life ---------------------------------------------------------------------------------

    @property
    def is_connected(self) -> bool:
        """Whether it was connected, was not closed, and knows a node."""
        return self.core.is_running and not self._is_closing and bool(self.core.nodes)

    async def connect(self) -> None:
        """Get connected. See `ClusterCore.start`."""
        await self.core.start()

    async def close(self) -> None:
        """End: no new calls; answers that are under way have a second to come."""
        self._is_closing = True
        until = self._now() + _DRAIN_SECONDS
        while any(node.pending for node in self.core.nodes.values()) and self._now() < until:
            await asyncio.sleep(_DRAIN_PAUSE_SECONDS)
        await self.core.close()
        self._ticker.stop()

    def _make_node(self, facts: NodeFacts, access: NodeAccess) -> AsyncNode:
        core = self.core

        async def connect(node: AsyncNode) -> Pipeline:
            return await self._open(node, access)

        return AsyncNode(facts, core.options, self._ticker, connect, core.spawn, core.hurry)

    async def _open(self, node: AsyncNode, access: NodeAccess) -> Pipeline:
        """A connection to a node that is ready for commands."""
        opener = self.core.opener
        async with asyncio.timeout(opener.timeout):
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
        stream = await self.core.opener.open(pipeline, access.endpoint)
        pipeline.attach(stream)
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
        """
        started = self._now()
        owners = self.core.table.namespaces.get(request.namespace)
        node = None if owners is None else owners.masters[request.partition]
        rules = request.rules
        if (
            node is None
            or not node.is_usable
            or rules.replica == c.POLICY_REPLICA_PREFER_RACK
            or self._is_closing
        ):
            return await self._careful(request, started)
        future: asyncio.Future[bytes] = self._create_future()
        timeout = rules.socket_timeout
        node.submit((future, started + timeout if timeout else _NEVER, request), started)
        ended: bytes | AttemptFailed
        try:
            ended = await future
        except AttemptFailed as failed:
            ended = failed
        else:
            if ended[_RESULT_AT] not in RETRYABLE:
                try:
                    return request.decode(ended)
                except (AerospikeError, ProtocolError) as error:
                    self._explain(error, request, node, started, 1)
                    raise
        return await self._careful(request, started, node, ended)

    async def _careful(
        self,
        request: RecordRequest[T],
        started: float,
        node: AsyncNode | None = None,
        ended: AttemptFailed | bytes | None = None,
    ) -> T:
        """The rest of a call that did not simply succeed.

        Args:
            request: what to send.
            started: when the call began.
            node: whom the first attempt went to.
            ended: how it ended; None when none was made yet.
        """
        attempts = Attempts(request.operation, request.rules, request.is_write, started)
        while True:
            if ended is None:
                node = self._choose(request, attempts.turn, node)
                ended = await self._attempt(request, attempts, node)
            if isinstance(ended, bytes) and ended[_RESULT_AT] not in RETRYABLE:
                return self._decode(request, ended, attempts, node)
            pause = self._judge(attempts, node, ended)
            if pause is None:
                raise attempts.error(self._now()).with_facts(key=_named(request.key))
            if node is None:
                # Perhaps the cluster is just changing. Nobody else can say when that is over.
                pause = max(pause, self._patience(attempts))
                await self.core.changed(pause)
            elif pause:
                await asyncio.sleep(pause)
            ended = None

    async def _attempt(
        self, request: RecordRequest[Any], attempts: Attempts, node: AsyncNode | None
    ) -> AttemptFailed | bytes:
        """One further attempt: how it ended."""
        if node is None:
            return AttemptFailed(Failure.NO_NODE)
        now = self._now()
        left = attempts.time_left(now)
        # What was sent before may still wait to leave, and must not change.
        payload = bytearray(request.payload)
        set_server_timeout(payload, left.server_ms)
        future: asyncio.Future[bytes] = self._create_future()
        deadline = _NEVER if left.attempt is None else now + left.attempt
        node.submit((future, deadline, request.with_payload(payload)), now)
        try:
            return await future
        except AttemptFailed as failed:
            return failed

    def _judge(
        self, attempts: Attempts, node: AsyncNode | None, ended: AttemptFailed | bytes
    ) -> float | None:
        """What the end of an attempt means: seconds to the next one, None when there is none."""
        now = self._now()
        if isinstance(ended, AttemptFailed):
            if node is not None and ended.failure is Failure.TIMEOUT:
                node.count_error()
            return attempts.failed(ended.failure, now, node, ended.cause)
        code = ended[_RESULT_AT]
        if node is not None and code == DEVICE_OVERLOAD:
            node.count_error()
        return attempts.refused(code, now, node)

    def _choose(
        self, request: RecordRequest[Any], turn: int, avoid: AsyncNode | None
    ) -> AsyncNode | None:
        core = self.core
        if self._is_closing or not core.is_running:
            raise ClientError(
                "Client is not connected. Call connect() first.",
                outcome=Outcome.NOT_SENT,
                operation=request.operation,
            )
        namespaces = core.table.namespaces
        owners = namespaces.get(request.namespace)
        if owners is None:
            if namespaces:
                raise error_of(
                    _NAMESPACE_UNKNOWN, operation=request.operation, namespace=request.namespace
                )
            return None
        return choose(
            owners,
            request.namespace,
            request.partition,
            request.rules.replica,
            turn,
            core.options.rack_ids,
            avoid,
        )

    def _patience(self, attempts: Attempts) -> float:
        """How long to wait for a node that may be asked."""
        left = attempts.time_left(self._now()).attempt
        interval = self.core.options.tend_interval
        return interval if left is None else min(interval, left)

    # -- errors -------------------------------------------------------------------------------

    def _decode(
        self, request: RecordRequest[T], message: bytes, attempts: Attempts, node: AsyncNode | None
    ) -> T:
        try:
            return request.decode(message)
        except (AerospikeError, ProtocolError) as error:
            if attempts.is_in_doubt:
                error.outcome = Outcome.UNKNOWN
                if isinstance(error, AerospikeError):
                    error.in_doubt = True
            raise self._explain(error, request, node, attempts.started, attempts.number + 1)

    def _explain(
        self,
        error: AerospikeError | ProtocolError,
        request: RecordRequest[Any],
        node: AsyncNode | None,
        started: float,
        attempts: int,
    ) -> AerospikeError | ProtocolError:
        """Add what is known about the circumstances to an answer that is an error."""
        return error.with_facts(
            operation=request.operation,
            phase="at the server",
            node=None if node is None else node.facts.name,
            address=None if node is None else str(node.facts.endpoint),
            attempts=attempts,
            elapsed=self._now() - started,
            key=_named(request.key),
        )


def _named(key: Any) -> str:
    """A key as errors show it: where the record is, but not what the user calls it."""
    namespace, set_name, _, digest = key
    return f"{namespace}:{set_name}:{digest.hex()}"
