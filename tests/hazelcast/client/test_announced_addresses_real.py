# SPDX-License-Identifier: Apache-2.0
"""Real members that announce other addresses than those at which this client comes in."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from gridwire.hazelcast import HazelcastClient
from gridwire.hazelcast.core import Address, EndpointQualifier, ProtocolType
from gridwire.hazelcast.errors import HazelcastError
from gridwire.hazelcast.security import BasicTokenProvider
from gridwire.testing import _real_config
from gridwire.testing.real import RealCluster, member_jar
from support.java import compile_java

INSIDE, HERE = "127.66.0.1", "127.0.0.1"
SOURCE = Path(__file__).parent / "java" / "PublicAddresses.java"
DISCOVERY = """\
      <discovery-strategies>
        <discovery-strategy enabled="true" class="PublicAddresses$Strategy"/>
      </discovery-strategies>
"""

pytestmark = pytest.mark.real_member


def compiled(folder: Path, version: str) -> Path:
    """The discovery plug-in, where members find it."""
    compile_java(SOURCE, member_jar(version), folder)
    services = folder / "META-INF" / "services"
    services.mkdir(parents=True)
    named = services / "com.hazelcast.spi.discovery.DiscoveryStrategyFactory"
    named.write_text("PublicAddresses\n", encoding="utf-8")
    return folder


@pytest.fixture
def inside(monkeypatch):
    """Members announce another host than that of the socket that they listen on."""
    port = '    <port auto-increment="false">'
    announced = f"    <public-address>{INSIDE}:{{port}}</public-address>\n"
    template = _real_config._CONFIG.replace(port, announced + port)
    monkeypatch.setattr(_real_config, "_CONFIG", template)
    return monkeypatch


@pytest.fixture
def joining_inside(inside):
    """They list each other by the addresses that they announce."""
    write = _real_config.MemberSettings.config_xml

    def config_xml(settings, port, group):
        # To 4.2 an address of the list that no member announces is another member, also when it
        # leads back to the one that asks: that one may wait for ever to be let in by itself.
        return write(settings, port, group).replace(f"<member>{HERE}:", f"<member>{INSIDE}:")

    inside.setattr(_real_config.MemberSettings, "config_xml", config_xml)


def connected(client: HazelcastClient) -> set[str]:
    return {str(one.address) for one in client._core.state.routes.connections}


@pytest.fixture
def announcing(inside, tmp_path):
    """Start members that a discovery plug-in tells their public addresses."""
    template = _real_config._CONFIG.replace('<tcp-ip enabled="true">', '<tcp-ip enabled="false">')
    template = template.replace("      </tcp-ip>\n", "      </tcp-ip>\n" + DISCOVERY)
    inside.setattr(_real_config, "_CONFIG", template)
    properties = {
        "hazelcast.discovery.enabled": "true",
        # Members reach each other at the announced address, so they listen there too.
        "hazelcast.socket.bind.any": "true",
    }
    with ExitStack() as started:

        def start(version: str, members: int) -> RealCluster:
            folder = compiled(tmp_path, version)
            cluster = RealCluster(version, members, properties=properties, classpath=[folder])
            return started.enter_context(cluster)

        yield start


@pytest.mark.real_member(versions=("5.7.0",))
def test_public_addresses_of_real_members_are_used(real_version, announcing) -> None:
    cluster = announcing(real_version, 2)
    where = {"cluster_name": cluster.cluster_name, "cluster_members": cluster.addresses[:1]}
    client = HazelcastClient(**where, use_public_ip=True)
    members = client.cluster_service.get_members()
    assert {one.address.host for one in members} == {INSIDE}
    public = EndpointQualifier(ProtocolType.CLIENT, "public")
    assert {str(one.address_map[public]) for one in members} == set(cluster.addresses)
    assert connected(client) == set(cluster.addresses)
    client.get_map("m").blocking().set(1, 1)
    client.shutdown()
    # Without the option the other one is connected to inside.
    client = HazelcastClient(**where)
    assert connected(client) - set(cluster.addresses)
    client.shutdown()


@pytest.mark.usefixtures("joining_inside")
def test_a_translator_for_real_members(real_version) -> None:
    with RealCluster(real_version, 2, properties={"hazelcast.socket.bind.any": "true"}) as cluster:
        client = HazelcastClient(
            cluster_name=cluster.cluster_name,
            cluster_members=cluster.addresses[:1],
            address_translator=lambda address: Address(HERE, address.port),
        )
        members = client.cluster_service.get_members()
        assert {one.address.host for one in members} == {INSIDE}
        assert connected(client) == set(cluster.addresses)
        client.shutdown()


@pytest.mark.parametrize(
    "credentials",
    [
        {"creds_username": "ann", "creds_password": "x"},
        {"token_provider": BasicTokenProvider("x")},
    ],
    ids=["password", "token"],
)
def test_open_source_members_refuse_credentials(real_cluster, credentials) -> None:
    with pytest.raises(HazelcastError) as caught:
        HazelcastClient(
            cluster_name=real_cluster.cluster_name,
            cluster_members=real_cluster.addresses,
            **credentials,
        )
    assert "credentials" in str(caught.value)
