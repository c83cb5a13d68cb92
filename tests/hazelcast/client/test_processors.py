# SPDX-License-Identifier: Apache-2.0
"""Code of users that members run: what is asked once, what is asked everywhere, what errors say."""

from __future__ import annotations

import pytest

from gridwire.errors import Outcome
from gridwire.hazelcast.errors import (
    HazelcastError,
    NullArgumentError,
    TargetDisconnectedError,
)
from support.scripted_replies import answer, fail, hang_up

# Anything that can be serialized may be one of the members' classes.
PROCESSOR = "a processor"
NOT_YOURS = 26


def test_a_processor_goes_to_the_owner_of_the_key(styles, scripted) -> None:
    cluster = scripted(2)
    client = styles.client(cluster)
    for key in range(8):
        assert styles.call(client.map().execute_on_key, key, PROCESSOR) == key
        request = cluster.seen("Map.ExecuteOnKey")[-1]
        assert request.member is cluster.owner(client.partitions.get_partition_id(key))


def test_no_keys_are_nothing_to_ask(styles, scripted) -> None:
    cluster = scripted()
    numbers = styles.client(cluster).map()
    assert styles.call(numbers.execute_on_keys, [], PROCESSOR) == []
    assert not cluster.seen("Map.ExecuteOnKeys")


def test_any_kind_of_keys_will_do(styles, scripted) -> None:
    cluster = scripted()
    numbers = styles.client(cluster).map()
    cluster.script("Map.ExecuteOnKeys", answer([]))
    assert styles.call(numbers.execute_on_keys, (key for key in (1, 2)), PROCESSOR) == []
    assert len(cluster.seen("Map.ExecuteOnKeys")[0].fields.keys) == 2


@pytest.mark.parametrize("what", ["connection", "refusal of users' code"])
def test_what_may_have_run_is_not_run_again(styles, scripted, what) -> None:
    cluster = scripted()
    numbers = styles.client(cluster).map()
    cluster.script("Map.ExecuteOnKey", hang_up if what == "connection" else fail(NOT_YOURS))
    error = styles.error(numbers.execute_on_key, 1, PROCESSOR)
    assert isinstance(error, HazelcastError)
    assert isinstance(error, TargetDisconnectedError) is (what == "connection")
    assert error.outcome is Outcome.UNKNOWN
    assert len(cluster.seen("Map.ExecuteOnKey")) == 1


def test_what_was_refused_at_the_door_is_asked_again(styles, scripted) -> None:
    cluster = scripted()
    numbers = styles.client(cluster).map()
    cluster.script("Map.ExecuteOnKey", fail(39), fail(39))
    assert styles.call(numbers.execute_on_key, 1, PROCESSOR) == 1
    assert len(cluster.seen("Map.ExecuteOnKey")) == 3


def test_replace_all_asks_every_partition_once(styles, scripted) -> None:
    cluster = scripted(2)
    numbers = styles.client(cluster).map()
    assert styles.call(numbers.replace_all, PROCESSOR) is None
    asked = [one.partition for one in cluster.seen("Map.ReplaceAll")]
    assert sorted(asked) == list(range(cluster.partition_count))


def test_replace_all_that_failed_in_part(styles, scripted) -> None:
    cluster = scripted()
    numbers = styles.client(cluster).map()
    cluster.script("Map.ReplaceAll", hang_up)
    error = styles.error(numbers.replace_all, PROCESSOR)
    assert isinstance(error, TargetDisconnectedError)
    assert error.outcome is Outcome.UNKNOWN
    assert error.facts["partitions"] == cluster.partition_count
    partitions = [one.partition for one in cluster.seen("Map.ReplaceAll")]
    assert len(set(partitions)) == len(partitions)


def test_interceptors(styles, scripted) -> None:
    cluster = scripted()
    numbers = styles.client(cluster).map()
    cluster.script("Map.AddInterceptor", answer("its id"))
    cluster.script("Map.RemoveInterceptor", answer(True), answer(False))
    assert styles.call(numbers.add_interceptor, "an interceptor") == "its id"
    assert styles.call(numbers.remove_interceptor, "its id") is True
    assert styles.call(numbers.remove_interceptor, "its id") is False
    assert {one.fields.id for one in cluster.seen("Map.RemoveInterceptor")} == {"its id"}


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("execute_on_key", (None, PROCESSOR)),
        ("execute_on_key", (1, None)),
        ("execute_on_keys", (None, PROCESSOR)),
        ("execute_on_keys", ([1, None], PROCESSOR)),
        ("execute_on_entries", (None,)),
        ("replace_all", (None,)),
        ("add_interceptor", (None,)),
        ("remove_interceptor", (None,)),
    ],
)
def test_nothing_is_sent_about_none(styles, scripted, method, arguments) -> None:
    cluster = scripted()
    numbers = styles.client(cluster).map()
    error = styles.error(getattr(numbers, method), *arguments)
    assert isinstance(error, NullArgumentError)
    assert error.outcome is Outcome.NOT_SENT
    names = "ExecuteOnKey", "ExecuteOnKeys", "ExecuteOnAllKeys", "ReplaceAll"
    for name in (*names, "AddInterceptor", "RemoveInterceptor"):
        assert not cluster.seen(f"Map.{name}")
