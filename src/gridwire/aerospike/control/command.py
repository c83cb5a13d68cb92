# SPDX-License-Identifier: Apache-2.0
"""What every call style decides alike about a command on one record: whom to ask, when to go on."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Generic, Protocol, TypeVar

from gridwire._core.outcome import Outcome
from gridwire._io.running import OwnLoop
from gridwire.aerospike.cluster.attempts import Attempts, Failure
from gridwire.aerospike.cluster.choosing import choose
from gridwire.aerospike.control.core import ClusterCore, ClusterNode
from gridwire.aerospike.control.exchange import AttemptFailed
from gridwire.aerospike.exception import (
    AerospikeError,
    AerospikeTimeoutError,
    ClientError,
    ClusterError,
    ForeignLoopError,
)
from gridwire.aerospike.operations.answers import check_refusal
from gridwire.aerospike.operations.request import RecordRequest
from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.result_codes import DEVICE_OVERLOAD, error_of

__all__ = [
    "NEVER",
    "RESULT_AT",
    "CommandRun",
    "CountingNode",
    "Ended",
    "choose_node",
    "elsewhere",
    "explain",
    "is_held",
    "named",
    "no_info",
    "no_usable_node",
    "not_connected",
    "refused_info",
]

T = TypeVar("T")

Ended = AttemptFailed | bytes
"""How an attempt ended: without an answer, or with this one."""

NEVER = float("inf")

RESULT_AT = 13
"""Where the result code stands in an answer's frame."""

_NAMESPACE_UNKNOWN = 20
_MAYBE_DONE = (Failure.LOST, Failure.TIMEOUT)


class CountingNode(ClusterNode, Hashable, Protocol):
    """A node that counts its failures."""

    def count_error(self) -> None:
        """Something failed here by the network, the clock or overload."""


N = TypeVar("N", bound=CountingNode)


class CommandRun(Generic[T, N]):
    """A command on one record, beyond its first attempt; who waits and sends is a subclass.

    Args:
        core: the client's view of the cluster.
        request: what to send.
        started: when the call began, by the clock.
        now: the clock.
    """

    def __init__(
        self,
        core: ClusterCore[N],
        request: RecordRequest[T],
        started: float,
        now: Callable[[], float],
    ) -> None:
        self._core = core
        self._request = request
        self._now = now
        self._attempts = Attempts(request.operation, request.rules, request.is_write, started)

    def _judge(self, node: N | None, ended: Ended) -> float | None:
        """What the end of an attempt means: seconds to the next one, None when there is none."""
        now = self._now()
        if isinstance(ended, AttemptFailed):
            if node is not None and ended.failure is Failure.TIMEOUT:
                node.count_error()
            pause = self._attempts.failed(ended.failure, now, node, ended.cause)
        else:
            code = ended[RESULT_AT]
            try:
                check_refusal(ended)
            except ProtocolError as error:
                # Noise, whatever stands where the code would be: nobody knows what was done.
                self._attempts.number += 1
                raise self._about(error) from None
            if node is not None and code == DEVICE_OVERLOAD:
                node.count_error()
            pause = self._attempts.refused(code, now, node)
        if pause is not None:
            self._core.counters.retries += 1
        return pause

    def _failed(self) -> AerospikeError:
        """What the caller is told when there is no further attempt."""
        error = self._attempts.error(self._now()).with_facts(key=named(self._request.key))
        if error.facts.get("phase") == Failure.NO_NODE.value:
            error.hint = self._core.advice or error.hint
        return self._count_doubt(error)

    # -- who is asked -------------------------------------------------------------------------

    def _choose(self, avoid: N | None) -> N | None:
        core, request = self._core, self._request
        if not core.is_running:
            raise self._closed()
        try:
            return choose_node(
                core,
                request.namespace,
                request.partition,
                request.rules.replica,
                self._attempts.turn,
                avoid,
            )
        except AerospikeError as error:
            if self._attempts.is_in_doubt:
                error.outcome = Outcome.UNKNOWN
            raise self._about(error) from None

    def _closed(self) -> AerospikeError:
        """The client was closed before there was an answer."""
        outcome = Outcome.UNKNOWN if self._attempts.is_in_doubt else Outcome.NOT_SENT
        return self._about(not_connected(self._request.operation, outcome))

    def _about(self, error: AerospikeError) -> AerospikeError:
        """An error that ends the command between two attempts."""
        attempts, request = self._attempts, self._request
        error.changes_nothing = not request.is_write
        self._count_doubt(error)
        return error.add_facts(
            operation=request.operation,
            attempts=attempts.number,
            elapsed=self._now() - attempts.started,
            key=named(request.key),
        )

    def _is_held(self) -> bool:
        """Whether some node has the partition, although it may not be asked now."""
        return is_held(self._core, self._request.namespace, self._request.partition)

    def _nobody(self) -> AttemptFailed:
        """The attempt that found no node to ask."""
        return AttemptFailed(Failure.LEFT_ALONE if self._is_held() else Failure.NO_NODE)

    def _patience(self) -> float:
        """How long to wait for a node that may be asked."""
        left = self._attempts.time_left(self._now()).attempt
        interval = self._core.options.tend_interval
        return interval if left is None else min(interval, left)

    # -- the end ------------------------------------------------------------------------------

    def _decode(self, message: bytes, node: N | None) -> T:
        try:
            return self._request.decode(message)
        except AerospikeError as error:
            attempts = self._attempts
            if attempts.is_in_doubt:
                # The refusal may be the answer to what an attempt before has done.
                error.outcome = Outcome.UNKNOWN
            elapsed = self._now() - attempts.started
            explain(error, self._request, node, attempts.number + 1, elapsed)
            self._count_doubt(error)
            raise

    def _count_doubt(self, error: AerospikeError) -> AerospikeError:
        if self._request.is_write and error.outcome is Outcome.UNKNOWN:
            self._core.counters.indeterminate_writes += 1
        return error


