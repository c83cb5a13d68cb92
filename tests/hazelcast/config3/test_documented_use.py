# SPDX-License-Identifier: Apache-2.0
"""What the documentation of 3.x shows programs do with the configuration, done here.

Each test is a use that its pages about configuration, serialization, network, TLS, properties,
listeners, near caches, statistics and logging show; names and order of calls are theirs.
"""

from __future__ import annotations

import logging
import os
import socket
from typing import Any

import pytest

from gridwire import hazelcast
from gridwire.hazelcast import HazelcastClient
from gridwire.hazelcast.config import (
    EVICTION_POLICY,
    IN_MEMORY_FORMAT,
    INTEGER_TYPE,
    PROTOCOL,
    ClientNetworkConfig,
    ClientProperties,
    Config,
    ConfigurationWarning,
    NearCacheConfig,
    SerializationConfig,
    SocketOption,
    SSLProtocol,
)
from gridwire.hazelcast.serialization.api import (
    IdentifiedDataSerializable,
    Portable,
    StreamSerializer,
)
from gridwire.hazelcast.serialization.portable.classdef import ClassDefinitionBuilder
from support.client_configs import config_of
from support.diary import Diary


class Address(IdentifiedDataSerializable):
    CLASS_ID = 1
    FACTORY_ID = 1

    def __init__(self, street: str | None = None, zip_code: int = 0) -> None:
        self.street, self.zip_code = street, zip_code

    def get_class_id(self) -> int:
        return self.CLASS_ID

    def get_factory_id(self) -> int:
        return self.FACTORY_ID

    def write_data(self, output: Any) -> None:
        output.write_int(self.zip_code)
        output.write_utf(self.street)

    def read_data(self, input: Any) -> None:
        self.zip_code, self.street = input.read_int(), input.read_utf()


class Customer(Portable):
    CLASS_ID = 1
    FACTORY_ID = 5

    def __init__(self, name: str | None = None, home: Place | None = None) -> None:
        self.name, self.home = name, home

    def get_class_id(self) -> int:
        return self.CLASS_ID

    def get_factory_id(self) -> int:
        return self.FACTORY_ID

    def write_portable(self, writer: Any) -> None:
        writer.write_utf("name", self.name)
        if self.home is None:
            writer.write_null_portable("home", Place.FACTORY_ID, Place.CLASS_ID)
        else:
            writer.write_portable("home", self.home)

    def read_portable(self, reader: Any) -> None:
        self.name, self.home = reader.read_utf("name"), reader.read_portable("home")


class Place(Portable):
    CLASS_ID = 2
    FACTORY_ID = 5

    def __init__(self, number: int = 0) -> None:
        self.number = number

    def get_class_id(self) -> int:
        return self.CLASS_ID

    def get_factory_id(self) -> int:
        return self.FACTORY_ID

    def write_portable(self, writer: Any) -> None:
        writer.write_int("number", self.number)

    def read_portable(self, reader: Any) -> None:
        self.number = reader.read_int("number")


class Musician:
    def __init__(self, name: str) -> None:
        self.name = name


class MusicianSerializer(StreamSerializer):
    def get_type_id(self) -> int:
        return 10

    def destroy(self) -> None: ...

    def write(self, output: Any, obj: Any) -> None:
        output.write_utf(obj.name)

    def read(self, input: Any) -> Any:
        return Musician(input.read_utf())


class GlobalSerializer(MusicianSerializer):
    def get_type_id(self) -> int:
        return 20


def test_a_client_with_group_and_addresses(styles, cluster) -> None:
    config = hazelcast.ClientConfig()
    config.group_config.name = cluster.cluster_name
    config.network_config.addresses.append(cluster.addresses[0])
    config.network_config.addresses.extend(cluster.addresses[1:])
    client = styles.client(config=config)
    people = client.map("personnel-map")
    styles.call(people.put, "Alice", "IT")
    assert styles.call(people.get, "Alice") == "IT"


