# SPDX-License-Identifier: Apache-2.0
"""Reading the fields of a Portable out of data."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from struct import error as StructError  # noqa: N812 - it is a class with a lower-case name
from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.faults import truncated
from gridwire.hazelcast.serialization.portable.faults import (
    PortableKey,
    incompatible,
    misplaced,
    no_field,
)
from gridwire.hazelcast.serialization.portable.field_types import PACKED_TYPES, FieldType
from gridwire.hazelcast.serialization.portable.fields_reader import PortableReader
from gridwire.hazelcast.serialization.portable.plans import HEAD_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridwire.hazelcast.serialization.input import ObjectDataInput
    from gridwire.hazelcast.serialization.portable.definitions import Definitions
    from gridwire.hazelcast.serialization.portable.plans import Plan

__all__ = ["FieldReader"]


class FieldReader(PortableReader):
    """Reads fields out of data.

    It begins with a plan that such data followed before, and compares the beginning of each field
    with it. If one differs, or is missing, the data is asked what it has.

    Args:
        definitions: what is known of classes.
        inp: the data; at its offset the Portable's end is told.
        key: factory id, class id and version of what wrote it.
        evolved: whether the class that reads is of another version.

    Attributes:
        end: where the Portable ends.
    """

    __slots__ = (
        "_at",
        "_bounds",
        "_buffer",
        "_definitions",
        "_evolved",
        "_fields",
        "_inp",
        "_key",
        "_places",
        "_plan",
        "_raw",
        "_sure",
        "end",
    )

    def __init__(
        self,
        definitions: Definitions,
        inp: ObjectDataInput,
        key: tuple[int, int, int],
        evolved: bool,
    ) -> None:
        buffer, at = inp.buffer, inp.offset
        try:
            end, count = definitions.head.unpack_from(buffer, at)
        except StructError:
            raise truncated() from None
        plan = definitions.known(key)
        self._sure = plan is None or plan.count != count
        if plan is None or plan.count != count:
            plan = definitions.found(key, buffer, at)
        self._definitions = definitions
        self._inp = inp
        self._key = key
        self._evolved = evolved
        self._buffer = buffer
        self._at = at
        self._plan = plan
        self._fields = plan.fields
        self._raw: ObjectDataInput | None = None
        self.end: int = end
        self._read_places()

    # The data as a whole

    def get_version(self) -> int:
        """The version of the class that wrote the data."""
        return self._key[2]

    def has_field(self, field_name: str) -> bool:
        """Whether the data has a field of this name."""
        return field_name in self._own_plan().fields

    def get_field_names(self) -> list[str]:
        """The names of all fields that the data has."""
        return list(self._own_plan().fields)

    def get_field_type(self, field_name: str) -> FieldType:
        """The type of a field."""
        field = self._own_plan().fields.get(field_name)
        if field is None:
            raise no_field(field_name, PortableKey(*self._key))
        return FieldType(field.field_type)

    def get_field_class_id(self, field_name: str) -> int:
        """The class id of the Portable in a field; 0 for fields of other types."""
        field_type = self.get_field_type(field_name)
        if field_type not in {FieldType.PORTABLE, FieldType.PORTABLE_ARRAY}:
            return 0
        field = self._plan.fields[field_name]
        before = 1 if field_type == FieldType.PORTABLE else 4
        self._inp.offset = self._places[field.index] + len(field.head) + before + 4
        return self._inp.read_int()

    def get_raw_data_input(self) -> ObjectDataInput:
        """What was written behind the fields."""
        if self._raw is None:
            start = self._places[-1]
            if not start:
                raise HazelcastSerializationError(
                    f"The Portable of {PortableKey(*self._key)} has no raw section"
                )
            self._raw = self._inp.part(start, self.end)
            self._fields = {}
        return self._raw

    # Fields

    def _read(self, field_type: FieldType, field_name: str) -> Any:
        return _METHODS[field_type](self, field_name)

    def _read_other(self, field_type: FieldType, field_name: str) -> Any:
        """Read a field that is not as the plan says, or not as the program says."""
        key = PortableKey(*self._key)
        if self._raw is not None:
            raise HazelcastSerializationError(
                f"The field {field_name!r} of {key} was read after the raw section was begun"
            )
        if not self._sure:
            self._own_plan()
            return self._read(field_type, field_name)
        field = self._fields.get(field_name)
        form = self._definitions.forms[field_type]
        if field is None:
            if "." in field_name:
                return self._read_inside(field_type, field_name)
            if self._evolved:
                return form.default
            raise no_field(field_name, key)
        if not self._evolved or field.field_type not in form.widened:
            raise incompatible(field_name, field.field_type, field_type, key)
        widen = form.widened[field.field_type]
        return widen(self._read(FieldType(field.field_type), field_name))

    def _read_inside(self, field_type: FieldType, path: str) -> Any:
        """Read a field of a Portable that is in a field, which needs no class for it."""
        outer, _, rest = path.partition(".")
        field = self._fields.get(outer)
        key = PortableKey(*self._key)
        if field is None:
            if self._evolved:
                return self._definitions.forms[field_type].default
            raise no_field(outer, key)
        if field.field_type != FieldType.PORTABLE:
            raise incompatible(outer, field.field_type, FieldType.PORTABLE, key)
        place, inp = self._places[field.index], self._inp
        inp.offset = place + len(field.head)
        if inp.read_boolean():
            raise HazelcastSerializationError(
                f"The field {outer!r} of {key} is null, so there is no {path!r}"
            )
        ids = (inp.read_int(), inp.read_int())
        inp.enter()
        try:
            inner = FieldReader(self._definitions, inp, (*ids, inp.read_int()), False)
            if inner.end > self._bounds[bisect_left(self._bounds, place) + 1]:
                raise misplaced(place)
            return inner._read(field_type, rest)
        finally:
            inp.leave()

    def _own_plan(self) -> Plan:
        """The plan that this data follows for certain."""
        if not self._sure:
            self._sure = True
            buffer, places = self._buffer, self._places
            for field in self._plan.fields.values():
                place = places[field.index]
                if buffer[place : place + len(field.head)] != field.head:
                    self._plan = self._definitions.found(self._key, buffer, self._at)
                    break
            if self._raw is None:
                self._fields = self._plan.fields
        return self._plan

    def _read_places(self) -> None:
        """Take over the table of places; what lies where no field can be is refused.

        Raises:
            HazelcastSerializationError: so it is.
        """
        plan, end = self._plan, self.end
        start = self._at + HEAD_BYTES
        try:
            self._places = places = plan.places.unpack_from(self._buffer, start)
        except StructError:
            raise truncated() from None
        bounds = sorted(places)
        first = bisect_right(bounds, 0)
        bounds.append(end)
        raw, least = places[-1], start + plan.places.size
        if (
            bounds[0] < 0
            or not least <= end <= len(self._buffer)
            or bounds[first] < least
            or bounds[-2] > end
            or (raw and raw != bounds[-2])
        ):
            raise misplaced(end if bounds[0] >= 0 else bounds[0])
        # Behind each place stands the next one, or the end: where the field has to end.
        self._bounds = bounds


def _fixed(field_type: FieldType) -> Callable[[FieldReader, str], Any]:
    """A method that reads a field of fixed size at once: it is most of all reading."""

    def read(self: FieldReader, field_name: str) -> Any:
        field = self._fields.get(field_name)
        if field is not None and field.field_type == field_type:
            assert field.unpack is not None
            try:
                head, value = field.unpack(self._buffer, self._places[field.index])
            except StructError:
                raise truncated() from None
            if head == field.head:
                return value
        return self._read_other(field_type, field_name)

    return read


def _sized(field_type: FieldType) -> Callable[[FieldReader, str], Any]:
    """A method that reads a field whose size its value tells."""

    def read(self: FieldReader, field_name: str) -> Any:
        field = self._fields.get(field_name)
        if field is not None and field.field_type == field_type:
            place, inp = self._places[field.index], self._inp
            start = place + len(field.head)
            if self._buffer[place:start] == field.head:
                inp.offset = start
                try:
                    value = field.read(inp)
                except StructError:
                    raise truncated() from None
                # What two fields share could be read without end.
                if inp.offset > self._bounds[bisect_left(self._bounds, place) + 1]:
                    raise misplaced(place)
                return value
        return self._read_other(field_type, field_name)

    return read


# What `PortableReader` does in general, with the type of each field known before the call.
_METHODS = {
    field_type: (_fixed if field_type in PACKED_TYPES else _sized)(field_type)
    for field_type in FieldType
}
for _field_type, _method in _METHODS.items():
    setattr(FieldReader, f"read_{_field_type.name.lower()}", _method)
