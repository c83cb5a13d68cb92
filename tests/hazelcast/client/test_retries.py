# SPDX-License-Identifier: Apache-2.0
"""What is sent again after which failure, and what is known when it fails in the end."""

from __future__ import annotations

import pytest

from gridwire.errors import Outcome
from gridwire.hazelcast.cluster import attempts
from gridwire.hazelcast.errors import (
    HazelcastError,
    HazelcastIOError,
    OperationTimeoutError,
    TargetDisconnectedError,
    UndefinedErrorCodeError,
)
from support.call_styles import error_of
from support.scripted_replies import fail, hang_up

RETRIED = (8, 19, 33, 39, 46, 47, 50, 53, 62, 82, 90)
"""Codes after which every operation is sent again."""

UNCLEAR = (19, 33, 47, 50)
"""Those of them after which nobody knows whether the operation was done."""

FINAL = (18, 22, 27, 38, 0, 101, 9999, -7)

WRITE = ("Map.Set", "set", (1, "x"))
READ = ("Map.Get", "get", (1,))
BOTH = pytest.mark.parametrize(("name", "method", "args"), [READ, WRITE], ids=["get", "set"])


@BOTH
def test_these_codes_are_asked_again_for_everything(styles, scripted, name, method, args) -> None:
    cluster = scripted(2)
    numbers = styles.client(cluster).map()
    for code in RETRIED:
        cluster.forget()
        cluster.script(name, fail(code), fail(code))
        assert styles.call(getattr(numbers, method), *args) in (None, "x")
        requests = cluster.seen(name)
        assert len(requests) == 3
        assert len({request.correlation for request in requests}) == 3
        assert len({request.fields for request in requests}) == 1


@BOTH
def test_other_codes_are_the_answer(styles, scripted, name, method, args) -> None:
    cluster = scripted(2)
    numbers = styles.client(cluster).map()
    for code in FINAL:
        cluster.forget()
        cluster.script(name, fail(code, "so it is"))
        error = styles.error(getattr(numbers, method), *args)
        assert isinstance(error, HazelcastError)
        assert error.code == code
        assert "so it is" in str(error)
        assert len(cluster.seen(name)) == 1
        assert error.facts["operation"] == name
        assert error.facts["attempts"] == 1
        assert error.facts["elapsed"] >= 0
        assert error.outcome is Outcome.UNKNOWN


def test_a_code_without_a_class_is_kept(styles, scripted) -> None:
    cluster = scripted()
    client = styles.client(cluster)
    cluster.always("Map.Get", fail(4242))
    error = styles.error(client.map().get, 1)
    assert isinstance(error, UndefinedErrorCodeError)
    assert error.code == 4242


def test_a_member_that_lost_its_target_is_asked_again_for_reads_only(styles, scripted) -> None:
    cluster = scripted(2)
    client = styles.client(cluster)
    cluster.script("Map.Get", fail(52), fail(52))
    assert styles.call(client.map().get, 1) is None
    assert len(cluster.seen("Map.Get")) == 3
    cluster.script("Map.Set", fail(52))
    error = styles.error(client.map().set, 1, 2)
    assert isinstance(error, TargetDisconnectedError)
    assert error.outcome is Outcome.UNKNOWN
    assert len(cluster.seen("Map.Set")) == 1


def test_redo_operation_lets_writes_be_asked_again_too(styles, scripted) -> None:
    cluster = scripted(2)
    client = styles.client(cluster, redo_operation=True)
    cluster.script("Map.Set", fail(52), hang_up)
    styles.call(client.map().set, 1, 2)
    assert len(cluster.seen("Map.Set")) == 3


