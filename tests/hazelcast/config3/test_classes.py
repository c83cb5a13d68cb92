# SPDX-License-Identifier: Apache-2.0
"""The classes of the 3.x configuration: names, defaults, and what they refuse."""

from __future__ import annotations

import copy
import pickle
import socket
from typing import Any

import pytest

from gridwire import hazelcast
from gridwire.hazelcast import config as module
from gridwire.hazelcast.config import (
    ClientConfig,
    ClientNetworkConfig,
    ClientProperties,
    Config,
    FlakeIdGeneratorConfig,
    GroupConfig,
    LoggerConfig,
    NearCacheConfig,
    SerializationConfig,
    SocketOption,
    SSLConfig,
    SSLProtocol,
)
from gridwire.hazelcast.errors import InvalidConfigurationError
from gridwire.hazelcast.serialization.api import IdentifiedDataSerializable, StreamSerializer

NAMES = [
    *("ClientConfig", "GroupConfig", "ClientNetworkConfig", "SocketOption"),
    *("SerializationConfig", "NearCacheConfig", "DEFAULT_GROUP_NAME", "DEFAULT_GROUP_PASSWORD"),
    *("PROPERTY_HEARTBEAT_INTERVAL", "PROPERTY_HEARTBEAT_TIMEOUT"),
    *("INTEGER_TYPE", "EVICTION_POLICY", "IN_MEMORY_FORMAT"),
]

LATER_3X = ["SSLConfig", "ClientCloudConfig", "FlakeIdGeneratorConfig"]
"""What 3.10 to 3.12 added to both places."""


class Point(IdentifiedDataSerializable):
    pass


class PointSerializer(StreamSerializer):
    pass


def function(*_: object) -> None: ...


@pytest.mark.parametrize("name", NAMES + LATER_3X)
def test_names_are_in_both_places(name: str):
    assert getattr(hazelcast, name) is getattr(module, name)
    assert name in hazelcast.__all__
    assert name in module.__all__


@pytest.mark.parametrize("name", ["PROTOCOL", "LoggerConfig", "ClientProperty", "ClientProperties"])
def test_names_that_were_in_the_module_alone(name: str):
    assert name in module.__all__


def test_constants_have_the_values_of_3x():
    assert (module.DEFAULT_GROUP_NAME, module.DEFAULT_GROUP_PASSWORD) == ("dev", "dev-pass")
    assert module.PROPERTY_HEARTBEAT_INTERVAL == "hazelcast.client.heartbeat.interval"
    assert module.PROPERTY_HEARTBEAT_TIMEOUT == "hazelcast.client.heartbeat.timeout"
    numbers = {
        "INTEGER_TYPE": {"VAR": 0, "BYTE": 1, "SHORT": 2, "INT": 3, "LONG": 4, "BIG_INT": 5},
        "EVICTION_POLICY": {"NONE": 0, "LRU": 1, "LFU": 2, "RANDOM": 3},
        "IN_MEMORY_FORMAT": {"BINARY": 0, "OBJECT": 1},
        "PROTOCOL": {
            "SSLv2": 0,
            "SSLv3": 1,
            "SSL": 2,
            "TLSv1": 3,
            "TLSv1_1": 4,
            "TLSv1_2": 5,
            "TLSv1_3": 6,
            "TLS": 7,
        },
    }
    for name, members in numbers.items():
        assert {each.name: each.value for each in getattr(module, name)} == members
    properties = {
        "HEARTBEAT_INTERVAL": ("hazelcast.client.heartbeat.interval", 5000, 0.001),
        "HEARTBEAT_TIMEOUT": ("hazelcast.client.heartbeat.timeout", 60000, 0.001),
        "INVOCATION_TIMEOUT_SECONDS": ("hazelcast.client.invocation.timeout.seconds", 120, 1),
        "INVOCATION_RETRY_PAUSE_MILLIS": (
            "hazelcast.client.invocation.retry.pause.millis",
            1000,
            0.001,
        ),
        "HAZELCAST_CLOUD_DISCOVERY_TOKEN": ("hazelcast.client.cloud.discovery.token", "", None),
        "STATISTICS_ENABLED": ("hazelcast.client.statistics.enabled", False, None),
        "STATISTICS_PERIOD_SECONDS": ("hazelcast.client.statistics.period.seconds", 3, 1),
        "SERIALIZATION_INPUT_RETURNS_BYTEARRAY": (
            "hazelcast.serialization.input.returns.bytearray",
            False,
            None,
        ),
    }
    for name, expected in properties.items():
        known = getattr(ClientProperties, name)
        assert (known.name, known.default_value, known.time_unit) == expected


