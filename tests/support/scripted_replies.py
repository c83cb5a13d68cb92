# SPDX-License-Identifier: Apache-2.0
"""What a scripted member may do with a request, instead of answering it."""

from __future__ import annotations

import itertools
from typing import Any

from gridwire.hazelcast.protocol.error_message import encode_error
from gridwire.hazelcast.protocol.frames import fragments
from gridwire.hazelcast.protocol.table import Message
from support.scripted_connection import Behaviour, Connection, Incoming

__all__ = [
    "acked",
    "answer",
    "as_usual",
    "drip",
    "fail",
    "fragmented",
    "garbage",
    "garbled_error",
    "hang_up",
    "of_type",
    "silence",
    "truncated",
]

_fragment_ids = itertools.count(1)


def as_usual(request: Incoming) -> None:
    """Answer as a member does."""
    request.answer_as_usual()


def silence(request: Incoming) -> None:
    """Never answer."""


def hang_up(request: Incoming) -> None:
    """End the connection instead of answering."""
    request.connection.close()


def answer(*values: Any, backups: int = 0) -> Behaviour:
    """Answer with these values, and promise so many acks."""
    return lambda request: request.answer(*values, backups=backups)


def fail(code: int, text: str = "told to fail") -> Behaviour:
    """Answer with an error."""
    return lambda request: request.fail(code, text)


def acked(*values: Any, early: int = 0, late: int = 0, lost: int = 0) -> Behaviour:
    """Answer, with so many acks before the answer, after it, and never."""

    def behave(request: Incoming) -> None:
        for _ in range(early):
            request.ack()
        request.answer(*values, backups=early + late + lost)
        for _ in range(late):
            request.ack()

    return behave


def garbage(data: bytes = b"\x00" * 64) -> Behaviour:
    """Send bytes that are no message."""
    return lambda request: request.connection.write(data)


def truncated(*values: Any, keep: int) -> Behaviour:
    """Send an answer whose frames are whole, but of which only the first `keep` are there."""

    def behave(request: Incoming) -> None:
        request.connection.write(first_frames(request.response(*values), keep))

    return behave


def garbled_error(request: Incoming) -> None:
    """Send an error response that says nothing about the error."""
    whole = bytes(encode_error(request.correlation, []))
    request.connection.write(first_frames(whole, 1))


def of_type(message: Message, *values: Any) -> Behaviour:
    """Send the answer to another kind of request."""

    def behave(request: Incoming) -> None:
        encoded = message.encode_response(request.correlation, 0, *values)
        request.connection.write(bytes(encoded))

    return behave


def fragmented(*values: Any, size: int = 64) -> Behaviour:
    """Send an answer in fragments."""

    def behave(request: Incoming) -> None:
        parts = fragments(request.response(*values), next(_fragment_ids), size)
        request.connection.write(b"".join(map(bytes, parts)))

    return behave


def drip(*values: Any) -> Behaviour:
    """Send an answer byte by byte, one in each round of the member's loop."""

    def behave(request: Incoming) -> None:
        drop_by_drop(request.connection, request.response(*values))

    return behave


def drop_by_drop(connection: Connection, data: bytes) -> None:
    """Write bytes one at a time."""
    cluster = connection.member.cluster
    rest = iter(data)

    def drop() -> None:
        for byte in rest:
            connection.write(bytes((byte,)))
            cluster.next_turn(drop)
            return

    cluster.post(drop)


def first_frames(message: bytes, keep: int) -> bytes:
    """The first frames of a message, as a message."""
    result = bytearray()
    at = 0
    for _ in range(keep):
        last = len(result)
        size = int.from_bytes(message[at : at + 4], "little")
        result += message[at : at + size]
        at += size
    result[last + 5] |= 0x20
    return bytes(result)
