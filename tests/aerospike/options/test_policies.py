# SPDX-License-Identifier: Apache-2.0
"""Policies become rules: what each key does, what has precedence, what is refused."""

from __future__ import annotations

import pytest

from gridwire import aerospike as a
from gridwire.aerospike import InvalidArgError
from gridwire.aerospike._options.policies import MAX_CACHED_POLICIES, Policies
from gridwire.aerospike.protocol import flags


def refuse(name: str, nearest: str | None) -> None:
    raise AssertionError(f"{name} is unknown")


@pytest.fixture
def policies() -> Policies:
    return Policies({}, refuse)


def test_defaults(policies):
    read, write, batch = policies.read(None), policies.write(None, None), policies.batch({})
    for rules in (read, write, batch):
        assert (rules.total_timeout, rules.socket_timeout, rules.timeout_ms) == (1.0, 1.0, 1000)
        assert rules.replica == a.POLICY_REPLICA_SEQUENCE
        assert not rules.key_send
    assert (read.max_retries, write.max_retries, batch.max_retries) == (2, 0, 2)
    assert batch.flags == 0x0D
    assert batch.parallel


@pytest.mark.parametrize(
    ("given", "total", "socket", "server"),
    [
        ({}, 1.0, 1.0, 1000),
        ({"total_timeout": 5000, "socket_timeout": 700}, 5.0, 0.7, 700),
        ({"total_timeout": 100, "socket_timeout": 700}, 0.1, 0.1, 100),
        ({"total_timeout": 100, "socket_timeout": 0}, 0.1, 0.1, 100),
        ({"total_timeout": 0}, 0.0, 30.0, 0),
        ({"total_timeout": 0, "socket_timeout": 0}, 0.0, 0.0, 0),
    ],
)
def test_timeouts(policies, given, total, socket, server):
    rules = policies.read(given)
    assert (rules.total_timeout, rules.socket_timeout, rules.timeout_ms) == (total, socket, server)


@pytest.mark.parametrize(
    ("exists", "info2", "info3"),
    [
        (a.POLICY_EXISTS_IGNORE, 0, 0),
        (a.POLICY_EXISTS_UPDATE, 0, 0x08),
        (a.POLICY_EXISTS_UPDATE_ONLY, 0, 0x08),
        (a.POLICY_EXISTS_REPLACE, 0, 0x10),
        (a.POLICY_EXISTS_REPLACE_ONLY, 0, 0x20),
        (a.POLICY_EXISTS_CREATE_ONLY, 0x20, 0),
    ],
)
def test_what_must_exist(policies, exists, info2, info3):
    for rules in (
        policies.write(None, {"exists": exists}),
        policies.write({"exists": exists}, None),
    ):
        assert (rules.info2, rules.info3) == (info2, info3)


def test_generations(policies):
    assert policies.write({"gen": 3}, None).info2 == flags.INFO2_GENERATION
    assert policies.write({"gen": 3}, None).generation == 3
    assert policies.write({"gen": 3}, {"gen": a.POLICY_GEN_GT}).info2 == flags.INFO2_GENERATION_GT
    assert policies.write({"gen": 3}, {"gen": a.POLICY_GEN_IGNORE}).info2 == 0
    assert policies.write(None, {"gen": a.POLICY_GEN_EQ}).generation == 0


@pytest.mark.parametrize(
    ("ttl", "wire"),
    [(0, 0), (100, 100), (-1, 0xFFFFFFFF), (-2, 0xFFFFFFFE), (-3, 0), (0xFFFFFFFF, 0xFFFFFFFF)],
)
def test_times_to_live(policies, ttl, wire):
    assert policies.write({"ttl": ttl}, None).ttl == wire
    assert policies.write(None, {"ttl": ttl}).ttl == wire


def test_a_policy_comes_over_meta_but_in_batches_meta_over_the_policy(policies):
    assert policies.write({"ttl": 1}, {"ttl": 2}).ttl == 2
    assert policies.batch_write({"ttl": 1}, {"ttl": 2}).ttl == 1
    assert policies.batch_write(None, {"ttl": 2}).ttl == 2
    assert (
        policies.batch_write({"gen": 3}, {"gen": a.POLICY_GEN_GT}).info2 == flags.INFO2_GENERATION
    )
    assert policies.batch_write(None, {"gen": a.POLICY_GEN_EQ}).info2 == flags.INFO2_GENERATION


def test_removing_in_a_batch_knows_nothing_of_life_and_existence(policies):
    given = {"ttl": 5, "exists": a.POLICY_EXISTS_CREATE_ONLY, "durable_delete": True}
    rules = policies.batch_remove(None, given)
    assert (rules.ttl, rules.info2, rules.info3) == (0, flags.INFO2_DURABLE_DELETE, 0)


def test_other_bits(policies):
    assert policies.write(None, {"commit_level": a.POLICY_COMMIT_LEVEL_MASTER}).info3 == 0x02
    assert policies.write(None, {"durable_delete": True}).info2 == 0x10
    assert policies.write(None, {"key": a.POLICY_KEY_SEND}).key_send
    assert policies.write({"key": a.POLICY_KEY_SEND}, None).key_send
    assert policies.read({"read_mode_ap": a.POLICY_READ_MODE_AP_ALL}).info1 == 0x40
    assert policies.read({"read_touch_ttl_percent": 80}).ttl == 80
    assert policies.read({"read_touch_ttl_percent": -1}).ttl == 0xFFFFFFFF
    assert policies.read({"sleep_between_retries": 20}).sleep_between_retries == 0.02
    assert policies.read({"timeout_delay": 3000}).timeout_delay == 3.0


