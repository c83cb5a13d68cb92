# SPDX-License-Identifier: Apache-2.0
"""The security protocol: logging in, and opening connections (protocol notes, section 10)."""

from __future__ import annotations

from enum import IntEnum
from struct import Struct
from typing import NamedTuple

from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.proto import ADMIN, HEADER_BYTES, frame, kind_of

__all__ = [
    "PASSWORD_SALT",
    "AdminAnswer",
    "Command",
    "Field",
    "authenticate_request",
    "encode_admin",
    "login_request",
    "read_admin",
]

PASSWORD_SALT = b"$2a$10$7EqJtq98hPqEX7fNZaFWoO"
"""Servers keep and compare bcrypt hashes made with this salt."""

_HEAD_BYTES = 16
_pack_head = Struct(">BBBB12x").pack
_pack_field = Struct(">IB").pack
_read_field = Struct(">IB").unpack_from


class Command(IntEnum):
    """Commands of the security protocol."""

    AUTHENTICATE = 0
    CREATE_USER = 1
    DROP_USER = 2
    SET_PASSWORD = 3
    CHANGE_PASSWORD = 4
    GRANT_ROLES = 5
    REVOKE_ROLES = 6
    QUERY_USERS = 9
    CREATE_ROLE = 10
    DROP_ROLE = 11
    GRANT_PRIVILEGES = 12
    REVOKE_PRIVILEGES = 13
    SET_WHITELIST = 14
    SET_QUOTAS = 15
    QUERY_ROLES = 16
    LOGIN = 20


class Field(IntEnum):
    """Fields of the security protocol."""

    USER = 0
    PASSWORD = 1
    OLD_PASSWORD = 2
    CREDENTIAL = 3
    CLEAR_PASSWORD = 4
    SESSION_TOKEN = 5
    SESSION_TTL = 6
    ROLES = 10
    ROLE = 11
    PRIVILEGES = 12
    WHITELIST = 13
    READ_QUOTA = 14
    WRITE_QUOTA = 15
    READ_INFO = 16
    WRITE_INFO = 17
    CONNECTIONS = 18


class AdminAnswer(NamedTuple):
    """An answer: its result code, and its fields by number."""

    result: int
    fields: dict[int, bytes]


def encode_admin(command: int, fields: dict[int, bytes], result: int = 0) -> bytes:
    """A request, or with a result an answer.

    Args:
        command: what is asked for.
        fields: by number.
        result: of an answer.
    """
    body = _pack_head(0, result, command, len(fields))
    for kind, value in fields.items():
        body += _pack_field(len(value) + 1, kind) + value
    return frame(ADMIN, body)


def login_request(user: str, credential: bytes | None, clear_password: str | None) -> bytes:
    """Ask for a session.

    Args:
        user: name of the user; may be empty when a certificate names him.
        credential: the password's hash; None when a certificate stands for it.
        clear_password: the password itself, for a server that asks somebody else (external).
    """
    fields: dict[int, bytes] = {}
    if credential is not None:
        fields[Field.USER] = user.encode()
        fields[Field.CREDENTIAL] = credential
    if clear_password is not None:
        fields[Field.CLEAR_PASSWORD] = clear_password.encode()
    return encode_admin(Command.LOGIN, fields)


def authenticate_request(user: str | None, token: bytes) -> bytes:
    """Open a connection with a session's token.

    Args:
        user: name of the user; None when a certificate names him.
        token: of the session.
    """
    fields: dict[int, bytes] = {}
    if user is not None:
        fields[Field.USER] = user.encode()
    fields[Field.SESSION_TOKEN] = token
    return encode_admin(Command.AUTHENTICATE, fields)


def read_admin(message: bytes) -> AdminAnswer:
    """Read an answer with its frame's header.

    Raises:
        ProtocolError: it is not an answer of this protocol.
    """
    if kind_of(message) != ADMIN or len(message) < HEADER_BYTES + _HEAD_BYTES:
        raise ProtocolError(f"not an answer of the security protocol: {message[:8].hex()}")
    fields: dict[int, bytes] = {}
    offset, size = HEADER_BYTES + _HEAD_BYTES, len(message)
    for _ in range(message[HEADER_BYTES + 3]):
        if offset + 5 > size:
            raise ProtocolError("a security answer ends within its fields")
        length, kind = _read_field(message, offset)
        end = offset + 4 + length
        if length < 1 or end > size:
            raise ProtocolError("a security answer ends within its fields")
        fields[kind] = message[offset + 5 : end]
        offset = end
    return AdminAnswer(message[HEADER_BYTES + 1], fields)
