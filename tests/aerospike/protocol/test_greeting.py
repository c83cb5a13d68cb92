# SPDX-License-Identifier: Apache-2.0
"""What is said on a new connection, step by step and without one."""

from __future__ import annotations

import base64
from collections.abc import Generator
from typing import Any

import pytest

from gridwire.aerospike import AUTH_EXTERNAL, AUTH_INTERNAL, AUTH_PKI, AdminError
from gridwire.aerospike.protocol.admin import Command, Field, encode_admin, read_admin
from gridwire.aerospike.protocol.greeting import (
    Credentials,
    Session,
    log_in,
    open_session,
    user_agent,
)
from gridwire.errors import ProtocolError

INTERNAL = Credentials(AUTH_INTERNAL, "ann", b"hash", "secret")
TOKEN = {Field.SESSION_TOKEN: b"token"}


def converse(
    conversation: Generator[bytes, bytes, Any], *answers: bytes
) -> tuple[list[bytes], Any]:
    """What is said, and what comes of it."""
    said: list[bytes] = []
    given = iter(answers)
    try:
        said.append(next(conversation))
        while True:
            said.append(conversation.send(next(given)))
    except StopIteration as stop:
        return said, stop.value


def login(credentials: Credentials, fields: dict[int, bytes], result: int = 0) -> Any:
    return converse(log_in(credentials, 100.0), encode_admin(Command.LOGIN, fields, result))


@pytest.mark.parametrize(("ttl", "renew_at"), [(1000, 1040.0), (60, 130.0), (0, None)])
def test_a_session_is_renewed_before_it_ends(ttl, renew_at):
    _, session = login(INTERNAL, {**TOKEN, Field.SESSION_TTL: ttl.to_bytes(4, "big")})
    assert session == Session(b"token", renew_at)


def test_only_external_authentication_sends_the_password():
    (said,), _ = login(INTERNAL, TOKEN)
    assert read_admin(said).fields == {Field.USER: b"ann", Field.CREDENTIAL: b"hash"}
    (said,), _ = login(Credentials(AUTH_EXTERNAL, "ann", b"hash", "secret"), TOKEN)
    assert read_admin(said).fields[Field.CLEAR_PASSWORD] == b"secret"
    (said,), _ = login(Credentials(AUTH_PKI, None), TOKEN)
    assert read_admin(said).fields == {}


def test_a_server_without_security():
    assert login(INTERNAL, {}, 52)[1] == Session()
    with pytest.raises(AdminError, match="does not support security") as raised:
        login(INTERNAL, {}, 51)
    assert raised.value.code == 51


@pytest.mark.parametrize("code", [60, 62, 80])
def test_who_is_not_let_in(code):
    with pytest.raises(AdminError) as raised:
        login(INTERNAL, {}, code)
    assert raised.value.code == code
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("fields", [{}, {Field.SESSION_TOKEN: b"x" * 100_000}])
def test_a_token_that_cannot_be(fields):
    with pytest.raises(ProtocolError, match="session token"):
        login(INTERNAL, fields)


def test_a_connection_is_opened_with_the_session():
    ok = encode_admin(Command.AUTHENTICATE, {})
    (said,), _ = converse(open_session(INTERNAL, Session(b"token")), ok)
    assert read_admin(said).fields == {Field.USER: b"ann", Field.SESSION_TOKEN: b"token"}
    (said,), _ = converse(open_session(Credentials(AUTH_PKI, None), Session(b"token")), ok)
    assert read_admin(said).fields == TOKEN
    assert converse(open_session(None, None)) == ([], None)
    assert converse(open_session(INTERNAL, Session())) == ([], None)
    with pytest.raises(AdminError):
        converse(
            open_session(INTERNAL, Session(b"token")), encode_admin(Command.AUTHENTICATE, {}, 80)
        )


def test_the_agent_is_told_to_servers_that_list_it():
    assert converse(user_agent((8, 0, 9), "1.2", "app")) == ([], None)
    (said,), _ = converse(user_agent((8, 1), "1.2", ""), b"whatever")
    text = said[8:].decode().removeprefix("user-agent-set:value=").strip()
    assert base64.b64decode(text) == b"1,gridwire-1.2,not-set"
