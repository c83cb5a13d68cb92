# SPDX-License-Identifier: Apache-2.0
"""The part of ``python -m gridwire.testing`` that is about Aerospike."""

from __future__ import annotations

import argparse
import time
from random import SystemRandom
from typing import TYPE_CHECKING, Any

from gridwire.testing._aerospike.cluster import LoopCluster
from gridwire.testing._aerospike.options import DEFAULT_CLUSTER_NAME, ClusterOptions
from gridwire.testing._homes import control
from gridwire.testing._homes.tls_options import add_tls_options, tls_of
from gridwire.testing.aerospike_aio import AsyncAerospikeCluster

if TYPE_CHECKING:
    from collections.abc import Coroutine

__all__ = ["add_options", "made", "obey"]

_PORT = 3000
"""Where a server listens unless it is told otherwise, and where clients look for one."""


def obey() -> Coroutine[Any, Any, None]:
    """Do what standard input says until it ends, for a cluster that has a process of its own."""
    return control.obey(_tenant)


def _tenant(options: dict[str, Any]) -> LoopCluster:
    return LoopCluster(ClusterOptions.from_json(options), clock=time.time, random=SystemRandom())


def made(options: argparse.Namespace) -> AsyncAerospikeCluster:
    """The cluster that a command line asks for."""
    ports = [options.port + index for index in range(options.nodes)] if options.port else None
    users = dict(_user(text) for text in options.user) if options.user else None
    return AsyncAerospikeCluster(
        options.nodes,
        cluster_name=options.cluster_name,
        namespaces=options.namespace or "test",
        replication_factor=options.replication_factor,
        ports=ports,
        users=users,
        tls=tls_of(options),
    )


def _user(text: str) -> tuple[str, tuple[str, list[str]]]:
    name, _, rest = text.partition(":")
    password, _, roles = rest.partition(":")
    return name, (password, roles.split(",") if roles else ["read-write"])


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of Aerospike clusters to a parser."""
    add = parser.add_argument
    add("--nodes", type=int, default=3, help="how many nodes (default: 3)")
    add(
        "--port",
        type=int,
        default=_PORT,
        help=f"port of the first node, the others follow; free ports if 0 (default: {_PORT})",
    )
    add(
        "--cluster-name",
        default=DEFAULT_CLUSTER_NAME,
        help=f"what the nodes call themselves (default: {DEFAULT_CLUSTER_NAME})",
    )
    add(
        "--namespace",
        action="append",
        metavar="NAME",
        help="a namespace, may be given several times (default: test)",
    )
    add("--replication-factor", type=int, default=2, help="copies of a partition (default: 2)")
    add(
        "--user",
        action="append",
        metavar="NAME:PASSWORD[:ROLE,...]",
        help="who may log in, may be given several times (default: everybody, without)",
    )
    add_tls_options(add, "nodes")
    add("--tls-name", metavar="NAME", help="the name in it (default: localhost)")
    add("--control", action="store_true", help=argparse.SUPPRESS)
