# SPDX-License-Identifier: Apache-2.0
"""What one line of a message table says: a message, its parameters and how it travels.

The tables (`gridwire.hazelcast.protocol.messages`) are plain text in a small notation, which
`notation` explains. Importing a table only stores that text; parsing it and compiling encoders
and decoders happens when they are first asked for, so that a program pays for the messages that
it uses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.hazelcast.protocol.notation import Field

    Encoded = bytearray | list[Buffer]
    Encoder = Callable[..., Encoded]
    Decoder = Callable[[Buffer], Any]

__all__ = ["Event", "Message", "event", "message"]


class Event:
    """An event message that a member sends for a registered listener.

    Attributes:
        name: the name of the event, such as `"Entry"`.
        type: the 32-bit message type.
        since: the protocol version that introduced it.
        backup: true for the event that acknowledges a backup, which has a frame flag of its own.
        label: how error messages call it.
        fields: its parameters, in the order of the table.
        encode: `encode(correlation_id, partition_id, *values)` gives the bytes to send.
        decode: `decode(buffer)` gives a namedtuple of the parameters.
    """

    __slots__ = (
        "backup",
        "decode",
        "encode",
        "fields",
        "label",
        "name",
        "since",
        "text",
        "type",
    )

    name: str
    type: int
    since: str
    backup: bool
    label: str
    text: str
    fields: tuple[Field, ...]
    encode: Encoder
    decode: Decoder

    def __init__(self, name: str, text: str, since: str | None, backup: bool) -> None:
        self.name = name
        self.text = text
        self.backup = backup
        self.since = since or ""

    def adopt(self, owner: Message, event_type: int) -> None:
        """Take the place in the table: type, label and default version come from the message."""
        self.type = event_type
        self.label = f"{owner.name} {self.name} event"
        self.since = self.since or owner.since

    def __getattr__(self, name: str) -> Any:
        # Reached while a slot is empty: what takes time is built when it is first asked for.
        from gridwire.hazelcast.protocol.compiled import for_event

        value = for_event(self, name)
        setattr(self, name, value)
        return value

    def __repr__(self) -> str:
        return f"<{self.label} 0x{self.type:06x}>"


class Message:
    """A request of the protocol with its response and the events that may follow.

    Attributes:
        name: service and method, such as `"Map.Put"`.
        request_type: the 32-bit type of the request.
        response_type: the 32-bit type of the response.
        answered_as: the type that members really give the response; it is that of another message
            where a member encodes its answer with the wrong one. Both types are accepted.
        retryable: whether the request may be sent again when its connection is lost.
        route: where the request goes. `"any"` member; the partition of `"name"`, of `"key"`, of
            any of its `"keys"`, of its `"task_name"`, `"xid"` or `"sequence"`; a `"random"`
            partition; or a `"partition"` that the caller knows.
        since: the protocol version that introduced it.
        wait: how long the request may wait by its nature. None: it does not. The name of a request
            parameter in milliseconds: that long, and without limit when it is negative.
            `"connection"`: until it is done or its connection ends.
        events: the events that follow a listener's registration.
        request_fields: parameters of the request, in the order of the table.
        response_fields: parameters of the response, in the order of the table.
        encode_request: `encode_request(partition_id, *values)` gives the bytes to send, with a
            correlation id of 0 at offset 10.
        decode_request: `decode_request(buffer)` gives a namedtuple of the parameters.
        encode_response: `encode_response(correlation_id, backup_acks, *values)`.
        decode_response: `decode_response(buffer)` gives None without parameters, the value of
            a single one, and a namedtuple of several.

    An encoder returns one `bytearray`, or a list of buffers when a `Data` or `byteArray`
    parameter is so long that copying it into the message would cost more than it saves.
    """

    __slots__ = (
        "answered_as",
        "decode_request",
        "decode_response",
        "encode_request",
        "encode_response",
        "events",
        "name",
        "request_fields",
        "request_text",
        "request_type",
        "response_fields",
        "response_text",
        "response_type",
        "retryable",
        "route",
        "since",
        "wait",
    )

    name: str
    request_type: int
    response_type: int
    answered_as: int
    retryable: bool
    route: str
    since: str
    wait: str | None
    events: tuple[Event, ...]
    request_text: str
    response_text: str
    request_fields: tuple[Field, ...]
    response_fields: tuple[Field, ...]
    encode_request: Encoder
    decode_request: Decoder
    encode_response: Encoder
    decode_response: Decoder

    def __init__(self, name: str, request_type: int, request_text: str, response_text: str) -> None:
        self.name = name
        self.request_type = request_type
        self.response_type = request_type + 1
        self.request_text = request_text
        self.response_text = response_text

    def __getattr__(self, name: str) -> Any:
        # Reached while a slot is empty: what takes time is built when it is first asked for.
        from gridwire.hazelcast.protocol.compiled import for_message

        value = for_message(self, name)
        setattr(self, name, value)
        return value

    def bind_request(self, **constants: object) -> Encoder:
        """Compile an encoder in which some parameters are constants.

        The constants become ready-made bytes, so this is worth it for what is sent often; keep
        the result.

        Args:
            **constants: values of request parameters, by name.

        Returns:
            An encoder of the remaining ones: `encode(partition_id, *remaining_values)`.

        Raises:
            TypeError: the request has no such parameter.
        """
        from gridwire.hazelcast.protocol.compiled import request_encoder

        return request_encoder(self, constants)

    def __repr__(self) -> str:
        return f"<{self.name} 0x{self.request_type:06x}>"


def message(
    name: str,
    request_type: int,
    request: str = "",
    response: str = "",
    *,
    route: str = "any",
    retryable: bool = False,
    since: str = "2.0",
    wait: str | None = None,
    events: tuple[Event, ...] = (),
    answered_as: int | None = None,
) -> Message:
    """Describe a message, in a line of a table.

    Args:
        name: service and method.
        request_type: the 32-bit type of the request; response and events have the next ones.
        request: parameters of the request, in the notation of `notation`.
        response: parameters of the response.
        route: where it goes, see `Message`.
        retryable: whether it may be sent again when its connection is lost.
        since: the protocol version that introduced it.
        wait: how long it may wait by its nature, see `Message`.
        events: what `event` describes, in the order of their types.
        answered_as: the type of the response where members do not keep to the rule.

    Returns:
        The message. Nothing of it is parsed or compiled yet.
    """
    result = Message(name, request_type, request, response)
    result.route = route
    result.retryable = retryable
    result.since = since
    result.wait = wait
    result.events = events
    result.answered_as = answered_as or result.response_type
    for index, each in enumerate(events):
        each.adopt(result, request_type + 2 + index)
    return result


def event(name: str, text: str, *, since: str | None = None, backup: bool = False) -> Event:
    """Describe an event, inside the line of its message.

    Args:
        name: the name of the event.
        text: its parameters, in the notation of `notation`.
        since: the protocol version that introduced it, if later than the message's.
        backup: whether it acknowledges a backup.

    Returns:
        The event; its message gives it a type.
    """
    return Event(name, text, since, backup)
