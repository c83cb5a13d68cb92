# SPDX-License-Identifier: Apache-2.0
"""Map messages about a whole map: its size, its contents, its end, its listeners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.testing._hazelcast.map_keys import owned
from gridwire.testing._hazelcast.query import compile_predicate
from gridwire.testing._hazelcast.refusals import StackFrame, illegal_argument, null_pointer
from gridwire.testing._hazelcast.registrations import (
    CLEAR_ALL,
    EVICT_ALL,
    EntryChange,
    EntryListener,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.hazelcast.protocol.table import Message
    from gridwire.testing._hazelcast.records import Record
    from gridwire.testing._hazelcast.session import Handler, Session

__all__ = ["HANDLERS"]


def _records(session: Session, name: str) -> Iterator[tuple[bytes, Record]]:
    """All entries of a map; what expired is removed on the way."""
    state = session.state
    for partition_id, replicas in enumerate(state.table):
        store = replicas.owner.partitions[partition_id].get(name)
        if store is None:
            continue
        if store.limited:
            state.expire(partition_id, name, store.expired(session.now))
        yield from store.records.items()


def _size(session: Session, buffer: Buffer) -> None:
    name = messages.SIZE.decode_request(buffer).name
    session.answer(messages.SIZE, sum(1 for _ in _records(session, name)))


def _is_empty(session: Session, buffer: Buffer) -> None:
    name = messages.IS_EMPTY.decode_request(buffer).name
    session.answer(messages.IS_EMPTY, next(_records(session, name), None) is None)


def _contains_value(session: Session, buffer: Buffer) -> None:
    request = messages.CONTAINS_VALUE.decode_request(buffer)
    found = any(record.value == request.value for _, record in _records(session, request.name))
    session.answer(messages.CONTAINS_VALUE, found)


def _key_set(session: Session, buffer: Buffer) -> None:
    name = messages.KEY_SET.decode_request(buffer).name
    session.answer(messages.KEY_SET, [key for key, _ in _records(session, name)])


def _values(session: Session, buffer: Buffer) -> None:
    name = messages.VALUES.decode_request(buffer).name
    session.answer(messages.VALUES, [record.value for _, record in _records(session, name)])


def _entry_set(session: Session, buffer: Buffer) -> None:
    name = messages.ENTRY_SET.decode_request(buffer).name
    entries = [(key, record.value) for key, record in _records(session, name)]
    session.answer(messages.ENTRY_SET, entries)


def _empty(message: Message, kind: int) -> Handler:
    """A handler that removes all entries, and reports how many there were, if any."""

    def handle(session: Session, buffer: Buffer) -> None:
        name = message.decode_request(buffer).name
        before = sum(1 for _ in _records(session, name))
        for member in session.state.members:
            member.clear_map(name)
        # What is locked stays.
        count = before - sum(1 for _ in _records(session, name))
        session.answer(message)
        session.state.invalidations.map_changed(name, session.client_uuid)
        if count:
            # One report for the map, by the member that was asked; a partition has none.
            change = EntryChange(name, kind, session.member.uuid, affected=count)
            session.state.entry_listeners.publish(session.member, change)

    return handle


def _flush(session: Session, buffer: Buffer) -> None:
    messages.FLUSH.decode_request(buffer)
    session.answer(messages.FLUSH)


def _load_all(_: Session, buffer: Buffer) -> None:
    messages.LOAD_ALL.decode_request(buffer)
    raise illegal_argument("First you should configure a map store")


def _load_given_keys(session: Session, buffer: Buffer) -> None:
    if not messages.LOAD_GIVEN_KEYS.decode_request(buffer).keys:
        session.answer(messages.LOAD_GIVEN_KEYS)
        return
    # Without a map store, real members do not get as far as an explanation.
    raise null_pointer(None, StackFrame("java.util.Objects", "requireNonNull", "Objects.java", 209))


def _add_listener(message: Message) -> Handler:
    """A handler of one of the messages that register an entry listener."""

    def handle(session: Session, buffer: Buffer) -> None:
        request: Any = message.decode_request(buffer)
        key = getattr(request, "key", None)
        predicate = getattr(request, "predicate", None)
        passes = None
        if predicate is not None:
            passes = compile_predicate(owned(predicate), session.state, optimized=False)
        uuid = session.state.new_uuid()
        session.answer(message, uuid)
        session.state.entry_listeners.add(
            EntryListener(
                uuid,
                session,
                session.member,
                session.correlation_id,
                request.name,
                None if key is None else owned(key),
                request.include_value,
                request.listener_flags,
                request.local_only,
                message.events[0],
                passes,
            )
        )

    return handle


def _remove_listener(session: Session, buffer: Buffer) -> None:
    request = messages.REMOVE_ENTRY_LISTENER.decode_request(buffer)
    state = session.state
    removed = any(
        registered.remove(request.name, request.registration_id)
        for registered in (state.entry_listeners, state.invalidations)
    )
    session.answer(messages.REMOVE_ENTRY_LISTENER, removed)


_LISTENERS = (
    messages.ADD_ENTRY_LISTENER,
    messages.ADD_ENTRY_LISTENER_TO_KEY,
    messages.ADD_ENTRY_LISTENER_WITH_PREDICATE,
    messages.ADD_ENTRY_LISTENER_TO_KEY_WITH_PREDICATE,
)

HANDLERS: dict[int, Handler] = {
    messages.SIZE.request_type: _size,
    messages.IS_EMPTY.request_type: _is_empty,
    messages.CONTAINS_VALUE.request_type: _contains_value,
    messages.KEY_SET.request_type: _key_set,
    messages.VALUES.request_type: _values,
    messages.ENTRY_SET.request_type: _entry_set,
    messages.CLEAR.request_type: _empty(messages.CLEAR, CLEAR_ALL),
    messages.EVICT_ALL.request_type: _empty(messages.EVICT_ALL, EVICT_ALL),
    messages.FLUSH.request_type: _flush,
    messages.LOAD_ALL.request_type: _load_all,
    messages.LOAD_GIVEN_KEYS.request_type: _load_given_keys,
    **{message.request_type: _add_listener(message) for message in _LISTENERS},
    messages.REMOVE_ENTRY_LISTENER.request_type: _remove_listener,
}
"""The Map messages of this module."""
