# SPDX-License-Identifier: Apache-2.0
"""Every method of a map, with ordinary and odd arguments, in each style."""

from __future__ import annotations

import copy
import pickle
import uuid

import pytest

from gridwire.errors import Outcome
from gridwire.hazelcast.config import IntType
from gridwire.hazelcast.errors import HazelcastSerializationError, NullArgumentError
from gridwire.testing import HazelcastCluster
from support.map_calls import CASES, play
from support.scripted_replies import fail


@pytest.mark.parametrize("case", CASES)
def test_calls_give_what_they_should(styles, cluster, case) -> None:
    numbers = styles.client(cluster).map(f"{case} {uuid.uuid4()}")
    for number, (method, expected, came) in enumerate(play(styles.call, numbers, case)):
        assert came == expected, (number, method)
        assert type(came) is type(expected) or not isinstance(expected, (int, bool, str, dict))


def test_a_refused_argument_was_never_sent(styles, scripted) -> None:
    cluster = scripted()
    numbers = styles.client(cluster).map()
    error = styles.error(numbers.put, None, 1)
    assert isinstance(error, NullArgumentError)
    assert isinstance(error, AssertionError)
    assert error.outcome is Outcome.NOT_SENT
    assert "key" in str(error)
    assert "value" in str(styles.error(numbers.put, 1, None))
    error = styles.error(numbers.set, 1, object())
    assert isinstance(error, HazelcastSerializationError)
    assert "object" in str(error)
    assert not cluster.seen("Map.Put") + cluster.seen("Map.Set")


ODD_TIMES = {
    "negative": -1,
    "not a number": float("nan"),
    "endless": float("inf"),
    "too large": 1e30,
}


@pytest.mark.parametrize("method", ["set", "put", "put_if_absent", "put_transient"])
def test_times_that_cannot_be_are_refused(styles, scripted, method) -> None:
    cluster = scripted()
    numbers = styles.client(cluster).map()
    cluster.forget()
    for seconds in ODD_TIMES.values():
        for keyword in ("ttl", "max_idle"):
            error = styles.error(getattr(numbers, method), 1, 2, **{keyword: seconds})
            assert isinstance(error, ValueError)
            assert keyword in str(error)
    assert isinstance(styles.error(numbers.set_ttl, 1, -1), ValueError)
    assert isinstance(styles.error(numbers.try_put, 1, 2, -1), ValueError)
    assert isinstance(styles.error(numbers.set, 1, 2, ttl="1"), TypeError)
    assert not cluster.seen("Map.Set")


TIMES = {None: -1, 0: 0, 1: 1000, 0.5: 500, 1.001: 1001, 0.57: 570, 0.0004: 1, 1e9: 10**12}


def test_times_are_sent_in_milliseconds(styles, scripted) -> None:
    # What is shorter than a millisecond is not "for ever", which 0 would mean.
    cluster = scripted()
    numbers = styles.client(cluster).map()
    for seconds, milliseconds in TIMES.items():
        styles.call(numbers.set, 1, 2, ttl=seconds)
        assert cluster.seen("Map.Set")[-1].fields.ttl == milliseconds
        styles.call(numbers.put, 1, 2, ttl=seconds)
        assert cluster.seen("Map.Put")[-1].fields.ttl == milliseconds
        if seconds is not None:
            styles.call(numbers.try_put, 1, 2, seconds)
            assert cluster.seen("Map.TryPut")[-1].fields.timeout == milliseconds


def test_try_put_says_no_when_the_member_does(styles, scripted) -> None:
    cluster = scripted()
    numbers = styles.client(cluster).map()
    cluster.always("Map.TryPut", lambda request: request.answer(False))
    assert styles.call(numbers.try_put, 1, 2) is False


def test_whatever_can_be_iterated_can_name_keys(styles, cluster) -> None:
    numbers = styles.client(cluster).map(f"iterables {uuid.uuid4()}")
    styles.call(numbers.put_all, {key: key for key in range(5)})
    expected = {1: 1, 2: 2}
    for keys in ((1, 2), {1, 2}, iter([1, 2]), {1: 0, 2: 0}, (key for key in (1, 2)), range(1, 3)):
        assert styles.call(numbers.get_all, keys) == expected


