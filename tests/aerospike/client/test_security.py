# SPDX-License-Identifier: Apache-2.0
"""Logging in, sessions and their renewal, and TLS."""

from __future__ import annotations

import asyncio
import logging
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme

from gridwire.aerospike import constants as c
from gridwire.aerospike.asyncio.client import AsyncClient
from gridwire.aerospike.exception import AdminError, ClientError, ClusterError
from gridwire.errors import UsageError
from support.aerospike_scripted import ScriptedCluster, until
from support.certificates import anonymous_context
from support.patience import patient

USERS = {"ann": "s3cret"}
ANN = {"user": "ann", "password": "s3cret"}


def run(cluster: ScriptedCluster, body: Any, **config: Any) -> None:
    async def main() -> None:
        async with cluster, AsyncClient({"hosts": cluster.hosts, **config}) as client:
            async with asyncio.timeout(60):
                await body(client)

    asyncio.run(main())


async def read(client: AsyncClient, number: int = 1) -> None:
    record = await client.get(("test", "demo", number))
    assert record.bins == {"d": record.key.digest}


# -- logging in -------------------------------------------------------------------------------


def test_who_logs_in_may_read() -> None:
    cluster = ScriptedCluster(2, users=USERS)

    async def body(client: AsyncClient) -> None:
        await client.connect()
        for number in range(8):
            await read(client, number)
        # Once at each node; connections for commands are opened with the session.
        assert [node.logins for node in cluster.nodes] == [1, 1]

    run(cluster, body, **ANN)


def test_user_and_password_may_be_given_to_connect() -> None:
    async def body(client: AsyncClient) -> None:
        await client.connect("ann", "s3cret")
        await read(client)

    run(ScriptedCluster(users=USERS), body, user="bob", password="other")


@pytest.mark.parametrize(
    ("who", "text"), [((5, "s3cret"), "user must"), (("ann", 5), "password must")]
)
def test_what_is_given_to_connect_is_looked_at(who: Any, text: str) -> None:
    async def body(client: AsyncClient) -> None:
        with pytest.raises(TypeError, match=text):
            await client.connect(*who)

    run(ScriptedCluster(users=USERS), body)


@pytest.mark.parametrize("who", [{"user": "ann", "password": "wrong"}, {}])
def test_who_does_not_log_in_is_kept_out(who: dict[str, str]) -> None:
    async def body(client: AsyncClient) -> None:
        with pytest.raises(AdminError) as caught:
            await client.connect()
        assert caught.value.code == (62 if who else 80)
        assert "wrong" not in str(caught.value)

    run(ScriptedCluster(users=USERS), body, **who)


def test_a_server_without_security_and_a_user_do_not_go_together() -> None:
    async def body(client: AsyncClient) -> None:
        with pytest.raises(AdminError, match="does not support security") as caught:
            await client.connect()
        assert caught.value.code == 51

    run(ScriptedCluster(), body, **ANN)


def test_a_user_needs_a_password() -> None:
    async def body(client: AsyncClient) -> None:
        with pytest.raises(ClientError, match="Password is required"):
            await client.connect()

    run(ScriptedCluster(users=USERS), body, user="ann")


def test_a_session_that_the_server_forgot_is_replaced() -> None:
    cluster = ScriptedCluster(users=USERS)

    async def body(client: AsyncClient) -> None:
        await client.connect()
        await read(client)
        (node,) = cluster.nodes
        node.tokens.clear()
        for link in list(node.data_links):
            link.transport.abort()
        await until(lambda: not node.data_links)
        # The connections of these calls are opened at once, and one of them logs in for all.
        await asyncio.gather(*(read(client, number) for number in range(100)))
        assert node.logins == 2

    run(cluster, body, **ANN, tend_interval=60_000)


