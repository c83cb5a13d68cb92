# SPDX-License-Identifier: Apache-2.0
"""A write is done when its backups have said so too, whatever comes first."""

from __future__ import annotations

import time

import pytest

from gridwire.errors import Outcome
from gridwire.hazelcast.errors import IndeterminateOperationStateError
from gridwire.testing import HazelcastCluster
from support.call_styles import error_of
from support.scripted_replies import acked, answer, fail, silence


def test_members_are_asked_for_acks_on_every_connection(styles, scripted) -> None:
    cluster = scripted(3)
    client = styles.client(cluster)
    styles.call(client.map().set, 1, 2)
    styles.call(client.map().get, 1)
    assert len(cluster.seen("Client.LocalBackupListener")) == 3
    assert all(request.wants_acks for request in cluster.seen("Map.Set") + cluster.seen("Map.Get"))


@pytest.mark.parametrize("option", ["backup_ack_to_client_enabled", "smart_routing"])
@pytest.mark.parametrize("members", [1, 2])
def test_they_are_not_asked_when_the_option_is_off(styles, scripted, option, members) -> None:
    # A client with one connection would hear nothing of the other members' backups.
    cluster = scripted(members)
    client = styles.client(cluster, **{option: False})
    styles.call(client.map().set, 1, 2)
    assert not cluster.seen("Client.LocalBackupListener")
    assert not any(request.wants_acks for request in cluster.seen("Map.Set"))


def test_nor_while_a_member_has_no_connection(styles, scripted) -> None:
    # A backup there could not tell us, and each write would wait in vain.
    cluster = scripted(2)
    client = styles.client(cluster)
    numbers = client.map()
    cluster.members[1].kill()
    cluster.members[1].on_connect = lambda connection: connection.close()
    cluster.members[1].revive()
    # The first ones may still go before the loss is known, or fall to it.
    styles.error_or_value(numbers.set, 0, 0)
    deadline = time.monotonic() + 5
    while cluster.seen("Map.Set")[-1:] == [] or cluster.seen("Map.Set")[-1].wants_acks:
        assert time.monotonic() < deadline
        styles.error_or_value(numbers.set, 0, 0)


def test_nor_before_it_is_known_who_is_a_member(styles, scripted) -> None:
    # Somebody may have backups and no connection: a client that just came in knows of one member.
    cluster = scripted(2)
    view = cluster.hold("Client.AddClusterViewListener")
    client = styles.client(cluster, async_start=True)
    cluster.wait_for("Client.AddClusterViewListener")
    numbers = client.map()
    styles.call(numbers.set, 1, 2)
    assert not any(request.wants_acks for request in cluster.seen("Map.Set"))
    cluster.behave("Client.AddClusterViewListener")
    cluster.post(cluster.usual, view.next())
    cluster.wait_for("Client.LocalBackupListener", 2)
    deadline = time.monotonic() + 5
    while not cluster.seen("Map.Set")[-1].wants_acks:
        assert time.monotonic() < deadline
        styles.call(numbers.set, 1, 2)


@pytest.mark.parametrize("when", ["early", "late"])
@pytest.mark.parametrize("backups", [1, 2])
def test_a_write_ends_when_all_acks_are_there(styles_and_uvloop, scripted, when, backups) -> None:
    styles = styles_and_uvloop
    cluster = scripted(3)
    client = styles.client(cluster, operation_backup_timeout=60.0)
    cluster.always("Map.Put", acked(None, **{when: backups}))
    for key in range(20):
        assert styles.call(client.map().put, key, key) is None


def test_acks_may_come_before_and_after_the_answer(styles, scripted) -> None:
    cluster = scripted(3)
    client = styles.client(cluster, operation_backup_timeout=60.0)
    cluster.always("Map.Set", acked(early=1, late=1))
    for key in range(20):
        styles.call(client.map().set, key, key)


