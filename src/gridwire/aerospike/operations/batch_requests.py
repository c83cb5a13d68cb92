# SPDX-License-Identifier: Apache-2.0
"""Commands on many records: a call becomes a batch that knows everything about its caller."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gridwire._core.backoff import Uniform
from gridwire.aerospike._options.policies import Policies
from gridwire.aerospike._options.rules import CommandRules
from gridwire.aerospike.operations.batch import Batch
from gridwire.aerospike.operations.batch_group import BatchItem
from gridwire.aerospike.operations.batch_results import (
    LazyBatchRecords,
    record_of,
    results_of,
    writes_of,
)
from gridwire.aerospike.operations.record import bits_of
from gridwire.aerospike.operations.rounds import Rounds
from gridwire.aerospike.protocol import flags
from gridwire.aerospike.protocol.batch import BatchRow
from gridwire.aerospike.protocol.digest import key_particle
from gridwire.aerospike.protocol.keys import read_key
from gridwire.aerospike.protocol.message import field, operation
from gridwire.aerospike.protocol.operations import bin_names_of, encode_bins, encode_operations
from gridwire.aerospike.protocol.particles import NULL
from gridwire.aerospike.types import AerospikeKey, BatchRecord, BatchWriteResult

__all__ = ["BatchRequests"]

_Policy = Mapping[str, Any] | None

# Every operation is answered, so that results stand in the order of the operations.
_WRITE = flags.INFO2_WRITE | flags.INFO2_RESPOND_ALL_OPS
_DELETE = _WRITE | flags.INFO2_DELETE


class BatchRequests:
    """Builds the batches of one client.

    Args:
        policies: of the client.
        now: gives Unix time in seconds, for the life that a record still has.
        uniform: gives a random number between two numbers, for the pauses of `retry`.
    """

    def __init__(self, policies: Policies, now: Callable[[], float], uniform: Uniform) -> None:
        self._policies = policies
        self._now = now
        self._uniform = uniform

    def read(
        self, keys: Iterable[Any], bins: Iterable[str] | None = None, policy: _Policy = None
    ) -> Batch[LazyBatchRecords]:
        """Read records: all bins, some, or with an empty list none.

        Args:
            keys: of the records.
            bins: names of bins, None for all.
            policy: of the call.
        """
        rules = self._policies.batch(policy)
        info1, count, data = _reading(bins)
        row = _Rows(rules, rules.info1 | info1, 0, 0, count, data)
        items = row.items(keys)
        return Batch("batch_read", items, rules, self._found)

    def operate(
        self, keys: Iterable[Any], ops: Iterable[Any], policy: _Policy = None
    ) -> Batch[BatchWriteResult]:
        """The same operations on each of many records.

        Args:
            keys: of the records.
            ops: as `operate` takes them.
            policy: of the call; its writing part counts when an operation writes.
        """
        rules = self._policies.batch(policy)
        encoded = encode_operations(ops)
        row_rules: CommandRules = rules
        if encoded.writes:
            rules = self._policies.batch_of_writes(policy)
            row_rules = self._policies.batch_write(None, policy)
        info1, info2, info3 = bits_of(encoded, row_rules)
        if encoded.writes:
            info2 |= flags.INFO2_RESPOND_ALL_OPS
        row = _Rows(row_rules, info1, info2, info3, encoded.size, encoded.data)
        items = row.items(keys)
        make = self._results if encoded.writes else self._records
        return Batch("batch_operate", items, rules, make)

    def write(
        self, records: Iterable[Any], policy: _Policy = None, retry: int = 0
    ) -> Batch[BatchWriteResult]:
        """Write records, each with bins of its own.

        Args:
            records: ``(key, bins)`` or ``(key, bins, meta)``.
            policy: of the call; what `meta` says of a record comes over it.
            retry: further rounds for records that failed for a while only.
        """
        rules = self._policies.batch_of_writes(policy)
        rounds = Rounds(retry, self._uniform)
        items = [self._written(record, policy) for record in _listed(records, "records")]
        return Batch("batch_write", items, rules, self._writes, rounds)

    def _written(self, record: Any, policy: _Policy) -> BatchItem:
        if not isinstance(record, (tuple, list)):
            raise TypeError(f"a record is a tuple (key, bins), not {type(record).__name__}")
        if len(record) < 2:
            raise ValueError("Each record tuple must have at least 2 elements: (key, bins)")
        key = read_key(record[0])
        meta = record[2] if len(record) > 2 else None
        rules = self._policies.batch_write(meta, policy)
        count, data = encode_bins(record[1])
        row = _Rows(rules, 0, _WRITE | rules.info2, rules.info3, count, data)
        return BatchItem(key, row.of(key))

    def remove(self, keys: Iterable[Any], policy: _Policy = None) -> Batch[BatchWriteResult]:
        """Remove records.

        Args:
            keys: of the records; ``(key, meta)`` for one with a policy of its own.
            policy: of the call.
        """
        rules = self._policies.batch_of_writes(policy)
        known: dict[int, _Rows] = {}
        items = []
        for given in _listed(keys):
            own, meta = given, None
            if isinstance(given, tuple) and len(given) == 2 and isinstance(given[0], tuple):
                own, meta = given
            row_rules = self._policies.batch_remove(meta, policy)
            rows = known.get(id(row_rules))
            if rows is None:
                info2, info3 = _DELETE | row_rules.info2, row_rules.info3
                rows = known[id(row_rules)] = _Rows(row_rules, 0, info2, info3, 0, b"")
            key = read_key(own)
            items.append(BatchItem(key, rows.of(key)))
        return Batch("batch_remove", items, rules, self._writes)

    # -- results ------------------------------------------------------------------------------

    def _found(self, batch: Batch[LazyBatchRecords]) -> LazyBatchRecords:
        return LazyBatchRecords(batch.items, self._now())

    def _records(self, batch: Batch[BatchWriteResult]) -> BatchWriteResult:
        return self._result(batch, record_of)

    def _results(self, batch: Batch[BatchWriteResult]) -> BatchWriteResult:
        return self._result(batch, results_of)

    def _writes(self, batch: Batch[BatchWriteResult]) -> BatchWriteResult:
        return self._result(batch, writes_of)

    def _result(
        self,
        batch: Batch[BatchWriteResult],
        make: Callable[[BatchItem, float], BatchRecord],
    ) -> BatchWriteResult:
        now = self._now()
        return BatchWriteResult([make(item, now) for item in batch.items], batch.rounds.info)


class _Rows:
    """Makes the rows of records with which the same is done; rows of one set are one object.

    Args:
        rules: of the rows.
        info1: bits about reading.
        info2: bits about writing.
        info3: more bits.
        count: how many operations.
        operations: their bytes.
    """

    def __init__(
        self,
        rules: CommandRules,
        info1: int,
        info2: int,
        info3: int,
        count: int,
        operations: bytes,
    ) -> None:
        self._rules = rules
        self._bits = info1, info2, info3
        self._operations = count, operations
        # Without writing, a server has no use for the user's key.
        self._key_send = rules.key_send and bool(info2)
        self._known: dict[tuple[str, str], BatchRow] = {}

    def items(self, keys: Iterable[Any]) -> list[BatchItem]:
        """Each of these records, with its row."""
        of = self.of
        return [BatchItem(key, of(key)) for key in map(read_key, _listed(keys))]

    def of(self, key: AerospikeKey) -> BatchRow:
        """The row of one record."""
        if self._key_send and key.user_key is not None:
            return self._make(key, 1, field(flags.FIELD_KEY, key_particle(key.user_key)))
        place = key[:2]
        row = self._known.get(place)
        if row is None:
            row = self._known[place] = self._make(key, 0, b"")
        return row

    def _make(self, key: AerospikeKey, field_count: int, fields: bytes) -> BatchRow:
        rules = self._rules
        return BatchRow(
            key.namespace,
            key.set_name,
            *self._bits,
            rules.generation,
            rules.ttl,
            field_count,
            fields,
            *self._operations,
        )


def _reading(bins: Iterable[str] | None) -> tuple[int, int, bytes]:
    """Bits, number and bytes of what is read."""
    if bins is None:
        return flags.INFO1_READ | flags.INFO1_GET_ALL, 0, b""
    names = [operation(flags.OP_READ, NULL, name) for name in bin_names_of("bins", bins)]
    if not names:
        return flags.INFO1_READ | flags.INFO1_NO_BIN_DATA, 0, b""
    return flags.INFO1_READ, len(names), b"".join(names)


def _listed(keys: Iterable[Any], what: str = "keys") -> Iterable[Any]:
    if isinstance(keys, (str, bytes, Mapping)) or not hasattr(keys, "__iter__"):
        raise TypeError(f"{what} is a list of {what}, not {type(keys).__name__}")
    return keys
