# SPDX-License-Identifier: Apache-2.0
"""What reading, writing and deleting have in common: which record, and may it be touched at all."""

from __future__ import annotations

from gridwire.aerospike.protocol import flags
from gridwire.testing._aerospike import codes
from gridwire.testing._aerospike.answers import Answer
from gridwire.testing._aerospike.records import Record
from gridwire.testing._aerospike.request import Refused, Request

__all__ = ["check_generation", "check_key", "failed", "is_wrong_set"]

_INTEGER_KEY = b"\1\0\0\0\0\0\0\0\0"


def failed(code: int, record: Record | None) -> Answer:
    """The answer to a command that failed at a record, which is told how it stands."""
    if record is None:
        return Answer(code)
    return Answer(code, record.generation, record.void_time)


def check_generation(request: Request, generation: int) -> None:
    """A write may expect a generation, or that it comes from a later one.

    Args:
        request: of the write.
        generation: of the record, 0 when there is none.

    Raises:
        Refused: the record has another one.
    """
    if request.info2 & flags.INFO2_GENERATION and request.generation != generation:
        raise Refused(codes.GENERATION)
    if request.info2 & flags.INFO2_GENERATION_GT and request.generation <= generation:
        raise Refused(codes.GENERATION)


def check_key(request: Request, record: Record) -> None:
    """A key that is sent along must be the stored one, if one is stored.

    Raises:
        Refused: it is another one.
    """
    key = request.fields.get(flags.FIELD_KEY)
    if key is not None and record.key and key != record.key:
        raise Refused(codes.KEY_MISMATCH)


def is_wrong_set(request: Request, record: Record) -> bool:
    """Whether a set is named that is not the record's; none need be named."""
    name = request.set_name
    return bool(name) and name != record.set_name


def stored_key(request: Request) -> bytes:
    """The key that is sent along with a write, empty without one.

    Raises:
        Refused: it says that it is an integer, and has not eight bytes.
    """
    key = request.fields.get(flags.FIELD_KEY, b"")
    if key[:1] == _INTEGER_KEY[:1] and len(key) != len(_INTEGER_KEY):
        raise Refused(codes.UNSUPPORTED)
    return key
