# SPDX-License-Identifier: Apache-2.0
"""What batches return. Records are decoded when they are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gridwire.aerospike.operations.answers import merged
from gridwire.aerospike.operations.batch_group import BatchItem
from gridwire.aerospike.protocol.bins import bins_of
from gridwire.aerospike.protocol.message import NEVER_EXPIRES, ttl_of
from gridwire.aerospike.types import AerospikeRecord, BatchRecord, Record, RecordMetadata

__all__ = ["LazyBatchRecords", "record_of", "results_of", "writes_of"]

# The constructors of named tuples are Python functions, some more for each record.
_tuple = tuple.__new__


def record_of(item: BatchItem, now: float) -> BatchRecord:
    """What was read of a record.

    Args:
        item: its row.
        now: Unix time in seconds.
    """
    section = item.section
    if item.code or section is None:
        return BatchRecord(item.key, item.code, None, item.in_doubt)
    _, _, _, generation, void_time, _, count, offset, message = section
    bins, _ = bins_of(message, offset, count)
    key = item.key
    ttl = ttl_of(void_time, now) if void_time else NEVER_EXPIRES
    record = _tuple(Record, (key, _tuple(RecordMetadata, (generation, ttl)), bins))
    return _tuple(BatchRecord, (key, 0, record, item.in_doubt))


def results_of(item: BatchItem, now: float) -> BatchRecord:
    """The results of operations; several of one bin are a list."""
    if item.code or item.section is None:
        return _record(item, now, None)
    return _record(item, now, merged(item.section.ordered_bins()))


def writes_of(item: BatchItem, now: float) -> BatchRecord:
    """Whether a record was written."""
    return _record(item, now, None if item.code else {})


def _record(item: BatchItem, now: float, bins: dict[str, Any] | None) -> BatchRecord:
    section = item.section
    if bins is None or section is None:
        return BatchRecord(item.key, item.code, None, item.in_doubt)
    meta = RecordMetadata(section.generation, ttl_of(section.void_time, now))
    return BatchRecord(item.key, item.code, Record(item.key, meta, bins), item.in_doubt)


def _bins(item: BatchItem) -> dict[str, Any] | None:
    section = item.section
    if item.code or section is None:
        return None
    *_, count, offset, message = section
    return bins_of(message, offset, count)[0]


class LazyBatchRecords(Mapping[Any, AerospikeRecord]):
    """The records that `batch_read` found.

    As a mapping it has the bins of each record that was found, by user key. Records that are
    missing or failed, and those that were named by their digest alone, are in `to_list` and
    `batch_records`, which have all records in the order of the call.

    Args:
        items: the rows of the batch.
        now: Unix time in seconds when the answers came.
    """

    __slots__ = ("_cache", "_items", "_now")

    def __init__(self, items: Sequence[BatchItem], now: float) -> None:
        self._items = items
        self._now = now
        self._cache: dict[Any, AerospikeRecord] | None = None

    def to_dict(self) -> dict[Any, AerospikeRecord]:
        """User key to bins, of the records that were found. The dictionary is the caller's."""
        return dict(self._found())

    def to_list(self) -> list[AerospikeRecord | None]:
        """The bins of each record in the order of the call; None where there is none."""
        return [_bins(item) for item in self._items]

    @property
    def batch_records(self) -> list[BatchRecord]:
        """Every record in the order of the call, with its result code."""
        now = self._now
        return [record_of(item, now) for item in self._items]

    def iter_records(self) -> Iterator[BatchRecord]:
        """The same, one after the other."""
        return (record_of(item, self._now) for item in self._items)

    def all_user_keys(self) -> list[Any]:
        """The user key of every record in the order of the call; None for one without."""
        return [item.key.user_key for item in self._items]

    def found_count(self) -> int:
        """How many records were found."""
        return sum(item.code == 0 for item in self._items)

    def release_cache(self) -> None:
        """Forget the dictionary behind the mapping; it is made anew when it is asked for."""
        self._cache = None

    @staticmethod
    def merge_to_dict(handles: Iterable[LazyBatchRecords]) -> list[dict[Any, AerospikeRecord]]:
        """`to_dict` of each of several."""
        return [handle.to_dict() for handle in handles]

    def _found(self) -> dict[Any, AerospikeRecord]:
        found = self._cache
        if found is None:
            found = {}
            for item in self._items:
                key = item.key.user_key
                bins = None if key is None else _bins(item)
                if bins is not None:
                    found[_hashable(key)] = bins
            self._cache = found
        return found

    def __len__(self) -> int:
        return len(
            {
                _hashable(item.key.user_key)
                for item in self._items
                if item.code == 0 and item.key.user_key is not None
            }
        )

    def __iter__(self) -> Iterator[Any]:
        return iter(self._found())

    def __contains__(self, key: object) -> bool:
        return key in self._found()

    def __getitem__(self, key: Any) -> AerospikeRecord:
        try:
            return self._found()[key]
        except KeyError:
            raise KeyError(
                f"{key!r}: the record was not found or failed, or was named by its digest; "
                "batch_records has the result code of each"
            ) from None

    def __repr__(self) -> str:
        return f"<LazyBatchRecords {self.found_count()} of {len(self._items)} found>"


def _hashable(key: Any) -> Any:
    return bytes(key) if isinstance(key, bytearray) else key
