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

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from gridwire._core.outcome import Outcome
from gridwire.aerospike._options.rules import BatchRules
from gridwire.aerospike.cluster.attempts import Attempts, Failure, TimeLeft
from gridwire.aerospike.exception import AerospikeError, ServerError
from gridwire.aerospike.operations.batch_group import BatchItem, Group, left_nothing
from gridwire.aerospike.operations.rounds import Rounds
from gridwire.aerospike.protocol import flags
from gridwire.aerospike.protocol.batch import BatchRow
from gridwire.aerospike.protocol.digest import partition_of
from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.message import MAX_MESSAGE_BYTES, too_large
from gridwire.aerospike.protocol.result_codes import RETRYABLE

__all__ = ["MAX_ROWS", "Batch"]

N = TypeVar("N", bound=Hashable)
R = TypeVar("R")

MAX_ROWS = 5000
"""Rows that go to a node in one message: what servers take by default (batch-max-requests)."""

# Head of a message, its one field and the count of rows; index and digest of a row; its bits,
# counts, namespace and set: at most.
_MESSAGE_BYTES = 40
_NEXT_ROW_BYTES = 25
_ROW_BYTES = _NEXT_ROW_BYTES + 128


def _size_of(row: BatchRow) -> int:
    """At most so many bytes of a message are a row's."""
    return _ROW_BYTES + len(row.fields) + len(row.operations)


def _nobody_holds(namespace: str, partition: int) -> bool:
    return False


class Batch(Generic[R]):
    """A batch: its rows, its rounds, and what became of them.

    Args:
        operation: name of the call, for errors.
        items: the records in the order of the call.
        rules: of the call.
        make_result: makes what the call returns.
        rounds: how often rows are sent again after the attempts of `rules` are used up.

    Attributes:
        is_write: whether some row changes its record.
        is_homeless: whether in this round some row had no node at all.

    Raises:
        InvalidArgError: a row alone is larger than any message may be.
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
        # Rows of which only the keys differ are one object.
        rows = {id(item.row): item.row for item in items}.values()
        self.is_write = any(row.info2 & flags.INFO2_WRITE for row in rows)
        self._largest = max(map(_size_of, rows), default=0)
        self._is_uniform = len(rows) == 1
        if self._largest + _MESSAGE_BYTES > MAX_MESSAGE_BYTES:
            raise too_large(self._largest + _MESSAGE_BYTES)
        self._attempts = Attempts(operation, rules, self.is_write, 0.0)
        self._failure: tuple[Failure, Any, BaseException | None] | None = None
        self._refusal: tuple[int, Any] | None = None

    def start(self, now: float) -> None:
        """The call begins."""
        self._attempts = Attempts(self.operation, self.rules, self.is_write, now)

    def time_left(self, now: float) -> TimeLeft:
        """How much time the round that begins has."""
        return self._attempts.time_left(now)

    def groups(
        self,
        now: float,
        choose: Callable[[str, int, int], N | None],
        is_held: Callable[[str, int], bool] = _nobody_holds,
    ) -> list[Group[N]]:
        """Begin a round: the open rows, spread over the nodes.

        Args:
            now: the clock in seconds.
            choose: the node for a namespace, a partition and an item's turn; None when there is
                none at the moment; raises `ServerError` when there cannot be one.
            is_held: whether some node has a partition of a namespace, although none of those may
                be asked.
        """
        self._failure = self._refusal = None
        self.is_homeless = False
        items = self.items
        by_node: dict[N, list[int]] = {}
        for index in self._open_rows():
            item = items[index]
            namespace, _, _, digest = item.key
            partition = partition_of(digest)
            try:
                node = choose(namespace, partition, item.turn)
            except ServerError as error:
                item.answered(error.code)
                self.refused(error.code, None)
                continue
            if node is not None:
                known = by_node.get(node)
                if known is None:
                    by_node[node] = [index]
                else:
                    known.append(index)
            elif is_held(namespace, partition):
                item.unanswered(Failure.LEFT_ALONE)
                self._failure = self._failure or (Failure.LEFT_ALONE, None, None)
            else:
                self.is_homeless = True
                item.unanswered(Failure.NO_NODE)
        if self.is_homeless:
            self._failure = (Failure.NO_NODE, None, None)
        return [
            Group(node, part, self)
            for node, indexes in by_node.items()
            for part in self._parts(indexes)
        ]

    def _parts(self, indexes: list[int]) -> Iterator[Sequence[int]]:
        """The rows of a node, as many together as a message may have."""
        each = _NEXT_ROW_BYTES if self._is_uniform else self._largest
        if len(indexes) <= MAX_ROWS and _MESSAGE_BYTES + self._largest + len(indexes) * each <= (
            MAX_MESSAGE_BYTES
        ):
            yield indexes
            return
        start, size = 0, _MESSAGE_BYTES
        before: BatchRow | None = None
        for place, index in enumerate(indexes):
            row = self.items[index].row
            more = _NEXT_ROW_BYTES if row is before else _size_of(row)
            if place - start == MAX_ROWS or size + more > MAX_MESSAGE_BYTES:
                yield indexes[start:place]
                start, size, more = place, _MESSAGE_BYTES, _size_of(row)
            size += more
            before = row
        yield indexes[start:]

    def failed(
        self, group: Group[Any], failure: Failure, cause: BaseException | None = None
    ) -> None:
        """A node did not answer, or not to the end.

        Args:
            group: what it was asked.
            failure: how.
            cause: what said so.
        """
        if group.is_done:
            # It said what it had to say, and then its connection broke.
            return
        group.fail(failure)
        if self._failure is None or not left_nothing(failure):
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
        # What has no code of its own has that of the client, which is not 0 either.
        failing = [item for item in self.items if item.code]
        rounds.end(sum(rounds.is_open(item.code, item.is_answered) for item in failing))
        started = self._attempts.started
        pause = rounds.pause(now - started, self.rules.total_timeout)
        if pause is None:
            return None
        for item in failing:
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
            if item.code
            and (not item.is_answered or item.code in RETRYABLE)
            and not (careful and item.in_doubt)
        ]

    @property
    def is_in_doubt(self) -> bool:
        """Whether some record may have been written although nobody says so."""
        return self.is_write and any(item.in_doubt for item in self.items)

    def result(self, now: float) -> R:
        """What the call returns, or raises.

        Args:
            now: the clock in seconds.

        Raises:
            AerospikeError: not one record got an answer of its own.
        """
        if self.items and all(item.section is None for item in self.items):
            raise self._error(now)
        try:
            return self._make_result(self)
        except ProtocolError as error:
            raise self.about(error, now).add_facts(phase="reading the answer") from None

    def about(self, error: AerospikeError, now: float) -> AerospikeError:
        """Add what is known about the circumstances to an error that ends the batch.

        Args:
            error: which.
            now: the clock in seconds.
        """
        attempts = self._attempts
        error.changes_nothing = not self.is_write
        return error.add_facts(
            operation=self.operation,
            attempts=max(attempts.number, 1 if error.outcome is Outcome.UNKNOWN else 0),
            elapsed=now - attempts.started,
            records=len(self.items),
        )

    def _error(self, now: float) -> AerospikeError:
        error = self._attempts.error(now)
        if self.is_in_doubt:
            error.outcome = Outcome.UNKNOWN
        return error.with_facts(records=len(self.items))
