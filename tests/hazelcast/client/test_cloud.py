# SPDX-License-Identifier: Apache-2.0
"""Clusters in Hazelcast Cloud: a coordinator tells the public addresses, for a token."""

from __future__ import annotations

import logging
import time

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from gridwire._core.addresses import Endpoint
from gridwire.errors import GridwireError
from gridwire.hazelcast.config import Config
from gridwire.hazelcast.control.cloud import (
    MAX_ANSWER_BYTES,
    MAX_ANSWER_MEMBERS,
    read_answer,
)
from gridwire.hazelcast.core import Address
from gridwire.hazelcast.errors import HazelcastError
from gridwire.testing import HazelcastCluster
from support.coordinator import Coordinator, trust
from support.patience import until

PRIVATE = "127.66.0.2"
TOKEN = "tea&milk="
QUICK = {"retry_initial_backoff": 0.02, "cluster_connect_timeout": 0.06}


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def coordinator(authority, tmp_path, monkeypatch):
    trust(authority, tmp_path, monkeypatch)
    made = Coordinator(authority, TOKEN)
    yield made
    made.stop()


@pytest.fixture
def cloud(coordinator):
    """A cluster whose members are only told to each other where they are."""
    with HazelcastCluster(members=2, advertised_host=PRIVATE) as cluster:
        coordinator.tell(cluster.addresses, PRIVATE)
        yield cluster


def connected(client) -> set[str]:
    return {str(one.address) for one in client.raw._core.state.routes.connections}


def options(coordinator, cluster_name: str, **more: object) -> dict[str, object]:
    return {
        "cluster_name": cluster_name,
        "cloud_discovery_token": TOKEN,
        "cloud_base_url": coordinator.url,
        "retry_initial_backoff": 0.02,
        "retry_max_backoff": 0.1,
        **more,
    }


def whole(error: BaseException | None) -> str:
    parts = []
    while error is not None:
        parts.append(f"{error!r} {error} {getattr(error, '__notes__', '')}")
        error = error.__cause__ or error.__context__
    return "\n".join(parts)


def test_members_are_found_and_translated(styles, coordinator, cloud) -> None:
    client = styles.client(**options(coordinator, cloud.cluster_name))
    assert connected(client) == set(cloud.addresses)
    assert {one.address.host for one in client.cluster.get_members()} == {PRIVATE}
    for key in range(20):
        styles.call(client.map().set, key, key)
    assert coordinator.asked == [TOKEN]
    assert TOKEN not in repr(client.raw)
    client.shutdown()


def test_a_member_that_joins_later_is_asked_for(styles, coordinator, cloud, monkeypatch) -> None:
    monkeypatch.setattr("gridwire.hazelcast.control.discovery.MIN_REFRESH_SECONDS", 0.0)
    client = styles.client(**options(coordinator, cloud.cluster_name))
    cloud.start_member()
    coordinator.tell(cloud.addresses, PRIVATE)
    until(lambda: connected(client) == set(cloud.addresses))
    assert len(coordinator.asked) > 1
    client.shutdown()


def test_the_coordinator_is_asked_again_when_the_client_comes_back(
    styles, coordinator, cloud
) -> None:
    client = styles.client(**options(coordinator, cloud.cluster_name))
    the_map = client.map()
    before = len(coordinator.asked)
    old, _ = cloud.members
    cloud.members[1].kill()
    old.restart_with_new_address()
    coordinator.tell(cloud.addresses, PRIVATE)
    assert styles.call(the_map.get, 1) is None
    until(lambda: connected(client) == set(cloud.addresses))
    assert len(coordinator.asked) > before
    client.shutdown()


def test_what_was_told_before_helps_while_the_coordinator_is_down(
    styles, coordinator, cloud
) -> None:
    client = styles.client(**options(coordinator, cloud.cluster_name))
    the_map = client.map()
    coordinator.status = 503
    assert cloud.disconnect() == 2
    assert styles.call(the_map.get, 1) is None
    client.shutdown()


