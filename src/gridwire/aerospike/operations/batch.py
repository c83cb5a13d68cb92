# SPDX-License-Identifier: Apache-2.0
"""Batches: many records in one call, spread over nodes, answered in any order, sent again in part.

Pure: a `Batch` says what to send to whom, is told what came back, and knows what is still open.
Whoever drives it sends and waits::

    batch.start(now)
    pause = 0.0
    while pause is not None:
        for group in batch.groups(now, choose):
            ... send group.encode(batch.time_left(now).server_ms), give each frame to group.take()
            ... until that says True; or say why not: batch.failed(group, failure)
        pause = batch.end_round(now)
    return batch.result(now)
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Generic, TypeVar

from gridwire.aerospike import constants as c
from gridwire.aerospike._options.rules import BatchRules
from gridwire.aerospike.cluster.attempts import Attempts, Failure, TimeLeft
from gridwire.aerospike.exception import AerospikeError, ServerError
from gridwire.aerospike.operations.rounds import Rounds
from gridwire.aerospike.protocol import flags
from gridwire.aerospike.protocol.batch import BatchRow, encode_batch
from gridwire.aerospike.protocol.digest import partition_of
from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.message import Section, sections
from gridwire.aerospike.protocol.result_codes import RETRYABLE, SERVER_TIMEOUT, outcome_of
from gridwire.aerospike.types import AerospikeKey

__all__ = ["MAX_ROWS", "Batch", "BatchItem", "Group"]

N = TypeVar("N", bound=Hashable)
R = TypeVar("R")

MAX_ROWS = 5000
"""Rows that go to a node in one message: what servers take by default (batch-max-requests)."""

NO_ANSWER = c.AEROSPIKE_ERR_CLIENT
"""Code of a row that was not sent yet."""

# What a row is given as its code when it was not answered, by how that came.
_CODES = {
    Failure.NO_NODE: c.AEROSPIKE_ERR_CLUSTER,
    Failure.TIMEOUT: SERVER_TIMEOUT,
    Failure.WAITING: SERVER_TIMEOUT,
}
_NOTHING_LEFT = {Failure.NO_NODE, Failure.NO_CONNECTION, Failure.NOT_SENT, Failure.WAITING}


class BatchItem:
    """One record of a batch.

    Attributes:
        key: of the record.
        row: what is done with it.
        section: the answer, None as long as there is none.
        code: its result code; of the client when nobody answered.
        is_answered: whether the code is a server's.
        turn: how often the next attempt goes on to another replica.
        in_doubt: whether it may have been written although the code says otherwise.
    """

    __slots__ = ("code", "in_doubt", "is_answered", "key", "row", "section", "turn")

    def __init__(self, key: AerospikeKey, row: BatchRow) -> None:
        self.key = key
        self.row = row
        self.section: Section | None = None
        self.code = NO_ANSWER
        self.is_answered = False
        self.turn = 0
        self.in_doubt = False

    @property
    def is_write(self) -> bool:
        """Whether it changes its record."""
        return bool(self.row.info2 & flags.INFO2_WRITE)

    def answered(self, code: int, section: Section | None = None) -> None:
        """A server said what became of it."""
        self.code = code
        self.section = section
        self.is_answered = True
        if code == 0:
            self.in_doubt = False
        elif self.is_write and not outcome_of(code, True).safe_to_repeat:
            self.in_doubt = True
        if code in RETRYABLE:
            self.turn += 1

    def unanswered(self, failure: Failure) -> None:
        """Nobody said what became of it."""
        self.code = _CODES.get(failure, c.AEROSPIKE_ERR_CONNECTION)
        self.is_answered = False
        sent = failure not in _NOTHING_LEFT
        if sent and self.is_write:
            self.in_doubt = True
        if not self.is_write or failure in (Failure.NOT_SENT, Failure.LOST):
            self.turn += 1


class Group(Generic[N]):
    """The rows of a batch that go to one node in one message.

    Args:
        node: which.
        indexes: of the rows.
        batch: to which it belongs.

    Attributes:
        is_done: whether its last answer has come.
        refusal: result code of the node for the message as a whole.
    """

    __slots__ = ("_batch", "_open", "indexes", "is_done", "node", "refusal")

    def __init__(self, node: N, indexes: Sequence[int], batch: Batch[Any]) -> None:
        self.node = node
        self.indexes = indexes
        self.is_done = False
        self.refusal = 0
        self._batch = batch
        self._open = set(indexes)

    @property
    def is_write(self) -> bool:
        """Whether some row changes its record."""
        items = self._batch.items
        return any(items[index].is_write for index in self.indexes)

    def encode(self, timeout_ms: int) -> bytearray:
        """The message for the node.

        Args:
            timeout_ms: how long the server may take.
        """
        batch = self._batch
        items = batch.items
        rows = [(index, items[index].key.digest, items[index].row) for index in self.indexes]
        return encode_batch(rows, batch.rules.flags, timeout_ms)

    def take(self, message: bytes) -> bool:
        """Take a frame of the answer; whether it was the last.

        Raises:
            ProtocolError: it answers something that was not asked. The connection is of no use.
        """
        items = self._batch.items
        for section in sections(message):
            head = section.head
            if section.is_last:
                self._end(head.result)
                return True
            if head.timeout not in self._open:
                if head.field_count == 0 and head.result:
                    # A batch that could not be read is answered as if it were one record.
                    self._end(head.result)
                    return True
                raise ProtocolError(f"an answer to row {head.timeout}, which was not asked")
            self._open.discard(head.timeout)
            items[head.timeout].answered(head.result, section)
        return False

    def _end(self, code: int) -> None:
        """The node has said everything. Rows without an answer share the batch's code."""
        self.is_done = True
        self.refusal = code
        if not code:
            if self._open:
                raise ProtocolError(f"a batch ends with {len(self._open)} rows unanswered")
            return
        for index in self._open:
            self._batch.items[index].answered(code)
        self._open.clear()
        self._batch.refused(code, self.node)

    def fail(self, failure: Failure) -> None:
        """No more answers come."""
        for index in self._open:
            self._batch.items[index].unanswered(failure)
        self._open.clear()