DEFAULTS: dict[str, Any] = {
    "client_name": "",
    "load_balancer": None,
    "membership_listeners": [],
    "lifecycle_listeners": [],
    "near_cache_configs": {},
    "flake_id_generator_configs": {},
    "group_config.name": "dev",
    "group_config.password": "dev-pass",
    "network_config.addresses": [],
    "network_config.connection_attempt_limit": 2,
    "network_config.connection_attempt_period": 3,
    "network_config.connection_timeout": 5.0,
    "network_config.socket_options": [],
    "network_config.redo_operation": False,
    "network_config.smart_routing": True,
    "network_config.ssl_config.enabled": False,
    "network_config.ssl_config.cafile": None,
    "network_config.ssl_config.certfile": None,
    "network_config.ssl_config.keyfile": None,
    "network_config.ssl_config.password": None,
    "network_config.ssl_config.protocol": 7,
    "network_config.ssl_config.ciphers": None,
    "network_config.cloud_config.enabled": False,
    "network_config.cloud_config.discovery_token": "",
    "serialization_config.portable_version": 0,
    "serialization_config.data_serializable_factories": {},
    "serialization_config.portable_factories": {},
    "serialization_config.class_definitions": set(),
    "serialization_config.check_class_def_errors": True,
    "serialization_config.is_big_endian": True,
    "serialization_config.default_integer_type": 3,
    "serialization_config.custom_serializers": {},
    "serialization_config.global_serializer": None,
    "logger_config.config_file": None,
    "logger_config.level": 20,
}


def at(config: object, path: str) -> Any:
    for name in path.split("."):
        config = getattr(config, name)
    return config


@pytest.mark.parametrize("path", DEFAULTS)
def test_defaults_are_those_of_3x_and_nobody_shares_them(path: str):
    found = at(ClientConfig(), path)
    assert found == DEFAULTS[path]
    assert type(found) is type(DEFAULTS[path]) or isinstance(found, int)
    if isinstance(found, list | dict | set):
        assert at(ClientConfig(), path) is not found


def test_parts_are_made_anew_for_each_configuration():
    one, other = ClientConfig(), ClientConfig()
    for path in ("group_config", "network_config", "network_config.ssl_config"):
        assert at(one, path) is not at(other, path)
    one.network_config.cloud_config.enabled = True
    assert other.network_config.cloud_config.enabled is False


def test_a_list_that_was_set_is_the_very_list():
    # A program of 3.x may go on appending to what it has set.
    config, addresses, caches = ClientConfig(), ["a:1"], {}
    config.network_config.addresses = addresses
    config.near_cache_configs = caches
    addresses.append("b:2")
    caches["m"] = NearCacheConfig()
    made = Config.resolve(config, {})
    assert made.cluster_members == ["a:1", "b:2"]
    assert list(made.near_caches) == ["m"]


@pytest.mark.parametrize(
    "path", [path for path, it in DEFAULTS.items() if isinstance(it, list | dict | set)]
)
def test_every_list_dict_and_set_is_kept_as_it_was_set(path: str):
    config, value = ClientConfig(), type(DEFAULTS[path])()
    before, _, name = path.rpartition(".")
    setattr(at(config, before) if before else config, name, value)
    assert at(config, path) is value


