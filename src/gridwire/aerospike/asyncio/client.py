# SPDX-License-Identifier: Apache-2.0
"""The asyncio client."""

from __future__ import annotations

import random
import time
import warnings
from collections.abc import Iterable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, NoReturn, Self

import gridwire
from gridwire._core.unportable import unportable
from gridwire._io.forking import Claim
from gridwire.aerospike import constants as c
from gridwire.aerospike._options.client_options import ClientOptions, read_config
from gridwire.aerospike._options.policies import Policies
from gridwire.aerospike.control.asyncio_engine import Engine, make_engine
from gridwire.aerospike.control.command import not_connected
from gridwire.aerospike.control.diagnosing import Past, diagnostics_of
from gridwire.aerospike.diagnostics import Diagnostics
from gridwire.aerospike.exception import AerospikeError, ClientError, ForeignLoopError
from gridwire.aerospike.operations.batch_requests import BatchRequests
from gridwire.aerospike.operations.batch_results import LazyBatchRecords
from gridwire.aerospike.operations.management import check_done, truncate_command
from gridwire.aerospike.operations.record import RecordRequests
from gridwire.aerospike.types import (
    BatchWriteResult,
    ExistsResult,
    InfoNodeResult,
    NodeState,
    OperateOrderedResult,
    Record,
)

__all__ = ["AsyncClient"]

_Policy = Mapping[str, Any] | None


