# SPDX-License-Identifier: Apache-2.0
"""A refusal ends an address and not the search; a whole round of them ends a start."""

from __future__ import annotations

import uuid

import pytest

from gridwire.errors import Outcome
from gridwire.hazelcast.errors import (
    ClientNotAllowedInClusterError,
    HazelcastClientNotActiveError,
    IllegalStateError,
)
from gridwire.testing import HazelcastCluster
from support.diary import Diary
from support.scripted_map import refuse
from support.scripted_replies import hang_up

REFUSALS = {"name or credentials": 1, "serialization": 2, "not allowed": 3}

QUICK = {"retry_initial_backoff": 0.02}


@pytest.mark.parametrize("status", REFUSALS.values(), ids=REFUSALS)
def test_a_foreign_cluster_on_one_port_does_not_hide_ours_on_the_next(
    styles, scripted, status
) -> None:
    foreign, ours = scripted(), scripted()
    foreign.always("Client.Authentication", refuse(status))
    places = [*foreign.addresses, *ours.addresses]
    client = styles.client(ours, cluster_members=places, shuffle_member_list=False)
    assert styles.call(client.map().get, 1) is None
    assert len(foreign.seen("Client.Authentication")) == 1


def test_another_cluster_of_the_testing_package_is_passed_over(styles) -> None:
    with (
        HazelcastCluster(cluster_name="theirs") as theirs,
        HazelcastCluster(cluster_name="ours") as ours,
    ):
        places = [*theirs.addresses, *ours.addresses]
        client = styles.client(ours, cluster_members=places, shuffle_member_list=False)
        assert styles.call(client.map().size) == 0
        with pytest.raises(IllegalStateError) as caught:
            styles.client(ours, cluster_members=places, cluster_name="nobody's")
        text = str(caught.value)
        assert all(place in text for place in places)
        assert "nobody's" in text
        assert "credentials" in text
        # Or it would look for its cluster while that goes.
        client.shutdown()


@pytest.mark.parametrize("status", REFUSALS.values(), ids=REFUSALS)
def test_a_start_ends_when_all_who_answer_refuse(styles_and_uvloop, scripted, status) -> None:
    foreign, gone = scripted(2), scripted()
    foreign.always("Client.Authentication", refuse(status))
    gone.members[0].kill()
    places = [*gone.addresses, *foreign.addresses]
    # Without any limit of time: it is the answers that end it.
    with pytest.raises((IllegalStateError, ClientNotAllowedInClusterError)) as caught:
        styles_and_uvloop.client(foreign, cluster_members=places)
    assert all(place in str(caught.value) for place in places)
    assert len(foreign.seen("Client.Authentication")) == 2


def test_a_start_goes_on_while_somebody_answers_otherwise(styles, scripted) -> None:
    foreign, starting = scripted(), scripted()
    foreign.always("Client.Authentication", refuse(1))
    starting.script("Client.Authentication", hang_up, hang_up)
    places = [*foreign.addresses, *starting.addresses]
    client = styles.client(starting, cluster_members=places, **QUICK)
    assert styles.call(client.map().get, 1) is None


def test_a_start_goes_on_while_nobody_answers(styles, scripted) -> None:
    cluster = scripted()
    member = cluster.members[0]
    member.kill()
    starting = styles.aside(styles.client, cluster)
    assert not starting.done()
    member.revive()
    assert styles.call(starting.result(10).map().size) == 0


def test_a_status_that_nobody_knows_is_no_refusal_for_good(styles, scripted) -> None:
    cluster = scripted()
    cluster.script("Client.Authentication", refuse(77), refuse(78))
    client = styles.client(cluster, **QUICK)
    assert styles.call(client.map().size) == 0


def test_refusals_can_be_outlasted(styles, scripted) -> None:
    cluster = scripted()
    cluster.script("Client.Authentication", *[refuse(one) for one in REFUSALS.values()])
    client = styles.client(cluster, retry_on_auth_failure=True, **QUICK)
    assert styles.call(client.map().size) == 0
    assert client.raw.diagnostics()["counters"]["connections_failed"] == 3


def test_refusals_are_not_outlasted_beyond_the_time(styles, scripted) -> None:
    cluster = scripted()
    cluster.always("Client.Authentication", refuse(1))
    with pytest.raises(IllegalStateError, match=r"within 0\.1 s"):
        styles.client(cluster, retry_on_auth_failure=True, cluster_connect_timeout=0.1, **QUICK)
    assert len(cluster.seen("Client.Authentication")) > 1


def test_on_a_reconnect_an_identity_service_that_is_down_is_waited_for(styles) -> None:
    states = Diary()
    down: list[Exception] = []

    class Provider:
        def token(self, address: object) -> bytes:
            if down:
                raise down.pop()
            return b"token"

    with HazelcastCluster(token="token") as cluster:
        client = styles.client(cluster, token_provider=Provider(), lifecycle_listeners=[states])
        states.until("CONNECTED")
        down += [OSError("the identity service is down")] * 3
        cluster.disconnect()
        states.until("DISCONNECTED")
        assert states.until("CONNECTED") == ["CONNECTED"]
        assert not down
        assert styles.call(client.map().size) == 0


