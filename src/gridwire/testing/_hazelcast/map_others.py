# SPDX-License-Identifier: Apache-2.0
"""Map messages that few clients send: lost partitions, entries with metadata, the event journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.error_codes import ErrorCode
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.testing._hazelcast.changes import back_up, report
from gridwire.testing._hazelcast.losses import LossListener
from gridwire.testing._hazelcast.map_keys import owned
from gridwire.testing._hazelcast.records import FOREVER, Lifespan, Record
from gridwire.testing._hazelcast.refusals import Refusal, StackFrame
from gridwire.testing._hazelcast.registrations import MERGED

if TYPE_CHECKING:
    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.hazelcast.protocol.table import Message
    from gridwire.testing._hazelcast.session import Handler, Session
    from gridwire.testing._hazelcast.stores import MapStore

__all__ = ["HANDLERS"]

_NAMESPACE = "DistributedObjectNamespace{{service='hz:impl:mapService', objectName='{}'}}"


def _add_loss_listener(session: Session, buffer: Buffer) -> None:
    request = messages.ADD_PARTITION_LOST_LISTENER.decode_request(buffer)
    uuid = session.state.new_uuid()
    listener = LossListener(session, session.correlation_id, request.name, request.local_only)
    session.state.losses.add(uuid, listener)
    session.answer(messages.ADD_PARTITION_LOST_LISTENER, uuid)


def _remove_loss_listener(session: Session, buffer: Buffer) -> None:
    request = messages.REMOVE_PARTITION_LOST_LISTENER.decode_request(buffer)
    removed = session.state.losses.remove(request.name, request.registration_id)
    session.answer(messages.REMOVE_PARTITION_LOST_LISTENER, removed)


def _put_all_with_metadata(session: Session, buffer: Buffer) -> None:
    """Take over entries with their life from elsewhere; whether keys are locked does not matter."""
    request = messages.PUT_ALL_WITH_METADATA.decode_request(buffer)
    state, name, partition_id = session.state, request.name, session.partition_id
    replicas = state.replicas(partition_id)
    store = replicas.owner.store(partition_id, name)
    if store.limited:
        state.expire(partition_id, name, store.expired(session.now))
    changes = []
    for view in request.entries:
        key, value = owned(view.key), owned(view.value)
        old = _merge(store, key, value, view)
        changes.append((key, MERGED, value, old))
    acks = 0
    if changes:
        acks = back_up(session, partition_id, replicas, name, [change[0] for change in changes])
    encode = messages.PUT_ALL_WITH_METADATA.encode_response
    session.send(encode(session.correlation_id, acks))
    report(session, partition_id, replicas, name, changes)


def _merge(store: MapStore, key: bytes, value: bytes, view: Any) -> bytes | None:
    """Store an entry as it was elsewhere; what was there before."""
    life = None
    if view.expiration_time < FOREVER:
        ttl, idle = (0 if limit >= FOREVER else limit for limit in (view.ttl, view.max_idle))
        life = Lifespan(ttl, idle, max(0, view.last_update_time))
        life.expires_at = view.expiration_time - view.expiration_time % 1000
    before = store.records.get(key)
    version = 0
    if before is not None:
        version = before.version + (before.value != value)
    store.adopt(key, Record(value, version, life))
    return None if before is None else before.value


def _no_journal(message: Message, of_what: str) -> Handler:
    """A handler of a message for maps that were configured to have a journal of their events."""

    def handle(session: Session, buffer: Buffer) -> None:
        request: Any = message.decode_request(buffer)
        session.state.replicas(session.partition_id)
        raise Refusal(
            ErrorCode.UNSUPPORTED_OPERATION,
            "java.lang.UnsupportedOperationException",
            "Cannot subscribe to event journal because it is either not configured or disabled "
            f"for {of_what.format(request.name)}",
            StackFrame(
                "com.hazelcast.internal.journal.EventJournalInitialSubscriberOperation",
                "beforeRun",
                "EventJournalInitialSubscriberOperation.java",
                65,
            ),
        )

    return handle


HANDLERS: dict[int, Handler] = {
    messages.ADD_PARTITION_LOST_LISTENER.request_type: _add_loss_listener,
    messages.REMOVE_PARTITION_LOST_LISTENER.request_type: _remove_loss_listener,
    messages.PUT_ALL_WITH_METADATA.request_type: _put_all_with_metadata,
    messages.EVENT_JOURNAL_SUBSCRIBE.request_type: _no_journal(
        messages.EVENT_JOURNAL_SUBSCRIBE, "map '{}'"
    ),
    messages.EVENT_JOURNAL_READ.request_type: _no_journal(messages.EVENT_JOURNAL_READ, _NAMESPACE),
}
"""The Map messages of this module."""
