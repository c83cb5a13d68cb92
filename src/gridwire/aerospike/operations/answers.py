# SPDX-License-Identifier: Apache-2.0
"""Answers about one record become what the call returns, or the error that they mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from struct import Struct
from typing import Any

from gridwire.aerospike.protocol.flags import FIELD_KEY
from gridwire.aerospike.protocol.message import (
    EPOCH,
    FIRST_FIELD,
    NEVER_EXPIRES,
    bins_of,
    fields_of,
    ordered_bins_of,
    result_code,
    ttl_of,
)
from gridwire.aerospike.protocol.particles import decode_particle
from gridwire.aerospike.protocol.result_codes import RECORD_NOT_FOUND, error_of
from gridwire.aerospike.types import (
    AerospikeKey,
    BinTuple,
    ExistsResult,
    OperateOrderedResult,
    Record,
    RecordMetadata,
)

__all__ = ["Answers", "merged"]

# Generation, void time, what requests use for the timeout, and the counts of fields and bins.
_read_tail = Struct(">IIIHH").unpack_from
_TAIL_AT = 14


class Answers:
    """Reads the answers of one client.

    Args:
        now: gives Unix time in seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now

    def done(self, message: bytes) -> None:
        """An answer that says only whether it was done."""
        code = result_code(message)
        if code:
            raise error_of(code, is_write=True)

    def record(self, key: AerospikeKey, message: bytes) -> Record:
        """The record that was read."""
        code = result_code(message)
        if code:
            raise error_of(code)
        generation, void_time, _, fields, bins = _read_tail(message, _TAIL_AT)
        offset = FIRST_FIELD
        if fields:
            key, offset = self._key(key, message, fields)
        ttl = max(1, void_time + EPOCH - int(self._now())) if void_time else NEVER_EXPIRES
        return Record(key, RecordMetadata(generation, ttl), bins_of(message, offset, bins))

    def existence(self, key: AerospikeKey, message: bytes) -> ExistsResult:
        """Whether the record is there."""
        code = result_code(message)
        if code == RECORD_NOT_FOUND:
            return ExistsResult(key, None)
        if code:
            raise error_of(code)
        generation, void_time, _, _, _ = _read_tail(message, _TAIL_AT)
        return ExistsResult(key, RecordMetadata(generation, ttl_of(void_time, self._now())))

    def results(self, key: AerospikeKey, message: bytes) -> Record:
        """The results of operations by bin; several of one bin are a list."""
        ordered = self.ordered_results(key, message)
        return Record(ordered.key, ordered.meta, merged(ordered.ordered_bins))

    def ordered_results(self, key: AerospikeKey, message: bytes) -> OperateOrderedResult:
        """The results of operations in their order."""
        code = result_code(message)
        if code:
            raise error_of(code, is_write=True)
        generation, void_time, _, fields, bins = _read_tail(message, _TAIL_AT)
        offset = FIRST_FIELD
        if fields:
            key, offset = self._key(key, message, fields)
        found, _ = ordered_bins_of(message, offset, bins)
        meta = RecordMetadata(generation, ttl_of(void_time, self._now()))
        return OperateOrderedResult(key, meta, [BinTuple(*one) for one in found])

    def _key(self, key: AerospikeKey, message: bytes, count: int) -> tuple[AerospikeKey, int]:
        """The key with what the server has of it, and where the fields end."""
        fields, offset = fields_of(message, FIRST_FIELD, count)
        sent = fields.get(FIELD_KEY)
        if sent:
            key = key._replace(user_key=decode_particle(sent[0], sent, 1, len(sent)))
        return key, offset


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
