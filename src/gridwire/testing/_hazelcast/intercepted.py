# SPDX-License-Identifier: Apache-2.0
"""Map messages that name one key, in a map that has interceptors.

What an interceptor sees and changes differs from message to message; it is as real members do it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.testing._hazelcast.changes import back_up, follow, report
from gridwire.testing._hazelcast.map_keys import owned
from gridwire.testing._hazelcast.refusals import Refusal

if TYPE_CHECKING:
    from gridwire.hazelcast.protocol.table import Message
    from gridwire.testing._hazelcast.map_keys import Change, Done, Operation
    from gridwire.testing._hazelcast.session import Session
    from gridwire.testing._hazelcast.state import Replicas
    from gridwire.testing._hazelcast.stores import MapStore

__all__ = ["handle_intercepted"]

_IF_ABSENT = {messages.PUT_IF_ABSENT, messages.PUT_IF_ABSENT_WITH_MAX_IDLE}
_PUTS = {
    messages.PUT,
    messages.PUT_WITH_MAX_IDLE,
    messages.SET,
    messages.SET_WITH_MAX_IDLE,
    messages.PUT_TRANSIENT,
    messages.PUT_TRANSIENT_WITH_MAX_IDLE,
    messages.TRY_PUT,
    messages.REPLACE,
    messages.REPLACE_IF_SAME,
    *_IF_ABSENT,
}
_REMOVES = {
    messages.REMOVE,
    messages.REMOVE_IF_SAME,
    messages.TRY_REMOVE,
    messages.DELETE,
    messages.EVICT,
}
_TELL_WHAT_WAS_GIVEN = {messages.REMOVE, messages.TRY_REMOVE}


def handle_intercepted(
    session: Session,
    message: Message,
    operate: Operation,
    request: Any,
    key: bytes,
    replicas: Replicas,
) -> None:
    """Do what a request says, as far as interceptors let it, and answer it.

    Args:
        session: the connection that it came by.
        message: its kind.
        operate: what it does.
        request: what it says.
        key: its key, which nobody else has locked, and where nothing has expired.
        replicas: who holds the partition.

    Raises:
        Refusal: an interceptor raised something.
    """
    name, partition_id = request.name, session.partition_id
    interceptors = session.state.interceptors
    store = replicas.owner.store(partition_id, name)
    old = store.records[key].value if key in store.records else None
    what = "get" if message is messages.GET else "put"
    if message in _PUTS and _writes(message, request, old):
        request = request._replace(value=interceptors.put(name, old, owned(request.value)))
    elif message is messages.SET_TTL and old is not None:
        store.write(key, interceptors.put(name, old, old), 0, 0, session.now)
    if message in _REMOVES and old is not None:
        what = "remove"
        answer, change = _removed(session, message, operate, request, key, replicas, old)
    else:
        answer, change = operate(store, key, request, session.now)
        if message is messages.GET and answer[0] is not None:
            answer = (interceptors.got(name, answer[0]),)
    acks = 0
    if change is not None:
        acks = back_up(session, partition_id, replicas, name, (key,))
    session.send(message.encode_response(session.correlation_id, acks, *answer))
    told = _told(what, answer, change)
    # One that raises afterwards keeps the change from being reported, as on real members.
    if (told is None or interceptors.after(name, what, told)) and change is not None:
        report(session, partition_id, replicas, name, ((key, *change),))


def _writes(message: Message, request: Any, old: bytes | None) -> bool:
    """Whether a message will store its value."""
    if message in _IF_ABSENT:
        return old is None
    if message is messages.REPLACE_IF_SAME:
        return bool(old == request.test_value)
    return message is not messages.REPLACE or old is not None


def _removed(
    session: Session,
    message: Message,
    operate: Operation,
    request: Any,
    key: bytes,
    replicas: Replicas,
    old: bytes,
) -> Done:
    """Remove an entry, if interceptors let it."""
    store = replicas.owner.store(session.partition_id, request.name)
    if message is messages.REMOVE_IF_SAME and old != request.value:
        return operate(store, key, request, session.now)
    try:
        given = session.state.interceptors.removed(request.name, old)
    except Refusal:
        if message is messages.EVICT:
            _evict(session, request.name, key, replicas, store)
        raise
    answer, change = operate(store, key, request, session.now)
    if message in _TELL_WHAT_WAS_GIVEN and change is not None:
        kind, value, _ = change
        change = (kind, value, given)
    return ((given,) if message is messages.REMOVE else answer), change


def _evict(session: Session, name: str, key: bytes, replicas: Replicas, store: MapStore) -> None:
    """Evict an entry although an interceptor forbids it: members ask too late."""
    store.drop(key)
    follow(session.partition_id, replicas, name, (key,))


def _told(what: str, answer: tuple[Any, ...], change: Change | None) -> bytes | None:
    """The value that interceptors are told of afterwards."""
    if what == "get":
        value: bytes | None = answer[0]
        return value
    if change is None:
        return None
    _, new, old = change
    return new if what == "put" else old
