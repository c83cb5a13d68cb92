# SPDX-License-Identifier: Apache-2.0
"""Frames to values: the source text of decoders.

A decoder walks one contiguous buffer that holds a whole message. `FieldText` writes the steps for
the parameters in turn; lists, maps and structures have functions of their own (`readers`).

Nothing that a peer sent is believed: each length is checked before it is used, reads beyond the end
raise `struct.error`, which the decoder of the message turns into a `ProtocolError`, every loop
moves on by at least the 6 bytes of a frame header, and recursion is only as deep as the types in
the tables, none of which contains itself.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING
from uuid import UUID

from gridwire.hazelcast.protocol.errors import ProtocolError
from gridwire.hazelcast.protocol.frames import BEGIN, END, NULL
from gridwire.hazelcast.protocol.notation import Fixed, Frame

if TYPE_CHECKING:
    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.hazelcast.protocol.notation import Field, Shape
    from gridwire.hazelcast.protocol.source import Source

__all__ = [
    "LARGE_VALUE",
    "MAX_SKIPPED_DEPTH",
    "SPECIAL",
    "FieldText",
    "fixed_fields",
    "fixed_value",
    "misplaced",
    "read_head",
    "skip_to_end",
]

LARGE_VALUE = 64 * 1024
"""Length in bytes up to which a value is worth a copy.

Longer ones are not copied into a message that is sent, and stay a view of a message that was
received; others become `bytes` even out of a large message, so that they do not keep it alive.
"""

MAX_SKIPPED_DEPTH = 64
"""How deep structures may nest in what a newer peer added to a structure that we know.

