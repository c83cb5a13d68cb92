# SPDX-License-Identifier: Apache-2.0
"""Users, their roles and their sessions, as the Enterprise Edition has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from struct import Struct
from typing import TYPE_CHECKING

from gridwire.aerospike.protocol import flags
from gridwire.aerospike.protocol.admin import (
    Command,
    Field,
    encode_admin,
    read_admin,
)
from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.proto import HEADER_BYTES
from gridwire.testing._aerospike import codes
from gridwire.testing._aerospike.accounts import (
    READ,
    ROLES,
    SYSTEM,
    TRUNCATE,
    USERS,
    WRITE,
    User,
    packed_roles,
    roles_of,
)
from gridwire.testing._aerospike.message_names import names_of

if TYPE_CHECKING:
    from gridwire.testing._aerospike.node import Connection
    from gridwire.testing._aerospike.options import UserOptions
    from gridwire.testing._aerospike.request import Request

__all__ = ["UserSecurity"]

_END_OF_ANSWERS = 50
_INVALID_COMMAND = 54
_INVALID_FIELD = 55
_INVALID_USER = 60
_USER_EXISTS = 61
_INVALID_PASSWORD = 62
_CREDENTIAL = 65
_EXPIRED_SESSION = 66
_INVALID_ROLE = 70
_NOT_AUTHENTICATED = 80
_ROLE_VIOLATION = 81

_COMMAND_AT = HEADER_BYTES + 2
_TOKEN_BYTES = 32
_MAX_SESSIONS = 100_000
"""Sessions that are remembered; the oldest are forgotten then, and their clients log in again."""

_pack_seconds = Struct(">I").pack

_SYSTEM_COMMANDS = frozenset({"info.set-config", "info.config-set", "info.log-set", "info.set-log"})


class UserSecurity:
    """Lets users in by password, and their connections by the token of a session.

    Args:
        users: who may log in at first, by name.
        session_seconds: how long a session lives.
        clock: gives the time in seconds since the epoch.
        random_bytes: gives that many bytes that nobody can guess, for tokens.
    """

    def __init__(
        self,
        users: Mapping[str, UserOptions],
        *,
        session_seconds: int,
        clock: Callable[[], float],
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._users = {
            name: User(user.password, None, set(user.roles), external=user.external)
            for name, user in users.items()
        }
        self._session_seconds = session_seconds
        self._now = clock
        self._random_bytes = random_bytes
        self._sessions: dict[bytes, tuple[str, float]] = {}
        self._commands: dict[int, Callable[[str, dict[int, bytes]], int]] = {
            Command.CREATE_USER: self._create_user,
            Command.DROP_USER: self._drop_user,
            Command.SET_PASSWORD: self._set_password,
            Command.GRANT_ROLES: self._grant_roles,
            Command.REVOKE_ROLES: self._revoke_roles,
        }

    def end_sessions(self) -> None:
        """Let all sessions expire; connections that are open stay so."""
        self._sessions = dict.fromkeys(self._sessions, ("", 0.0))

    # -- what nodes ask ------------------------------------------------------------------------

    def answer(self, connection: Connection, message: bytes) -> list[bytes]:
        """Answer a message of the security protocol."""
        if len(message) <= _COMMAND_AT:
            return [encode_admin(0, {}, _INVALID_COMMAND)]
        command = message[_COMMAND_AT]
        try:
            fields = read_admin(message).fields
        except ProtocolError:
            return [encode_admin(command, {}, _INVALID_FIELD)]
        if command == Command.LOGIN:
            return [self._login(connection, fields)]
        if command == Command.AUTHENTICATE:
            return [encode_admin(command, {}, self._authenticate(connection, fields))]
        return self._manage(connection, command, fields)

    def refuses_info(self, connection: Connection, message: bytes) -> int:
        """The result code with which a request for info is refused, 0 if it is not."""
        user = self._user_of(connection)
        if user is None:
            return _NOT_AUTHENTICATED
        names = names_of(message)
        truncates = any(name.startswith("info.truncate") for name in names)
        if truncates and not (user.may(TRUNCATE) or user.may(WRITE)):
            return _ROLE_VIOLATION
        if not _SYSTEM_COMMANDS.isdisjoint(names) and not user.may(SYSTEM):
            return _ROLE_VIOLATION
        return codes.OK

    def refuses(self, connection: Connection, message: bytes) -> int:
        """The result code with which a record message is refused, 0 if it is not."""
        return _NOT_AUTHENTICATED if self._user_of(connection) is None else codes.OK

    def refuses_request(self, connection: Connection, request: Request) -> int:
        """The result code with which a command about one record is refused, 0 if it is not."""
        user = self._user_of(connection)
        if user is None:
            return _NOT_AUTHENTICATED
        if request.info2 & flags.INFO2_WRITE and not user.may(WRITE):
            return _ROLE_VIOLATION
        if request.info1 & flags.INFO1_READ and not user.may(READ):
            return _ROLE_VIOLATION
        return codes.OK

    def _user_of(self, connection: Connection) -> User | None:
        name = connection.user
        return self._users.get(name) if isinstance(name, str) else None

    # -- sessions ------------------------------------------------------------------------------

    def _login(self, connection: Connection, fields: dict[int, bytes]) -> bytes:
        name, code = self._recognized(connection, fields)
        if code:
            return encode_admin(Command.LOGIN, {}, code)
        token = self._random_bytes(_TOKEN_BYTES)
        if len(self._sessions) >= _MAX_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        self._sessions[token] = (name, self._now() + self._session_seconds)
        connection.user = name
        answer = {
            int(Field.SESSION_TOKEN): token,
            int(Field.SESSION_TTL): _pack_seconds(self._session_seconds),
        }
        return encode_admin(Command.LOGIN, answer)

    def _recognized(self, connection: Connection, fields: dict[int, bytes]) -> tuple[str, int]:
        """Who wants to log in, and the result code."""
        given = fields.get(Field.USER)
        if given is None and Field.CREDENTIAL not in fields:
            # Without a password, the certificate has to say who it is.
            name = connection.certified
            return name, codes.OK if name in self._users else _NOT_AUTHENTICATED
        name = _text(given or b"")
        user = self._users.get(name)
        if user is None:
            return name, _INVALID_USER
        if user.external:
            password = fields.get(Field.CLEAR_PASSWORD)
            if password is None:
                return name, _CREDENTIAL
            return name, codes.OK if _text(password) == user.clear else _INVALID_PASSWORD
        credential = fields.get(Field.CREDENTIAL)
        if credential is None:
            return name, _CREDENTIAL
        return name, codes.OK if credential == user.hashed else _INVALID_PASSWORD

    def _authenticate(self, connection: Connection, fields: dict[int, bytes]) -> int:
        token = fields.get(Field.SESSION_TOKEN)
        if token is None:
            return _CREDENTIAL
        name, ends = self._sessions.get(token, ("", 0.0))
        if not name or self._now() >= ends or name not in self._users:
            return _EXPIRED_SESSION
        if _text(fields.get(Field.USER, name.encode())) != name:
            return _INVALID_USER
        connection.user = name
        return codes.OK

    # -- management ----------------------------------------------------------------------------

    def _manage(
        self, connection: Connection, command: int, fields: dict[int, bytes]
    ) -> list[bytes]:
        user = self._user_of(connection)
        if user is None:
            return [encode_admin(command, {}, _NOT_AUTHENTICATED)]
        if command == Command.CHANGE_PASSWORD:
            return [encode_admin(command, {}, self._change_password(connection, fields))]
        if command == Command.QUERY_USERS:
            return self._query_users(connection, fields)
        handler = self._commands.get(command)
        if handler is None:
            return [encode_admin(command, {}, _INVALID_COMMAND)]
        if not user.may(USERS):
            return [encode_admin(command, {}, _ROLE_VIOLATION)]
        name = _text(fields.get(Field.USER, b""))
        return [encode_admin(command, {}, handler(name, fields) if name else _INVALID_USER)]

    def _create_user(self, name: str, fields: dict[int, bytes]) -> int:
        hashed, roles = fields.get(Field.PASSWORD), roles_of(fields.get(Field.ROLES, b""))
        if name in self._users:
            return _USER_EXISTS
        if not hashed:
            return _INVALID_PASSWORD
        if not roles <= ROLES.keys():
            return _INVALID_ROLE
        self._users[name] = User(None, hashed, roles, external=False)
        return codes.OK

    def _drop_user(self, name: str, fields: dict[int, bytes]) -> int:
        return codes.OK if self._users.pop(name, None) is not None else _INVALID_USER

    def _set_password(self, name: str, fields: dict[int, bytes]) -> int:
        user, hashed = self._users.get(name), fields.get(Field.PASSWORD)
        if user is None:
            return _INVALID_USER
        if not hashed:
            return _INVALID_PASSWORD
        user.change_password(hashed)
        return codes.OK

    def _change_password(self, connection: Connection, fields: dict[int, bytes]) -> int:
        user, hashed = self._user_of(connection), fields.get(Field.PASSWORD)
        if user is None or _text(fields.get(Field.USER, b"")) != connection.user:
            return _INVALID_USER
        if not hashed or fields.get(Field.OLD_PASSWORD) != user.hashed:
            return _INVALID_PASSWORD
        user.change_password(hashed)
        return codes.OK

    def _grant_roles(self, name: str, fields: dict[int, bytes]) -> int:
        user, roles = self._users.get(name), roles_of(fields.get(Field.ROLES, b""))
        if user is None:
            return _INVALID_USER
        if not roles or not roles <= ROLES.keys():
            return _INVALID_ROLE
        user.roles |= roles
        return codes.OK

    def _revoke_roles(self, name: str, fields: dict[int, bytes]) -> int:
        user, roles = self._users.get(name), roles_of(fields.get(Field.ROLES, b""))
        if user is None:
            return _INVALID_USER
        if not roles or not roles <= ROLES.keys():
            return _INVALID_ROLE
        user.roles -= roles
        return codes.OK

    def _query_users(self, connection: Connection, fields: dict[int, bytes]) -> list[bytes]:
        command = Command.QUERY_USERS
        wanted = fields.get(Field.USER)
        names = sorted(self._users) if wanted is None else [_text(wanted)]
        asker = self._user_of(connection)
        if asker is None or not (asker.may(USERS) or names == [connection.user]):
            return [encode_admin(command, {}, _ROLE_VIOLATION)]
        if not all(name in self._users for name in names):
            return [encode_admin(command, {}, _INVALID_USER)]
        rows = [
            encode_admin(
                command,
                {
                    int(Field.USER): name.encode(),
                    int(Field.ROLES): packed_roles(self._users[name].roles),
                },
            )
            for name in names
        ]
        return [*rows, encode_admin(command, {}, _END_OF_ANSWERS)]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
