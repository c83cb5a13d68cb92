# SPDX-License-Identifier: Apache-2.0
"""Predicates, aggregators and projections out of the data that clients send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridwire.hazelcast.core import MapEntry
from gridwire.hazelcast.serialization.byte_order import byte_order
from gridwire.hazelcast.serialization.data import HEADER_BYTES, type_id_of
from gridwire.hazelcast.serialization.type_ids import TypeId
from gridwire.testing._hazelcast.query import predicates as nodes
from gridwire.testing._hazelcast.query.entries import Entry, object_of
from gridwire.testing._hazelcast.query.errors import (
    ClassCast,
    cannot_read,
    class_cast,
    no_class,
    no_deserializer,
    query_error,
    serialization_error,
)
from gridwire.testing._hazelcast.query.kinds import COMPARABLE, class_name, known_class
from gridwire.testing._hazelcast.query.limits import MAX_NESTED_PREDICATES
from gridwire.testing._hazelcast.query.packing import as_data
from gridwire.testing._hazelcast.query.sql import parse_sql
from gridwire.testing._hazelcast.query.values import payload_size, typed_inside
from gridwire.testing._hazelcast.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.hazelcast.serialization.service import SerializationService
    from gridwire.testing._hazelcast.query.kinds import Typed

__all__ = ["ObjectReader", "object_reader", "read_predicate"]

PREDICATES = -20

_IDENTIFIED = 1
_VERSIONED = 2
_MEMBER_FACTORIES = range(-100, 0)
_MEMBER_TYPES = frozenset(TypeId) - {TypeId.PICKLE, TypeId.CSHARP, TypeId.GO_GOB}
_PREDICATE = "com.hazelcast.query.Predicate"
_COMPARABLE = "java.lang.Comparable"


class ObjectReader:
    """The fields of an object that knows how to read itself, bounded by the data.

    Args:
        data: all of it, with its header.
        order: of the payload.
        at: where the payload of the object begins.
    """

    __slots__ = ("at", "class_id", "data", "factory_id", "order")

    def __init__(self, data: bytes, order: ByteOrder, at: int = HEADER_BYTES) -> None:
        self.data = data
        self.order = order
        self.at = at
        flags = self.byte()
        if not flags & _IDENTIFIED:
            raise serialization_error("The data has an object that only Java can make")
        self.factory_id = self.number()
        self.class_id = self.number()
        if flags & _VERSIONED:
            self._take(2)

    def byte(self) -> int:
        """A byte."""
        return self._take(1)[0]

    def number(self) -> int:
        """A signed number of 4 bytes."""
        number: int = self.order.int32.unpack(self._take(4))[0]
        return number

    def string(self) -> str | None:
        """A text, or a null."""
        length = self.number()
        if length < 0:
            return None
        try:
            return self._take(length).decode()
        except UnicodeDecodeError:
            raise serialization_error("java.io.UTFDataFormatException: not UTF-8") from None

    def strings(self) -> list[str | None]:
        """An array of texts."""
        # Each takes at least its length.
        return [self.string() for _ in range(self.count(4))]

    def count(self, least_bytes: int) -> int:
        """How many items follow, which fit into what is left."""
        count = self.number()
        if count < 0:
            raise serialization_error(f"java.lang.NegativeArraySizeException: {count}")
        if count * least_bytes > len(self.data) - self.at:
            raise serialization_error("java.io.EOFException: the data ends too early")
        return count

    def value(self) -> Typed | None:
        """A value that can be compared, or a null.

        Raises:
            Refusal: it is of a class that cannot be compared.
        """
        kind = self.number()
        if kind == 0:
            return None
        if kind not in COMPARABLE:
            raise class_cast(class_name(kind), _COMPARABLE)
        value = typed_inside(self.data, self.at, self.order)
        self._take(payload_size(self.data, self.at, self.order) or 0)
        return value

    def _take(self, count: int) -> bytes:
        part = self.data[self.at : self.at + count]
        if len(part) < count:
            raise serialization_error(f"java.io.EOFException: Cannot read {count} bytes!")
        self.at += count
        return part


def object_reader(
    data: bytes, factory_id: int, wanted: str, serialization: SerializationService
) -> ObjectReader:
    """Begin to read an object of one of Hazelcast's own factories.

    Args:
        data: serialized.
        factory_id: of the factory.
        wanted: the Java class that it must be one of.
        serialization: that of the members.

    Returns:
        The fields that follow.

    Raises:
        Refusal: it is something else.
    """
    kind = _kind_of(data)
    if kind != TypeId.IDENTIFIED_DATA_SERIALIZABLE:
        raise class_cast(class_name(kind), wanted)
    reader = ObjectReader(data, byte_order(serialization.is_big_endian))
    if reader.factory_id != factory_id:
        if reader.factory_id not in _MEMBER_FACTORIES:
            raise serialization_error(
                f"No DataSerializerFactory registered for namespace: {reader.factory_id}"
            )
        raise class_cast(f"com.hazelcast.Object{reader.class_id}", wanted)
    return reader


def read_predicate(data: bytes, serialization: SerializationService) -> nodes.Predicate:
    """Read a predicate.

    Args:
        data: serialized.
        serialization: reads objects of registered classes with a method ``apply(entry)``.

    Returns:
        The predicate.

    Raises:
        Refusal: it is none.
    """
    kind = _kind_of(data)
    if kind not in _MEMBER_TYPES:
        raise no_deserializer(kind)
    if kind != TypeId.IDENTIFIED_DATA_SERIALIZABLE:
        raise class_cast(class_name(kind), _PREDICATE)
    reader = ObjectReader(data, byte_order(serialization.is_big_endian))
    if reader.factory_id in _MEMBER_FACTORIES and reader.factory_id != PREDICATES:
        raise class_cast(f"com.hazelcast.Object{reader.class_id}", _PREDICATE)
    if reader.factory_id != PREDICATES:
        return _custom(data, reader, serialization)
    return _predicate(reader, 1)


def _kind_of(data: bytes) -> int:
    if len(data) < HEADER_BYTES:
        raise serialization_error("java.io.EOFException: the data ends too early")
    return type_id_of(data)


def _custom(
    data: bytes, reader: ObjectReader, serialization: SerializationService
) -> nodes.Predicate:
    instance = object_of(as_data(data[4:]), serialization)
    apply = getattr(instance, "apply", None)
    if not callable(apply):
        raise class_cast(f"com.hazelcast.Object{reader.class_id}", _PREDICATE)

    def passes(entry: Entry) -> bool:
        key, value = object_of(entry.key, serialization), object_of(entry.value, serialization)
        try:
            return bool(apply(MapEntry(key, value)))
        except Exception as error:
            raise query_error(f"{type(error).__name__}: {error}") from error

    return nodes.Custom(passes)


def _predicate(reader: ObjectReader, depth: int) -> nodes.Predicate:
    if depth > MAX_NESTED_PREDICATES:
        raise serialization_error(f"More than {MAX_NESTED_PREDICATES} predicates in each other")
    class_id = reader.class_id
    read = _READERS.get(class_id)
    if read is None:
        raise cannot_read(PREDICATES, class_id, "java.lang.IllegalArgumentException: no such class")
    try:
        return read(reader, depth)
    except ClassCast as refusal:
        # Members wrap what goes wrong inside, and tell of the innermost object.
        raise cannot_read(PREDICATES, class_id, str(refusal.message)) from None
    except Refusal as refusal:
        if refusal.class_name == "java.lang.IllegalArgumentException":
            raise cannot_read(PREDICATES, class_id, str(refusal.message)) from None
        raise


def _inner(reader: ObjectReader, depth: int, name: str) -> nodes.Predicate:
    """A predicate inside another one."""
    kind = reader.number()
    if kind == 0:
        return nodes.Missing(name)
    if kind != TypeId.IDENTIFIED_DATA_SERIALIZABLE:
        raise class_cast(class_name(kind), _PREDICATE)
    inner = ObjectReader(reader.data, reader.order, reader.at)
    if inner.factory_id != PREDICATES:
        raise serialization_error(
            f"No DataSerializerFactory registered for namespace: {inner.factory_id}"
        )
    predicate = _predicate(inner, depth + 1)
    reader.at = inner.at
    return predicate


def _several(reader: ObjectReader, depth: int) -> tuple[nodes.Predicate, ...]:
    return tuple(_inner(reader, depth, "predicate") for _ in range(reader.count(4)))


def _sql(reader: ObjectReader, _: int) -> nodes.Predicate:
    text = reader.string()
    if text is None:
        reason = 'Cannot invoke "String.indexOf(int, int)" because "str" is null'
        raise cannot_read(PREDICATES, reader.class_id, reason)
    return parse_sql(text)


def _between(reader: ObjectReader, _: int) -> nodes.Predicate:
    attribute, most, least = reader.string(), reader.value(), reader.value()
    return nodes.Between(attribute, least, most)


def _greater_less(reader: ObjectReader, _: int) -> nodes.Predicate:
    attribute, value = reader.string(), reader.value()
    return nodes.GreaterLess(attribute, value, bool(reader.byte()), bool(reader.byte()))


def _in(reader: ObjectReader, _: int) -> nodes.Predicate:
    attribute = reader.string()
    return nodes.In(attribute, tuple(reader.value() for _ in range(reader.count(4))))


def _instance_of(reader: ObjectReader, _: int) -> nodes.Predicate:
    name = reader.string()
    if name is None:
        reason = 'Cannot invoke "String.length()" because "className" is null'
        raise cannot_read(PREDICATES, reader.class_id, reason)
    if not name:
        reason = "String index out of range: 0"
        raise cannot_read(PREDICATES, reader.class_id, reason)
    if not known_class(name):
        raise no_class()
    return nodes.InstanceOf(name)


def _paging(reader: ObjectReader, depth: int) -> nodes.Predicate:
    # Where there are no pages, such as inside another predicate, it is what it pages through.
    pages_through = _inner(reader, depth, "predicate")
    if reader.number() != 0:
        raise serialization_error("A comparator cannot be read where there are no pages")
    reader.number()
    reader.number()
    reader.string()
    for _ in range(reader.count(12)):
        reader.number()
        reader.value()
        reader.value()
    return nodes.Always() if isinstance(pages_through, nodes.Missing) else pages_through


_READERS: dict[int, Callable[[ObjectReader, int], nodes.Predicate]] = {
    0: _sql,
    1: lambda reader, depth: nodes.And(_several(reader, depth)),
    2: _between,
    3: lambda reader, _: nodes.Equal(reader.string(), reader.value()),
    4: _greater_less,
    5: lambda reader, _: nodes.Like(reader.string(), reader.string()),
    6: lambda reader, _: nodes.Like(reader.string(), reader.string(), True),
    7: _in,
    8: _instance_of,
    9: lambda reader, _: nodes.NotEqual(reader.string(), reader.value()),
    10: lambda reader, depth: nodes.Not(_inner(reader, depth, "this.predicate")),
    11: lambda reader, depth: nodes.Or(_several(reader, depth)),
    12: lambda reader, _: nodes.Regex(reader.string(), reader.string()),
    13: lambda _, __: nodes.Never(),
    14: lambda _, __: nodes.Always(),
    15: _paging,
}
