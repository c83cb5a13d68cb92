# SPDX-License-Identifier: Apache-2.0
"""Each fault as it looks from the other end of a socket, in both homes; nothing else is touched."""

from __future__ import annotations

import itertools
import time
import uuid
from contextlib import contextmanager

import pytest

from gridwire.hazelcast.protocol.errors import ProtocolError
from gridwire.hazelcast.protocol.messages import client as client_messages
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.serialization.data import partition_of
from gridwire.testing import ClusterError, ClusterOptionError, HazelcastCluster
from gridwire.testing.faults import BACKUP_ACKS, ENTRY_EVENTS, INVALIDATIONS, VIEWS
from support.hazelcast_wire import Failure, SocketWire, encoded, int_data, text_data

T = 1
SOON = 0.05
"""Long enough for an answer on loopback that is not held back."""


@pytest.fixture(scope="module", params=[False, True], ids=["thread", "process"])
def shared(request):
    with HazelcastCluster(3, process=request.param) as cluster:
        yield cluster


@pytest.fixture
def cluster(shared):
    yield shared
    shared.clear()


@pytest.fixture(params=[False, True], ids=["thread", "process"])
def own(request):
    with HazelcastCluster(3, process=request.param) as cluster:
        yield cluster


class Client(SocketWire):
    """A wire that sends, and looks later for what comes back."""

    def __init__(self, cluster, at: int = 0, name: str = "wire", **more) -> None:
        super().__init__(cluster.addresses[at], **more)
        self.name = name
        self.cluster_name = cluster.cluster_name
        self._numbers = itertools.count(1_000_000)

    def enter(self) -> Client:
        assert self.authenticate(self.cluster_name, client_name=self.name).status == 0
        return self

    def send(self, message, *values, **how) -> int:
        number = next(self._numbers)
        self.write(encoded(message, number, *values, **how))
        return number

    def set(self, key: bytes, value: bytes | None = None, **how):
        return self.on_key(messages.SET, "m", key, value or key, T, -1, **how)

    def get(self, key: bytes):
        return self.on_key(messages.GET, "m", key, T).value

    def ping(self) -> None:
        self.call(client_messages.PING)

    def answered(self, number: int, seconds: float = SOON) -> bool:
        """Whether the answer to a request is there, or comes within that time."""
        self.events += self.heard_soon(seconds)
        return bool(self._replies.get(number))

    def is_closed(self) -> bool:
        self.socket.settimeout(20)
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionResetError:
            pass
        return True


@contextmanager
def clients(cluster, *names: str, at: int = 0):
    wires = [Client(cluster, at, name).enter() for name in names]
    try:
        yield wires
    finally:
        for wire in wires:
            wire.close()


def owners(wire: Client) -> dict[int, uuid.UUID]:
    answer = wire.authenticate(wire.cluster_name, client_name=wire.name)
    return {one: owner for owner, several in answer.partitions for one in several}


def key_owned_by(wire: Client, member) -> bytes:
    table = owners(wire)
    keys = (int_data(number) for number in itertools.count())
    return next(key for key in keys if table[partition_of(key, 271)] == member.uuid)


K = int_data(1)
P = partition_of(K, 271)


# -- late ---------------------------------------------------------------------------------------


def test_answers_wait_for_the_end_and_others_overtake_them(cluster):
    with clients(cluster, "a") as (wire,):
        wire.set(K)
        with cluster.delay(answers="Map.Get") as fault:
            first = wire.send(messages.GET, "m", K, T, partition_id=P)
            second = wire.send(messages.GET, "m", int_data(2), T, partition_id=P)
            wire.ping()
            fault.wait(2)
            assert not wire.answered(first)
        assert wire.reply_to(first, messages.GET).value == K
        assert wire.reply_to(second, messages.GET).value is None
        assert fault.hits == 2


def test_answers_are_late_by_a_time(cluster):
    with clients(cluster, "a") as (wire,), cluster.delay(0.1, answers=["Map.Get", "Map.Set"]):
        begin = time.monotonic()
        wire.set(K)
        assert wire.get(K) == K
        assert time.monotonic() - begin >= 0.19
        wire.ping()


