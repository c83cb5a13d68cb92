# SPDX-License-Identifier: Apache-2.0
"""How arrays are written and read.

An array of numbers is its count and the numbers; one of booleans its count and the bits, the least
one first. An array whose items may be null has a table behind the items that tells where each of
them begins.
"""

from __future__ import annotations

from array import array
from struct import Struct, pack
from typing import TYPE_CHECKING, Any, Final

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.compact.faults import (
    CONVERSION_FAULTS,
    WrongItemError,
    misplaced,
)
from gridwire.hazelcast.serialization.compact.generic import GenericRecord
from gridwire.hazelcast.serialization.compact.items import listed
from gridwire.hazelcast.serialization.compact.offsets import WIDTHS, packed_offsets, width_of
from gridwire.hazelcast.serialization.compact.singles import Value
from gridwire.hazelcast.serialization.faults import bad_count, not_writable, too_long, truncated
from gridwire.hazelcast.serialization.given import BITS, raw_bytes
from gridwire.hazelcast.serialization.limits import MAX_LENGTH

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.hazelcast.serialization.compact.schema import Schema
    from gridwire.hazelcast.serialization.input import ObjectDataInput, Reader
    from gridwire.hazelcast.serialization.output import ObjectDataOutput

__all__ = ["array_of_bits", "array_of_items", "array_of_numbers"]

_SHORT_ARRAY = 17
_EIGHT_BITS: Final = tuple(
    tuple(bool(byte >> place & 1) for place in range(8)) for byte in range(256)
)
_DIGITS: Final = bytes.maketrans(b"\0\1", b"01")


def array_of_numbers(order: ByteOrder, letter: str) -> Value:
    """How arrays of numbers are written and read.

    Args:
        order: the byte order of payloads.
        letter: what an item is to `struct`.
    """
    size = array(letter).itemsize
    # Short ones are faster this way; and `array` makes infinity of floats that do not fit.
    short = [Struct(f"{order.prefix}{count}{letter}") for count in range(_SHORT_ARRAY)]
    unpacked_count = order.int32.unpack_from

    def write(out: ObjectDataOutput, value: Any) -> None:
        if size == 1 and isinstance(value, bytes | bytearray | memoryview):
            raw = raw_bytes("ARRAY_OF_INT8", value)
            out.write_count("An array", len(raw))
            out.buffer += raw
            return
        items = listed(value)
        out.write_count("An array", len(items))
        if len(items) < _SHORT_ARRAY:
            out.buffer += short[len(items)].pack(*items)
        elif letter == "f":
            out.buffer += pack(f"{order.prefix}{len(items)}f", *items)
        else:
            out.buffer += order.packed(array(letter, items))

    def read(inp: ObjectDataInput) -> list[Any]:
        count, start = unpacked_count(inp.buffer, inp.offset)[0], inp.offset + 4
        inp.offset = start
        if 0 <= count < _SHORT_ARRAY:
            form = short[count]
            inp.offset = start + form.size
            return [*form.unpack_from(inp.buffer, start)]
        return order.numbers(letter, _counted(inp, count, size))

    allowed = "a list of ints that fit" if letter in "bhiq" else "a list of floats that fit"
    return Value(write, read, f"{allowed}, or bytes" if letter == "b" else allowed)


def array_of_bits() -> Value:
    """How arrays of booleans are written and read."""

    def write(out: ObjectDataOutput, value: Any) -> None:
        items = [BITS[item] for item in listed(value)]
        out.write_count("An array", len(items))
        digits = bytes(items).translate(_DIGITS)[::-1]
        number = int(digits, 2) if digits else 0
        out.buffer += number.to_bytes((len(items) + 7) // 8, "little")

    def read(inp: ObjectDataInput) -> list[bool]:
        count = inp.read_int()
        if count < 0:
            raise bad_count(count)
        items: list[bool] = []
        for byte in _counted(inp, (count + 7) // 8, 1):
            items += _EIGHT_BITS[byte]
        del items[count:]
        return items

    return Value(write, read, "a list of bools")


def _counted(inp: ObjectDataInput, count: int, item_bytes: int) -> Buffer:
    """The bytes of so many items."""
    inp.check_count(count, item_bytes)
    start = inp.offset
    inp.offset = end = start + count * item_bytes
    return memoryview(inp.buffer)[start:end]


def array_of_items(order: ByteOrder, item: Value, *, of_one_class: bool = False) -> Value:
    """How arrays are written and read whose items may be null.

    Args:
        order: the byte order of payloads.
        item: how one item is written and read.
        of_one_class: whether items of several classes are refused.
    """
    head = Struct(order.prefix + "ii")
    reads = _item_reader(order, head, item.read)
    write_item = item.write

    def write(out: ObjectDataOutput, value: Any) -> None:
        items = listed(value)
        if of_one_class:
            _check_one_class(items)
        buffer = out.buffer
        begin = len(buffer)
        buffer += head.pack(0, min(len(items), MAX_LENGTH))
        start = len(buffer)
        offsets = [-1] * len(items)
        for index, one in enumerate(items):
            if one is not None:
                offsets[index] = len(buffer) - start
                try:
                    write_item(out, one)
                except HazelcastSerializationError as fault:
                    fault.add_note(f"It happened in item {index}")
                    raise
                except CONVERSION_FAULTS:
                    raise WrongItemError(index, one) from None
        length = len(buffer) - start
        table = packed_offsets(order, length, offsets)
        if len(table) > MAX_LENGTH:
            raise too_long("An array", len(items))
        head.pack_into(buffer, begin, length, len(items))
        buffer += table

    return Value(write, reads, f"a list; each item is None or {item.allowed}")


def _item_reader(order: ByteOrder, head: Struct, read_item: Reader) -> Callable[..., list[Any]]:
    def read(inp: ObjectDataInput) -> list[Any]:
        length, count = head.unpack_from(inp.buffer, inp.offset)
        start = inp.offset + head.size
        letter, size, null = WIDTHS[width_of(length)]
        table = start + length
        end = table + count * size
        if length < 0 or count < 0:
            raise bad_count(min(length, count))
        if end > len(inp.buffer):
            raise truncated(end - start, len(inp.buffer) - start)
        items: list[Any] = []
        least = start
        for offset in order.numbers(letter, memoryview(inp.buffer)[table:end]):
            if offset == null:
                items.append(None)
                continue
            # Items lie in their order: none can be counted twice, however deep they are.
            if not least <= start + offset < table:
                raise misplaced("an item")
            inp.offset = start + offset
            items.append(read_item(inp))
            least = inp.offset
        if least > table:
            raise misplaced("an item")
        inp.offset = end
        return items

    return read


def _check_one_class(items: list[Any]) -> None:
    """Readers in other languages expect one class in an array."""
    found = {_class_of(one) for one in items if one is not None}
    if len(found) > 1:
        names = sorted(
            one.__qualname__ if isinstance(one, type) else f"schema {one.schema_id}"
            for one in found
        )
        raise not_writable("An ARRAY_OF_COMPACT", items, f"items of one class, not {names[:5]}")


def _class_of(item: object) -> type | Schema:
    return item.schema if isinstance(item, GenericRecord) else type(item)
