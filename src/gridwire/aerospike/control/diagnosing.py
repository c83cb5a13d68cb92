# SPDX-License-Identifier: Apache-2.0
"""How a client describes itself: it reads snapshots, from any thread, and waits for nothing.

The parts are read one after the other while the client goes on, so that they may differ by what
happened in between.
"""

from __future__ import annotations

import os
from collections import Counter
from time import time
from typing import TYPE_CHECKING, Any, Protocol

from gridwire._core.counters import Counters

if TYPE_CHECKING:
    from gridwire.aerospike.cluster.partition_table import Owners
    from gridwire.aerospike.control.core import ClusterCore, ClusterNode
    from gridwire.aerospike.diagnostics import (
        ClientFacts,
        Diagnostics,
        GateFacts,
        NamespaceFacts,
        NodeFacts,
        SessionFacts,
    )

__all__ = ["Diagnosed", "Past", "diagnostics_of"]


class Diagnosed(Protocol):
    """An engine, as far as it is described."""

    @property
    def described_core(self) -> ClusterCore[Any] | None:
        """The client's view of its cluster; None while there is none."""

    @property
    def gate_facts(self) -> GateFacts | None:
        """The limit on operations at once; None when there is none."""


class Past:
    """What is left of a client that is not connected.

    Attributes:
        name: of the client when it was connected.
        since: when it was closed, in seconds since 1970; None when it was never connected.
        hosts: its seeds.
        counters: what it counted.
    """

    def __init__(self) -> None:
        self.name: str | None = None
        self.since: float | None = None
        self.cluster = ""
        self.application = ""
        self.hosts: list[str] = []
        self.tls = self.authenticated = False
        self.counters = Counters()

    def remember(self, core: ClusterCore[Any]) -> None:
        """The client is closed."""
        options = core.options
        self.name, self.since, self.counters = core.name, time(), core.counters
        self.cluster, self.application = options.cluster_name, options.application_id
        self.hosts = _hosts(core)
        self.tls, self.authenticated = options.tls is not None, options.user is not None


def diagnostics_of(engine: Diagnosed | None, past: Past, version: str) -> Diagnostics:
    """Describe a client; the parts are explained in `gridwire.aerospike.diagnostics`.

    Args:
        engine: makes its calls; None when it is not connected.
        past: what is left of it then.
        version: of this library.
    """
    core = None if engine is None else engine.described_core
    if engine is None or core is None:
        return {
            "taken_at": time(),
            "client": _client_of_past(past, version),
            "tend": None,
            "nodes": [],
            "partitions": {},
            "gate": None,
            "counters": past.counters.as_dict(),
        }
    return {
        "taken_at": time(),
        "client": _client(core, version),
        "tend": {
            "rounds": core.tends,
            "age": max(0.0, core.log.now() - core.tended_at),
            "interval": core.options.tend_interval,
            "problems": core.problems,
        },
        "nodes": [_node(core, node) for node in core.nodes.values()],
        "partitions": {name: _namespace(owners) for name, owners in core.table.namespaces.items()},
        "gate": engine.gate_facts,
        "counters": core.counters.as_dict(),
    }


def _client_of_past(past: Past, version: str) -> ClientFacts:
    return {
        "name": past.name,
        "application": past.application,
        "cluster": past.cluster,
        "hosts": past.hosts,
        "state": "not connected" if past.since is None else "closed",
        "since": past.since,
        "tls": past.tls,
        "authenticated": past.authenticated,
        "pid": os.getpid(),
        "version": version,
    }


def _client(core: ClusterCore[Any], version: str) -> ClientFacts:
    options = core.options
    state = "connected" if core.nodes else "without nodes"
    if not core.is_running:
        # Its loop has ended, or it is just being closed.
        state = "closed"
    return {
        "name": core.name,
        "application": options.application_id,
        "cluster": options.cluster_name,
        "hosts": _hosts(core),
        "state": state,
        "since": core.since,
        "tls": options.tls is not None,
        "authenticated": options.user is not None,
        "pid": os.getpid(),
        "version": version,
    }


def _hosts(core: ClusterCore[Any]) -> list[str]:
    return [f"{host[0]}:{host[1]}" for host in core.options.hosts]


def _node(core: ClusterCore[Any], node: ClusterNode) -> NodeFacts:
    facts, breaker = node.facts, node.breaker
    return {
        "name": facts.name,
        "address": str(facts.endpoint),
        "build": ".".join(map(str, facts.build)),
        "racks": dict(facts.racks),
        "left_alone": breaker.is_open,
        "errors": breaker.errors,
        "trips": breaker.trips,
        "partition_generation": core.partition_generation(facts.name),
        "pool": node.pool_facts,
        "session": _session(core, facts.name),
    }


def _session(core: ClusterCore[Any], name: str) -> SessionFacts | None:
    access = core.access_to(name)
    session = None if access is None else access.session
    if session is None:
        return None
    renew_at = session.renew_at
    return {
        "has_token": session.token is not None,
        "renews_in": None if renew_at is None else max(0.0, renew_at - core.opener.now()),
    }


def _namespace(owners: Owners[Any]) -> NamespaceFacts:
    held = Counter(node.facts.name for node in owners.masters if node is not None)
    return {
        "replicas": len(owners.replicas),
        "without_master": owners.masters.count(None),
        "masters": dict(sorted(held.items())),
        "newest_regime": max(owners.regimes),
    }
