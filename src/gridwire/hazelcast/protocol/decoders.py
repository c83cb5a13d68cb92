# SPDX-License-Identifier: Apache-2.0
"""Decoders of whole messages.

A decoder unpacks the initial frame together with the header of the next one in a single call. That
works when the initial frame has the length that is expected, which it has unless the peer is newer.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from gridwire.hazelcast.protocol.errors import ProtocolError
from gridwire.hazelcast.protocol.field_text import FieldText, fixed_fields, fixed_value, read_head
from gridwire.hazelcast.protocol.notation import Frame, fixed_only, framed_only, record_class
from gridwire.hazelcast.protocol.plans import KINDS, Plan
from gridwire.hazelcast.protocol.source import Source

if TYPE_CHECKING:
    from gridwire.hazelcast.protocol.table import Decoder

__all__ = ["decoder"]

_read_head_and_type = struct.Struct("<IHI").unpack_from


def decoder(plan: Plan) -> Decoder:
    """Compile a decoder.

    Args:
        plan: what to decode.

    Returns:
        A function of a buffer with a whole message.
    """
    source = Source(f"{plan.label} decoder")
    with source.block("def decode(_buf):"):
        with source.block("try:"):
            text = FieldText(source, plan.label)
            _decode_initial_frame(text, plan)
            for field in framed_only(plan.fields):
                if field.since is None:
                    text.read(field.shape, field.name, nullable=field.nullable)
                    continue
                with source.block("if _pos < _limit:"):
                    text.read(field.shape, field.name, nullable=field.nullable)
                with source.block("else:"):
                    source.line(f"{field.name} = None")
            _return_values(source, plan)
        errors = source.outside((struct.error, UnicodeDecodeError), "ERRORS")
        with source.block(f"except {errors} as _error:"):
            refusal = source.outside(_garbled, "REFUSAL")
            source.line(f"raise {refusal}({plan.label!r}, _error) from None")
    decode: Decoder = source.function("decode")
    return decode


def _decode_initial_frame(text: FieldText, plan: Plan) -> None:
    source = text.source
    fixed = fixed_only(plan.fields)
    start = KINDS[plan.kind].size
    source.line("_limit = len(_buf)")
    if any(field.since is not None for field, _ in fixed):
        size = start + sum(shape.size for field, shape in fixed if field.since is None)
        source.line(f"_n, _f, _type = {source.outside(_read_head_and_type, 'HEAD_TYPE')}(_buf)")
        _check_type(source, plan)
        text.refuse_unless(f"{size} <= _n <= _limit", "initial frame")
        fixed_fields(text, fixed, "0", start)
        source.line("_pos = _n")
        return
    names = ["_size", "_type"]
    formats = f"<I2xI{start - 10}x"
    values = []
    for field, shape in fixed:
        parts, value = fixed_value(source, shape, field.name)
        names += parts
        formats += shape.format
        if value != field.name:
            values.append(f"{field.name} = {value}")
    framed = framed_only(plan.fields)
    if framed and framed[0].since is None:
        # The header of the first frame comes in the same call, unless a reader looks at it again.
        text.loaded = framed[0].nullable or isinstance(framed[0].shape, Frame)
    if text.loaded:
        names += ["_n", "_f"]
        formats += "IH"
    unpack = source.outside(struct.Struct(formats).unpack_from, "UNPACK")
    source.line(f"{', '.join(names)} = {unpack}(_buf)")
    _check_type(source, plan)
    size = start + sum(shape.size for _, shape in fixed)
    source.line(f"_pos = {size}")
    with source.block(f"if _size != {size}:"):
        with source.block(f"if not {size} <= _size <= _limit:"):
            source.line(f"raise {source.outside(_short, 'ERROR')}({plan.label!r}, _size)")
        source.line("_pos = _size")
        if text.loaded:
            source.line(f"_n, _f = {source.outside(read_head, 'HEAD')}(_buf, _pos)")
    for line in values:
        source.line(line)


def _check_type(source: Source, plan: Plan) -> None:
    """A correlation id alone does not make an answer: it must be one to this kind of request."""
    other = "" if plan.also is None else f" and _type != {plan.also}"
    with source.block(f"if _type != {plan.type}{other}:"):
        source.line(f"raise {source.outside(_foreign, 'FOREIGN')}({plan.label!r}, _type)")


def _return_values(source: Source, plan: Plan) -> None:
    names = [field.name for field in plan.fields]
    if plan.kind == "response" and len(names) < 2:
        source.line(f"return {names[0] if names else None}")
        return
    record = record_class(plan.label, plan.fields, __name__)
    new = source.outside(tuple.__new__, "NEW")
    values = "".join(f"{name}, " for name in names)
    source.line(f"return {new}({source.outside(record, 'RECORD')}, ({values}))")


def _foreign(label: str, kind: int) -> ProtocolError:
    return ProtocolError(f"{label}: a message of type 0x{kind:06x} came instead")


def _short(label: str, size: int) -> ProtocolError:
    return ProtocolError(f"{label}: an initial frame of {size} bytes cannot be")


def _garbled(label: str, error: Exception) -> ProtocolError:
    if isinstance(error, UnicodeDecodeError):
        return ProtocolError(f"{label}: a text is not UTF-8: {error}")
    return ProtocolError(f"{label}: the message ends too early")