def test_late_requests_are_executed_late(cluster):
    with clients(cluster, "a", "b") as (wire, other):
        with cluster.delay(requests="Map.Set", clients="a") as fault:
            late = wire.send(messages.SET, "m", K, K, T, -1, partition_id=P)
            fault.wait()
            assert other.get(K) is None
            other.set(int_data(2))
        assert wire.reply_to(late, messages.SET).acks == 0
        assert other.get(K) == K


def test_events_can_be_brought_into_another_order(cluster):
    with clients(cluster, "a") as (wire,):
        wire.call(messages.ADD_ENTRY_LISTENER, "m", True, 1023, False)
        with cluster.delay(events=ENTRY_EVENTS, times=1):
            wire.set(K, text_data("first"))
            wire.set(K, text_data("second"))
            (early,) = wire.wait_for(1, "Entry")
            assert early.fields.value == text_data("second")
        (late,) = wire.wait_for(1, "Entry")
        assert late.fields.value == text_data("first")


def test_what_is_late_on_a_connection_that_broke_is_gone(cluster):
    with clients(cluster, "a", "b") as (wire, other):
        with cluster.delay(requests="Map.Set", clients="a") as fault:
            wire.send(messages.SET, "m", K, K, T, -1, partition_id=P)
            fault.wait()
            assert cluster.disconnect(clients="a") == 1
            assert wire.is_closed()
        assert other.get(K) is None


# -- lost ---------------------------------------------------------------------------------------


def test_lost_requests_do_nothing(cluster):
    with clients(cluster, "a") as (wire,):
        with cluster.drop(requests="Map.Set") as fault:
            lost = wire.send(messages.SET, "m", K, K, T, -1, partition_id=P)
            fault.wait()
            assert wire.get(K) is None
        assert not wire.answered(lost)
        wire.set(K)
        assert wire.get(K) == K


def test_lost_answers_are_those_of_requests_that_were_done(cluster):
    with clients(cluster, "a") as (wire,), cluster.drop(answers="Map.S*") as fault:
        lost = wire.send(messages.SET, "m", K, K, T, -1, partition_id=P)
        fault.wait()
        assert wire.get(K) == K
        assert not wire.answered(lost)


def test_a_fault_skips_and_counts(cluster):
    with (
        clients(cluster, "a") as (wire,),
        cluster.drop(answers="Map.Get", skip=1, times=2) as fault,
    ):
        numbers = [wire.send(messages.GET, "m", K, T, partition_id=P) for _ in range(5)]
        wire.ping()
        answered = [wire.answered(number, 0) for number in numbers]
        assert answered == [True, False, False, True, True]
        assert fault.hits == 2


def test_only_the_chosen_clients_and_members_are_hit(cluster):
    with clients(cluster, "a", "b") as (a, b), clients(cluster, "a", at=1) as (a_elsewhere,):
        member = cluster.members[0]
        with cluster.drop(answers="*", clients=["a", "x*"], members=[member]) as fault:
            lost = a.send(client_messages.PING)
            b.ping()
            a_elsewhere.ping()
            fault.wait()
            assert not a.answered(lost)
            assert fault.hits == 1
        with cluster.drop(answers="*", clients=str(b.client_uuid)):
            a.ping()
            lost = b.send(client_messages.PING)
            assert not b.answered(lost)


def test_only_backup_acks_get_lost(cluster):
    with clients(cluster, "a") as (first,):
        key = key_owned_by(first, cluster.members[0])
        with everywhere(cluster, first.client_uuid) as wires:
            for wire in wires:
                wire.call(client_messages.LOCAL_BACKUP_LISTENER)
            for lost in (False, True):
                fault = cluster.lose_backup_acks() if lost else None
                reply = wires[0].set(key, aware=True)
                assert reply.acks == 1
                heard = heard_by(wires, 0 if lost else 1)
                assert [event.name for event in heard] == ([] if lost else ["backup"])
                if fault is not None:
                    assert fault.hits == 1
                    fault.end()
            assert wires[0].get(key) == key


