# SPDX-License-Identifier: Apache-2.0
"""Plans: class definitions made ready for one byte order.

A Portable is laid out so (all places are counted from the beginning of the data, header included):

- where it ends, and how many fields it has;
- the place of each field in the order of the definition, and of the raw section (0: there is none);
- each field at its place: the length of its name (2 bytes), the name, its type (a byte), its value.

So the data describes itself, and a plan that was made for other data of the same class only saves
time: whoever reads compares the first bytes of each field with those of the plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct
from struct import error as StructError  # noqa: N812 - it is a class with a lower-case name
from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.serialization.faults import bad_count, truncated
from gridwire.hazelcast.serialization.portable.faults import PortableKey, bad_layout, misplaced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.hazelcast.serialization.input import Reader
    from gridwire.hazelcast.serialization.output import Writer
    from gridwire.hazelcast.serialization.portable.definition import FieldDefinition
    from gridwire.hazelcast.serialization.portable.forms import Form

__all__ = ["HEAD_BYTES", "Plan", "PlannedField", "found_plan", "make_plan"]

HEAD_BYTES = 8
"""End and number of fields."""

_MAX_NAME = (1 << 15) - 1
_PLACE_BYTES = 4
# What a field of a plan takes besides its name, roughly.
_FIELD_BYTES = 512


@dataclass(frozen=True, slots=True)
class PlannedField:
    """A field of a plan.

    Attributes:
        index: its place in the table of places.
        name: its name.
        field_type: its type.
        head: the first bytes of it in data: name and type.
        pack: makes head and value, if the value has a fixed size.
        unpack: takes head and value apart, if the value has a fixed size.
        read: reads a value.
        write: writes a value.
        form: has more about the type.
    """

    index: int
    name: str
    field_type: int
    head: bytes
    pack: Callable[[bytes, Any], bytes] | None
    unpack: Callable[[Buffer, int], tuple[Any, ...]] | None
    read: Reader
    write: Writer
    form: Form


class Plan:
    """A class definition made ready.

    Args:
        key: of the class.
        fields: all of them.
        count: how many the table has; more than `fields` when some were never written.
        order: the byte order.

    Attributes:
        places: the numbers of the table of places.
        table: the same, with end and number of fields in front.
        blank: as many bytes as they take.
        size: the memory that the plan takes, in bytes, roughly.
    """

    __slots__ = ("blank", "count", "fields", "key", "places", "size", "table")

    def __init__(
        self, key: PortableKey, fields: Iterable[PlannedField], count: int, order: ByteOrder
    ) -> None:
        self.key = key
        self.fields = {field.name: field for field in fields}
        self.count = count
        self.places = Struct(f"{order.prefix}{count + 1}i")
        self.table = Struct(f"{order.prefix}{count + 3}i")
        self.blank = bytes(self.table.size)
        self.size = sum(2 * len(name) + _FIELD_BYTES for name in self.fields)


def make_plan(
    key: PortableKey,
    definitions: Iterable[FieldDefinition],
    order: ByteOrder,
    forms: Mapping[int, Form],
) -> Plan:
    """Make a plan of what a program defined.

    Args:
        key: of the class.
        definitions: of all fields.
        order: the byte order.
        forms: how values are read and written, by type.

    Raises:
        HazelcastSerializationError: data cannot have such fields.
    """
    fields = []
    for index, field in enumerate(sorted(definitions, key=lambda each: each.index)):
        name = field.field_name
        if not isinstance(name, str):
            raise bad_layout(key, "a name that is no text", repr(name))
        try:
            raw = name.encode("latin-1")
        except UnicodeEncodeError:
            raise bad_layout(key, "a name with characters beyond the first 256", name) from None
        if len(raw) > _MAX_NAME:
            raise bad_layout(key, f"a name of {len(raw)} characters", name)
        if field.index != index:
            raise bad_layout(key, f"index {field.index} where {index} is next", name)
        form = forms.get(field.field_type)
        if form is None:
            raise bad_layout(key, f"the type {field.field_type}, which is none", name)
        head = order.int16.pack(len(raw)) + raw + order.int8.pack(field.field_type)
        ids = (field.factory_id, field.class_id)
        fields.append(_planned(index, name, field.field_type, head, form, order, ids))
    return Plan(key, fields, len(fields), order)


def found_plan(
    key: PortableKey, buffer: Buffer, at: int, order: ByteOrder, forms: Mapping[int, Form]
) -> Plan:
    """Make a plan of what data says of itself.

    Args:
        key: of the class.
        buffer: the data.
        at: where the Portable's end is told.
        order: the byte order.
        forms: how values are read and written, by type.

    Raises:
        HazelcastSerializationError: the data is damaged.
    """
    try:
        count = order.int32.unpack_from(buffer, at + 4)[0]
        start = at + HEAD_BYTES
        if count < 0:
            raise bad_count(count)
        end_of_table = start + (count + 1) * _PLACE_BYTES
        if end_of_table > len(buffer):
            raise truncated(end_of_table - start, len(buffer) - start)
        fields: dict[str, PlannedField] = {}
        places = order.numbers("i", buffer[start : end_of_table - _PLACE_BYTES])
        room = len(buffer) - end_of_table
        for index, place in enumerate(places):
            # A field that its writer left out has no place.
            if place:
                if place < end_of_table:
                    raise misplaced(place)
                field = _found(key, index, buffer, place, order, forms)
                # Names that share their bytes would take memory without end.
                room -= len(field.head)
                if room < 0:
                    raise misplaced(place)
                if field.name in fields:
                    raise bad_layout(key, "a name that is there twice", field.name)
                fields[field.name] = field
    except StructError:
        raise truncated() from None
    return Plan(key, fields.values(), count, order)


def _found(
    key: PortableKey,
    index: int,
    buffer: Buffer,
    place: int,
    order: ByteOrder,
    forms: Mapping[int, Form],
) -> PlannedField:
    length = order.int16.unpack_from(buffer, place)[0]
    if length < 0:
        raise bad_count(length)
    end = place + 2 + length
    field_type = order.int8.unpack_from(buffer, end)[0]
    head = bytes(buffer[place : end + 1])
    name = head[2:-1].decode("latin-1")
    form = forms.get(field_type)
    if form is None:
        raise bad_layout(key, f"the type {field_type}, which is none", name)
    return _planned(index, name, field_type, head, form, order, (0, 0))


def _planned(
    index: int,
    name: str,
    field_type: int,
    head: bytes,
    form: Form,
    order: ByteOrder,
    ids: tuple[int, int],
) -> PlannedField:
    packed = Struct(f"{order.prefix}{len(head)}s{form.code}") if form.code else None
    return PlannedField(
        index,
        name,
        field_type,
        head,
        None if packed is None else packed.pack,
        None if packed is None else packed.unpack_from,
        form.read,
        form.write if form.write_of is None else form.write_of(*ids),
        form,
    )
