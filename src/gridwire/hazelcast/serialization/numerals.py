# SPDX-License-Identifier: Apache-2.0
"""Rows of numbers: byte, short, int, long, float, double, BigInteger, BigDecimal.

Java's BigDecimal has no negative zero, so ``Decimal("-0.0")`` is written as ``0.0``.
"""

from __future__ import annotations

from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from struct import Struct
from struct import error as StructError  # noqa: N812 - it is a class with a lower-case name
from typing import TYPE_CHECKING, Any, NamedTuple

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.data import HEADER, HEADER_BYTES
from gridwire.hazelcast.serialization.faults import bad_count, too_long
from gridwire.hazelcast.serialization.int_type import IntType, does_not_fit, smallest
from gridwire.hazelcast.serialization.limits import MAX_LENGTH
from gridwire.hazelcast.serialization.registry import Codec
from gridwire.hazelcast.serialization.type_ids import TypeId

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.hazelcast.serialization.input import ObjectDataInput
    from gridwire.hazelcast.serialization.limits import Limits
    from gridwire.hazelcast.serialization.output import ObjectDataOutput

__all__ = ["decimal_codec", "numeral_codecs"]

# Decimals are moved by powers of ten without rounding: the context of the caller has no say.
_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
_INT32_MIN = -(1 << 31)
_DIGITS_PER_BIT = 0.30103  # log10(2)


def numeral_codecs(order: ByteOrder, limits: Limits, int_type: IntType) -> list[Codec]:
    """The rows of numbers.

    Args:
        order: the byte order of payloads.
        limits: of the size of decimals.
        int_type: what an int is written as.

    Returns:
        Rows for the registry.
    """
    return [
        _fixed_size(order, TypeId.BYTE, order.int8),
        _fixed_size(order, TypeId.SHORT, order.int16),
        _fixed_size(order, TypeId.INT, order.int32),
        _fixed_size(order, TypeId.LONG, order.int64),
        _fixed_size(order, TypeId.FLOAT, order.float),
        _fixed_size(order, TypeId.DOUBLE, order.double, float),
        Codec(type_id=TypeId.BIG_INTEGER, read=_read_big_integer),
        _int_codec(order, int_type),
        decimal_codec(limits.decimal_bytes),
    ]


def _fixed_size(order: ByteOrder, type_id: int, number: Struct, *types: type) -> Codec:
    unpack, pack, size = number.unpack_from, number.pack, number.size
    header, nested = HEADER.pack(0, type_id), order.int32.pack(type_id)

    def read(inp: ObjectDataInput) -> Any:
        offset = inp.offset
        inp.offset = offset + size
        return unpack(inp.buffer, offset)[0]

    def decode(data: Buffer) -> Any:
        return unpack(data, HEADER_BYTES)[0]

    def write_typed(out: ObjectDataOutput, obj: Any) -> None:
        out.buffer += nested + pack(obj)

    def encode(obj: Any) -> bytes:
        return header + pack(obj)

    return Codec(
        type_id=type_id,
        read=read,
        types=types,
        write_typed=write_typed,
        encode=encode,
        decode=decode,
    )


def _int_codec(order: ByteOrder, int_type: IntType) -> Codec:
    """The row that writes ints; those that read them are others."""
    forms = _int_forms(order)
    if int_type is IntType.VAR:
        return Codec(
            type_id=TypeId.INT,
            types=(int,),
            encode=lambda value: forms[smallest(value)].encode(value),
            write_typed=lambda out, value: forms[smallest(value)].write_typed(out, value),
        )
    header, nested, pack = forms[int_type]

    def encode(value: int) -> bytes:
        try:
            return header + pack(value)
        except StructError:
            raise does_not_fit(value, int_type) from None

    def write_typed(out: ObjectDataOutput, value: int) -> None:
        try:
            out.buffer += nested + pack(value)
        except StructError:
            raise does_not_fit(value, int_type) from None

    return Codec(type_id=TypeId.INT, types=(int,), write_typed=write_typed, encode=encode)


