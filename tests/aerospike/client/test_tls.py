# SPDX-License-Identifier: Apache-2.0
"""TLS of an Aerospike client, in both call styles: what works, and which side refused, and why."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from gridwire.aerospike.exception import ClusterError
from gridwire.errors import UsageError
from gridwire.testing import AerospikeCluster
from support.aerospike_styles import STYLES, make_client
from support.certificates import PASSWORD, Authority
from support.peers import accepting

Connect = Callable[..., Any]

KEY = ("test", "demo", "ann")


@pytest.fixture(params=STYLES)
def connect(request: pytest.FixtureRequest) -> Iterator[Connect]:
    """Connect a client of either style; it is closed with the test."""
    with ExitStack() as stack:

        def start(hosts: Any, tls: Any, **config: Any) -> Any:
            config = {"hosts": hosts, "timeout": 3000, "tend_interval": 50, **config}
            if tls is not None:
                config["tls"] = tls
            made = make_client(request.param, config, stack)
            made.connect()
            return made

        yield start


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("stranger"), "stranger")


def plain_hosts(cluster: AerospikeCluster) -> list[tuple[str, int]]:
    return [(host, port) for host, port, *_ in cluster.hosts]


@pytest.mark.parametrize("version", [None, "1.2", "1.3"])
def test_every_node_is_reached_by_either_version(
    connect: Connect, authority: Authority, version: str | None
) -> None:
    tls = {"certfile": authority.issue(), **({"version": version} if version else {})}
    with AerospikeCluster(2, tls=tls) as cluster:
        client = connect(cluster.hosts, {"cafile": authority.cafile})
        client.put(KEY, {"a": 1, "large": bytes(200_000)})
        _, _, bins = client.get(KEY)
        assert (bins["a"], len(bins["large"])) == (1, 200_000)
        assert len(client.get_node_names()) == 2
        client.close()


def test_a_certificate_of_the_client(connect: Connect, authority: Authority) -> None:
    certfile, keyfile = authority.issue_encrypted()
    with AerospikeCluster(
        1, tls={"certfile": authority.issue(), "cafile": authority.cafile}
    ) as cluster:
        own = {"certfile": certfile, "keyfile": keyfile, "keyfile_password": PASSWORD}
        client = connect(cluster.hosts, {"cafile": authority.cafile, **own})
        client.put(KEY, {"a": 1})
        client.close()


def test_the_name_is_that_of_the_host_or_of_the_configuration(
    connect: Connect, authority: Authority
) -> None:
    tls = {"certfile": authority.issue("node.example"), "name": "node.example"}
    with AerospikeCluster(1, tls=tls) as cluster:
        # Nodes tell their name besides, so both find each node again.
        connect(cluster.hosts, {"cafile": authority.cafile}).close()
        hosts = plain_hosts(cluster)
        connect(hosts, {"cafile": authority.cafile, "name": "node.example"}).close()
        with pytest.raises(ClusterError, match=r"is not for '127\.0\.0\.1' but for node\.example"):
            connect(hosts, {"cafile": authority.cafile})
        connect(hosts, {"cafile": authority.cafile, "check_hostname": False}).close()


def test_what_this_side_refuses(
    connect: Connect, authority: Authority, stranger: Authority
) -> None:
    expired = authority.issue("localhost", days=(-9, -2))
    with AerospikeCluster(1, tls={"certfile": expired}) as cluster:
        with pytest.raises(ClusterError, match="it has expired, it was valid until") as caught:
            connect(cluster.hosts, {"cafile": authority.cafile})
        assert str(cluster.hosts[0][1]) in str(caught.value)
    with (
        AerospikeCluster(1, tls={"certfile": stranger.issue()}) as cluster,
        pytest.raises(ClusterError, match="from an authority that is not trusted"),
    ):
        connect(cluster.hosts, {"cafile": authority.cafile})


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_what_the_node_refuses(
    connect: Connect, authority: Authority, stranger: Authority, version: str
) -> None:
    tls = {"certfile": authority.issue(), "cafile": authority.cafile, "version": version}
    with AerospikeCluster(1, tls=tls) as cluster:
        with pytest.raises(ClusterError, match="it wants a certificate of this client"):
            connect(cluster.hosts, {"cafile": authority.cafile})
        with pytest.raises(ClusterError, match="it does not trust the authority"):
            connect(
                cluster.hosts,
                {"cafile": authority.cafile, "certfile": stranger.issue("client")},
            )


def test_one_side_without_tls(connect: Connect, authority: Authority) -> None:
    with (
        AerospikeCluster(1, tls={"certfile": authority.issue()}) as cluster,
        pytest.raises(ClusterError, match=r"want.? TLS"),
    ):
        connect(plain_hosts(cluster), None)
    with (
        AerospikeCluster(1) as cluster,
        pytest.raises(ClusterError, match="this port does not speak TLS"),
    ):
        connect(cluster.hosts, {"cafile": authority.cafile})


def test_silence_in_the_handshake(connect: Connect, authority: Authority) -> None:
    with (
        accepting() as (host, port, _),
        pytest.raises(ClusterError, match="silent in the TLS handshake"),
    ):
        connect([(host, port)], {"cafile": authority.cafile}, timeout=200)


def test_changed_files_serve_the_next_connection(
    connect: Connect, authority: Authority, stranger: Authority, tmp_path: Path
) -> None:
    server, trusted = tmp_path / "server.pem", tmp_path / "ca.pem"

    def hand_out(by: Authority) -> None:
        server.write_bytes(Path(by.issue()).read_bytes())
        trusted.write_bytes(Path(by.cafile).read_bytes())

    hand_out(authority)
    with AerospikeCluster(1, tls={"certfile": str(server)}) as cluster:
        client = connect(cluster.hosts, {"cafile": str(trusted)})
        client.put(KEY, {"a": 1})
        hand_out(stranger)
        cluster.nodes[0].restart()
        client.put(KEY, {"a": 2}, None, {"max_retries": 100, "total_timeout": 15_000})
        client.close()


def test_a_context_of_ones_own(connect: Connect, authority: Authority) -> None:
    context = ssl.create_default_context(cafile=authority.cafile)
    with AerospikeCluster(1, tls={"certfile": authority.issue()}) as cluster:
        connect(cluster.hosts, context).close()


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"cafile": "gone.pem"}, "'gone.pem' cannot be loaded: No such file"),
        ({"keyfile": "key.pem"}, "a TLS key without its certificate"),
        ({"certfile": "gone.pem"}, "'gone.pem' cannot be loaded: No such file"),
    ],
)
def test_files_are_read_before_anything_is_sent(
    connect: Connect, files: dict[str, str], said: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        with pytest.raises(UsageError, match=said):
            connect([server.getsockname()], files)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_no_text_shows_the_password(connect: Connect, authority: Authority) -> None:
    certfile, keyfile = authority.issue_encrypted()
    own = {"certfile": certfile, "keyfile": keyfile, "keyfile_password": "guess-s3cr3t"}
    with pytest.raises(UsageError, match="the password is wrong") as caught:
        connect([("127.0.0.1", 1)], own)
    assert "s3cr3t" not in f"{caught.value!r} {caught.value} {caught.value.__cause__!r}"
