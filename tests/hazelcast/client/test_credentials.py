# SPDX-License-Identifier: Apache-2.0
"""Who a client is: name and password, tokens, tickets; and what is told of bad ones."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Iterator

import pytest
from hazelcast.security import BasicTokenProvider as OfficialTokenProvider

from gridwire.hazelcast.config import Config
from gridwire.hazelcast.core import Address
from gridwire.hazelcast.errors import (
    HazelcastError,
    IllegalStateError,
    InvalidConfigurationError,
)
from gridwire.hazelcast.security import BasicTokenProvider, TokenProvider
from gridwire.testing import HazelcastCluster

QUICK = {"retry_initial_backoff": 0.02, "cluster_connect_timeout": 0.06}
TOKEN = "an old token"


@pytest.fixture(scope="module")
def by_token() -> Iterator[HazelcastCluster]:
    """A cluster with a login module that knows one token."""
    with HazelcastCluster(members=2, token=TOKEN) as cluster:
        yield cluster


def texts(error: BaseException | None) -> str:
    """What a log would show of an error and its causes."""
    parts = []
    while error is not None:
        parts.append(f"{type(error).__name__}: {error}")
        error = error.__cause__
    return "\n".join(parts)


class Asked(TokenProvider):
    """Remembers what it was asked, and where it ran."""

    def __init__(self, answer: object = TOKEN.encode()) -> None:
        self.answer = answer
        self.addresses: list[Address | None] = []
        self.threads: set[threading.Thread] = set()

    def token(self, address: Address | None = None) -> bytes:
        self.addresses.append(address)
        self.threads.add(threading.current_thread())
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer  # type: ignore[return-value]


def test_a_name_and_a_password_let_a_client_in(styles) -> None:
    with HazelcastCluster(members=2, username="ann", password="open sesame") as cluster:
        client = styles.client(cluster, creds_username="ann", creds_password="open sesame")
        assert styles.call(client.map().get, 1) is None
        client.shutdown()


@pytest.mark.parametrize(
    "credentials", [{}, {"creds_username": "ann"}, {"creds_username": "ann", "creds_password": "x"}]
)
def test_wrong_credentials_are_told_and_not_shown(styles, credentials) -> None:
    with HazelcastCluster(members=1, username="ann", password="open sesame") as cluster:
        with pytest.raises(HazelcastError) as caught:
            styles.client(cluster, **credentials, **QUICK)
        assert cluster.addresses[0] in texts(caught.value)
        assert "credentials" in texts(caught.value)


@pytest.mark.parametrize("form", [TOKEN, TOKEN.encode()], ids=["text", "bytes"])
def test_a_basic_token_lets_a_client_in(styles, by_token, form) -> None:
    client = styles.client(by_token, token_provider=BasicTokenProvider(form))
    assert styles.call(client.map().get, 1) is None


@pytest.mark.parametrize("answer", [TOKEN, TOKEN.encode(), bytearray(TOKEN.encode())])
def test_what_a_provider_may_give(styles, by_token, answer) -> None:
    styles.client(by_token, token_provider=Asked(answer))


def test_a_provider_of_the_official_client_works(styles, by_token) -> None:
    styles.client(by_token, token_provider=OfficialTokenProvider(TOKEN))


def test_a_provider_is_asked_for_each_connection_and_off_the_loop(styles, by_token) -> None:
    provider = Asked()
    client = styles.client(by_token, token_provider=provider)
    asked = {str(address) for address in provider.addresses}
    assert asked == set(by_token.addresses)
    here = {threading.current_thread(), threading.main_thread()}
    assert not here & provider.threads
    assert all("token" in thread.name for thread in provider.threads)
    client.shutdown()


def test_a_provider_that_blocks_stalls_nothing(styles, by_token) -> None:
    first = styles.client(by_token, token_provider=BasicTokenProvider(TOKEN))
    begun, go_on = threading.Event(), threading.Event()

    class Slow:
        def token(self, address: Address) -> bytes:
            begun.set()
            assert go_on.wait(10)
            return TOKEN.encode()

    starting = styles.aside(styles.client, by_token, token_provider=Slow())
    assert begun.wait(10)
    assert styles.call(first.map().get, 1) is None
    go_on.set()
    starting.result(10)


def test_a_provider_may_be_a_coroutine(styles, by_token) -> None:
    class Awaited:
        async def token(self, address: Address) -> str:
            await asyncio.sleep(0)
            return TOKEN

    class Awaitable:
        def token(self, address: Address) -> object:
            return Awaited().token(address)

    styles.client(by_token, token_provider=Awaited())
    styles.client(by_token, token_provider=Awaitable())


class Kerberos:
    """As the provider of the official add-on: a ticket for the service on the member's host."""

    def __init__(self, realm: str) -> None:
        self.realm = realm

    def token(self, address: Address | None = None) -> bytes:
        if not address:
            raise RuntimeError("Error retrieving a token: address is required")
        return f"ticket for hz/{address.host}@{self.realm}".encode()