Skipping needs no memory, so this only tells nonsense from a message; the known types nest 7 deep.
"""

SPECIAL = BEGIN | END | NULL
"""A frame with one of these flags is not a value."""

read_head = struct.Struct("<IH").unpack_from


class FieldText:
    """Text that reads values one after the other.

    It uses the local names `_buf`, `_pos`, `_limit`, and `_n` and `_f` for the length and the flags
    of the frame at `_pos`.

    Args:
        source: the function to add to.
        label: what is decoded, for error messages.
    """

    def __init__(self, source: Source, label: str) -> None:
        self.source = source
        self.label = label
        # Whether _n and _f belong to the frame at _pos.
        self.loaded = False

    def load(self) -> None:
        """Make sure that `_n` and `_f` describe the frame at `_pos`."""
        if not self.loaded:
            self.source.line(f"_n, _f = {self.source.outside(read_head, 'HEAD')}(_buf, _pos)")
            self.loaded = True

    def read(self, shape: Shape, name: str, *, nullable: bool) -> None:
        """Read the frames of a value into a local variable.

        Args:
            shape: what it looks like; not `Fixed`.
            name: the variable.
            nullable: whether a null frame may be there instead.
        """
        if isinstance(shape, Frame):
            self._read_frame(shape, name, nullable)
            return
        from gridwire.hazelcast.protocol.readers import reader

        call = f"{name}, _pos = {self.source.outside(reader(shape), 'READ')}(_buf, _pos, _limit)"
        if nullable:
            self.load()
            with self.source.block(f"if _f & {NULL}:"):
                self.refuse_unless("_n >= 6", name)
                self.source.line(f"{name} = None")
                self.source.line("_pos += _n")
            with self.source.block("else:"):
                self.source.line(call)
        else:
            self.source.line(call)
        self.loaded = False

    def _read_frame(self, shape: Frame, name: str, nullable: bool) -> None:
        source = self.source
        self.load()
        source.line("_end = _pos + _n")
        with source.block(f"if _f & {SPECIAL} or _n < 6 or _end > _limit:"):
            if nullable:
                self.refuse_unless(f"_f & {NULL} and _n >= 6", name)
                source.line(f"{name} = None")
            else:
                self.refuse_unless("", name)
        if nullable:
            with source.block("else:"):
                self._take_frame(shape, name)
        else:
            self._take_frame(shape, name)
        source.line("_pos = _end")
        self.loaded = False

    def _take_frame(self, shape: Frame, name: str) -> None:
        if shape.is_text:
            self.source.line(f"{name} = str(_buf[_pos + 6:_end], 'utf-8')")
            return
        self.source.line(f"{name} = _buf[_pos + 6:_end]")
        with self.source.block(f"if _limit >= {LARGE_VALUE} and _n <= {LARGE_VALUE + 6}:"):
            self.source.line(f"{name} = bytes({name})")

    def refuse_unless(self, condition: str, name: str) -> None:
        """Raise for the frame at `_pos`, unless a condition holds."""
        where = f"{self.label}, {name.strip('_')}"
        text = f"raise {self.source.outside(misplaced, 'ERROR')}({where!r}, _n, _f)"
        if condition:
            with self.source.block(f"if not ({condition}):"):
                self.source.line(text)
        else:
            self.source.line(text)

    def begin(self, name: str) -> None:
        """Read the frame that begins a structure."""
        self.load()
        self.refuse_unless(f"_f & {SPECIAL} == {BEGIN} and _n >= 6", name)
        self.source.line("_pos += _n")
        self.loaded = False


def fixed_value(source: Source, shape: Fixed, name: str) -> tuple[list[str], str]:
    """How a fixed-size value is unpacked.

    Args:
        source: the function that unpacks it.
        shape: its shape.
        name: the variable that it belongs to.

    Returns:
        Names for what `struct` gives, and an expression of them that is the value.
    """
    if shape.name == "UUID":
        none, high, low = f"_none_{name}", f"_high_{name}", f"_low_{name}"
        make = source.outside(UUID, "UUID")
        return [none, high, low], f"None if {none} else {make}(int={high} << 64 | {low})"
    return [name], name


def misplaced(where: str, length: int, flags: int) -> ProtocolError:
    """The error about a frame that cannot be at its place.

    Args:
        where: what was to be read from it.
        length: its length in bytes, header included.
        flags: its flags.

    Returns:
        The error.
    """
    kinds = {BEGIN: "begins a structure", END: "ends a structure", NULL: "is null"}
    kind = kinds.get(flags & SPECIAL)
    if length >= 6 and kind:
        return ProtocolError(f"{where}: the frame {kind}, which does not belong here")
    return ProtocolError(f"{where}: no value is in {length} bytes with flags 0x{flags:04x}")


def skip_to_end(buf: Buffer, pos: int, limit: int) -> int:
    """Skip what a newer peer added to a structure.

    Args:
        buf: the message.
        pos: position of a frame inside the structure.
        limit: end of the message.

    Returns:
        The position after the frame that ends the structure.
    """
    depth = 1
    while depth:
        length, flags = read_head(buf, pos)
        if length < 6 or depth > MAX_SKIPPED_DEPTH:
            raise ProtocolError(f"nothing ends the structure before byte {pos} of {limit}")
        pos += length
        if flags & END:
            depth -= 1
        elif flags & BEGIN:
            depth += 1
    return pos


def fixed_fields(
    text: FieldText, fields: list[tuple[Field, Fixed]], base: str, offset: int
) -> None:
    """Unpack the fixed-size values in a frame of length `_n` that was checked to hold them.

    Args:
        text: the function to add to.
        fields: the parameters; those of later versions come last and may be missing.
        base: an expression for the position of the frame.
        offset: where the first value is, in bytes from there.
    """
    source = text.source
    names: list[str] = []
    formats = f"<{offset}x"
    for field, shape in fields:
        if field.since is None:
            names += fixed_value(source, shape, field.name)[0]
            formats += shape.format
    if names:
        unpack = source.outside(struct.Struct(formats).unpack_from, "UNPACK")
        source.line(f"{', '.join(names)}, = {unpack}(_buf, {base})")
    for field, shape in fields:
        parts, value = fixed_value(source, shape, field.name)
        if field.since is not None:
            later = struct.Struct(f"<{offset}x{shape.format}")
            unpack = source.outside(later.unpack_from, "UNPACK")
            with source.block(f"if _n >= {offset + shape.size}:"):
                source.line(f"{', '.join(parts)}, = {unpack}(_buf, {base})")
                if value != field.name:
                    source.line(f"{field.name} = {value}")
            with source.block("else:"):
                source.line(f"{field.name} = None")
        elif value != field.name:
            source.line(f"{field.name} = {value}")
        offset += shape.size