class _IntForm(NamedTuple):
    header: bytes
    nested: bytes
    pack: Callable[[int], bytes]

    def encode(self, value: int) -> bytes:
        return self.header + self.pack(value)

    def write_typed(self, out: ObjectDataOutput, value: int) -> None:
        out.buffer += self.nested + self.pack(value)


def _int_forms(order: ByteOrder) -> dict[IntType, _IntForm]:
    packers: dict[IntType, tuple[int, Callable[[int], bytes]]] = {
        IntType.BYTE: (TypeId.BYTE, order.int8.pack),
        IntType.SHORT: (TypeId.SHORT, order.int16.pack),
        IntType.INT: (TypeId.INT, order.int32.pack),
        IntType.LONG: (TypeId.LONG, order.int64.pack),
        IntType.BIG_INT: (TypeId.BIG_INTEGER, lambda value: _packed_big_integer(order, value)),
    }
    return {
        int_type: _IntForm(HEADER.pack(0, type_id), order.int32.pack(type_id), pack)
        for int_type, (type_id, pack) in packers.items()
    }


def _packed_big_integer(order: ByteOrder, value: int) -> bytes:
    """Length and two's complement, which is big endian in both orders, in the fewest bytes."""
    length = (value if value >= 0 else ~value).bit_length() // 8 + 1
    if length > MAX_LENGTH:
        raise too_long("A BigInteger", length)
    return order.int32.pack(length) + value.to_bytes(length, "big", signed=True)


def _read_big_integer(inp: ObjectDataInput) -> int:
    raw = inp.read_bytes()
    if not raw:
        raise bad_count(-1 if raw is None else 0)
    return int.from_bytes(raw, "big", signed=True)


def decimal_codec(most_bytes: int) -> Codec:
    """The row of decimal numbers.

    Args:
        most_bytes: of an unscaled value.

    Returns:
        A row for the registry.
    """
    # As many digits always fit, one bit being the sign.
    most_digits = int((most_bytes * 8 - 1) * _DIGITS_PER_BIT)

    def read(inp: ObjectDataInput) -> Decimal:
        raw = inp.read_bytes()
        if not raw:
            raise bad_count(-1 if raw is None else 0)
        if len(raw) > most_bytes:
            raise _too_many_digits(f"an unscaled value of {len(raw)} bytes", most_bytes)
        unscaled = Decimal(int.from_bytes(raw, "big", signed=True))
        return unscaled.scaleb(-inp.read_int(), _EXACT)

    def write(out: ObjectDataOutput, value: Decimal) -> None:
        _, digits, exponent = value.as_tuple()
        if not isinstance(exponent, int):
            raise HazelcastSerializationError(
                f"Decimal {value} cannot be serialized: java.math.BigDecimal has only numbers",
                hint="Store a float, or None.",
            )
        if len(digits) > most_digits:
            raise _too_many_digits(f"{len(digits)} digits", most_bytes)
        if not _INT32_MIN <= -exponent <= MAX_LENGTH:
            raise HazelcastSerializationError(
                f"Decimal with the exponent {exponent} cannot be serialized: "
                "java.math.BigDecimal has a scale of 32 bits"
            )
        unscaled = int(value.scaleb(-exponent, _EXACT))
        out.buffer += _packed_big_integer(out.order, unscaled) + out.order.int32.pack(-exponent)

    return Codec(type_id=TypeId.BIG_DECIMAL, read=read, write=write, types=(Decimal,))


def _too_many_digits(found: str, most_bytes: int) -> HazelcastSerializationError:
    return HazelcastSerializationError(
        f"A BigDecimal has {found}, and the limit is {most_bytes} bytes (decimal_bytes)",
        hint="Converting long numbers takes quadratic time; store it as a string or an int.",
    )
