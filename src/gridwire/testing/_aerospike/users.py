# SPDX-License-Identifier: Apache-2.0
"""Users, their roles and their sessions, as the Enterprise Edition has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from struct import Struct
from typing import TYPE_CHECKING

from gridwire.aerospike.protocol import flags
from gridwire.aerospike.protocol.admin import (
    PASSWORD_SALT,
    Command,
    Field,
    encode_admin,
    read_admin,
)
from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.proto import HEADER_BYTES
from gridwire.testing._aerospike import codes
from gridwire.testing._aerospike.message_names import names_of

if TYPE_CHECKING:
    from gridwire.testing._aerospike.node import Connection
    from gridwire.testing._aerospike.options import UserOptions
    from gridwire.testing._aerospike.request import Request

__all__ = ["ROLES", "UserSecurity", "hashed_password"]

_READ, _WRITE, _TRUNCATE, _USERS, _SYSTEM = "read", "write", "truncate", "users", "system"

ROLES: Mapping[str, frozenset[str]] = {
    "data-admin": frozenset({_TRUNCATE}),
    "read": frozenset({_READ}),
    "read-write": frozenset({_READ, _WRITE}),
    "read-write-udf": frozenset({_READ, _WRITE}),
    "sindex-admin": frozenset(),
    "sys-admin": frozenset({_TRUNCATE, _SYSTEM}),
    "truncate": frozenset({_TRUNCATE}),
    "udf-admin": frozenset(),
    "user-admin": frozenset({_USERS}),
    "write": frozenset({_WRITE}),
}
"""The roles that servers have from the start, and what they allow here."""

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
_MAX_HASHED_BYTES = 72
"""What of a password counts, in bytes; bcrypt looks at no more."""

_MAX_SESSIONS = 100_000
"""Sessions that are remembered; the oldest are forgotten then, and their clients log in again."""

_pack_seconds = Struct(">I").pack

_SYSTEM_COMMANDS = frozenset({"info.set-config", "info.config-set", "info.log-set", "info.set-log"})


def hashed_password(password: str) -> bytes:
    """What servers keep of a password, and clients send of it."""
    import bcrypt

    hashed: bytes = bcrypt.hashpw(password.encode()[:_MAX_HASHED_BYTES], PASSWORD_SALT)
    return hashed


class _User:
    """Somebody who may log in."""

    __slots__ = ("_hash", "clear", "external", "roles")

    def __init__(
        self, clear: str | None, hashed: bytes | None, roles: set[str], *, external: bool
    ) -> None:
        self.clear = clear
        self.external = external
        self.roles = roles
        self._hash = hashed

    @property
    def hashed(self) -> bytes:
        """Made when it is first asked for: it takes long, by design."""
        if self._hash is None:
            self._hash = hashed_password(self.clear or "")
        return self._hash

    def change_password(self, hashed: bytes) -> None:
        self._hash = hashed
        self.clear = None

    def may(self, what: str) -> bool:
        return any(what in ROLES.get(role, ()) for role in self.roles)


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
            name: _User(user.password, None, set(user.roles), external=user.external)
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
        if truncates and not (user.may(_TRUNCATE) or user.may(_WRITE)):
            return _ROLE_VIOLATION
        if not _SYSTEM_COMMANDS.isdisjoint(names) and not user.may(_SYSTEM):
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
        if request.info2 & flags.INFO2_WRITE and not user.may(_WRITE):
            return _ROLE_VIOLATION
        if request.info1 & flags.INFO1_READ and not user.may(_READ):
            return _ROLE_VIOLATION
        return codes.OK

    def _user_of(self, connection: Connection) -> _User | None:
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
        if not user.may(_USERS):
            return [encode_admin(command, {}, _ROLE_VIOLATION)]
        name = _text(fields.get(Field.USER, b""))
        return [encode_admin(command, {}, handler(name, fields) if name else _INVALID_USER)]

    def _create_user(self, name: str, fields: dict[int, bytes]) -> int:
        hashed, roles = fields.get(Field.PASSWORD), _roles(fields)
        if name in self._users:
            return _USER_EXISTS
        if not hashed:
            return _INVALID_PASSWORD
        if not roles <= ROLES.keys():
            return _INVALID_ROLE
        self._users[name] = _User(None, hashed, roles, external=False)
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
        user, roles = self._users.get(name), _roles(fields)
        if user is None:
            return _INVALID_USER
        if not roles or not roles <= ROLES.keys():
            return _INVALID_ROLE
        user.roles |= roles
        return codes.OK

    def _revoke_roles(self, name: str, fields: dict[int, bytes]) -> int:
        user, roles = self._users.get(name), _roles(fields)
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
        if asker is None or not (asker.may(_USERS) or names == [connection.user]):
            return [encode_admin(command, {}, _ROLE_VIOLATION)]
        if not all(name in self._users for name in names):
            return [encode_admin(command, {}, _INVALID_USER)]
        rows = [
            encode_admin(
                command,
                {
                    int(Field.USER): name.encode(),
                    int(Field.ROLES): _packed_roles(self._users[name].roles),
                },
            )
            for name in names
        ]
        return [*rows, encode_admin(command, {}, _END_OF_ANSWERS)]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _roles(fields: dict[int, bytes]) -> set[str]:
    """The names in a list of roles; what of it is cut off is left out."""
    data = fields.get(Field.ROLES, b"")
    found: set[str] = set()
    at = 1
    while at < len(data):
        end = at + 1 + data[at]
        found.add(_text(data[at + 1 : end]))
        at = end
    return found


def _packed_roles(roles: set[str]) -> bytes:
    names = [role.encode() for role in sorted(roles)]
    return bytes((len(names),)) + b"".join(bytes((len(name),)) + name for name in names)