def heard_by(wires, count: int) -> list:
    """Events on any of the wires, once so many are there; none if none is to come."""
    found = [event for wire in wires for event in wire.heard_soon(SOON if not count else 0)]
    deadline = time.monotonic() + 20
    while len(found) < count:
        assert time.monotonic() < deadline, found
        found += [event for wire in wires for event in wire.heard_soon(0.01)]
    return found


@contextmanager
def everywhere(cluster, client_uuid):
    wires = [Client(cluster, at, client_uuid=client_uuid).enter() for at in range(3)]
    try:
        yield wires
    finally:
        for wire in wires:
            wire.close()


def test_only_invalidations_get_lost(own):
    with clients(own, "a") as (wire,):
        wire.call(messages.ADD_NEAR_CACHE_INVALIDATION_LISTENER, "m", 256, False)
        wire.call(messages.ADD_ENTRY_LISTENER, "m", False, 1023, False)
        with own.drop(events=INVALIDATIONS) as fault:
            wire.set(K)
            wire.call(messages.CLEAR, "m")
            assert len(wire.wait_for(2, "Entry")) == 2
            fault.wait()
            assert not wire.heard_soon(SOON)


def test_views_get_lost(own):
    with clients(own, "a") as (wire,):
        wire.call(client_messages.ADD_CLUSTER_VIEW_LISTENER)
        wire.heard_soon(SOON)
        with own.drop(events=VIEWS) as fault:
            own.members[2].kill()
            fault.wait(2)
            assert wire.heard_soon(SOON) == []
        own.start_member()
        assert len(wire.wait_for(1, "MembersView")[0].fields.member_infos) == 3


# -- damaged ------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["length", "type", "noise", "cut", "correlation"])
def test_damage(cluster, how):
    with clients(cluster, "a") as (wire,):
        value = text_data("a value of some length")
        wire.set(K, value)
        with cluster.garble(answers="Map.Get", how=how, times=1) as fault:
            number = wire.send(messages.GET, "m", K, T, partition_id=P)
            fault.wait()
            if how == "length":
                with pytest.raises(ProtocolError):
                    wire.answered(number, 1.0)
                return
            if how == "noise":
                assert wire.reply_to(number, messages.GET).value != value
            elif how == "type":
                with pytest.raises(AssertionError):
                    wire.reply_to(number, messages.GET)
            else:
                assert not wire.answered(number)
        if how != "cut":
            assert wire.get(K) == value


# -- slow, silent -------------------------------------------------------------------------------


def test_bytes_trickle_out(cluster):
    with (
        cluster.slow_drip(7, 0.001, clients="slow") as fault,
        clients(cluster, "slow", "other") as (slow, other),
    ):
        other.set(K, text_data("x" * 1000))
        sizes = []
        number = slow.send(messages.GET, "m", K, T, partition_id=P)
        for _ in range(20):
            data = slow.socket.recv(65536)
            sizes.append(len(data))
            slow._take(data)
        assert sum(sizes) / len(sizes) < 100
        assert slow.reply_to(number, messages.GET).value == text_data("x" * 1000)
        assert fault.hits == 1


def test_what_is_left_of_a_drip_comes_at_once(cluster):
    with clients(cluster, "slow") as (wire,):
        wire.set(K, text_data("x" * 100_000))
        with cluster.slow_drip(1, 3600, clients="slow") as fault:
            number = wire.send(messages.GET, "m", K, T, partition_id=P)
            fault.wait()
            assert not wire.answered(number)
        assert wire.reply_to(number, messages.GET).value == text_data("x" * 100_000)


