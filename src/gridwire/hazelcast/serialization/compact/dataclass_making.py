# SPDX-License-Identifier: Apache-2.0
"""How records become objects of a dataclass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.compact.dataclass_fields import RecordField, full_name
from gridwire.hazelcast.serialization.compact.faults import no_field, null_value, other_kind
from gridwire.hazelcast.serialization.compact.items import has_none
from gridwire.hazelcast.serialization.compact.kinds import BY_KIND, Form
from gridwire.hazelcast.serialization.faults import bad_count, user_code

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gridwire.hazelcast.serialization.compact.plans import ReadPlan
    from gridwire.hazelcast.serialization.compact.reader import CompactReader
    from gridwire.hazelcast.serialization.compact.schema import Schema
    from gridwire.hazelcast.serialization.input import ObjectDataInput

__all__ = ["object_maker"]


def object_maker(
    python_type: Any, fields: Sequence[RecordField], plan: ReadPlan
) -> Callable[[CompactReader], Any]:
    """What makes objects of a dataclass of records.

    Args:
        python_type: the dataclass.
        fields: its fields.
        plan: of records of this or another version of the class.

    Returns:
        A function of the reader of such a record.

    Raises:
        HazelcastSerializationError: a field is missing and has no default, or is of a kind that
            its annotation does not allow.
    """
    found = [field for field in fields if _is_found(python_type, field, plan.schema)]
    # Those that __init__ does not take are set afterwards.
    found.sort(key=lambda field: not field.in_init)
    names = [field.name for field in found if field.in_init]
    rest = [field.name for field in found if not field.in_init]
    steps = [_step(field, plan) for field in found]
    by_position = not rest and _takes_by_position(python_type, names)

    def make(reader: CompactReader) -> Any:
        values = _values_of(reader, steps)
        try:
            if by_position:
                return python_type(*values)
            made = python_type(**dict(zip(names, values, strict=False)))
            for name, value in zip(rest, values[len(names) :], strict=True):
                object.__setattr__(made, name, value)
        except (HazelcastSerializationError, MemoryError, RecursionError):
            raise
        except Exception as error:  # it is code of the program
            raise user_code(f"{python_type.__qualname__}()", error) from error
        return made

    return make


def _is_found(python_type: type, field: RecordField, schema: Schema) -> bool:
    """Whether the data has a field, and of a kind that its annotation allows."""
    kind = schema.kinds.get(field.name)
    if kind is None:
        if field.has_default:
            return False
        fault = no_field(schema, field.name)
        fault.hint = f"Give the field of the dataclass {full_name(python_type)} a default."
        raise fault
    if kind not in {field.kind, BY_KIND[field.kind].other}:
        fault = other_kind(schema, field.name, field.kind)
        fault.hint = (
            f"If that is its kind, annotate the field of {full_name(python_type)} with "
            f"Annotated[..., FieldKind.{kind.name}] or the type that stands for it; if the "
            "field has changed, give it another name."
        )
        raise fault
    return True


def _takes_by_position(python_type: Any, names: list[str]) -> bool:
    """Whether `__init__` takes exactly these, in this order: then it is called in the fast way."""
    code = getattr(python_type.__init__, "__code__", None)
    return code is not None and names == list(code.co_varnames[1 : code.co_argcount])


_FIXED, _VALUE, _CHECKED = range(3)

_Step = tuple[int, Any, Any, RecordField]
"""How a field is read, and the field:

- ``_FIXED``: a number, at its place among those of fixed size;
- ``_VALUE``: a value with an offset: its place, and what reads it;
- ``_CHECKED``: its slot, and what reads it (None for a bit). In an array, every item is looked at.
"""


def _step(field: RecordField, plan: ReadPlan) -> _Step:
    number, place, read = slot = plan.slots[field.name]
    meaning, form = field.meaning, BY_KIND[number].form
    if form is Form.NUMBER:
        return _FIXED, place, None, field
    if form is Form.BIT:
        return _CHECKED, slot, None, field
    if meaning.as_bytes and form is Form.NUMBERS:
        return _VALUE, place, _read_bytes, field
    if meaning.as_bytes or (form is Form.ITEMS and not meaning.items_allow_null):
        return _CHECKED, slot, read, field
    return _VALUE, place, read, field


def _values_of(reader: CompactReader, steps: list[_Step]) -> list[Any]:
    """The values of fields, in their order."""
    values = []
    for what, place, read, field in steps:
        if what == _FIXED:
            values.append(reader._fixed[place])
            continue
        value = reader._value(place, read) if what == _VALUE else reader._any(place)
        if value is None:
            if not field.meaning.allows_null:
                raise null_value(field.name, "null")
        elif what == _CHECKED and read is not None:
            if has_none(value):
                raise null_value(field.name, "an array with a null in it")
            if field.meaning.as_bytes:
                value = bytes(number & 0xFF for number in value)
        values.append(value)
    return values


def _read_bytes(inp: ObjectDataInput) -> bytes:
    raw = inp.read_bytes()
    if raw is None:
        raise bad_count(-1)  # null is an offset, not a length
    return raw
