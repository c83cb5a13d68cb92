# SPDX-License-Identifier: Apache-2.0
"""What the encoder and the decoder of a message are compiled from.

The initial frame of a message holds its type, its correlation id, what its kind has (see `KINDS`)
and all parameters of fixed size; the others follow as frames.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gridwire.hazelcast.protocol.frames import BACKUP_EVENT, EVENT, UNFRAGMENTED

if TYPE_CHECKING:
    from gridwire.hazelcast.protocol.notation import Field
    from gridwire.hazelcast.protocol.table import Event, Message

__all__ = ["KINDS", "Kind", "Plan", "event_plan", "request_plan", "response_plan"]


class Kind(NamedTuple):
    """What the initial frame of a kind of message holds between its type and its parameters.

    Attributes:
        arguments: names of what the encoder takes for it.
        formats: their `struct` formats.
        prefix: bytes between the type and them.
        size: length of the initial frame up to the parameters, in bytes.
    """

    arguments: tuple[str, ...]
    formats: str
    prefix: bytes
    size: int


KINDS = {
    # The correlation id of a request is filled in when it is sent.
    "request": Kind(("_partition_id",), "i", bytes(8), 22),
    "response": Kind(("_correlation_id", "_backup_acks"), "qB", b"", 19),
    "event": Kind(("_correlation_id", "_partition_id"), "qi", b"", 22),
}


class Plan(NamedTuple):
    """What an encoder or decoder is compiled from.

    Attributes:
        kind: request, response or event.
        label: how error messages call the message.
        type: its 32-bit type.
        flags: flags of its initial frame.
        fields: its parameters, in the order of the table.
        also: another type that is accepted.
    """

    kind: str
    label: str
    type: int
    flags: int
    fields: tuple[Field, ...]
    also: int | None = None


def request_plan(message: Message) -> Plan:
    """The plan of a request."""
    label = f"{message.name} request"
    return Plan("request", label, message.request_type, UNFRAGMENTED, message.request_fields)


def response_plan(message: Message) -> Plan:
    """The plan of a response."""
    label = f"{message.name} response"
    kind, fields = message.answered_as, message.response_fields
    also = None if kind == message.response_type else message.response_type
    return Plan("response", label, kind, UNFRAGMENTED, fields, also)


def event_plan(event: Event) -> Plan:
    """The plan of an event."""
    flags = UNFRAGMENTED | EVENT | (BACKUP_EVENT if event.backup else 0)
    return Plan("event", event.label, event.type, flags, event.fields)