def test_after_an_unclear_answer_the_outcome_stays_unknown(styles, scripted) -> None:
    cluster = scripted(2)
    numbers = styles.client(cluster).map()
    for code in UNCLEAR:
        # The last answer alone would mean that nothing was done.
        cluster.script("Map.Set", fail(code), fail(62), fail(42))
        error = styles.error(numbers.set, 1, 2)
        assert type(error).__name__ == "SplitBrainProtectionError"
        assert error.outcome is Outcome.UNKNOWN
        assert error.facts["attempts"] == 3


def test_after_clear_refusals_the_outcome_is_that_of_the_last(styles, scripted) -> None:
    cluster = scripted(2)
    client = styles.client(cluster)
    cluster.script("Map.Set", fail(62), fail(46), fail(42))
    error = styles.error(client.map().set, 1, 2)
    assert error.outcome is Outcome.REJECTED
    assert error.facts["attempts"] == 3


def test_an_unclear_answer_and_then_no_time_is_unknown(styles, scripted) -> None:
    cluster = scripted()
    client = styles.client(cluster, invocation_timeout=0.12, invocation_retry_pause=0.03)
    cluster.script("Map.Set", fail(47))
    cluster.always("Map.Set", fail(62))
    error = styles.error(client.map().set, 1, 2)
    assert isinstance(error, OperationTimeoutError)
    assert error.outcome is Outcome.UNKNOWN


def test_an_unclear_answer_and_then_no_connection_is_unknown(styles, scripted) -> None:
    cluster = scripted()
    client = styles.client(cluster, invocation_timeout=0.15)

    def fail_and_go(request) -> None:
        request.fail(33)
        request.connection.finish()
        request.member.on_connect = lambda connection: connection.close()

    cluster.always("Map.Set", fail_and_go)
    error = styles.error(client.map().set, 1, 2)
    # The second attempt finds no connection, or still leaves on the one that is ending.
    assert isinstance(error, (OperationTimeoutError, TargetDisconnectedError))
    assert error.outcome is Outcome.UNKNOWN


def test_a_write_that_a_member_refused_was_sent(styles, scripted) -> None:
    # The next attempt finds no connection: of that one nothing was sent, of the first it was.
    cluster = scripted()
    client = styles.client(cluster, invocation_timeout=0.15)

    def refuse_and_go(request) -> None:
        request.fail(46)
        request.connection.finish()
        request.member.on_connect = lambda connection: connection.close()

    cluster.always("Map.Set", refuse_and_go)
    error = styles.error(client.map().set, 1, 2)
    # The second attempt may still have left on the connection that was ending.
    assert error.outcome is not Outcome.NOT_SENT
    assert len(cluster.seen("Map.Set")) == 1 or error.outcome is Outcome.UNKNOWN


