# SPDX-License-Identifier: Apache-2.0
"""Encoders of whole messages.

An encoder packs the initial frame, whatever constants follow it and the header of the next frame in
one call, and joins everything at the end.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from gridwire.hazelcast.protocol.field_text import LARGE_VALUE
from gridwire.hazelcast.protocol.frame_text import FrameText, constant_frames
from gridwire.hazelcast.protocol.frames import FINAL
from gridwire.hazelcast.protocol.notation import Field, Fixed, fixed_only, framed_only
from gridwire.hazelcast.protocol.plans import KINDS, Plan
from gridwire.hazelcast.protocol.source import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.hazelcast.protocol.table import Encoder

__all__ = ["encoder"]


def encoder(plan: Plan, constants: Mapping[str, object] | None = None) -> Encoder:
    """Compile an encoder.

    Args:
        plan: what to encode.
        constants: values of parameters that are the same each time, by name.

    Returns:
        A function of what the kind of message has in its header, by position, and of the values
        of the remaining parameters.

    Raises:
        TypeError: a constant has the name of no parameter.
    """
    constants = constants or {}
    unknown = constants.keys() - {field.name for field in plan.fields}
    if unknown:
        raise TypeError(f"{plan.label} has no parameter {', '.join(sorted(unknown))}")
    source = Source(f"{plan.label} encoder")
    names = [field.name for field in plan.fields if field.name not in constants]
    arguments = ", ".join([*KINDS[plan.kind].arguments, "/", *names])
    with source.block(f"def encode({arguments}):"):
        with source.block("try:"):
            text = FrameText(source)
            _encode_initial_frame(text, plan, constants)
            framed = framed_only(plan.fields)
            for field in framed:
                _encode_field(text, field, constants, last=field is framed[-1])
            _finish(text)
        errors = source.outside((struct.error, OverflowError), "ERRORS")
        with source.block(f"except {errors} as _error:"):
            refusal = source.outside(_unfit, "REFUSAL")
            source.line(f"raise {refusal}({plan.label!r}, _error) from None")
    encode: Encoder = source.function("encode")
    return encode


def _encode_initial_frame(text: FrameText, plan: Plan, constants: Mapping[str, object]) -> None:
    kind = KINDS[plan.kind]
    fixed = fixed_only(plan.fields)
    size = kind.size + sum(shape.size for _, shape in fixed)
    flags = plan.flags if framed_only(plan.fields) else plan.flags | FINAL
    text.constant(struct.pack("<IHI", size, flags, plan.type) + kind.prefix)
    text.numbers(kind.formats, *kind.arguments)
    for field, _ in fixed:
        _encode_field(text, field, constants, last=False)


def _encode_field(
    text: FrameText, field: Field, constants: Mapping[str, object], *, last: bool
) -> None:
    if field.name in constants:
        text.constant(constant_frames(field, constants[field.name], last=last))
    elif isinstance(field.shape, Fixed):
        text.fixed(field.shape, field.name)
    else:
        final = str(FINAL if last else 0)
        text.frames(field.shape, field.name, nullable=field.nullable, final=final)


def _finish(text: FrameText) -> None:
    """Join the buffers of a message, unless there are long ones among them."""
    source = text.source
    if text.listed:
        text.spill()
        parts = "_out"
    else:
        expressions = text.take()
        parts = f"({', '.join(expressions)},)"
    if text.lengths:
        if not text.listed:
            source.line(f"_out = {parts}")
            parts = "_out"
        long = " or ".join(f"{length} > {LARGE_VALUE + 6}" for length in text.lengths)
        with source.block(f"if {long}:"):
            source.line(f"return {source.outside(_separate, 'SEPARATE')}(_out)")
    if not text.listed and len(expressions) == 1:
        source.line(f"return bytearray({expressions[0]})")
    else:
        source.line(f"return {source.outside(bytearray().join, 'JOIN')}({parts})")


def _separate(parts: list[Buffer] | tuple[Buffer, ...]) -> list[Buffer]:
    """Join the buffers of a message except for the long ones, which stay as they are."""
    result: list[Buffer] = []
    joined = bytearray()
    for part in parts:
        if len(part) > LARGE_VALUE:
            if joined:
                result.append(joined)
                joined = bytearray()
            result.append(part)
        else:
            joined += part
    if joined:
        result.append(joined)
    return result


def _unfit(label: str, error: Exception) -> ValueError:
    return ValueError(f"{label}: a value does not fit its parameter: {error}")
