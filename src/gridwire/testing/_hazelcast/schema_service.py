# SPDX-License-Identifier: Apache-2.0
"""Schemas of Compact records: each member keeps them, and gives them to those that join.

A member that was given one has passed it on to all others when it answers. A cluster that lost all
its members knows none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.protocol.messages import client as messages
from gridwire.hazelcast.serialization.compact.schema import FieldDescriptor, Schema
from gridwire.testing._hazelcast.query.errors import serialization_error

if TYPE_CHECKING:
    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.testing._hazelcast.session import Handler, Session
    from gridwire.testing._hazelcast.state import ClusterState

__all__ = ["HANDLERS"]


def _take_one(session: Session, buffer: Buffer) -> None:
    _keep(session.state, messages.SEND_SCHEMA.decode_request(buffer).schema)
    holders = {member.uuid for member in session.state.members}
    session.answer(messages.SEND_SCHEMA, holders)


def _take_all(session: Session, buffer: Buffer) -> None:
    for told in messages.SEND_ALL_SCHEMAS.decode_request(buffer).schemas:
        _keep(session.state, told)
    session.answer(messages.SEND_ALL_SCHEMAS)


def _tell(session: Session, buffer: Buffer) -> None:
    schema_id = messages.FETCH_SCHEMA.decode_request(buffer).schema_id
    schema = session.member.schemas.get(schema_id)
    if schema is None:
        # Code of the program, which members run, may have written it.
        schema = session.state.serialization.schemas.unsent.get(schema_id)
    session.answer(messages.FETCH_SCHEMA, schema)


def _keep(state: ClusterState, told: Any) -> None:
    try:
        fields = [FieldDescriptor(each.field_name, each.kind) for each in told.fields]
        schema = Schema(told.type_name, fields)
        # What queries look into is read by all members alike.
        state.serialization.schemas.known(schema)
    except HazelcastSerializationError as error:
        raise serialization_error(str(error)) from None
    for member in state.members:
        member.schemas[schema.schema_id] = schema


HANDLERS: dict[int, Handler] = {
    messages.SEND_SCHEMA.request_type: _take_one,
    messages.SEND_ALL_SCHEMAS.request_type: _take_all,
    messages.FETCH_SCHEMA.request_type: _tell,
}
"""Everything of this service that a member does."""
