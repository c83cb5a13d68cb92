# SPDX-License-Identifier: Apache-2.0
"""A node as the cluster describes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from types import MappingProxyType
from typing import Protocol

__all__ = ["Endpoint", "Node", "NodeFacts", "is_load_balancer"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a node listens.

    Attributes:
        host: a name or an address.
        port: TCP port.
        tls_name: the name in its certificate, None for the host's.
    """

    host: str
    port: int
    tls_name: str | None = None

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """What is known of a node; a change makes another object.

    Attributes:
        name: its id, ``BB9020011AC4202``.
        endpoint: where it was reached.
        build: version of the server as three numbers.
        racks: rack of the node by namespace.
    """

    name: str
    endpoint: Endpoint
    build: tuple[int, ...] = ()
    racks: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


class Node(Protocol):
    """What the pure part asks of a node, whatever its connections are like."""

    @property
    def facts(self) -> NodeFacts:
        """What is known of it."""

    @property
    def is_usable(self) -> bool:
        """Whether commands may go there: it was not removed, and its breaker is closed."""


def is_load_balancer(endpoint: Endpoint, advertised: Sequence[Endpoint]) -> bool:
    """Whether something else than the node itself may listen where we came in.

    A name may stand for several nodes, and for others tomorrow; an address of this machine is
    another one than the node tells.
    """
    if not advertised or endpoint.host == "localhost":
        return False
    try:
        if ip_address(endpoint.host).is_loopback:
            return False
    except ValueError:
        pass
    return all((one.host, one.port) != (endpoint.host, endpoint.port) for one in advertised)