def test_helpers_return_the_configuration():
    config = ClientConfig()
    assert (
        config.add_membership_listener(function)
        .add_membership_listener(member_removed=function, fire_for_existing=True)
        .add_lifecycle_listener(function)
        .add_near_cache_config(NearCacheConfig("m"))
        .set_property("a", 1)
        is config
    )
    assert config.membership_listeners == [(function, None, False), (None, function, True)]
    assert config.lifecycle_listeners == [function]
    assert config.near_cache_configs["m"].name == "m"
    assert config.get_property_or_default("a", 2) == 1
    assert config.get_property_or_default("b", 2) == 2
    assert config.get_properties() is config.properties
    assert config.properties == {"a": 1}


SET_WRONG = [
    ("group_config.name", 5, TypeError),
    ("group_config.name", None, TypeError),
    ("group_config.name", b"dev", TypeError),
    ("group_config.password", 5, TypeError),
    ("network_config.addresses", "a:5701", TypeError),
    ("network_config.addresses", ["a:b"], InvalidConfigurationError),
    ("network_config.addresses", ["a:b"], ValueError),
    ("network_config.addresses", [5701], TypeError),
    ("network_config.connection_attempt_limit", 0, ValueError),
    ("network_config.connection_attempt_limit", -1, ValueError),
    ("network_config.connection_attempt_limit", 2.0, TypeError),
    ("network_config.connection_attempt_limit", True, TypeError),
    ("network_config.connection_attempt_limit", None, TypeError),
    ("network_config.connection_attempt_period", -0.1, ValueError),
    ("network_config.connection_attempt_period", "3", TypeError),
    ("network_config.connection_attempt_period", float("nan"), ValueError),
    ("network_config.connection_timeout", 0, ValueError),
    ("network_config.connection_timeout", 0.0, ValueError),
    ("network_config.connection_timeout", -1, ValueError),
    ("network_config.connection_timeout", "5", TypeError),
    ("network_config.connection_timeout", False, TypeError),
    ("network_config.connection_timeout", float("inf"), ValueError),
    ("network_config.socket_options", [(1, 2, 3)], TypeError),
    ("network_config.socket_options", SocketOption(1, 2, 3), TypeError),
    ("network_config.redo_operation", 1, TypeError),
    ("network_config.smart_routing", "yes", TypeError),
    ("network_config.smart_routing", None, TypeError),
    ("network_config", GroupConfig(), TypeError),
    ("network_config", None, TypeError),
    ("network_config.ssl_config", True, TypeError),
    ("network_config.ssl_config.enabled", "true", TypeError),
    ("network_config.ssl_config.cafile", b"ca", TypeError),
    ("network_config.ssl_config.password", 5, TypeError),
    ("network_config.ssl_config.protocol", 8, TypeError),
    ("network_config.ssl_config.protocol", 8, ValueError),
    ("network_config.ssl_config.protocol", "TLS1", ValueError),
    ("network_config.ssl_config.protocol", SSLProtocol.TLSv1, TypeError),
    ("network_config.cloud_config.enabled", 0, TypeError),
    ("network_config.cloud_config.discovery_token", None, TypeError),
    ("load_balancer", object(), TypeError),
    ("membership_listeners", [(function, function)], TypeError),
    ("membership_listeners", [function], TypeError),
    ("membership_listeners", [(function, None, 1)], TypeError),
    ("membership_listeners", [("f", None, False)], TypeError),
    ("lifecycle_listeners", [None], TypeError),
    ("lifecycle_listeners", function, TypeError),
    ("near_cache_configs", [], TypeError),
    ("near_cache_configs", {"m": {}}, TypeError),
    ("near_cache_configs", {1: NearCacheConfig()}, TypeError),
    ("near_cache_configs", {"m": NearCacheConfig("n")}, InvalidConfigurationError),
    ("near_cache_configs", {"m": FlakeIdGeneratorConfig()}, TypeError),
    ("client_name", None, TypeError),
    ("serialization_config", {}, TypeError),
    ("serialization_config.portable_version", -1, ValueError),
    ("serialization_config.portable_version", 2**31, ValueError),
    ("serialization_config.portable_version", "1", TypeError),
    ("serialization_config.data_serializable_factories", {1: {1: int}}, TypeError),
    ("serialization_config.data_serializable_factories", {"1": {}}, TypeError),
    ("serialization_config.portable_factories", [], TypeError),
    ("serialization_config.class_definitions", [], TypeError),
    ("serialization_config.class_definitions", {}, TypeError),
    ("serialization_config.check_class_def_errors", None, TypeError),
    ("serialization_config.is_big_endian", 1, TypeError),
    ("serialization_config.default_integer_type", 6, TypeError),
    ("serialization_config.default_integer_type", 6, ValueError),
    ("serialization_config.default_integer_type", "int", TypeError),
    ("serialization_config.custom_serializers", {int: int}, TypeError),
    ("serialization_config.global_serializer", PointSerializer(), TypeError),
    ("logger_config.level", "INFO", TypeError),
    ("logger_config", None, TypeError),
]


