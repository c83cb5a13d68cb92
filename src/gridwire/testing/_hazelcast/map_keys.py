# SPDX-License-Identifier: Apache-2.0
"""What the Map messages do that name one key.

An operation works on the owner's store, in which nothing expired is left under the key. It gives
the values of the response, and the change that it made, if any: its kind, and the new and the old
value as listeners are told them. Which changes tell which values is what real members do; that
`TryPut` is always reported as an addition is one of their ways.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.protocol import customs
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.testing._hazelcast.records import FOREVER
from gridwire.testing._hazelcast.refusals import null_data
from gridwire.testing._hazelcast.registrations import (
    ADDED,
    EVICTED,
    REMOVED,
    SILENT,
    UNTOUCHED,
    UPDATED,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.hazelcast.protocol.table import Message
    from gridwire.testing._hazelcast.stores import MapStore

    Change = tuple[int, bytes | None, bytes | None]
    Done = tuple[tuple[Any, ...], Change | None]
    Operation = Callable[[MapStore, bytes, Any, int], Done]

__all__ = ["OPERATIONS", "READS", "Change", "Operation", "owned"]

# What a record costs a real member in memory, in bytes, without the value.
_RECORD_COST = 52
_UNKNOWN = -1


def owned(data: Buffer) -> bytes:
    """Data that does not keep alive the message that it came in.

    Raises:
        Refusal: it is empty, which members take for a null.
    """
    if not data:
        raise null_data()
    return data if type(data) is bytes else bytes(data)


def _get(store: MapStore, key: bytes, _: Any, now: int) -> Done:
    return (store.read(key, now),), None


def _contains_key(store: MapStore, key: bytes, _: Any, now: int) -> Done:
    return (store.read(key, now) is not None,), None


def _written(
    store: MapStore, key: bytes, request: Any, now: int, max_idle: int = 0
) -> tuple[bytes | None, Change]:
    value = owned(request.value)
    old = store.write(key, value, request.ttl, max_idle, now)
    return old, (UPDATED if old is not None else ADDED, value, old)


def _put(store: MapStore, key: bytes, request: Any, now: int) -> Done:
    old, change = _written(store, key, request, now)
    return (old,), change


def _put_with_max_idle(store: MapStore, key: bytes, request: Any, now: int) -> Done:
    old, change = _written(store, key, request, now, request.max_idle)
    return (old,), change


def _set(store: MapStore, key: bytes, request: Any, now: int) -> Done:
    return (), _written(store, key, request, now)[1]


def _set_with_max_idle(store: MapStore, key: bytes, request: Any, now: int) -> Done:
    # The response has a value, but it is always null.
    return (None,), _written(store, key, request, now, request.max_idle)[1]


def _put_if_absent(store: MapStore, key: bytes, request: Any, now: int) -> Done:
    present = store.read(key, now)
    return _put(store, key, request, now) if present is None else ((present,), None)


def _put_if_absent_with_max_idle(store: MapStore, key: bytes, request: Any, now: int) -> Done:
    present = store.read(key, now)
    if present is None:
        return _put_with_max_idle(store, key, request, now)
    return (present,), None


def _try_put(store: MapStore, key: bytes, request: Any, now: int) -> Done:
    value = owned(request.value)
    store.write(key, value, 0, 0, now)
    return (True,), (ADDED, value, None)


def _replace(store: MapStore, key: bytes, request: Any, now: int) -> Done:
    if key not in store.records:
        return (None,), None
    value = owned(request.value)
    old = store.write(key, value, 0, 0, now)
    return (old,), (UPDATED, value, old)


def _replace_if_same(store: MapStore, key: bytes, request: Any, now: int) -> Done:
    if store.read(key, now) != request.test_value:
        return (False,), None
    value = owned(request.value)
    old = store.write(key, value, 0, 0, now)
    return (True,), (UPDATED, value, old)


def _remove(store: MapStore, key: bytes, _: Any, __: int) -> Done:
    old = store.drop(key)
    return (old,), None if old is None else (REMOVED, None, old)


def _remove_if_same(store: MapStore, key: bytes, request: Any, now: int) -> Done:
    if store.read(key, now) != request.value:
        return (False,), None
    return (True,), (REMOVED, None, store.drop(key))


def _delete(store: MapStore, key: bytes, _: Any, __: int) -> Done:
    if store.drop(key) is None:
        return (False,), None
    return (True,), (REMOVED, None, None)


def _try_remove(store: MapStore, key: bytes, _: Any, __: int) -> Done:
    old = store.drop(key)
    return (old is not None,), None if old is None else (REMOVED, None, old)


def _evict(store: MapStore, key: bytes, _: Any, __: int) -> Done:
    old = store.drop(key)
    return (old is not None,), None if old is None else (EVICTED, None, old)


def _set_ttl(store: MapStore, key: bytes, request: Any, now: int) -> Done:
    if store.limit(key, request.ttl, now):
        return (True,), (SILENT, None, None)
    return (False,), (UNTOUCHED, None, None)


def _view(store: MapStore, key: bytes, _: Any, __: int) -> Done:
    record = store.records.get(key)
    if record is None:
        return (None, 0), None
    life = record.life
    written = life.written_at - life.written_at % 1000 if life else _UNKNOWN
    expires = life.expires_at if life else FOREVER
    ttl, max_idle = (life.ttl, life.max_idle) if life else (FOREVER, FOREVER)
    view = customs.SimpleEntryView(
        key,
        record.value,
        _RECORD_COST + len(record.value),
        # Members count hits and keep times only where a map is configured to do so.
        _UNKNOWN,
        expires,
        _UNKNOWN,
        _UNKNOWN,
        _UNKNOWN,
        written,
        record.version,
        ttl,
        max_idle,
    )
    return (view, max_idle), None


OPERATIONS: dict[Message, Operation] = {
    messages.PUT: _put,
    messages.PUT_WITH_MAX_IDLE: _put_with_max_idle,
    messages.GET: _get,
    messages.SET: _set,
    messages.SET_WITH_MAX_IDLE: _set_with_max_idle,
    # Without a map store behind the map, a transient value is like any other.
    messages.PUT_TRANSIENT: _set,
    messages.PUT_TRANSIENT_WITH_MAX_IDLE: _set_with_max_idle,
    messages.PUT_IF_ABSENT: _put_if_absent,
    messages.PUT_IF_ABSENT_WITH_MAX_IDLE: _put_if_absent_with_max_idle,
    messages.TRY_PUT: _try_put,
    messages.REPLACE: _replace,
    messages.REPLACE_IF_SAME: _replace_if_same,
    messages.REMOVE: _remove,
    messages.REMOVE_IF_SAME: _remove_if_same,
    messages.TRY_REMOVE: _try_remove,
    messages.DELETE: _delete,
    messages.EVICT: _evict,
    messages.CONTAINS_KEY: _contains_key,
    messages.SET_TTL: _set_ttl,
    messages.GET_ENTRY_VIEW: _view,
}
"""The operation of each message that names one key."""

READS = frozenset({messages.GET, messages.CONTAINS_KEY, messages.GET_ENTRY_VIEW})
"""Those of them that do not change anything, and so do not wait for locked keys."""
