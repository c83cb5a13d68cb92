# SPDX-License-Identifier: Apache-2.0
"""Writing the fields of a Portable into data."""

from __future__ import annotations

from struct import error as StructError  # noqa: N812 - it is a class with a lower-case name
from typing import TYPE_CHECKING, Any, NamedTuple

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.faults import told, too_long
from gridwire.hazelcast.serialization.portable.faults import no_field
from gridwire.hazelcast.serialization.portable.field_types import (
    PACKED_TYPES,
    FieldType,
    field_type_name,
)
from gridwire.hazelcast.serialization.portable.fields_writer import PortableWriter

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridwire.hazelcast.serialization.output import ObjectDataOutput
    from gridwire.hazelcast.serialization.portable.plans import Plan, PlannedField

__all__ = ["FieldWriter", "NullOf"]


class NullOf(NamedTuple):
    """Stands for a Portable that is not there, where a program names its class."""

    factory_id: int
    class_id: int


class FieldWriter(PortableWriter):
    """Writes fields into data.

    Args:
        out: where to.
        plan: which fields there are.
    """

    __slots__ = ("_left", "_out", "_places", "_plan", "_raw", "_start")

    def __init__(self, out: ObjectDataOutput, plan: Plan) -> None:
        self._out = out
        self._plan = plan
        self._left = plan.fields.copy()
        self._places = [0] * plan.count
        self._raw = 0
        self._start = len(out.buffer)
        out.buffer += plan.blank

    def get_raw_data_output(self) -> ObjectDataOutput:
        """For what is no field, behind all fields."""
        if not self._raw:
            if self._left:
                raise self._incomplete()
            self._raw = len(self._out.buffer)
        return self._out

    def write_null_portable(self, field_name: str, factory_id: int, class_id: int) -> None:
        """Write that there is no Portable."""
        self._write(FieldType.PORTABLE, field_name, NullOf(factory_id, class_id))

    def finish(self) -> None:
        """All fields are written.

        Raises:
            HazelcastSerializationError: one is not.
        """
        if self._left:
            raise self._incomplete()
        buffer, plan = self._out.buffer, self._plan
        try:
            plan.table.pack_into(
                buffer, self._start, len(buffer), plan.count, *self._places, self._raw
            )
        except StructError:
            raise too_long("Serialized data", len(buffer)) from None

    def _write(self, field_type: FieldType, field_name: str, value: Any) -> None:
        field = self._left.pop(field_name, None)
        if field is None or field.field_type != field_type:
            raise self._refused(field, field_type, field_name)
        out = self._out
        buffer = out.buffer
        start = self._places[field.index] = len(buffer)
        try:
            buffer += field.head
            field.write(out, value)
        except BaseException as error:
            # As if it had never been tried: the program may go on with another value.
            del buffer[start:]
            self._left[field_name] = field
            if isinstance(error, HazelcastSerializationError):
                told(error, f"the field {field_name!r}")
            raise

    def _refused(
        self, field: PlannedField | None, field_type: FieldType, name: str
    ) -> HazelcastSerializationError:
        key = self._plan.key
        if field is not None:
            self._left[name] = field
            return HazelcastSerializationError(
                f"The field {name!r} of {key} is of type {field_type_name(field.field_type)} and "
                f"was written as {field_type.name}",
                hint="All objects of a class and version must have the same fields; "
                "get_class_version() tells versions apart.",
            )
        if name not in self._plan.fields:
            return no_field(name, key)
        late = " after the raw section was begun" if self._raw else " a second time"
        return HazelcastSerializationError(f"The field {name!r} of {key} was written{late}")

    def _incomplete(self) -> HazelcastSerializationError:
        names = ", ".join(map(repr, sorted(self._left)))
        return HazelcastSerializationError(
            f"write_portable left out these fields of {self._plan.key}: {names}",
            hint="All objects of a class and version must have the same fields; "
            "get_class_version() tells versions apart.",
        )


def _fixed(field_type: FieldType) -> Callable[[FieldWriter, str, Any], None]:
    """A method that writes a field of fixed size at once: it is most of all writing."""

    def write(self: FieldWriter, field_name: str, value: Any) -> None:
        field = self._left.get(field_name)
        if field is not None and field.field_type == field_type:
            assert field.pack is not None
            buffer = self._out.buffer
            start = len(buffer)
            try:
                buffer += field.pack(field.head, value)
            except (StructError, OverflowError):
                # Some values fit all the same, and the others get their error there.
                self._write(field_type, field_name, value)
            else:
                self._places[field.index] = start
                del self._left[field_name]
            return
        self._write(field_type, field_name, value)

    return write


def _boolean() -> Callable[[FieldWriter, str, Any], None]:
    """As `_fixed`, but `struct` takes anything for true or false."""
    write_bool = _fixed(FieldType.BOOLEAN)

    def write(self: FieldWriter, field_name: str, value: Any) -> None:
        if value is True or value is False:
            write_bool(self, field_name, value)
        else:
            self._write(FieldType.BOOLEAN, field_name, value)

    return write


def _single(field_type: FieldType) -> Callable[[FieldWriter, str, Any], None]:
    """A method that writes a field of any other size."""

    def write(self: FieldWriter, field_name: str, value: Any) -> None:
        self._write(field_type, field_name, value)

    return write


def _array(field_type: FieldType) -> Callable[[FieldWriter, str, Any], None]:
    """As `_single`, with the name that programs give to the argument when it is an array."""

    def write(self: FieldWriter, field_name: str, values: Any) -> None:
        self._write(field_type, field_name, values)

    return write


def _add_methods() -> None:
    """What `PortableWriter` does in general, with the type of each field known before the call."""
    for field_type in FieldType:
        if field_type == FieldType.PORTABLE:
            continue
        name = f"write_{field_type.name.lower()}"
        kind = _array if name.endswith("_array") else _single
        method = _fixed(field_type) if field_type in PACKED_TYPES else kind(field_type)
        setattr(FieldWriter, name, method)
    setattr(FieldWriter, "write_boolean", _boolean())  # noqa: B010


_add_methods()
