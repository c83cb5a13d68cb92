# SPDX-License-Identifier: Apache-2.0
"""`DataclassEntry`: what is known of one dataclass, with all its fields taken at once."""

from __future__ import annotations

from operator import attrgetter
from struct import error as StructError  # noqa: N812 - it is a class with a lower-case name
from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.compact.dataclass_serializer import checked
from gridwire.hazelcast.serialization.compact.faults import CONVERSION_FAULTS, field_fault
from gridwire.hazelcast.serialization.compact.kinds import BY_KIND, FieldKind, Form
from gridwire.hazelcast.serialization.compact.schema import FieldDescriptor, Schema
from gridwire.hazelcast.serialization.compact.writer import number_fault
from gridwire.hazelcast.serialization.faults import user_code
from gridwire.hazelcast.serialization.given import BITS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gridwire.hazelcast.serialization.compact.dataclass_fields import RecordField
    from gridwire.hazelcast.serialization.compact.dataclass_serializer import DataclassSerializer
    from gridwire.hazelcast.serialization.compact.entries import Planner
    from gridwire.hazelcast.serialization.compact.plans import ReadPlan, WritePlan
    from gridwire.hazelcast.serialization.compact.reader import CompactReader
    from gridwire.hazelcast.serialization.compact.singles import Value
    from gridwire.hazelcast.serialization.output import ObjectDataOutput

__all__ = ["DataclassEntry"]


class DataclassEntry:
    """A dataclass, which has always the same fields, so that nothing is gathered first.

    Args:
        serializer: tells its fields.
        values: how the values of each kind are written.
        planner: finds plans.
    """

    __slots__ = (
        *("_bits_at", "_get", "_plan", "_planner", "_steps", "_values", "_values_at"),
        *("python_type", "serializer", "type_name"),
    )

    def __init__(
        self, serializer: DataclassSerializer[Any], values: Mapping[int, Value], planner: Planner
    ) -> None:
        self.serializer = serializer
        self.python_type: type[Any] = serializer.get_class()
        self.type_name = serializer.get_type_name()
        self._values = values
        self._planner = planner
        self._plan: WritePlan | None = None

    def maker(self, plan: ReadPlan) -> Callable[[CompactReader], Any]:
        """What makes objects of records that lie so."""
        return self.serializer.maker(plan)

    def write(self, out: ObjectDataOutput, obj: Any) -> None:
        """Write an object, without a type id."""
        plan = self._plan or self._planned()
        try:
            found = self._get(obj)
        except AttributeError as error:
            raise HazelcastSerializationError(
                f"An object of {self.python_type.__qualname__} has lost a field: {error}"
            ) from None
        except (MemoryError, RecursionError):
            raise
        except Exception as error:  # an attribute may be code of the program
            raise user_code(f"A field of {self.python_type.__qualname__}", error) from error
        numbers, bits = found[: self._bits_at], found[self._bits_at : self._values_at]
        buffer = out.buffer
        begin = len(buffer)
        buffer += plan.blank
        try:
            plan.pack_into(buffer, begin, numbers, [BITS[bit] for bit in bits])
        except (StructError, KeyError, TypeError, OverflowError) as error:
            raise self._fixed_fault(plan, numbers, bits, error) from None
        if plan.first == 2:
            plan.close(buffer, begin, self._offsets(out, found, begin + plan.data_start))

    def _offsets(self, out: ObjectDataOutput, found: tuple[Any, ...], start: int) -> list[int]:
        """Write the values, and tell where they begin."""
        buffer, offsets = out.buffer, []
        for value, (write, field, must_check) in zip(
            found[self._values_at :], self._steps, strict=True
        ):
            try:
                if must_check or value is None:
                    value = checked(field, value)  # noqa: PLW2901
                if value is None:
                    offsets.append(-1)
                    continue
                offsets.append(len(buffer) - start)
                write(out, value)
            except CONVERSION_FAULTS as error:
                allowed = self._values[field.kind].allowed
                fault = field_fault(field.name, field.kind, value, allowed, error)
                raise fault from fault.__cause__
        return offsets

    def _fixed_fault(
        self, plan: WritePlan, numbers: Sequence[Any], bits: Sequence[Any], error: BaseException
    ) -> HazelcastSerializationError:
        """Why the fields of fixed size cannot be packed."""
        for name, bit in zip(plan.schema.bits, bits, strict=True):
            try:
                BITS[bit]
            except (KeyError, TypeError):
                return field_fault(name, FieldKind.BOOLEAN, bit, "a bool", error)
        return number_fault(plan, numbers, self._values, error)

    def _planned(self) -> WritePlan:
        """The plan; made when the first object is written, for the cluster must learn it then."""
        fields = {field.name: field for field in self.serializer.fields}
        kinds = [FieldDescriptor(field.name, field.kind) for field in fields.values()]
        schema = Schema(self.type_name, kinds)
        # What is packed together comes first, in the sequence in which it lies.
        values = [field for field in fields.values() if field.name in set(schema.values)]
        names = [*schema.numbers, *schema.bits, *(field.name for field in values)]
        self._bits_at = len(schema.numbers)
        self._values_at = self._bits_at + len(schema.bits)
        self._steps = [
            (self._values[field.kind].write, field, _is_checked(field)) for field in values
        ]
        self._get = _getter(names)
        shape = tuple(part for name in names for part in (name, int(fields[name].kind)))
        # Last: another thread may write with it at once.
        self._plan = plan = self._planner(self.type_name, shape)
        return plan


def _is_checked(field: RecordField) -> bool:
    """Whether a value must be looked at before it is written.

    It must if it has to be bytes, and if its kind takes items that are null and its annotation
    does not; arrays of numbers refuse them by themselves.
    """
    meaning = field.meaning
    is_array = meaning.is_array and BY_KIND[field.kind].form is Form.ITEMS
    return meaning.as_bytes or (is_array and not meaning.items_allow_null)


def _getter(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """What fetches several attributes as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda obj: tuple(getattr(obj, name) for name in names)
