# SPDX-License-Identifier: Apache-2.0
"""Messages about the client itself: who it is, what it wants to hear, what it calls by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.protocol import customs
from gridwire.hazelcast.protocol.messages import client as messages
from gridwire.testing._hazelcast.client_statistics import take_statistics
from gridwire.testing._hazelcast.objects import MAP_SERVICE, ObjectListener
from gridwire.testing._hazelcast.refusals import (
    StackFrame,
    null_pointer,
    unknown_service,
)
from gridwire.testing._hazelcast.views import address_of, member_infos, partition_owners

if TYPE_CHECKING:
    from uuid import UUID

    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.hazelcast.protocol.table import Message
    from gridwire.testing._hazelcast.session import Handler, Session

__all__ = ["ENTRANCE", "HANDLERS"]

_AUTHENTICATED = 0
_CREDENTIALS_FAILED = 1
_SERIALIZATION_VERSION_MISMATCH = 2
_NOT_ALLOWED_IN_CLUSTER = 3
_SERIALIZATION_VERSION = 1
_NONE = -1
_MAJOR_OF_SILENCE = 5


def _authenticate(session: Session, buffer: Buffer) -> None:
    request = messages.AUTHENTICATION.decode_request(buffer)
    options = session.state.options
    known = (request.username, request.password) == (options.username, options.password)
    # Who may come by a token alone cannot come without one.
    known = known and (options.token is None or options.username is not None)
    _judge(session, messages.AUTHENTICATION, request, known)


def _authenticate_by_token(session: Session, buffer: Buffer) -> None:
    request = messages.AUTHENTICATION_CUSTOM.decode_request(buffer)
    token = session.state.options.token
    # Without a login module, which only the commercial members have, no token is good.
    known = token is not None and bytes(request.credentials) == token.encode()
    _judge(session, messages.AUTHENTICATION_CUSTOM, request, known)


def _judge(session: Session, message: Message, request: Any, known: bool) -> None:
    session.client_name = request.client_name
    options = session.state.options
    status = _AUTHENTICATED
    if request.serialization_version != _SERIALIZATION_VERSION:
        status = _SERIALIZATION_VERSION_MISMATCH
    elif not known or request.cluster_name != options.cluster_name:
        # A real member says the same of a wrong name and of a wrong password.
        status = _CREDENTIALS_FAILED
    elif session.state.faults.active and _is_kept_out(session, request):
        status = _NOT_ALLOWED_IN_CLUSTER
    if status != _AUTHENTICATED:
        _refuse(session, message, status)
        return
    if request.uuid is None:
        frame = ("com.hazelcast.client.impl.ClientEndpointManagerImpl", "sendClientEvent")
        raise null_pointer(
            'Cannot invoke "java.util.UUID.hashCode()" because "uuid" is null',
            StackFrame(*frame, "ClientEndpointManagerImpl.java", 133),
        )
    session.admit(request.uuid)
    _admit(session, message)


def _is_kept_out(session: Session, request: Any) -> bool:
    fault = session.state.faults.keeping_out(session.member, request.client_name, request.uuid)
    if fault is not None:
        fault.hits += 1
    return fault is not None


def _admit(session: Session, message: Message) -> None:
    state = session.state
    session.answer(
        message,
        _AUTHENTICATED,
        address_of(state, session.member),
        session.member.uuid,
        _SERIALIZATION_VERSION,
        state.options.version,
        state.options.partition_count,
        state.uuid,
        False,
        [],
        None,
        state.member_version,
        member_infos(state),
        state.partition_version if state.table else _NONE,
        partition_owners(state),
        {"clusterVersion": state.dialect.line},
    )


def _refuse(session: Session, message: Message, status: int) -> None:
    """Do not let a client in, and tell it nothing of the cluster.

    Members 4.x tell a little.
    """
    state = session.state
    facts: tuple[int, str, int, UUID | None] = (_NONE, "", _NONE, None)
    if state.dialect.numbers[0] < _MAJOR_OF_SILENCE:
        facts = (
            _SERIALIZATION_VERSION,
            state.options.version,
            state.options.partition_count,
            state.uuid,
        )
    session.answer(
        message,
        status,
        None,
        None,
        *facts,
        False,
        None,
        None,
        _NONE,
        [],
        _NONE,
        [],
        {},
    )


def _watch_cluster(session: Session, _: Buffer) -> None:
    # Real members, too, tell what there is before they say that they will.
    session.state.views.subscribe(session, session.correlation_id)
    session.answer(messages.ADD_CLUSTER_VIEW_LISTENER)


def _watch_backups(session: Session, _: Buffer) -> None:
    session.member.ack_listeners[session.client_uuid] = (session, session.correlation_id)
    # Members name this registration by the client itself; there is no message to end it.
    session.answer(messages.LOCAL_BACKUP_LISTENER, session.client_uuid)


def _create_proxy(session: Session, buffer: Buffer) -> None:
    request = messages.CREATE_PROXY.decode_request(buffer)
    _create(session, request.service_name, request.name)
    session.answer(messages.CREATE_PROXY)


def _create_proxies(session: Session, buffer: Buffer) -> None:
    for name, service in messages.CREATE_PROXIES.decode_request(buffer).proxies:
        _create(session, service, name)
    session.answer(messages.CREATE_PROXIES)


def _create(session: Session, service: str, name: str) -> None:
    if service != MAP_SERVICE:
        raise unknown_service(service)
    session.state.objects.create(service, name, session)


def _destroy_proxy(session: Session, buffer: Buffer) -> None:
    request = messages.DESTROY_PROXY.decode_request(buffer)
    state = session.state
    if request.service_name != MAP_SERVICE:
        raise unknown_service(request.service_name)
    state.destroy_map(request.name, session.member.uuid)
    state.objects.destroy(request.service_name, request.name, session)
    session.answer(messages.DESTROY_PROXY)


def _list_objects(session: Session, _: Buffer) -> None:
    names = session.state.objects.names()
    infos: list[Any] = [customs.DistributedObjectInfo(*each) for each in names]
    session.answer(messages.GET_DISTRIBUTED_OBJECTS, infos)


def _watch_objects(session: Session, buffer: Buffer) -> None:
    request = messages.ADD_DISTRIBUTED_OBJECT_LISTENER.decode_request(buffer)
    uuid = session.state.new_uuid()
    session.state.objects.add_listener(
        ObjectListener(uuid, session, session.member, session.correlation_id, request.local_only)
    )
    session.answer(messages.ADD_DISTRIBUTED_OBJECT_LISTENER, uuid)


def _unwatch_objects(session: Session, buffer: Buffer) -> None:
    message = messages.REMOVE_DISTRIBUTED_OBJECT_LISTENER
    uuid = message.decode_request(buffer).registration_id
    removed = session.state.objects.remove_listener(uuid)
    session.answer(message, removed)


def _acknowledge(message: Message) -> Handler:
    """A handler that reads nothing and answers that it is done."""

    def handle(session: Session, _: Buffer) -> None:
        session.answer(message)

    return handle


ENTRANCE: dict[int, Handler] = {
    messages.AUTHENTICATION.request_type: _authenticate,
    messages.AUTHENTICATION_CUSTOM.request_type: _authenticate_by_token,
}
"""What a client may send before it is known."""

HANDLERS: dict[int, Handler] = {
    **ENTRANCE,
    messages.ADD_CLUSTER_VIEW_LISTENER.request_type: _watch_cluster,
    messages.LOCAL_BACKUP_LISTENER.request_type: _watch_backups,
    messages.CREATE_PROXY.request_type: _create_proxy,
    messages.CREATE_PROXIES.request_type: _create_proxies,
    messages.DESTROY_PROXY.request_type: _destroy_proxy,
    messages.GET_DISTRIBUTED_OBJECTS.request_type: _list_objects,
    messages.ADD_DISTRIBUTED_OBJECT_LISTENER.request_type: _watch_objects,
    messages.REMOVE_DISTRIBUTED_OBJECT_LISTENER.request_type: _unwatch_objects,
    messages.PING.request_type: _acknowledge(messages.PING),
    messages.STATISTICS.request_type: take_statistics,
    messages.TRIGGER_PARTITION_ASSIGNMENT.request_type: _acknowledge(
        messages.TRIGGER_PARTITION_ASSIGNMENT
    ),
}
"""Everything of this service that a member does."""
