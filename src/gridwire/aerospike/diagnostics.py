# SPDX-License-Identifier: Apache-2.0
"""What `client.diagnostics()` tells: plain dicts, lists, texts and numbers, ready for JSON.

Times that something lasted are seconds; moments are seconds since 1970; sizes are bytes.
"""

from __future__ import annotations

from typing import TypedDict

__all__ = [
    "ClientFacts",
    "Diagnostics",
    "GateFacts",
    "NamespaceFacts",
    "NodeFacts",
    "PoolFacts",
    "SessionFacts",
    "TendFacts",
]


class ClientFacts(TypedDict):
    """The client itself."""

    name: str | None
    """What log lines call it; None before `connect`."""

    application: str
    """What servers list it as, when `application_id` says so."""

    cluster: str
    """What nodes must call their cluster; empty for any."""

    hosts: list[str]
    """Seeds, which are never forgotten."""

    state: str
    """One of `not connected`, `connected`, `without nodes` (seeds are asked in every round) and
    `closed`."""

    since: float | None
    """Since when it is so, as a moment; None before `connect`."""

    tls: bool
    """Whether connections use TLS."""

    authenticated: bool
    """Whether somebody logs in."""

    pid: int
    """The process that it lives in."""

    version: str
    """Version of gridwire."""


class TendFacts(TypedDict):
    """How the cluster is looked at."""

    rounds: int
    """Rounds that are over."""

    age: float
    """Time since the last one ended."""

    interval: float
    """Time between two of them, when nothing hurries."""

    problems: dict[str, str]
    """Why seeds and nodes could not be used in the last round, by address."""


class PoolFacts(TypedDict):
    """The connections to one node that commands use."""

    open: int
    """Connections that are open."""

    ages: list[float]
    """Seconds since each of them was opened, the oldest first."""

    in_use: int
    """Those of them on which something is under way."""

    idle: int
    """Those of them that nobody uses now."""

    opening: int
    """Connections that are being opened."""

    limit: int
    """How many there may be: `max_conns_per_node`."""

    in_flight: int
    """Requests that were sent, whose callers still wait."""

    waiting: int
    """Requests that wait for a connection."""

    late_heads: int
    """Connections that take nothing new, because an answer on them is overdue."""

    depth: int
    """How many requests may be under way on one connection now."""

    unsent_bytes: int
    """What was written and the operating system does not take yet; 0 for threads, which wait."""

    buffered_bytes: int
    """What has come of answers that are not complete; 0 for threads, which hold it themselves."""


class SessionFacts(TypedDict):
    """What a login gave; never the token."""

    has_token: bool
    """Whether the server has security switched on."""

    renews_in: float | None
    """When there is another login, at the next look at the cluster after that; None for never."""


class NodeFacts(TypedDict):
    """One node."""

    name: str
    """Its id."""

    address: str
    """Where it was reached."""

    build: str
    """Version of its software."""

    racks: dict[str, int]
    """Its rack by namespace."""

    left_alone: bool
    """Whether it failed so often that commands do not go there for now."""

    errors: int
    """Its failures in this window."""

    trips: int
    """How often it was left alone."""

    partition_generation: int | None
    """Which of its partition tables is followed, the node counts them; None after it was silent."""

    pool: PoolFacts
    """The connections that commands use."""

    session: SessionFacts | None
    """What the login gave; None when nobody logged in."""


class NamespaceFacts(TypedDict):
    """Who holds the partitions of one namespace."""

    replicas: int
    """How many holders a partition may have, the master counted."""

    without_master: int
    """Partitions that no node claims."""

    masters: dict[str, int]
    """How many partitions each node is the master of."""

    newest_regime: int
    """The highest regime that a node claimed a partition with."""


class GateFacts(TypedDict):
    """The limit on operations at once: `max_concurrent_operations`."""

    limit: int
    """How many may be inside."""

    waiting: int
    """How many wait for their turn."""


class Diagnostics(TypedDict):
    """Everything."""

    taken_at: float
    """When, as a moment."""

    client: ClientFacts
    """The client itself."""

    tend: TendFacts | None
    """How the cluster is looked at; None when the client is not connected."""

    nodes: list[NodeFacts]
    """The nodes that are known."""

    partitions: dict[str, NamespaceFacts]
    """Who holds the partitions, by namespace."""

    gate: GateFacts | None
    """The limit on operations at once; None when there is none."""

    counters: dict[str, int]
    """What happened since `connect`, by name; see below. After `close` they stay as they were."""
