# SPDX-License-Identifier: Apache-2.0
"""Rows of Java's arrays of bytes, numbers, booleans, characters and strings.

``byte[]`` is `bytes`; the others are read as lists, as by the official client. An `array.array`
is written as the array of its size, so that a program can write ``int[]`` or ``double[]``.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.data import HEADER, HEADER_BYTES
from gridwire.hazelcast.serialization.faults import bad_count, too_long, truncated
from gridwire.hazelcast.serialization.limits import MAX_LENGTH
from gridwire.hazelcast.serialization.output import raw_bytes
from gridwire.hazelcast.serialization.registry import Codec
from gridwire.hazelcast.serialization.type_ids import TypeId

if TYPE_CHECKING:
    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.hazelcast.serialization.output import ObjectDataOutput

__all__ = ["array_codecs"]

_LENGTH_END = HEADER_BYTES + 4
_BY_KIND_AND_SIZE = {
    ("i", 1): TypeId.BYTE_ARRAY,
    ("i", 2): TypeId.SHORT_ARRAY,
    ("i", 4): TypeId.INT_ARRAY,
    ("i", 8): TypeId.LONG_ARRAY,
    ("f", 4): TypeId.FLOAT_ARRAY,
    ("f", 8): TypeId.DOUBLE_ARRAY,
}
_KINDS = dict.fromkeys("bBhilq", "i") | dict.fromkeys("fd", "f")


def array_codecs(order: ByteOrder) -> list[Codec]:
    """The rows of this module.

    Args:
        order: the byte order of payloads.

    Returns:
        Rows for the registry.
    """
    return [
        _bytes_codec(order),
        _array_codec(order),
        Codec(type_id=TypeId.BYTE_BUFFER, read=lambda inp: inp.read_bytes()),
        Codec(type_id=TypeId.BOOLEAN_ARRAY, read=lambda inp: inp.read_boolean_array()),
        Codec(type_id=TypeId.CHAR_ARRAY, read=lambda inp: inp.read_char_array()),
        Codec(type_id=TypeId.SHORT_ARRAY, read=lambda inp: inp.read_short_array()),
        Codec(type_id=TypeId.INT_ARRAY, read=lambda inp: inp.read_int_array()),
        Codec(type_id=TypeId.LONG_ARRAY, read=lambda inp: inp.read_long_array()),
        Codec(type_id=TypeId.FLOAT_ARRAY, read=lambda inp: inp.read_float_array()),
        Codec(type_id=TypeId.DOUBLE_ARRAY, read=lambda inp: inp.read_double_array()),
        Codec(type_id=TypeId.STRING_ARRAY, read=lambda inp: inp.read_string_array()),
    ]


def _bytes_codec(order: ByteOrder) -> Codec:
    header, nested = HEADER.pack(0, TypeId.BYTE_ARRAY), order.int32.pack(TypeId.BYTE_ARRAY)
    pack, unpack = order.int32.pack, order.int32.unpack_from

    def raw_and_length(value: Any) -> tuple[bytes | bytearray | memoryview, bytes]:
        raw = raw_bytes("byte[]", value)
        if len(raw) > MAX_LENGTH:
            raise too_long("An array", len(raw))
        return raw, pack(len(raw))

    def decode(data: Buffer) -> bytes | None:
        length = unpack(data, HEADER_BYTES)[0]
        end = _LENGTH_END + length
        if length < 0 or end > len(data):
            if length == -1:
                return None
            raise bad_count(length) if length < 0 else truncated(length, len(data) - _LENGTH_END)
        if isinstance(data, bytes):
            return data[_LENGTH_END:end]
        return bytes(memoryview(data)[_LENGTH_END:end])

    def write_typed(out: ObjectDataOutput, value: Any) -> None:
        raw, length = raw_and_length(value)
        out.buffer += nested + length
        out.buffer += raw

    def encode(value: Any) -> bytes:
        raw, length = raw_and_length(value)
        return b"".join((header, length, raw))

    return Codec(
        type_id=TypeId.BYTE_ARRAY,
        read=lambda inp: inp.read_bytes(),
        types=(bytes, bytearray, memoryview),
        replaceable=True,
        write_typed=write_typed,
        encode=encode,
        decode=decode,
    )


def _array_codec(order: ByteOrder) -> Codec:
    def parts(value: array[Any]) -> tuple[int, bytes]:
        kind = _KINDS.get(value.typecode)
        if kind is None or value.typecode in "HIL":
            raise HazelcastSerializationError(
                f"An array.array of typecode {value.typecode!r} cannot be serialized: Java has no "
                "such array",
                hint="Use one of b, B, h, i, l, q, f and d.",
            )
        count = order.int32.pack(len(value))
        type_id = _BY_KIND_AND_SIZE[kind, value.itemsize]
        # A copy, since another byte order is reached by swapping in place.
        return type_id, count + order.packed(value[:])

    def write_typed(out: ObjectDataOutput, value: array[Any]) -> None:
        type_id, payload = parts(value)
        out.buffer += order.int32.pack(type_id) + payload

    def encode(value: array[Any]) -> bytes:
        type_id, payload = parts(value)
        return HEADER.pack(0, type_id) + payload

    return Codec(
        type_id=TypeId.INT_ARRAY,
        types=(array,),
        replaceable=True,
        write_typed=write_typed,
        encode=encode,
    )
