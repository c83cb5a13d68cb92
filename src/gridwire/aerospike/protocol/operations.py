# SPDX-License-Identifier: Apache-2.0
"""The operations of `operate` as users write them, and what they are on the wire: a table.

Each row turns one dictionary into the bytes of one operation. The rows of lists, maps, bits and
HyperLogLog come into the same table.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from struct import Struct
from typing import Any, NamedTuple

from gridwire._core.outcome import Outcome
from gridwire.aerospike.exception import ServerError
from gridwire.aerospike.protocol import flags
from gridwire.aerospike.protocol.message import operation
from gridwire.aerospike.protocol.particles import INTEGER, NULL, encode_particle, out_of_range
from gridwire.aerospike.protocol.texts import encode_text

__all__ = [
    "MAX_BIN_NAME_BYTES",
    "Operations",
    "bin_name",
    "bin_names_of",
    "encode_bins",
    "encode_operations",
]

MAX_BIN_NAME_BYTES = 15

MAX_OPERATIONS = 32_768
"""Operations in one message: servers refuse more."""

_PARAMETER = 4

_pack_int = Struct(">q").pack
_pack_size = Struct(">I").pack
_SIZE_BYTES = 4

_EMPTY_READ = operation(flags.OP_READ, NULL, b"")
_TOUCH = operation(flags.OP_TOUCH, NULL, b"")
_DELETE = operation(flags.OP_DELETE, NULL, b"")


@lru_cache(maxsize=4096)
def _known_bin_name(name: str) -> bytes:
    raw = encode_text(name)
    if not raw:
        raise ValueError("Bin name must not be empty")
    if len(raw) > MAX_BIN_NAME_BYTES:
        raise ValueError(
            f"Bin name {name!r} exceeds the {MAX_BIN_NAME_BYTES}-byte limit ({len(raw)} bytes)"
        )
    return raw


def bin_names_of(argument: str, names: Iterable[Any]) -> list[bytes]:
    """The bytes of the names of several bins.

    Args:
        argument: how the caller calls them.
        names: of the bins.

    Raises:
        TypeError: they are not several, or one is not text.
        ValueError: one has no byte, or more than 15.
    """
    if isinstance(names, (str, bytes)):
        raise TypeError(f"{argument} is a list of names, not one name")
    if not hasattr(names, "__iter__"):
        raise TypeError(f"{argument} is a list of names, not {type(names).__name__}")
    return [bin_name(name) for name in names]


def bin_name(name: Any) -> bytes:
    """The bytes of a bin's name.

    Raises:
        TypeError: it is not text.
        ValueError: it has no byte, or more than 15.
    """
    if type(name) is not str:
        if not isinstance(name, str):
            raise TypeError(f"Bin name must be a str, not {type(name).__name__}")
        name = str.__str__(name)
    return _known_bin_name(name)


def encode_bins(bins: Any) -> tuple[int, bytes]:
    """The write operations of a record: how many, and their bytes.

    Args:
        bins: name to value; None removes the bin.

    Raises:
        TypeError: they are not a dictionary, or hold something that cannot be stored.
        ValueError: a name cannot be.
        OverflowError: an integer does not fit.
    """
    if not isinstance(bins, dict):
        raise TypeError(f"bins argument must be a dict, got {type(bins).__name__}")
    if len(bins) > MAX_OPERATIONS:
        raise ValueError(f"{len(bins)} bins, servers take at most {MAX_OPERATIONS} operations")
    parts: list[bytes] = []
    for name, value in bins.items():
        if type(value) is int and type(name) is str:
            head = _int_head(name)
            try:
                parts += (head, _pack_int(value))
            except struct.error:
                raise out_of_range(value) from None
            continue
        particle, data = encode_particle(value)
        if type(name) is str:
            size, rest = _head(name, particle)
            parts += (_pack_size(size + len(data)), rest, data)
        else:
            parts.append(operation(flags.OP_WRITE, particle, bin_name(name), data))
    return len(bins), b"".join(parts)


@lru_cache(maxsize=4096)
def _int_head(name: str) -> bytes:
    """What stands before an integer that is written."""
    return operation(flags.OP_WRITE, INTEGER, bin_name(name), bytes(8))[:-8]


@lru_cache(maxsize=4096)
def _head(name: str, particle: int) -> tuple[int, bytes]:
    """The size of what is written without its value, and what stands between it and the value."""
    empty = operation(flags.OP_WRITE, particle, bin_name(name))
    return len(empty) - _SIZE_BYTES, empty[_SIZE_BYTES:]


class Row(NamedTuple):
    """How one kind of operation is sent.

    Attributes:
        reads: it gives a value back.
        writes: it changes the record.
        encode: makes the operation's bytes.
        info1: bits that its message needs for reading.
        respond_all: results are only told apart when the server answers every operation.
    """

    reads: bool
    writes: bool
    encode: Callable[[Mapping[str, Any]], bytes]
    info1: int = 0
    respond_all: bool = False


def _valued(code: int) -> Callable[[Mapping[str, Any]], bytes]:
    def encode(given: Mapping[str, Any]) -> bytes:
        particle, data = encode_particle(given.get("val"))
        return operation(code, particle, bin_name(given.get("bin")), data)

    return encode


def _increment(given: Mapping[str, Any]) -> bytes:
    offset = given.get("val")
    if isinstance(offset, bool) or not isinstance(offset, (int, float)):
        raise TypeError(f"increment offset must be an int or float, got {offset!r}")
    particle, data = encode_particle(offset)
    return operation(flags.OP_INCR, particle, bin_name(given.get("bin")), data)


def _read(given: Mapping[str, Any]) -> bytes:
    name = given.get("bin")
    return operation(flags.OP_READ, NULL, bin_name(name)) if name else _EMPTY_READ


def _constant(encoded: bytes) -> Callable[[Mapping[str, Any]], bytes]:
    return lambda given: encoded


ROWS: dict[int, Row] = {
    1: Row(True, False, _read, flags.INFO1_READ),
    2: Row(False, True, _valued(flags.OP_WRITE)),
    5: Row(False, True, _increment),
    9: Row(False, True, _valued(flags.OP_APPEND)),
    10: Row(False, True, _valued(flags.OP_PREPEND)),
    11: Row(False, True, _constant(_TOUCH)),
    # Users number it 12; on the wire that is something else.
    12: Row(False, True, _constant(_DELETE)),
}
"""Operations by the number that users know."""


class Operations(NamedTuple):
    """A list of operations, encoded.

    Attributes:
        size: how many there are.
        data: their bytes.
        info1: bits about reading.
        info2: bits about writing.
        reads: some give values back.
        writes: some change the record.
    """

    size: int
    data: bytes
    info1: int
    info2: int
    reads: bool
    writes: bool


def encode_operations(ops: Iterable[Any]) -> Operations:
    """Encode the operations of `operate`.

    Args:
        ops: dictionaries with ``op``, and by its kind ``bin`` and ``val``.

    Raises:
        TypeError: one is not a dictionary, or holds something that cannot be stored.
        ValueError: there are too many; a number is unknown; a name cannot be.
        ServerError: there is none; what a server says of that, but nothing is sent.
    """
    if isinstance(ops, (str, bytes, Mapping)) or not hasattr(ops, "__iter__"):
        raise TypeError(f"ops is a list of operations, not {type(ops).__name__}")
    parts: list[bytes] = []
    info1 = info2 = 0
    reads = writes = False
    for given in ops:
        row = _row_of(given)
        parts.append(row.encode(given))
        reads |= row.reads
        writes |= row.writes
        info1 |= row.info1
        if row.respond_all:
            info2 |= flags.INFO2_RESPOND_ALL_OPS
        if row.reads and given["op"] == 1 and not given.get("bin"):
            info1 |= flags.INFO1_GET_ALL
    if not parts:
        raise ServerError(
            "AEROSPIKE_ERR (4): the list of operations is empty",
            code=_PARAMETER,
            outcome=Outcome.NOT_SENT,
        )
    if len(parts) > MAX_OPERATIONS:
        raise ValueError(f"{len(parts)} operations, servers take at most {MAX_OPERATIONS}")
    if writes:
        info2 |= flags.INFO2_WRITE
    return Operations(len(parts), b"".join(parts), info1, info2, reads, writes)


def _row_of(given: Any) -> Row:
    if not isinstance(given, Mapping):
        raise TypeError(f"an operation is a dict, not {type(given).__name__}")
    if "op" not in given:
        raise ValueError("Operation must have 'op' key")
    row = ROWS.get(given["op"])
    if row is None:
        known = ", ".join(map(str, ROWS))
        raise ValueError(f"Unknown operation code: {given['op']!r}; known are {known}")
    return row