class AsyncClient:
    """A client of an Aerospike cluster, for asyncio.

    It belongs to the loop on which it connects, and serves any number of tasks at once::

        async with AsyncClient({"hosts": [("127.0.0.1", 3000)]}) as client:
            await client.connect()
            await client.put(("test", "demo", "ann"), {"score": 31})

    Args:
        config: the options; see `gridwire.aerospike.types.ClientConfig`. They are looked at by
            `connect`.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._config = config
        self._engine: Engine | None = None
        # Its `close` is not over yet, perhaps because who waited for it was cancelled.
        self._ending: Engine | None = None
        # Held while connecting. Threads may call at once, and only one of them connects.
        self._connecting = Claim()
        self._closings = 0
        self._past = Past()
        self._use(Policies({}, _warn_of_policy))

    def _use(self, policies: Policies) -> None:
        self._policies = policies
        self._requests = RecordRequests(policies, time.time)
        self._batches = BatchRequests(policies, time.time, random.uniform)

    def _connected(self) -> Engine:
        if self._engine is None:
            raise not_connected()
        return self._engine

    # -- life ---------------------------------------------------------------------------------

    async def connect(self, username: str | None = None, password: str | None = None) -> Self:
        """Connect to the cluster.

        Args:
            username: who logs in, instead of the configuration's user.
            password: of the user.

        Returns:
            This client.

        Raises:
            ValueError: an option cannot be.
            TypeError: an option has the wrong type.
            ClusterError: no host leads to the cluster.
            AdminError: the cluster does not let this client in.
            ClientError: the client is connected already.
        """
        if not self._connecting.take():
            raise _already("connecting")
        try:
            if self._engine is not None:
                raise _already("connected")
            options = self._options(username, password)
            self._use(Policies(options.policies, _warn_of_policy, has_racks=bool(options.rack_ids)))
            await self._connect(make_engine(options, gridwire.__version__))
        finally:
            self._connecting.give_back()
        return self

    async def _connect(self, engine: Engine) -> None:
        closings = self._closings
        await engine.connect()
        self._engine = engine
        if self._closings != closings:
            # Whoever closed it meanwhile does not expect it to be connected afterwards.
            await self.close()
            raise ClientError("The client was closed while it was connecting.")

    def _options(self, username: str | None, password: str | None) -> ClientOptions:
        if username is not None:
            options = read_config(self._config, user=username, password=password)
        elif password is not None:
            options = read_config(self._config, password=password)
        else:
            options = read_config(self._config)
        for text in (*options.warnings, *options.risks):
            warnings.warn(text, UserWarning, stacklevel=3)
        return options

    async def close(self) -> None:
        """Disconnect; commands that are under way have a second to end. Harmless when repeated.

        A client that is just connecting fails to, then. Who is interrupted, or cancelled, while it
        closes does not keep it from disconnecting, and waits for that when it closes it again.
        """
        self._closings += 1
        engine, self._engine = self._engine, None
        if engine is None:
            await self._wait_for_end()
            return
        core = engine.described_core
        if core is not None:
            self._past.remember(core)
        self._ending = engine
        try:
            await engine.close()
        except ForeignLoopError:
            # It goes on where it is connected.
            self._engine, self._ending = engine, None
            raise
        self._ending = None

    async def _wait_for_end(self) -> None:
        """Somebody closed it before; it ends where it was connected, and only there is waited."""
        engine = self._ending
        if engine is not None:
            with suppress(ForeignLoopError):
                await engine.close()
                self._ending = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def diagnostics(self) -> Diagnostics:
        """Describe the client as it is now: for a log, a dashboard, or a question to somebody.

        Works in every state, also before `connect` and after `close`, from any thread, and waits
        for nothing.

        Returns:
            Plain dicts, lists, texts and numbers, without secrets; see
            `gridwire.aerospike.diagnostics`.
        """
        return diagnostics_of(self._engine, self._past, gridwire.__version__)

    def is_connected(self) -> bool:
        """Whether the client is connected, and knows a node."""
        return self._engine is not None and self._engine.is_connected

    async def ping(self) -> bool:
        """Whether a node answers."""
        try:
            await self._connected().info("build")
        except AerospikeError:
            return False
        return True

    # -- the cluster --------------------------------------------------------------------------

    def get_node_names(self) -> list[str]:
        """The ids of the nodes."""
        return self._connected().node_names

    def get_node_states(self) -> list[NodeState]:
        """How the nodes are doing: failures, and who is left alone because of them."""
        return self._connected().node_states

    async def info_all(self, command: str, policy: _Policy = None) -> list[InfoNodeResult]:
        """Ask every node.

        Args:
            command: one line.
            policy: ``timeout`` in milliseconds.

        Returns:
            Name, code and answer of each node; the code is 0 unless there is no answer.
        """
        return await self._connected().info_all(command, self._policies.info_timeout(policy))

    async def info_random_node(self, command: str, policy: _Policy = None) -> str:
        """Ask some node.

        Args:
            command: one line.
            policy: ``timeout`` in milliseconds.
        """
        return await self._connected().info(command, self._policies.info_timeout(policy))

    async def truncate(
        self, namespace: str, set_name: str, nanos: int = 0, policy: _Policy = None
    ) -> None:
        """Remove the records of a set, or of the whole namespace when its name is empty.

        Args:
            namespace: name of the namespace.
            set_name: name of the set; empty for all.
            nanos: only records last changed before this, in nanoseconds of Unix time; 0 for now.
            policy: ``timeout`` in milliseconds.
        """
        command = truncate_command(namespace, set_name, nanos)
        log = self._connected().log
        log.warning("Truncating: ns=%s set=%s", namespace, set_name, operation="truncate")
        timeout = self._policies.info_timeout(policy)
        await self._connected().info(command, timeout, "truncate", check_done)

    # -- one record ---------------------------------------------------------------------------

    async def put(
        self, key: Any, bins: Mapping[str, Any], meta: _Policy = None, policy: _Policy = None
    ) -> None:
        """Store bins of a record; a value of None removes its bin.

        Args:
            key: ``(namespace, set, user_key)``.
            bins: values by name.
            meta: generation, time to live and more of this write.
            policy: how to go about it.
        """
        await self._connected().call(self._requests.put(key, bins, meta, policy))

    async def get(self, key: Any, policy: _Policy = None) -> Record:
        """Read all bins of a record.

        Raises:
            RecordNotFound: there is none.
        """
        return await self._connected().call(self._requests.get(key, policy))

    async def select(self, key: Any, bins: Iterable[str], policy: _Policy = None) -> Record:
        """Read some bins of a record.

        Raises:
            RecordNotFound: there is none.
        """
        return await self._connected().call(self._requests.select(key, bins, policy))

    async def exists(self, key: Any, policy: _Policy = None) -> ExistsResult:
        """Whether a record is there: `meta` of the result is None when it is not."""
        return await self._connected().call(self._requests.exists(key, policy))

    async def remove(self, key: Any, meta: _Policy = None, policy: _Policy = None) -> None:
        """Remove a record.

        Raises:
            RecordNotFound: there is none.
        """
        await self._connected().call(self._requests.remove(key, meta, policy))

    async def remove_bin(
        self, key: Any, bin_names: Iterable[str], meta: _Policy = None, policy: _Policy = None
    ) -> None:
        """Remove bins of a record."""
        await self._connected().call(self._requests.remove_bin(key, bin_names, meta, policy))

    async def touch(
        self, key: Any, val: int = 0, meta: _Policy = None, policy: _Policy = None
    ) -> None:
        """Begin a record's life anew, with `val` seconds if that is not 0."""
        await self._connected().call(self._requests.touch(key, val, meta, policy))

    async def append(
        self, key: Any, bin: str, val: Any, meta: _Policy = None, policy: _Policy = None
    ) -> None:
        """Put text or bytes behind those of a bin."""
        given = {"op": c.OPERATOR_APPEND, "bin": bin, "val": val}
        request = self._requests.modify("append", given, key, meta, policy)
        await self._connected().call(request)

    async def prepend(
        self, key: Any, bin: str, val: Any, meta: _Policy = None, policy: _Policy = None
    ) -> None:
        """Put text or bytes before those of a bin."""
        given = {"op": c.OPERATOR_PREPEND, "bin": bin, "val": val}
        request = self._requests.modify("prepend", given, key, meta, policy)
        await self._connected().call(request)

    async def increment(
        self, key: Any, bin: str, offset: float, meta: _Policy = None, policy: _Policy = None
    ) -> None:
        """Add to the number in a bin."""
        given = {"op": c.OPERATOR_INCR, "bin": bin, "val": offset}
        request = self._requests.modify("increment", given, key, meta, policy)
        await self._connected().call(request)

    async def operate(
        self, key: Any, ops: Iterable[Any], meta: _Policy = None, policy: _Policy = None
    ) -> Record:
        """Several operations on one record, in one step; results by bin."""
        return await self._connected().call(self._requests.operate(key, ops, meta, policy))

    async def operate_ordered(
        self, key: Any, ops: Iterable[Any], meta: _Policy = None, policy: _Policy = None
    ) -> OperateOrderedResult:
        """Several operations on one record, in one step; results in their order."""
        return await self._connected().call(self._requests.operate_ordered(key, ops, meta, policy))

    # -- many records -------------------------------------------------------------------------

    async def batch_read(
        self, keys: Iterable[Any], bins: Iterable[str] | None = None, policy: _Policy = None
    ) -> LazyBatchRecords:
        """Read many records.

        Args:
            keys: of the records.
            bins: names; None for all bins, empty for none.
            policy: how to go about it.
        """
        return await self._connected().batch(self._batches.read(keys, bins, policy))

    async def batch_write(
        self, records: Iterable[Any], policy: _Policy = None, retry: int = 0
    ) -> BatchWriteResult:
        """Store many records.

        Args:
            records: ``(key, bins)`` or ``(key, bins, meta)``.
            policy: how to go about it; what `meta` says of a record comes over it.
            retry: further rounds for records that failed for a while only.
        """
        return await self._connected().batch(self._batches.write(records, policy, retry))

    async def batch_operate(
        self, keys: Iterable[Any], ops: Iterable[Any], policy: _Policy = None
    ) -> BatchWriteResult:
        """The same operations on many records."""
        return await self._connected().batch(self._batches.operate(keys, ops, policy))

    async def batch_remove(self, keys: Iterable[Any], policy: _Policy = None) -> BatchWriteResult:
        """Remove many records: keys, or ``(key, meta)``."""
        return await self._connected().batch(self._batches.remove(keys, policy))

    def __reduce__(self) -> NoReturn:
        raise unportable(self, "Connect a client in the other process")

    def __repr__(self) -> str:
        state = "connected" if self.is_connected() else "not connected"
        return f"<AsyncClient {state}>"


def _already(what: str) -> ClientError:
    return ClientError(
        f"Cannot connect: client is already {what}. Close the client before reconnecting."
    )


def _warn_of_policy(name: str, nearest: str | None) -> None:
    hint = f"; did you mean {nearest!r}?" if nearest else ""
    warnings.warn(
        f"the policy key {name!r} is unknown and has no effect{hint}", UserWarning, stacklevel=2
    )
