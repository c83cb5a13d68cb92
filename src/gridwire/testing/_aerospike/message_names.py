# SPDX-License-Identifier: Apache-2.0
"""What messages are called, so that faults can choose them."""

from __future__ import annotations

from gridwire.aerospike.protocol import flags
from gridwire.aerospike.protocol.admin import Command
from gridwire.aerospike.protocol.proto import ADMIN, HEADER_BYTES, INFO, MESSAGE, kind_of
from gridwire.testing._aerospike.info import COMMANDS

__all__ = ["KNOWN_NAMES", "names_of"]

READ = "record.read"
EXISTS = "record.exists"
WRITE = "record.write"
DELETE = "record.delete"
BATCH = "batch"
OTHER = "other"
INFO_DEFAULT = "info.default"

_ADMIN_COMMANDS = {int(command): f"admin.{command.name.lower()}" for command in Command}

KNOWN_NAMES = (
    READ,
    EXISTS,
    WRITE,
    DELETE,
    BATCH,
    OTHER,
    INFO_DEFAULT,
    *(f"info.{name}" for name in COMMANDS),
    *_ADMIN_COMMANDS.values(),
)
"""All names. Those of info have the command's name, those of security the command's."""

_INFO1_AT, _INFO2_AT = HEADER_BYTES + 1, HEADER_BYTES + 2
_COMMAND_AT = HEADER_BYTES + 2


def names_of(message: bytes) -> tuple[str, ...]:
    """What a request is called; one for info has a name for each of its lines.

    Args:
        message: with its frame's header; its body may be anything.
    """
    kind = kind_of(message)
    if kind == MESSAGE and len(message) > _INFO2_AT:
        return (_of_record(message[_INFO1_AT], message[_INFO2_AT]),)
    if kind == INFO:
        lines = message[HEADER_BYTES:].split(b"\n")[:-1]
        found = tuple(f"info.{_head(line.decode('latin-1'))}" for line in lines)
        return found or (INFO_DEFAULT,)
    if kind == ADMIN and len(message) > _COMMAND_AT:
        return (_ADMIN_COMMANDS.get(message[_COMMAND_AT], OTHER),)
    return (OTHER,)


def _of_record(info1: int, info2: int) -> str:
    if info1 & flags.INFO1_BATCH:
        return BATCH
    if info2 & flags.INFO2_WRITE:
        return DELETE if info2 & flags.INFO2_DELETE else WRITE
    if info1 & flags.INFO1_READ:
        return EXISTS if info1 & flags.INFO1_NO_BIN_DATA else READ
    return OTHER


def _head(line: str) -> str:
    for mark in ":;/":
        line = line.partition(mark)[0]
    return line
