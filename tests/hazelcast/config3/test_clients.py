# SPDX-License-Identifier: Apache-2.0
"""Clients that are made of a `ClientConfig`, in every call style."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from gridwire.hazelcast import (
    PROPERTY_HEARTBEAT_INTERVAL,
    PROPERTY_HEARTBEAT_TIMEOUT,
    ClientConfig,
    NearCacheConfig,
    SocketOption,
)
from gridwire.hazelcast.asyncio import HazelcastClient as AsyncioClient
from gridwire.hazelcast.config import ConfigurationWarning, ContradictingOptionsError
from gridwire.hazelcast.core import MemberInfo
from gridwire.hazelcast.errors import HazelcastClientNotActiveError, IllegalStateError
from gridwire.hazelcast.serialization.api import (
    IdentifiedDataSerializable,
    ObjectDataInput,
    ObjectDataOutput,
    StreamSerializer,
)
from support.call_styles import make_style
from support.client_configs import config_of
from support.diary import Diary
from support.scripted import ScriptedCluster
from support.scripted_map import refuse


class Person(IdentifiedDataSerializable):
    def __init__(self, name: str | None = None) -> None:
        self.name = name

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        object_data_output.write_string(self.name)

    def read_data(self, object_data_input: ObjectDataInput) -> None:
        self.name = object_data_input.read_string()

    def get_factory_id(self) -> int:
        return 5

    def get_class_id(self) -> int:
        return 7


class ComplexSerializer(StreamSerializer):
    def write(self, out: ObjectDataOutput, obj: Any) -> None:
        out.write_double(obj.real)
        out.write_double(obj.imag)

    def read(self, inp: ObjectDataInput) -> Any:
        return complex(inp.read_double(), inp.read_double())

    def get_type_id(self) -> int:
        return 10

    def destroy(self) -> None: ...


def test_a_program_of_3x_works(styles, cluster) -> None:
    states, came = Diary(), Diary()
    config = config_of(cluster).add_lifecycle_listener(states).add_membership_listener(came)
    config.add_near_cache_config(NearCacheConfig("near"))
    config.serialization_config.add_data_serializable_factory(5, {7: Person})
    config.serialization_config.set_custom_serializer(complex, ComplexSerializer)
    config.network_config.socket_options.append(
        SocketOption(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    )
    config.set_property(PROPERTY_HEARTBEAT_INTERVAL, 1000)
    config.set_property(PROPERTY_HEARTBEAT_TIMEOUT, "20000")
    client = styles.client(config=config)
    values = client.map("m")
    styles.call(values.set, "ann", Person("Ann"))
    styles.call(values.set, "i", 1j)
    assert styles.call(values.get, "ann").name == "Ann"
    assert styles.call(values.get, "i") == 1j
    near = client.map("near")
    styles.call(near.set, 1, "one")
    assert [styles.call(near.get, 1) for _ in range(3)] == ["one"] * 3
    assert near.near_cache.get_statistics()["hits"] == 2
    assert states.until("CONNECTED") == ["STARTING", "STARTED", "CONNECTED"]
    client.shutdown()
    states.until("SHUTDOWN")
    assert {type(came.next()), type(came.next())} == {MemberInfo}
    assert came.empty


def test_keywords_beside_it(styles, cluster) -> None:
    config = ClientConfig()
    config.group_config.name = cluster.cluster_name
    client = styles.client(config=config, cluster_members=cluster.addresses, labels=["a"])
    assert styles.call(client.map().size) == 0
    with pytest.raises(ContradictingOptionsError, match=r"GroupConfig\.name"):
        styles.client(config=config, cluster_name="other")


def test_a_later_change_does_not_reach_the_client(styles, cluster) -> None:
    config = config_of(cluster)
    client = styles.client(config=config)
    config.network_config.addresses.clear()
    config.group_config.name = "other"
    cluster.disconnect()
    assert styles.call(client.map().size) == 0


def test_an_option_without_a_meaning_warns_once(styles, cluster) -> None:
    config = config_of(cluster)
    config.group_config.password = "x"
    with pytest.warns(ConfigurationWarning, match=r"GroupConfig\.password") as heard:
        client = styles.client(config=config)
    assert len(heard) == 1
    assert styles.call(client.map().size) == 0


def test_a_warning_in_asyncio_names_the_line_of_the_program(cluster) -> None:
    style = make_style("asyncio")
    config = config_of(cluster)
    config.group_config.password = "x"

    async def make() -> AsyncioClient:
        return await AsyncioClient.create_and_start(config)

    try:
        with pytest.warns(ConfigurationWarning) as heard:
            client = style.run(make())
        style.run(client.shutdown())
    finally:
        style.close()
    assert [one.filename for one in heard] == [__file__]


def test_an_asyncio_client_is_entered_too(cluster) -> None:
    style = make_style("asyncio")

    async def play() -> int:
        async with AsyncioClient(config_of(cluster)) as client:
            return await (await client.get_map("m")).size()

    try:
        assert style.run(play()) == 0
    finally:
        style.close()


def test_one_connection_without_smart_routing(styles, cluster) -> None:
    config = config_of(cluster)
    config.network_config.smart_routing = False
    client = styles.client(config=config)
    assert len(client.raw.diagnostics()["connections"]) == 1


def test_nobody_is_there(styles) -> None:
    config = ClientConfig()
    config.network_config.addresses = ["127.0.0.1:1"]
    config.network_config.connection_attempt_limit = 3
    config.network_config.connection_attempt_period = 0.01
    states = Diary()
    config.add_lifecycle_listener(states)
    with pytest.raises(IllegalStateError, match="in 3 rounds"):
        styles.client(config=config)
    assert states.until("SHUTDOWN")[-1] == "SHUTDOWN"


def test_it_gives_up_after_so_many_rounds_when_it_reconnects(styles) -> None:
    states = Diary()
    with ScriptedCluster() as scripted:
        config = config_of(scripted).add_lifecycle_listener(states)
        config.network_config.connection_attempt_limit = 3
        config.network_config.connection_attempt_period = 0.02
        client = styles.client(config=config)
        states.until("CONNECTED")
        before = client.raw.diagnostics()["counters"]["connections_failed"]
        scripted.members[0].kill()
        assert states.until("SHUTDOWN")[-3:] == ["DISCONNECTED", "SHUTTING_DOWN", "SHUTDOWN"]
        # The address that was configured and that the member announced are the same.
        assert client.raw.diagnostics()["counters"]["connections_failed"] - before == 3


def test_a_member_that_comes_back_in_time_is_found(styles) -> None:
    states = Diary()
    with ScriptedCluster() as scripted:
        config = config_of(scripted).add_lifecycle_listener(states)
        config.network_config.connection_attempt_limit = 1000
        config.network_config.connection_attempt_period = 0.01
        client = styles.client(config=config)
        numbers = client.map()
        for _ in range(2):
            states.until("CONNECTED")
            scripted.members[0].kill()
            states.until("DISCONNECTED")
            scripted.members[0].revive()
        states.until("CONNECTED")
        assert styles.call(numbers.get, 1) is None


def test_refusals_are_failures_as_any_other(styles) -> None:
    # Today wrong credentials end the start at once; in 3.x the rounds went on.
    with ScriptedCluster() as scripted:
        scripted.always("Client.Authentication", refuse(1))
        config = config_of(scripted)
        config.network_config.connection_attempt_limit = 4
        config.network_config.connection_attempt_period = 0.01
        with pytest.raises(IllegalStateError, match="in 4 rounds"):
            styles.client(config=config)
        assert len(scripted.seen("Client.Authentication")) == 4


def test_calls_fail_once_it_gave_up(styles, cluster) -> None:
    states = Diary()
    config = config_of(cluster).add_lifecycle_listener(states)
    config.network_config.connection_attempt_period = 0.01
    client = styles.client(config=config)
    numbers = client.map()
    states.until("CONNECTED")
    for member in cluster.members:
        member.kill()
    states.until("SHUTDOWN")
    assert isinstance(styles.error(numbers.get, 1), HazelcastClientNotActiveError)
