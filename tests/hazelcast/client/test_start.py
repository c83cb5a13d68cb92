# SPDX-License-Identifier: Apache-2.0
"""How a client gets in: addresses, the first exchange, and errors that say why it cannot."""

from __future__ import annotations

import socket
import time

import pytest

from gridwire.errors import AccessDeniedError
from gridwire.hazelcast.errors import (
    ClientNotAllowedInClusterError,
    IllegalStateError,
    InvalidConfigurationError,
)
from support.call_styles import error_of
from support.scripted_map import refuse
from support.scripted_replies import hang_up, silence

QUICK = {"retry_initial_backoff": 0.02, "cluster_connect_timeout": 0.06}


def free_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as sock:
            sock.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.parametrize("form", ["127.0.0.1:{}", "localhost:{}", "[::ffff:127.0.0.1]:{}"])
def test_an_address_may_be_written_in_several_forms(styles, scripted, form) -> None:
    cluster = scripted()
    where = form.format(cluster.members[0].port)
    client = styles.client(cluster, cluster_members=[where])
    assert styles.call(client.map().get, 1) is None


@pytest.mark.skipif(not has_ipv6(), reason="there is no IPv6 loopback")
def test_members_may_live_on_ipv6(styles_and_uvloop, scripted) -> None:
    cluster = scripted(2, host="::1")
    client = styles_and_uvloop.client(cluster)
    assert {str(one.address) for one in client.cluster.get_members()} == set(cluster.addresses)
    for key in range(10):
        styles_and_uvloop.call(client.map().set, key, key)
    assert all(member.seen("Map.Set") for member in cluster.members)


def test_addresses_that_do_not_answer_are_passed_over(styles, scripted) -> None:
    cluster = scripted()
    dead = [f"127.0.0.1:{free_port()}" for _ in range(3)]
    client = styles.client(cluster, cluster_members=[*dead, *cluster.addresses])
    assert styles.call(client.map().get, 1) is None


def test_addresses_are_tried_in_the_given_order_unless_shuffled(styles, scripted) -> None:
    cluster = scripted(4)
    last = cluster.members[-1]
    wanted = [last.address, *cluster.addresses[:-1]]
    styles.client(cluster, cluster_members=wanted, shuffle_member_list=False)
    assert cluster.seen("Client.Authentication")[0].member is last
    assert cluster.seen("Client.AddClusterViewListener")[0].member is last


def test_the_list_is_shuffled_by_default(scripted, styles) -> None:
    cluster = scripted(4)
    first = set()
    for _ in range(40):
        cluster.forget()
        styles.client(cluster, smart_routing=False).shutdown()
        first.add(cluster.seen("Client.Authentication")[0].member)
        if len(first) > 1:
            return
    raise AssertionError("40 clients began with the same member")


def test_the_first_exchange_says_who_the_client_is(styles, scripted) -> None:
    cluster = scripted(3)
    client = styles.client(
        cluster,
        client_name="the bookkeeper",
        labels=["night", "batch"],
        creds_username="ann",
        creds_password="secret",
    )
    said = [one.fields for one in cluster.seen("Client.Authentication")]
    assert len(said) == 3
    assert len({fields.uuid for fields in said}) == 1
    for fields in said:
        assert (fields.client_name, fields.labels) == ("the bookkeeper", ["night", "batch"])
        assert (fields.username, fields.password) == ("ann", "secret")
        assert (fields.client_type, fields.serialization_version) == ("PYH", 1)
        assert fields.routing_mode == 1
    assert client.raw.name == "the bookkeeper"
    assert "secret" not in repr(client.raw)


def test_clients_without_a_name_get_different_ones(styles, scripted) -> None:
    cluster = scripted()
    one, other = styles.client(cluster), styles.client(cluster)
    said = [request.fields for request in cluster.seen("Client.Authentication")]
    assert [one.raw.name, other.raw.name] == [fields.client_name for fields in said]
    assert one.raw.name != other.raw.name
    assert said[0].uuid != said[1].uuid


def test_a_wrong_cluster_name_is_named_in_the_error(styles, scripted) -> None:
    cluster = scripted(2)
    with pytest.raises(IllegalStateError) as caught:
        styles.client(cluster, cluster_name="wrong one", **QUICK)
    text = str(caught.value)
    assert "wrong one" in text
    assert all(address in text for address in cluster.addresses)
    assert "cluster name" in text
    assert "credentials" in text


def test_an_unknown_option_names_the_nearest(styles) -> None:
    with pytest.raises(InvalidConfigurationError, match="cluster_name"):
        styles.client(clustername="x")


def test_an_option_without_effect_is_refused(styles) -> None:
    with pytest.raises(InvalidConfigurationError):
        styles.client(reliable_topics={"t": {}})