def test_a_network_configuration() -> None:
    config = hazelcast.ClientConfig()
    config.network_config.addresses.extend(["10.1.1.21", "10.1.1.22:5703"])
    config.network_config.smart_routing = True
    config.network_config.redo_operation = True
    config.network_config.connection_timeout = 6.0
    config.network_config.connection_attempt_period = 5.0
    config.network_config.connection_attempt_limit = 5
    made = Config.resolve(config, {})
    assert made.cluster_members == ["10.1.1.21", "10.1.1.22:5703"]
    assert (made.smart_routing, made.redo_operation, made.connection_timeout) == (True, True, 6.0)
    policy = made.snapshot().backoff_policy
    assert (policy.initial, policy.maximum, policy.multiplier, policy.jitter) == (5.0, 5.0, 1, 0)
    assert (policy.rounds, policy.timeout) == (5, -1)


def test_socket_options(styles, cluster) -> None:
    network = ClientNetworkConfig()
    network.addresses = cluster.addresses
    network.socket_options.append(SocketOption(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1))
    network.socket_options.append(SocketOption(socket.SOL_SOCKET, socket.SO_SNDBUF, 32768))
    network.socket_options.append(SocketOption(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768))
    config = hazelcast.ClientConfig()
    config.group_config.name = cluster.cluster_name
    config.network_config = network
    client = styles.client(config=config)
    assert styles.call(client.map().size) == 0


@pytest.mark.parametrize("how", ["table", "adding"])
def test_factories_of_identified_objects(styles, cluster, how: str) -> None:
    config = config_of(cluster)
    factory = {Address.CLASS_ID: Address}
    if how == "table":
        config.serialization_config.data_serializable_factories[Address.FACTORY_ID] = factory
    else:
        config.serialization_config.add_data_serializable_factory(Address.FACTORY_ID, factory)
    numbers = styles.client(config=config).map()
    styles.call(numbers.put, 1, Address("Main", 4711))
    found = styles.call(numbers.get, 1)
    assert (type(found), found.street, found.zip_code) == (Address, "Main", 4711)


@pytest.mark.parametrize("how", ["table", "adding"])
def test_factories_of_portables(styles, cluster, how: str) -> None:
    config = config_of(cluster)
    serialization = config.serialization_config
    serialization.portable_version = 3
    factory = {Customer.CLASS_ID: Customer, Place.CLASS_ID: Place}
    if how == "table":
        serialization.portable_factories[Customer.FACTORY_ID] = factory
    else:
        serialization.add_portable_factory(Customer.FACTORY_ID, factory)
    values = styles.client(config=config).map()
    styles.call(values.put, 1, Customer("Ann", Place(7)))
    found = styles.call(values.get, 1)
    assert (type(found), found.name, found.home.number) == (Customer, "Ann", 7)


def test_class_definitions_of_nested_portables_in_a_set(styles, cluster) -> None:
    place = ClassDefinitionBuilder(5, 2, 0).add_int_field("number").build()
    customer = (
        ClassDefinitionBuilder(5, 1, 0)
        .add_utf_field("name")
        .add_portable_field("home", place)
        .build()
    )
    config = config_of(cluster)
    config.serialization_config.add_portable_factory(5, {1: Customer, 2: Place})
    config.serialization_config.class_definitions.add(customer)
    config.serialization_config.class_definitions.add(place)
    assert Config.resolve(config, {}).class_definitions == [customer, place]
    values = styles.client(config=config).map()
    styles.call(values.put, 1, Customer("Ann"))
    assert styles.call(values.get, 1).home is None
    # One of them alone is found out when the client is made, unless that is not wanted.
    config.serialization_config.class_definitions = {customer}
    with pytest.raises(hazelcast.config.InvalidConfigurationError, match="class 2"):
        styles.client(config=config)
    config.serialization_config.check_class_def_errors = False
    assert styles.call(styles.client(config=config).map().get, 1).name == "Ann"


