# SPDX-License-Identifier: Apache-2.0
"""What messages and events have that is parsed or compiled when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.protocol.decoders import decoder
from gridwire.hazelcast.protocol.encoders import encoder
from gridwire.hazelcast.protocol.notation import parse_fields
from gridwire.hazelcast.protocol.plans import event_plan, request_plan, response_plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridwire.hazelcast.protocol.table import Encoder, Event, Message

__all__ = ["for_event", "for_message", "request_encoder"]


def for_message(message: Message, name: str) -> Any:
    """Build an attribute of a message that is missing so far.

    Args:
        message: the message.
        name: the attribute.

    Returns:
        Its value.

    Raises:
        AttributeError: messages have no such attribute.
    """
    match name:
        case "request_fields":
            return parse_fields(message.request_text)
        case "response_fields":
            return parse_fields(message.response_text)
        case "encode_request":
            return encoder(request_plan(message))
        case "decode_request":
            return decoder(request_plan(message))
        case "encode_response":
            return encoder(response_plan(message))
        case "decode_response":
            return decoder(response_plan(message))
    raise AttributeError(f"{message!r} has no attribute {name!r}")


def for_event(event: Event, name: str) -> Any:
    """Build an attribute of an event that is missing so far, as `for_message`."""
    match name:
        case "fields":
            return parse_fields(event.text)
        case "encode":
            return encoder(event_plan(event))
        case "decode":
            return decoder(event_plan(event))
    raise AttributeError(f"{event!r} has no attribute {name!r}")


def request_encoder(message: Message, constants: Mapping[str, object]) -> Encoder:
    """Compile an encoder of a request, see `Message.bind_request`."""
    return encoder(request_plan(message), constants)