def test_a_session_is_renewed_before_it_ends() -> None:
    cluster = ScriptedCluster(users=USERS, session_seconds=1)

    async def body(client: AsyncClient) -> None:
        await client.connect()
        (node,) = cluster.nodes
        await until(lambda: node.logins >= 3)
        await read(client)

    run(cluster, body, **ANN, tend_interval=20)


def test_a_control_connection_that_was_lost_is_opened_with_the_session() -> None:
    cluster = ScriptedCluster(users=USERS)

    async def body(client: AsyncClient) -> None:
        await client.connect()
        (node,) = cluster.nodes
        for link in list(node.links):
            link.transport.abort()
        opened = node.opened
        await until(lambda: node.opened > opened)
        await read(client)
        assert node.logins == 1

    run(cluster, body, **ANN, tend_interval=20)


def test_an_external_password_in_clear_is_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    async def body(client: AsyncClient) -> None:
        with pytest.warns(UserWarning, match="AUTH_EXTERNAL") as told:
            await client.connect()
        await read(client)
        (text,) = [str(one.message) for one in told]
        assert "AUTH_EXTERNAL without tls" in text
        assert "travels in clear" in text
        assert "s3cret" not in text + caplog.text

    with caplog.at_level(logging.DEBUG, "gridwire"):
        run(ScriptedCluster(users=USERS), body, **ANN, auth_mode=c.AUTH_EXTERNAL)


def test_a_certificate_as_user_needs_tls() -> None:
    async def body(client: AsyncClient) -> None:
        with pytest.raises(ClientError, match="AUTH_PKI needs TLS"):
            await client.connect()

    run(ScriptedCluster(), body, auth_mode=c.AUTH_PKI)