def test_a_custom_and_a_global_serializer(styles, cluster) -> None:
    config = config_of(cluster)
    config.serialization_config.set_custom_serializer(Musician, MusicianSerializer)
    assert config.serialization_config.custom_serializers == {Musician: MusicianSerializer}
    values = styles.client(config=config).map()
    styles.call(values.put, 1, Musician("Ann"))
    assert styles.call(values.get, 1).name == "Ann"
    config = config_of(cluster)
    config.serialization_config.global_serializer = GlobalSerializer
    values = styles.client(config=config).map()
    styles.call(values.put, 2, Musician("Bob"))
    assert styles.call(values.get, 2).name == "Bob"


def test_the_type_of_integers(styles, cluster) -> None:
    serialization = SerializationConfig()
    serialization.default_integer_type = INTEGER_TYPE.LONG
    config = config_of(cluster)
    config.serialization_config = serialization
    numbers = styles.client(config=config).map()
    styles.call(numbers.put, 1, 2**40)
    assert styles.call(numbers.get, 1) == 2**40
    # An int of four bytes is too small for it.
    plain = styles.client(config=config_of(cluster)).map()
    assert isinstance(styles.error(plain.put, 1, 2**40), Exception)


def test_a_near_cache(styles, cluster) -> None:
    config = config_of(cluster)
    near_cache = NearCacheConfig("mostly-read-map")
    near_cache.invalidate_on_change = False
    near_cache.time_to_live_seconds = 600
    near_cache.max_idle_seconds = 5
    near_cache.in_memory_format = IN_MEMORY_FORMAT.OBJECT
    near_cache.eviction_policy = EVICTION_POLICY.LRU
    near_cache.eviction_max_size = 100
    near_cache.eviction_sampling_count = 8
    near_cache.eviction_sampling_pool_size = 16
    config.add_near_cache_config(near_cache)
    client = styles.client(config=config)
    values = client.map("mostly-read-map")
    for number in range(120):
        styles.call(values.set, number, number)
        styles.call(values.get, number)
    told = values.near_cache.get_statistics()
    assert (told["owned_entry_count"], told["evictions"]) == (100, 20)


def test_a_near_cache_evicts_nothing_by_default(styles, cluster) -> None:
    config = config_of(cluster)
    near_cache = NearCacheConfig("full")
    near_cache.eviction_max_size = 10
    config.add_near_cache_config(near_cache)
    values = styles.client(config=config).map("full")
    for number in range(20):
        styles.call(values.set, number, number)
        styles.call(values.get, number)
    told = values.near_cache.get_statistics()
    assert (told["owned_entry_count"], told["evictions"]) == (10, 0)
    # Those that came first are there still.
    hits = told["hits"]
    assert styles.call(values.get, 0) == 0
    assert values.near_cache.get_statistics()["hits"] == hits + 1


def test_listeners(styles, cluster) -> None:
    states, came, went = Diary(), Diary(), Diary()
    config = config_of(cluster)
    config.add_lifecycle_listener(states)
    config.add_membership_listener(came, went, True)
    client = styles.client(config=config)
    assert states.until("CONNECTED")[0] == "STARTING"
    # Each that is there is an added one, whatever `fire_for_existing` says; and once.
    known = {came.next().address for _ in cluster.members}
    assert {f"{one.host}:{one.port}" for one in known} == set(cluster.addresses)
    cluster.members[0].kill()
    assert went.next().address in known
    assert came.empty
    client.shutdown()
    assert states.until("SHUTDOWN")[-2:] == ["SHUTTING_DOWN", "SHUTDOWN"]


@pytest.mark.parametrize("fire_for_existing", [True, False])
def test_members_are_told_once(styles, cluster, fire_for_existing: bool) -> None:
    came = Diary()
    config = config_of(cluster).add_membership_listener(came, fire_for_existing=fire_for_existing)
    client = styles.client(config=config)
    assert len({came.next().uuid for _ in cluster.members}) == 2
    client.shutdown()
    assert came.empty


