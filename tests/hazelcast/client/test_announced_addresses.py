# SPDX-License-Identifier: Apache-2.0
"""Members that announce addresses at which this client cannot reach them, and what helps."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading

import pytest

from gridwire.hazelcast.core import Address
from gridwire.testing import HazelcastCluster

# In the loopback network, where nobody listens: refused at once, as by a network that is elsewhere.
UNREACHABLE = "127.66.0.1"
HERE = "127.0.0.1"


@pytest.fixture(scope="module")
def hidden():
    """Members that announce an address that does not work, and a public one that does."""
    with HazelcastCluster(members=3, advertised_host=UNREACHABLE, public_host=HERE) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def lost():
    """Members that announce nothing else than addresses that do not work."""
    with HazelcastCluster(members=3, advertised_host=UNREACHABLE) as cluster:
        yield cluster


def connected(client) -> set[str]:
    """Where the client's connections lead; nothing public tells it yet."""
    return {str(one.address) for one in client.raw._core.state.routes.connections}


def warned(caplog) -> str:
    return "\n".join(each.getMessage() for each in caplog.records if each.levelno >= 30)


def test_public_addresses_are_used_for_all_members(styles, hidden, caplog) -> None:
    with caplog.at_level(logging.WARNING, "gridwire"):
        client = styles.client(hidden, cluster_members=hidden.addresses[:1], use_public_ip=True)
    assert connected(client) == set(hidden.addresses)
    for key in range(20):
        styles.call(client.map().set, key, key)
    assert {str(one.address.host) for one in client.cluster.get_members()} == {UNREACHABLE}
    assert warned(caplog) == ""


def test_public_addresses_are_candidates_when_the_client_comes_back(styles) -> None:
    with HazelcastCluster(members=2, advertised_host=UNREACHABLE, public_host=HERE) as cluster:
        first, second = cluster.members
        client = styles.client(
            cluster, cluster_members=[first.address], use_public_ip=True, connection_timeout=1.0
        )
        styles.call(client.map().set, 1, "one")
        assert len(connected(client)) == 2
        # The only configured address is gone for good, and so are all connections.
        first.kill()
        assert cluster.disconnect() == 1
        assert styles.call(client.map().get, 1) == "one"
        assert connected(client) == {second.address}
        client.shutdown()


def test_without_the_option_the_warning_names_it(styles, hidden, caplog) -> None:
    with caplog.at_level(logging.WARNING, "gridwire"):
        client = styles.client(hidden, cluster_members=hidden.addresses[:1])
        # It works all the same, by one connection.
        for key in range(20):
            styles.call(client.map().set, key, key)
    assert connected(client) == set(hidden.addresses[:1])
    assert "set use_public_ip=True" in warned(caplog)
    assert UNREACHABLE in warned(caplog)


def test_where_nothing_public_is_announced_other_options_are_named(styles, lost, caplog) -> None:
    with caplog.at_level(logging.WARNING, "gridwire"):
        styles.client(lost, cluster_members=lost.addresses[:1])
    assert "address_translator, or smart_routing=False" in warned(caplog)
    assert "use_public_ip" not in warned(caplog)


def test_a_member_that_is_down_makes_nobody_blame_addresses(styles, scripted, caplog) -> None:
    cluster = scripted(3)
    cluster.members[2].on_connect = lambda connection: connection.close()
    with caplog.at_level(logging.WARNING, "gridwire"):
        styles.client(cluster, cluster_members=cluster.addresses[:1])
    assert "cannot connect to member" in warned(caplog)
    assert "address_translator" not in warned(caplog)


@pytest.mark.parametrize("given", ["hz-0", HERE], ids=["by-name", "by-address"])
@pytest.mark.parametrize("announced", ["hz-0", f"::ffff:{HERE}"], ids=["name", "address"])
def test_a_member_that_is_down_beside_one_of_another_name_is_just_down(
    styles, scripted, caplog, monkeypatch, given, announced
) -> None:
    name_in_the_network(monkeypatch, "hz-0")
    cluster = scripted(2)
    up, down = cluster.members
    up.host, down.host = announced, "hz-1"
    with caplog.at_level(logging.WARNING, "gridwire"):
        client = styles.client(cluster, cluster_members=[f"{given}:{up.port}"])
        assert styles.call(client.map().size) == 0
    assert "cannot connect to member" in warned(caplog)
    assert "address_translator" not in warned(caplog)


def test_names_that_are_good_elsewhere_alone_are_blamed(
    styles, scripted, caplog, monkeypatch
) -> None:
    name_in_the_network(monkeypatch, "hz-9")
    cluster = scripted(2)
    up, down = cluster.members
    up.host, down.host = "hz-0", "hz-1"
    with caplog.at_level(logging.WARNING, "gridwire"):
        styles.client(cluster, cluster_members=[f"{HERE}:{up.port}"])
    assert "cannot connect to member" in warned(caplog)
    assert "Set address_translator" in warned(caplog)