def test_kerberos_gets_a_ticket_for_the_host_of_each_member(styles) -> None:
    ticket = "ticket for hz/127.0.0.1@EXAMPLE.COM"
    with HazelcastCluster(members=2, token=ticket) as cluster:
        client = styles.client(cluster, token_provider=Kerberos("EXAMPLE.COM"))
        assert styles.call(client.map().get, 1) is None
        client.shutdown()


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["127.0.0.1", "127.0.0.9"]])
def test_a_ticket_is_for_the_name_that_was_configured(styles, monkeypatch, addresses) -> None:
    async def look_up(self: object, host: str, port: int, **_: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", look_up)
    with HazelcastCluster(token="ticket for hz/grid.example.com@EXAMPLE.COM") as cluster:
        port = cluster.addresses[0].rpartition(":")[2]
        where = {"cluster_members": [f"grid.example.com:{port}"], "smart_routing": False}
        client = styles.client(cluster, token_provider=Kerberos("EXAMPLE.COM"), **where, **QUICK)
        assert styles.call(client.map().get, 1) is None
        client.shutdown()


class KerberosError(RuntimeError):
    pass


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (KerberosError("KRB5_KDC_UNREACH"), "KerberosError: KRB5_KDC_UNREACH"),
        (None, "NoneType instead of bytes"),
        (17, "int instead of bytes"),
        ("\udc80", "a string that UTF-8 cannot express"),
    ],
)
def test_a_provider_that_fails_is_told_as_such_with_the_address(
    styles, by_token, answer, said
) -> None:
    with pytest.raises(HazelcastError) as caught:
        styles.client(by_token, token_provider=Asked(answer), **QUICK)
    text = texts(caught.value)
    assert f"token provider {'raised' if 'Error' in said else 'gave'} {said}" in text
    assert all(address in text for address in by_token.addresses)


def test_a_provider_that_fails_ends_the_start_as_a_refusal_does(styles, by_token) -> None:
    # There is no limit of time here.
    with pytest.raises(IllegalStateError, match="KRB5_KDC_UNREACH"):
        styles.client(by_token, token_provider=Asked(KerberosError("KRB5_KDC_UNREACH")))


class Recovering:
    """Fails some times, and then gives the token."""

    def __init__(self, failures: int) -> None:
        self.failures = failures

    def token(self, address: Address) -> str:
        self.failures -= 1
        if self.failures >= 0:
            raise KerberosError("KRB5_KDC_UNREACH")
        return TOKEN


def test_a_provider_that_fails_at_first_is_asked_again_if_that_is_wanted(styles, by_token) -> None:
    provider = Recovering(5)
    styles.client(by_token, token_provider=provider, retry_on_auth_failure=True)
    assert provider.failures < 0


