# SPDX-License-Identifier: Apache-2.0
"""Java's types as queries see them: values with their kind, names of classes, what extends what.

A value is a pair of its kind and its plain form in Python, see `values`; a null is None. Kinds are
type ids of serialization, and a few of our own for what only extraction makes.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from gridwire.hazelcast.serialization.type_ids import TypeId

__all__ = [
    "ARRAYS",
    "CHAR",
    "COLLECTIONS",
    "COMPARABLE",
    "DOUBLES",
    "INTEGERS",
    "NON_TERMINAL",
    "NUMBERS",
    "UNCOMPARABLE",
    "WHOLE_JSON",
    "Multi",
    "Typed",
    "WholeJson",
    "ancestors",
    "class_name",
    "class_of",
    "known_class",
]

Typed = tuple[int, Any]
"""A kind, and the value's plain form."""

NON_TERMINAL: Final = -100_000
"""The kind of an object or array inside JSON: it exists, and cannot be compared with anything."""

WHOLE_JSON: Final = -100_001
"""The kind of a JSON text as a whole, asked for by `this` or `__key`; its form is a `WholeJson`."""

UNCOMPARABLE: Final = -100_002
"""The kind of an object of the program's that lies inside another one; its form is a name."""

CHAR: Final = int(TypeId.CHAR)

INTEGERS = frozenset({TypeId.BYTE, TypeId.SHORT, TypeId.INT, TypeId.LONG})
"""Kinds of whole numbers of at most 64 bits, which compare with each other and with `DOUBLES`."""

DOUBLES = frozenset({TypeId.FLOAT, TypeId.DOUBLE})
"""Kinds of floating-point numbers."""

NUMBERS = INTEGERS | DOUBLES | {TypeId.BIG_INTEGER, TypeId.BIG_DECIMAL}
"""All kinds of numbers."""

_LISTS = (
    TypeId.ARRAY_LIST,
    TypeId.LINKED_LIST,
    TypeId.COPY_ON_WRITE_ARRAY_LIST,
)
_SETS = (
    TypeId.HASH_SET,
    TypeId.TREE_SET,
    TypeId.LINKED_HASH_SET,
    TypeId.COPY_ON_WRITE_ARRAY_SET,
    TypeId.CONCURRENT_SKIP_LIST_SET,
)
_QUEUES = (
    TypeId.ARRAY_DEQUE,
    TypeId.LINKED_BLOCKING_QUEUE,
    TypeId.ARRAY_BLOCKING_QUEUE,
    TypeId.PRIORITY_BLOCKING_QUEUE,
    TypeId.DELAY_QUEUE,
    TypeId.SYNCHRONOUS_QUEUE,
    TypeId.LINKED_TRANSFER_QUEUE,
    TypeId.PRIORITY_QUEUE,
)

COLLECTIONS = frozenset(
    {*_LISTS, *_SETS, *_QUEUES, TypeId.OBJECT_ARRAY, TypeId.STRING_ARRAY},
)
"""Kinds that predicates refuse as a whole: collections and arrays of objects."""

ARRAYS = frozenset(
    {
        TypeId.BYTE_ARRAY,
        TypeId.BOOLEAN_ARRAY,
        TypeId.CHAR_ARRAY,
        TypeId.SHORT_ARRAY,
        TypeId.INT_ARRAY,
        TypeId.LONG_ARRAY,
        TypeId.FLOAT_ARRAY,
        TypeId.DOUBLE_ARRAY,
    }
)
"""Kinds of arrays of numbers, booleans and characters, which are no objects that compare."""


