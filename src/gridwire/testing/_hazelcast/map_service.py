# SPDX-License-Identifier: Apache-2.0
"""Map messages that work on one partition: done at its owner, backed up, answered, reported.

A client may ask any member; the operation happens at the owner. That a backup is made and
acknowledged before the answer leaves is what keeps an acknowledged write safe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.testing._hazelcast.changes import back_up, report
from gridwire.testing._hazelcast.intercepted import handle_intercepted
from gridwire.testing._hazelcast.lock_service import waits
from gridwire.testing._hazelcast.map_keys import OPERATIONS, READS, owned
from gridwire.testing._hazelcast.paging import next_page
from gridwire.testing._hazelcast.refusals import StackFrame, illegal_argument, out_of_bounds
from gridwire.testing._hazelcast.registrations import ADDED, UPDATED

if TYPE_CHECKING:
    from typing import Any

    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.hazelcast.protocol.table import Message
    from gridwire.testing._hazelcast.map_keys import Operation
    from gridwire.testing._hazelcast.session import Handler, Session
    from gridwire.testing._hazelcast.state import Replicas
    from gridwire.testing._hazelcast.stores import MapStore

__all__ = ["HANDLERS"]


def _keyed(message: Message, operate: Operation) -> Handler:
    """A handler of a message that names one key."""
    decode, encode = message.decode_request, message.encode_response
    writes = message not in READS

    def handle(session: Session, buffer: Buffer) -> None:
        request = decode(buffer)
        state = session.state
        name, key = request.name, owned(request.key)
        partition_id = session.partition_id
        replicas = state.replicas(partition_id)
        store = replicas.owner.store(partition_id, name)
        if store.locks and writes and waits(session, buffer, message, store, key, request):
            return
        if store.limited and store.has_expired(key, session.now):
            state.expire(partition_id, name, [key])
        if name in state.interceptors.by_map:
            handle_intercepted(session, message, operate, request, key, replicas)
            return
        answer, change = operate(store, key, request, session.now)
        if change is None:
            session.send(encode(session.correlation_id, 0, *answer))
            return
        acks = 0
        if replicas.backups:
            acks = back_up(session, partition_id, replicas, name, (key,))
        session.send(encode(session.correlation_id, acks, *answer))
        if state.invalidations.by_map or state.entry_listeners.by_map:
            report(session, partition_id, replicas, name, ((key, *change),))

    return handle


def _put_all(session: Session, buffer: Buffer) -> None:
    request = messages.PUT_ALL.decode_request(buffer)
    name, partition_id = request.name, session.partition_id
    replicas, store = _partition(session, name)
    interceptors = session.state.interceptors
    changes = []
    # Locks do not keep it out, as on real members.
    for key, given in [(owned(key), owned(value)) for key, value in request.entries]:
        before = store.records.get(key)
        value = interceptors.put(name, None if before is None else before.value, given)
        old = store.write(key, value, 0, 0, session.now)
        if not request.trigger_map_loader:
            # A member that must not load does not look at what was there either.
            old = None
        changes.append((key, ADDED if old is None else UPDATED, value, old))
    keys = [change[0] for change in changes]
    acks = back_up(session, partition_id, replicas, name, keys)
    session.send(messages.PUT_ALL.encode_response(session.correlation_id, acks))
    report(session, partition_id, replicas, name, changes)


def _get_all(session: Session, buffer: Buffer) -> None:
    request = messages.GET_ALL.decode_request(buffer)
    _, store = _partition(session, request.name)
    got = session.state.interceptors.got
    keys = map(owned, request.keys)
    found = ((key, got(request.name, store.read(key, session.now))) for key in keys)
    session.answer(messages.GET_ALL, [entry for entry in found if entry[1] is not None])


def _partition(session: Session, name: str) -> tuple[Replicas, MapStore]:
    """The partition that the request names, without expired entries in this map."""
    state = session.state
    replicas = state.replicas(session.partition_id)
    store = replicas.owner.store(session.partition_id, name)
    if store.limited:
        state.expire(session.partition_id, name, store.expired(session.now))
    return replicas, store


def _fetch_keys(session: Session, buffer: Buffer) -> None:
    request = messages.FETCH_KEYS.decode_request(buffer)
    pointers, keys, _ = _page(session, request)
    session.answer(messages.FETCH_KEYS, pointers, keys)


def _fetch_entries(session: Session, buffer: Buffer) -> None:
    request = messages.FETCH_ENTRIES.decode_request(buffer)
    pointers, keys, store = _page(session, request)
    entries = [(key, store.records[key].value) for key in keys]
    session.answer(messages.FETCH_ENTRIES, pointers, entries)


def _page(session: Session, request: Any) -> tuple[list[tuple[int, int]], list[bytes], MapStore]:
    _, store = _partition(session, request.name)
    if request.batch < 0:
        frame = StackFrame("java.util.ArrayList", "<init>", "ArrayList.java", 160)
        raise illegal_argument(f"Illegal Capacity: {request.batch}", frame)
    if not request.iteration_pointers:
        where = ("com.hazelcast.internal.util.SampleableConcurrentHashMap", "checkPointers")
        frame = StackFrame(*where, "SampleableConcurrentHashMap.java", 146)
        raise out_of_bounds("Index -1 out of bounds for length 0", frame)
    pointers, keys = next_page(store, request.iteration_pointers, request.batch)
    return pointers, keys, store


HANDLERS: dict[int, Handler] = {
    **{message.request_type: _keyed(message, operate) for message, operate in OPERATIONS.items()},
    messages.PUT_ALL.request_type: _put_all,
    messages.GET_ALL.request_type: _get_all,
    messages.FETCH_KEYS.request_type: _fetch_keys,
    messages.FETCH_ENTRIES.request_type: _fetch_entries,
}
"""The Map messages of this module."""
