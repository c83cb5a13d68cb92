# SPDX-License-Identifier: Apache-2.0
"""What programs of pages take for known: clusters, files, and whom they talk to.

A stage is set up for each program. It gives the names that the program knows from the text around
it, and may change what stands for something of the reader's own, such as an address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, chdir, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gridwire import aerospike
from gridwire.testing import AerospikeCluster, HazelcastCluster
from support.certificates import PASSWORD, Authority

__all__ = [
    "Scene",
    "Stage",
    "a_broken_node",
    "aerospike_hosts",
    "both_systems",
    "empty",
    "hazelcast_members",
    "tls",
]


@dataclass
class Scene:
    """What is there while a program runs.

    Attributes:
        names: that the program knows.
        replace: texts of the program that stand for something of the reader's own.
        known: all names at the end of the program.
    """

    names: dict[str, Any] = field(default_factory=dict)
    replace: dict[str, str] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)


Stage = Callable[[int, Path], AbstractContextManager[Scene]]
"""Sets the scene for a program: its place in the page, and a folder for files."""


@contextmanager
def empty(_: int, __: Path) -> Iterator[Scene]:
    """Nothing: the program starts what it needs."""
    yield Scene()


@contextmanager
def aerospike_hosts(_: int, __: Path) -> Iterator[Scene]:
    """Aerospike nodes at `hosts`."""
    with AerospikeCluster(nodes=2) as cluster:
        yield Scene({"hosts": cluster.hosts})


@contextmanager
def hazelcast_members(_: int, __: Path) -> Iterator[Scene]:
    """Hazelcast members at `members`, which call their cluster `name`."""
    with HazelcastCluster(members=2) as cluster:
        yield Scene({"members": cluster.addresses, "name": cluster.cluster_name})


@contextmanager
def both_systems(_: int, __: Path) -> Iterator[Scene]:
    """A Hazelcast member and an Aerospike node, as plain texts and numbers."""
    with HazelcastCluster(members=1) as cluster, AerospikeCluster(nodes=1) as nodes:
        yield Scene(
            {
                "cluster_name": cluster.cluster_name,
                "cluster_members": cluster.addresses,
                "hosts": nodes.hosts,
            }
        )


@contextmanager
def a_broken_node(_: int, folder: Path) -> Iterator[Scene]:
    """An Aerospike `cluster` and a `client`; the files of a node's certificate are here."""
    for name in ("node.pem", "node.key"):
        folder.joinpath(name).write_bytes(Path(Authority(folder).issue()).read_bytes())
    with (
        chdir(folder),
        AerospikeCluster(nodes=2) as cluster,
        aerospike.client({"hosts": cluster.hosts}).connect() as client,
    ):
        yield Scene({"AerospikeCluster": AerospikeCluster, "cluster": cluster, "client": client})


@contextmanager
def tls(index: int, folder: Path) -> Iterator[Scene]:
    """The clusters of the page about TLS, and the files that it speaks of."""
    authority = _files_of_the_page(folder)
    with chdir(folder):
        if index < 2:
            yield from _hazelcast_with_tls()
        elif index == 2:
            yield from _aerospike_with_tls(authority)
        else:
            yield Scene()


def _files_of_the_page(folder: Path) -> Authority:
    authority = Authority(folder)
    certfile, keyfile = authority.issue_encrypted()
    server = Path(authority.issue()).read_bytes()
    content = {
        "authority.pem": Path(authority.cafile).read_bytes(),
        "clients.pem": Path(authority.cafile).read_bytes(),
        "client.pem": Path(certfile).read_bytes(),
        "client.key": Path(keyfile).read_bytes(),
        "member.pem": server,
        "member.key": server,
    }
    for name, written in content.items():
        (folder / name).write_bytes(written)
    return authority


def _hazelcast_with_tls() -> Iterator[Scene]:
    files = {"certfile": "member.pem", "cafile": "authority.pem"}
    wants = {"client_certificates": "optional"}
    with HazelcastCluster(1, cluster_name="dev", tls={**files, **wants}) as cluster:
        scene = Scene(
            {"read_password": lambda: PASSWORD}, {"members.example:5701": cluster.addresses[0]}
        )
        yield scene
        client = scene.known["client"]
        client.get_map("m").blocking().put(1, 1)
        client.shutdown()


def _aerospike_with_tls(authority: Authority) -> Iterator[Scene]:
    # The key of the page has no password.
    own = Path(authority.issue("client")).read_bytes()
    Path("client.pem").write_bytes(own)
    Path("client.key").write_bytes(own)
    files = {"certfile": "member.pem", "cafile": "authority.pem"}
    with AerospikeCluster(1, tls=files) as cluster:
        scene = Scene(replace={'("node.example", 4333)': repr(cluster.hosts[0])})
        yield scene
        client = scene.known["client"]
        client.connect()
        client.put(("test", "demo", "ann"), {"a": 1})
        client.close()