_CLASSES: dict[int, str] = {
    TypeId.BYTE: "java.lang.Byte",
    TypeId.BOOLEAN: "java.lang.Boolean",
    TypeId.CHAR: "java.lang.Character",
    TypeId.SHORT: "java.lang.Short",
    TypeId.INT: "java.lang.Integer",
    TypeId.LONG: "java.lang.Long",
    TypeId.FLOAT: "java.lang.Float",
    TypeId.DOUBLE: "java.lang.Double",
    TypeId.STRING: "java.lang.String",
    TypeId.BYTE_ARRAY: "[B",
    TypeId.BOOLEAN_ARRAY: "[Z",
    TypeId.CHAR_ARRAY: "[C",
    TypeId.SHORT_ARRAY: "[S",
    TypeId.INT_ARRAY: "[I",
    TypeId.LONG_ARRAY: "[J",
    TypeId.FLOAT_ARRAY: "[F",
    TypeId.DOUBLE_ARRAY: "[D",
    TypeId.STRING_ARRAY: "[Ljava.lang.String;",
    TypeId.UUID: "java.util.UUID",
    TypeId.SIMPLE_ENTRY: "java.util.AbstractMap$SimpleEntry",
    TypeId.SIMPLE_IMMUTABLE_ENTRY: "java.util.AbstractMap$SimpleImmutableEntry",
    TypeId.CLASS: "java.lang.Class",
    TypeId.DATE: "java.util.Date",
    TypeId.BIG_INTEGER: "java.math.BigInteger",
    TypeId.BIG_DECIMAL: "java.math.BigDecimal",
    TypeId.OBJECT_ARRAY: "[Ljava.lang.Object;",
    TypeId.ARRAY_LIST: "java.util.ArrayList",
    TypeId.LINKED_LIST: "java.util.LinkedList",
    TypeId.COPY_ON_WRITE_ARRAY_LIST: "java.util.concurrent.CopyOnWriteArrayList",
    TypeId.HASH_MAP: "java.util.HashMap",
    TypeId.CONCURRENT_SKIP_LIST_MAP: "java.util.concurrent.ConcurrentSkipListMap",
    TypeId.CONCURRENT_HASH_MAP: "java.util.concurrent.ConcurrentHashMap",
    TypeId.LINKED_HASH_MAP: "java.util.LinkedHashMap",
    TypeId.TREE_MAP: "java.util.TreeMap",
    TypeId.HASH_SET: "java.util.HashSet",
    TypeId.TREE_SET: "java.util.TreeSet",
    TypeId.LINKED_HASH_SET: "java.util.LinkedHashSet",
    TypeId.COPY_ON_WRITE_ARRAY_SET: "java.util.concurrent.CopyOnWriteArraySet",
    TypeId.CONCURRENT_SKIP_LIST_SET: "java.util.concurrent.ConcurrentSkipListSet",
    TypeId.ARRAY_DEQUE: "java.util.ArrayDeque",
    TypeId.LINKED_BLOCKING_QUEUE: "java.util.concurrent.LinkedBlockingQueue",
    TypeId.ARRAY_BLOCKING_QUEUE: "java.util.concurrent.ArrayBlockingQueue",
    TypeId.PRIORITY_BLOCKING_QUEUE: "java.util.concurrent.PriorityBlockingQueue",
    TypeId.DELAY_QUEUE: "java.util.concurrent.DelayQueue",
    TypeId.SYNCHRONOUS_QUEUE: "java.util.concurrent.SynchronousQueue",
    TypeId.LINKED_TRANSFER_QUEUE: "java.util.concurrent.LinkedTransferQueue",
    TypeId.PRIORITY_QUEUE: "java.util.PriorityQueue",
    TypeId.OPTIONAL: "java.util.Optional",
    TypeId.LOCAL_DATE: "java.time.LocalDate",
    TypeId.LOCAL_TIME: "java.time.LocalTime",
    TypeId.LOCAL_DATE_TIME: "java.time.LocalDateTime",
    TypeId.OFFSET_DATE_TIME: "java.time.OffsetDateTime",
    TypeId.JSON: "com.hazelcast.core.HazelcastJsonValue",
    TypeId.COMPACT: "com.hazelcast.internal.serialization.impl.compact.DeserializedGenericRecord",
    TypeId.PORTABLE: "com.hazelcast.internal.serialization.impl.portable."
    "DeserializedPortableGenericRecord",
    NON_TERMINAL: "com.hazelcast.internal.json.NonTerminalJsonValue",
    WHOLE_JSON: "com.hazelcast.internal.json.JsonValue",
}

COMPARABLE = frozenset(
    NUMBERS
    | {TypeId.BOOLEAN, TypeId.CHAR, TypeId.STRING, TypeId.UUID, TypeId.DATE, TypeId.LOCAL_DATE}
    | {TypeId.LOCAL_TIME, TypeId.LOCAL_DATE_TIME, TypeId.OFFSET_DATE_TIME, TypeId.JSON}
)
"""Kinds whose Java classes say what comes before what."""

_OBJECT = "java.lang.Object"
_SERIALIZABLE = "java.io.Serializable"
_PRIMITIVES = frozenset({"boolean", "byte", "char", "double", "float", "int", "long", "short"})
_NOT_SERIALIZABLE = frozenset({TypeId.JSON, TypeId.OPTIONAL, TypeId.PORTABLE, TypeId.COMPACT})
_PORTABLE = "com.hazelcast.nio.serialization.Portable"


def _extended(kind: int) -> set[str]:
    """What the class of a kind extends and implements, as far as programs ask for it."""
    found = {_OBJECT}
    if kind not in _NOT_SERIALIZABLE:
        found.add(_SERIALIZABLE)
    if kind in COMPARABLE:
        found.add("java.lang.Comparable")
    if kind in NUMBERS:
        found.add("java.lang.Number")
    if kind == TypeId.STRING:
        found.add("java.lang.CharSequence")
    for kinds, names in (
        (_LISTS, {"java.util.List", "java.util.Collection", "java.lang.Iterable"}),
        (_SETS, {"java.util.Set", "java.util.Collection", "java.lang.Iterable"}),
        (_QUEUES, {"java.util.Queue", "java.util.Collection", "java.lang.Iterable"}),
    ):
        if kind in kinds:
            found |= names
    if TypeId.TREE_MAP <= kind <= TypeId.HASH_MAP:
        found.add("java.util.Map")
    return found


_ANCESTORS = {
    kind: frozenset({name, *_extended(kind)})
    for kind, name in _CLASSES.items()
    if kind > NON_TERMINAL
}
_KNOWN = _PRIMITIVES.union({_PORTABLE}, *_ANCESTORS.values())
_NO_ANCESTORS = frozenset({_OBJECT})


class Multi(list[Typed | None]):
    """What a path with ``[any]`` leads to: a value for each element that it fits.

    Attributes:
        ends_early: whether something on the way was null or empty, which predicates see as a null
            and nobody else sees.
    """

    ends_early = False


class WholeJson(NamedTuple):
    """A JSON text, read.

    Attributes:
        text: without blanks.
        java_class: what members read it as.
        scalar: its value; None for objects, arrays and null.
        structure: whether it is an object or array.
    """

    text: str
    java_class: str
    scalar: Typed | None
    structure: bool


def class_of(value: Typed) -> str:
    """The name of a value's Java class."""
    kind, plain = value
    return plain.java_class if kind == WHOLE_JSON else class_name(kind)


def class_name(kind: int) -> str:
    """The name of a kind's Java class."""
    return _CLASSES.get(kind, _OBJECT)


def ancestors(kind: int) -> frozenset[str]:
    """The names of all classes that a value of this kind is an instance of."""
    return _ANCESTORS.get(kind, _NO_ANCESTORS)


def known_class(name: str) -> bool:
    """Whether a member finds a class of this name."""
    return name in _KNOWN
