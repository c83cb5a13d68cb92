# SPDX-License-Identifier: Apache-2.0
"""Entry processors at work: code of the program that reads and changes entries where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridwire.testing._hazelcast.changes import follow
from gridwire.testing._hazelcast.registrations import ADDED, REMOVED, UPDATED
from gridwire.testing._hazelcast.user_code import attempt

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridwire.testing._hazelcast.changes import KeyChange
    from gridwire.testing._hazelcast.session import Session
    from gridwire.testing._hazelcast.state import Replicas
    from gridwire.testing._hazelcast.user_code import UserCode

__all__ = ["ProcessedEntry", "process_entry"]

_UNREAD = object()


class ProcessedEntry:
    """The entry that a processor works on.

    A processor is an object with ``process(entry)``; what that returns is the answer to the client.

    Args:
        key: serialized.
        value: serialized; None if there is no such entry.
        code: reads them.
    """

    __slots__ = ("_changed", "_code", "_key", "_key_data", "_value", "_value_data")

    def __init__(self, key: bytes, value: bytes | None, code: UserCode) -> None:
        self._key_data = key
        self._value_data = value
        self._code = code
        self._key: Any = _UNREAD
        self._value: Any = _UNREAD
        self._changed = False

    @property
    def key(self) -> Any:
        """The key."""
        if self._key is _UNREAD:
            self._key = self._code.value(self._key_data)
        return self._key

    @property
    def value(self) -> Any:
        """The value, None if there is none; to set it stores it, or removes the entry with None.

        To change an object that it is made of changes nothing in the map until it is set.
        """
        if self._value is _UNREAD:
            self._value = self._code.value(self._value_data)
        return self._value

    @value.setter
    def value(self, value: Any) -> None:
        self._value = value
        self._changed = True

    def outcome(self) -> tuple[bool, bytes | None]:
        """Whether the value was set, and what it is then, serialized.

        Raises:
            Refusal: it cannot be serialized.
        """
        return self._changed, self._code.data(self._value) if self._changed else None


def process_entry(
    session: Session,
    partition_id: int,
    replicas: Replicas,
    name: str,
    key: bytes,
    process: Callable[[ProcessedEntry], Any],
) -> tuple[bytes | None, list[KeyChange]]:
    """Process an entry of a map, whether it exists or not; backups follow.

    Args:
        session: who asked for it.
        partition_id: where it is.
        replicas: who holds the partition.
        name: of the map.
        key: its key.
        process: code of the program.

    Returns:
        What it returned, serialized, and the change that is to be reported, if any.

    Raises:
        Refusal: the code raised something; nothing is changed then.
    """
    state = session.state
    store = replicas.owner.store(partition_id, name)
    stored = store.read(key, session.now)
    seen = state.interceptors.got(name, stored)
    entry = ProcessedEntry(key, seen, state.user_code)
    result = state.user_code.data(attempt(process, entry))
    changed, value = entry.outcome()
    if not changed or (value is None and stored is None):
        return result, []
    if value is None:
        assert stored is not None
        state.interceptors.removed(name, stored)
        store.drop(key)
        change: KeyChange = (key, REMOVED, None, seen)
    else:
        value = state.interceptors.put(name, stored, value)
        store.write(key, value, 0, 0, session.now)
        change = (key, ADDED if stored is None else UPDATED, value, seen)
    follow(partition_id, replicas, name, (key,))
    return result, [change]
