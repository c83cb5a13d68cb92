# SPDX-License-Identifier: Apache-2.0
"""What an operator reads in the log: every connection, why it was lost, and nothing for a call."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from gridwire._core.outcome import Outcome
from gridwire.hazelcast.error_codes import ErrorCode
from gridwire.hazelcast.errors import HazelcastError
from gridwire.testing import HazelcastCluster
from support.patience import until
from support.scripted_replies import acked, fail, silence

FIELDS = ("client", "cluster")


class Heard:
    """The records of one logger tree."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self._caplog = caplog

    def __call__(self, level: str, part: str) -> list[logging.LogRecord]:
        """Those of a level with some text in them."""
        return [
            record
            for record in list(self._caplog.records)
            if record.levelname == level and part in record.getMessage()
        ]


@pytest.fixture
def heard(caplog: pytest.LogCaptureFixture) -> Iterator[Heard]:
    with caplog.at_level(logging.DEBUG, "gridwire"):
        yield Heard(caplog)
    # `caplog.records` has those of the phase that runs.
    for record in caplog.get_records("call"):
        if record.name.startswith("gridwire.hazelcast"):
            assert all(hasattr(record, name) for name in FIELDS), record.getMessage()
            # Whoever reads a line did not make the call that an outcome is about.
            said = f"{record.getMessage()} {getattr(record, 'reason', '')}"
            assert not any(one.sentence in said for one in Outcome), said


@pytest.fixture
def one():
    with HazelcastCluster(members=1, partition_count=7) as running:
        yield running


@pytest.fixture
def three():
    with HazelcastCluster(members=3, partition_count=7) as running:
        yield running


def facts(record: logging.LogRecord) -> dict[str, Any]:
    names = ("client", "cluster", "member", "address", "operation", "reason")
    return {name: getattr(record, name) for name in names if hasattr(record, name)}


def test_every_connection_that_is_opened(three, styles, heard) -> None:
    styles.client(three, client_name="seen")
    opened = heard("INFO", "connected to member")
    assert [facts(record) for record in opened] == [
        {
            "client": "seen",
            "cluster": three.cluster_name,
            "member": record.member,  # type: ignore[attr-defined]
            "address": record.address,  # type: ignore[attr-defined]
        }
        for record in opened
    ]
    assert {(record.member, record.address) for record in opened} == {  # type: ignore[attr-defined]
        (str(one.uuid), one.address) for one in three.members
    }
    assert not heard("WARNING", "")


def test_every_connection_that_is_lost_with_the_reason_and_every_attempt(
    three, styles, heard
) -> None:
    client = styles.client(three, client_name="seen")
    addresses = {one.address for one in three.members}
    gone = three.members[0]
    gone.kill()
    lost = until(lambda: heard("WARNING", "lost: "))[0]
    assert facts(lost)["member"] == str(gone.uuid)
    assert facts(lost)["address"] == gone.address
    assert facts(lost)["reason"] in lost.getMessage()
    for member in three.members:
        member.kill()
    refused = until(lambda: heard("WARNING", "cannot join by"))[0]
    assert facts(refused)["address"] in addresses
    assert "Connect call failed" in facts(refused)["reason"]
    client.shutdown()


def test_coming_back(one, styles, heard) -> None:
    styles.client(one)
    before = len(heard("INFO", "is CONNECTED"))
    one.disconnect()
    until(lambda: len(heard("INFO", "is CONNECTED")) > before)
    assert len(heard("INFO", "connected to member")) == 2
    assert len(heard("INFO", "is DISCONNECTED")) == 1


def test_giving_up(styles, heard) -> None:
    with pytest.raises(HazelcastError):
        styles.client(
            cluster_members=["127.0.0.1:1"],
            cluster_connect_timeout=0.05,
            retry_initial_backoff=0.01,
        )
    assert heard("WARNING", "cannot join by 127.0.0.1:1")
    (given_up,) = heard("ERROR", "")
    assert "127.0.0.1:1" in given_up.getMessage()
    assert given_up.getMessage().endswith("that a member is running.")
    assert "that a member is running" not in facts(given_up)["reason"]


@pytest.mark.parametrize(
    ("refused", "line"),
    [
        ("Client.CreateProxies", "does not make 1 objects anew"),
        ("Map.AddEntryListener", "refuses a listener"),
        ("Client.AddClusterViewListener", "lost: not for you"),
    ],
)
def test_a_refusal_is_quoted_without_its_outcome(styles, scripted, heard, refused, line) -> None:
    cluster = scripted(2)
    client = styles.client(cluster, retry_initial_backoff=0.01)
    styles.call(client.map().add_entry_listener, added_func=lambda event: None)
    cluster.always(refused, fail(ErrorCode.SECURITY, "not\nfor you"))
    cluster.cluster_id = uuid.uuid4()
    for member in cluster.members:
        member.kill()
    for member in cluster.members:
        member.uuid = uuid.uuid4()
        member.revive()
    said = until(lambda: heard("WARNING", line) or heard("ERROR", line))[0]
    assert "not for you" in facts(said)["reason"]
    client.shutdown()


def test_a_silent_member(styles, scripted, heard) -> None:
    cluster = scripted(1)
    cluster.always("Client.Ping", silence)
    styles.client(cluster, heartbeat_interval=0.03, heartbeat_timeout=0.2)
    warned = until(lambda: heard("WARNING", "nothing was heard of member"))[0]
    assert facts(warned)["reason"] == "silence"
    lost = until(lambda: heard("WARNING", "lost: nothing was heard"))[0]
    assert facts(lost)["address"] == facts(warned)["address"]


def test_a_storm_of_lost_acks_is_one_line(styles, scripted, heard) -> None:
    cluster = scripted(1)
    client = styles.client(cluster, operation_backup_timeout=0.1)
    cluster.always("Map.Set", acked(lost=1))
    calls = [styles.begin(client.map().set, number, 2) for number in range(20)]
    for call in calls:
        call.result()
    assert client.raw.diagnostics()["counters"]["lost_backup_acks"] == 20
    (line,) = heard("WARNING", "backups acknowledged it in time")
    assert facts(line)["operation"] == "Map.Set"


def test_events_that_may_be_missed(three, styles, heard) -> None:
    client = styles.client(three)
    styles.call(client.map().add_entry_listener, added_func=lambda event: None)
    three.disconnect()
    (line,) = until(lambda: heard("WARNING", "events for a listener may be missed"))
    assert line.name == "gridwire.hazelcast.listeners"


def test_no_line_for_a_call(three, styles, heard, caplog) -> None:
    client = styles.client(three)
    numbers = client.map()
    styles.call(numbers.get, 0)
    before = len(caplog.records)
    for number in range(50):
        styles.call(numbers.put, number, number)
        styles.call(numbers.get, number)
    styles.error(numbers.put, None, 1)
    assert caplog.records[before:] == []


def test_a_callback_that_raises(three, styles, heard) -> None:
    client = styles.client(three)

    def fails(event: object) -> None:
        raise ZeroDivisionError("mine")

    styles.call(client.map().add_entry_listener, added_func=fails)
    styles.call(client.map().set, 1, 1)
    (line,) = until(lambda: heard("ERROR", "a callback of the application raised"))
    assert line.exc_info is not None
