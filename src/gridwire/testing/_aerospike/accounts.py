# SPDX-License-Identifier: Apache-2.0
"""Who may log in: a user's password and roles, and what the roles allow."""

from __future__ import annotations

from collections.abc import Mapping

from gridwire.aerospike.protocol.admin import PASSWORD_SALT

__all__ = [
    "READ",
    "ROLES",
    "SYSTEM",
    "TRUNCATE",
    "USERS",
    "WRITE",
    "User",
    "hashed_password",
    "packed_roles",
    "roles_of",
]

READ, WRITE, TRUNCATE, USERS, SYSTEM = "read", "write", "truncate", "users", "system"

ROLES: Mapping[str, frozenset[str]] = {
    "data-admin": frozenset({TRUNCATE}),
    "read": frozenset({READ}),
    "read-write": frozenset({READ, WRITE}),
    "read-write-udf": frozenset({READ, WRITE}),
    "sindex-admin": frozenset(),
    "sys-admin": frozenset({TRUNCATE, SYSTEM}),
    "truncate": frozenset({TRUNCATE}),
    "udf-admin": frozenset(),
    "user-admin": frozenset({USERS}),
    "write": frozenset({WRITE}),
}
"""The roles that servers have from the start, and what they allow here."""

_MAX_HASHED_BYTES = 72
"""What of a password counts, in bytes; bcrypt looks at no more."""


def hashed_password(password: str) -> bytes:
    """What servers keep of a password, and clients send of it."""
    import bcrypt

    hashed: bytes = bcrypt.hashpw(password.encode()[:_MAX_HASHED_BYTES], PASSWORD_SALT)
    return hashed


class User:
    """Somebody who may log in.

    Args:
        clear: the password, if it is known.
        hashed: what clients send of it; made of `clear` if None.
        roles: names of roles.
        external: whether the password comes in clear, to be shown to somebody else.

    Attributes:
        clear: as given, until the password changes.
        external: as given.
        roles: as given.
    """

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
        """From now on it is another one."""
        self._hash = hashed
        self.clear = None

    def may(self, what: str) -> bool:
        """Whether a role allows it."""
        return any(what in ROLES.get(role, ()) for role in self.roles)


def roles_of(data: bytes) -> set[str]:
    """The names in a list of roles; what of it is cut off is left out."""
    found: set[str] = set()
    at = 1
    while at < len(data):
        end = at + 1 + data[at]
        found.add(data[at + 1 : end].decode("utf-8", "surrogateescape"))
        at = end
    return found


def packed_roles(roles: set[str]) -> bytes:
    """A list of roles as it is sent."""
    names = [role.encode() for role in sorted(roles)]
    return bytes((len(names),)) + b"".join(bytes((len(name),)) + name for name in names)
