# SPDX-License-Identifier: Apache-2.0
"""Test clusters that speak TLS: every home, what they are told, and what they tell clients."""

from __future__ import annotations

import asyncio
import signal
import socket
import ssl
import subprocess
import sys
from contextlib import closing
from typing import Any

import pytest

from gridwire import aerospike
from gridwire.hazelcast import HazelcastClient
from gridwire.hazelcast.asyncio import HazelcastClient as AsyncioClient
from gridwire.testing import AerospikeCluster, HazelcastCluster
from gridwire.testing.__main__ import _parser, main
from gridwire.testing.aerospike_aio import AsyncAerospikeCluster
from gridwire.testing.aio import AsyncHazelcastCluster
from gridwire.testing.errors import ClusterOptionError
from support.certificates import Authority

WAIT_SECONDS = 30.0


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


def options_of(cluster: Any, authority: Authority) -> dict[str, Any]:
    return {
        "cluster_name": cluster.cluster_name,
        "cluster_members": cluster.addresses,
        "ssl_enabled": True,
        "ssl_cafile": authority.cafile,
    }


@pytest.mark.parametrize("process", [False, True])
def test_members_in_a_thread_or_a_process(authority: Authority, process: bool) -> None:
    tls = {"certfile": authority.issue(), "cafile": authority.cafile}
    own = authority.issue("client")
    with (
        HazelcastCluster(2, process=process, tls=tls) as cluster,
        HazelcastClient(**options_of(cluster, authority), ssl_certfile=own) as client,
    ):
        people = client.get_map("people").blocking()
        people.put("ann", "x" * 500_000)
        cluster.members[0].restart()
        assert people.get("ann") == "x" * 500_000


def test_members_on_the_running_loop(authority: Authority) -> None:
    async def scenario() -> None:
        async with (
            AsyncHazelcastCluster(2, tls={"certfile": authority.issue()}) as cluster,
            AsyncioClient(**options_of(cluster, authority)) as client,
        ):
            people = await client.get_map("people")
            await people.put("ann", 1)
            cluster.disconnect()
            assert await people.get("ann") == 1

    asyncio.run(scenario())


@pytest.mark.parametrize("process", [False, True])
def test_nodes_in_a_thread_or_a_process(authority: Authority, process: bool) -> None:
    tls = {"certfile": authority.issue(), "cafile": authority.cafile}
    own = {"cafile": authority.cafile, "certfile": authority.issue("client")}
    with (
        AerospikeCluster(2, process=process, tls=tls) as cluster,
        closing(aerospike.client({"hosts": cluster.hosts, "tls": own}).connect()) as client,
    ):
        client.put(("test", "demo", "ann"), {"a": 1})


def test_nodes_on_the_running_loop(authority: Authority) -> None:
    async def scenario() -> None:
        async with AsyncAerospikeCluster(1, tls={"certfile": authority.issue()}) as cluster:
            tls = {"cafile": authority.cafile}
            async with aerospike.AsyncClient({"hosts": cluster.hosts, "tls": tls}) as client:
                await client.connect()
                await client.put(("test", "demo", "ann"), {"a": 1})

    asyncio.run(scenario())


def test_faults_go_through_tls(authority: Authority) -> None:
    with (
        HazelcastCluster(1, tls={"certfile": authority.issue()}) as cluster,
        HazelcastClient(**options_of(cluster, authority)) as client,
    ):
        people = client.get_map("people").blocking()
        with cluster.pause(cluster.members[0]):
            pending = client.get_map("people").put("ann", 1)
        pending.result(WAIT_SECONDS)
        with cluster.slow_drip(size=100, seconds=0.0):
            people.put("bob", "y" * 5000)
        assert people.get("bob") == "y" * 5000


def test_a_cluster_ends_while_clients_are_in_the_handshake(authority: Authority) -> None:
    with HazelcastCluster(1, tls={"certfile": authority.issue()}) as cluster:
        host, _, port = cluster.addresses[0].partition(":")
        silent = socket.create_connection((host, int(port)))
        # Another one gets through behind it, so this one was accepted.
        with HazelcastClient(**options_of(cluster, authority)):
            pass
    with silent:
        silent.settimeout(WAIT_SECONDS)
        try:
            assert silent.recv(1) == b""
        except ConnectionResetError:
            pass


