# SPDX-License-Identifier: Apache-2.0
"""What is said on a connection before it is used: one text for a loop and for a blocking socket.

A conversation is a generator: it yields what to send, and is sent the whole frame that came back.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Generator
from dataclasses import dataclass, field

from gridwire.aerospike import constants as c
from gridwire.aerospike.exception import AdminError
from gridwire.aerospike.protocol.admin import (
    AdminAnswer,
    Field,
    authenticate_request,
    login_request,
    read_admin,
)
from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.info import encode_info
from gridwire.aerospike.protocol.result_codes import error_of

__all__ = [
    "NEEDS_LOGIN",
    "Conversation",
    "Credentials",
    "Session",
    "log_in",
    "open_session",
    "user_agent",
]

Conversation = Generator[bytes, bytes, None]

SECURITY_NOT_SUPPORTED = 51
SECURITY_NOT_ENABLED = 52

NEEDS_LOGIN = frozenset({60, 62, 66, 80})
"""Results of opening a connection after which a new login may help."""

_RENEW_EARLY_SECONDS = 60
_MAX_TOKEN_BYTES = 64 * 1024

_USER_AGENT_SINCE = (8, 1)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who logs in, and how.

    Attributes:
        mode: `AUTH_*`.
        user: name of the user, None when a certificate names him.
        credential: hash of the password, made once because it is slow on purpose.
        password: the password itself, which only external authentication sends.
    """

    mode: int
    user: str | None
    credential: bytes | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Session:
    """What a login gave.

    Attributes:
        token: opens connections; None when the server has no security.
        renew_at: when to log in again, in seconds of the clock; None for never.
    """

    token: bytes | None = field(default=None, repr=False)
    renew_at: float | None = None


def log_in(credentials: Credentials, now: float) -> Generator[bytes, bytes, Session]:
    """Ask a node for a session.

    Args:
        credentials: who.
        now: the clock in seconds.

    Returns:
        The session.

    Raises:
        AdminError: the node does not let him in.
        ProtocolError: the answer makes no sense.
    """
    clear = credentials.password if credentials.mode == c.AUTH_EXTERNAL else None
    answer = read_admin(
        (yield login_request(credentials.user or "", credentials.credential, clear))
    )
    if answer.result == SECURITY_NOT_ENABLED:
        return Session()
    if answer.result == SECURITY_NOT_SUPPORTED:
        raise AdminError(
            "the server does not support security, but a user was given",
            code=answer.result,
            hint="Leave user and password out: a Community Edition lets everybody in.",
        )
    if answer.result:
        raise error_of(answer.result, operation="login")
    return _session(answer, now)


def _session(answer: AdminAnswer, now: float) -> Session:
    token = answer.fields.get(Field.SESSION_TOKEN)
    if not token or len(token) > _MAX_TOKEN_BYTES:
        raise ProtocolError("a login without a session token")
    ttl = int.from_bytes(answer.fields.get(Field.SESSION_TTL, b"")[:4], "big")
    if not ttl:
        return Session(token)
    # A short session is renewed half-way, so that there is time to try twice.
    early = min(_RENEW_EARLY_SECONDS, ttl / 2)
    return Session(token, now + ttl - early)


def open_session(credentials: Credentials | None, session: Session | None) -> Conversation:
    """Authenticate a connection with a session; says nothing where there is none.

    Raises:
        AdminError: the node does not accept the session; see `NEEDS_LOGIN`.
    """
    if credentials is None or session is None or session.token is None:
        return
    user = None if credentials.mode == c.AUTH_PKI else credentials.user
    answer = read_admin((yield authenticate_request(user, session.token)))
    if answer.result not in (0, SECURITY_NOT_ENABLED):
        raise error_of(answer.result, operation="authenticate")


def user_agent(build: tuple[int, ...], version: str, application: str) -> Conversation:
    """Tell a server that lists its clients what this one is; older servers are not told.

    Args:
        build: version of the server.
        version: of this library.
        application: name of the application, may be empty.
    """
    if build < _USER_AGENT_SINCE:
        return
    text = f"1,gridwire-{version},{application or 'not-set'}"
    # Whatever it answers is fine: the name is for its operators.
    yield encode_info([f"user-agent-set:value={b64encode(text.encode()).decode()}"])