def test_a_property_by_its_object_and_by_its_name() -> None:
    by_object = ClientProperties.INVOCATION_TIMEOUT_SECONDS.name
    for key in (by_object, "hazelcast.client.invocation.timeout.seconds"):
        config = hazelcast.ClientConfig()
        config.set_property(key, 2)
        assert Config.resolve(config, {}).invocation_timeout == 2
    config = hazelcast.ClientConfig()
    config.set_property("hazelcast.client.invocation.retry.pause.millis", 500)
    assert Config.resolve(config, {}).invocation_retry_pause == 0.5


def test_a_property_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    name = ClientProperties.INVOCATION_TIMEOUT_SECONDS.name
    monkeypatch.setitem(os.environ, name, "2")
    assert Config.resolve(hazelcast.ClientConfig(), {}).invocation_timeout == 2
    assert hazelcast.ClientConfig().get_property_or_default(name, 120) == 120


def test_heartbeats_of_programs_before_the_properties_were_objects() -> None:
    config = hazelcast.ClientConfig()
    config.set_property(hazelcast.config.PROPERTY_HEARTBEAT_INTERVAL, 100)
    config.set_property(hazelcast.config.PROPERTY_HEARTBEAT_TIMEOUT, 3000)
    made = Config.resolve(config, {}).snapshot()
    assert (made.heartbeat_interval, made.heartbeat_timeout) == (0.1, 3.0)


def test_statistics(styles, cluster) -> None:
    config = config_of(cluster)
    config.client_name = "till"
    config.set_property(ClientProperties.STATISTICS_ENABLED.name, True)
    config.set_property(ClientProperties.STATISTICS_PERIOD_SECONDS.name, 4)
    client = styles.client(config=config)
    assert client.raw.name == "till"
    made = Config.resolve(config, {})
    assert (made.statistics_enabled, made.statistics_period) == (True, 4)


def test_tls() -> None:
    config = hazelcast.ClientConfig()
    config.network_config.ssl_config.enabled = True
    config.network_config.ssl_config.cafile = "/home/hazelcast/cafile.pem"
    config.network_config.ssl_config.certfile = "/home/hazelcast/certfile.pem"
    config.network_config.ssl_config.keyfile = "/home/hazelcast/keyfile.pem"
    config.network_config.ssl_config.password = "hazelcast"
    config.network_config.ssl_config.protocol = PROTOCOL.TLSv1_3
    made = Config.resolve(config, {}).snapshot()
    assert (made.ssl_enabled, made.ssl_protocol) == (True, SSLProtocol.TLSv1_3)
    # The documentation has them together, where they have no effect.
    config.network_config.ssl_config.ciphers = "DHE-RSA-AES128-SHA:DHE-RSA-AES256-SHA"
    with pytest.warns(ConfigurationWarning, match=r"SSLConfig\.ciphers .* cannot be chosen"):
        made = Config.resolve(config, {}).snapshot()
    assert (made.ssl_protocol, made.ssl_ciphers) == (SSLProtocol.TLSv1_3, None)
    config.network_config.ssl_config.protocol = PROTOCOL.TLSv1_2
    made = Config.resolve(config, {}).snapshot()
    assert made.ssl_ciphers == "DHE-RSA-AES128-SHA:DHE-RSA-AES256-SHA"


def test_the_cloud() -> None:
    config = hazelcast.ClientConfig()
    config.group_config.name = "hazel"
    config.group_config.password = "cast"
    config.network_config.ssl_config.enabled = True
    config.network_config.cloud_config.enabled = True
    config.network_config.cloud_config.discovery_token = "dc9220bc5d9"
    with pytest.warns(ConfigurationWarning, match=r"GroupConfig\.password"):
        made = Config.resolve(config, {}).snapshot()
    assert (made.cluster_name, made.cloud_discovery_token) == ("hazel", "dc9220bc5d9")


def test_a_logger(cluster) -> None:
    config = config_of(cluster)
    config.logger_config.level = logging.DEBUG
    with pytest.warns(ConfigurationWarning, match="logger 'gridwire'"):
        client = HazelcastClient(config)
    client.shutdown()
    assert logging.getLogger("gridwire").level == logging.NOTSET
