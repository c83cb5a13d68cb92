# SPDX-License-Identifier: Apache-2.0
"""Members that want a token, or announce other addresses, and the official client."""

from __future__ import annotations

import pytest
from hazelcast.core import EndpointQualifier, ProtocolType
from hazelcast.errors import HazelcastError
from hazelcast.security import BasicTokenProvider

import hazelcast
from gridwire.testing import HazelcastCluster
from gridwire.testing.errors import ClusterOptionError

PUBLIC = EndpointQualifier(ProtocolType.CLIENT, "public")


def connect(cluster: HazelcastCluster, **options: object) -> hazelcast.HazelcastClient:
    return hazelcast.HazelcastClient(
        cluster_name=cluster.cluster_name,
        cluster_members=cluster.addresses[:1],
        cluster_connect_timeout=0.5,
        **options,
    )


@pytest.mark.parametrize("process", [False, True])
def test_a_token_lets_the_official_client_in(process: bool) -> None:
    with HazelcastCluster(members=1, token="tea", process=process) as cluster:
        client = connect(cluster, token_provider=BasicTokenProvider("tea"))
        client.get_map("m").blocking().put(1, 1)
        client.shutdown()


@pytest.mark.parametrize(
    "credentials",
    [{}, {"token_provider": BasicTokenProvider("milk")}, {"creds_username": "ann"}],
    ids=["none", "other", "name"],
)
def test_without_the_token_nobody_is_let_in(credentials) -> None:
    with HazelcastCluster(members=1, token="tea") as cluster, pytest.raises(HazelcastError):
        connect(cluster, **credentials)


def test_a_cluster_may_take_passwords_and_tokens() -> None:
    options = {"username": "ann", "password": "x", "token": "tea"}
    with HazelcastCluster(members=1, **options) as cluster:
        connect(cluster, token_provider=BasicTokenProvider("tea")).shutdown()
        connect(cluster, creds_username="ann", creds_password="x").shutdown()
        with pytest.raises(HazelcastError):
            connect(cluster)


@pytest.mark.parametrize("version", ["4.1", "4.2", "5.7"])
def test_announced_and_public_addresses_reach_the_official_client(version: str) -> None:
    with HazelcastCluster(
        members=2, version=version, advertised_host="127.66.0.1", public_host="127.0.0.1"
    ) as cluster:
        client = connect(cluster, use_public_ip=True)
        members = client.cluster_service.get_members()
        assert {one.address.host for one in members} == {"127.66.0.1"}
        public = {str(place) for one in members if (place := one.address_map.get(PUBLIC))}
        assert len(public) == (0 if version == "4.1" else 2)
        # Handles tell where members really are.
        assert all(one.address.startswith("127.0.0.1:") for one in cluster.members)
        client.shutdown()


@pytest.mark.parametrize("option", ["advertised_host", "public_host"])
@pytest.mark.parametrize("value", ["localhost", "127.0.0.1:5701", "", 7])
def test_announced_hosts_are_ip_addresses(option: str, value: object) -> None:
    with pytest.raises(ClusterOptionError, match=f"{option} is an IP address"):
        HazelcastCluster(**{option: value})