def test_a_paused_member_is_silent_and_open(cluster):
    with clients(cluster, "a") as (wire,):
        with cluster.members[0].pause() as fault:
            numbers = [wire.send(client_messages.PING) for _ in range(3)]
            with Client(cluster) as stranger:
                request = ("b", None, None, uuid.uuid4(), "PYH", 1, "5.7.0", "b", [], 1, False)
                login = stranger.send(client_messages.AUTHENTICATION, *request)
                assert not stranger.answered(login)
            assert not wire.answered(numbers[0])
            with clients(cluster, "b", at=1) as (other,):
                other.ping()
            assert fault.hits == 2
        for number in numbers:
            wire.reply_to(number, client_messages.PING)
        wire.ping()


def test_requests_to_others_wait_for_a_paused_member(cluster):
    with clients(cluster, "a", at=1) as (wire,):
        theirs = key_owned_by(wire, cluster.members[0])
        mine = key_owned_by(wire, cluster.members[1])
        with cluster.pause(cluster.members[0]) as fault:
            wire.set(mine)
            where = {"partition_id": partition_of(theirs, 271)}
            waiting = [
                wire.send(messages.SET, "m", theirs, theirs, T, -1, **where),
                wire.send(messages.GET, "m", theirs, T, **where),
                wire.send(messages.SIZE, "m"),
            ]
            fault.wait(3)
            assert wire.get(mine) == mine
            assert not wire.answered(waiting[-1])
        wire.reply_to(waiting[0], messages.SET)
        assert wire.reply_to(waiting[1], messages.GET).value == theirs
        assert wire.reply_to(waiting[2], messages.SIZE).value == 2


def test_backup_acks_of_a_paused_member_come_later(cluster):
    with everywhere(cluster, uuid.uuid4()) as wires:
        for wire in wires:
            wire.call(client_messages.LOCAL_BACKUP_LISTENER)
        key = key_owned_by(wires[0], cluster.members[0])
        with cluster.pause(*cluster.members[1:]):
            assert wires[0].set(key, aware=True).acks == 1
            assert heard_by(wires, 0) == []
        assert len(heard_by(wires, 1)) == 1


def test_a_paused_member_can_be_killed_but_cannot_leave(own):
    with clients(own, "a") as (wire,):
        member = own.members[0]
        with own.pause():
            with pytest.raises(ClusterError, match="is paused, so it cannot leave"):
                member.shutdown()
            member.kill()
            assert wire.is_closed()
        with clients(own, "b") as (other,):
            other.set(K)


def test_a_client_on_the_other_side_hears_nothing(cluster):
    with (
        clients(cluster, "cut-1", "free") as (cut, free),
        clients(cluster, "cut-1", at=1) as (one,),
    ):
        with cluster.partition([cluster.members[0]], ["cut*"]) as fault:
            number = cut.send(client_messages.PING)
            free.ping()
            one.ping()
            assert not cut.answered(number)
            # A new one is cut off as soon as it has said who it is.
            with Client(cluster) as late:
                request = ("x", None, None, uuid.uuid4(), "PYH", 1, "5.7.0", "cut-2", [], 1, False)
                login = late.send(client_messages.AUTHENTICATION, *request)
                assert not late.answered(login)
            assert fault.hits == 2
        cut.reply_to(number, client_messages.PING)


def test_a_login_that_was_cut_off_is_answered_in_the_end(cluster):
    with Client(cluster, name="cut") as wire:
        fault = cluster.partition(cluster.members, "cut")
        request = (cluster.cluster_name, None, None, wire.client_uuid, "PYH", 1, "5.7.0", "cut")
        login = wire.send(client_messages.AUTHENTICATION, *request, [], 1, False)
        pings = [wire.send(client_messages.PING) for _ in range(2)]
        fault.wait()
        assert not wire.answered(login)
        fault.end()
        assert wire.reply_to(login, client_messages.AUTHENTICATION).value.status == 0
        for number in pings:
            wire.reply_to(number, client_messages.PING)