def test_who_is_refused_is_told_why(authority: Authority) -> None:
    tls = {"certfile": authority.issue(), "cafile": authority.cafile, "version": "1.2"}
    with HazelcastCluster(1, tls=tls) as cluster:
        host, _, port = cluster.addresses[0].partition(":")
        context = ssl.create_default_context(cafile=authority.cafile)
        with (
            socket.create_connection((host, int(port))) as sock,
            pytest.raises(ssl.SSLError, match=r"(?i)alert handshake failure"),
        ):
            context.wrap_socket(sock, server_hostname="localhost")


@pytest.mark.parametrize("kind", [HazelcastCluster, AerospikeCluster, AsyncHazelcastCluster])
@pytest.mark.parametrize(
    ("tls", "said"),
    [
        ({"certfle": "x"}, "tls has certfile, keyfile, cafile"),
        ({"certfile": "x", "client_certificates": "maybe"}, "is required or optional"),
        ({"certfile": "x", "client_certificates": "optional"}, "need a cafile"),
        ({"certfile": "x", "version": "1.1"}, "version is 1.2 or 1.3"),
    ],
)
def test_options_that_cannot_be(kind: Any, tls: dict[str, str], said: str) -> None:
    with pytest.raises(ClusterOptionError, match=said):
        kind(1, tls=tls)


@pytest.mark.parametrize("process", [False, True])
def test_files_that_cannot_be_used(process: bool) -> None:
    with pytest.raises(ClusterOptionError, match="these files cannot be used"):
        HazelcastCluster(1, process=process, tls={"certfile": "gone.pem"}).start()


# -- from a shell -----------------------------------------------------------------------------


def test_a_shell_starts_members_that_speak_tls(authority: Authority) -> None:
    command = [sys.executable, "-m", "gridwire.testing", "hazelcast", "--members=1"]
    command += [f"--tls-cert={authority.issue()}", f"--tls-ca={authority.cafile}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        _, address = (process.stdout.readline().strip() for _ in range(2))
        with HazelcastClient(
            cluster_members=[address],
            ssl_enabled=True,
            ssl_cafile=authority.cafile,
            ssl_certfile=authority.issue("client"),
        ) as client:
            client.get_map("people").blocking().put("ann", 1)
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=WAIT_SECONDS)
    assert (process.returncode, errors) == (0, "")


@pytest.mark.parametrize("kind", ["hazelcast", "aerospike"])
def test_the_command_hands_on_what_it_is_told(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    app = pytest.importorskip("gridwire.cli.app", reason="typer is not installed")
    given = [kind, "--tls-cert=c.pem", "--tls-key=k.pem", "--tls-ca=ca.pem"]
    monkeypatch.setattr(app.runpy, "run_module", lambda *_, **__: None)
    monkeypatch.setattr(sys, "argv", ["gridwire", "serve", *given])
    assert app.run() == 0
    told = _parser().parse_args(sys.argv[1:])
    assert (told.tls_cert, told.tls_key, told.tls_ca) == ("c.pem", "k.pem", "ca.pem")


@pytest.mark.parametrize("kind", ["hazelcast", "aerospike"])
def test_an_authority_without_a_certificate_is_told(
    kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([kind, "--port=0", "--tls-ca=ca.pem"]) == 1
    assert "TLS needs a certificate. Give --tls-cert too" in capsys.readouterr().err


# -- the official client ----------------------------------------------------------------------


# It makes its contexts in a way of old, and what it sets in them is deprecated besides.
@pytest.mark.filterwarnings("ignore:ssl:DeprecationWarning")
@pytest.mark.parametrize("version", ["1.2", "1.3"])
@pytest.mark.parametrize("checks", [True, False])
def test_the_official_client_speaks_tls_with_members(
    authority: Authority, version: str, checks: bool
) -> None:
    official = pytest.importorskip("hazelcast")
    tls = {"certfile": authority.issue(), "cafile": authority.cafile, "version": version}
    with HazelcastCluster(2, tls=tls) as cluster:
        client = official.HazelcastClient(
            **options_of(cluster, authority),
            ssl_certfile=authority.issue("client"),
            ssl_check_hostname=checks,
            ssl_protocol="TLSv1_2" if version == "1.2" else "TLSv1_3",
            cluster_connect_timeout=WAIT_SECONDS,
        )
        try:
            people = client.get_map("people").blocking()
            for key in range(50):
                people.put(key, "v" * 2000)
            assert people.size() == 50
        finally:
            client.shutdown()
