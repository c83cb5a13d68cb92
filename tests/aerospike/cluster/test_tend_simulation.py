# SPDX-License-Identifier: Apache-2.0
"""Tending a model of a cluster whose nodes come, go, move and change places, with lost answers.

However it was: once the cluster is left in peace, the client sees it as it is.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridwire.aerospike.cluster.actions import Action, Add, Ask, Claims, Knock, Remove, Update
from gridwire.aerospike.cluster.node import Endpoint, NodeFacts
from gridwire.aerospike.cluster.partition_table import PartitionTable
from gridwire.aerospike.cluster.tend import Tend

PARTITIONS = 4096
BLOCK = 512
SEED = Endpoint("seed", 3000)

Dice = Callable[[int], int]
"""Gives a number below another."""


def bitmap(blocks: set[int]) -> str:
    raw = b"".join(
        (b"\xff" if block in blocks else b"\0") * (BLOCK // 8)
        for block in range(PARTITIONS // BLOCK)
    )
    return base64.b64encode(raw).decode()


@dataclass
class Server:
    """A node of the model."""

    name: str
    address: str
    cluster: str = "sim"
    is_up: bool = True
    peers_generation: int = 1
    partition_generation: int = 1
    rebalance_generation: int = 1
    rack: int = 1


@dataclass
class World:
    """The cluster, and what its nodes say."""

    servers: dict[str, Server] = field(default_factory=dict)
    addresses: int = 0
    regime: int = 0
    replicas: list[list[str]] = field(default_factory=list)

    def address(self) -> str:
        self.addresses += 1
        return f"10.0.{self.addresses // 250}.{self.addresses % 250 + 1}"

    def members(self) -> list[Server]:
        return [one for one in self.servers.values() if one.is_up and one.cluster == "sim"]

    def start(self, dice: Dice) -> None:
        name = f"N{len(self.servers)}"
        self.servers[name] = Server(name, self.address())
        self.rebalance(dice)

    def rebalance(self, dice: Dice) -> None:
        """Blocks of partitions get new owners."""
        members = self.members()
        self.regime += 1
        self.replicas = [[], []]
        for block in range(PARTITIONS // BLOCK):
            for replica in (0, 1):
                if members:
                    turn = dice(len(members)) if replica == 0 else 1 + block
                    self.replicas[replica].append(members[turn % len(members)].name)
        for one in members:
            one.peers_generation += 1 + dice(3)
            one.partition_generation += 1 + dice(3)
            one.rebalance_generation += 1

    def at(self, endpoint: Endpoint, dice: Dice) -> Server | None:
        members = self.members()
        if endpoint == SEED:
            return members[dice(len(members))] if members else None
        here = [one for one in self.servers.values() if one.is_up and one.address == endpoint.host]
        return here[0] if here else None

    def say(self, server: Server, name: str) -> str:
        others = [one for one in self.members() if one is not server]
        if server.cluster != "sim":
            others = []
        return {
            "node": server.name,
            "build": "8.1.2.0",
            "cluster-name": server.cluster,
            "peers-generation": str(server.peers_generation),
            "partition-generation": str(server.partition_generation),
            "rebalance-generation": str(server.rebalance_generation),
            "service-clear-std": f"{server.address}:3000",
            "rack-ids": f"ns:{server.rack}",
            "peers-clear-std": f"{server.peers_generation},3000,["
            + ",".join(f"[{one.name},,[{one.address}]]" for one in others)
            + "]",
            "replicas": self.claims(server),
        }[name]

    def claims(self, server: Server) -> str:
        if server.cluster != "sim":
            return "other:0,1," + bitmap(set(range(8)))
        maps = [
            bitmap({block for block, owner in enumerate(owners) if owner == server.name})
            for owners in self.replicas
        ]
        return f"ns:{self.regime},{len(maps)}," + ",".join(maps)


class View:
    """A client: it carries out what the tend wants, in any order."""

    def __init__(self, world: World, cluster_name: str = "", racks: bool = True) -> None:
        self.world = world
        self.tend = Tend([SEED], cluster_name, racks=racks)
        self.nodes: dict[str, NodeFacts] = {}
        self.table: PartitionTable[str] = PartitionTable()

    def round(self, dice: Dice, lossy: bool = False) -> None:
        """Questions are answered in any order; what follows from an answer is done at once."""
        for begin in (self.tend.begin, self.tend.end):
            open_questions: list[Ask | Knock] = []
            actions, steps = begin(), 0
            while actions or open_questions:
                for action in actions:
                    if isinstance(action, Ask | Knock):
                        open_questions.append(action)
                    else:
                        self.apply(action)
                actions = []
                steps += 1
                assert steps < 500, "a round does not end"
                if open_questions:
                    question = open_questions.pop(dice(len(open_questions)))
                    actions = self.ask_or_knock(question, dice, lossy)

    def ask_or_knock(self, action: Ask | Knock, dice: Dice, lossy: bool) -> list[Action]:
        if isinstance(action, Ask):
            if action.node not in self.nodes:
                return []
            answers = self.ask(self.nodes[action.node].endpoint, action.names, dice, lossy)
            if answers is None:
                return self.tend.failed(action.node, "silence")
            return self.tend.answered(action.node, answers)
        for endpoint in action.endpoints:
            answers = self.ask(endpoint, action.names, dice, lossy)
            if answers is not None:
                return self.tend.greeted(endpoint, answers, action.expected)
        return self.tend.silent(action, "silence")

    def apply(self, action: Add | Update | Remove | Claims) -> None:
        if isinstance(action, Add):
            assert action.facts.name not in self.nodes, "added twice"
            self.nodes[action.facts.name] = action.facts
        elif isinstance(action, Update):
            self.nodes[action.facts.name] = action.facts
        elif isinstance(action, Remove):
            del self.nodes[action.node]
            self.table = self.table.without([action.node])
        elif action.node in self.nodes:
            self.table, losers = self.table.claimed(action.node, action.claims)
            self.tend.lost(losers)

    def ask(
        self, endpoint: Endpoint, names: tuple[str, ...], dice: Dice, lossy: bool
    ) -> dict[str, str] | None:
        server = self.world.at(endpoint, dice)
        if server is None or (lossy and dice(4) == 0):
            return None
        return {name: self.world.say(server, name) for name in names}

    def check(self) -> None:
        """The client sees the cluster as it is."""
        members = {one.name: one for one in self.world.members()}
        assert set(self.nodes) == set(members)
        for name, facts in self.nodes.items():
            assert facts.endpoint in (Endpoint(members[name].address, 3000), SEED)
            assert facts.racks == {"ns": members[name].rack}
        assert self.tend.is_settled
        assert set(self.table.namespaces) == {"ns"}
        owners = self.table.owners("ns")
        assert owners is not None
        for seen, true in zip(owners.replicas, self.world.replicas, strict=True):
            if len(members) > 1 or seen is owners.masters:
                assert seen[::BLOCK] == true
        assert owners.is_complete


def happen(world: World, event: str, dice: Dice) -> None:
    servers = list(world.servers.values())
    members = world.members()
    if event == "start":
        world.start(dice)
        return
    if event == "kill" and members:
        members[dice(len(members))].is_up = False
    elif event == "return" and servers:
        servers[dice(len(servers))].is_up = True
    elif event == "move" and servers:
        servers[dice(len(servers))].address = world.address()
    elif event == "swap" and len(servers) > 1:
        one, other = servers[0], servers[-1]
        one.address, other.address = other.address, one.address
    elif event == "all move":
        for server in servers:
            server.address = world.address()
    elif event == "all down":
        for server in servers:
            server.is_up = False
    elif event == "foreigner" and members:
        gone = members[dice(len(members))]
        gone.is_up = False
        name = f"F{world.addresses}"
        world.addresses += 1
        world.servers[name] = Server(name, gone.address, "other")
    elif event == "rack" and servers:
        servers[dice(len(servers))].rack += 1
    for server in servers:
        others = [one for one in servers if one is not server and one.address == server.address]
        if others and server.cluster == "sim":
            # Two machines cannot have one address at a time: the younger one has it.
            server.address = world.address()
    world.rebalance(dice)


EVENTS = ["start", "kill", "return", "move", "swap", "all move", "all down", "foreigner", "rack"]
STEPS = st.lists(st.tuples(st.sampled_from(EVENTS), st.integers(0, 3), st.booleans()), max_size=8)


@settings(max_examples=100)
@given(st.integers(1, 4), STEPS, st.sampled_from(["", "sim"]), st.randoms(use_true_random=False))
def test_a_client_sees_the_cluster_as_it_is_once_it_is_left_in_peace(size, steps, name, random):
    dice: Dice = random.randrange
    world = World()
    for _ in range(size):
        world.start(dice)
    view = View(world, name)
    view.round(dice)
    for event, rounds, lossy in steps:
        happen(world, event, dice)
        for _ in range(rounds):
            view.round(dice, lossy)
    if not world.members():
        world.start(dice)
    for _ in range(10):
        view.round(dice)
    view.check()


def settled(size: int = 3, **more: Any) -> tuple[World, View, Dice]:
    world = World()
    dice: Dice = lambda below: 0  # noqa: E731
    for _ in range(size):
        world.start(dice)
    view = View(world, **more)
    for _ in range(3):
        view.round(dice)
    view.check()
    return world, view, dice


@pytest.mark.parametrize("event", EVENTS)
def test_one_event_is_seen_within_some_rounds(event):
    world, view, dice = settled()
    happen(world, event, dice)
    if not world.members():
        world.start(dice)
    for _ in range(8):
        view.round(dice)
    view.check()


def test_the_first_round_is_enough_for_a_cluster_at_rest():
    world = World()
    for _ in range(4):
        world.start(lambda below: 0)
    view = View(world, racks=True)
    view.round(lambda below: 0)
    view.check()


def test_a_round_at_rest_asks_each_node_once():
    _, view, _ = settled()
    actions = view.tend.begin()
    assert sorted(action.node for action in actions if isinstance(action, Ask)) == sorted(
        view.nodes
    )
    assert len(actions) == len(view.nodes)


def test_nodes_are_found_where_they_were_when_the_seeds_are_gone_for_good():
    world, view, dice = settled()
    world.at = lambda endpoint, dice: (  # type: ignore[method-assign]
        None if endpoint == SEED else World.at(world, endpoint, dice)
    )
    for server in world.servers.values():
        server.is_up = False
    for _ in range(8):
        view.round(dice)
    assert view.nodes == {}
    for server in world.servers.values():
        server.is_up = True
    for _ in range(3):
        view.round(dice)
    view.check()


def test_a_node_that_is_silent_but_spoken_of_is_kept():
    world, view, dice = settled()
    silent = list(world.servers.values())[-1]
    there = Endpoint(silent.address, 3000)
    world.at = lambda endpoint, dice: (  # type: ignore[method-assign]
        None if endpoint == there else World.at(world, endpoint, dice)
    )
    names = set(view.nodes)
    # The others have not noticed: they still speak of it.
    for _ in range(8):
        view.round(dice)
    assert set(view.nodes) == names
    silent.is_up = False
    world.rebalance(dice)
    for _ in range(2):
        view.round(dice)
    assert set(view.nodes) == names - {silent.name}


MORE = ["rack-ids", "peers-clear-std", "replicas"]

# -- ways in ----------------------------------------------------------------------------------


def greeting(name: str, advertised: str, cluster: str = "sim") -> dict[str, str]:
    return {
        "node": name,
        "build": "8.1.2.0",
        "cluster-name": cluster,
        "partition-generation": "1",
        "service-clear-std": advertised,
    }


@pytest.mark.parametrize("host", ["10.9.9.9", "balancer.example"])
def test_behind_a_load_balancer_the_node_itself_is_asked_for_once(host):
    seeds = [Endpoint(host, 3000), Endpoint(host, 3001)]
    tend = Tend(seeds)
    tend.begin()
    (knock,) = tend.greeted(seeds[0], greeting("N1", "10.0.0.1:3000"))
    assert isinstance(knock, Knock)
    assert knock.endpoints == (Endpoint("10.0.0.1", 3000), seeds[0])
    assert knock.expected == "N1"
    assert tend.greeted(seeds[1], greeting("N1", "10.0.0.1:3000")) == []
    add, _ = tend.greeted(knock.endpoints[0], greeting("N1", "10.0.0.1:3000"), "N1")
    assert isinstance(add, Add)
    assert add.facts.endpoint == knock.endpoints[0]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "10.0.0.1"])
def test_a_node_that_is_met_itself_is_taken_at_its_word(host):
    tend = Tend([Endpoint(host, 3000)])
    add, ask = tend.greeted(Endpoint(host, 3000), greeting("N1", "10.0.0.1:3000"))
    assert isinstance(add, Add)
    assert isinstance(ask, Ask)


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({"node": ""}, "node id"),
        ({"node": "ERROR:4:unrecognized command"}, "node id"),
        ({"cluster-name": "other"}, "it belongs to the cluster 'other', not 'sim'"),
        ({"partition-generation": "-1"}, "no partitions yet"),
    ],
)
def test_who_is_not_let_in_is_named(answers, why):
    tend = Tend([SEED], "sim")
    tend.begin()
    assert tend.greeted(SEED, {**greeting("N1", ""), **answers}) == []
    assert why in tend.problems["seed:3000"]


def test_a_stranger_at_the_address_of_a_node_is_refused():
    _, view, _ = settled()
    facts = next(iter(view.nodes.values()))
    remove, knock = view.tend.answered(facts.name, {"node": "F1"})
    assert isinstance(remove, Remove)
    assert isinstance(knock, Knock)
    assert view.tend.greeted(facts.endpoint, greeting("F1", "", "other")) == []
    assert "'other'" in view.tend.problems[str(facts.endpoint)]


@given(
    st.dictionaries(
        st.sampled_from(
            ["node", "peers-generation", "partition-generation", "rebalance-generation", *MORE]
        ),
        st.text(max_size=12) | st.sampled_from(["N0", "-1", "5", "ERROR:4:x", "5,3000,[[N9,,[]]]"]),
    )
)
def test_nonsense_of_a_node_makes_it_a_failed_one(answers):
    tend = Tend([Endpoint("127.0.0.1", 3000)], racks=True)
    tend.greeted(Endpoint("127.0.0.1", 3000), greeting("N0", ""))
    for action in tend.answered("N0", answers):
        assert isinstance(action, Ask | Knock | Update | Remove | Claims)
    tend.end()
    assert tend.begin()


@pytest.mark.parametrize("who", range(3))
@pytest.mark.parametrize("order", [lambda below: 0, lambda below: below - 1], ids=["first", "last"])
def test_a_node_that_moved_is_found_whoever_answers_first(who, order):
    world, view, dice = settled()
    list(world.servers.values())[who].address = world.address()
    world.rebalance(dice)
    for _ in range(3):
        view.round(order)
    view.check()