def test_the_keys_to_load_are_sent(styles, scripted) -> None:
    cluster = scripted()
    numbers = styles.client(cluster).map()
    cluster.always("Map.LoadGivenKeys", lambda request: request.answer())
    cluster.always("Map.LoadAll", lambda request: request.answer())
    styles.call(numbers.load_all, iter([1, 2]), replace_existing_values=False)
    styles.call(numbers.load_all)
    (some,), (everything,) = cluster.seen("Map.LoadGivenKeys"), cluster.seen("Map.LoadAll")
    assert len(some.fields.keys) == 2
    assert some.fields.replace_existing_values is False
    assert everything.fields.replace_existing_values is True


def test_destroy_removes_the_map_and_it_may_be_used_again(styles, cluster) -> None:
    client = styles.client(cluster)
    name = f"destroyed {uuid.uuid4()}"
    numbers = client.map(name)
    styles.call(numbers.put_all, {key: key for key in range(50)})
    assert styles.call(numbers.destroy) is True
    assert styles.call(numbers.destroy) is False
    again = client.map(name)
    assert styles.call(again.size) == 0
    styles.call(again.set, 1, "x")
    assert styles.call(numbers.get, 1) == "x"


def test_two_clients_see_the_same_map(styles, cluster) -> None:
    name = f"shared {uuid.uuid4()}"
    one, other = styles.client(cluster).map(name), styles.client(cluster).map(name)
    styles.call(one.set, 1, "x")
    assert styles.call(other.get, 1) == "x"
    styles.call(other.remove, 1)
    assert styles.call(one.is_empty) is True


def test_integers_are_written_as_configured(styles, cluster) -> None:
    name = f"integers {uuid.uuid4()}"
    wide = styles.client(cluster, default_int_type=IntType.LONG).map(name)
    styles.call(wide.set, "large", 2**40)
    narrow = styles.client(cluster).map(name)
    assert styles.call(narrow.get, "large") == 2**40
    styles.call(wide.set, 7, "long")
    # A long and an int are two keys.
    assert styles.call(narrow.get, 7) is None
    error = styles.error(narrow.set, 1, 2**40)
    assert "default_int_type" in str(error)


def test_little_endian_values_are_read_back(styles, cluster) -> None:
    numbers = styles.client(cluster, is_big_endian=False).map(f"little {uuid.uuid4()}")
    for value in (1, 2**31 - 1, "é", 1.5, [1, 2], uuid.UUID(int=5)):
        styles.call(numbers.set, value if not isinstance(value, list) else "list", value)
        assert styles.call(numbers.get, value if not isinstance(value, list) else "list") == value
    assert len(styles.call(numbers.key_set)) == 6


def test_errors_survive_a_pickle(styles, scripted) -> None:
    cluster = scripted()
    numbers = styles.client(cluster).map()
    cluster.script("Map.Get", fail(22, "disk full"))
    errors = [
        styles.error(numbers.get, 1),
        styles.error(numbers.get, None),
        styles.error(numbers.set, 1, object()),
        styles.error(numbers.set, 1, 2, ttl=-1),
    ]
    cluster.script("Map.PutAll", *[fail(42)] * 13)
    errors.append(styles.error(numbers.put_all, {1: 2, 3: 4}))
    cluster.always("Map.Set", lambda request: None)
    errors.append(styles.error(numbers.set, 1, 2, timeout=0.05))
    for error in errors:
        for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
            assert type(twin) is type(error)
            assert str(twin) == str(error)
            assert getattr(twin, "outcome", None) is getattr(error, "outcome", None)
            assert getattr(twin, "facts", None) == getattr(error, "facts", None)
    partial = pickle.loads(pickle.dumps(errors[4]))
    assert partial.outcomes == errors[4].outcomes


def test_a_map_is_generic_in_the_type_checker_and_at_run_time(styles, scripted) -> None:
    numbers = styles.client(scripted()).map("typed")
    assert type(numbers)[str, int] is not None
    assert numbers.name == "typed"
    assert numbers.service_name == "hz:impl:mapService"
    assert "typed" in repr(numbers)


def test_large_amounts_go_in_and_out(styles_and_uvloop) -> None:
    styles = styles_and_uvloop
    with HazelcastCluster(members=3) as cluster:
        numbers = styles.client(cluster).map()
        entries = {key: f"value of {key}" for key in range(5_000)}
        styles.call(numbers.put_all, entries)
        assert styles.call(numbers.size) == 5_000
        assert styles.call(numbers.get_all, entries) == entries
        assert dict(styles.call(numbers.entry_set)) == entries
