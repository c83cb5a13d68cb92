# SPDX-License-Identifier: Apache-2.0
"""What an Aerospike node says of itself and its cluster, read from its answers. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gridwire.aerospike.cluster.descriptions import (
    Peer,
    read_build,
    read_number,
    read_peers,
    read_services,
)
from gridwire.aerospike.cluster.node import Endpoint
from gridwire.aerospike.cluster.replicas import MAX_NAMESPACES, Claim, read_replicas
from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.info import failure_of
from gridwire.cli.doctor.clock import Reading

__all__ = [
    "Kind",
    "NodeReport",
    "namespace_names",
    "places_of",
    "questions",
    "read_clock",
    "read_node",
    "read_statistics",
]

_EPOCH_SECONDS = 1_262_304_000
"""Servers count seconds from the beginning of 2010."""

_GENERAL = (
    "node",
    "build",
    "edition",
    "cluster-name",
    "features",
    "namespaces",
    "partition-generation",
    "peers-generation",
    "statistics",
    "replicas",
)


@dataclass(frozen=True, slots=True)
class Kind:
    """Which of their addresses nodes are asked for.

    Attributes:
        tls: those that speak TLS.
        alternate: those of another network.
    """

    tls: bool
    alternate: bool

    @property
    def suffix(self) -> str:
        """As the names of questions end."""
        return f"{'tls' if self.tls else 'clear'}-{'alt' if self.alternate else 'std'}"

    @property
    def other(self) -> Kind:
        """The other network."""
        return Kind(self.tls, not self.alternate)


@dataclass(frozen=True, slots=True)
class NodeReport:
    """A node that let us in.

    Attributes:
        target: the address at which it was asked.
        name: its id.
        build: version of the server, as it tells it.
        numbers: the same as numbers.
        edition: as it tells it.
        cluster_name: what it calls its cluster; empty when it has no name.
        namespaces: in its order.
        partition_generation: -1 while it has no partitions.
        statistics: of the node, by name.
        claims: the partitions that it holds, by namespace.
        peers: the other nodes, as it knows them.
        services: where it says that it listens.
        other_peers: the same for the other network.
        other_services: the same for the other network.
        problems: answers that make no sense.
        stats: statistics of namespaces, by name.
    """

    target: str
    name: str
    build: str
    numbers: tuple[int, ...]
    edition: str
    cluster_name: str
    namespaces: tuple[str, ...]
    partition_generation: int | None
    statistics: Mapping[str, str]
    claims: Mapping[str, Claim]
    peers: tuple[Peer, ...]
    services: tuple[Endpoint, ...]
    other_peers: tuple[Peer, ...]
    other_services: tuple[Endpoint, ...]
    problems: tuple[str, ...] = ()
    stats: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def questions(kind: Kind) -> tuple[str, ...]:
    """What a node is asked first.

    Args:
        kind: of the addresses that clients with these settings use.
    """
    kinds = (kind, kind.other)
    places = [f"{what}-{one.suffix}" for one in kinds for what in ("peers", "service")]
    return (*_GENERAL, *places)


def namespace_names(answers: Mapping[str, str]) -> tuple[str, ...]:
    """The namespaces of a node."""
    return tuple(name for name in _value(answers, "namespaces").split(";") if name)[:MAX_NAMESPACES]


def read_node(target: str, answers: Mapping[str, str], kind: Kind) -> NodeReport:
    """Read the answers to `questions`, and those to ``namespace/name``.

    Args:
        target: the address at which the node was asked.
        answers: values by name.
        kind: as for `questions`.
    """
    problems: list[str] = []
    build, names = _value(answers, "build"), namespace_names(answers)
    return NodeReport(
        target,
        answers["node"],
        build,
        read_build(build),
        _value(answers, "edition"),
        _value(answers, "cluster-name").replace("null", ""),
        names,
        read_number(_value(answers, "partition-generation")),
        read_statistics(_value(answers, "statistics")),
        _claims(answers, problems),
        _peers(answers, kind, problems),
        _services(answers, kind, problems),
        _peers(answers, kind.other, problems),
        _services(answers, kind.other, problems),
        tuple(problems),
        {name: read_statistics(_value(answers, f"namespace/{name}")) for name in names},
    )


def read_statistics(text: str) -> dict[str, str]:
    """Read ``name=value;name=value``."""
    return dict(part.partition("=")[::2] for part in text.split(";") if part)


def _value(answers: Mapping[str, str], name: str) -> str:
    """An answer; empty when there is none, or a refusal."""
    value = answers.get(name, "")
    return "" if failure_of(value) is not None else value


def _claims(answers: Mapping[str, str], problems: list[str]) -> dict[str, Claim]:
    try:
        return read_replicas(_value(answers, "replicas"))
    except ProtocolError as error:
        problems.append(error.message)
        return {}


def _peers(answers: Mapping[str, str], kind: Kind, problems: list[str]) -> tuple[Peer, ...]:
    text = _value(answers, f"peers-{kind.suffix}")
    try:
        return read_peers(text).peers if text else ()
    except ProtocolError as error:
        problems.append(error.message)
        return ()


def _services(answers: Mapping[str, str], kind: Kind, problems: list[str]) -> tuple[Endpoint, ...]:
    try:
        return read_services(_value(answers, f"service-{kind.suffix}"))
    except ProtocolError as error:
        problems.append(error.message)
        return ()


def places_of(
    known: Iterable[NodeReport],
) -> dict[str, tuple[Sequence[Endpoint], Sequence[Endpoint]]]:
    """Where clients are told that each node is, on their network and on the other.

    Args:
        known: nodes that let us in.
    """
    places: dict[str, tuple[Sequence[Endpoint], Sequence[Endpoint]]] = {}
    for node in known:
        others = {peer.name: peer.endpoints for peer in node.other_peers}
        for peer in node.peers:
            places.setdefault(peer.name, (peer.endpoints, others.get(peer.name, ())))
        for name, endpoints in others.items():
            places.setdefault(name, ((), endpoints))
    for node in known:
        # Others know a node's TLS name; what it says of itself does when it is alone.
        places.setdefault(node.name, (node.services, node.other_services))
    return places


def read_clock(report: NodeReport, before: float, after: float) -> Reading | None:
    """What a node's clock showed; None when it has no namespace, which would tell it.

    Args:
        report: what it said.
        before: our clock before it was asked.
        after: our clock when it had answered.
    """
    for stats in report.stats.values():
        told = read_number(stats.get("current_time", ""))
        if told is not None:
            # It is the beginning of a second.
            ahead = told + _EPOCH_SECONDS + 0.5 - (before + after) / 2
            return Reading(report.target, ahead, (after - before + 1) / 2)
    return None
