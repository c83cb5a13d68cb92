# SPDX-License-Identifier: Apache-2.0
"""What is known of one node between rounds of tending, and what an answer of it leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from gridwire.aerospike.cluster.actions import Action, Ask, Claims, Update
from gridwire.aerospike.cluster.descriptions import Peer, read_peers, read_racks
from gridwire.aerospike.cluster.node import NodeFacts
from gridwire.aerospike.cluster.replicas import read_replicas
from gridwire.aerospike.protocol.errors import ProtocolError

__all__ = ["UNKNOWN", "Known"]

UNKNOWN = -1
"""A generation that no node has: what it stands for is asked for again."""


@dataclass(slots=True)
class Known:
    """One node.

    Attributes:
        facts: what the rest of the client knows of it.
        peers_generation: that of the peers that it named last.
        partition_generation: that of the partitions that it claimed last.
        rebalance_generation: that of the racks that it named last.
        peers: the other nodes, as it knows them.
        failures: rounds since it answered.
        answered: whether it did in this round.
        claimed: whether it ever said which partitions it holds.
    """

    facts: NodeFacts
    peers_generation: int = UNKNOWN
    partition_generation: int = UNKNOWN
    rebalance_generation: int = UNKNOWN
    peers: tuple[Peer, ...] = ()
    failures: int = 0
    answered: bool = False
    claimed: bool = False

    def failed(self) -> None:
        """It did not answer: what it says next is looked at afresh."""
        self.failures += 1
        self.answered = False
        self.peers_generation = self.partition_generation = UNKNOWN
        self.rebalance_generation = UNKNOWN

    def learn(self, answers: Mapping[str, str], peers_name: str) -> list[Action]:
        """Take what it said of itself: what was learnt, and what has to be asked because of it.

        Args:
            answers: values by name.
            peers_name: how its peers are asked for.

        Raises:
            ProtocolError: something makes no sense.
        """
        node = self.facts.name
        actions: list[Action] = []
        if "replicas" in answers:
            claims = read_replicas(answers["replicas"])
            self.partition_generation = _number(answers, "partition-generation")
            self.claimed = True
            actions.append(Claims(node, claims))
        if "rack-ids" in answers:
            self.facts = replace(self.facts, racks=read_racks(answers["rack-ids"]))
            actions.append(Update(self.facts))
        names = self._out_of_date(answers, peers_name)
        if names:
            actions.append(Ask(node, tuple(names)))
        return actions

    def learn_peers(self, text: str) -> None:
        """Take what it said of the others."""
        peers = read_peers(text)
        self.peers_generation = peers.generation
        self.peers = peers.peers

    def _out_of_date(self, answers: Mapping[str, str], peers_name: str) -> list[str]:
        """What has another generation than when it was asked for last."""
        names: list[str] = []
        if "peers-generation" in answers:
            if _number(answers, "peers-generation") != self.peers_generation:
                names.append(peers_name)
            generation = _number(answers, "partition-generation")
            if generation not in (UNKNOWN, self.partition_generation):
                names += ["partition-generation", "replicas"]
        if "rebalance-generation" in answers:
            generation = _number(answers, "rebalance-generation")
            if generation != self.rebalance_generation:
                self.rebalance_generation = generation
                names.append("rack-ids")
        return names

    def is_elsewhere(self, peer: Peer) -> bool:
        """Whether it does not answer where it was, and others say that it is elsewhere."""
        return self.failures > 0 and self.facts.endpoint not in peer.endpoints


def _number(answers: Mapping[str, str], name: str) -> int:
    text = answers.get(name, "")
    try:
        return int(text)
    except ValueError:
        raise ProtocolError(f"{name} is {text[:40]!r}") from None
