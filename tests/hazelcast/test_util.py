# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import threading
from collections import Counter
from uuid import UUID

import hazelcast.lifecycle as official_lifecycle
import hazelcast.util as official
import pytest

from gridwire.hazelcast.core import Address, MemberInfo, MemberVersion
from gridwire.hazelcast.lifecycle import LifecycleState
from gridwire.hazelcast.util import LoadBalancer, RandomLB, RoundRobinLB


def member(number: int) -> MemberInfo:
    return MemberInfo(Address("h", number), UUID(int=number), {}, False, MemberVersion(5, 0, 0))


class Cluster:
    """The cluster service as load balancers, also those of the official client, use it."""

    def __init__(self, *members: MemberInfo) -> None:
        self.members = list(members)

    def get_members(self) -> list[MemberInfo]:
        return self.members

    def add_listener(self, added, removed, fire_for_existing: bool) -> None:
        for each in self.members:
            added(each)


A, B, C = member(1), member(2), member(3)

both = pytest.mark.parametrize("balancer", [RoundRobinLB, RandomLB])


def test_each_member_in_turn_like_the_official_one():
    ours, theirs = RoundRobinLB(), official.RoundRobinLB()
    for each in (ours, theirs):
        each.init(Cluster(A, B, C))
    assert [ours.next() for _ in range(7)] == [A, B, C, A, B, C, A]
    assert [theirs.next() for _ in range(7)] == [A, B, C, A, B, C, A]


@both
def test_the_members_of_the_moment_count(balancer: type[LoadBalancer]):
    lb = balancer()
    cluster = Cluster(A)
    lb.init(cluster)
    assert lb.next() == A
    cluster.members = [B]
    assert lb.next() == B
    cluster.members = []
    assert lb.next() is None


@both
def test_there_is_nobody_before_the_client_begins(balancer: type[LoadBalancer]):
    assert balancer().next() is None


def test_any_member_by_the_chance_that_is_given():
    lb = RandomLB(choose=lambda members: members[-1])
    lb.init(Cluster(A, B, C))
    assert lb.next() == C


def test_any_member_by_default():
    lb = RandomLB()
    lb.init(Cluster(A, B, C))
    assert {lb.next() for _ in range(200)} == {A, B, C}


def test_threads_together_still_take_turns():
    lb = RoundRobinLB()
    lb.init(Cluster(A, B, C))
    chosen: list[MemberInfo | None] = []

    def choose() -> None:
        chosen.extend(lb.next() for _ in range(3000))

    threads = [threading.Thread(target=choose) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(chosen) == {A: 4000, B: 4000, C: 4000}


def test_a_balancer_that_chooses_nothing_cannot_be_made():
    class Undecided(LoadBalancer):
        def init(self, cluster_service) -> None:
            pass

    with pytest.raises(TypeError, match="next"):
        Undecided()


def test_lifecycle_states_are_the_official_strings():
    theirs = {
        name: value
        for name, value in vars(official_lifecycle.LifecycleState).items()
        if name.isupper()
    }
    assert {each.name: each.value for each in LifecycleState} == theirs
    assert LifecycleState.CONNECTED == "CONNECTED"
    assert f"{LifecycleState.CONNECTED}" == "CONNECTED"
    assert isinstance(LifecycleState.CONNECTED, str)
