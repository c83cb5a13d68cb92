# SPDX-License-Identifier: Apache-2.0
"""Answers about one record become what the call returns, or the error that they mean."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from struct import Struct
from typing import Any

from gridwire.aerospike.protocol.bins import bins_end, bins_of, ordered_bins_of
from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.flags import FIELD_KEY
from gridwire.aerospike.protocol.message import (
    EPOCH,
    FIRST_FIELD,
    MESSAGE_HEAD_BYTES,
    NEVER_EXPIRES,
    fields_of,
    ttl_of,
)
from gridwire.aerospike.protocol.particles import decode_particle
from gridwire.aerospike.protocol.proto import MESSAGE
from gridwire.aerospike.protocol.result_codes import RECORD_NOT_FOUND, error_of
from gridwire.aerospike.types import (
    AerospikeKey,
    BinTuple,
    ExistsResult,
    OperateOrderedResult,
    Record,
    RecordMetadata,
)

__all__ = ["Answers", "check_refusal", "merged"]

# The frame's type; the head's size, result code, generation, void time, counts of fields and bins.
_read_head = Struct(">xB6xB4xBII4xHH").unpack_from

# The constructors of named tuples are Python functions, one more for each call.
_tuple = tuple.__new__


class Answers:
    """Reads the answers of one client.

    Args:
        now: gives Unix time in seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now

    def done(self, message: bytes) -> None:
        """An answer that says only whether it was done."""
        code, _, _, fields, bins = _head_of(message)
        if code:
            # A refusal is believed, and the write taken for not done: it has to be an answer whole.
            _skip(message, fields, bins)
            raise error_of(code, is_write=True)
        if fields or bins or len(message) != FIRST_FIELD:
            _skip(message, fields, bins)

    def record(self, key: AerospikeKey, message: bytes) -> Record:
        """The record that was read."""
        code, generation, void_time, fields, count = _head_of(message)
        if code:
            raise error_of(code)
        offset = FIRST_FIELD
        if fields:
            key, offset = self._key(key, message, fields)
        bins, end = bins_of(message, offset, count)
        if end != len(message):
            raise _goes_on(message, end)
        ttl = NEVER_EXPIRES
        if void_time:
            ttl = void_time + EPOCH - int(self._now())
            ttl = max(ttl, 1)
        return _tuple(Record, (key, _tuple(RecordMetadata, (generation, ttl)), bins))

    def existence(self, key: AerospikeKey, message: bytes) -> ExistsResult:
        """Whether the record is there."""
        code, generation, void_time, fields, bins = _head_of(message)
        if code == RECORD_NOT_FOUND:
            return ExistsResult(key, None)
        if code:
            raise error_of(code)
        _skip(message, fields, bins)
        return ExistsResult(key, RecordMetadata(generation, ttl_of(void_time, self._now())))

    def results(self, is_write: bool, key: AerospikeKey, message: bytes) -> Record:
        """The results of operations by bin; several of one bin are a list."""
        ordered = self.ordered_results(is_write, key, message)
        return Record(ordered.key, ordered.meta, merged(ordered.ordered_bins))

    def ordered_results(
        self, is_write: bool, key: AerospikeKey, message: bytes
    ) -> OperateOrderedResult:
        """The results of operations in their order.

        Args:
            is_write: whether an operation writes; nothing else can be in doubt.
            key: of the record.
            message: the answer.
        """
        code, generation, void_time, fields, bins = _head_of(message)
        if code:
            _skip(message, fields, bins)
            raise error_of(code, is_write=is_write)
        offset = FIRST_FIELD
        if fields:
            key, offset = self._key(key, message, fields)
        found, end = ordered_bins_of(message, offset, bins)
        if end != len(message):
            raise _goes_on(message, end)
        meta = RecordMetadata(generation, ttl_of(void_time, self._now()))
        return OperateOrderedResult(key, meta, [BinTuple(*one) for one in found])

    def _key(self, key: AerospikeKey, message: bytes, count: int) -> tuple[AerospikeKey, int]:
        """The key with what the server has of it, and where the fields end."""
        fields, offset = fields_of(message, FIRST_FIELD, count)
        sent = fields.get(FIELD_KEY)
        if sent:
            key = key._replace(user_key=decode_particle(sent[0], sent, 1, len(sent)))
        return key, offset


def _head_of(message: bytes) -> tuple[int, int, int, int, int]:
    """Result code, generation, void time, and the counts of fields and bins."""
    try:
        kind, size, code, generation, void_time, fields, bins = _read_head(message)
    except struct.error:
        raise ProtocolError("a message ends within its head") from None
    if kind != MESSAGE or size != MESSAGE_HEAD_BYTES:
        raise ProtocolError(f"not the answer to a record operation: {message[:9].hex()}")
    return code, generation, void_time, fields, bins


def check_refusal(message: bytes) -> None:
    """See that a message with a result code is an answer, before its code is believed.

    Raises:
        ProtocolError: it is none.
    """
    _, _, _, fields, bins = _head_of(message)
    _skip(message, fields, bins)


def _skip(message: bytes, fields: int, bins: int) -> None:
    """See that what nobody asked for is whole, and that nothing follows."""
    _, offset = fields_of(message, FIRST_FIELD, fields)
    end = bins_end(message, offset, bins)
    if end != len(message):
        raise _goes_on(message, end)


def _goes_on(message: bytes, end: int) -> ProtocolError:
    return ProtocolError(f"an answer of {len(message)} bytes, of which {end} make sense")


def merged(results: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Results of operations by bin; several of one bin are a list.

    Args:
        results: names and values, in the order of the operations.
    """
    bins: dict[str, Any] = {}
    several: set[str] = set()
    for name, value in results:
        if name not in bins:
            bins[name] = value
        elif name in several:
            bins[name].append(value)
        else:
            several.add(name)
            bins[name] = [bins[name], value]
    return bins
