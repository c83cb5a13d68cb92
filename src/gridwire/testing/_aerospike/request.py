# SPDX-License-Identifier: Apache-2.0
"""Record messages as a node reads them.

A node is laxer than a client in places (the size byte of the head is not looked at, fields may come
in any order and twice) and strict in others (nothing may follow the last operation), and it never
fails but by a result code.
"""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

from gridwire.aerospike.protocol import flags
from gridwire.aerospike.protocol.message import FIRST_FIELD
from gridwire.aerospike.protocol.proto import HEADER_BYTES
from gridwire.testing._aerospike import codes

__all__ = [
    "MAX_OPERATIONS",
    "Operation",
    "Refused",
    "Request",
    "read_fields",
    "read_operations",
    "read_request",
]

MAX_OPERATIONS = 32_768
"""Operations in one message; servers refuse more."""


_read_head = Struct(">xBBBBxIIIHH").unpack_from
_read_field = Struct(">IB").unpack_from
_read_operation = Struct(">IBBBB").unpack_from
_OPERATION_HEAD_BYTES = 8
_LEAST_OPERATION = 4
_LEAST_FIELD = 1


class Refused(Exception):
    """A command is answered with a result code other than OK.

    Args:
        code: the result code.
    """

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Operation(NamedTuple):
    """One operation of a message. `flags` has one bit that clients never set."""

    code: int
    particle: int
    flags: int
    name: bytes
    value: bytes


class Request(NamedTuple):
    """What is asked about one record, alone or as a row of a batch.

    Attributes:
        info1: bits about reading.
        info2: bits about writing.
        info3: more bits.
        info4: bits about transactions.
        generation: the one that is expected.
        ttl: seconds for a write, percent for a read.
        fields: their bytes by type.
        operations: in their order.
    """

    info1: int
    info2: int
    info3: int
    info4: int
    generation: int
    ttl: int
    fields: dict[int, bytes]
    operations: list[Operation]

    @property
    def namespace(self) -> bytes:
        """Name of the namespace; what follows a zero byte does not belong to it."""
        return self.fields.get(flags.FIELD_NAMESPACE, b"").partition(b"\0")[0]

    @property
    def set_name(self) -> bytes:
        """Name of the set, empty without one."""
        return self.fields.get(flags.FIELD_SET, b"")


def read_request(message: bytes) -> Request:
    """Read a record message with its frame's header.

    Raises:
        Refused: it is not well-formed.
    """
    if len(message) < FIRST_FIELD:
        raise Refused(codes.PARAMETER)
    info1, info2, info3, info4, generation, ttl, _, fields, operations = _read_head(
        message, HEADER_BYTES
    )
    values, offset = read_fields(message, FIRST_FIELD, fields)
    ops, offset = read_operations(message, offset, operations)
    if offset != len(message) or operations > MAX_OPERATIONS:
        raise Refused(codes.PARAMETER)
    return Request(info1, info2, info3, info4, generation, ttl, values, ops)


def read_fields(data: bytes, offset: int, count: int) -> tuple[dict[int, bytes], int]:
    """Read fields.

    Args:
        data: where they are.
        offset: where they begin.
        count: how many there are to be.

    Returns:
        Their values by type, the last one of a type that comes twice, and where they end.

    Raises:
        Refused: they do not fit into the data.
    """
    fields: dict[int, bytes] = {}
    size = len(data)
    for _ in range(count):
        if offset + 5 > size:
            raise Refused(codes.PARAMETER)
        length, kind = _read_field(data, offset)
        end = offset + 4 + length
        if length < _LEAST_FIELD or end > size:
            raise Refused(codes.PARAMETER)
        fields[kind] = data[offset + 5 : end]
        offset = end
    return fields, offset


def read_operations(data: bytes, offset: int, count: int) -> tuple[list[Operation], int]:
    """Read operations.

    Args:
        data: where they are.
        offset: where they begin.
        count: how many there are to be.

    Returns:
        The operations, and where they end.

    Raises:
        Refused: they do not fit into the data.
    """
    operations: list[Operation] = []
    size = len(data)
    for _ in range(count):
        if offset + _OPERATION_HEAD_BYTES > size:
            raise Refused(codes.PARAMETER)
        length, code, particle, bits, name_length = _read_operation(data, offset)
        name_at = offset + _OPERATION_HEAD_BYTES
        value_at = name_at + name_length
        end = offset + 4 + length
        if length < _LEAST_OPERATION or end > size or value_at > end:
            raise Refused(codes.PARAMETER)
        name, value = data[name_at:value_at], data[value_at:end]
        operations.append(Operation(code, particle, bits, name, value))
        offset = end
    return operations, offset
