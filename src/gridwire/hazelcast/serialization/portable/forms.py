# SPDX-License-Identifier: Apache-2.0
"""The table of field types: a `Form` for each, in one byte order.

Fields that hold Portables are not in it: `nested` adds them, for they need the classes.

- Numbers, booleans and characters are as they are outside of Portables; so are strings and the
  arrays of all of these.
- A decimal, date or time begins with a byte that tells whether it is null.
- An array of those, and of Portables, is a count, the place of each item, and the items. None of
  them is null.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.serialization.faults import bad_count, not_writable, too_long
from gridwire.hazelcast.serialization.given import BITS, in_order
from gridwire.hazelcast.serialization.input import ObjectDataInput
from gridwire.hazelcast.serialization.numerals import decimal_codec
from gridwire.hazelcast.serialization.output import ObjectDataOutput
from gridwire.hazelcast.serialization.portable.dates import (
    date_form,
    time_form,
    timestamp_form,
    zoned_form,
)
from gridwire.hazelcast.serialization.portable.faults import misplaced
from gridwire.hazelcast.serialization.portable.field_types import FieldType
from gridwire.hazelcast.serialization.texts import string_codec

if TYPE_CHECKING:
    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.hazelcast.serialization.input import Reader
    from gridwire.hazelcast.serialization.limits import Limits
    from gridwire.hazelcast.serialization.output import Writer

__all__ = ["Form", "field_forms", "read_items", "write_items"]

_PLACE_BYTES = 4
# A date takes so much, and everything else more.
_LEAST_ITEM_BYTES = 4

_to_float: Callable[[float], float] = float


@dataclass(frozen=True, slots=True)
class Form:
    """A row: how the values of one field type are read and written.

    Args:
        read: reads a value.
        write: writes a value.
        code: what the value is to `struct`, if that is all there is to it.
        default: what reads where the version that wrote the data has no such field.
        widened: other types that this one can be read from, and how.
        write_of: for fields that hold Portables: what writes those of a factory id and class id.
    """

    read: Reader
    write: Writer
    code: str = ""
    default: Any = None
    widened: Mapping[int, Callable[[Any], Any]] = field(default_factory=dict)
    write_of: Callable[[int, int], Writer] | None = None


def field_forms(order: ByteOrder, limits: Limits) -> dict[int, Form]:
    """The table.

    Args:
        order: the byte order of payloads.
        limits: of the size of decimals.

    Returns:
        A form for each type of field but those that hold Portables.
    """
    decimals, strings = decimal_codec(limits.decimal_bytes), string_codec(order)
    assert decimals.read is not None
    assert strings.read is not None
    write_decimal_row = decimals.write
    assert write_decimal_row is not None

    def write_decimal(out: ObjectDataOutput, value: Any) -> None:
        if not isinstance(value, Decimal):
            raise not_writable("write_decimal", value, "a Decimal")
        write_decimal_row(out, value)

    return {
        **_PLAIN,
        FieldType.STRING: Form(strings.read, _OUT.write_string),
        **_pair(FieldType.DECIMAL, decimals.read, write_decimal),
        **_pair(FieldType.TIME, *time_form(order)),
        **_pair(FieldType.DATE, *date_form(order)),
        **_pair(FieldType.TIMESTAMP, *timestamp_form(order)),
        **_pair(FieldType.TIMESTAMP_WITH_TIMEZONE, *zoned_form(order)),
    }


def read_items(inp: ObjectDataInput, count: int, read: Reader) -> list[Any]:
    """Read the places of items, and the items.

    Args:
        inp: where to read them from.
        count: how many, as the data announces it.
        read: reads an item.

    Raises:
        HazelcastSerializationError: the count is impossible, or an item lies where another one is.
    """
    inp.check_count(count, _PLACE_BYTES + _LEAST_ITEM_BYTES)
    start = inp.offset
    inp.offset = start + count * _PLACE_BYTES
    items = []
    for place in inp.order.numbers("i", inp.buffer[start : inp.offset]):
        # Items that share their bytes would make objects without end out of little data.
        if place < inp.offset:
            raise misplaced(place)
        inp.offset = place
        items.append(read(inp))
    return items


def write_items(out: ObjectDataOutput, items: Sequence[Any], write: Writer) -> None:
    """Write the places of items, and the items.

    Args:
        out: where to write them.
        items: what to write.
        write: writes an item.
    """
    start = len(out.buffer)
    end = start + len(items) * _PLACE_BYTES
    out.buffer += bytes(end - start)
    places = []
    for item in items:
        places.append(len(out.buffer))
        write(out, item)
    try:
        out.buffer[start:end] = out.order.packed(array("i", places))
    except OverflowError:
        raise too_long("Serialized data", len(out.buffer)) from None


def _pair(field_type: FieldType, read: Reader, write: Writer) -> dict[int, Form]:
    """The forms of a type that can be null, and of an array of it."""
    name = field_type.name.lower()

    def read_nullable(inp: ObjectDataInput) -> Any:
        return None if inp.read_boolean() else read(inp)

    def write_nullable(out: ObjectDataOutput, value: Any) -> None:
        out.write_boolean(value is None)
        if value is not None:
            write(out, value)

    def read_array(inp: ObjectDataInput) -> list[Any] | None:
        count = inp.read_int()
        if count < 0:
            if count == -1:
                return None
            raise bad_count(count)
        return read_items(inp, count, read)

    def write_array(out: ObjectDataOutput, values: Sequence[Any] | None) -> None:
        if values is None:
            out.write_int(-1)
            return
        items = tuple(in_order(f"write_{name}_array", values))
        if any(item is None for item in items):
            raise not_writable(f"write_{name}_array", None, "no None among its items")
        out.write_count("An array", len(items))
        write_items(out, items, write)

    return {
        field_type: Form(read_nullable, write_nullable),
        FieldType[f"{field_type.name}_ARRAY"]: Form(read_array, write_array),
    }


def _write_boolean(out: ObjectDataOutput, value: Any) -> None:
    try:
        out.buffer.append(BITS[value])
    except (KeyError, TypeError):
        raise not_writable("write_boolean", value, "a bool") from None


def _write_boolean_array(out: ObjectDataOutput, values: Sequence[Any] | None) -> None:
    try:
        if values is not None:
            values = [BITS[item] == 1 for item in in_order("write_boolean_array", values)]
        out.write_boolean_array(values)
    except (KeyError, TypeError):
        raise not_writable("write_boolean_array", values, "a list of bools") from None


_IN, _OUT = ObjectDataInput, ObjectDataOutput

# What a field may have been in another version of its class, and how that becomes what it is now.
_WHOLE: dict[int, Callable[[Any], Any]] = {
    FieldType.BYTE: int,
    FieldType.CHAR: ord,
    FieldType.SHORT: int,
    FieldType.INT: int,
}
_IN_SHORT: dict[int, Callable[[Any], Any]] = {FieldType.BYTE: int}
_IN_INT = {of: turn for of, turn in _WHOLE.items() if of != FieldType.INT}
_IN_FLOAT: dict[int, Callable[[Any], Any]] = {
    of: (lambda unit: float(ord(unit))) if of == FieldType.CHAR else _to_float for of in _WHOLE
}
_IN_DOUBLE = {**_IN_FLOAT, FieldType.LONG: _to_float, FieldType.FLOAT: _to_float}

_PLAIN: dict[int, Form] = {
    FieldType.BYTE: Form(_IN.read_byte, _OUT.write_byte, "b", 0),
    FieldType.BOOLEAN: Form(_IN.read_boolean, _write_boolean, "?", False),
    FieldType.CHAR: Form(_IN.read_char, _OUT.write_char, "", "\0"),
    FieldType.SHORT: Form(_IN.read_short, _OUT.write_short, "h", 0, _IN_SHORT),
    FieldType.INT: Form(_IN.read_int, _OUT.write_int, "i", 0, _IN_INT),
    FieldType.LONG: Form(_IN.read_long, _OUT.write_long, "q", 0, _WHOLE),
    FieldType.FLOAT: Form(_IN.read_float, _OUT.write_float, "f", 0.0, _IN_FLOAT),
    FieldType.DOUBLE: Form(_IN.read_double, _OUT.write_double, "d", 0.0, _IN_DOUBLE),
    FieldType.BYTE_ARRAY: Form(_IN.read_byte_array, _OUT.write_byte_array),
    FieldType.BOOLEAN_ARRAY: Form(_IN.read_boolean_array, _write_boolean_array),
    FieldType.CHAR_ARRAY: Form(_IN.read_char_array, _OUT.write_char_array),
    FieldType.SHORT_ARRAY: Form(_IN.read_short_array, _OUT.write_short_array),
    FieldType.INT_ARRAY: Form(_IN.read_int_array, _OUT.write_int_array),
    FieldType.LONG_ARRAY: Form(_IN.read_long_array, _OUT.write_long_array),
    FieldType.FLOAT_ARRAY: Form(_IN.read_float_array, _OUT.write_float_array),
    FieldType.DOUBLE_ARRAY: Form(_IN.read_double_array, _OUT.write_double_array),
    FieldType.STRING_ARRAY: Form(_IN.read_string_array, _OUT.write_string_array),
}
