# SPDX-License-Identifier: Apache-2.0
"""How a `GenericRecord` is read and written.

It keeps its bytes beside its values. Written again by a client of the same byte order it is these
bytes: also what Python cannot hold, nanoseconds for example, comes back as it was, and a key stays
in its partition. The bytes of records inside of it are parts of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.serialization.compact.generic import GenericRecord
from gridwire.hazelcast.serialization.compact.plans import ReadPlan, WritePlan, nothing_expected
from gridwire.hazelcast.serialization.compact.reader import CompactReader
from gridwire.hazelcast.serialization.compact.singles import Value
from gridwire.hazelcast.serialization.compact.values import value_table
from gridwire.hazelcast.serialization.compact.writer import written
from gridwire.hazelcast.serialization.data import HEADER, HEADER_BYTES
from gridwire.hazelcast.serialization.type_ids import TypeId

if TYPE_CHECKING:
    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.hazelcast.serialization.compact.schema import Schema
    from gridwire.hazelcast.serialization.compact.schemas import Schemas
    from gridwire.hazelcast.serialization.compact.writer import CompactWriter
    from gridwire.hazelcast.serialization.input import ObjectDataInput
    from gridwire.hazelcast.serialization.limits import Limits
    from gridwire.hazelcast.serialization.output import ObjectDataOutput

__all__ = ["GenericCodec"]


class GenericCodec:
    """Reads and writes records without a class, for one service.

    Args:
        order: the byte order of payloads.
        limits: bounds of decimals.
        schemas: what is known of schemas.
        part: how a record inside another one is written.
    """

    __slots__ = ("_nothing", "_order", "_plans", "_schemas", "_values")

    def __init__(self, order: ByteOrder, limits: Limits, schemas: Schemas, part: Value) -> None:
        self._order = order
        self._schemas = schemas
        self._plans: dict[int, ReadPlan] = {}
        own_part = Value(part.write, self._read_part, part.allowed)
        self._values = value_table(order, limits, own_part)
        self._nothing = nothing_expected(order)

    def make(self, reader: CompactReader) -> GenericRecord:
        """Make a record of what a reader has found, out of a copy of its bytes."""
        inp = reader._inp
        copied = bytes(memoryview(inp.buffer)[reader._begin : reader._end])
        # The header stands in front of a record only if that is all of the data.
        hashed = HEADER.unpack_from(inp.buffer)[0] if reader._begin == HEADER_BYTES else 0
        return self._record(reader._plan.schema, inp.another(copied), hashed)

    def write(self, out: ObjectDataOutput, record: GenericRecord) -> None:
        """Write a record, without a type id."""
        if record._partition_hash and len(out.buffer) == HEADER_BYTES:
            HEADER.pack_into(out.buffer, 0, record._partition_hash, TypeId.COMPACT)
        raw = record._raw
        if raw is None or record._order is not self._order:
            self._write_fields(out, record)
            return
        if record._schemas is not self._schemas:
            self._adopt(record)
        out.buffer += raw

    def _write_fields(self, out: ObjectDataOutput, record: GenericRecord) -> None:
        schema = record.schema

        def write(writer: CompactWriter, one: GenericRecord) -> None:
            for name, value in one.items():
                getattr(writer, f"write_{schema.kinds[name].name.lower()}")(name, value)

        def plan(shape: tuple[Any, ...]) -> WritePlan:
            self._schemas.written(schema)
            return WritePlan(self._order, schema, shape)

        written(out, self._values, write, record, self._nothing, plan)

    def _adopt(self, record: GenericRecord) -> None:
        """Note the schemas of a record that another service read, and of those inside of it."""
        records = [record]
        while records:
            one = records.pop()
            self._schemas.written(one.schema)
            for value in one.values():
                parts = value if isinstance(value, list) else (value,)
                records += [part for part in parts if isinstance(part, GenericRecord)]

    def _record(
        self, schema: Schema, inp: ObjectDataInput, partition_hash: int = 0
    ) -> GenericRecord:
        """The record where the stream stands; it keeps the bytes, which are a copy already."""
        plan = self._plans.get(schema.schema_id)
        if plan is None:
            plan = ReadPlan(self._order, schema, self._values)
            self._plans[schema.schema_id] = plan
        reader = CompactReader(plan, inp)
        names = [*schema.numbers, *schema.bits]
        if schema.values:
            # In the sequence in which they were written, so that they can be written so again.
            places = sorted(range(len(schema.values)), key=reader._offsets.__getitem__)
            names += [schema.values[place] for place in places]
        values = {name: reader._any(plan.slots[name]) for name in names}
        inp.offset = reader._end
        raw = memoryview(inp.buffer)[reader._begin : reader._end]
        return GenericRecord._of_data(
            schema, values, raw, self._order, self._schemas, partition_hash
        )

    def _read_part(self, inp: ObjectDataInput) -> GenericRecord:
        schema_id: int = self._order.int64.unpack_from(inp.buffer, inp.offset)[0]
        schema = self._schemas.get(schema_id)
        inp.enter()
        try:
            return self._record(schema, inp)
        finally:
            inp.leave()