@pytest.mark.parametrize(
    ("given", "wire"),
    [
        ({"allow_inline": False}, 0x0C),
        ({"allow_inline_ssd": True}, 0x0F),
        ({"respond_all_keys": False}, 0x09),
    ],
)
def test_flags_of_batches(policies, given, wire):
    assert policies.batch(given).flags == wire


def test_who_says_how_often_repeats_writes(policies):
    assert not policies.batch(None).repeats_writes
    assert policies.batch({"max_retries": 1}).repeats_writes
    assert not policies.batch({"concurrency": a.BATCH_CONCURRENCY_SEQUENTIAL}).parallel


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ({"total_timeout": "1"}, TypeError, "total_timeout must be an int"),
        ({"total_timeout": True}, TypeError, "total_timeout must be an int"),
        ({"max_retries": -1}, InvalidArgError, "max_retries out of range"),
        ({"replica": 9}, InvalidArgError, "replica is one of 0, 1, 2, not 9"),
        ({"read_mode_ap": 5}, InvalidArgError, "read_mode_ap"),
        ({"read_touch_ttl_percent": 101}, InvalidArgError, "out of range: 101"),
        ({"read_touch_ttl_percent": -2}, InvalidArgError, "out of range: -2"),
        ({"filter_expression": {"__expr__": "eq"}}, InvalidArgError, "filter_expression"),
        (5, TypeError, "a policy is a dict"),
        ({"max_retries": []}, TypeError, "max_retries must be an int"),
    ],
)
def test_what_a_read_policy_cannot_be(policies, given, error, text):
    with pytest.raises(error, match=text):
        policies.read(given)


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ({"ttl": -5}, InvalidArgError, "only 0, -1, -2, -3, or positive"),
        ({"ttl": 1 << 32}, InvalidArgError, "max: 4294967295"),
        ({"exists": 9}, InvalidArgError, "exists is one of"),
        ({"durable_delete": 1}, TypeError, "durable_delete must be a bool"),
        ({"commit_level": 7}, InvalidArgError, "commit_level"),
    ],
)
def test_what_a_write_cannot_be(policies, given, error, text):
    for meta, policy in ((given, None), (None, given)):
        with pytest.raises(error, match=text):
            policies.write(meta, policy)


def test_an_unknown_concurrency_is_refused(policies):
    with pytest.raises(ValueError, match="Invalid concurrency value: 5"):
        policies.batch({"concurrency": 5})


def test_a_filter_of_none_is_no_filter(policies):
    assert policies.read({"filter_expression": None}) == policies.read_default


def test_racks_are_preferred_only_where_some_are_named():
    given = {"replica": a.POLICY_REPLICA_PREFER_RACK}
    assert Policies({}, refuse).read(given).replica == a.POLICY_REPLICA_PREFER_RACK
    with pytest.raises(InvalidArgError, match="names no rack"):
        Policies({}, refuse, has_racks=False).read(given)


def test_defaults_of_the_client_come_under_those_of_the_call():
    policies = Policies({"read": {"max_retries": 7}, "batch": {"ttl": 9}}, refuse)
    assert policies.read(None).max_retries == 7
    assert policies.read({"max_retries": 1}).max_retries == 1
    assert policies.batch_write(None, None).ttl == 9
    assert policies.batch_write(None, {"ttl": 3}).ttl == 3
    with pytest.raises(InvalidArgError, match="filter_expression"):
        Policies({"write": {"filter_expression": {}}}, refuse)


def test_an_unknown_key_is_told_with_the_nearest_once_a_policy():
    told: list[tuple[str, str | None]] = []
    policies = Policies({}, lambda name, nearest: told.append((name, nearest)))
    for _ in range(3):
        policies.read({"total_timout": 5})
    assert told == [("total_timout", "total_timeout")]


def test_equal_policies_share_their_rules_and_ever_new_ones_are_forgotten(policies):
    first = policies.read({"total_timeout": 5})
    assert policies.read({"total_timeout": 5}) is first
    for number in range(MAX_CACHED_POLICIES + 1):
        policies.read({"total_timeout": 100 + number})
    assert policies.read({"total_timeout": 5}) is not first


def test_a_policy_that_is_changed_is_another_one(policies):
    given = {"total_timeout": 5}
    policies.read(given)
    given["total_timeout"] = 7
    assert policies.read(given).total_timeout == 0.007


def test_equal_values_of_other_types_are_other_policies(policies):
    assert policies.write(None, {"durable_delete": True}).info2
    with pytest.raises(TypeError):
        policies.write(None, {"durable_delete": 1})
    assert policies.read({"max_retries": 1}).max_retries == 1
    for wrong in (True, 1.0):
        with pytest.raises(TypeError):
            policies.read({"max_retries": wrong})


def test_a_batch_waits_for_no_late_answer(policies):
    assert policies.batch({"timeout_delay": 0})
    with pytest.raises(a.InvalidArgError, match="timeout_delay has no effect on a batch"):
        policies.batch({"timeout_delay": 3000})