@pytest.mark.parametrize(
    ("path", "value", "error"),
    SET_WRONG,
    ids=[f"{path}-{number}" for number, (path, *_) in enumerate(SET_WRONG)],
)
def test_a_wrong_value_is_refused_when_it_is_set(path: str, value: object, error: type[Exception]):
    config = ClientConfig()
    before, _, name = path.rpartition(".")
    target = at(config, before) if before else config
    kept = getattr(target, name)
    with pytest.raises(error, match=name) as caught:
        setattr(target, name, value)
    assert type(target).__name__ in str(caught.value)
    assert getattr(target, name) is kept


def test_no_time_to_connect_is_refused_and_none_is_named():
    with pytest.raises(ValueError, match="None means no limit"):
        ClientNetworkConfig().connection_timeout = 0
    with pytest.raises(ValueError, match="must be a number above 0, but it is -1"):
        ClientNetworkConfig().connection_timeout = -1
    assert Config.from_dict({"connection_timeout": 0}).snapshot().connecting_limit is None
    config = ClientConfig()
    config.network_config.connection_timeout = None
    assert Config.resolve(config, {}).snapshot().connecting_limit is None


APPENDED = [
    ("network_config.addresses", lambda value: value.append("a:b"), InvalidConfigurationError),
    ("network_config.socket_options", lambda value: value.append((1, 2, 3)), TypeError),
    ("membership_listeners", lambda value: value.append((function, None)), TypeError),
    ("lifecycle_listeners", lambda value: value.append("f"), TypeError),
    ("near_cache_configs", lambda value: value.update(m=1), TypeError),
    (
        "near_cache_configs",
        lambda value: value.update(m=NearCacheConfig("n")),
        InvalidConfigurationError,
    ),
    (
        "serialization_config.data_serializable_factories",
        lambda value: value.update({1: {1: int}}),
        TypeError,
    ),
    (
        "serialization_config.custom_serializers",
        lambda value: value.update({int: int}),
        TypeError,
    ),
    (
        "properties",
        lambda value: value.update({"hazelcast.client.heartbeat.interval": 0}),
        ValueError,
    ),
]


@pytest.mark.parametrize(("path", "change", "error"), APPENDED)
def test_what_was_appended_is_checked_when_a_client_is_made(path, change, error):
    config = ClientConfig()
    change(at(config, path))
    with pytest.raises(error):
        Config.resolve(config, {})


def test_a_name_that_does_not_exist_is_refused():
    for group, name, nearest in (
        (ClientConfig(), "group_confg", "group_config"),
        (ClientNetworkConfig(), "adresses", "addresses"),
        (GroupConfig(), "nam", "name"),
        (NearCacheConfig(), "time_to_live_second", "time_to_live"),
        (SSLConfig(), "cafil", "cafile"),
        (LoggerConfig(), "levl", "level"),
    ):
        with pytest.raises(InvalidConfigurationError, match=f"Did you mean {nearest}") as caught:
            setattr(group, name, 1)
        assert isinstance(caught.value, AttributeError)


