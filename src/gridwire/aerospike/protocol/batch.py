# SPDX-License-Identifier: Apache-2.0
"""Batches: many records in one request to one node (protocol notes, section 6)."""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import NamedTuple

from gridwire.aerospike.protocol import flags
from gridwire.aerospike.protocol.message import encode_message, field, place

__all__ = [
    "ALLOW_INLINE",
    "ALLOW_INLINE_SSD",
    "REPORT_ERRORS",
    "RESPOND_ALL_KEYS",
    "BatchRow",
    "encode_batch",
]

ALLOW_INLINE = 0x01
ALLOW_INLINE_SSD = 0x02
RESPOND_ALL_KEYS = 0x04
REPORT_ERRORS = 0x08

# Flags of a row.
_REPEAT = 0x01
_HAS_INFO = 0x02
_HAS_GENERATION = 0x04
_HAS_TTL = 0x08
READ_ROW = _HAS_INFO | _HAS_TTL
WRITE_ROW = _HAS_INFO | _HAS_GENERATION | _HAS_TTL

_pack_count = Struct(">IB").pack
_pack_index = Struct(">I20s").pack
_pack_read = Struct(">BBBBIHH").pack
_pack_write = Struct(">BBBBHIHH").pack
_MAX_GENERATION = 0xFFFF


class BatchRow(NamedTuple):
    """What is done with one record of a batch; rows that are equal but for the key are sent once.

    Attributes:
        namespace: name of the namespace.
        set_name: name of the set, may be empty.
        info1: bits about reading.
        info2: bits about writing; 0 for a row that only reads.
        info3: more bits.
        generation: the one that is expected.
        ttl: seconds for a write, percent for a read.
        field_count: how many fields besides namespace and set.
        fields: their bytes.
        operation_count: how many operations.
        operations: their bytes.
    """

    namespace: str
    set_name: str
    info1: int
    info2: int = 0
    info3: int = 0
    generation: int = 0
    ttl: int = 0
    field_count: int = 0
    fields: bytes = b""
    operation_count: int = 0
    operations: bytes = b""

    def encode(self) -> bytes:
        """Everything of the row but its index and digest."""
        count, fields = place(self.namespace, self.set_name)
        count += self.field_count
        if self.info2 & flags.INFO2_WRITE:
            head = _pack_write(
                WRITE_ROW,
                self.info1,
                self.info2,
                self.info3,
                self.generation & _MAX_GENERATION,
                self.ttl,
                count,
                self.operation_count,
            )
        else:
            head = _pack_read(
                READ_ROW, self.info1, self.info2, self.info3, self.ttl, count, self.operation_count
            )
        return head + fields + self.fields + self.operations


def encode_batch(
    rows: Sequence[tuple[int, bytes, BatchRow]],
    batch_flags: int,
    timeout_ms: int,
    info1: int = flags.INFO1_BATCH,
) -> bytearray:
    """A batch for one node.

    Args:
        rows: index, digest and what to do with it; answers carry the index. The same object for
            one row after the other saves comparing them.
        batch_flags: a sum of this module's constants.
        timeout_ms: how long the server may take.
        info1: bits of the batch as a whole.
    """
    parts = [_pack_count(len(rows), batch_flags)]
    before: BatchRow | None = None
    for index, digest, row in rows:
        parts.append(_pack_index(index, digest))
        # A row with a field of its own, such as the user's key, is never like the one before.
        if row is before or (row == before and not row.field_count):
            parts.append(b"\x01")
        else:
            parts.append(row.encode())
            before = row
    body = field(flags.FIELD_BATCH_INDEX, b"".join(parts))
    return encode_message(info1, 0, 0, 0, 0, timeout_ms, 1, body)
