# SPDX-License-Identifier: Apache-2.0
"""Type ids: the number in front of every serialized object that says how it is written.

Ids of programs are positive; those of Hazelcast are zero or negative. The table has all that a
member of version 5.7 knows, so that an error can name what arrived, read or not.
"""

from __future__ import annotations

from enum import IntEnum

__all__ = ["LEAST_TYPE_ID", "NUMBER_ARRAYS", "UNREADABLE", "TypeId", "type_name"]

LEAST_TYPE_ID = -1000
"""Hazelcast numbers its types from 0 downwards, and is far from this; what is below is damage."""


class TypeId(IntEnum):
    """Type ids of Hazelcast, named after their classes in Java."""

    NULL = 0
    PORTABLE = -1
    IDENTIFIED_DATA_SERIALIZABLE = -2
    BYTE = -3
    BOOLEAN = -4
    CHAR = -5
    SHORT = -6
    INT = -7
    LONG = -8
    FLOAT = -9
    DOUBLE = -10
    STRING = -11
    BYTE_ARRAY = -12
    BOOLEAN_ARRAY = -13
    CHAR_ARRAY = -14
    SHORT_ARRAY = -15
    INT_ARRAY = -16
    LONG_ARRAY = -17
    FLOAT_ARRAY = -18
    DOUBLE_ARRAY = -19
    STRING_ARRAY = -20
    UUID = -21
    SIMPLE_ENTRY = -22
    SIMPLE_IMMUTABLE_ENTRY = -23
    CLASS = -24
    DATE = -25
    BIG_INTEGER = -26
    BIG_DECIMAL = -27
    OBJECT_ARRAY = -28
    ARRAY_LIST = -29
    LINKED_LIST = -30
    COPY_ON_WRITE_ARRAY_LIST = -31
    HASH_MAP = -32
    CONCURRENT_SKIP_LIST_MAP = -33
    CONCURRENT_HASH_MAP = -34
    LINKED_HASH_MAP = -35
    TREE_MAP = -36
    HASH_SET = -37
    TREE_SET = -38
    LINKED_HASH_SET = -39
    COPY_ON_WRITE_ARRAY_SET = -40
    CONCURRENT_SKIP_LIST_SET = -41
    ARRAY_DEQUE = -42
    LINKED_BLOCKING_QUEUE = -43
    ARRAY_BLOCKING_QUEUE = -44
    PRIORITY_BLOCKING_QUEUE = -45
    DELAY_QUEUE = -46
    SYNCHRONOUS_QUEUE = -47
    LINKED_TRANSFER_QUEUE = -48
    PRIORITY_QUEUE = -49
    OPTIONAL = -50
    LOCAL_DATE = -51
    LOCAL_TIME = -52
    LOCAL_DATE_TIME = -53
    OFFSET_DATE_TIME = -54
    COMPACT = -55
    COMPACT_WITH_SCHEMA = -56
    JAVA_SERIALIZABLE = -100
    JAVA_EXTERNALIZABLE = -101
    BYTE_BUFFER = -102
    CSHARP = -110
    PICKLE = -120
    JSON = -130
    GO_GOB = -140


NUMBER_ARRAYS = {
    ("i", 1): TypeId.BYTE_ARRAY,
    ("i", 2): TypeId.SHORT_ARRAY,
    ("i", 4): TypeId.INT_ARRAY,
    ("i", 8): TypeId.LONG_ARRAY,
    ("f", 4): TypeId.FLOAT_ARRAY,
    ("f", 8): TypeId.DOUBLE_ARRAY,
}
"""Java's arrays of numbers, by the kind of number (integer or float) and the bytes of an item."""


_FOR_ALL_LANGUAGES = (
    "Let its writer use a type that all languages read: a basic type, a HazelcastJsonValue or an "
    "IdentifiedDataSerializable."
)

UNREADABLE: dict[int, tuple[str, str]] = {
    TypeId.COMPACT_WITH_SCHEMA: (
        "a Compact object with its schema, which only members exchange",
        _FOR_ALL_LANGUAGES,
    ),
    TypeId.JAVA_SERIALIZABLE: (
        "an object of java.io.Serializable, which only Java reads",
        _FOR_ALL_LANGUAGES,
    ),
    TypeId.JAVA_EXTERNALIZABLE: (
        "an object of java.io.Externalizable, which only Java reads",
        _FOR_ALL_LANGUAGES,
    ),
    TypeId.CSHARP: (
        "an object of the serialization of .NET, which only .NET reads",
        _FOR_ALL_LANGUAGES,
    ),
    TypeId.PICKLE: (
        "an object that a Python client pickled",
        (
            "Reading pickles runs code that the data names; where all writers are trusted, allow "
            'it with allow_pickle="read".'
        ),
    ),
    TypeId.GO_GOB: ("an object of the encoding gob, which only Go reads", _FOR_ALL_LANGUAGES),
}
"""Ids that are known and not read (without an option): what they mean, and the way out."""


def type_name(type_id: int) -> str:
    """The id as a text shows it: with its name when Hazelcast defines it."""
    try:
        return f"{type_id} ({TypeId(type_id).name})"
    except ValueError:
        return str(type_id)
