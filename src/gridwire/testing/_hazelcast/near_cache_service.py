# SPDX-License-Identifier: Apache-2.0
"""Map messages of clients that keep a near cache: what they register for, what they repair by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridwire.hazelcast.error_codes import ErrorCode
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.testing._hazelcast.invalidations import InvalidationListener
from gridwire.testing._hazelcast.refusals import Refusal, StackFrame, illegal_argument

if TYPE_CHECKING:
    from uuid import UUID

    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.testing._hazelcast.member import Member
    from gridwire.testing._hazelcast.session import Handler, Session

__all__ = ["HANDLERS"]


def _add_listener(session: Session, buffer: Buffer) -> None:
    message = messages.ADD_NEAR_CACHE_INVALIDATION_LISTENER
    request = message.decode_request(buffer)
    state = session.state
    uuid = state.new_uuid()
    session.answer(message, uuid)
    state.invalidations.add(
        InvalidationListener(
            uuid,
            session,
            session.member,
            session.correlation_id,
            request.name,
            request.listener_flags,
            request.local_only,
        )
    )


def _fetch_metadata(session: Session, buffer: Buffer) -> None:
    message = messages.FETCH_NEAR_CACHE_INVALIDATION_METADATA
    request = message.decode_request(buffer)
    if not request.names:
        frame = StackFrame(
            "com.hazelcast.internal.util.Preconditions", "isNotEmpty", "Preconditions.java", 180
        )
        raise illegal_argument("mapNames cannot be null or empty", frame)
    member = _member(session, request.uuid)
    session.answer(message, *session.state.invalidations.metadata(request.names, member))


def _member(session: Session, uuid: UUID) -> Member:
    """The member that a request is about, whichever was asked."""
    for member in session.state.members:
        if member.uuid == uuid:
            return member
    where = "com.hazelcast.client.impl.protocol.task.AbstractTargetMessageTask"
    raise Refusal(
        ErrorCode.TARGET_NOT_MEMBER,
        "com.hazelcast.spi.exception.TargetNotMemberException",
        f"Member with uuid({uuid}) is not in member list ",
        StackFrame(where, "processInternal", "AbstractTargetMessageTask.java", 45),
    )


HANDLERS: dict[int, Handler] = {
    messages.ADD_NEAR_CACHE_INVALIDATION_LISTENER.request_type: _add_listener,
    messages.FETCH_NEAR_CACHE_INVALIDATION_METADATA.request_type: _fetch_metadata,
}
"""The Map messages of this module."""
