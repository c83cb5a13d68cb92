# SPDX-License-Identifier: Apache-2.0
"""`CompactRoom`: the Compact format of one serialization service, with all that it knows.

A class gets an entry when a serializer is registered for it or, if it is a dataclass, when its
first object is written. Data is read by the entry that has the name of its type. Without one it
becomes a `GenericRecord`, and so do the records inside of that, which could not be stored back
unchanged otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.errors import HazelcastSerializationError, InvalidConfigurationError
from gridwire.hazelcast.serialization.compact.annotations import is_own_dataclass
from gridwire.hazelcast.serialization.compact.dataclass_entry import DataclassEntry
from gridwire.hazelcast.serialization.compact.dataclass_fields import full_name
from gridwire.hazelcast.serialization.compact.dataclass_serializer import DataclassSerializer
from gridwire.hazelcast.serialization.compact.entries import Entry, entry_of
from gridwire.hazelcast.serialization.compact.faults import UnclearDataclassError
from gridwire.hazelcast.serialization.compact.generic import GenericRecord
from gridwire.hazelcast.serialization.compact.generic_codec import GenericCodec
from gridwire.hazelcast.serialization.compact.kinds import FieldKind
from gridwire.hazelcast.serialization.compact.plans import ReadPlan, WritePlan, nothing_expected
from gridwire.hazelcast.serialization.compact.reader import CompactReader
from gridwire.hazelcast.serialization.compact.schema import FieldDescriptor, Schema
from gridwire.hazelcast.serialization.compact.schemas import MAX_SCHEMAS, Schemas
from gridwire.hazelcast.serialization.compact.serializers import CompactSerializer
from gridwire.hazelcast.serialization.compact.singles import Value
from gridwire.hazelcast.serialization.compact.values import value_table
from gridwire.hazelcast.serialization.registry import Codec
from gridwire.hazelcast.serialization.type_ids import TypeId

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.hazelcast.serialization.input import ObjectDataInput
    from gridwire.hazelcast.serialization.limits import Limits
    from gridwire.hazelcast.serialization.output import ObjectDataOutput, Writer

__all__ = ["CompactRoom"]

_ALLOWED = "an object of a class with a CompactSerializer, a dataclass or a GenericRecord"


class CompactRoom:
    """The Compact format of one service. Safe to use from several threads.

    Args:
        order: the byte order of payloads.
        limits: bounds of decimals.
        schemas: what is known of schemas; what is written here is added.
        serializers: the option ``compact_serializers``: serializers and dataclasses.
        others: classes that are written in another way, and so are those derived from them.

    Raises:
        InvalidConfigurationError: something is no serializer, or two contradict each other.
    """

    __slots__ = (
        "_by_class",
        "_by_name",
        "_generic",
        "_nothing",
        "_order",
        "_others",
        "_plans",
        "_schemas",
        "_values",
    )

    def __init__(
        self,
        order: ByteOrder,
        limits: Limits,
        schemas: Schemas,
        serializers: Iterable[CompactSerializer[Any] | type],
        others: tuple[type, ...] = (),
    ) -> None:
        self._order = order
        self._others = others
        self._schemas = schemas
        self._plans: dict[int, ReadPlan] = {}
        part = Value(self._write_part, self._read_part, _ALLOWED)
        self._values = value_table(order, limits, part)
        self._generic = GenericCodec(order, limits, schemas, part)
        self._nothing = nothing_expected(order)
        self._by_class: dict[type, Entry] = {}
        self._by_name: dict[str, Entry] = {}
        for serializer in serializers:
            self._configure(serializer)
        for entry in [*self._by_class.values()]:
            if isinstance(entry, DataclassEntry):
                try:
                    self._add_parts(entry)
                except HazelcastSerializationError as fault:
                    raise _misconfigured(fault) from fault

    def builtin_codecs(self) -> list[Codec]:
        """The rows that read every record, and write a `GenericRecord`."""
        return [
            Codec(type_id=TypeId.COMPACT, read=self.read),
            Codec(type_id=TypeId.COMPACT, write=self._generic.write, types=(GenericRecord,)),
        ]

    def class_codecs(self) -> dict[type, Codec]:
        """The rows of the classes that serializers were registered for."""
        return {python_type: _codec(entry) for python_type, entry in self._by_class.items()}

    def dataclass_codec(self, python_type: type) -> Codec | None:
        """The row of a dataclass that nothing else writes; None for what is none.

        Raises:
            HazelcastSerializationError: its annotations do not say enough, or another class has
                the name of its type.
        """
        return _codec(self._entry(python_type)) if is_own_dataclass(python_type) else None

    def read(self, inp: ObjectDataInput) -> Any:
        """Read a record.

        Args:
            inp: stands behind the type id, or at the beginning of a record inside another one.

        Raises:
            UnknownSchemaError: its schema is not known here.
        """
        schema_id: int = self._order.int64.unpack_from(inp.buffer, inp.offset)[0]
        plan = self._plans.get(schema_id) or self._read_plan(schema_id)
        reader = CompactReader(plan, inp)
        made = plan.make(reader)
        inp.offset = reader._end
        return made

    def _configure(self, given: CompactSerializer[Any] | type) -> None:
        serializer: Any = given
        if isinstance(given, type):
            if issubclass(given, CompactSerializer):
                raise InvalidConfigurationError(
                    f"compact_serializers has the class {given.__qualname__}; give an instance"
                )
            serializer = DataclassSerializer(given)
        if not isinstance(serializer, CompactSerializer):
            raise InvalidConfigurationError(
                f"compact_serializers has {given!r}, which is neither a CompactSerializer nor a "
                "dataclass"
            )
        entry = entry_of(serializer, self._values, self._plan, self._nothing)
        if entry.python_type in self._by_class:
            raise InvalidConfigurationError(
                f"compact_serializers has two serializers for {full_name(entry.python_type)}"
            )
        try:
            self._add(entry)
        except HazelcastSerializationError as fault:
            raise _misconfigured(fault) from fault

    def _add(self, entry: Entry) -> Entry:
        """Note an entry; the one that is known for the class already, if there is one."""
        if len(self._by_name) >= MAX_SCHEMAS:
            raise HazelcastSerializationError(
                f"More than {MAX_SCHEMAS} classes are written as Compact",
                hint="A program that makes classes without end fills its memory.",
            )
        known = self._by_name.setdefault(entry.type_name, entry)
        if known.python_type is not entry.python_type:
            raise _same_name(entry.type_name, known.python_type, entry.python_type)
        self._by_class[entry.python_type] = known
        # Records of the type were generic so far. Whoever makes a plan meanwhile puts it into the
        # old table.
        self._plans = {}
        return known

    def _entry(self, python_type: type) -> Entry:
        """The entry of a class; of a dataclass also if nobody registered it."""
        entry = self._by_class.get(python_type)
        if entry is not None:
            return entry
        if not is_own_dataclass(python_type):
            raise HazelcastSerializationError(
                f"An object of {full_name(python_type)} cannot be written in a field of the kind "
                "COMPACT",
                hint=f"It takes {_ALLOWED}.",
            )
        entry = self._dataclass_entry(python_type)
        # First, since they may be refused; and whoever reads such a record meanwhile, in another
        # thread, gets no object with records of unknown classes inside.
        self._add_parts(entry)
        return self._add(entry)

    def _dataclass_entry(self, python_type: type) -> DataclassEntry:
        """The entry of a dataclass that nobody registered, and that nothing else writes."""
        for other in self._others:
            if issubclass(python_type, other):
                raise UnclearDataclassError(
                    f"An object of {full_name(python_type)} cannot be written inside a Compact "
                    f"record: what is a {full_name(other)} is written in another way",
                    hint="Write a CompactSerializer for the class that holds it.",
                )
        return DataclassEntry(DataclassSerializer(python_type), self._values, self._plan)

    def _add_parts(self, entry: DataclassEntry) -> None:
        """Note the dataclasses inside of one, so that they are read as themselves."""
        for part in entry.serializer.nested():
            if part is not entry.python_type and part not in self._by_class:
                self._add(self._dataclass_entry(part))

    def _plan(self, type_name: str, shape: tuple[Any, ...]) -> WritePlan:
        names = shape[::2]
        kinds = [FieldKind(number) for number in shape[1::2]]
        schema = Schema(type_name, map(FieldDescriptor, names, kinds))
        self._schemas.written(schema)
        return WritePlan(self._order, schema, shape)

    def _read_plan(self, schema_id: int) -> ReadPlan:
        plans = self._plans
        schema = self._schemas.get(schema_id)
        plan = ReadPlan(self._order, schema, self._values)
        entry = self._by_name.get(schema.type_name)
        plan.make = self._generic.make if entry is None else entry.maker(plan)
        plans[schema_id] = plan
        return plan

    def _write_part(self, out: ObjectDataOutput, obj: Any) -> None:
        """Write a record inside another one."""
        python_type = type(obj)
        write: Writer = (
            self._generic.write if python_type is GenericRecord else self._entry(python_type).write
        )
        out.enter()
        try:
            write(out, obj)
        finally:
            out.leave()

    def _read_part(self, inp: ObjectDataInput) -> Any:
        inp.enter()
        try:
            return self.read(inp)
        finally:
            inp.leave()


def _misconfigured(fault: HazelcastSerializationError) -> InvalidConfigurationError:
    """What cannot be written, as an error about the option that asks for it."""
    return InvalidConfigurationError(f"compact_serializers: {fault.message}", hint=fault.hint)


def _same_name(type_name: str, known: type, other: type) -> HazelcastSerializationError:
    names = full_name(known), full_name(other)
    again = "If it is one that was defined again (in a notebook, by a reload), make a new client. "
    return HazelcastSerializationError(
        f"The classes {names[0]} and {names[1]} have the same Compact type name {type_name!r}",
        hint=f"{again if names[0] == names[1] else ''}Give one of them another name: "
        "DataclassSerializer(TheClass, type_name=...) in compact_serializers.",
    )


def _codec(entry: Entry) -> Codec:
    return Codec(type_id=TypeId.COMPACT, write=entry.write)
