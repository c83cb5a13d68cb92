# SPDX-License-Identifier: Apache-2.0
"""Map messages about locks, and how other messages keep out of keys that are locked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.error_codes import ErrorCode
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.serialization.data import HEADER, partition_hash
from gridwire.testing._hazelcast.changes import acknowledge
from gridwire.testing._hazelcast.locks import lease_end, taken
from gridwire.testing._hazelcast.map_keys import owned
from gridwire.testing._hazelcast.refusals import Refusal, StackFrame

if TYPE_CHECKING:
    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.hazelcast.protocol.table import Message
    from gridwire.testing._hazelcast.locks import Lock
    from gridwire.testing._hazelcast.session import Handler, Session
    from gridwire.testing._hazelcast.stores import MapStore

__all__ = ["HANDLERS", "waits"]

_NO_THREAD = 0
"""For whom real members take a request that names no thread."""

_FOR_EVER = -1
_LONG_TEXT_SINCE = (5, 5)


def waits(
    session: Session, buffer: Buffer, message: Message, store: MapStore, key: bytes, request: Any
) -> bool:
    """Let a request wait if its key is locked by somebody else; to be asked if there are locks.

    Args:
        session: the connection that it came by.
        buffer: the whole request.
        message: its kind.
        store: where the key is.
        key: the key.
        request: what the request says. It may bring a time to wait; if not, it waits for ever.

    Returns:
        Whether it is done with, for now: it waits, or its time was over at once.
    """
    lock = session.state.locks.among(store, key)
    thread_id = getattr(request, "thread_id", _NO_THREAD)
    if lock is None or lock.is_of(session.client_uuid, thread_id):
        return False
    timeout = getattr(request, "timeout", _FOR_EVER)
    late = None
    if timeout >= 0:
        late = (timeout, message.encode_response(session.correlation_id, 0, False))
        if timeout == 0:
            session.send(late[1])
            return True
    session.state.waiting.park(session, bytes(buffer), (request.name, key), thread_id, late)
    return True


def _lock(session: Session, buffer: Buffer) -> None:
    request = messages.LOCK.decode_request(buffer)
    _take(session, buffer, messages.LOCK, request, request.ttl)


def _try_lock(session: Session, buffer: Buffer) -> None:
    request = messages.TRY_LOCK.decode_request(buffer)
    _take(session, buffer, messages.TRY_LOCK, request, request.lease, True)


def _take(
    session: Session, buffer: Buffer, message: Message, request: Any, lease: int, *answer: bool
) -> None:
    """Lock a key, or wait for it."""
    state, key = session.state, owned(request.key)
    partition_id = session.partition_id
    replicas = state.replicas(partition_id)
    store = replicas.owner.store(partition_id, request.name)
    if waits(session, buffer, message, store, key, request):
        return
    lock = taken(
        state.locks.among(store, key),
        session.client_uuid,
        request.thread_id,
        request.reference_id,
        lease_end(lease, session.now),
    )
    assert lock is not None
    acks = acknowledge(session, replicas)
    session.send(message.encode_response(session.correlation_id, acks, *answer))
    state.locks.put(partition_id, request.name, key, lock)


def _unlock(session: Session, buffer: Buffer) -> None:
    request = messages.UNLOCK.decode_request(buffer)
    state, key = session.state, owned(request.key)
    replicas = state.replicas(session.partition_id)
    lock = state.locks.on(session.partition_id, request.name, key)
    if lock is None or not lock.is_of(session.client_uuid, request.thread_id):
        raise _not_owner(session, request, key, lock)
    acks = acknowledge(session, replicas)
    session.send(messages.UNLOCK.encode_response(session.correlation_id, acks))
    if lock.reference_id == request.reference_id:
        return  # It was done before; this is its repetition.
    left: Lock | None = None
    if lock.times > 1:
        left = lock._replace(times=lock.times - 1, reference_id=request.reference_id)
    state.locks.put(session.partition_id, request.name, key, left)


def _force_unlock(session: Session, buffer: Buffer) -> None:
    request = messages.FORCE_UNLOCK.decode_request(buffer)
    state, key = session.state, owned(request.key)
    replicas = state.replicas(session.partition_id)
    locked = state.locks.on(session.partition_id, request.name, key) is not None
    acks = acknowledge(session, replicas) if locked else 0
    session.send(messages.FORCE_UNLOCK.encode_response(session.correlation_id, acks))
    if locked:
        state.locks.put(session.partition_id, request.name, key, None)


def _is_locked(session: Session, buffer: Buffer) -> None:
    request = messages.IS_LOCKED.decode_request(buffer)
    state, key = session.state, owned(request.key)
    state.replicas(session.partition_id)
    lock = state.locks.on(session.partition_id, request.name, key)
    session.answer(messages.IS_LOCKED, lock is not None)


def _not_owner(session: Session, request: Any, key: bytes, lock: Lock | None) -> Refusal:
    owner = "<not-locked>" if lock is None else str(lock)
    message = f"Current thread is not owner of the lock! -> {owner}"
    if session.state.dialect.numbers >= _LONG_TEXT_SINCE:
        message = (
            f"Current thread is not owner of the lock! Key: {_described(key)}, "
            f"TID: {request.thread_id}, Name: {request.name}, Owner info: {owner}"
        )
    where = "com.hazelcast.internal.locksupport.operations.UnlockOperation"
    return Refusal(
        ErrorCode.ILLEGAL_MONITOR_STATE,
        "java.lang.IllegalMonitorStateException",
        message,
        StackFrame(where, "ensureUnlocked", "UnlockOperation.java", 86),
    )


def _described(key: bytes) -> str:
    """Serialized data as members write it into messages."""
    hashed, type_id = HEADER.unpack_from(key)
    computed = partition_hash(key)
    return (
        f"HeapData{{type={type_id}, hashCode={computed}, partitionHash={hashed or computed}, "
        f"totalSize={len(key)}, dataSize={len(key) - HEADER.size}, heapCost={len(key) + 32}}}"
    )


HANDLERS: dict[int, Handler] = {
    messages.LOCK.request_type: _lock,
    messages.TRY_LOCK.request_type: _try_lock,
    messages.UNLOCK.request_type: _unlock,
    messages.FORCE_UNLOCK.request_type: _force_unlock,
    messages.IS_LOCKED.request_type: _is_locked,
}
"""The Map messages of this module."""
