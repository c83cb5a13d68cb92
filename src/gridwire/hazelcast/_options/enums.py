# SPDX-License-Identifier: Apache-2.0
"""The values of options that are one of a few.

An option takes the member itself, its number or its name; it gives back the member, which is
equal to the number. `IntType` and `ArrayType` live with the code that writes and reads them.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum

from gridwire.hazelcast.serialization.array_type import ArrayType
from gridwire.hazelcast.serialization.int_type import IntType

__all__ = [
    "ArrayType",
    "EvictionPolicy",
    "InMemoryFormat",
    "IndexType",
    "IntType",
    "QueryConstants",
    "ReconnectMode",
    "SSLProtocol",
    "TopicOverloadPolicy",
    "UniqueKeyTransformation",
]


class EvictionPolicy(IntEnum):
    """Which entry leaves a full near cache."""

    NONE = 0
    """None: what does not fit is not cached."""

    LRU = 1
    """The one that was not read for the longest time."""

    LFU = 2
    """The one that was read least often."""

    RANDOM = 3
    """Any."""


class InMemoryFormat(IntEnum):
    """How a near cache keeps values."""

    BINARY = 0
    """Serialized: every hit gives an object of its own."""

    OBJECT = 1
    """As objects that all readers share, if they cannot be changed or `share_objects` is on."""


class SSLProtocol(IntEnum):
    """A version of TLS or of its predecessors."""

    SSLv2 = 0
    """Broken, forbidden by RFC 6176."""

    SSLv3 = 1
    """Broken, forbidden by RFC 7568."""

    TLSv1 = 2
    """RFC 2246, deprecated by RFC 8996."""

    TLSv1_1 = 3
    """RFC 4346, deprecated by RFC 8996."""

    TLSv1_2 = 4
    """RFC 5246."""

    TLSv1_3 = 5
    """RFC 8446."""


class QueryConstants(StrEnum):
    """Names of the parts of a map entry in queries and indexes."""

    KEY_ATTRIBUTE_NAME = "__key"
    """The key."""

    THIS_ATTRIBUTE_NAME = "this"
    """The value."""


class UniqueKeyTransformation(IntEnum):
    """How a bitmap index turns the unique key of an entry into a number."""

    OBJECT = 0
    """Any object; each distinct one gets a number."""

    LONG = 1
    """An integer of at most 64 bits; each distinct one gets a number."""

    RAW = 2
    """An integer of at most 64 bits, which is the number itself."""


class IndexType(IntEnum):
    """What an index is good for."""

    SORTED = 0
    """Equality and ranges."""

    HASH = 1
    """Equality."""

    BITMAP = 2
    """Equality, for attributes with few distinct values."""


class ReconnectMode(IntEnum):
    """What happens when the last connection to the cluster is lost."""

    OFF = 0
    """The client shuts down."""

    ON = 1
    """Callers wait while the client reconnects."""

    ASYNC = 2
    """Callers get `ClientOfflineError` while the client reconnects."""


class TopicOverloadPolicy(IntEnum):
    """What a reliable topic does with a message that its ringbuffer has no room for.

    There is no room when the ringbuffer keeps messages for a minimal time and the oldest one is
    younger than that.
    """

    DISCARD_OLDEST = 0
    """It overwrites the oldest message, before its time."""

    DISCARD_NEWEST = 1
    """It drops the new message."""

    BLOCK = 2
    """The publisher waits for room."""

    ERROR = 3
    """The publisher gets `TopicOverloadError`."""