FAILURES = {
    "status 500": ({"status": 500}, "HTTP 500"),
    "a redirection": ({"status": 302}, "HTTP 302"),
    "no JSON": ({"body": b"<html>"}, "is not JSON"),
    "deep JSON": ({"body": b"[" * 100_000}, "is not JSON"),
    "not UTF-8": ({"body": b'["\xff\xff"]'}, "is not JSON"),
    "no list": ({"body": b'{"a": 1}'}, "is not a list"),
    "nobody": ({"body": b"[]"}, "knows no member"),
    "an odd member": ({"body": b"[3]"}, "member 1 without its public-address"),
    "too many": ({"body": b"[" + b"0," * 1000 + b"0]"}, "names 1001 members, more than 1000"),
    "too long": ({"body": b" " * (MAX_ANSWER_BYTES + 1)}, "longer than 1,048,576 bytes"),
}


@pytest.mark.parametrize("case", FAILURES)
def test_what_goes_wrong_with_the_coordinator_is_named(styles, coordinator, case, caplog) -> None:
    attributes, said = FAILURES[case]
    for name, value in attributes.items():
        setattr(coordinator, name, value)
    with caplog.at_level(logging.DEBUG), pytest.raises(HazelcastError) as caught:
        styles.client(**options(coordinator, "dev", **QUICK))
    assert said in whole(caught.value)
    assert f"{coordinator.url}/cluster/discovery?token=***" in whole(caught.value)
    assert_masked(caught.value, caplog)


def test_an_answer_that_is_no_http_is_named(styles, coordinator, caplog) -> None:
    coordinator.garble = True
    with caplog.at_level(logging.DEBUG), pytest.raises(HazelcastError) as caught:
        styles.client(**options(coordinator, "dev", **QUICK))
    assert "not HTTP (BadStatusLine)" in whole(caught.value)
    assert_masked(caught.value, caplog)


def test_a_wrong_token_is_told_and_masked(styles, coordinator, caplog) -> None:
    coordinator.token = "another"
    with caplog.at_level(logging.DEBUG), pytest.raises(HazelcastError) as caught:
        styles.client(**options(coordinator, "dev", **QUICK))
    assert "does not accept the token (HTTP 401)" in whole(caught.value)
    assert set(coordinator.asked) == {TOKEN}
    assert_masked(caught.value, caplog)


def test_a_wrong_token_ends_the_start(styles, coordinator) -> None:
    # There is no limit of time here.
    coordinator.token = "another"
    with pytest.raises(HazelcastError, match="HTTP 401"):
        styles.client(**options(coordinator, "dev"))
    assert len(coordinator.asked) == 1


def test_a_wrong_place_is_told(styles, coordinator) -> None:
    base = f"{coordinator.url}/elsewhere/"
    with pytest.raises(HazelcastError) as caught:
        styles.client(**options(coordinator, "dev", cloud_base_url=base, **QUICK))
    assert "HTTP 404" in whole(caught.value)
    assert "/elsewhere/cluster/discovery?token=***" in whole(caught.value)


def test_a_coordinator_that_is_silent_has_its_time(styles, coordinator) -> None:
    coordinator.gate.clear()
    with pytest.raises(HazelcastError) as caught:
        styles.client(**options(coordinator, "dev", connection_timeout=0.3, **QUICK))
    assert "did not answer within 0.3 s (connection_timeout)" in whole(caught.value)


def test_a_coordinator_that_never_ends_has_its_time(styles, coordinator) -> None:
    coordinator.drip = True
    coordinator.body = b"x" * 10_000
    began = time.monotonic()
    with pytest.raises(HazelcastError) as caught:
        styles.client(**options(coordinator, "dev", connection_timeout=0.3, **QUICK))
    assert "did not answer within 0.3 s" in whole(caught.value)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("wrong", ["authority", "host"])