def test_members_on_different_sides_cannot_reach_each_other(cluster):
    first, second, third = cluster.members
    with everywhere(cluster, uuid.uuid4()) as wires:
        for wire in wires:
            wire.call(client_messages.LOCAL_BACKUP_LISTENER)
        keys = [key_owned_by(wires[0], member) for member in cluster.members]
        with cluster.partition([first], [second, third]) as fault:
            wires[0].set(keys[0])
            wires[1].set(keys[1])
            wires[1].set(keys[2])
            waiting = wires[1].send(
                messages.GET, "m", keys[0], T, partition_id=partition_of(keys[0], 271)
            )
            fault.wait()
            assert not wires[1].answered(waiting)
            assert wires[0].set(keys[0], aware=True).acks == 1
            assert heard_by(wires, 0) == []
        assert wires[1].reply_to(waiting, messages.GET).value == keys[0]
        assert [event.name for event in heard_by(wires[1:], 1)] == ["backup"]


def test_connections_break_and_can_be_made_again(cluster):
    with clients(cluster, "a", "b") as (a, b):
        assert cluster.disconnect(clients="a", members=cluster.members[0]) == 1
        assert a.is_closed()
        b.ping()
        with clients(cluster, "a") as (again,):
            again.ping()


def test_clients_are_not_let_in(cluster):
    with clients(cluster, "bad-1", "good") as (bad, good):
        with cluster.refuse_clients("bad*") as fault:
            assert bad.is_closed()
            good.ping()
            with Client(cluster, name="bad-2") as wire:
                answer = wire.authenticate(cluster.cluster_name, client_name="bad-2")
                assert (answer.status, answer.member_uuid) == (3, None)
            assert fault.hits == 1
        with clients(cluster, "bad-2") as (wire,):
            wire.ping()


# -- partitions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "code", "text"),
    [
        ("migrating", 39, r"Partition is migrating! this: \[127.0.0.1\]:\d+, partitionId: 31, "),
        ("wrong_target", 62, r"WrongTarget! local: Member \[127.0.0.1\]:\d+ - \S+ this, expected"),
    ],
)
def test_partitions_on_their_way(cluster, answer, code, text):
    with clients(cluster, "a") as (wire,):
        wire.call(client_messages.ADD_CLUSTER_VIEW_LISTENER)
        wire.set(K)
        before = owners(wire)
        heir = next(member for member in cluster.members if member.uuid != before[P])
        wire.heard_soon(SOON)
        with cluster.migrating([P], heir, answer=answer, times=2) as fault:
            for _ in range(2):
                with pytest.raises(Failure, match=text) as caught:
                    wire.get(K)
                assert caught.value.code == code
            assert owners(wire) == before
            assert wire.get(int_data(2)) is None
            # The second error was the last; now the partition has arrived.
            assert wire.get(K) == K
            assert owners(wire) == {**before, P: heir.uuid}
            assert len(wire.wait_for(1, "PartitionsView")) == 1
        assert fault.hits == 2
        assert owners(wire) == {**before, P: heir.uuid}


def test_requests_wait_for_a_partition(cluster):
    with clients(cluster, "a") as (wire,):
        before = owners(wire)
        with cluster.migrating(answer="wait") as fault:
            numbers = [
                wire.send(messages.PUT, "m", K, int_data(number), T, -1, partition_id=P)
                for number in range(3)
            ]
            fault.wait(3)
            assert not wire.answered(numbers[-1])
        olds = [wire.reply_to(number, messages.PUT).value for number in numbers]
        assert olds == [None, int_data(0), int_data(1)]
        after = owners(wire)
        assert all(after[one] != before[one] for one in range(271))


def test_partitions_change_owners_at_once(cluster):
    with clients(cluster, "a") as (wire,):
        for number in range(300):
            wire.set(int_data(number))
        wire.call(messages.ADD_ENTRY_LISTENER, "m", False, 1023, False)
        lucky = cluster.members[2]
        cluster.migrate(to=lucky)
        assert set(owners(wire).values()) == {lucky.uuid}
        assert wire.call(messages.SIZE, "m").value == 300
        cluster.migrate([0, 1])
        assert sum(owner == lucky.uuid for owner in owners(wire).values()) == 269
        assert all(wire.get(int_data(number)) == int_data(number) for number in range(300))
        assert wire.heard_soon(SOON) == []
        cluster.migrate()


