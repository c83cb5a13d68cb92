# SPDX-License-Identifier: Apache-2.0
"""Fields that hold Portables, and arrays of them.

A Portable in a field is a byte that tells whether it is null, factory id, class id, and if it is
not null version and fields. An array is a count, factory id, class id, the places of the items, and
version and fields of each.
"""

from __future__ import annotations

from struct import Struct
from struct import error as StructError  # noqa: N812 - it is a class with a lower-case name
from typing import TYPE_CHECKING, Any, Protocol

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.faults import bad_count, truncated
from gridwire.hazelcast.serialization.portable.field_types import FieldType
from gridwire.hazelcast.serialization.portable.forms import Form, read_items, write_items
from gridwire.hazelcast.serialization.portable.writer import NullOf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.hazelcast.serialization.input import ObjectDataInput, Reader
    from gridwire.hazelcast.serialization.output import ObjectDataOutput, Writer
    from gridwire.hazelcast.serialization.portable.portable import Portable

__all__ = ["Bodies", "portable_forms"]


class Bodies(Protocol):
    """What writes and reads Portables whose ids are told in another way."""

    def key_of(self, portable: Any) -> tuple[int, int, int]:
        """Factory id, class id and version of an object."""

    def write_body(
        self, out: ObjectDataOutput, portable: Portable, key: tuple[int, int, int]
    ) -> None:
        """Write version and fields."""

    def read_body(self, inp: ObjectDataInput, factory_id: int, class_id: int) -> Portable:
        """Read version and fields."""


def portable_forms(order: ByteOrder, bodies: Bodies) -> dict[int, Form]:
    """The two rows of fields that hold Portables.

    Args:
        order: the byte order of payloads.
        bodies: what writes and reads the objects.

    Returns:
        A form for each of the two types.
    """
    return {
        FieldType.PORTABLE: _single(Struct(order.prefix + "?ii"), bodies),
        FieldType.PORTABLE_ARRAY: _array(Struct(order.prefix + "iii"), bodies),
    }


def _single(head: Struct, bodies: Bodies) -> Form:
    def read(inp: ObjectDataInput) -> Any:
        is_null, factory_id, class_id = _unpacked(inp, head)
        return None if is_null else bodies.read_body(inp, factory_id, class_id)

    def write_of(factory_id: int, class_id: int) -> Writer:
        def write(out: ObjectDataOutput, value: Any) -> None:
            if type(value) is NullOf:
                _check(value, factory_id, class_id)
                value = None
            if value is None:
                out.buffer += head.pack(True, factory_id, class_id)
                return
            key = bodies.key_of(value)
            _check(key, factory_id, class_id)
            out.buffer += head.pack(False, factory_id, class_id)
            bodies.write_body(out, value, key)

        return write

    return Form(read, write_of(0, 0), write_of=write_of)


def _array(head: Struct, bodies: Bodies) -> Form:
    def read(inp: ObjectDataInput) -> list[Any] | None:
        count, factory_id, class_id = _unpacked(inp, head)
        if count < 0:
            if count == -1:
                return None
            raise bad_count(count)
        read_item: Reader = lambda inp: bodies.read_body(inp, factory_id, class_id)  # noqa: E731
        return read_items(inp, count, read_item)

    def write_of(factory_id: int, class_id: int) -> Writer:
        def write_item(out: ObjectDataOutput, item: Any) -> None:
            key = bodies.key_of(item)
            _check(key, factory_id, class_id)
            bodies.write_body(out, item, key)

        def write(out: ObjectDataOutput, values: Sequence[Portable] | None) -> None:
            if values is None:
                out.buffer += head.pack(-1, factory_id, class_id)
                return
            items = tuple(values)
            out.buffer += head.pack(len(items), factory_id, class_id)
            write_items(out, items, write_item)

        return write

    return Form(read, write_of(0, 0), write_of=write_of)


def _unpacked(inp: ObjectDataInput, head: Struct) -> tuple[int, int, int]:
    try:
        first, factory_id, class_id = head.unpack_from(inp.buffer, inp.offset)
    except StructError:
        raise truncated() from None
    inp.offset += head.size
    return first, factory_id, class_id


def _check(found: tuple[int, ...], factory_id: int, class_id: int) -> None:
    if found[:2] != (factory_id, class_id):
        raise HazelcastSerializationError(
            f"The field is for a Portable of factory {factory_id}, class {class_id}, and got one "
            f"of factory {found[0]}, class {found[1]}",
            hint="A field holds objects of one class; use one field for each class.",
        )
