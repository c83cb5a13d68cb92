# SPDX-License-Identifier: Apache-2.0
"""Rows of Java's arrays of bytes, numbers, booleans, characters and strings.

``byte[]`` is `bytes`; the others are read as lists, as by the official client, or as what the
option array_type says. An `array.array` is written as the array of its size, so that a program can
write ``int[]`` or ``double[]``; see `numpy_arrays` for those of numpy.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.array_type import ArrayType
from gridwire.hazelcast.serialization.data import HEADER, HEADER_BYTES
from gridwire.hazelcast.serialization.faults import bad_count, too_long, truncated
from gridwire.hazelcast.serialization.given import raw_bytes
from gridwire.hazelcast.serialization.limits import MAX_LENGTH
from gridwire.hazelcast.serialization.numpy_arrays import numpy_readers
from gridwire.hazelcast.serialization.registry import Codec
from gridwire.hazelcast.serialization.type_ids import NUMBER_ARRAYS, TypeId

if TYPE_CHECKING:
    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.hazelcast.serialization.input import ObjectDataInput, Reader
    from gridwire.hazelcast.serialization.output import ObjectDataOutput

__all__ = ["array_codecs"]

_LENGTH_END = HEADER_BYTES + 4
_KINDS = dict.fromkeys("bBhilq", "i") | dict.fromkeys("fd", "f")

_TYPECODES = {
    TypeId.SHORT_ARRAY: "h",
    TypeId.INT_ARRAY: "i",
    TypeId.LONG_ARRAY: "q",
    TypeId.FLOAT_ARRAY: "f",
    TypeId.DOUBLE_ARRAY: "d",
}


def array_codecs(order: ByteOrder, array_type: ArrayType) -> list[Codec]:
    """The rows of this module.

    Args:
        order: the byte order of payloads.
        array_type: what arrays of numbers are read as.

    Returns:
        Rows for the registry.

    Raises:
        InvalidConfigurationError: they are to be arrays of numpy, and it is not installed.
    """
    readers: dict[TypeId, Reader] = {
        TypeId.BYTE_BUFFER: lambda inp: inp.read_bytes(),
        TypeId.BOOLEAN_ARRAY: lambda inp: inp.read_boolean_array(),
        TypeId.CHAR_ARRAY: lambda inp: inp.read_char_array(),
        TypeId.SHORT_ARRAY: lambda inp: inp.read_short_array(),
        TypeId.INT_ARRAY: lambda inp: inp.read_int_array(),
        TypeId.LONG_ARRAY: lambda inp: inp.read_long_array(),
        TypeId.FLOAT_ARRAY: lambda inp: inp.read_float_array(),
        TypeId.DOUBLE_ARRAY: lambda inp: inp.read_double_array(),
        TypeId.STRING_ARRAY: lambda inp: inp.read_string_array(),
    }
    if array_type is ArrayType.ARRAY:
        readers |= {type_id: _array_reader(order, code) for type_id, code in _TYPECODES.items()}
    elif array_type is ArrayType.NUMPY:
        readers |= numpy_readers(order)
    rows = [Codec(type_id=type_id, read=read) for type_id, read in readers.items()]
    return [_bytes_codec(order), _array_codec(order), *rows]


def _array_reader(order: ByteOrder, typecode: str) -> Reader:
    size = array(typecode).itemsize

    def read(inp: ObjectDataInput) -> array[Any] | None:
        raw = inp.read_items(size)
        return None if raw is None else order.items(typecode, raw)

    return read


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
        if kind is None:
            raise HazelcastSerializationError(
                f"An array.array of typecode {value.typecode!r} cannot be serialized: Java has no "
                "such array",
                hint="Use one of b, B, h, i, l, q, f and d.",
            )
        count = order.int32.pack(len(value))
        type_id = NUMBER_ARRAYS[kind, value.itemsize]
        # Another byte order is reached by swapping in place: of a copy.
        return type_id, count + order.packed(value if order.is_native else value[:])

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