def test_a_certificate_that_is_not_to_be_trusted_ends_it(
    styles, authority, tmp_path, monkeypatch, wrong
) -> None:
    trust(authority, tmp_path, monkeypatch)
    made = Coordinator(
        trustme.CA() if wrong == "authority" else authority,
        host="example.org" if wrong == "host" else "localhost",
    )
    try:
        with pytest.raises(HazelcastError) as caught:
            styles.client(**options(made, "dev", **QUICK))
    finally:
        made.stop()
    assert "certificate verify failed" in whole(caught.value)
    assert made.asked == []


def test_a_coordinator_that_is_not_there_is_told(styles) -> None:
    with pytest.raises(HazelcastError) as caught:
        styles.client(cloud_discovery_token=TOKEN, cloud_base_url="https://127.0.0.1:1", **QUICK)
    assert "Connection refused" in whole(caught.value)


def test_a_slow_coordinator_stalls_nothing(styles, coordinator, cloud) -> None:
    client = styles.client(**options(coordinator, cloud.cluster_name, connection_timeout=10.0))
    coordinator.gate.clear()
    asked = len(coordinator.asked)
    cloud.start_member()
    try:
        # Its private address is not known, so the coordinator is asked as soon as that is allowed.
        assert styles.call(client.map().get, 1) is None
        assert len(coordinator.asked) >= asked
    finally:
        coordinator.gate.set()
    client.shutdown()


def test_a_token_is_not_in_the_texts_of_a_configuration() -> None:
    config = Config()
    config.cloud_discovery_token = TOKEN
    assert TOKEN not in repr(config)
    assert TOKEN not in repr(config.snapshot())


@pytest.mark.parametrize(
    "url",
    [
        "http://a",
        "a",
        "https://",
        "https://a:0",
        "https://u:p@a",
        "https://a?token=s3cret",
        "https://a b",
    ],
)
def test_a_base_url_must_be_https_and_nothing_else(url) -> None:
    with pytest.raises(ValueError, match="https://host") as caught:
        Config().cloud_base_url = url
    assert "s3cret" not in str(caught.value)


def test_ports_and_forms_of_an_answer() -> None:
    found = read_answer(
        b'[{"private-address": "10.0.0.1", "public-address": "example.com:30000"},'
        b'{"private-address": "[fd00::1]:5701", "public-address": "[2001:db8::1]:5702", "x": 1}]'
    )
    assert found == {
        Address("10.0.0.1", 30000): Endpoint("example.com", 30000),
        Address("fd00::1", 5701): Endpoint("2001:db8::1", 5702),
    }


def test_as_many_members_as_may_be_named() -> None:
    def answer(count: int) -> bytes:
        one = '{"private-address": "10.0.%d.%d", "public-address": "192.0.2.1:%d"}'
        return f"[{','.join(one % (n // 250, n % 250, n + 1) for n in range(count))}]".encode()

    assert len(read_answer(answer(MAX_ANSWER_MEMBERS))) == MAX_ANSWER_MEMBERS
    with pytest.raises(HazelcastError, match="more than"):
        read_answer(answer(MAX_ANSWER_MEMBERS + 1))


JSON: st.SearchStrategy[object] = st.deferred(
    lambda: (
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=20)
        | st.lists(JSON, max_size=4)
        | st.dictionaries(
            st.sampled_from(["private-address", "public-address", "x"]), JSON, max_size=3
        )
    )
)


@given(JSON)
def test_whatever_is_answered_ends_in_addresses_or_a_known_error(answer) -> None:
    import json

    try:
        found = read_answer(json.dumps(answer).encode())
    except GridwireError:
        return
    assert found
    assert all(isinstance(place, Endpoint) and place.port for place in found.values())


@given(st.binary(max_size=200))
def test_whatever_bytes_are_answered_end_in_a_known_error(body) -> None:
    with pytest.raises(GridwireError):
        read_answer(body)


def assert_masked(error: BaseException, caplog) -> None:
    text = "\n".join([whole(error), caplog.text, *(repr(vars(each)) for each in caplog.records)])
    assert TOKEN not in text
    assert "tea%26milk" not in text