def choose_node(
    core: ClusterCore[N],
    namespace: str,
    partition: int,
    replica: int,
    turn: int,
    avoid: N | None = None,
) -> N | None:
    """The node to ask; see `choose`.

    Returns:
        None when no node that may be asked holds the partition now.

    Raises:
        ServerError: no node of the cluster has the namespace.
    """
    namespaces = core.table.namespaces
    owners = namespaces.get(namespace)
    if owners is not None:
        racks = core.options.rack_ids
        return choose(owners, namespace, partition, replica, turn, racks, avoid)
    if namespaces:
        raise error_of(_NAMESPACE_UNKNOWN, namespace=namespace).with_facts(phase="choosing a node")
    return None


def is_held(core: ClusterCore[Any], namespace: str, partition: int) -> bool:
    """Whether some node has a partition that may not be asked now.

    One that may be asked, and was not, has another copy than the one that is wanted: then it is the
    wanted one that nobody has.

    Args:
        core: the client's view of the cluster.
        namespace: name of the namespace.
        partition: 0 to 4095.
    """
    owners = core.table.owners(namespace)
    if owners is None:
        return False
    holders = [one[partition] for one in owners.replicas]
    return any(one is not None and not one.is_usable for one in holders)


def explain(
    error: AerospikeError,
    request: RecordRequest[Any],
    node: CountingNode | None,
    attempts: int,
    elapsed: float,
) -> None:
    """Add what is known about the circumstances to an answer that is an error."""
    error.changes_nothing = not request.is_write
    error.with_facts(
        operation=request.operation,
        phase="reading the answer" if isinstance(error, ProtocolError) else "at the server",
        node=None if node is None else node.facts.name,
        address=None if node is None else str(node.facts.endpoint),
        attempts=attempts,
        elapsed=elapsed,
        key=named(request.key),
    )


def no_info(
    failed: AttemptFailed, node: CountingNode, elapsed: float, operation: str = "info"
) -> AerospikeError:
    """What is told to who asked a node for info and got no answer."""
    failure = failed.failure
    in_time = failure not in (Failure.TIMEOUT, Failure.WAITING)
    kind = ClusterError if in_time else AerospikeTimeoutError
    return kind(
        f"no answer to an info command: {failure.value}",
        outcome=Outcome.UNKNOWN if failure in _MAYBE_DONE else Outcome.NOT_SENT,
        operation=operation,
        phase=failure.value,
        node=node.facts.name,
        address=str(node.facts.endpoint),
        attempts=1,
        elapsed=elapsed,
    )


def refused_info(
    error: AerospikeError, node: CountingNode, elapsed: float, operation: str
) -> AerospikeError:
    """A node said no to an info command."""
    return error.with_facts(
        operation=operation,
        phase="at the server",
        node=node.facts.name,
        address=str(node.facts.endpoint),
        attempts=1,
        elapsed=elapsed,
    )


def no_usable_node(operation: str) -> ClusterError:
    """What is told to who wants any node, when there is none that may be asked."""
    return ClusterError(
        "no node can be asked",
        outcome=Outcome.NOT_SENT,
        operation=operation,
        phase="choosing a node",
        attempts=0,
        elapsed=0.0,
    )


def named(key: Any) -> str:
    """A key as errors show it: where the record is, but not what the user calls it."""
    namespace, set_name, _, digest = key
    return f"{namespace}:{set_name}:{digest.hex()}"


def not_connected(operation: str | None = None, outcome: Outcome = Outcome.NOT_SENT) -> ClientError:
    """What a call is told on a client that is not connected, or not any more."""
    return ClientError(
        "Client is not connected. Call connect() first.", outcome=outcome, operation=operation
    )


def elsewhere(own: OwnLoop, operation: str | None = None) -> ForeignLoopError:
    """What a call is told on another loop than that on which the client has its connections."""
    error = ForeignLoopError(
        "The client is connected on another event loop than this call runs on",
        outcome=Outcome.NOT_SENT,
        hint="Connect a client on each loop that needs one, and in each process after the fork.",
    )
    return error.with_facts(operation=operation, **own.facts_elsewhere())
