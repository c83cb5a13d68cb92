# SPDX-License-Identifier: Apache-2.0
"""A schema made ready for one byte order: what is packed and unpacked in one go, and where.

A record is, one behind the other:

- the id of its schema, 8 bytes;
- the length of the next two together, 4 bytes; only if the schema has fields with an offset;
- numbers, the largest first, then the bits of booleans;
- the values of the other fields, in the order in which they were written;
- their offsets, counted from the numbers, in the order of the fields' names.
"""

from __future__ import annotations

from operator import itemgetter
from struct import Struct
from struct import error as StructError  # noqa: N812 - it is a class with a lower-case name
from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.compact.kinds import BY_KIND
from gridwire.hazelcast.serialization.compact.offsets import WIDTHS, packed_offsets
from gridwire.hazelcast.serialization.compact.schema import Schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.hazelcast.serialization.compact.kinds import FieldKind
    from gridwire.hazelcast.serialization.compact.singles import Value

__all__ = ["Layout", "ReadPlan", "Slot", "WritePlan", "nothing_expected"]

Slot = tuple[int, int, Any]
"""A field for a reader: the number of its kind, its place, and how its value is read, if it is
one with an offset."""


class Layout:
    """Where the fields of a schema lie.

    Args:
        order: the byte order.
        schema: the schema.

    Attributes:
        form: id, length if there is one, numbers and bits, to be packed together.
        first: the place of the first number among them.
        data_start: bytes in front of the numbers.
        bit_bytes: bytes that the bits take.
    """

    __slots__ = ("bit_bytes", "data_start", "first", "form", "order", "schema")

    def __init__(self, order: ByteOrder, schema: Schema) -> None:
        letters = "".join(BY_KIND[schema.kinds[name]].letter for name in schema.numbers)
        self.order = order
        self.schema = schema
        self.first = 2 if schema.values else 1
        self.data_start = 12 if schema.values else 8
        self.bit_bytes = (len(schema.bits) + 7) // 8
        head = "qi" if schema.values else "q"
        bits = f"{self.bit_bytes}s" if self.bit_bytes else ""
        self.form = Struct(f"{order.prefix}{head}{letters}{bits}")


class WritePlan(Layout):
    """A layout for a serializer that writes the fields in a certain sequence.

    Args:
        order: the byte order.
        schema: the schema.
        shape: names and numbers of kinds, in turns, in the sequence in which they are written.

    Attributes:
        shape: the same.
        blank: as many zeros as there are bytes in front of the values.
    """

    __slots__ = ("_bits", "_numbers", "_pick", "_pick_values", "blank", "shape")

    def __init__(self, order: ByteOrder, schema: Schema, shape: Sequence[Any]) -> None:
        super().__init__(order, schema)
        names = shape[::2]
        self.shape = [*shape]
        self.blank = bytes(self.form.size)
        self._numbers = _places(schema.numbers, names)
        self._pick = _picker(self._numbers)
        self._pick_values = _picker(_places(schema.values, names))
        places = {name: place for place, name in enumerate(schema.bits)}
        self._bits = [1 << places[name] for name in names if name in places]

    def pack_into(
        self, buffer: bytearray, begin: int, numbers: Sequence[Any], bits: Sequence[int]
    ) -> None:
        """Fill what was left blank in front of the values, but for the length.

        Args:
            buffer: where to.
            begin: where the blank begins.
            numbers: the numbers, as they were written.
            bits: the booleans, as they were written, 0 or 1.

        Raises:
            StructError, TypeError, OverflowError: a number does not fit; see `misfit`.
        """
        last: tuple[bytes, ...] = ()
        if bits:
            packed = 0
            for bit, weight in zip(bits, self._bits, strict=True):
                if bit:
                    packed |= weight
            last = (packed.to_bytes(self.bit_bytes, "little"),)
        picked = self._pick(numbers)
        if self.first == 2:
            self.form.pack_into(buffer, begin, self.schema.schema_id, 0, *picked, *last)
        else:
            self.form.pack_into(buffer, begin, self.schema.schema_id, *picked, *last)

    def close(self, buffer: bytearray, begin: int, offsets: Sequence[int]) -> None:
        """Fill in the length and append the offsets, when all values are there.

        Args:
            buffer: where to.
            begin: where the record begins.
            offsets: of the values, in the sequence in which they were written; -1 for null.

        Raises:
            HazelcastSerializationError: the record is too long.
        """
        length = len(buffer) - begin - self.data_start
        table = packed_offsets(self.order, length, self._pick_values(offsets))
        self.order.int32.pack_into(buffer, begin + 8, length)
        buffer += table

    def misfit(self, numbers: Sequence[Any]) -> tuple[str, FieldKind, Any] | None:
        """The first number that cannot be packed: name, kind and value of the field."""
        for name, place in zip(self.schema.numbers, self._numbers, strict=True):
            kind = self.schema.kinds[name]
            form = Struct(self.order.prefix + BY_KIND[kind].letter)
            try:
                form.pack(numbers[place])
            except (StructError, TypeError, OverflowError):
                return name, kind, numbers[place]
        return None


class ReadPlan(Layout):
    """A layout for readers.

    Args:
        order: the byte order.
        schema: the schema.
        values: how the values of each kind are read.

    Attributes:
        slots: the fields by their names.
        tables: the offsets of the values, in each of `WIDTHS`.
        make: makes an object of a reader of such a record.
    """

    __slots__ = ("fixed_bytes", "make", "slots", "tables")

    make: Callable[..., Any]

    def __init__(
        self,
        order: ByteOrder,
        schema: Schema,
        values: Mapping[int, Value],
    ) -> None:
        super().__init__(order, schema)
        self.fixed_bytes = schema.fixed_bytes
        self.slots: dict[str, Slot] = {}
        kinds = schema.kinds
        for place, name in enumerate(schema.numbers, self.first):
            self.slots[name] = (int(kinds[name]), place, None)
        for place, name in enumerate(schema.bits):
            self.slots[name] = (int(kinds[name]), place, None)
        for place, name in enumerate(schema.values):
            number = int(kinds[name])
            self.slots[name] = (number, place, values[number].read)
        count = len(schema.values)
        self.tables = tuple(Struct(f"{order.prefix}{count}{letter}") for letter, *_ in WIDTHS)


def nothing_expected(order: ByteOrder) -> WritePlan:
    """The plan for fields that nobody knows yet; not even a record without fields has its shape."""
    plan = WritePlan(order, Schema("", ()), ())
    plan.shape = [None]
    return plan


def _picker(places: Sequence[int]) -> Callable[[Sequence[Any]], Iterable[Any]]:
    """What gives the items of a sequence in another order."""
    if [*places] == [*range(len(places))]:
        return lambda items: items
    return itemgetter(*places)


def _places(sorted_names: Sequence[str], names: Sequence[str]) -> list[int]:
    """For each name of a group, its place among those of the group as they were written."""
    group = frozenset(sorted_names)
    written = {name: place for place, name in enumerate(name for name in names if name in group)}
    if len(written) != len(sorted_names):
        raise HazelcastSerializationError("A field is written twice")
    return [written[name] for name in sorted_names]
