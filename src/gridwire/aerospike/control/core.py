# SPDX-License-Identifier: Apache-2.0
"""The heart of a client: it tends the cluster, and knows its nodes and who holds what.

It runs on one event loop, the caller's or a hosted one. What other threads use of it are its
snapshots: `nodes` and `table` are replaced as a whole, never changed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from itertools import count
from time import time
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from gridwire._core.counters import Counters
from gridwire._core.hints import hint_of
from gridwire._core.logs import ClientLog
from gridwire._core.outcome import Outcome
from gridwire.aerospike.cluster.breaker import Breaker
from gridwire.aerospike.cluster.node import Endpoint, Node, NodeFacts
from gridwire.aerospike.cluster.partition_table import PartitionTable
from gridwire.aerospike.cluster.tend import Tend
from gridwire.aerospike.control.access import NodeAccess
from gridwire.aerospike.control.authentication import credentials_of
from gridwire.aerospike.control.opening import Opener
from gridwire.aerospike.control.tending import Round
from gridwire.aerospike.exception import AerospikeError, ClusterError
from gridwire.aerospike.types import NodeState

if TYPE_CHECKING:
    from gridwire.aerospike._options.client_options import ClientOptions
    from gridwire.aerospike.cluster.replicas import Claim
    from gridwire.aerospike.diagnostics import PoolFacts

__all__ = ["ClusterCore", "ClusterNode"]

_logger = logging.getLogger("gridwire.aerospike.client")

_numbers = count()

_SETTLE_SECONDS = 3.0
"""How long `start` waits for partitions that nobody holds: a server that has just been started
takes that long at most. After that it goes on with what there is."""

_SETTLE_PAUSE_SECONDS = 0.05
_HURRIED_PAUSE_SECONDS = 0.1
"""Between two rounds at least, however much there is to hurry for."""


class ClusterNode(Node, Protocol):
    """What the core does with a node, whatever its connections are like. Called on the loop."""

    facts: NodeFacts
    breaker: Breaker

    @property
    def pool_facts(self) -> PoolFacts:
        """How its connections are doing; for any thread."""

    def tended(self, now: float) -> None:
        """A round of tending is over."""

    async def open_minimum(self) -> None:
        """Open the connections that there must be at least."""

    def remove(self) -> None:
        """The cluster knows it no more."""

    def close(self) -> None:
        """The client ends."""


N = TypeVar("N", bound=ClusterNode)


class ClusterCore(Generic[N]):
    """One client's view of its cluster.

    Args:
        options: of the client.
        make_node: makes a node of the call style from what is known and the way in.
        version: of this library, as servers list it.

    Attributes:
        options: as given.
        opener: opens streams.
        table: who holds which partition.
        nodes: the nodes by name.
        is_running: whether it is connected, and was not closed.
        loop: the one that it runs on.
        name: of the client, in this process; servers do not know it.
        log: takes lines about this client.
        tends: rounds of tending that are over.
        tended_at: when the last one was, by the loop's clock.
        since: since when there are nodes, or none, in seconds since 1970.
    """

    def __init__(
        self,
        options: ClientOptions,
        make_node: Callable[[NodeFacts, NodeAccess], N],
        version: str,
    ) -> None:
        self.options = options
        self.counters = Counters()
        self.opener = Opener(options, version)
        self.table: PartitionTable[N] = PartitionTable()
        self.nodes: Mapping[str, N] = MappingProxyType({})
        self.is_running = False
        self.loop = asyncio.get_running_loop()
        self.name = f"aerospike.client_{next(_numbers)}"
        fields = {"client": self.name, "cluster": options.cluster_name}
        self.log = ClientLog(_logger, self.loop.time, {k: v for k, v in fields.items() if v})
        self.tends = 0
        self.tended_at = self.loop.time()
        self.since = time()
        self._make_node = make_node
        self._tend = Tend(
            [Endpoint(*host) for host in options.hosts],
            options.cluster_name,
            alternate=options.use_services_alternate,
            tls=options.tls is not None,
            racks=bool(options.rack_ids),
        )
        self._problems: dict[str, str] = {}
        self._accesses: dict[str, NodeAccess] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._watchers: set[asyncio.Future[None]] = set()

    # -- life ---------------------------------------------------------------------------------

    async def start(self) -> None:
        """Get connected: returns when the nodes are known, and who holds what.

        Raises:
            ClusterError: no seed leads to the cluster.
            AdminError: the cluster does not let this client in.
            ClientError: the options do not go together.
        """
        started = self.loop.time()
        try:
            self.opener.credentials = await credentials_of(self.options)
            await self._settle()
            await asyncio.gather(*(node.open_minimum() for node in self.nodes.values()))
        except BaseException as error:
            await self.close()
            elapsed = self.loop.time() - started
            if isinstance(error, AerospikeError):
                error.outcome = error.outcome or Outcome.NOT_SENT
                _about_connecting(error, elapsed)
            elif isinstance(error, OSError):
                text = f"Connection error: {error}"
                lost = ClusterError(text, outcome=Outcome.NOT_SENT)
                raise _about_connecting(lost, elapsed) from error
            raise
        self.is_running = True
        self.spawn(self._keep_tending())

    async def _settle(self) -> None:
        """Tend until every partition has its master, or it has been waited for long enough."""
        until = self.loop.time() + _SETTLE_SECONDS
        while True:
            done = await self._round()
            if self._is_settled:
                return
            if not self.nodes and not done.is_forming:
                raise self._not_found(done)
            if self.loop.time() >= until:
                break
            await asyncio.sleep(_SETTLE_PAUSE_SECONDS)
        if not self.nodes:
            raise self._not_found(done)
        self.log.warning("connected, but some partitions have no master yet. %s", self.advice)

    @property
    def advice(self) -> str:
        """What to change about addresses that nodes announce and that do not work; mostly empty."""
        return self._tend.advice

    @property
    def _is_settled(self) -> bool:
        owners = self.table.namespaces.values()
        return self._tend.is_settled and bool(owners) and all(one.is_complete for one in owners)

    def _not_found(self, done: Round[N]) -> Exception:
        """Why no node could be used."""
        if done.refusals:
            return done.refusals[0]
        tried = "; ".join(f"{where}: {why}" for where, why in self._tend.problems.items())
        return ClusterError(
            f"Connection error: Failed to connect to host(s). {tried}",
            outcome=Outcome.NOT_SENT,
            hint=hint_of(
                (done.advice.get(why, "") for why in self._tend.problems.values()),
                "Check hosts and cluster_name, and that a node is running there.",
            ),
        )

    async def close(self) -> None:
        """End every task and connection."""
        self.is_running = False
        current = asyncio.current_task()
        tasks = [task for task in self._tasks if task is not current]
        for task in tasks:
            task.cancel()
        try:
            await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            self._let_go()
        # A transport gives up its socket in the loop's next turn.
        await asyncio.sleep(0)

    def _let_go(self) -> None:
        """Give up every connection."""
        nodes, self.nodes = self.nodes, MappingProxyType({})
        self.table = PartitionTable()
        for node in nodes.values():
            node.close()
        for access in self._accesses.values():
            access.close()
        self._accesses.clear()
        self._changed()

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine until the client ends."""
        task = self.loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._task_done)

    def _task_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.log.error("a control task of the client ended", exc_info=task.exception())

    # -- tending ------------------------------------------------------------------------------

    def hurry(self) -> None:
        """Something failed: look at the cluster soon."""
        self._wake.set()

    async def _keep_tending(self) -> None:
        try:
            await self._tend_for_ever()
        finally:
            # Perhaps nobody closed the client, or an interrupt ended that, but its loop ends: it
            # can give up the sockets.
            self.is_running = False
            self._let_go()

    async def _tend_for_ever(self) -> None:
        interval = self.options.tend_interval
        pause = min(_HURRIED_PAUSE_SECONDS, interval)
        while True:
            await asyncio.sleep(pause)
            try:
                async with asyncio.timeout(interval - pause):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            try:
                await self._round()
            except Exception:
                # A round that fails must not be the last one: the client lives by them.
                self.log.exception("a round of tending failed")

    async def _round(self) -> Round[N]:
        done = Round(self, self._tend)
        await done.carry_out(self._tend.begin())
        await done.carry_out(self._tend.end())
        self._problems = dict(self._tend.problems)
        self.tends += 1
        self.tended_at = self.loop.time()
        if self.is_running:
            now = self.loop.time()
            for node in self.nodes.values():
                node.tended(now)
        return done

    @property
    def problems(self) -> dict[str, str]:
        """Why seeds and nodes could not be used in the last round. For any thread."""
        return self._problems

    @property
    def states(self) -> list[NodeState]:
        """How the nodes are doing. For any thread."""
        return [_state(node) for node in self.nodes.values()]

    # -- what rounds do -----------------------------------------------------------------------

    def partition_generation(self, name: str) -> int | None:
        """Which of a node's partition tables is followed; None while it is not known."""
        return self._tend.partition_generation(name)

    def access_to(self, name: str) -> NodeAccess | None:
        """The way into a node, None when it is not known."""
        return self._accesses.get(name)

    def add(self, facts: NodeFacts, access: NodeAccess) -> None:
        """A node was found."""
        self.log.info(
            "node %s at %s is used",
            facts.name,
            facts.endpoint,
            member=facts.name,
            address=facts.endpoint,
        )
        access.build = facts.build
        self._accesses[facts.name] = access
        node = self._make_node(facts, access)
        if not self.nodes:
            self._found_again()
        self.nodes = MappingProxyType({**self.nodes, facts.name: node})
        self._changed()

    def _found_again(self) -> None:
        """There was no node, and now there is."""
        self.since = time()
        if self.is_running:
            self.counters.reconnects += 1
            self.log.info("connected again")

    def update(self, facts: NodeFacts) -> None:
        """More is known of a node."""
        node = self.nodes.get(facts.name)
        if node is not None:
            node.facts = facts

    def remove(self, name: str, why: str) -> None:
        """A node is gone."""
        access = self._accesses.pop(name, None)
        if access is not None:
            access.close()
        node = self.nodes.get(name)
        if node is None:
            return
        self.log.warning(
            "node %s at %s is gone: %s",
            name,
            node.facts.endpoint,
            why,
            member=name,
            address=node.facts.endpoint,
            reason=why,
        )
        self.nodes = MappingProxyType({k: v for k, v in self.nodes.items() if k != name})
        if not self.nodes:
            self.since = time()
            self.log.error("no node of the cluster is left; seeds are asked in every round")
        self.table = self.table.without([node])
        node.remove()
        self._changed()

    def claim(self, name: str, claims: Mapping[str, Claim]) -> None:
        """A node said which partitions it holds."""
        node = self.nodes.get(name)
        if node is None:
            return
        self.table, losers = self.table.claimed(node, claims)
        self._tend.lost(loser.facts.name for loser in losers)
        self._changed()

    # -- waiting for changes ------------------------------------------------------------------

    def _changed(self) -> None:
        watchers, self._watchers = self._watchers, set()
        for future in watchers:
            if not future.done():
                future.set_result(None)

    async def changed(self, seconds: float) -> None:
        """Wait until the view of the cluster changes, or for so long; the cluster is looked at."""
        self.hurry()
        future: asyncio.Future[None] = self.loop.create_future()
        self._watchers.add(future)
        try:
            async with asyncio.timeout(seconds):
                await future
        except TimeoutError:
            pass
        finally:
            self._watchers.discard(future)


def _about_connecting(error: AerospikeError, elapsed: float) -> AerospikeError:
    return error.add_facts(operation="connect", phase="connecting", attempts=1, elapsed=elapsed)


def _state(node: ClusterNode) -> NodeState:
    facts, breaker = node.facts, node.breaker
    return NodeState(
        facts.name, str(facts.endpoint), breaker.is_open, breaker.errors, breaker.trips
    )
