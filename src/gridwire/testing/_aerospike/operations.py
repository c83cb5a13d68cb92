# SPDX-License-Identifier: Apache-2.0
"""What the operations of a message do to the bins of a record: a table by operation code.

Operations on lists, maps, bits and HyperLogLogs, and expressions, stand in the table with the
answer of a server that does not support them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gridwire.aerospike.protocol import flags
from gridwire.aerospike.protocol.message import operation
from gridwire.aerospike.protocol.particles import NULL
from gridwire.testing._aerospike import codes
from gridwire.testing._aerospike.records import Bins, without
from gridwire.testing._aerospike.request import Operation, Refused
from gridwire.testing._aerospike.stored import Particle, incremented, joined, stored

__all__ = ["OPERATIONS", "Draft", "Row", "all_bins", "check_bin_name", "result"]

_MAX_BIN_NAME_BYTES = 15
_HAS_UPDATE_TIME = 0x01


class Draft:
    """The bins of a record while operations change them; nothing is stored before all are done.

    Args:
        bins: as they are now.
    """

    __slots__ = ("bins",)

    def __init__(self, bins: Bins) -> None:
        self.bins = dict(bins)

    def remove(self, name: bytes) -> None:
        """Remove a bin, if it is there."""
        if name in self.bins:
            self.bins = without(self.bins, name)


class Row(NamedTuple):
    """One kind of operation.

    Attributes:
        writes: it changes the record.
        apply: does it, and gives the value back that it answers with.
        builds_on_old: it cannot be part of a write that replaces the record.
        needs_record: the record must be there.
        is_silent: it never has a result, not even an empty one.
    """

    writes: bool
    apply: Callable[[Draft, Operation], Particle | None]
    builds_on_old: bool = False
    needs_record: bool = False
    is_silent: bool = False


def _read(draft: Draft, op: Operation) -> Particle | None:
    return draft.bins.get(op.name)


def _write(draft: Draft, op: Operation) -> None:
    if op.flags & _HAS_UPDATE_TIME:
        # The eight bytes of a time, which only servers send to each other, are not there.
        raise Refused(codes.PARAMETER)
    if op.particle == NULL:
        draft.remove(op.name)
    else:
        draft.bins[op.name] = stored(op.particle, op.value)


def _increment(draft: Draft, op: Operation) -> None:
    draft.bins[op.name] = incremented(draft.bins.get(op.name), op.particle, op.value)


def _append(draft: Draft, op: Operation) -> None:
    draft.bins[op.name] = joined(draft.bins.get(op.name), op.particle, op.value, before=False)


def _prepend(draft: Draft, op: Operation) -> None:
    draft.bins[op.name] = joined(draft.bins.get(op.name), op.particle, op.value, before=True)


def _touch(draft: Draft, op: Operation) -> None:
    """Writing the record again is all that it takes."""


def _delete(draft: Draft, op: Operation) -> None:
    draft.bins = {}


def _unsupported(draft: Draft, op: Operation) -> None:
    raise Refused(codes.UNSUPPORTED)


OPERATIONS: dict[int, Row] = {
    flags.OP_READ: Row(False, _read),
    flags.OP_WRITE: Row(True, _write),
    flags.OP_INCR: Row(True, _increment, builds_on_old=True),
    flags.OP_APPEND: Row(True, _append, builds_on_old=True),
    flags.OP_PREPEND: Row(True, _prepend, builds_on_old=True),
    flags.OP_TOUCH: Row(True, _touch, builds_on_old=True, needs_record=True, is_silent=True),
    flags.OP_DELETE: Row(True, _delete, builds_on_old=True),
    flags.OP_CDT_READ: Row(False, _unsupported),
    flags.OP_CDT_MODIFY: Row(True, _unsupported, builds_on_old=True),
    flags.OP_EXP_READ: Row(False, _unsupported),
    flags.OP_EXP_MODIFY: Row(True, _unsupported),
    flags.OP_BITS_READ: Row(False, _unsupported),
    flags.OP_BITS_MODIFY: Row(True, _unsupported, builds_on_old=True),
    flags.OP_HLL_READ: Row(False, _unsupported),
    flags.OP_HLL_MODIFY: Row(True, _unsupported, builds_on_old=True),
}


def check_bin_name(op: Operation) -> None:
    """Names have up to 15 bytes, any but zero.

    Raises:
        Refused: this one has not.
    """
    if len(op.name) > _MAX_BIN_NAME_BYTES or b"\0" in op.name:
        raise Refused(codes.BIN_NAME)


def result(op: Operation, value: Particle | None) -> bytes:
    """The result of an operation, empty without a value."""
    if value is None:
        return operation(op.code, NULL, op.name)
    return operation(op.code, value.kind, op.name, value.data)


def all_bins(bins: Bins) -> list[bytes]:
    """All values of a record as results of reading them."""
    return [operation(flags.OP_READ, value.kind, name, value.data) for name, value in bins.items()]