# -- TLS --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture
def cafile(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def test_tls_reads_and_writes_one_request_after_the_other(
    server_context: ssl.SSLContext, cafile: str
) -> None:
    cluster = ScriptedCluster(2, tls=server_context)
    most = 0

    def script(node: Any, message: bytes) -> None:
        nonlocal most
        most = max(most, *(len(link._queue) for link in node.links))

    async def body(client: AsyncClient) -> None:
        for node in cluster.nodes:
            node.script = script
        await client.connect()
        await asyncio.gather(*(read(client, number) for number in range(200)))
        await client.put(("test", "demo", 1), {"a": bytes(200_000)})
        # The server refuses bytes that come before it asks for them.
        assert most == 0
        assert len(client.get_node_names()) == 2
        assert "peers-tls-std" in cluster.nodes[0].asked

    # For two hundred at once a busy machine may take longer than a second.
    run(
        cluster,
        body,
        **patient({"timeout": 20_000, "tls": {"cafile": cafile, "name": "localhost"}}),
    )


def test_a_context_of_ones_own(server_context: ssl.SSLContext, cafile: str) -> None:
    context = ssl.create_default_context(cafile=cafile)

    async def body(client: AsyncClient) -> None:
        await client.connect()
        await read(client)

    cluster = ScriptedCluster(tls=server_context)

    async def main() -> None:
        async with cluster:
            # A host may carry the name that its certificate has.
            hosts = [("127.0.0.1", cluster.nodes[0].port, "localhost")]
            async with AsyncClient({"hosts": hosts, "tls": context}) as client:
                await body(client)

    asyncio.run(main())


@pytest.mark.parametrize("what", ["authority", "name"])
@pytest.mark.allow_loop_errors
def test_certificates_are_verified(
    server_context: ssl.SSLContext, cafile: str, tmp_path: Path, what: str
) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    tls = {"cafile": str(other)} if what == "authority" else {"cafile": cafile, "name": "elsewhere"}

    async def body(client: AsyncClient) -> None:
        with pytest.raises(ClusterError, match="certificate verify failed"):
            await client.connect()

    run(ScriptedCluster(tls=server_context), body, tls=tls)


def test_a_client_without_tls_learns_that_the_server_speaks_it(
    server_context: ssl.SSLContext,
) -> None:
    async def body(client: AsyncClient) -> None:
        with pytest.raises(ClusterError):
            await client.connect()

    run(ScriptedCluster(tls=server_context), body, timeout=200)


def test_a_certificate_of_the_client(authority: trustme.CA, cafile: str, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    context.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(context)
    own = authority.issue_cert("ann")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.write_bytes(b"".join(blob.bytes() for blob in own.cert_chain_pems))
    own.private_key_pem.write_to_path(str(key))
    tls = {
        "cafile": cafile,
        "certfile": str(certificate),
        "keyfile": str(key),
        "name": "localhost",
    }

    async def body(client: AsyncClient) -> None:
        await client.connect()
        await read(client)

    run(ScriptedCluster(tls=context), body, tls=tls)


# -- TLS: version, ciphers, impostors, hints -------------------------------------------------


@pytest.mark.parametrize(
    ("tls", "spoken"),
    [
        ({"protocol": "TLSv1_2"}, ("TLSv1.2", None)),
        ({"protocol": "TLSv1_3"}, ("TLSv1.3", None)),
        (
            {"ciphers": "ECDHE-ECDSA-AES128-GCM-SHA256"},
            ("TLSv1.2", "ECDHE-ECDSA-AES128-GCM-SHA256"),
        ),
    ],
)
def test_the_version_and_the_ciphers_are_those_that_were_chosen(
    server_context: ssl.SSLContext, cafile: str, tls: dict[str, str], spoken: Any
) -> None:
    cluster = ScriptedCluster(tls=server_context)
    seen: set[tuple[str, str | None]] = set()

    def script(node: Any, message: bytes) -> None:
        for link in node.links:
            connection = link.transport.get_extra_info("ssl_object")
            cipher = connection.cipher()[0] if spoken[1] else None
            seen.add((connection.version(), cipher))

    async def body(client: AsyncClient) -> None:
        cluster.nodes[0].script = script
        await client.connect()
        await read(client)

    run(cluster, body, tls={"cafile": cafile, "name": "localhost", **tls})
    assert seen == {spoken}


@pytest.mark.parametrize(
    ("tls", "said"),
    [
        ({"ciphers": "ALL:@SECLEVEL=0"}, "look at no certificate"),
        ({"ciphers": "NONSENSE"}, "OpenSSL knows none"),
        (ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), "of no use for a client"),
    ],
)
def test_tls_by_which_nobody_is_verified_or_reached_is_refused(tls: Any, said: str) -> None:
    async def body(client: AsyncClient) -> None:
        with pytest.raises(UsageError, match=said):
            await client.connect()

    run(ScriptedCluster(), body, tls=tls)


@pytest.mark.allow_loop_errors
def test_an_impostor_without_a_certificate_is_refused(cafile: str) -> None:
    own = ssl.create_default_context(cafile=cafile)
    own.set_ciphers("ALL:@SECLEVEL=0")
    cluster = ScriptedCluster(tls=anonymous_context())

    async def body(client: AsyncClient) -> None:
        with pytest.raises(ClusterError, match="showed no certificate") as caught:
            await client.connect()
        assert "certificate of the server" in str(caught.value.hint)

    run(cluster, body, tls=own)
    assert not cluster.nodes[0].asked


@pytest.mark.allow_loop_errors
def test_the_hint_is_about_what_is_wrong(server_context: ssl.SSLContext, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    hints: list[str] = []

    async def main() -> None:
        cluster = ScriptedCluster(tls=server_context)
        async with cluster:
            node = ("127.0.0.1", cluster.nodes[0].port)
            for hosts in ([node], [node, ("127.0.0.1", 1)], [("127.0.0.1", 1)]):
                client = AsyncClient({"hosts": hosts, "tls": {"cafile": str(other)}})
                with pytest.raises(ClusterError) as caught:
                    await client.connect()
                hints.append(str(caught.value.hint))
                await client.close()

    asyncio.run(main())
    assert ["cafile" in one for one in hints] == [True, True, False]
    assert ["a node is running" in one for one in hints] == [False, True, True]