@pytest.mark.parametrize(
    ("key", "value", "error"),
    [
        (1, 1, TypeError),
        (None, 1, TypeError),
        ("hazelcast.client.heartbeat.interval", -1, ValueError),
        ("hazelcast.client.heartbeat.interval", "soon", ValueError),
        ("hazelcast.client.heartbeat.interval", True, TypeError),
        ("hazelcast.client.heartbeat.interval", [], TypeError),
        ("hazelcast.client.heartbeat.timeout", "nan", ValueError),
        ("hazelcast.client.statistics.enabled", "yes", TypeError),
        ("hazelcast.client.statistics.enabled", "yes", ValueError),
        ("hazelcast.client.statistics.enabled", 1, TypeError),
        ("hazelcast.client.cloud.discovery.token", 1, TypeError),
    ],
)
def test_a_wrong_property_is_refused(key: Any, value: Any, error: type[Exception]):
    config = ClientConfig()
    with pytest.raises(error):
        config.set_property(key, value)
    assert config.properties == {}


def test_a_name_of_a_property_that_is_no_text_is_refused():
    config = ClientConfig()
    config.properties[1] = 2  # type: ignore[index]
    with pytest.raises(TypeError, match="name of a property"):
        Config.resolve(config, {})


def test_the_dict_of_properties_can_be_set():
    config, mine = ClientConfig(), {module.PROPERTY_HEARTBEAT_INTERVAL: 2000}
    config.properties = mine
    assert config.properties is config.get_properties() is mine
    assert Config.resolve(config, {}).heartbeat_interval == 2
    for wrong in ([], {module.PROPERTY_HEARTBEAT_INTERVAL: True}, {5: 5}):
        with pytest.raises(TypeError):
            config.properties = wrong
    assert config.properties is mine


def test_a_property_of_none_is_not_set():
    config = ClientConfig().set_property("hazelcast.client.heartbeat.interval", None)
    assert Config.resolve(config, {}).heartbeat_interval == 5.0


@pytest.mark.parametrize(
    "wrong",
    [(1.5, 2, 3), ("1", 2, 3), (1, None, 3), (1, 2, 3.5), (1, 2, None), (True, 2, 3)],
)
def test_a_wrong_socket_option_is_refused(wrong: tuple[Any, Any, Any]):
    with pytest.raises(TypeError, match="SocketOption"):
        SocketOption(*wrong)


def test_a_socket_option_keeps_what_it_was_given():
    option = SocketOption(socket.SOL_SOCKET, 25, "eth0")
    assert (option.level, option.option, option.value) == (socket.SOL_SOCKET, 25, "eth0")
    assert repr(option) == f"SocketOption({socket.SOL_SOCKET}, 25, 'eth0')"
    assert copy.copy(option).value == copy.deepcopy(option).value == "eth0"
    option.value = "ethé"
    assert option.value == "ethé"
    for wrong in ("\ud800", 2**31, -(2**31) - 1):
        with pytest.raises(ValueError, match=r"SocketOption\.value"):
            option.value = wrong
    for name in ("level", "option"):
        with pytest.raises(ValueError, match=rf"SocketOption\.{name}"):
            setattr(option, name, 2**31)
    assert option.value == "ethé"


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("add_membership_listener", ("f",)),
        ("add_membership_listener", (None, 5)),
        ("add_membership_listener", (function, None, 1)),
        ("add_lifecycle_listener", ("f",)),
        ("add_near_cache_config", (None,)),
        ("add_near_cache_config", ("m",)),
        ("add_near_cache_config", (FlakeIdGeneratorConfig("m"),)),
        ("add_flake_id_generator_config", (NearCacheConfig("m"),)),
    ],
)
def test_helpers_refuse_what_is_wrong(method: str, arguments: tuple[Any, ...]):
    config = ClientConfig()
    with pytest.raises(TypeError):
        getattr(config, method)(*arguments)
    assert Config.resolve(config, {}).membership_listeners == []


