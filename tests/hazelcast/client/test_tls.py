# SPDX-License-Identifier: Apache-2.0
"""TLS of a Hazelcast client: every option, and errors that say which side refused, and why."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gridwire.hazelcast.config import Config, SSLProtocol
from gridwire.hazelcast.errors import IllegalStateError, InvalidConfigurationError
from gridwire.testing.hazelcast import HazelcastCluster
from support.call_styles import Style
from support.certificates import PASSWORD, Authority, anonymous_context, self_signed
from support.forking import run_program
from support.patience import until

QUICK = {"retry_initial_backoff": 0.02, "cluster_connect_timeout": 0.06}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("stranger"), "stranger")


@pytest.fixture
def secured(authority: Authority) -> Iterator[HazelcastCluster]:
    with HazelcastCluster(1, tls={"certfile": authority.issue()}) as cluster:
        yield cluster


def trusting(authority: Authority, **options: Any) -> dict[str, Any]:
    return {"ssl_enabled": True, "ssl_cafile": authority.cafile, **options}


def refusal(style: Style, cluster: HazelcastCluster, **options: Any) -> str:
    """Why a client could not join; every address is in the text with its last failure."""
    with pytest.raises(IllegalStateError) as caught:
        style.client(cluster, **QUICK, **options)
    text = str(caught.value)
    assert all(address in text for address in options.get("cluster_members", cluster.addresses))
    return text


# -- it works ---------------------------------------------------------------------------------


@pytest.mark.parametrize("spoken", [None, "1.2", "1.3"])
def test_all_members_are_reached_by_either_version(
    styles_and_uvloop: Style, authority: Authority, spoken: str | None
) -> None:
    tls = {"certfile": authority.issue(), **({"version": spoken} if spoken else {})}
    with HazelcastCluster(3, tls=tls) as cluster:
        client = styles_and_uvloop.client(cluster, **trusting(authority))
        people = client.map()
        for key in range(30):
            styles_and_uvloop.call(people.set, key, key)
        assert [styles_and_uvloop.call(people.get, key) for key in range(30)] == list(range(30))
        large = "long" * 200_000
        styles_and_uvloop.call(people.set, "large", large)
        assert styles_and_uvloop.call(people.get, "large") == large
        client.shutdown()


def test_many_calls_at_once(styles: Style, authority: Authority, secured: HazelcastCluster) -> None:
    people = styles.client(secured, **trusting(authority)).map()
    pending = [styles.begin(people.put, key, "v" * 1000) for key in range(300)]
    assert [one.result() for one in pending] == [None] * 300
    assert styles.call(people.size) == 300


def test_one_connection_for_everything(styles: Style, authority: Authority) -> None:
    with HazelcastCluster(2, tls={"certfile": authority.issue()}) as cluster:
        client = styles.client(cluster, smart_routing=False, **trusting(authority))
        for key in range(10):
            styles.call(client.map().set, key, key)
        assert styles.call(client.map().size) == 10
        client.shutdown()


def test_diagnostics_tell_what_was_encrypted_and_has_not_left(
    styles_and_uvloop: Style, authority: Authority, secured: HazelcastCluster
) -> None:
    # Much more than the system holds for both sides, which is told to hold little: each record is
    # a change of threads, and on a busy machine thousands of them take their time.
    styles, size = styles_and_uvloop, 4 << 20
    small = [(socket.SOL_SOCKET, socket.SO_SNDBUF, 128 << 10)]
    client = styles.client(secured, socket_options=small, **trusting(authority))
    people = client.map("heavy")
    with secured.pause():
        before = client.raw.diagnostics()["traffic"]["sent"]
        call = styles.begin(people.set, 1, bytes(size))
        told = until(
            lambda: (
                (now := client.raw.diagnostics())["memory"]["unsent"] > size // 2
                and now["traffic"]["sent"] > before
                and now
            )
        )
        assert told["traffic"]["sent"] - before < size // 2
    call.result()
    told = until(lambda: not (now := client.raw.diagnostics())["memory"]["unsent"] and now)
    assert size < told["traffic"]["sent"] - before < size + 100_000
    client.shutdown()


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["127.0.0.9", "127.0.0.1"]])
def test_a_certificate_is_for_the_name_whatever_its_addresses(
    styles: Style, authority: Authority, monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    async def look_up(self: object, host: str, port: int, **_: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", look_up)
    with HazelcastCluster(1, tls={"certfile": authority.issue("grid.example.com")}) as cluster:
        port = cluster.addresses[0].rpartition(":")[2]
        places = {"cluster_members": [f"grid.example.com:{port}"], "smart_routing": False}
        client = styles.client(cluster, **trusting(authority), **places, **QUICK)
        assert styles.call(client.map().get, 1) is None
        client.shutdown()


@pytest.mark.parametrize("password", [PASSWORD, PASSWORD.encode(), lambda: PASSWORD])
def test_a_member_that_wants_a_certificate_gets_it(
    styles: Style, authority: Authority, password: Any
) -> None:
    certfile, keyfile = authority.issue_encrypted()
    tls = {"certfile": authority.issue(), "cafile": authority.cafile}
    with HazelcastCluster(1, tls=tls) as cluster:
        client = styles.client(
            cluster,
            **trusting(
                authority, ssl_certfile=certfile, ssl_keyfile=keyfile, ssl_password=password
            ),
        )
        assert styles.call(client.map().get, 1) is None
        client.shutdown()


@pytest.mark.parametrize("style_version", ["TLSv1_2", SSLProtocol.TLSv1_3])
def test_certificates_of_clients_are_shown_in_either_version(
    styles: Style, authority: Authority, style_version: Any
) -> None:
    tls = {"certfile": authority.issue(), "cafile": authority.cafile}
    with HazelcastCluster(1, tls=tls) as cluster:
        options = trusting(authority, ssl_protocol=style_version, ssl_certfile=authority.issue())
        client = styles.client(cluster, **options)
        assert styles.call(client.map().get, 1) is None
        client.shutdown()


def test_an_optional_certificate_may_be_missing(styles: Style, authority: Authority) -> None:
    tls = {"certfile": authority.issue(), "cafile": authority.cafile}
    with HazelcastCluster(1, tls={**tls, "client_certificates": "optional"}) as cluster:
        client = styles.client(cluster, **trusting(authority))
        assert styles.call(client.map().get, 1) is None
        client.shutdown()


def test_a_context_of_ones_own_is_used_as_it_is(
    styles: Style, authority: Authority, stranger: Authority
) -> None:
    with HazelcastCluster(1, tls={"certfile": stranger.issue("elsewhere")}) as cluster:
        # Nobody would want that, but it is what the context says.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        client = styles.client(cluster, ssl_enabled=True, ssl_context=context)
        assert styles.call(client.map().get, 1) is None
        client.shutdown()


def test_without_the_check_any_name_will_do(styles: Style, authority: Authority) -> None:
    with HazelcastCluster(1, tls={"certfile": authority.issue("elsewhere")}) as cluster:
        client = styles.client(cluster, **trusting(authority, ssl_check_hostname=False))
        assert styles.call(client.map().get, 1) is None
        client.shutdown()


def test_ciphers_are_those_that_were_chosen(styles: Style, authority: Authority) -> None:
    with HazelcastCluster(1, tls={"certfile": authority.issue()}) as cluster:
        chosen = "ECDHE-ECDSA-AES128-GCM-SHA256"
        client = styles.client(cluster, **trusting(authority, ssl_ciphers=chosen))
        assert styles.call(client.map().get, 1) is None
        client.shutdown()
    with HazelcastCluster(1, tls={"certfile": authority.issue(), "version": "1.3"}) as cluster:
        # Otherwise it would be spoken with another cipher than those that are allowed.
        text = refusal(styles, cluster, **trusting(authority, ssl_ciphers=chosen))
        assert "no TLS version or cipher in common" in text


# -- this side refuses ------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
@pytest.mark.parametrize(
    ("days", "said"),
    [((-9, -2), "it has expired, it was valid until"), ((2, 9), "not valid before")],
)
def test_dates_of_the_members_certificate(
    styles: Style, authority: Authority, version: str, days: tuple[int, int], said: str
) -> None:
    certificate = authority.issue("localhost", "127.0.0.1", days=days)
    with HazelcastCluster(1, tls={"certfile": certificate}) as cluster:
        text = refusal(styles, cluster, **trusting(authority, ssl_protocol=version))
    assert "this client refused the peer's certificate" in text
    assert said in text


def test_a_certificate_that_vouches_for_itself(
    styles: Style, authority: Authority, tmp_path: Path
) -> None:
    certificate = self_signed(tmp_path)
    with HazelcastCluster(1, tls={"certfile": certificate}) as cluster:
        members = [address.replace("127.0.0.1", "localhost") for address in cluster.addresses]
        options = trusting(authority, cluster_members=members, smart_routing=False)
        text = refusal(styles, cluster, **options)
        assert "it is self-signed, and is not among the trusted ones" in text
        client = styles.client(cluster, **{**options, "ssl_cafile": certificate})
        assert styles.call(client.map().get, 1) is None
        client.shutdown()


def test_an_authority_that_nobody_trusts(
    styles: Style, authority: Authority, stranger: Authority
) -> None:
    with HazelcastCluster(1, tls={"certfile": stranger.issue()}) as cluster:
        text = refusal(styles, cluster, **trusting(authority))
        assert "it comes from an authority that is not trusted (" in text
        assert "authority stranger" in text
        # Nor does the system, whose authorities are meant when none is named.
        assert "not trusted" in refusal(styles, cluster, ssl_enabled=True)


def test_a_certificate_for_others_with_the_names_that_it_has(
    styles: Style, authority: Authority
) -> None:
    with HazelcastCluster(
        1, tls={"certfile": authority.issue("one.example", "10.0.0.7")}
    ) as cluster:
        text = refusal(styles, cluster, **trusting(authority))
    assert "it is not for '127.0.0.1' but for one.example, 10.0.0.7" in text


def test_members_that_announce_what_their_certificates_do_not_name(
    styles: Style, authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    """One is reached by its name; the other, at its address, is not, and that is said."""
    with HazelcastCluster(2, tls={"certfile": authority.issue("localhost")}) as cluster:
        port = cluster.addresses[0].rpartition(":")[2]
        members = [f"localhost:{port}"]
        client = styles.client(cluster, cluster_members=members, **trusting(authority))
        for key in range(10):
            styles.call(client.map().set, key, key)
        client.shutdown()
    assert "it is not for '127.0.0.1' but for localhost" in caplog.text


# -- the other side refuses -------------------------------------------------------------------


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_a_certificate_that_the_member_wants_is_missing(
    styles: Style, authority: Authority, version: str
) -> None:
    tls = {"certfile": authority.issue(), "cafile": authority.cafile}
    with HazelcastCluster(1, tls=tls) as cluster:
        text = refusal(styles, cluster, **trusting(authority, ssl_protocol=version))
    assert "the peer refused the TLS connection" in text
    assert "it wants a certificate of this client" in text


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_a_certificate_that_the_member_does_not_accept(
    styles: Style, authority: Authority, stranger: Authority, version: str
) -> None:
    expired = authority.issue("client", days=(-9, -2))
    tls = {"certfile": authority.issue(), "cafile": authority.cafile}
    with HazelcastCluster(1, tls=tls) as cluster:
        options = trusting(authority, ssl_protocol=version)
        text = refusal(styles, cluster, **options, ssl_certfile=stranger.issue("client"))
        assert "it does not trust the authority that the certificate of this client" in text
        text = refusal(styles, cluster, **options, ssl_certfile=expired)
        assert "the certificate of this client has expired" in text


@pytest.mark.parametrize(("spoken", "wanted"), [("1.2", "TLSv1_3"), ("1.3", "TLSv1_2")])
def test_an_explicit_version_is_that_one(
    styles: Style, authority: Authority, spoken: str, wanted: str
) -> None:
    with HazelcastCluster(1, tls={"certfile": authority.issue(), "version": spoken}) as cluster:
        text = refusal(styles, cluster, **trusting(authority, ssl_protocol=wanted))
    assert "no TLS version or cipher in common" in text


# -- one side speaks TLS and the other does not -----------------------------------------------


def test_plain_against_tls(styles: Style, secured: HazelcastCluster) -> None:
    text = refusal(styles, secured)
    assert "ended the connection before it answered: does this port want TLS (ssl_enabled)?" in text


def test_tls_against_plain(styles: Style, authority: Authority) -> None:
    with HazelcastCluster(1) as cluster:
        text = refusal(styles, cluster, **trusting(authority))
    assert "this port does not speak TLS" in text


@contextmanager
def answering(what: bytes) -> Iterator[int]:
    """A port that says the same to everybody, and listens to nobody; empty for silence."""
    over = threading.Event()

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                connection.sendall(what)
                if not what:
                    over.wait(20)
                else:
                    connection.settimeout(5)
                    while connection.recv(4096):
                        pass

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            over.set()
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def test_tls_against_something_else(styles: Style, authority: Authority) -> None:
    with (
        answering(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port,
        pytest.raises(IllegalStateError, match="what it answered is not TLS"),
    ):
        styles.client(cluster_members=[f"127.0.0.1:{port}"], **QUICK, **trusting(authority))


def test_tls_against_silence(styles: Style, authority: Authority) -> None:
    with answering(b"") as port:
        options = trusting(authority, connection_timeout=0.2)
        with pytest.raises(IllegalStateError, match="silent in the TLS handshake: does this port"):
            styles.client(cluster_members=[f"127.0.0.1:{port}"], **QUICK, **options)


def test_an_impostor_without_a_certificate_learns_no_password(
    styles: Style, authority: Authority
) -> None:
    """Whoever allows ciphers of that kind by a context of his own is not let down either."""
    heard: list[bytes] = []
    context = anonymous_context()

    def impersonate(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as peer:
            heard.append(peer.recv(1000))

    own = ssl.create_default_context(cafile=authority.cafile)
    own.set_ciphers("ALL:@SECLEVEL=0")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with contextlib.suppress(OSError):
                    impersonate(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            with pytest.raises(IllegalStateError, match="showed no certificate"):
                styles.client(
                    cluster_members=[f"127.0.0.1:{server.getsockname()[1]}"],
                    creds_username="ann",
                    creds_password="secret",
                    ssl_enabled=True,
                    ssl_context=own,
                    **QUICK,
                )
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
    assert not any(heard)


def hint_of(style: Style, *addresses: str, **options: Any) -> str:
    with pytest.raises(IllegalStateError) as caught:
        style.client(cluster_members=list(addresses), **QUICK, **options)
    assert caught.value.hint is not None
    return caught.value.hint


RUNNING = "that a member is running"


def test_the_hint_is_about_what_is_wrong(
    styles: Style, authority: Authority, stranger: Authority, secured: HazelcastCluster
) -> None:
    address = secured.addresses[0]
    options = trusting(stranger)
    hint = hint_of(styles, address, **options)
    assert "ssl_cafile" in hint
    assert RUNNING not in hint
    # Where another address is silent, that is one of the causes.
    hint = hint_of(styles, address, "127.0.0.1:1", **options)
    assert "ssl_cafile" in hint
    assert RUNNING in hint
    assert RUNNING in hint_of(styles, "127.0.0.1:1", **options)


def test_a_port_that_says_nothing_in_the_handshake_has_its_own_hint(
    styles: Style, authority: Authority
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        hint = hint_of(styles, address, **trusting(authority, connection_timeout=0.2))
    assert "speaks TLS" in hint
    assert RUNNING not in hint


# -- files that change ------------------------------------------------------------------------


def test_changed_files_serve_the_next_connection(
    styles: Style, authority: Authority, stranger: Authority, tmp_path: Path
) -> None:
    """A client that lives long: members, and then it, get certificates of another authority."""
    own, trusted = tmp_path / "own.pem", tmp_path / "ca.pem"
    server, clients = tmp_path / "server.pem", tmp_path / "clients.pem"

    def hand_out(by: Authority) -> None:
        server.write_bytes(Path(by.issue()).read_bytes())
        clients.write_bytes(Path(by.cafile).read_bytes())
        own.write_bytes(Path(by.issue("client")).read_bytes())
        trusted.write_bytes(Path(by.cafile).read_bytes())

    hand_out(authority)
    with HazelcastCluster(1, tls={"certfile": str(server), "cafile": str(clients)}) as cluster:
        files = {"ssl_cafile": str(trusted), "ssl_certfile": str(own)}
        client = styles.client(cluster, ssl_enabled=True, **files)
        assert styles.call(client.map().get, 1) is None
        hand_out(stranger)
        cluster.members[0].restart()
        assert styles.call(client.map().get, 1) is None
        client.shutdown()


def test_a_password_that_never_comes_keeps_nobody_from_coming_back(
    styles: Style, authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    """The files have changed, and what gives the password of the key hangs."""
    certfile, keyfile = authority.issue_encrypted()
    goes_on = threading.Event()
    goes_on.set()
    asked: list[str] = []

    def password() -> str:
        asked.append(threading.current_thread().name)
        goes_on.wait(20)
        return PASSWORD

    own = {"ssl_certfile": certfile, "ssl_keyfile": keyfile, "ssl_password": password}
    tls = {"certfile": authority.issue(), "cafile": authority.cafile}
    try:
        with HazelcastCluster(1, tls=tls) as cluster:
            client = styles.client(cluster, **trusting(authority, **own))
            asked.clear()
            goes_on.clear()
            authority.issue_encrypted()
            cluster.members[0].restart()
            assert styles.call(client.map().get, 1) is None
            client.shutdown()
    finally:
        goes_on.set()
        for thread in threading.enumerate():
            if thread.name.startswith("gridwire-tls"):
                thread.join(20)
    assert asked == ["gridwire-tls-files"]
    assert "slow to be read" in caplog.text


# -- options that cannot be -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"ssl_cafile": "ca.pem"}, "ssl_cafile is given, but ssl_enabled is not"),
        ({"ssl_password": "x", "ssl_ciphers": "y"}, "ssl_password, ssl_ciphers is given, but"),
        ({"ssl_check_hostname": False}, "connections would be in clear"),
        ({"ssl_context": ssl.create_default_context()}, "ssl_context is given, but"),
        (
            {"ssl_enabled": True, "ssl_context": ssl.create_default_context(), "ssl_cafile": "c"},
            "ssl_cafile is given together with ssl_context",
        ),
        ({"ssl_enabled": True, "ssl_keyfile": "k"}, "ssl_keyfile is given without ssl_certfile"),
        ({"ssl_enabled": True, "ssl_password": "p"}, "ssl_password is given without ssl_certfile"),
        ({"ssl_enabled": True, "ssl_protocol": "SSLv3"}, "ssl_protocol SSLv3 is broken"),
        (
            {"ssl_enabled": True, "ssl_protocol": "TLSv1_3", "ssl_ciphers": "AES"},
            "ssl_ciphers has no effect on TLS 1.3",
        ),
    ],
)
def test_options_that_contradict_each_other(options: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidConfigurationError, match=said):
        Config.from_dict(options).snapshot()


def test_files_are_read_before_anything_is_sent(
    styles: Style, authority: Authority, stranger: Authority
) -> None:
    certfile, keyfile = authority.issue_encrypted()
    own = {"ssl_certfile": certfile, "ssl_keyfile": keyfile}
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"ssl_cafile": "gone.pem"}, "'gone.pem' cannot be loaded: No such file"),
        ({"ssl_cafile": __file__}, "no certificate in PEM format"),
        ({"ssl_certfile": "gone.pem"}, "'gone.pem' cannot be loaded: No such file"),
        ({**own, "ssl_keyfile": "gone.pem"}, "'gone.pem' cannot be loaded: No such file"),
        ({"ssl_certfile": certfile}, "no private key in PEM format"),
        ({**own}, "the key is encrypted, and there is no password"),
        ({**own, "ssl_password": "guess"}, "the key is encrypted, and the password is wrong"),
        ({**own, "ssl_keyfile": stranger.issue()}, "the key belongs to another certificate"),
        ({"ssl_ciphers": "NONSENSE"}, "OpenSSL knows none of the TLS ciphers 'NONSENSE'"),
        ({"ssl_ciphers": "ALL:@SECLEVEL=0"}, "allow such as look at no certificate"),
    ]
    with answering(b"") as port:
        for options, said in wrong:
            with pytest.raises(InvalidConfigurationError, match=said):
                styles.client(
                    cluster_members=[f"127.0.0.1:{port}"], **{**trusting(authority), **options}
                )


@pytest.mark.parametrize("password", ["guess-s3cr3t", b"guess-s3cr3t", lambda: "guess-s3cr3t"])
def test_no_text_shows_the_password(
    authority: Authority, password: Any, styles: Style, caplog: pytest.LogCaptureFixture
) -> None:
    certfile, keyfile = authority.issue_encrypted()
    options = trusting(authority, ssl_certfile=certfile, ssl_keyfile=keyfile, ssl_password=password)
    config = Config.from_dict(options)
    assert "s3cr3t" not in f"{config!r} {config.snapshot()!r}"
    with pytest.raises(InvalidConfigurationError) as caught:
        styles.client(cluster_members=["127.0.0.1:1"], **options)
    told = caught.value
    assert "s3cr3t" not in f"{told!r} {told} {told.facts} {told.__cause__!r} {caplog.text}"


def test_a_password_that_cannot_be_had(authority: Authority, styles: Style) -> None:
    def broken() -> str:
        raise KeyError("s3cr3t")

    certfile, keyfile = authority.issue_encrypted()
    own = {"ssl_certfile": certfile, "ssl_keyfile": keyfile}
    for password, said in ((broken, r"could not be had \(KeyError\)"), (lambda: 7, "is int, not")):
        with pytest.raises(InvalidConfigurationError, match=said) as caught:
            styles.client(**trusting(authority, **own, ssl_password=password))
        assert "s3cr3t" not in str(caught.value)


def test_a_context_for_servers_is_refused_before_anything_is_sent(styles: Style) -> None:
    options = {"ssl_enabled": True, "ssl_context": ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)}
    with pytest.raises(InvalidConfigurationError, match="of no use for a client"):
        styles.client(**options)


# -- forks ------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform cannot fork")
def test_children_go_on_by_themselves_and_the_parent_keeps_its_connections(
    authority: Authority,
) -> None:
    with HazelcastCluster(2, tls={"certfile": authority.issue()}) as cluster:
        told = run_program(
            "hazelcast_tls.py", authority.cafile, cluster.cluster_name, *cluster.addresses
        )
    assert told["heard"] == []
    for way, (child, parent, same_sockets) in told["ways"].items():
        assert parent == {"value": "parent"}, way
        assert same_sockets, way
        if way.startswith("used"):
            assert {"value": "parent"} in (child if isinstance(child, list) else [child]), way