# -- members ------------------------------------------------------------------------------------


def test_a_member_comes_back_as_another_one(own):
    with clients(own, "a", at=2) as (wire,):
        for number in range(100):
            wire.set(int_data(number))
        old = own.members[0]
        same = old.restart()
        assert same.address == old.address
        assert same != old
        moved = same.restart_with_new_address()
        assert moved.address != old.address
        assert moved not in {old, same}
        assert moved == own.members[-1]
        assert len(own.members) == 3
        assert wire.call(messages.SIZE, "m").value == 100
        with pytest.raises(ClusterError, match="is not running any more"):
            old.restart()
        with Client(own, 2).enter() as fresh:
            assert fresh.authenticate(own.cluster_name).member_uuid == moved.uuid


def test_a_lite_member_comes_back_as_one(own):
    lite = own.start_member(lite=True)
    assert lite.lite
    again = lite.restart_with_new_address()
    assert (again.lite, own.members[0].lite) == (True, False)
    with clients(own, "a") as (wire,):
        assert again.uuid not in set(owners(wire).values())


def test_a_cluster_of_one_begins_from_nothing():
    with HazelcastCluster(1) as cluster:
        with Client(cluster) as wire:
            before = wire.authenticate(cluster.cluster_name)
            wire.set(K)
        cluster.members[0].restart_with_new_address()
        with Client(cluster) as wire:
            after = wire.authenticate(cluster.cluster_name)
            assert wire.get(K) is None
        assert after.cluster_id != before.cluster_id


def test_without_data_members_requests_are_refused():
    with HazelcastCluster(1, lite_members=1) as cluster:
        assert [member.lite for member in cluster.members] == [False, True]
        cluster.members[0].kill()
        with clients(cluster, "a") as (wire,):
            for message, values, partition_id in (
                (messages.GET, ("m", K, T), P),
                (messages.SIZE, ("m",), -1),
            ):
                with pytest.raises(Failure, match="all nodes in the cluster are lite") as caught:
                    wire.call(message, *values, partition_id=partition_id)
                assert caught.value.code == 67
            wire.ping()
            cluster.start_member()
            wire.set(K)


# -- time ---------------------------------------------------------------------------------------


def test_time_leaps_and_stands_still(cluster):
    with clients(cluster, "a") as (wire,):
        wire.call(messages.ADD_ENTRY_LISTENER, "m", True, 16, False)
        cluster.stop_time(1_700_000_000)
        wire.on_key(messages.SET, "m", K, K, T, 10_000)
        cluster.advance_time(9.9)
        assert wire.get(K) == K
        cluster.advance_time(0.1)
        (event,) = wire.wait_for(1, "Entry")
        assert event.fields.old_value == K
        assert wire.get(K) is None
        cluster.run_time()
        wire.on_key(messages.SET, "m", K, K, T, 3_600_000)
        view = wire.on_key(messages.GET_ENTRY_VIEW, "m", K, T).value[0]
        assert abs(view.expiration_time / 1000 - time.time() - 3600) < 60
        cluster.advance_time(3600)
        assert wire.get(K) is None
        with pytest.raises(ClusterOptionError, match="time does not run backwards"):
            cluster.advance_time(-1)


# -- handles ------------------------------------------------------------------------------------


def test_a_fault_ends_once_and_says_what_it_is(cluster):
    fault = cluster.drop(answers="Map.Get", times=1)
    assert repr(fault) == "<Fault drop>"
    with clients(cluster, "a") as (wire,):
        wire.send(messages.GET, "m", K, T, partition_id=P)
        fault.wait()
        with fault:
            assert fault.hits == 1
        fault.end()
        assert repr(fault) == "<Fault drop, ended>"
        assert fault.hits == 1
        assert wire.get(K) is None
        with pytest.raises(ClusterError, match=r"drop: 1 hits within 0.01 s instead of 2"):
            fault.wait(2, timeout=0.01)