def test_a_success_after_retries_is_a_success(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(3)
    client = styles.client(cluster, invocation_retry_pause=0.01)
    cluster.script("Map.Put", *map(fail, RETRIED))
    assert styles.call(client.map().put, 1, "x") is None
    assert styles.call(client.map().get, 1) == "x"
    assert len(cluster.seen("Map.Put")) == len(RETRIED) + 1


def test_a_read_whose_connection_breaks_is_asked_again(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(2)
    client = styles.client(cluster)
    styles.call(client.map().set, 1, "x")
    cluster.script("Map.Get", hang_up, hang_up)
    assert styles.call(client.map().get, 1) == "x"
    assert len(cluster.seen("Map.Get")) == 3


def test_a_write_whose_connection_breaks_is_not(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(2)
    client = styles.client(cluster)
    cluster.script("Map.Set", hang_up)
    error = styles.error(client.map().set, 1, "x")
    assert isinstance(error, TargetDisconnectedError)
    assert isinstance(error, ConnectionError)
    assert error.outcome is Outcome.UNKNOWN
    assert error.facts["operation"] == "Map.Set"
    assert error.facts["attempts"] == 1
    assert error.facts["address"] == cluster.seen("Map.Set")[0].member.address
    assert error.facts["member"] == str(cluster.seen("Map.Set")[0].member.uuid)
    assert len(cluster.seen("Map.Set")) == 1


def test_a_write_that_was_never_sent_is_sent_elsewhere(styles_and_uvloop, scripted) -> None:
    # Its connection is gone before anything is written: that cannot have had an effect.
    styles = styles_and_uvloop
    cluster = scripted(2)
    client = styles.client(cluster)
    numbers = client.map()
    cluster.members[1].kill()
    for key in range(20):
        error = None
        try:
            styles.call(numbers.set, key, key)
        except TargetDisconnectedError as lost:
            error = lost
        assert error is None or error.outcome is Outcome.UNKNOWN
    assert styles.call(numbers.get, 19) == 19


def test_get_all_is_a_read(styles, scripted) -> None:
    cluster = scripted(2)
    client = styles.client(cluster)
    styles.call(client.map().put_all, {key: key for key in range(10)})
    cluster.script("Map.GetAll", hang_up, fail(52), fail(46))
    assert styles.call(client.map().get_all, range(10)) == {key: key for key in range(10)}


def test_a_put_all_that_fails_in_part_says_which_keys(styles, scripted) -> None:
    cluster = scripted(1)
    client = styles.client(cluster)
    partition = client.partitions.get_partition_id
    cluster.always(
        "Map.PutAll",
        lambda request: request.fail(42) if request.partition == 3 else request.answer_as_usual(),
    )
    entries = {key: str(key) for key in range(60)}
    error = styles.error(client.map().put_all, entries)
    refused = {key for key in entries if partition(key) == 3}
    assert refused
    assert {key for key, outcome in error.outcomes.items() if outcome is not None} == refused
    assert all(error.outcomes[key] is Outcome.REJECTED for key in refused)
    assert error.outcome is Outcome.REJECTED
    stored = styles.call(client.map().get_all, entries)
    assert set(stored) == set(entries) - refused


def test_an_operation_on_all_partitions_is_unknown_even_when_refused(styles, scripted) -> None:
    # One partition may be cleared although another refused.
    cluster = scripted()
    client = styles.client(cluster)
    cluster.script("Map.Clear", fail(42))
    assert styles.error(client.map().clear).outcome is Outcome.UNKNOWN


def test_the_causes_that_a_member_reports_are_kept(styles, scripted) -> None:
    cluster = scripted()
    client = styles.client(cluster)
    cluster.always("Map.Get", lambda request: request.fail(22, "disk full", "java.io.IOException"))
    error = styles.error(client.map().get, 1)
    assert isinstance(error, HazelcastIOError)
    assert error.server_class_name == "java.io.IOException"


def test_callers_who_were_sent_away_together_do_not_come_back_together(
    styles, scripted, monkeypatch
) -> None:
    asked: list[tuple[int, float, float]] = []

    def pause(number: int, longest: float, chance: float) -> float:
        asked.append((number, longest, chance))
        return 0.0

    monkeypatch.setattr(attempts, "pause_before", pause)
    cluster = scripted()
    client = styles.client(cluster, invocation_retry_pause=0.7)
    cluster.script("Map.Get", *[fail(46)] * 20)
    styles.call(client.map().get, 1)
    assert [number for number, _, _ in asked] == list(range(2, 22))
    assert {longest for _, longest, _ in asked} == {0.7}
    assert len({chance for _, _, chance in asked}) == 20
    assert all(0 <= chance < 1 for _, _, chance in asked)


def test_retries_wait_longer_and_longer(styles, scripted) -> None:
    cluster = scripted()
    client = styles.client(cluster, invocation_timeout=0.15, invocation_retry_pause=0.05)
    cluster.always("Map.Get", fail(46))
    error = error_of(styles.begin(client.map().get, 1))
    made = error.facts["attempts"]
    # 0, then 5, 10, 20, 40, 50, 50 ... ms, each shortened by up to a half: neither a storm nor a
    # standstill.
    assert 5 <= made <= 18
