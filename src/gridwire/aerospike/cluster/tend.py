# SPDX-License-Identifier: Apache-2.0
"""Tending a cluster: what to ask which node, and what the answers say. Pure.

A round begins with `begin`, whose actions are carried out by whoever drives this; each answer or
failure is handed in and may lead to further actions. When none is left, `end` closes the round.

Seeds are never forgotten: while no known node answers, they are knocked at in every round, and
their names are resolved anew each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from gridwire.aerospike.cluster.actions import Action, Add, Ask, Knock, Remove
from gridwire.aerospike.cluster.descriptions import Peer, read_build, read_services
from gridwire.aerospike.cluster.known import UNKNOWN, Known
from gridwire.aerospike.cluster.node import Endpoint, NodeFacts, is_load_balancer
from gridwire.aerospike.cluster.unreachable import Unreachable
from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.info import failure_of

__all__ = ["Tend"]

_MAX_FAILURES = 5
"""Failed rounds after which a node is dropped that no other node speaks of."""


class Tend:
    """What a client knows of a cluster, and what it has to ask.

    Args:
        seeds: where to begin.
        cluster_name: what nodes must call their cluster; empty for any.
        alternate: whether nodes are reached at their alternate addresses.
        tls: whether they are reached by TLS.
        racks: whether racks matter.

    Attributes:
        problems: why seeds and nodes could not be used in this round, by address.
    """

    def __init__(
        self,
        seeds: Sequence[Endpoint],
        cluster_name: str = "",
        *,
        alternate: bool = False,
        tls: bool = False,
        racks: bool = False,
    ) -> None:
        self._seeds = tuple(seeds)
        self._cluster_name = cluster_name
        kind = ("tls" if tls else "clear") + ("-alt" if alternate else "-std")
        self._peers_name = f"peers-{kind}"
        self._service_name = f"service-{kind}"
        self._racks = racks
        self._known: dict[str, Known] = {}
        self._knocking: set[str] = set()
        # Where nodes were when some node last answered: seeds may be gone for good.
        self._last_seen: tuple[Endpoint, ...] = ()
        self._joined = ""
        self.problems: dict[str, str] = {}
        self._unreachable = Unreachable(self._seeds, alternate)

    @property
    def advice(self) -> str:
        """What to change about addresses that cannot be reached; empty for nothing."""
        return self._unreachable.advice(known.facts.endpoint for known in self._known.values())

    @property
    def nodes(self) -> tuple[NodeFacts, ...]:
        """The nodes that are known."""
        return tuple(known.facts for known in self._known.values())

    @property
    def is_settled(self) -> bool:
        """Whether every node that is known has said which partitions it holds."""
        return bool(self._known) and all(known.claimed for known in self._known.values())

    # -- a round ------------------------------------------------------------------------------

    def begin(self) -> list[Action]:
        """The first questions of a round."""
        self.problems = {}
        self._knocking.clear()
        actions: list[Action] = []
        for name, known in self._known.items():
            known.answered = False
            actions.append(Ask(name, self._usual_names()))
        if not self._is_reachable:
            asked = {known.facts.endpoint for known in self._known.values()}
            others = [one for one in self._last_seen if one not in asked]
            places = dict.fromkeys([*self._seeds, *others])
            actions += [self._knock((place,), None) for place in places]
        return actions

    @property
    def _is_reachable(self) -> bool:
        """Whether some node answered when it was asked last."""
        return any(known.failures == 0 for known in self._known.values())

    def _usual_names(self) -> tuple[str, ...]:
        names = ("node", "peers-generation", "partition-generation")
        return (*names, "rebalance-generation") if self._racks else names

    def _knock(self, endpoints: tuple[Endpoint, ...], expected: str | None) -> Knock:
        names = ("node", "build", "cluster-name", "partition-generation", self._service_name)
        return Knock(endpoints, names, expected)

    def greeted(
        self, endpoint: Endpoint, answers: Mapping[str, str], expected: str | None = None
    ) -> list[Action]:
        """Somebody answered who was knocked at.

        Args:
            endpoint: where.
            answers: values by name.
            expected: the node that should be there.
        """
        name = answers.get("node", "")
        if not name or failure_of(name) is not None:
            return self._refuse(endpoint, "it does not tell its node id")
        if expected is not None and name != expected:
            return self._refuse(endpoint, f"it is node {name}, not {expected}")
        cluster = answers.get("cluster-name", "")
        wanted = self._cluster_name
        if not wanted and (self._is_reachable or endpoint not in self._seeds):
            # Without a name in the options only a seed may lead to another cluster than before,
            # and only when nothing is left of that: addresses are given to others, too.
            wanted = self._joined
        if wanted and cluster != wanted:
            return self._refuse(endpoint, f"it belongs to the cluster {cluster!r}, not {wanted!r}")
        if answers.get("partition-generation") == "-1":
            return self._refuse(endpoint, "it has no partitions yet")
        known = self._known.get(name)
        if known is not None:
            return self._found_again(known, endpoint)
        advertised = self._advertised(answers, endpoint)
        if expected is None and is_load_balancer(endpoint, advertised):
            if name in self._knocking:
                return []
            # Behind a load balancer another node may answer next time: go to the node itself.
            self._knocking.add(name)
            return [self._knock((*advertised, endpoint), name)]
        self._joined = "" if failure_of(cluster) is not None else cluster
        facts = NodeFacts(name, endpoint, read_build(answers.get("build", "")))
        self._known[name] = Known(facts)
        self._unreachable.found(name)
        return [Add(facts), Ask(name, self._usual_names())]

    def _advertised(self, answers: Mapping[str, str], endpoint: Endpoint) -> tuple[Endpoint, ...]:
        text = answers.get(self._service_name, "")
        if not text or failure_of(text) is not None:
            return ()
        try:
            return read_services(text, endpoint.tls_name)
        except ProtocolError:
            return ()

    def _found_again(self, known: Known, endpoint: Endpoint) -> list[Action]:
        if known.failures == 0:
            return []
        # It is there, but not where it was: connections to the old place are of no use.
        facts = replace(known.facts, endpoint=endpoint)
        name = facts.name
        if endpoint == known.facts.endpoint:
            return []
        self._known[name] = Known(facts)
        return [Remove(name, "it moved"), Add(facts), Ask(name, self._usual_names())]

    def _refuse(self, endpoint: Endpoint, why: str) -> list[Action]:
        self.problems[str(endpoint)] = why
        return []

    def silent(self, knock: Knock, why: str) -> list[Action]:
        """Nobody answered who was knocked at."""
        where = ", ".join(map(str, knock.endpoints))
        self.problems[where] = why
        if knock.expected is not None:
            self._knocking.discard(knock.expected)
            self._unreachable.missed(knock.expected, where, why)
        return []

    def answered(self, node: str, answers: Mapping[str, str]) -> list[Action]:
        """A known node answered.

        Args:
            node: its name.
            answers: values by name.
        """
        known = self._known.get(node)
        if known is None:
            return []
        name = answers.get("node")
        if name is not None and name != node:
            del self._known[node]
            endpoint = known.facts.endpoint
            return [Remove(node, f"node {name} is there now"), self._knock((endpoint,), None)]
        try:
            actions = self._learn(known, answers)
        except ProtocolError as error:
            return self.failed(node, error.message)
        known.answered = True
        known.failures = 0
        return actions

    def partition_generation(self, name: str) -> int | None:
        """That of the partitions that a node claimed last; None when it has to be asked again."""
        known = self._known.get(name)
        generation = UNKNOWN if known is None else known.partition_generation
        return None if generation == UNKNOWN else generation

    def _learn(self, known: Known, answers: Mapping[str, str]) -> list[Action]:
        actions: list[Action] = []
        if self._peers_name in answers:
            known.learn_peers(answers[self._peers_name])
            actions += self._look_for(known.peers)
        return actions + known.learn(answers, self._peers_name)

    def _look_for(self, peers: Iterable[Peer]) -> list[Action]:
        actions: list[Action] = []
        for peer in peers:
            if peer.name in self._knocking or not peer.endpoints:
                continue
            if self._is_elsewhere(peer):
                self._knocking.add(peer.name)
                actions.append(self._knock(peer.endpoints, peer.name))
        return actions

    def failed(self, node: str, why: str) -> list[Action]:
        """A known node did not answer, or nothing that makes sense."""
        known = self._known.get(node)
        if known is not None:
            known.failed()
            self.problems[str(known.facts.endpoint)] = why
        return []

    def lost(self, nodes: Iterable[str]) -> None:
        """These nodes lost partitions to another: what they said last is out of date."""
        for node in nodes:
            known = self._known.get(node)
            if known is not None:
                known.partition_generation = UNKNOWN

    def end(self) -> list[Action]:
        """The round is over: who is gone is removed, who was spoken of is looked for."""
        actions: list[Action] = []
        healthy = [known for known in self._known.values() if known.answered]
        spoken_of = {peer.name for known in healthy for peer in known.peers}
        self._unreachable.keep(spoken_of)
        for name, known in list(self._known.items()):
            gone = known.failures >= _MAX_FAILURES and name not in spoken_of
            if known.failures and healthy and name not in spoken_of:
                gone = True
            if not known.failures and len(healthy) > 1 and name not in spoken_of:
                gone = any(one is not known and one.peers for one in healthy)
            if gone:
                del self._known[name]
                why = "it does not answer" if known.failures else "no other node speaks of it"
                actions.append(Remove(name, why))
        if healthy:
            self._last_seen = tuple(known.facts.endpoint for known in self._known.values())
        for known in healthy:
            if any(self._is_elsewhere(peer) for peer in known.peers):
                known.peers_generation = UNKNOWN
        return actions

    def _is_elsewhere(self, peer: Peer) -> bool:
        """Whether a node that others speak of is not where it was, or was never reached."""
        here = self._known.get(peer.name)
        return here is None or here.is_elsewhere(peer)