def test_faults_add_up_and_the_first_gets_the_message(cluster):
    with clients(cluster, "a") as (wire,), cluster.drop(answers="Map.Get", times=1) as first:
        with cluster.delay(answers="Map.*") as second:
            lost, late = (wire.send(messages.GET, "m", K, T, partition_id=P) for _ in "ab")
            second.wait()
            assert (first.hits, second.hits) == (1, 1)
        wire.reply_to(late, messages.GET)
        assert not wire.answered(lost, 0)


def test_faults_that_cannot_be_are_refused(cluster):
    class Gone:
        uuid = uuid.UUID(int=0)

    for call, text in (
        (lambda: cluster.drop(answers="Map.Nope"), "no answer is named 'Map.Nope'"),
        (cluster.drop, "drop needs to know which messages"),
        (lambda: cluster.drop(answers=[7]), "a name or a pattern is a text, not 7"),
        (lambda: cluster.delay(-1, answers="*"), "seconds is from 0"),
        (lambda: cluster.partition(cluster.members), "a partition needs two groups"),
        (lambda: cluster.drop(answers="*", members="m"), "not a member of the cluster: 'm'"),
        (lambda: cluster.drop(answers="*", members=[7]), "not a member of the cluster: 7"),
        (lambda: cluster.migrating(answer="wait", times=1), "requests that wait get none"),
    ):
        with pytest.raises(ClusterOptionError, match=text):
            call()
    for call, text in (
        (lambda: cluster.pause(Gone), "member 00000000-.* is not running any more"),
        (lambda: cluster.partition([Gone], ["a"]), "is not running any more"),
        (lambda: cluster.migrate(to=Gone), "cannot own partitions: it is gone, or lite"),
        (lambda: cluster.migrate([271]), "there is no partition 271"),
    ):
        with pytest.raises(ClusterError, match=text):
            call()
    with clients(cluster, "a") as (wire,):
        assert wire.get(K) is None


@pytest.mark.parametrize("process", [False, True], ids=["thread", "process"])
def test_a_fault_of_a_cluster_that_ended_is_over(process):
    cluster = HazelcastCluster(1, process=process)
    with pytest.raises(ClusterError, match="the cluster does not run"):
        cluster.pause()
    with cluster:
        member = cluster.members[0]
        fault = cluster.pause()
    fault.end()
    with pytest.raises(ClusterError, match="does not run any more"):
        assert fault.hits
    with pytest.raises(ClusterError, match="does not run"):
        member.kill()
    with cluster, clients(cluster, "a") as (wire,):
        wire.ping()
        with pytest.raises(ClusterError, match="is not running any more"):
            member.kill()


def test_a_cluster_with_faults_can_be_stopped():
    with HazelcastCluster(2) as cluster:
        wires = [Client(cluster, name="a").enter() for _ in range(3)]
        cluster.delay(5, answers="Map.*")
        cluster.slow_drip(1, 5, clients="a")
        for wire in wires:
            wire.send(messages.GET, "m", K, T, partition_id=P)
        cluster.pause()
    for wire in wires:
        assert wire.is_closed()
        wire.close()


def test_clearing_ends_faults_and_forgets_entries(cluster):
    with clients(cluster, "a") as (wire,):
        wire.set(K)
        cluster.stop_time(1)
        cluster.pause()
        number = wire.send(client_messages.PING)
        cluster.clear()
        wire.reply_to(number, client_messages.PING)
        assert wire.call(messages.SIZE, "m").value == 0


def test_without_faults_nobody_looks_at_messages():
    with HazelcastCluster(2) as cluster:
        faults = cluster._home._tenant._state.faults
        assert not faults.active
        with cluster.drop(answers="Map.Get"):
            assert faults.active
        assert not faults.active
        cluster.members[0].kill()
        assert not faults.active


def test_backup_acks_have_a_name():
    assert BACKUP_ACKS == "Client.backup"
