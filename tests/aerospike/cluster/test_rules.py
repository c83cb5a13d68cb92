# SPDX-License-Identifier: Apache-2.0
"""Who is asked, how often, and what a failure means."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gridwire import aerospike as a
from gridwire.aerospike._options.policies import Policies
from gridwire.aerospike.cluster.attempts import Attempts, Failure
from gridwire.aerospike.cluster.breaker import Breaker
from gridwire.aerospike.cluster.choosing import choose
from gridwire.aerospike.cluster.descriptions import (
    read_build,
    read_peers,
    read_racks,
    read_services,
)
from gridwire.aerospike.cluster.node import Endpoint, NodeFacts
from gridwire.aerospike.cluster.partition_table import Owners, PartitionTable
from gridwire.aerospike.cluster.replicas import Claim, read_replicas
from gridwire.aerospike.protocol.info import failure_of
from gridwire.errors import Outcome, ProtocolError

POLICIES = Policies({}, lambda name, nearest: None)


@dataclass(eq=False)
class Node:
    """A node as far as choosing asks."""

    name: str
    rack: int = 0
    is_usable: bool = True
    facts: NodeFacts = field(init=False)

    def __post_init__(self) -> None:
        self.facts = NodeFacts(self.name, Endpoint(self.name, 3000), racks={"ns": self.rack})


# -- the table --------------------------------------------------------------------------------

claims = st.lists(
    st.tuples(
        st.sampled_from("ABC"),
        st.integers(0, 3),
        st.lists(st.sets(st.integers(0, 15), max_size=8), min_size=1, max_size=2),
    ),
    max_size=12,
)


@given(claims)
def test_claims_of_older_regimes_never_win(given_claims):
    table: PartitionTable[str] = PartitionTable()
    regimes = [0] * 16
    for node, regime, held in given_claims:
        claim = Claim(regime, tuple(tuple(sorted(one)) for one in held))
        before = table
        table, losers = table.claimed(node, {"ns": claim})
        owners = table.namespaces["ns"]
        assert node not in losers
        for partition in held[0]:
            if regime >= regimes[partition]:
                assert owners.masters[partition] == node
        for index, holders in enumerate(owners.replicas):
            wanted = held[index] if index < len(held) else set()
            for partition in range(16):
                if partition not in wanted:
                    assert holders[partition] != node
        for partition in range(16):
            assert owners.regimes[partition] >= regimes[partition]
            regimes[partition] = owners.regimes[partition]
        if before.namespaces:
            # A snapshot never changes.
            assert before.namespaces["ns"] is not owners


def test_nodes_that_lose_partitions_are_named_and_those_that_go_leave_nothing():
    table: PartitionTable[str] = PartitionTable()
    table, losers = table.claimed("A", {"ns": Claim(0, ((0, 1), ()))})
    assert losers == set()
    table, losers = table.claimed("B", {"ns": Claim(0, ((1,), (0,)))})
    assert losers == {"A"}
    assert table.namespaces["ns"].masters[:2] == ["A", "B"]
    table = table.without(["B"])
    assert table.namespaces["ns"].masters[:2] == ["A", None]
    assert table.without(["A"]).namespaces == {}


# -- choosing ---------------------------------------------------------------------------------


def owners_of(*nodes: Node | None) -> Owners[Node]:
    return Owners([[node] for node in nodes], [0])


def test_the_master_alone_or_one_after_the_other():
    first, second = Node("A"), Node("B")
    owners = owners_of(first, second)
    for turn in range(4):
        assert choose(owners, "ns", 0, a.POLICY_REPLICA_MASTER, turn) is first
        expected = (first, second)[turn % 2]
        assert choose(owners, "ns", 0, a.POLICY_REPLICA_SEQUENCE, turn) is expected
    first.is_usable = False
    assert choose(owners, "ns", 0, a.POLICY_REPLICA_MASTER, 0) is None
    assert choose(owners, "ns", 0, a.POLICY_REPLICA_SEQUENCE, 0) is second
    second.is_usable = False
    assert choose(owners, "ns", 0, a.POLICY_REPLICA_SEQUENCE, 0) is None
    assert choose(owners_of(None, None), "ns", 0, a.POLICY_REPLICA_SEQUENCE, 1) is None


def test_the_best_rack_but_not_the_node_that_just_failed():
    first, second, third = Node("A", 1), Node("B", 2), Node("C", 3)
    owners = owners_of(first, second, third)
    rack = a.POLICY_REPLICA_PREFER_RACK
    assert choose(owners, "ns", 0, rack, 0, (3, 2)) is third
    assert choose(owners, "ns", 0, rack, 0, (3, 2), avoid=third) is second
    assert choose(owners, "ns", 0, rack, 0, (9,)) is first
    third.is_usable = False
    assert choose(owners, "ns", 0, rack, 0, (3,)) is first
    assert choose(owners_of(first, None), "ns", 0, rack, 0, (1,), avoid=first) is first


# -- the breaker ------------------------------------------------------------------------------


def test_a_breaker_opens_for_the_rest_of_its_window():
    breaker = Breaker(max_errors=4, window=2)
    for _ in range(3):
        breaker.count()
    assert not breaker.is_open
    breaker.count()
    assert (breaker.is_open, breaker.trips) == (True, 1)
    breaker.tended()
    assert breaker.is_open
    breaker.tended()
    assert not breaker.is_open
    # After a bad window half as many are allowed, after a good one twice as many again.
    breaker.count()
    breaker.count()
    assert breaker.is_open
    for _ in range(6):
        breaker.tended()
    for _ in range(3):
        breaker.count()
    assert not breaker.is_open


def test_a_breaker_of_zero_never_opens():
    breaker = Breaker(0, 1)
    for _ in range(1000):
        breaker.count()
    assert not breaker.is_open


# -- attempts ---------------------------------------------------------------------------------

events = st.lists(st.one_of(st.sampled_from(list(Failure)), st.sampled_from([2, 4, 9, 11, 18])))
SENT = {Failure.LOST, Failure.TIMEOUT}


@given(events, st.booleans(), st.integers(0, 3), st.integers(0, 200), st.integers(0, 400))
def test_attempts_end_in_time_and_say_the_truth(happened, is_write, retries, pause, total):
    given_policy = {"max_retries": retries, "sleep_between_retries": pause, "total_timeout": total}
    rules = POLICIES.read(given_policy)
    attempts = Attempts("put", rules, is_write, 10.0)
    now, made, unclear = 10.0, 0, False
    ended = False
    for event in happened:
        made += 1
        now += 0.01
        if isinstance(event, Failure):
            unclear |= event in SENT
            wait = attempts.failed(event, now, Node("A"))
        else:
            unclear |= is_write and event == 9
            wait = attempts.refused(event, now, Node("A"))
            if event in (2, 4):
                assert wait is None
        if wait is None:
            ended = True
            break
        now += wait
        assert made <= retries
        if total:
            assert now < 10.0 + total / 1000
            left = attempts.time_left(now)
            assert left.attempt is not None
            assert 0 < left.attempt <= total / 1000
            assert 1 <= left.server_ms <= total
    if not ended:
        return
    error = attempts.error(now)
    assert attempts.number == made == error.facts["attempts"]
    assert error.in_doubt == (is_write and unclear)
    assert error.in_doubt <= (error.outcome is Outcome.UNKNOWN)
    if isinstance(event, Failure) and not unclear:
        assert error.outcome is Outcome.NOT_SENT
    assert error.facts["node"] == "A"


def test_reads_go_on_to_the_next_replica_and_writes_stay_after_a_timeout():
    rules = POLICIES.read({"max_retries": 9})
    for failure in Failure:
        read, write = Attempts("get", rules, False, 0.0), Attempts("put", rules, True, 0.0)
        read.failed(failure, 0.1)
        write.failed(failure, 0.1)
        assert read.turn == 1
        assert write.turn == (failure in (Failure.NOT_SENT, Failure.LOST))
    master = POLICIES.read({"max_retries": 9, "replica": a.POLICY_REPLICA_MASTER})
    read = Attempts("get", master, False, 0.0)
    read.failed(Failure.LOST, 0.1)
    assert read.turn == 0


# -- what nodes say ---------------------------------------------------------------------------

PEERS = "7,3100,[[B1,,[10.0.0.1]],[B2,tls,[10.0.0.2:3200,[fe80::1]:3300,[fe80::2]]],[B3,,[]]]"


def test_peers():
    found = read_peers(PEERS)
    assert found.generation == 7
    first, second, third = found.peers
    assert first.endpoints == (Endpoint("10.0.0.1", 3100),)
    assert second.endpoints == (
        Endpoint("10.0.0.2", 3200, "tls"),
        Endpoint("fe80::1", 3300, "tls"),
        Endpoint("fe80::2", 3100, "tls"),
    )
    assert (third.name, third.endpoints) == ("B3", ())
    assert read_peers("1,3000,[]").peers == ()


@example("\u00b9")
@example("ns:--1")
@example("9" * 5000)
@example("ERROR:" + "9" * 5000)
@given(st.text(alphabet="[],:0B1.a- ", max_size=60) | st.text(max_size=60))
def test_what_a_node_says_is_read_or_refused(text):
    for read in (read_peers, read_services, read_replicas):
        with contextlib.suppress(ProtocolError):
            read(text)
    read_racks(text)
    read_build(text)
    failure_of(text)


@given(st.data())
def test_a_damaged_list_of_peers_is_read_or_refused(data):
    cut = data.draw(st.integers(0, len(PEERS)))
    rest = data.draw(st.text(alphabet="[],:x1", max_size=4))
    with contextlib.suppress(ProtocolError):
        read_peers(PEERS[:cut] + rest + PEERS[cut + 1 :])


@pytest.mark.parametrize("text", ["10.0.0.1:65536", "10.0.0.1:700000", "[::1]:0", "10.0.0.1:-5"])
def test_a_port_that_is_none_leads_to_nobody(text):
    for read in (read_services, lambda text: read_peers(f"1,3000,[[B1,,[{text}]]]")):
        with pytest.raises(ProtocolError, match="not an address"):
            read(text)


def test_other_descriptions():
    assert read_services("10.0.0.1:3000,[::1]:3001") == (
        Endpoint("10.0.0.1", 3000),
        Endpoint("::1", 3001),
    )
    assert read_services("") == ()
    assert read_racks("ns:1;other:-2;bad:x;worse:--1;") == {"ns": 1, "other": -2}
    assert read_build("8.1.2.0-rc3") == (8, 1, 2, 0)
    assert read_build("nonsense") == ()


@pytest.mark.parametrize(
    "text",
    [
        *("ns", "ns:0", "ns:0,1", "ns:0,1,AAAA", "ns:x,1,AA==", "ns:0,2,AA==", "ns:0,1,!!"),
        *("ns:0,999,", "ns:\u00b9,1,AA==", f"ns:{'9' * 5000},1,AA==", "ns:0,-1,", "ns:"),
    ],
)
def test_what_is_no_answer_to_replicas(text):
    with pytest.raises(ProtocolError):
        read_replicas(text)
