# SPDX-License-Identifier: Apache-2.0
"""Functions that read a list, a map or a structure: `read(buffer, position, limit)`.

They give the value and the position after it, and are compiled once for each shape.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.protocol.customs import record, structure_fields
from gridwire.hazelcast.protocol.errors import ProtocolError
from gridwire.hazelcast.protocol.field_text import (
    SPECIAL,
    FieldText,
    fixed_fields,
    fixed_value,
    skip_to_end,
)
from gridwire.hazelcast.protocol.frames import END
from gridwire.hazelcast.protocol.notation import (
    Entries,
    Field,
    Fixed,
    Packed,
    Sequence,
    Shape,
    SplitEntries,
    Structure,
    fixed_only,
    framed_only,
)
from gridwire.hazelcast.protocol.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridwire.hazelcast.protocol.frames import Buffer

    Reader = Callable[[Buffer, int, int], tuple[Any, int]]

__all__ = ["reader"]

_readers: dict[tuple[type, Shape], Reader] = {}


def reader(shape: Shape) -> Reader:
    """The function that reads a list, map or structure.

    Args:
        shape: the shape of the values.

    Returns:
        `read(buffer, position, limit)`.
    """
    key = (type(shape), shape)
    read = _readers.get(key)
    if read is None:
        read = _readers[key] = _make_reader(shape)
    return read


def _make_reader(shape: Shape) -> Reader:
    source = Source(f"reader of {shape}")
    with source.block("def read(_buf, _pos, _limit):"):
        match shape:
            case Packed():
                _read_packed(source, shape)
            case Sequence():
                _read_items(source, shape.item, None, nullable=shape.nullable)
                source.line("return _items, _pos + _n")
            case Entries():
                _read_items(source, shape.key, shape.value, nullable=False)
                items = "dict(_items)" if shape.is_map else "_items"
                source.line(f"return {items}, _pos + _n")
            case SplitEntries():
                _read_split_entries(source, shape)
            case Structure():
                _read_structure(source, shape)
            case _:
                from gridwire.hazelcast.protocol.sql_page import read_page

                return read_page
    read: Reader = source.function("read")
    return read


def _read_packed(source: Source, shape: Packed) -> None:
    text = FieldText(source, "packed list")
    size = sum(column.size for column in shape.columns)
    text.load()
    source.line("_end = _pos + _n")
    whole = f"not _f & {SPECIAL} and _n >= 6 and _end <= _limit and not (_n - 6) % {size}"
    text.refuse_unless(whole, "items")
    if len(shape.columns) == 1 and shape.columns[0].name != "UUID":
        unpack = source.outside(struct.unpack_from, "UNPACK")
        code = shape.columns[0].format
        source.line(
            f"return list({unpack}(f'<{{(_n - 6) // {size}}}{code}', _buf, _pos + 6)), _end"
        )
        return
    names: list[str] = []
    values: list[str] = []
    for index, column in enumerate(shape.columns):
        parts, value = fixed_value(source, column, f"_{'ab'[index]}")
        names += parts
        values.append(value)
    each = values[0] if len(values) == 1 else f"({', '.join(values)})"
    formats = "".join(column.format for column in shape.columns)
    unpack = source.outside(struct.Struct(f"<{formats}").iter_unpack, "UNPACK")
    loop = f"{each} for {', '.join(names)} in {unpack}(_buf[_pos + 6:_end])"
    source.line(f"return {{{loop}}}, _end" if shape.is_set else f"return [{loop}], _end")


def _read_items(source: Source, first: Shape, second: Shape | None, *, nullable: bool) -> None:
    """Read up to the end of a structure; `_n` is then the length of the frame that ends it."""
    text = FieldText(source, "list" if second is None else "entries")
    text.begin("items")
    source.line("_items = []")
    source.line("_append = _items.append")
    with source.block("while True:"):
        text.load()
        with source.block(f"if _f & {END}:"):
            text.refuse_unless("_n >= 6", "end")
            source.line("break")
        text.read(first, "_item", nullable=nullable)
        if second is None:
            source.line("_append(_item)")
        else:
            text.read(second, "_value", nullable=False)
            source.line("_append((_item, _value))")


def _read_split_entries(source: Source, shape: SplitEntries) -> None:
    text = FieldText(source, "entries")
    text.read(shape.values, "_values", nullable=False)
    text.read(shape.keys, "_keys", nullable=False)
    with source.block("if len(_keys) != len(_values):"):
        error = source.outside(ProtocolError, "ERROR")
        source.line(f"raise {error}(f'{{len(_keys)}} keys for {{len(_values)}} values')")
    source.line("return list(zip(_keys, _values)), _pos")


def _read_structure(source: Source, shape: Structure) -> None:
    fields = structure_fields(shape.name)
    text = FieldText(source, shape.name)
    text.begin("begin")
    _read_fixed_frame(text, fixed_only(fields))
    for field in framed_only(fields):
        if field.since is None:
            text.read(field.shape, field.name, nullable=field.nullable)
            continue
        text.load()
        with source.block(f"if _f & {END}:"):
            source.line(f"{field.name} = None")
        with source.block("else:"):
            text.read(field.shape, field.name, nullable=field.nullable)
    text.load()
    with source.block(f"if _f & {END} and _n >= 6:"):
        source.line("_pos += _n")
    with source.block("else:"):
        source.line(f"_pos = {source.outside(skip_to_end, 'SKIP')}(_buf, _pos, _limit)")
    values = "".join(f"{field.name}, " for field in fields)
    new = source.outside(tuple.__new__, "NEW")
    source.line(f"return {new}({source.outside(record(shape.name), 'RECORD')}, ({values})), _pos")


def _read_fixed_frame(text: FieldText, fields: list[tuple[Field, Fixed]]) -> None:
    """Read the frame of the fixed-size fields of a structure, if it has any."""
    if not fields:
        return
    text.load()
    text.source.line("_end = _pos + _n")
    size = 6 + sum(shape.size for field, shape in fields if field.since is None)
    text.refuse_unless(f"not _f & {SPECIAL} and _n >= {size} and _end <= _limit", "fixed fields")
    fixed_fields(text, fields, "_pos", 6)
    text.source.line("_pos = _end")
    text.loaded = False
