# SPDX-License-Identifier: Apache-2.0
"""Batches: many commands in one message (protocol notes, section 6; experiments, section 6)."""

from __future__ import annotations

import struct
from collections.abc import Callable, Container, Iterator
from struct import Struct
from typing import NamedTuple

from gridwire.aerospike.protocol import flags
from gridwire.aerospike.protocol.batch import REPORT_ERRORS, RESPOND_ALL_KEYS
from gridwire.aerospike.protocol.digest import DIGEST_BYTES
from gridwire.aerospike.protocol.proto import MAX_PROTO_BYTES, MESSAGE, frame
from gridwire.testing._aerospike import codes
from gridwire.testing._aerospike.answers import Answer, last_message
from gridwire.testing._aerospike.config import Parameters
from gridwire.testing._aerospike.request import (
    Refused,
    Request,
    read_fields,
    read_operations,
)

__all__ = ["PACKED_BYTES", "Execute", "run_batch"]

PACKED_BYTES = 128 * 1024
"""Answers are packed into messages of up to this size; one that is larger goes alone."""

_OTHER_BATCH_FIELD = 42

# Flags of a row.
_REPEATS = 0x01
_HAS_INFO = 0x02
_HAS_GENERATION = 0x04
_HAS_TTL = 0x08
_HAS_INFO4 = 0x10

_read_head = Struct(">IB")
_read_row = Struct(f">I{DIGEST_BYTES}sB")
_byte, _short, _long, _two_bytes, _counts = map(Struct, (">B", ">H", ">I", ">BB", ">HH"))

_NO_ROOM = Answer(codes.BATCH_QUEUES_FULL)
_HARMLESS = frozenset({codes.OK, codes.NOT_FOUND, codes.FILTERED_OUT})

Execute = Callable[[bytes, Request], Answer]
"""Does what a request wants with the record that has a digest."""


class _Row(NamedTuple):
    position: int
    digest: bytes
    request: Request


def run_batch(
    request: Request, service: Parameters, namespaces: Container[bytes], execute: Execute
) -> list[bytes]:
    """Do what all rows ask for, in their order.

    Args:
        request: the message.
        service: parameters of the server, some of which limit batches.
        namespaces: those that there are; one bad row is enough to refuse all.
        execute: does a row.

    Returns:
        The messages of the answer, the last of which says so.
    """
    try:
        bits, rows = _read(request, service, namespaces)
    except Refused as refused:
        return [last_message(refused.code)]
    except (struct.error, IndexError):
        return [last_message(codes.PARAMETER)]
    answers: list[tuple[int, Answer]] = []
    size = 0
    for row in rows:
        # All of an answer is in memory at once, unlike a server's: rows without room are not done.
        has_room = size <= MAX_PROTO_BYTES
        answer = execute(row.digest, row.request) if has_room else _NO_ROOM
        size += sum(map(len, answer.operations))
        answers.append((row.position, answer))
    worst = codes.OK
    if not bits & RESPOND_ALL_KEYS:
        worst = next((a.code for _, a in answers if a.code not in _HARMLESS), codes.OK)
    if worst and not bits & REPORT_ERRORS:
        return [last_message(worst)]
    return [*_packed(answers), last_message(worst)]


def _packed(answers: list[tuple[int, Answer]]) -> Iterator[bytes]:
    parts: list[bytes] = []
    size = 0
    for index, answer in answers:
        part = answer.encode(index)
        if parts and size + len(part) > PACKED_BYTES:
            yield frame(MESSAGE, b"".join(parts))
            parts, size = [], 0
        parts.append(part)
        size += len(part)
    yield frame(MESSAGE, b"".join(parts))


def _read(
    request: Request, service: Parameters, namespaces: Container[bytes]
) -> tuple[int, list[_Row]]:
    """The flags and the rows, all of them before any is done."""
    if not service.number("batch-index-threads"):
        raise Refused(codes.BATCH_DISABLED)
    data = request.fields.get(flags.FIELD_BATCH_INDEX)
    if data is None:
        data = request.fields.get(_OTHER_BATCH_FIELD, b"")
    count, bits = _read_head.unpack_from(data)
    if not count:
        raise Refused(codes.PARAMETER)
    limit = service.number("batch-max-requests")
    if limit and count > limit:
        raise Refused(codes.BATCH_TOO_MANY)
    if not service.number("batch-max-buffers-per-queue"):
        raise Refused(codes.BATCH_QUEUES_FULL)
    rows = list(_rows(data, count, request.fields.get(flags.FIELD_FILTER)))
    if any(row.request.namespace not in namespaces for row in rows):
        raise Refused(codes.PARAMETER)
    return bits, rows


def _rows(data: bytes, count: int, parent_filter: bytes | None) -> Iterator[_Row]:
    offset = _read_head.size
    before: Request | None = None
    for _ in range(count):
        index, digest, bits = _read_row.unpack_from(data, offset)
        offset += _read_row.size
        if not bits & _REPEATS:
            before, offset = _row(data, offset, bits)
            if parent_filter is not None:
                before.fields.setdefault(flags.FIELD_FILTER, parent_filter)
        elif before is None:
            raise Refused(codes.PARAMETER)
        yield _Row(index, digest, before)


def _row(data: bytes, offset: int, bits: int) -> tuple[Request, int]:
    def take(layout: Struct) -> tuple[int, ...]:
        nonlocal offset
        values = layout.unpack_from(data, offset)
        offset += layout.size
        return values

    (info1,) = take(_byte)
    info2, info3 = take(_two_bytes) if bits & _HAS_INFO else (0, 0)
    (info4,) = take(_byte) if bits & _HAS_INFO4 else (0,)
    (generation,) = take(_short) if bits & _HAS_GENERATION else (0,)
    (ttl,) = take(_long) if bits & _HAS_TTL else (0,)
    field_count, operation_count = take(_counts)
    fields, offset = read_fields(data, offset, field_count)
    operations, offset = read_operations(data, offset, operation_count)
    return Request(info1, info2, info3, info4, generation, ttl, fields, operations), offset
