# SPDX-License-Identifier: Apache-2.0
"""What tending a cluster wants done: the questions, and what their answers made known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from gridwire.aerospike.cluster.node import Endpoint, NodeFacts
from gridwire.aerospike.cluster.replicas import Claim

__all__ = ["Action", "Add", "Ask", "Claims", "Knock", "Remove", "Update"]


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask a known node for values; `Tend.answered` or `Tend.failed` takes what comes."""

    node: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Knock:
    """Find out who is there: `Tend.greeted`, or `Tend.silent` when nobody is.

    Attributes:
        endpoints: of one node, to be tried in order until one answers.
        names: what to ask for.
        expected: the node that should be there; None at a seed, whoever it is.
    """

    endpoints: tuple[Endpoint, ...]
    names: tuple[str, ...]
    expected: str | None = None


@dataclass(frozen=True, slots=True)
class Add:
    """A node was found."""

    facts: NodeFacts


@dataclass(frozen=True, slots=True)
class Update:
    """More is known of a node."""

    facts: NodeFacts


@dataclass(frozen=True, slots=True)
class Remove:
    """A node is gone."""

    node: str
    why: str


@dataclass(frozen=True, slots=True)
class Claims:
    """A node said which partitions it holds; `Tend.lost` takes who lost some by that."""

    node: str
    claims: Mapping[str, Claim]


Action: TypeAlias = Ask | Knock | Add | Update | Remove | Claims
