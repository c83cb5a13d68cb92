# SPDX-License-Identifier: Apache-2.0
"""Missing backups are counted and told, with facts, although the call has its value."""

from __future__ import annotations

import time
import uuid

import pytest

from gridwire.hazelcast.errors import IndeterminateOperationStateError
from gridwire.hazelcast.notices import BackupsMissing, Notice, OwnerLeft
from gridwire.testing import HazelcastCluster
from support.call_styles import error_of
from support.diary import Diary
from support.scripted_replies import acked


def lost_acks(client) -> int:
    """What the client counted; nothing public tells it here, so this looks inside."""
    return client.raw._core.counters.lost_backup_acks


def test_missing_backups_are_told_with_facts(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    told = Diary()
    cluster = scripted(3)
    client = styles.client(cluster, operation_backup_timeout=0.08, notice_listeners=[told])
    cluster.always("Map.Put", acked(None, early=1, lost=1))
    assert styles.call(client.map().put, 1, 2) is None
    notice = told.next()
    (request,) = cluster.seen("Map.Put")
    assert type(notice) is BackupsMissing
    assert isinstance(notice, Notice)
    assert notice.operation == "Map.Put"
    assert notice.partition == request.partition
    assert notice.member == request.member.uuid
    assert notice.address == request.member.address
    assert (notice.backups, notice.acknowledged) == (2, 1)
    assert 0 < notice.waited <= 0.08
    assert "1 of 2 backups" in str(notice)
    assert lost_acks(client) == 1
    assert told.empty


def test_they_are_told_when_the_call_fails_for_them_too(styles, scripted) -> None:
    told = Diary()
    cluster = scripted(2)
    client = styles.client(
        cluster,
        operation_backup_timeout=0.08,
        fail_on_indeterminate_operation_state=True,
        notice_listeners=[told],
    )
    cluster.always("Map.Set", acked(lost=1))
    error = styles.error(client.map().set, 1, 2)
    assert isinstance(error, IndeterminateOperationStateError)
    (request,) = cluster.seen("Map.Set")
    assert error.facts["member"] == str(request.member.uuid)
    assert error.facts["address"] == request.member.address
    assert type(told.next()) is BackupsMissing
    assert lost_acks(client) == 1


def test_without_a_listener_they_are_counted(styles, scripted) -> None:
    cluster = scripted(2)
    client = styles.client(cluster, operation_backup_timeout=0.05)
    cluster.always("Map.Set", acked(lost=1))
    for key in range(3):
        styles.call(client.map().set, key, key)
    assert lost_acks(client) == 3


def test_writes_whose_backups_are_there_tell_nothing(styles, scripted) -> None:
    told = Diary()
    cluster = scripted(2)
    client = styles.client(cluster, notice_listeners=[told])
    cluster.always("Map.Set", acked(early=1, late=1))
    for key in range(10):
        styles.call(client.map().set, key, key)
    assert lost_acks(client) == 0
    assert told.empty


def test_an_owner_that_left_is_told_as_such(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    told = Diary()
    cluster = scripted(2)
    # Nobody waits so long when a member is gone.
    client = styles.client(cluster, operation_backup_timeout=4.0, notice_listeners=[told])
    held = cluster.hold("Map.Put")
    began = time.monotonic()
    pending = styles.begin(client.map().put, 1, 2)
    request = held.next()
    request.answer(None, backups=1)
    request.connection.finish()
    assert pending.result() is None
    assert time.monotonic() - began < 3
    notice = told.next()
    assert type(notice) is OwnerLeft
    assert notice.member == request.member.uuid
    assert "lost" in str(notice)
    assert lost_acks(client) == 1


def test_a_write_in_flight_when_its_backup_dies_does_not_wait_the_whole_time(
    styles_and_uvloop, scripted
) -> None:
    styles = styles_and_uvloop
    told = Diary()
    cluster = scripted(3)
    client = styles.client(cluster, operation_backup_timeout=4.0, notice_listeners=[told])
    numbers = client.map()
    styles.here(client.cluster.add_listener, None, left := Diary())
    held = cluster.hold("Map.Put")
    pending = styles.begin(numbers.put, 1, 2)
    request = held.next()
    backup = next(one for one in cluster.members if one is not request.member)
    began = time.monotonic()
    cluster.remove(backup)
    assert left.next().uuid == backup.uuid
    # The owner counted on that backup before it knew of its death.
    request.answer(None, backups=1)
    assert pending.result() is None
    assert time.monotonic() - began < 3
    assert type(told.next()) is BackupsMissing


def test_listeners_of_notices_come_and_go(styles, scripted) -> None:
    cluster = scripted(2)
    client = styles.client(cluster, operation_backup_timeout=0.05)
    cluster.always("Map.Set", acked(lost=1))
    service = client.raw.notice_service
    stays, leaves = Diary(), Diary()
    styles.here(service.add_listener, stays)
    registration = styles.here(service.add_listener, leaves)
    assert styles.here(service.remove_listener, registration) is True
    assert styles.here(service.remove_listener, registration) is False
    with pytest.raises(TypeError):
        styles.here(service.add_listener, "no function")
    styles.call(client.map().set, 1, 2)
    assert isinstance(stays.next(), BackupsMissing)
    assert leaves.empty


def test_a_listener_that_raises_harms_nothing(styles, scripted, caplog) -> None:
    cluster = scripted(2)
    after = Diary()

    def broken(notice: Notice) -> None:
        raise ValueError("the listener is broken")

    client = styles.client(cluster, operation_backup_timeout=0.05, notice_listeners=[broken, after])
    cluster.always("Map.Set", acked(lost=1))
    styles.call(client.map().set, 1, 2)
    assert isinstance(after.next(), BackupsMissing)
    assert any("is broken" in (record.exc_text or "") for record in caplog.records)


def test_a_unisocket_client_waits_for_no_backups(styles) -> None:
    with HazelcastCluster(members=3) as cluster, cluster.lose_backup_acks():
        client = styles.client(
            cluster,
            smart_routing=False,
            operation_backup_timeout=30.0,
            fail_on_indeterminate_operation_state=True,
        )
        for key in range(20):
            styles.call(client.map().set, key, key)
        assert lost_acks(client) == 0
        client.shutdown()


def test_a_cluster_that_loses_acks_is_told_of(styles) -> None:
    told = Diary()
    with HazelcastCluster(members=3) as cluster:
        client = styles.client(cluster, operation_backup_timeout=0.2, notice_listeners=[told])
        numbers = client.map(f"n{uuid.uuid4()}")
        with cluster.lose_backup_acks(times=1):
            styles.call(numbers.set, 1, "x")
        assert styles.call(numbers.get, 1) == "x"
        assert told.next().operation == "Map.Set"
        assert lost_acks(client) == 1
        client.shutdown()


def test_who_waits_longer_than_the_patience_with_backups_gets_the_error_once(
    styles, scripted
) -> None:
    cluster = scripted(2)
    client = styles.client(
        cluster, operation_backup_timeout=0.05, fail_on_indeterminate_operation_state=True
    )
    held = cluster.hold("Map.Set")
    pending = styles.begin(client.map().set, 1, 2)
    request = held.next()
    request.answer(backups=1)
    assert isinstance(error_of(pending), IndeterminateOperationStateError)
    request.ack()
    cluster.behave("Map.Set")
    styles.call(client.map().set, 1, 2)
    assert lost_acks(client) == 1
