# SPDX-License-Identifier: Apache-2.0
"""Rows of null, booleans, characters, strings and what is written as a string, and UUIDs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from gridwire.hazelcast.core import HazelcastJsonValue
from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.data import HEADER, HEADER_BYTES
from gridwire.hazelcast.serialization.faults import bad_count, bad_utf8, too_long, truncated
from gridwire.hazelcast.serialization.given import utf8
from gridwire.hazelcast.serialization.limits import MAX_LENGTH
from gridwire.hazelcast.serialization.registry import Codec
from gridwire.hazelcast.serialization.type_ids import TypeId

if TYPE_CHECKING:
    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.hazelcast.serialization.input import ObjectDataInput
    from gridwire.hazelcast.serialization.output import ObjectDataOutput

__all__ = ["string_codec", "text_codecs"]

_LENGTH_END = HEADER_BYTES + 4
# From here on, a view of the data is cheaper than a copy of a part of it.
_LARGE_BYTES = 4096


def text_codecs(order: ByteOrder) -> list[Codec]:
    """The rows of this module.

    Args:
        order: the byte order of payloads.

    Returns:
        Rows for the registry.
    """
    return [
        _null_codec(order),
        _boolean_codec(order),
        Codec(type_id=TypeId.CHAR, read=lambda inp: inp.read_char()),
        string_codec(order),
        Codec(type_id=TypeId.CLASS, read=lambda inp: inp.read_string()),
        _json_codec(),
        _uuid_codec(order),
    ]


def _null_codec(order: ByteOrder) -> Codec:
    nested = order.int32.pack(TypeId.NULL)

    def write_typed(out: ObjectDataOutput, _: None) -> None:
        out.buffer += nested

    # Whole data of null is no data at all.
    return Codec(
        type_id=TypeId.NULL,
        read=lambda _: None,
        types=(type(None),),
        write_typed=write_typed,
        encode=lambda _: None,
    )


def _boolean_codec(order: ByteOrder) -> Codec:
    unpack = order.int8.unpack_from
    header, nested = HEADER.pack(0, TypeId.BOOLEAN), order.int32.pack(TypeId.BOOLEAN)
    data = (header + b"\0", header + b"\1")
    parts = (nested + b"\0", nested + b"\1")

    def read(inp: ObjectDataInput) -> bool:
        offset = inp.offset
        inp.offset = offset + 1
        value: bool = unpack(inp.buffer, offset)[0] != 0
        return value

    def decode(data: Buffer) -> bool:
        value: bool = unpack(data, HEADER_BYTES)[0] != 0
        return value

    def write_typed(out: ObjectDataOutput, value: bool) -> None:
        out.buffer += parts[value]

    return Codec(
        type_id=TypeId.BOOLEAN,
        read=read,
        types=(bool,),
        write_typed=write_typed,
        encode=data.__getitem__,
        decode=decode,
    )


def string_codec(order: ByteOrder) -> Codec:
    """The row of strings.

    Args:
        order: the byte order of payloads.

    Returns:
        A row for the registry.
    """
    header, nested = HEADER.pack(0, TypeId.STRING), order.int32.pack(TypeId.STRING)
    pack, unpack = order.int32.pack, order.int32.unpack_from

    def read(inp: ObjectDataInput) -> str | None:
        buffer, start = inp.buffer, inp.offset + 4
        length = unpack(buffer, inp.offset)[0]
        end = start + length
        if not 0 <= length < _LARGE_BYTES or end > len(buffer):
            return inp.read_string()
        inp.offset = end
        try:
            return str(buffer[start:end], "utf-8")
        except UnicodeDecodeError as error:
            fault = bad_utf8(error)
        raise fault

    def write_typed(out: ObjectDataOutput, value: str) -> None:
        encoded = utf8(value)
        length = len(encoded)
        if length > MAX_LENGTH:
            raise too_long("A string", length)
        out.buffer += nested + pack(length)
        out.buffer += encoded

    def encode(value: str) -> bytes:
        encoded = utf8(value)
        length = len(encoded)
        if length > MAX_LENGTH:
            raise too_long("A string", length)
        # Joining copies a long string once; adding the three would copy it twice.
        return b"".join((header, pack(length), encoded))

    def decode(data: Buffer) -> str | None:
        length = unpack(data, HEADER_BYTES)[0]
        end = _LENGTH_END + length
        if length < 0 or end > len(data):
            if length == -1:
                return None
            raise bad_count(length) if length < 0 else truncated(length, len(data) - _LENGTH_END)
        part = data if end < _LARGE_BYTES else memoryview(data)
        try:
            return str(part[_LENGTH_END:end], "utf-8")
        except UnicodeDecodeError as error:
            fault = bad_utf8(error)
        raise fault

    return Codec(
        type_id=TypeId.STRING,
        read=read,
        types=(str,),
        write_typed=write_typed,
        encode=encode,
        decode=decode,
    )


def _json_codec() -> Codec:
    def read(inp: ObjectDataInput) -> HazelcastJsonValue:
        text = inp.read_string()
        if text is None:
            raise HazelcastSerializationError("The serialized data has a JSON value without text")
        return HazelcastJsonValue(text)

    def write(out: ObjectDataOutput, value: HazelcastJsonValue) -> None:
        out.write_string(value.to_string())

    return Codec(type_id=TypeId.JSON, read=read, write=write, types=(HazelcastJsonValue,))


def _uuid_codec(order: ByteOrder) -> Codec:
    """Two numbers of 8 bytes: in little endian, each half is reversed by itself."""
    is_big_endian, int_from = order.is_big_endian, int.from_bytes
    header, nested = HEADER.pack(0, TypeId.UUID), order.int32.pack(TypeId.UUID)

    def read(inp: ObjectDataInput) -> UUID:
        inp.check_count(16, 1)
        start = inp.offset
        inp.offset = start + 16
        raw = bytes(inp.buffer[start : start + 16])
        return UUID(int=int_from(raw if is_big_endian else raw[7::-1] + raw[:7:-1], "big"))

    def payload(value: Any) -> bytes:
        raw: bytes = value.bytes
        return raw if is_big_endian else raw[7::-1] + raw[:7:-1]

    def write_typed(out: ObjectDataOutput, value: UUID) -> None:
        out.buffer += nested + payload(value)

    return Codec(
        type_id=TypeId.UUID,
        read=read,
        types=(UUID,),
        write_typed=write_typed,
        encode=lambda value: header + payload(value),
    )