@pytest.mark.parametrize("status", REFUSALS.values(), ids=REFUSALS)
def test_on_a_reconnect_refusals_are_logged_and_the_rounds_go_on(
    styles_and_uvloop, scripted, status, caplog
) -> None:
    styles = styles_and_uvloop
    states = Diary()
    cluster = scripted()
    client = styles.client(cluster, lifecycle_listeners=[states])
    member = cluster.members[0]
    states.until("CONNECTED")
    member.kill()
    states.until("DISCONNECTED")
    cluster.script("Client.Authentication", refuse(status), refuse(status), refuse(status))
    member.revive()
    assert states.until("CONNECTED") == ["CONNECTED"]
    assert styles.call(client.map().size) == 0
    lines = [one for one in caplog.records if "cannot join by" in one.getMessage()]
    assert any(getattr(one, "address", "") == member.address for one in lines)


def test_only_another_number_of_partitions_ends_a_reconnect(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    states = Diary()
    cluster = scripted()
    client = styles.client(cluster, lifecycle_listeners=[states])
    numbers = client.map()
    states.until("CONNECTED")
    cluster.members[0].kill()
    states.until("DISCONNECTED")
    cluster.partition_count = 17
    cluster.cluster_id = uuid.uuid4()
    cluster.members[0].revive()
    states.until("SHUTDOWN")
    error = styles.error(numbers.get, 1)
    assert type(error) is HazelcastClientNotActiveError
    assert type(error.__cause__) is ClientNotAllowedInClusterError
    assert "17" in str(error)
    assert "13" in str(error)


def test_another_number_of_partitions_on_one_port_does_not_hide_ours(styles, scripted) -> None:
    states = Diary()
    before, other, after = scripted(), scripted(partition_count=17), scripted()
    after.cluster_id = before.cluster_id
    other.script("Client.Authentication", refuse(1))
    client = styles.client(
        before,
        cluster_members=[*other.addresses, *before.addresses, *after.addresses],
        shuffle_member_list=False,
        lifecycle_listeners=[states],
    )
    states.until("CONNECTED")
    before.members[0].kill()
    assert states.until("CONNECTED") == ["DISCONNECTED", "CONNECTED"]
    assert len(other.seen("Client.Authentication")) == 2
    assert styles.call(client.map().size) == 0


@pytest.mark.parametrize("count", [0, -1, 2**31 - 1])
def test_a_number_of_partitions_that_cannot_be_costs_no_memory(styles, scripted, count) -> None:
    cluster = scripted()
    cluster.table = list
    cluster.partition_count = count
    with pytest.raises(IllegalStateError, match="partitions"):
        styles.client(cluster, cluster_connect_timeout=0.01, **QUICK)


def outcomes_told(text: str) -> list[Outcome]:
    """Whatever a text says about what the server did."""
    return [one for one in Outcome for _ in range(text.count(one.sentence))]


def test_an_error_says_once_what_there_is_to_do(styles_and_uvloop, scripted) -> None:
    foreign = scripted(3)
    foreign.always("Client.Authentication", refuse(1))
    with pytest.raises(IllegalStateError) as caught:
        styles_and_uvloop.client(foreign, **QUICK)
    text = str(caught.value)
    assert all(f"{place}: the member refused" in text for place in foreign.addresses)
    assert text.count("Check cluster_name") == 1
    assert "retry_on_auth_failure" in text
    assert outcomes_told(text) == []


def test_a_connection_that_is_lost_while_joining_says_nothing_of_operations(
    styles, scripted
) -> None:
    cluster = scripted()
    cluster.always("Client.AddClusterViewListener", hang_up)
    with pytest.raises(IllegalStateError) as caught:
        styles.client(cluster, cluster_connect_timeout=0, **QUICK)
    text = str(caught.value)
    assert "lost" in text
    assert Outcome.UNKNOWN.sentence not in text


@pytest.mark.parametrize("status", [1, 3])
def test_a_client_that_ended_by_itself_says_of_a_call_only_what_became_of_it(
    styles_and_uvloop, scripted, status
) -> None:
    styles = styles_and_uvloop
    states = Diary()
    cluster = scripted()
    cluster.members[0].kill()
    client = styles.client(cluster, async_start=True, lifecycle_listeners=[states], **QUICK)
    numbers = client.map()
    cluster.always("Client.Authentication", refuse(status))
    cluster.members[0].revive()
    states.until("SHUTDOWN")
    error = styles.error(numbers.set, 1, 1)
    assert type(error) is HazelcastClientNotActiveError
    assert error.outcome is Outcome.NOT_SENT
    assert outcomes_told(str(error)) == [Outcome.NOT_SENT]
    # Why it ended, and what there is to do about that.
    assert cluster.addresses[0] in str(error)
    assert "retry_on_auth_failure" in error.hint