@pytest.mark.parametrize(
    ("say", "text"),
    [
        (
            lambda config: config.add_membership_listener(5),
            "member_added of add_membership_listener must be a function, not int",
        ),
        (
            lambda config: config.add_membership_listener(None, None, 1),
            "fire_for_existing of add_membership_listener must be True or False, not int",
        ),
        (
            lambda config: config.add_lifecycle_listener(5),
            "lifecycle_state_changed of add_lifecycle_listener must be a function, not int",
        ),
        (
            # As it would be today.
            lambda config: setattr(config, "membership_listeners", [(function, None)]),
            "True or False, not a tuple of (function, NoneType)",
        ),
        (
            lambda config: config.serialization_config.add_portable_factory("1", {}),
            "factory_id of add_portable_factory must be an integer, not str",
        ),
        (
            lambda config: config.serialization_config.add_data_serializable_factory(1, []),
            "factory of add_data_serializable_factory must be a dict, not list",
        ),
        (
            lambda config: config.serialization_config.set_custom_serializer(5, int),
            "_type of set_custom_serializer must be a type, not int",
        ),
        (
            lambda config: config.serialization_config.set_custom_serializer(int, int),
            "serializer of set_custom_serializer must be a subclass of StreamSerializer",
        ),
    ],
)
def test_an_error_names_the_argument_that_is_wrong(say: Any, text: str):
    with pytest.raises(TypeError) as caught:
        say(ClientConfig())
    assert text in str(caught.value)


@pytest.mark.parametrize("name", [None, ""])
def test_a_near_cache_that_is_added_has_a_name(name: str | None):
    config = ClientConfig()
    with pytest.raises(InvalidConfigurationError, match="no name"):
        config.add_near_cache_config(NearCacheConfig(name))
    with pytest.raises(InvalidConfigurationError, match="no name"):
        config.add_flake_id_generator_config(FlakeIdGeneratorConfig(name))
    assert config.near_cache_configs == config.flake_id_generator_configs == {}


def test_serialization_helpers_refuse_what_is_wrong():
    config = SerializationConfig()
    for factory_id, classes in (("1", {}), (True, {}), (1, {1: int}), (1, []), ([], {})):
        with pytest.raises(TypeError):
            config.add_data_serializable_factory(factory_id, classes)
    for factory_id, classes in (("1", {}), (1, []), ([], {})):
        with pytest.raises(TypeError):
            config.add_portable_factory(factory_id, classes)
    for kind, serializer in ((1, PointSerializer), (int, int), (int, PointSerializer())):
        with pytest.raises(TypeError):
            config.set_custom_serializer(kind, serializer)
    assert config.data_serializable_factories == config.portable_factories == {}
    assert config.custom_serializers == {}


def test_no_text_shows_a_secret():
    config = ClientConfig()
    config.group_config.password = "s3cret"
    config.network_config.ssl_config.password = "s3cret"
    config.network_config.cloud_config.discovery_token = "s3cret"
    config.set_property(ClientProperties.HAZELCAST_CLOUD_DISCOVERY_TOKEN.name, "s3cret")
    assert "s3cret" not in repr(config)
    assert "***" in repr(config)


@pytest.mark.parametrize(
    "way", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))]
)
def test_configurations_can_be_copied(way: Any):
    config = ClientConfig().set_property("hazelcast.client.heartbeat.interval", 100)
    config.group_config.name = "prod"
    config.network_config.socket_options.append(SocketOption(1, 2, "x"))
    near = NearCacheConfig("m")
    near.time_to_live_seconds = 5
    config.add_near_cache_config(near)
    copied = way(config)
    made = Config.resolve(copied, {})
    assert (made.cluster_name, made.heartbeat_interval) == ("prod", 0.1)
    copied.set_property("hazelcast.client.heartbeat.interval", 200)
    assert config.get_properties() == {"hazelcast.client.heartbeat.interval": 100}
    assert made.socket_options == [(1, 2, b"x")]
    assert (made.near_caches["m"].time_to_live, made.near_caches["m"].eviction_policy) == (5, 0)
