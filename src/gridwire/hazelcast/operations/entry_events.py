# SPDX-License-Identifier: Apache-2.0
"""What listeners of a map are told."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntFlag
from typing import Any, Generic, TypeVar
from uuid import UUID

__all__ = ["EntryEvent", "EntryEventCallable", "EntryEventType"]

K = TypeVar("K")
V = TypeVar("V")


class EntryEventType(IntFlag):
    """The kind of an entry event."""

    ADDED = 1
    """An entry was added."""

    REMOVED = 2
    """An entry was removed."""

    UPDATED = 4
    """An entry got another value."""

    EVICTED = 8
    """An entry was evicted."""

    EXPIRED = 16
    """An entry's time was over."""

    EVICT_ALL = 32
    """All entries were evicted."""

    CLEAR_ALL = 64
    """All entries were removed."""

    MERGED = 128
    """An entry was merged after a split of the cluster."""

    INVALIDATION = 256
    """An entry of a near cache is not valid any more."""

    LOADED = 512
    """An entry was loaded by the map store."""


class EntryEvent(Generic[K, V]):
    """One thing that happened to a map or an entry of it.

    Attributes:
        key: the key, None for events about the whole map.
        value: the new value, None when values were not asked for.
        old_value: the value before.
        merging_value: the value that was merged.
        event_type: an `EntryEventType`.
        uuid: the member that fired the event.
        number_of_affected_entries: how many entries an event about the whole map is about.
    """

    __slots__ = (
        "event_type",
        "key",
        "merging_value",
        "number_of_affected_entries",
        "old_value",
        "uuid",
        "value",
    )

    def __init__(
        self,
        key: K,
        value: V,
        old_value: V,
        merging_value: V,
        event_type: int,
        member_uuid: UUID,
        number_of_affected_entries: int,
    ) -> None:
        self.key = key
        self.value = value
        self.old_value = old_value
        self.merging_value = merging_value
        self.event_type = EntryEventType(event_type)
        self.uuid = member_uuid
        self.number_of_affected_entries = number_of_affected_entries

    def __repr__(self) -> str:
        return (
            f"EntryEvent(key={self.key!r}, value={self.value!r}, old_value={self.old_value!r}, "
            f"merging_value={self.merging_value!r}, event_type={self.event_type.name}, "
            f"uuid={self.uuid}, number_of_affected_entries={self.number_of_affected_entries})"
        )


EntryEventCallable = Callable[[EntryEvent[Any, Any]], object]
"""What is called with each event."""
