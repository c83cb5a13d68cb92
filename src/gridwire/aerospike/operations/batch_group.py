# SPDX-License-Identifier: Apache-2.0
"""What a batch is made of: its records, and those of them that one node is asked for."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from gridwire.aerospike import constants as c
from gridwire.aerospike.cluster.attempts import Failure
from gridwire.aerospike.protocol import flags
from gridwire.aerospike.protocol.batch import BatchRow, encode_batch
from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.message import Section, sections
from gridwire.aerospike.protocol.result_codes import RETRYABLE, SERVER_TIMEOUT, outcome_of
from gridwire.aerospike.types import AerospikeKey

if TYPE_CHECKING:
    from gridwire.aerospike.operations.batch import Batch

__all__ = ["FIRST_INDEX", "BatchItem", "Group", "left_nothing"]

N = TypeVar("N", bound=Hashable)

FIRST_INDEX = 1
"""What a message calls the first record of a call. Not 0: a server that cannot even begin with a
batch answers as if to one record, and its answer has 0 where others have the index of their row."""

NO_ANSWER = c.AEROSPIKE_ERR_CLIENT
"""Code of a row that was not sent yet."""

# What a row is given as its code when it was not answered, by how that came.
_CODES = {
    Failure.NO_NODE: c.AEROSPIKE_ERR_CLUSTER,
    Failure.LEFT_ALONE: c.AEROSPIKE_ERR_CLUSTER,
    Failure.TIMEOUT: SERVER_TIMEOUT,
    Failure.WAITING: SERVER_TIMEOUT,
}
_NOTHING_LEFT = {
    Failure.NO_NODE,
    Failure.LEFT_ALONE,
    Failure.NO_CONNECTION,
    Failure.NOT_SENT,
    Failure.WAITING,
}


def left_nothing(failure: Failure) -> bool:
    """Whether nothing can have been done because nothing was sent."""
    return failure in _NOTHING_LEFT


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

    # Of the class until they change, which costs nothing for each of thousands.
    section: Section | None = None
    code = NO_ANSWER
    is_answered = False
    turn = 0
    in_doubt = False

    def __init__(self, key: AerospikeKey, row: BatchRow) -> None:
        self.key = key
        self.row = row

    @property
    def is_write(self) -> bool:
        """Whether it changes its record."""
        return bool(self.row.info2 & flags.INFO2_WRITE)

    def answered(self, code: int, section: Section | None = None) -> None:
        """A server said what became of it."""
        self.code = code
        self.section = section
        self.is_answered = True
        if not code:
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
        """Whether some row of the batch changes its record."""
        return self._batch.is_write

    def encode(self, timeout_ms: int) -> bytearray:
        """The message for the node.

        Args:
            timeout_ms: how long the server may take.
        """
        batch = self._batch
        items = batch.items
        rows = []
        for index in self.indexes:
            item = items[index]
            rows.append((index + FIRST_INDEX, item.key[3], item.row))
        return encode_batch(rows, batch.rules.flags, timeout_ms)

    def take(self, message: bytes) -> bool:
        """Take a frame of the answer; whether it was the last.

        Raises:
            ProtocolError: it answers something that was not asked, or was answered before, or goes
                on behind its end, or ends without saying so. The connection is of no use, for more
                may come on it.
        """
        items = self._batch.items
        still_open = self._open
        answers = sections(message)
        for section in answers:
            row, code, info3 = section[:3]
            if info3 & flags.INFO3_LAST:
                if section is not answers[-1]:
                    raise ProtocolError("an answer to a batch goes on behind its end")
                self._end(code)
                return True
            index = row - FIRST_INDEX
            if index not in still_open:
                raise self._not_open(section)
            still_open.remove(index)
            item = items[index]
            if code or item.in_doubt:
                item.answered(code, section)
            else:
                item.code, item.section, item.is_answered = 0, section, True
        return False

    def _not_open(self, section: Section) -> ProtocolError:
        """What is wrong with an answer to none of the rows that are open."""
        if section.row < FIRST_INDEX and section.code:
            # The server did not get as far as the rows. Whether more follows nobody can tell.
            if len(self._open) == len(self.indexes):
                self._end(section.code)
            return ProtocolError(
                f"a batch was refused as a whole with code {section.code}, as if it were one record"
            )
        index = section.row - FIRST_INDEX
        was = "was answered before" if index in self.indexes else "was not asked"
        return ProtocolError(f"an answer to row {index}, which {was}")

    def _end(self, code: int) -> None:
        """The node has said everything. Rows without an answer share the batch's code."""
        if not code and self._open:
            raise ProtocolError(f"a batch ends with {len(self._open)} rows unanswered")
        self.is_done = True
        self.refusal = code
        if not code:
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
