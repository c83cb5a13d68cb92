# SPDX-License-Identifier: Apache-2.0
"""Record messages as a node writes them."""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

from gridwire.aerospike.protocol.flags import INFO3_LAST
from gridwire.aerospike.protocol.message import MESSAGE_HEAD_BYTES
from gridwire.aerospike.protocol.proto import MESSAGE, frame

__all__ = ["Answer", "last_message", "refusal", "single"]

_pack_head = Struct(">BBBBBBIIIHH").pack


class Answer(NamedTuple):
    """What became of a command.

    Attributes:
        code: result code.
        generation: of the record; 0 when there is none, or when it is not told.
        void_time: when the record expires, in seconds since 2010; 0 for never.
        operations: results, encoded as operations.
    """

    code: int = 0
    generation: int = 0
    void_time: int = 0
    operations: list[bytes] = []  # noqa: RUF012 - never changed

    def encode(self, index: int = 0) -> bytes:
        """The message without its frame.

        Args:
            index: of the row of a batch.
        """
        head = _pack_head(
            MESSAGE_HEAD_BYTES,
            0,
            0,
            0,
            0,
            self.code,
            self.generation,
            self.void_time,
            index,
            0,
            len(self.operations),
        )
        return head + b"".join(self.operations)


def single(answer: Answer) -> bytes:
    """The answer to a command about one record."""
    return frame(MESSAGE, answer.encode())


def refusal(code: int) -> bytes:
    """The answer to a message that did not get as far as a record."""
    return single(Answer(code))


def last_message(code: int) -> bytes:
    """The message after which nothing more comes for a batch."""
    return frame(MESSAGE, _pack_head(MESSAGE_HEAD_BYTES, 0, 0, INFO3_LAST, 0, code, 0, 0, 0, 0, 0))
