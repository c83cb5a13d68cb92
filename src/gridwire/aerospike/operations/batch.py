# SPDX-License-Identifier: Apache-2.0
"""Batches: many records in one call, spread over nodes, answered in any order, sent again in part.

Pure: a `Batch` says what to send to whom, is told what came back, and knows what is still open.
Whoever drives it waits and sends.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, TypeVar

from gridwire.aerospike._options.policies import BatchRules
from gridwire.aerospike.protocol import flags
from gridwire.aerospike.protocol.batch import BatchRow, encode_batch
from gridwire.aerospike.protocol.digest import partition_of
from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.message import Section, sections
from gridwire.aerospike.protocol.result_codes import RETRYABLE, error_of
from gridwire.aerospike.types import AerospikeKey

__all__ = ["MAX_ROWS", "Batch", "BatchItem", "Group"]

N = TypeVar("N", bound=Hashable)

MAX_ROWS = 5000
"""Rows that go to a node in one message: what servers take by default (batch-max-requests)."""

NO_ANSWER = -1
"""Result of a row that nobody answered: code of the client."""


class BatchItem:
    """One record of a batch.

    Attributes:
        key: of the record.
        row: what is done with it.
        section: the answer, None as long as there is none.
        code: its result code, or `NO_ANSWER`.
        sent: how often it was sent.
        in_doubt: whether it may have been written although the code says otherwise.
    """

    __slots__ = ("code", "in_doubt", "key", "row", "section", "sent")

    def __init__(self, key: AerospikeKey, row: BatchRow) -> None:
        self.key = key
        self.row = row
        self.section: Section | None = None
        self.code = NO_ANSWER
        self.sent = 0
        self.in_doubt = False

    @property
    def is_write(self) -> bool:
        """Whether it changes its record."""
        return bool(self.row.info2 & flags.INFO2_WRITE)


class Group(Generic[N]):
    """The rows of a batch that go to one node in one message.

    Args:
        node: which.
        indexes: of the rows.
        batch: to which it belongs.
    """

    __slots__ = ("_batch", "_open", "indexes", "node")

    def __init__(self, node: N, indexes: Sequence[int], batch: Batch) -> None:
        self.node = node
        self.indexes = indexes
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
        rows = []
        for index in self.indexes:
            item = batch.items[index]
            item.sent += 1
            rows.append((index, item.key.digest, item.row))
        rules = batch.rules
        info1 = flags.INFO1_BATCH | rules.info1
        return encode_batch(rows, rules.flags, timeout_ms, info1)

    def take(self, message: bytes) -> bool:
        """Take a frame of the answer; whether it was the last.

        Raises:
            ProtocolError: it answers something that was not asked.
            AerospikeError: the server refused the batch as a whole.
        """
        items = self._batch.items
        for section in sections(message):
            head = section.head
            if section.is_last:
                if head.result:
                    raise error_of(head.result, is_write=self.is_write)
                return True
            if head.timeout not in self._open:
                if head.field_count == 0 and head.result:
                    # A batch that could not be read is answered as if it were one record.
                    raise error_of(head.result, is_write=self.is_write)
                raise ProtocolError(f"an answer to row {head.timeout}, which was not asked")
            self._open.discard(head.timeout)
            item = items[head.timeout]
            item.section = section
            item.code = head.result
        return False


class Batch:
    """A batch: its rows, and what became of them.

    Args:
        operation: name of the call, for errors.
        items: the records in the order of the call.
        rules: of the call.

    Attributes:
        attempts: rounds that were made.
    """

    def __init__(self, operation: str, items: Sequence[BatchItem], rules: BatchRules) -> None:
        self.operation = operation
        self.items = items
        self.rules = rules
        self.attempts = 0

    @property
    def is_write(self) -> bool:
        """Whether some row changes its record."""
        return any(item.is_write for item in self.items)

    def open_rows(self) -> list[int]:
        """Rows that are not answered, or with a code after which asking again may help."""
        return [
            index
            for index, item in enumerate(self.items)
            if item.code == NO_ANSWER or item.code in RETRYABLE
        ]

    def groups(
        self, rows: Iterable[int], choose: Callable[[str, int, bool], N | None]
    ) -> tuple[list[Group[N]], list[int]]:
        """Spread rows over the nodes.

        Args:
            rows: their indexes.
            choose: the node for a namespace, a partition, and whether it is for a write.

        Returns:
            The groups, and the rows for which there is no node.
        """
        by_node: dict[N, list[int]] = {}
        homeless: list[int] = []
        for index in rows:
            item = self.items[index]
            node = choose(item.key.namespace, partition_of(item.key.digest), item.is_write)
            if node is None:
                homeless.append(index)
            else:
                by_node.setdefault(node, []).append(index)
        groups = [
            Group(node, indexes[start : start + MAX_ROWS], self)
            for node, indexes in by_node.items()
            for start in range(0, len(indexes), MAX_ROWS)
        ]
        return groups, homeless

    def doubt(self, indexes: Iterable[int]) -> None:
        """These rows were sent and not answered: writes among them may have been done."""
        for index in indexes:
            item = self.items[index]
            if item.code == NO_ANSWER and item.sent:
                item.in_doubt = item.in_doubt or item.is_write
