# SPDX-License-Identifier: Apache-2.0
"""Functions that write a list, a map or a structure: `write(out, value, final)`.

They append buffers to the list `out`; `final` is the flag for the last frame, `FINAL` or 0. They
are compiled once for each shape.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.protocol.customs import structure_fields
from gridwire.hazelcast.protocol.frame_text import FrameText, pack_head
from gridwire.hazelcast.protocol.frames import BEGIN, END, FINAL
from gridwire.hazelcast.protocol.notation import (
    Entries,
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

    Writer = Callable[[list[Buffer], Any, int], None]

__all__ = ["writer"]

_BEGIN_FRAME = pack_head(6, BEGIN)
_END_FRAME = pack_head(6, END)
_END_FINAL_FRAME = pack_head(6, END | FINAL)

_writers: dict[tuple[type, Shape], Writer] = {}


def writer(shape: Shape) -> Writer:
    """The function that appends the frames of a list, map or structure to a list of buffers.

    Args:
        shape: the shape of the values.

    Returns:
        `write(out, value, final)`.
    """
    key = (type(shape), shape)
    write = _writers.get(key)
    if write is None:
        write = _writers[key] = _make_writer(shape)
    return write


def _make_writer(shape: Shape) -> Writer:
    source = Source(f"writer of {shape}")
    with source.block("def write(_out, _value, _final):"):
        text = FrameText(source, listed=True)
        match shape:
            case Packed():
                _write_packed(text, shape)
            case Sequence():
                _write_sequence(text, shape)
            case Entries():
                _write_entries(text, shape)
            case SplitEntries():
                _write_split_entries(text, shape)
            case Structure():
                _write_structure(text, shape)
            case _:
                from gridwire.hazelcast.protocol.sql_page import write_page

                return write_page
        text.spill()
    write: Writer = source.function("write")
    return write


def _write_packed(text: FrameText, shape: Packed) -> None:
    source = text.source
    if len(shape.columns) == 1 and shape.columns[0].name != "UUID":
        pack = source.outside(struct.pack, "PACK")
        code = shape.columns[0].format
        source.line(f"_body = {pack}(f'<{{len(_value)}}{code}', *_value)")
    else:
        names = ("_a", "_b")[: len(shape.columns)]
        arguments = []
        for name, column in zip(names, shape.columns, strict=True):
            if column.name == "UUID":
                bits = f"(0 if {name} is None else {name}.int)"
                arguments += [f"{name} is None", f"{bits} >> 64", f"{bits} & 0xFFFFFFFFFFFFFFFF"]
            else:
                arguments.append(name)
        formats = "".join(column.format for column in shape.columns)
        pack = source.outside(struct.Struct(f"<{formats}").pack, "PACK")
        each = f"{pack}({', '.join(arguments)})"
        source.line(f"_body = b''.join([{each} for {', '.join(names)} in _value])")
    text.numbers("IH", "len(_body) + 6", "_final")
    text.buffer("_body")


def _write_sequence(text: FrameText, shape: Sequence) -> None:
    _open(text)
    with text.source.block("for _item in _value:"):
        text.frames(shape.item, "_item", nullable=shape.nullable, final="0")
        text.spill()
    _close(text)


def _write_entries(text: FrameText, shape: Entries) -> None:
    _open(text)
    items = "_value.items()" if shape.is_map else "_value"
    with text.source.block(f"for _key, _item in {items}:"):
        text.frames(shape.key, "_key", nullable=False, final="0")
        text.frames(shape.value, "_item", nullable=False, final="0")
        text.spill()
    _close(text)


def _write_split_entries(text: FrameText, shape: SplitEntries) -> None:
    text.source.line("_keys = [_key for _key, _item in _value]")
    text.source.line("_items = [_item for _key, _item in _value]")
    text.frames(shape.values, "_items", nullable=False, final="0")
    text.frames(shape.keys, "_keys", nullable=False, final="_final")


def _write_structure(text: FrameText, shape: Structure) -> None:
    fields = structure_fields(shape.name)
    for field in fields:
        # Objects that users make may be older than a field that came later and may be null.
        optional = field.since and field.nullable
        read = f"getattr(_value, '{field.name}', None)" if optional else f"_value.{field.name}"
        text.source.line(f"{field.name} = {read}")
    text.constant(_BEGIN_FRAME)
    fixed = fixed_only(fields)
    if fixed:
        text.constant(pack_head(6 + sum(shape.size for _, shape in fixed), 0))
    for field, fixed_shape in fixed:
        text.fixed(fixed_shape, field.name)
    for field in framed_only(fields):
        text.frames(field.shape, field.name, nullable=field.nullable, final="0")
    _close(text)


def _open(text: FrameText) -> None:
    text.constant(_BEGIN_FRAME)
    text.spill()


def _close(text: FrameText) -> None:
    end = text.source.outside(_END_FRAME, "END")
    end_final = text.source.outside(_END_FINAL_FRAME, "END")
    text.buffer(f"({end_final} if _final else {end})")