class Batch(Generic[R]):
    """A batch: its rows, its rounds, and what became of them.

    Args:
        operation: name of the call, for errors.
        items: the records in the order of the call.
        rules: of the call.
        make_result: makes what the call returns.
        rounds: how often rows are sent again after the attempts of `rules` are used up.

    Attributes:
        is_homeless: whether in this round some row had no node that may be asked.
    """

    def __init__(
        self,
        operation: str,
        items: Sequence[BatchItem],
        rules: BatchRules,
        make_result: Callable[[Batch[R]], R],
        rounds: Rounds | None = None,
    ) -> None:
        self.operation = operation
        self.items = items
        self.rules = rules
        self.rounds = rounds or Rounds()
        self.is_homeless = False
        self._make_result = make_result
        self._is_write = any(item.is_write for item in items)
        self._attempts = Attempts(operation, rules, self._is_write, 0.0)
        self._failure: tuple[Failure, Any, BaseException | None] | None = None
        self._refusal: tuple[int, Any] | None = None

    def start(self, now: float) -> None:
        """The call begins."""
        self._attempts = Attempts(self.operation, self.rules, self._is_write, now)

    def time_left(self, now: float) -> TimeLeft:
        """How much time the round that begins has."""
        return self._attempts.time_left(now)

    def groups(self, now: float, choose: Callable[[str, int, int], N | None]) -> list[Group[N]]:
        """Begin a round: the open rows, spread over the nodes.

        Args:
            now: the clock in seconds.
            choose: the node for a namespace, a partition and an item's turn; None when there is
                none at the moment; raises `ServerError` when there cannot be one.
        """
        self._failure = self._refusal = None
        self.is_homeless = False
        by_node: dict[N, list[int]] = {}
        for index in self._open_rows():
            item = self.items[index]
            try:
                node = choose(item.key.namespace, partition_of(item.key.digest), item.turn)
            except ServerError as error:
                item.answered(error.code)
                self.refused(error.code, None)
                continue
            if node is None:
                self.is_homeless = True
                item.unanswered(Failure.NO_NODE)
            else:
                by_node.setdefault(node, []).append(index)
        if self.is_homeless:
            self._failure = (Failure.NO_NODE, None, None)
        return [
            Group(node, indexes[start : start + MAX_ROWS], self)
            for node, indexes in by_node.items()
            for start in range(0, len(indexes), MAX_ROWS)
        ]

    def failed(
        self, group: Group[Any], failure: Failure, cause: BaseException | None = None
    ) -> None:
        """A node did not answer, or not to the end.

        Args:
            group: what it was asked.
            failure: how.
            cause: what said so.
        """
        group.fail(failure)
        if self._failure is None or failure not in _NOTHING_LEFT:
            self._failure = (failure, group.node, cause)

    def refused(self, code: int, node: Any) -> None:
        """A node does not take the batch, or part of it, as a whole."""
        self._refusal = (code, node)

    def end_round(self, now: float) -> float | None:
        """All groups have ended: seconds to the next round, None when there is none."""
        left = self._open_rows()
        pause = None
        if self._failure is not None:
            failure, node, cause = self._failure
            pause = self._attempts.failed(failure, now, node, cause)
        elif self._refusal is not None:
            pause = self._attempts.refused(self._refusal[0], now, self._refusal[1])
        elif left:
            pause = self._attempts.refused(self.items[left[0]].code, now)
        if left and pause is not None:
            return pause
        return self._next_round(now)

    def _next_round(self, now: float) -> float | None:
        rounds = self.rounds
        rounds.end(sum(rounds.is_open(item.code, item.is_answered) for item in self.items))
        started = self._attempts.started
        pause = rounds.pause(now - started, self.rules.total_timeout)
        if pause is None:
            return None
        for item in self.items:
            if rounds.is_open(item.code, item.is_answered):
                item.is_answered = False
        self._attempts = self._attempts.again()
        return pause

    def _open_rows(self) -> list[int]:
        """Rows that are not answered, or with a code after which asking again may help.

        A write that may have been done is repeated only for who asked for repetitions: doing it
        twice may be worse than not knowing.
        """
        careful = not (self.rules.repeats_writes or self.rounds.number > 1)
        return [
            index
            for index, item in enumerate(self.items)
            if (not item.is_answered or item.code in RETRYABLE) and not (careful and item.in_doubt)
        ]

    def result(self, now: float) -> R:
        """What the call returns, or raises.

        Args:
            now: the clock in seconds.

        Raises:
            AerospikeError: not one record got an answer of its own.
        """
        if self.items and all(item.section is None for item in self.items):
            raise self._error(now)
        return self._make_result(self)

    def _error(self, now: float) -> AerospikeError:
        error = self._attempts.error(now)
        if any(item.in_doubt for item in self.items):
            error.in_doubt = True
        return error.with_facts(records=len(self.items))
