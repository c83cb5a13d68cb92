# SPDX-License-Identifier: Apache-2.0
"""Errors as a member answers them: a code, the name of a Java class, a message, stack frames.

The stack traces of real members are some fifteen frames long and change with each release; ours
name the frame where a real member raises the error, so that clients have something to show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gridwire.hazelcast.error_codes import ErrorCode
from gridwire.hazelcast.protocol import customs
from gridwire.hazelcast.protocol.error_message import encode_error

if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "Refusal",
    "StackFrame",
    "encode_refusal",
    "illegal_argument",
    "not_authenticated",
    "null_data",
    "null_pointer",
    "out_of_bounds",
    "unknown_service",
    "unsupported",
]

_TASKS = "com.hazelcast.client.impl.protocol.task."


class StackFrame(NamedTuple):
    """A line of a Java stack trace."""

    class_name: str
    method_name: str
    file_name: str | None
    line_number: int


class Refusal(Exception):
    """A request that is answered with an error; not an error of this program.

    Args:
        code: the kind of the error.
        class_name: the Java class that clients are told.
        message: what happened, or None as for some Java exceptions.
        frame: where a real member raises it.
        cause: the error that led to this one.
    """

    def __init__(
        self,
        code: ErrorCode,
        class_name: str,
        message: str | None,
        frame: StackFrame,
        cause: Refusal | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.class_name = class_name
        self.message = message
        self.frame = frame
        self.cause = cause

    def holder(self) -> Any:
        """This error as the protocol carries it."""
        return customs.ErrorHolder(int(self.code), self.class_name, self.message, [self.frame])


def encode_refusal(correlation_id: int, refusal: Refusal) -> bytearray:
    """Write the response for a request that failed.

    Args:
        correlation_id: that of the request.
        refusal: the error.

    Returns:
        The message.
    """
    holders = []
    each: Refusal | None = refusal
    while each is not None:
        holders.append(each.holder())
        each = each.cause
    return encode_error(correlation_id, holders)


def illegal_argument(message: str, frame: StackFrame | None = None) -> Refusal:
    """An argument that a member does not take."""
    where = frame or StackFrame(
        "com.hazelcast.internal.util.Preconditions", "checkTrue", "Preconditions.java", 337
    )
    return Refusal(ErrorCode.ILLEGAL_ARGUMENT, "java.lang.IllegalArgumentException", message, where)


def out_of_bounds(message: str, frame: StackFrame) -> Refusal:
    """An index that leads nowhere."""
    return Refusal(
        ErrorCode.ARRAY_INDEX_OUT_OF_BOUNDS,
        "java.lang.ArrayIndexOutOfBoundsException",
        message,
        frame,
    )


def null_data() -> Refusal:
    """A null instead of serialized data."""
    return illegal_argument("Non-null Data field with null value in incoming message")


def null_pointer(message: str | None, frame: StackFrame) -> Refusal:
    """What a member answers where it did not expect a null."""
    return Refusal(ErrorCode.NULL_POINTER, "java.lang.NullPointerException", message, frame)


def unsupported(message: str) -> Refusal:
    """A request that this member cannot serve."""
    frame = StackFrame(
        _TASKS + "NoSuchMessageTask", "processMessage", "NoSuchMessageTask.java", 141
    )
    return Refusal(
        ErrorCode.UNSUPPORTED_OPERATION, "java.lang.UnsupportedOperationException", message, frame
    )


def unknown_service(name: str) -> Refusal:
    """A request for a structure of a kind that this member does not have."""
    frame = StackFrame(
        "com.hazelcast.spi.impl.NodeEngineImpl", "getService", "NodeEngineImpl.java", 490
    )
    message = f"Service with name '{name}' not found!"
    return Refusal(ErrorCode.HAZELCAST, "com.hazelcast.core.HazelcastException", message, frame)


def not_authenticated() -> Refusal:
    """A request before the authentication; the connection is closed after this answer."""
    frame = StackFrame(
        _TASKS + "AbstractMessageTask",
        "handleAuthenticationFailure",
        "AbstractMessageTask.java",
        223,
    )
    client = "ClientEndpoint{clientUuid=null, clientName=null, clientVersion=Unknown, labels=null}"
    message = f"Client {client} must authenticate before any operation."
    cause_class = "com.hazelcast.client.AuthenticationException"
    return Refusal(
        ErrorCode.RETRYABLE_HAZELCAST,
        "com.hazelcast.spi.exception.RetryableHazelcastException",
        f"{cause_class}: {message}",
        frame,
        Refusal(ErrorCode.AUTHENTICATION, cause_class, message, frame),
    )