def test_a_cluster_that_is_away_is_given_up_in_time(styles) -> None:
    places = [f"127.0.0.1:{free_port()}" for _ in range(2)]
    began = time.monotonic()
    with pytest.raises(IllegalStateError) as caught:
        styles.client(cluster_members=places, cluster_connect_timeout=0.1)
    assert 0.1 <= time.monotonic() - began < 3
    assert all(place in str(caught.value) for place in places)
    assert str(caught.value).count("Errno") == 2


def test_a_cluster_may_come_later(styles, scripted) -> None:
    cluster = scripted()
    member = cluster.members[0]
    member.kill()
    starting = styles.aside(styles.client, cluster)
    assert not starting.done()
    member.revive()
    client = starting.result(10)
    assert styles.call(client.map().get, 1) is None


def test_a_client_that_is_not_allowed_gives_up_at_once(styles, scripted) -> None:
    cluster = scripted()
    cluster.always("Client.Authentication", refuse(3))
    with pytest.raises(ClientNotAllowedInClusterError):
        styles.client(cluster)
    assert len(cluster.seen("Client.Authentication")) == 1


def test_a_refusal_is_an_answer_of_each_round_not_the_end(styles, scripted) -> None:
    # A member that starts refuses everybody for a moment.
    cluster = scripted()
    cluster.script("Client.Authentication", refuse(1), refuse(1), refuse(2), refuse(77))
    client = styles.client(cluster, retry_initial_backoff=0.01, retry_on_auth_failure=True)
    assert styles.call(client.map().get, 1) is None
    assert len(cluster.seen("Client.Authentication")) == 5


def test_a_member_that_accepts_and_is_silent_is_passed_over(styles, scripted) -> None:
    silent, well = scripted(), scripted()
    silent.always("Client.Authentication", silence)
    client = styles.client(
        well,
        cluster_members=[*silent.addresses, *well.addresses],
        shuffle_member_list=False,
        heartbeat_interval=0.03,
        heartbeat_timeout=0.1,
    )
    assert styles.call(client.map().get, 1) is None
    silent.wait_until(lambda: not silent.members[0].connections)


def test_a_peer_that_hangs_up_is_passed_over(styles, scripted) -> None:
    rude, well = scripted(), scripted()
    rude.members[0].on_connect = lambda connection: connection.close()
    other = scripted()
    other.always("Client.Authentication", hang_up)
    places = [*rude.addresses, *other.addresses, *well.addresses]
    client = styles.client(well, cluster_members=places, shuffle_member_list=False)
    assert styles.call(client.map().get, 1) is None


def test_a_connection_that_is_never_accepted_ends_by_connection_timeout(styles) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        fillers = []
        for _ in range(3):
            fillers.append(socket.socket())
            fillers[-1].setblocking(False)
            fillers[-1].connect_ex(deaf.getsockname())
        began = time.monotonic()
        with pytest.raises(IllegalStateError, match="connection_timeout"):
            styles.client(
                cluster_members=[f"127.0.0.1:{deaf.getsockname()[1]}"],
                connection_timeout=0.1,
                cluster_connect_timeout=0.1,
            )
        assert time.monotonic() - began < 3
        for filler in fillers:
            filler.close()


def test_members_are_connected_to_at_the_same_time(styles, scripted) -> None:
    cluster = scripted(4)
    first, *others = cluster.members
    holds = [member.hold("Client.Authentication") for member in others]
    starting = styles.aside(styles.client, cluster, cluster_members=[first.address])
    # Each of them is asked although none has answered.
    requests = [held.next() for held in holds]
    assert not starting.done()
    for request in requests:
        request.answer_as_usual()
    starting.result(10)
    cluster.wait_until(lambda: all(len(one.connections) == 1 for one in cluster.members))


def test_views_may_come_by_events_alone(styles, scripted) -> None:
    cluster = scripted(3, views_at_once=False)
    client = styles.client(cluster)
    assert [one.uuid for one in client.cluster.get_members()] == [
        one.uuid for one in cluster.members
    ]
    cluster.wait_until(lambda: all(member.connections for member in cluster.members))
    assert client.partitions.get_partition_count() == 13


@pytest.mark.skipif(not hasattr(socket, "TCP_MAXSEG"), reason="the platform has no TCP_MAXSEG")
def test_socket_options_are_set_before_connecting(styles, scripted) -> None:
    cluster = scripted()
    segment = (socket.IPPROTO_TCP, socket.TCP_MAXSEG)
    styles.client(cluster, socket_options=[(*segment, 777)])
    # The client's largest segment is said with the first packet, so the member knows it.
    connection = cluster.members[0].connections[0]
    assert connection.socket_option(*segment) <= 777


def test_a_start_that_fails_is_an_error_of_its_own_kind(styles, scripted) -> None:
    cluster = scripted()
    cluster.always("Client.Authentication", refuse(1))
    error = error_of(styles.aside(styles.client, cluster, **QUICK))
    assert isinstance(error, IllegalStateError)
    assert not isinstance(error, AccessDeniedError)
    assert error.hint is not None