def name_in_the_network(monkeypatch, name: str) -> None:
    """One name leads here, by two addresses as in a network of both kinds; others to nobody."""
    real = socket.getaddrinfo

    def look_up(host, port, *arguments, flags=0, **options):
        if flags or not host.startswith("hz-"):
            return real(host, port, *arguments, flags=flags, **options)
        if host != name:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        places = [(HERE, port), (UNREACHABLE, port)]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", place) for place in places]

    monkeypatch.setattr("socket.getaddrinfo", look_up)


def test_a_port_that_is_none_leads_to_nobody(styles, scripted, caplog) -> None:
    cluster = scripted(2)
    # A resolver takes the last 16 bits of a port, and this one has those of a member.
    cluster.members[1].port += 65536
    with caplog.at_level(logging.WARNING, "gridwire"):
        client = styles.client(cluster, cluster_members=cluster.addresses[:1])
    assert f"{cluster.members[1].port} is no port of TCP" in warned(caplog)
    assert connected(client) == {cluster.addresses[0]}
    assert styles.call(client.map().size) == 0


def test_public_addresses_of_members_that_announce_none(styles, lost, caplog) -> None:
    with caplog.at_level(logging.WARNING, "gridwire"):
        styles.client(lost, cluster_members=lost.addresses[:1], use_public_ip=True)
    text = warned(caplog)
    assert "announces no public address (it is of version 5.7.0, and could)" in text
    assert text.count("its own is used") == 2


def test_members_before_42_announce_none_and_it_is_said(styles, caplog) -> None:
    with HazelcastCluster(
        members=2, version="4.1", advertised_host=UNREACHABLE, public_host=HERE
    ) as old:
        with caplog.at_level(logging.WARNING, "gridwire"):
            client = styles.client(old, cluster_members=old.addresses[:1], use_public_ip=True)
        assert styles.call(client.map().get, 1) is None
        assert "those before 4.2 cannot" in warned(caplog)
        client.shutdown()


# -- the translator -------------------------------------------------------------------------------


def to_here(address: Address) -> Address:
    assert address.host == UNREACHABLE
    return Address(HERE, address.port)


async def to_here_later(address: Address) -> Address:
    await asyncio.sleep(0)
    return to_here(address)


@pytest.mark.parametrize(
    "translate",
    [to_here, to_here_later, lambda address: (HERE, address.port)],
    ids=["address", "coroutine", "host-and-port"],
)
def test_a_translator_says_where_members_are(styles, lost, translate) -> None:
    client = styles.client(lost, cluster_members=lost.addresses[:1], address_translator=translate)
    assert connected(client) == set(lost.addresses)


def test_a_translator_that_blocks_stalls_nothing(styles, lost) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(address: Address) -> Address:
        begun.set()
        assert go_on.wait(10)
        return to_here(address)

    client = styles.client(
        lost, cluster_members=lost.addresses[:1], address_translator=slow, connection_timeout=0.2
    )
    assert begun.wait(10)
    assert styles.call(client.map().get, 1) is None
    go_on.set()


@pytest.mark.parametrize(
    ("translate", "said"),
    [
        ({}.__getitem__, "address_translator raised KeyError"),
        ({}.get, "address_translator gave None"),
        (lambda address: f"{HERE}:{address.port}", "address_translator gave '127.0.0.1"),
        (lambda address: (HERE, 0), "address_translator gave ('127.0.0.1', 0)"),
        (lambda address: (HERE, True), "address_translator gave ('127.0.0.1', True)"),
    ],
)
def test_what_a_translator_does_wrong_is_told(styles, lost, caplog, translate, said) -> None:
    with caplog.at_level(logging.WARNING, "gridwire"):
        client = styles.client(
            lost, cluster_members=lost.addresses[:1], address_translator=translate
        )
    assert styles.call(client.map().get, 1) is None
    assert said in warned(caplog)
    assert UNREACHABLE in warned(caplog)


def test_a_translator_is_named_when_what_it_gives_cannot_be_reached(styles, lost, caplog) -> None:
    with caplog.at_level(logging.WARNING, "gridwire"):
        styles.client(
            lost, cluster_members=lost.addresses[:1], address_translator=lambda address: address
        )
    assert "Check whether address_translator" in warned(caplog)


def test_a_translator_is_not_blamed_for_a_member_that_is_down(styles, scripted, caplog) -> None:
    cluster = scripted(2)
    up, down = cluster.members
    down.on_connect = lambda connection: connection.close()
    with caplog.at_level(logging.WARNING, "gridwire"):
        styles.client(
            cluster, cluster_members=[up.address], address_translator=lambda address: address
        )
    assert "cannot connect to member" in warned(caplog)
    assert "address_translator" not in warned(caplog)


def test_what_a_translator_does_wrong_stands_in_the_final_error(styles) -> None:
    with HazelcastCluster(members=1, advertised_host=UNREACHABLE) as cluster:
        client = styles.client(
            cluster, address_translator={}.__getitem__, cluster_connect_timeout=0.2
        )
        the_map = client.map()
        cluster.members[0].kill()
        # The first may be on its way when the connection ends.
        errors = [styles.error(the_map.get, 1) for _ in range(2)]
        error = errors[-1]
        assert "address_translator raised KeyError" in whole(error)


def whole(error: BaseException | None) -> str:
    parts = []
    while error is not None:
        parts.append(str(error))
        error = error.__cause__ or error.__context__
    return "\n".join(parts)
