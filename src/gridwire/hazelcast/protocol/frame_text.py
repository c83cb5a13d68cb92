# SPDX-License-Identifier: Apache-2.0
"""Values to frames: the source text of encoders.

`FrameText` collects what a message is made of and merges neighbours: everything of fixed size
(headers, numbers, constants) goes into as few `pack` calls as possible, and values that are
bytes already stay as they are until everything is joined. Lists, maps and structures have functions
of their own (`writers`), which append buffers to a list.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from gridwire.hazelcast.protocol.frames import FINAL, NULL
from gridwire.hazelcast.protocol.notation import Field, Fixed, Frame
from gridwire.hazelcast.protocol.source import Source

if TYPE_CHECKING:
    from gridwire.hazelcast.protocol.notation import Shape

__all__ = ["FrameText", "constant_frames", "pack_head"]

pack_head = struct.Struct("<IH").pack


class FrameText:
    """Text that puts frames together.

    Args:
        source: the function to add to.
        listed: whether a list named `_out` exists already to collect buffers.
    """

    def __init__(self, source: Source, *, listed: bool = False) -> None:
        self.source = source
        self.listed = listed
        # Names of the lengths (with header) of all frames that hold `Data` or a `byteArray`.
        self.lengths: list[str] = []
        self._parts: list[str] = []
        self._pending: list[tuple[str, str] | bytes] = []

    def constant(self, data: bytes) -> None:
        """Add bytes that are known now."""
        self._pending.append(data)

    def numbers(self, formats: str, *expressions: str) -> None:
        """Add numbers, one `struct` format character for each expression."""
        self._pending += zip(formats, expressions, strict=True)

    def buffer(self, expression: str) -> None:
        """Add what an expression gives, which is bytes already."""
        self._flush()
        self._parts.append(expression)

    def fixed(self, shape: Fixed, expression: str) -> None:
        """Add a value of fixed size, without a header."""
        if shape.name == "UUID":
            bits = self.source.local("bits")
            self.source.line(f"{bits} = 0 if {expression} is None else {expression}.int")
            low = f"{bits} & 0xFFFFFFFFFFFFFFFF"
            self.numbers(shape.format, f"{expression} is None", f"{bits} >> 64", low)
        else:
            self.numbers(shape.format, expression)

    def frames(self, shape: Shape, expression: str, *, nullable: bool, final: str) -> None:
        """Add the frames of a value.

        Args:
            shape: what it looks like; not `Fixed`.
            expression: a name that holds the value.
            nullable: whether it may be None.
            final: an expression for the flag of the last frame.
        """
        if isinstance(shape, Frame):
            self._frame(shape, expression, nullable, final)
            return
        from gridwire.hazelcast.protocol.writers import writer

        self.spill()
        write = self.source.outside(writer(shape), "WRITE")
        call = f"{write}(_out, {expression}, {final})"
        if not nullable:
            self.source.line(call)
            return
        with self.source.block(f"if {expression} is None:"):
            self.source.line(f"_out.append({self._null(final)})")
        with self.source.block("else:"):
            self.source.line(call)

    def _frame(self, shape: Frame, expression: str, nullable: bool, final: str) -> None:
        source = self.source
        length = source.local("length")
        body = source.local("body") if nullable or shape.is_text else expression
        value = f"{expression}.encode()" if shape.is_text else expression
        if nullable:
            head = source.local("head")
            with source.block(f"if {expression} is None:"):
                source.line(f"{length}, {body}, {head} = 6, b'', {self._null(final)}")
            with source.block("else:"):
                source.line(f"{body} = {value}")
                source.line(f"{length} = len({body}) + 6")
                source.line(f"{head} = {source.outside(pack_head, 'HEAD')}({length}, {final})")
            self.buffer(head)
        else:
            if body != value:
                source.line(f"{body} = {value}")
            source.line(f"{length} = len({body}) + 6")
            self.numbers("IH", length, final)
        if not shape.is_text:
            self.lengths.append(length)
        self.buffer(body)

    def _null(self, final: str) -> str:
        """The null frame, as an expression. It ends nothing whose `final` is not known here."""
        return self.source.outside(pack_head(6, NULL | int(final)), "NULL")

    def spill(self) -> None:
        """Move everything so far into the list `_out`."""
        parts = self.take()
        if not self.listed:
            self.source.line(f"_out = [{', '.join(parts)}]")
            self.listed = True
        elif len(parts) == 1:
            self.source.line(f"_out.append({parts[0]})")
        elif parts:
            self.source.line(f"_out += ({', '.join(parts)})")

    def take(self) -> list[str]:
        """The expressions of all buffers that are not in `_out` yet; they are forgotten here."""
        self._flush()
        parts, self._parts = self._parts, []
        return parts

    def _flush(self) -> None:
        """Turn pending numbers and constants into one buffer."""
        merged: list[tuple[str, str] | bytes] = []
        for each in self._pending:
            if merged and isinstance(each, bytes) and isinstance(merged[-1], bytes):
                merged[-1] += each
            else:
                merged.append(each)
        self._pending = []
        if not merged:
            return
        if len(merged) == 1 and isinstance(merged[0], bytes):
            self._parts.append(self.source.outside(merged[0], "BYTES"))
            return
        formats = "<"
        arguments = []
        for each in merged:
            if isinstance(each, bytes):
                formats += f"{len(each)}s"
                arguments.append(self.source.outside(each, "BYTES"))
            else:
                formats += each[0]
                arguments.append(each[1])
        pack = self.source.outside(struct.Struct(formats).pack, "PACK")
        self._parts.append(f"{pack}({', '.join(arguments)})")


def constant_frames(field: Field, value: object, *, last: bool) -> bytes:
    """The frames (or, for a fixed-size field, the bytes) of a value that is known now.

    Args:
        field: the parameter.
        value: its value.
        last: whether they end the message.

    Returns:
        The bytes.
    """
    source = Source(f"constant {field.name}")
    with source.block("def encode(value):"):
        text = FrameText(source)
        if isinstance(field.shape, Fixed):
            text.fixed(field.shape, "value")
        else:
            final = str(FINAL if last else 0)
            text.frames(field.shape, "value", nullable=field.nullable, final=final)
        text.spill()
        source.line("return b''.join(_out)")
    result: bytes = source.function("encode")(value)
    return result