def test_a_write_waits_for_its_last_ack(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(3)
    client = styles.client(cluster, operation_backup_timeout=60.0)
    held = cluster.hold("Map.Set")
    pending = styles.begin(client.map().set, 1, 2)
    request = held.next()
    request.ack()
    request.answer(backups=2)
    # Another call on the same connection shows that all this has arrived.
    cluster.behave("Map.Set")
    styles.call(client.map().get, 1)
    assert not pending.done()
    request.ack()
    pending.result()


def test_acks_of_one_call_do_not_end_another(styles, scripted) -> None:
    cluster = scripted(2)
    client = styles.client(cluster, operation_backup_timeout=60.0)
    held = cluster.hold("Map.Set")
    first = styles.begin(client.map().set, 1, "one")
    one = held.next()
    second = styles.begin(client.map().set, 1, "two")
    two = held.next()
    one.answer(backups=1)
    two.answer(backups=1)
    two.ack()
    second.result()
    assert not first.done()
    one.ack()
    first.result()


def test_lost_acks_are_waited_for_no_longer_than_configured(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(2)
    client = styles.client(cluster, operation_backup_timeout=0.08)
    cluster.always("Map.Put", acked(None, lost=1))
    began = time.monotonic()
    assert styles.call(client.map().put, 1, 2) is None
    assert 0.06 <= time.monotonic() - began < 3


def test_lost_acks_may_be_an_error(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(2)
    client = styles.client(
        cluster, operation_backup_timeout=0.08, fail_on_indeterminate_operation_state=True
    )
    cluster.always("Map.Set", acked(early=1, lost=1))
    error = styles.error(client.map().set, 1, 2)
    assert isinstance(error, IndeterminateOperationStateError)
    assert error.outcome is Outcome.UNKNOWN
    assert error.facts["operation"] == "Map.Set"
    assert error.facts["attempts"] == 1
    assert error.facts["elapsed"] >= 0.06
    assert len(cluster.seen("Map.Set")) == 1


def test_acks_that_come_too_late_or_twice_or_for_nobody_harm_nothing(styles, scripted) -> None:
    cluster = scripted(2)
    client = styles.client(cluster, operation_backup_timeout=0.1)
    held = cluster.hold("Map.Set")
    pending = styles.begin(client.map().set, 1, 2)
    request = held.next()
    request.answer(backups=1)
    pending.result()
    for _ in range(3):
        request.ack()
    for number in (0, -1, 2**62, request.correlation + 10_000):
        cluster.members[1].ack(request.connection.client_uuid, number)
    cluster.always("Map.Set", acked(late=1))
    for key in range(5):
        styles.call(client.map().set, key, key)


def test_acks_of_a_failed_call_are_forgotten(styles, scripted) -> None:
    cluster = scripted(2)
    client = styles.client(cluster, operation_backup_timeout=60.0)
    held = cluster.hold("Map.Set")
    pending = styles.begin(client.map().set, 1, 2)
    request = held.next()
    request.ack()
    request.fail(22)
    assert type(error_of(pending)).__name__ == "HazelcastIOError"
    request.ack()
    cluster.always("Map.Set", acked(late=1))
    styles.call(client.map().set, 1, 2)


def test_each_attempt_collects_its_own_acks(styles, scripted) -> None:
    cluster = scripted(3)
    client = styles.client(cluster, operation_backup_timeout=60.0)
    attempts = cluster.hold("Map.Set")
    pending = styles.begin(client.map().set, 1, 2)
    first = attempts.next()
    first.ack()
    first.fail(46)
    second = attempts.next()
    assert second.correlation != first.correlation
    second.answer(backups=1)
    # The ack of the first attempt says nothing about the second.
    first.ack()
    cluster.settle()
    styles.call(client.map().get, 1)
    assert not pending.done()
    second.ack()
    pending.result()


def test_a_write_whose_owner_dies_after_its_answer_is_done_all_the_same(styles, scripted) -> None:
    cluster = scripted(2)
    client = styles.client(cluster, operation_backup_timeout=0.08)
    held = cluster.hold("Map.Put")
    pending = styles.begin(client.map().put, 1, 2)
    request = held.next()
    request.answer(None, backups=1)
    request.connection.finish()
    assert pending.result() is None


def test_a_cancelled_call_that_waits_for_acks_ends(cancelling_styles, scripted) -> None:
    styles = cancelling_styles
    cluster = scripted(2)
    client = styles.client(cluster, operation_backup_timeout=0.15)
    held = cluster.hold("Map.Set")
    pending = styles.begin(client.map().set, 1, 2)
    held.next().answer(backups=1)
    styles.call(client.map().get, 1)
    if pending.cancel():
        assert type(error_of(pending, 2)).__name__ == "CancelledError"
    else:
        assert pending.result(2) is None


def test_a_single_member_has_no_backups_to_wait_for(styles, scripted) -> None:
    cluster = scripted(1)
    client = styles.client(cluster, operation_backup_timeout=60.0)
    cluster.always("Map.Put", answer(None, backups=0))
    assert styles.call(client.map().put, 1, 2) is None


def test_a_member_that_does_not_answer_the_registration_is_not_used(styles, scripted) -> None:
    cluster = scripted(2)
    cluster.members[1].script("Client.LocalBackupListener", silence, fail(27))
    client = styles.client(
        cluster,
        cluster_members=cluster.addresses[:1],
        heartbeat_interval=0.03,
        heartbeat_timeout=0.12,
    )
    for key in range(6):
        styles.call(client.map().set, key, key)
    # It is tried again, and used once it behaves.
    cluster.wait_until(lambda: len(cluster.members[1].seen("Client.LocalBackupListener")) >= 2)


def test_a_cluster_with_backups_acknowledges_to_the_client(styles_and_uvloop) -> None:
    styles = styles_and_uvloop
    with HazelcastCluster(members=3, backup_count=2) as cluster:
        client = styles.client(
            cluster, operation_backup_timeout=20.0, fail_on_indeterminate_operation_state=True
        )
        numbers = client.map()
        for key in range(100):
            styles.call(numbers.set, key, key)
        assert styles.call(numbers.size) == 100