def test_an_identity_service_that_is_down_keeps_nobody_from_coming_back(styles) -> None:
    with HazelcastCluster(members=2, token=TOKEN) as cluster:
        provider = Recovering(0)
        client = styles.client(cluster, token_provider=provider)
        the_map = client.map()
        styles.call(the_map.set, 1, "one")
        provider.failures = 6
        cluster.disconnect()
        assert styles.call(the_map.get, 1) == "one"
        assert provider.failures < 0
        client.shutdown()


def test_a_provider_that_never_answers_has_its_time(styles, by_token) -> None:
    over = threading.Event()

    class Hanging:
        def token(self, address: Address) -> bytes:
            over.wait(20)
            return b""

    try:
        with pytest.raises(HazelcastError) as caught:
            styles.client(
                by_token,
                cluster_members=by_token.addresses[:1],
                token_provider=Hanging(),
                heartbeat_interval=0.05,
                heartbeat_timeout=0.1,
                **QUICK,
            )
        assert "token provider gave no answer within 0.1 s" in texts(caught.value)
    finally:
        over.set()


def test_a_provider_that_wants_to_end_the_program_ends_nothing(styles, by_token) -> None:
    class Rude:
        def token(self, address: Address) -> bytes:
            raise SystemExit("now")

    with pytest.raises(HazelcastError) as caught:
        styles.client(by_token, token_provider=Rude(), **QUICK)
    assert "SystemExit: now" in texts(caught.value)


def test_a_wrong_token_is_told_and_not_shown(styles, by_token) -> None:
    with pytest.raises(HazelcastError) as caught:
        styles.client(by_token, token_provider=BasicTokenProvider("another"), **QUICK)
    text = texts(caught.value)
    assert "credentials" in text
    assert "another" not in text


def test_a_long_token_is_warned_of(styles, caplog) -> None:
    with HazelcastCluster(members=1, token="x" * 5000) as cluster:
        with caplog.at_level(logging.WARNING, "gridwire"), pytest.raises(HazelcastError):
            styles.client(cluster, token_provider=BasicTokenProvider("x" * 5000), **QUICK)
        assert "hazelcast.client.protocol.max.message.bytes" in caplog.text
        assert "xxxx" not in caplog.text


PROVIDER = BasicTokenProvider("t")


@pytest.mark.parametrize(
    "options",
    [
        {"token_provider": PROVIDER, "creds_username": "ann"},
        {"token_provider": PROVIDER, "creds_username": "ann", "creds_password": "x"},
        {"token_provider": PROVIDER, "creds_password": "x"},
        {"creds_password": "x"},
        {"cloud_discovery_token": "t", "cluster_members": ["a"]},
        {"cloud_discovery_token": "t", "use_public_ip": True},
        {"cloud_discovery_token": "t", "address_translator": print},
        {"use_public_ip": True, "address_translator": print},
        {"cloud_base_url": "https://example.com"},
    ],
    ids="+".join,
)
def test_options_that_contradict_each_other_are_refused(styles, options) -> None:
    with pytest.raises(InvalidConfigurationError) as caught:
        styles.client(**options)
    # As the official client says of a cloud token beside members.
    assert isinstance(caught.value, IllegalStateError)
    assert next(iter(options)) in str(caught.value)


def test_a_token_provider_must_have_a_method() -> None:
    for wrong in (object(), BasicTokenProvider, "token"):
        with pytest.raises(TypeError, match="token_provider"):
            Config().token_provider = wrong


def test_basic_tokens_are_not_shown_and_checked() -> None:
    assert "secret" not in repr(BasicTokenProvider("secret"))
    assert BasicTokenProvider().token() == b""
    assert BasicTokenProvider("é").token(Address("h", 1)) == "é".encode()
    with pytest.raises(TypeError, match="int"):
        BasicTokenProvider(7)  # type: ignore[arg-type]
    assert TokenProvider().token() is None
