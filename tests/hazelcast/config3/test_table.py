# SPDX-License-Identifier: Apache-2.0
"""The table of the options of 3.x: it has all of them, and each does what its line says."""

from __future__ import annotations

import logging
import runpy
import socket
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gridwire.hazelcast._options.config3.base import Group3x
from gridwire.hazelcast._options.config3.table import ROWS
from gridwire.hazelcast.config import (
    EVICTION_POLICY,
    IN_MEMORY_FORMAT,
    INTEGER_TYPE,
    PROPERTY_HEARTBEAT_INTERVAL,
    PROPERTY_HEARTBEAT_TIMEOUT,
    PROTOCOL,
    ClientCloudConfig,
    ClientConfig,
    ClientNetworkConfig,
    ClientProperties,
    Config,
    EvictionPolicy,
    FlakeIdGeneratorConfig,
    GroupConfig,
    InMemoryFormat,
    IntType,
    LoggerConfig,
    NearCacheConfig,
    SerializationConfig,
    SocketOption,
    SSLConfig,
    SSLProtocol,
)
from gridwire.hazelcast.errors import InvalidConfigurationError
from gridwire.hazelcast.serialization.api import IdentifiedDataSerializable, StreamSerializer
from gridwire.hazelcast.util import RandomLB, RoundRobinLB

PROJECT = Path(__file__).resolve().parents[3]
TOOL = PROJECT / "tools" / "gen_3x_options_doc.py"
PAGE = PROJECT / "docs" / "reference" / "hazelcast-3-options.md"

NAMES = {
    "ClientConfig": "group_config network_config load_balancer membership_listeners "
    "lifecycle_listeners near_cache_configs flake_id_generator_configs serialization_config "
    "logger_config client_name add_membership_listener add_lifecycle_listener "
    "add_near_cache_config add_flake_id_generator_config get_property_or_default get_properties "
    "set_property",
    "GroupConfig": "name password",
    "ClientNetworkConfig": "addresses connection_attempt_limit connection_attempt_period "
    "connection_timeout socket_options redo_operation smart_routing ssl_config cloud_config",
    "SocketOption": "level option value",
    "SerializationConfig": "portable_version data_serializable_factories portable_factories "
    "class_definitions check_class_def_errors is_big_endian default_integer_type "
    "add_data_serializable_factory add_portable_factory set_custom_serializer custom_serializers "
    "global_serializer",
    "NearCacheConfig": "name invalidate_on_change in_memory_format time_to_live_seconds "
    "max_idle_seconds eviction_policy eviction_max_size eviction_sampling_count "
    "eviction_sampling_pool_size",
    "SSLConfig": "enabled cafile certfile keyfile password protocol ciphers",
    "FlakeIdGeneratorConfig": "name prefetch_count prefetch_validity_in_millis",
    "ClientCloudConfig": "enabled discovery_token",
    "LoggerConfig": "config_file level",
    "ClientProperties": "HEARTBEAT_INTERVAL HEARTBEAT_TIMEOUT INVOCATION_TIMEOUT_SECONDS "
    "INVOCATION_RETRY_PAUSE_MILLIS HAZELCAST_CLOUD_DISCOVERY_TOKEN STATISTICS_ENABLED "
    "STATISTICS_PERIOD_SECONDS SERIALIZATION_INPUT_RETURNS_BYTEARRAY",
}
"""Public attributes of the classes of hazelcast-python-client 3.12.3, read from its source."""

OURS_ALONE = {"ClientConfig.properties"}
"""A public name of what was private there."""


class Point(IdentifiedDataSerializable):
    pass


class PointSerializer(StreamSerializer):
    pass


def added(member: object) -> None: ...


def removed(member: object) -> None: ...


def changed(state: object) -> None: ...


LOAD_BALANCER = RoundRobinLB()
NOT_YET = "has no effect in this version"
"""What is said as long as an option is not there yet."""


def resolve(config: ClientConfig, **keywords: Any) -> tuple[dict[str, Any], list[str]]:
    """The options of today that are not at their defaults on the path of 3.x, and warnings."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        made, plain = Config.resolve(config, keywords), Config.resolve(ClientConfig(), {})
    different = {
        name: getattr(made, name)
        for name in Config.options
        if getattr(made, name) != getattr(plain, name)
        and not isinstance(getattr(made, name), RandomLB)
    }
    return different, [str(one.message) for one in heard]


def near(**values: Any) -> Callable[[ClientConfig], object]:
    """Sets options of a near cache."""

    def change(config: ClientConfig) -> None:
        group = NearCacheConfig("m")
        for name, value in values.items():
            setattr(group, name, value)
        config.add_near_cache_config(group)

    return change


def set_at(path: str, **values: Any) -> Callable[[ClientConfig], object]:
    """Sets attributes of a part of the configuration."""

    def change(config: ClientConfig) -> None:
        target: Any = config
        for name in path.split(".") if path else ():
            target = getattr(target, name)
        for name, value in values.items():
            setattr(target, name, value)

    return change


def flake(config: ClientConfig) -> None:
    group = FlakeIdGeneratorConfig("ids")
    group.prefetch_count = 7
    group.prefetch_validity_in_millis = 1500
    config.add_flake_id_generator_config(group)


def group_of(name: str) -> GroupConfig:
    group = GroupConfig()
    group.name = name
    return group


def network_of(address: str) -> ClientNetworkConfig:
    network = ClientNetworkConfig()
    network.addresses = [address]
    return network


def tls_of(cafile: str) -> SSLConfig:
    config = SSLConfig()
    config.enabled, config.cafile = True, cafile
    return config


def cloud_of(token: str) -> ClientCloudConfig:
    config = ClientCloudConfig()
    config.enabled, config.discovery_token = True, token
    return config


def little_endian() -> SerializationConfig:
    config = SerializationConfig()
    config.is_big_endian = False
    return config


def logger_of(level: int) -> LoggerConfig:
    config = LoggerConfig()
    config.level = level
    return config


NETWORK, SERIAL, TLS = "network_config", "serialization_config", "network_config.ssl_config"
CLOUD = "network_config.cloud_config"
NO_LOGGER = "leaves logging to the program"

# By the place: what a program does, and the options of today, or a part of the warning.
CASES: dict[str, tuple[Callable[[ClientConfig], object], dict[str, Any] | str]] = {
    "ClientConfig.group_config": (set_at("", group_config=group_of("g")), {"cluster_name": "g"}),
    "ClientConfig.network_config": (
        set_at("", network_config=network_of("a:1")),
        {"cluster_members": ["a:1"]},
    ),
    "ClientConfig.load_balancer": (
        set_at("", load_balancer=LOAD_BALANCER),
        {"load_balancer": LOAD_BALANCER},
    ),
    "ClientConfig.membership_listeners": (
        set_at(
            "",
            membership_listeners=[(added, None, True), (None, removed, False), (None, None, True)],
        ),
        {"membership_listeners": [(added, None), (None, removed)]},
    ),
    "ClientConfig.lifecycle_listeners": (
        set_at("", lifecycle_listeners=[changed]),
        {"lifecycle_listeners": [changed]},
    ),
    "ClientConfig.serialization_config": (
        set_at("", serialization_config=little_endian()),
        {"is_big_endian": False},
    ),
    "ClientConfig.logger_config": (set_at("", logger_config=logger_of(50)), NO_LOGGER),
    "ClientConfig.client_name": (set_at("", client_name="me"), {"client_name": "me"}),
    "ClientConfig.properties": (
        lambda config: config.properties.update({PROPERTY_HEARTBEAT_INTERVAL: 250}),
        {"heartbeat_interval": 0.25},
    ),
    "ClientConfig.get_properties": (
        lambda config: config.get_properties().update({PROPERTY_HEARTBEAT_INTERVAL: 250}),
        {"heartbeat_interval": 0.25},
    ),
    "ClientConfig.get_property_or_default": (
        lambda config: config.get_property_or_default(PROPERTY_HEARTBEAT_INTERVAL, 250),
        {},
    ),
    "ClientConfig.set_property": (
        lambda config: config.set_property(PROPERTY_HEARTBEAT_TIMEOUT, 7500),
        {"heartbeat_timeout": 7.5},
    ),
    "ClientConfig.add_membership_listener": (
        lambda config: config.add_membership_listener(added, fire_for_existing=True),
        {"membership_listeners": [(added, None)]},
    ),
    "ClientConfig.add_lifecycle_listener": (
        lambda config: config.add_lifecycle_listener(changed).add_lifecycle_listener(),
        {"lifecycle_listeners": [changed]},
    ),
    "GroupConfig.name": (set_at("group_config", name="prod"), {"cluster_name": "prod"}),
    "GroupConfig.password": (set_at("group_config", password="s3cret"), "creds_password"),
    "ClientNetworkConfig.addresses": (
        lambda config: config.network_config.addresses.append("a:5701"),
        {"cluster_members": ["a:5701"]},
    ),
    "ClientNetworkConfig.connection_attempt_limit": (
        set_at(NETWORK, connection_attempt_limit=5),
        {"retry_max_rounds": 5},
    ),
    "ClientNetworkConfig.connection_attempt_period": (
        set_at(NETWORK, connection_attempt_period=0.5),
        {"retry_initial_backoff": 0.5, "retry_max_backoff": 0.5},
    ),
    "ClientNetworkConfig.connection_timeout": (
        set_at(NETWORK, connection_timeout=None),
        {"connection_timeout": 0},
    ),
    "ClientNetworkConfig.socket_options": (
        lambda config: config.network_config.socket_options.append(
            SocketOption(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        ),
        {"socket_options": [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]},
    ),
    "ClientNetworkConfig.redo_operation": (
        set_at(NETWORK, redo_operation=True),
        {"redo_operation": True},
    ),
    "ClientNetworkConfig.smart_routing": (
        set_at(NETWORK, smart_routing=False),
        {"smart_routing": False},
    ),
    "ClientNetworkConfig.ssl_config": (
        set_at(NETWORK, ssl_config=tls_of("ca.pem")),
        {"ssl_enabled": True, "ssl_cafile": "ca.pem"},
    ),
    "ClientNetworkConfig.cloud_config": (
        set_at(NETWORK, cloud_config=cloud_of("t")),
        {"cloud_discovery_token": "t"},
    ),
    "SocketOption.level": (
        set_at(NETWORK, socket_options=[SocketOption(7, 0, 0)]),
        {"socket_options": [(7, 0, 0)]},
    ),
    "SocketOption.option": (
        set_at(NETWORK, socket_options=[SocketOption(0, 8, 0)]),
        {"socket_options": [(0, 8, 0)]},
    ),
    "SocketOption.value": (
        set_at(NETWORK, socket_options=[SocketOption(1, 2, "ethé"), SocketOption(1, 2, b"\xff")]),
        {"socket_options": [(1, 2, b"eth\xc3\xa9"), (1, 2, b"\xff")]},
    ),
    "SSLConfig.enabled": (set_at(TLS, enabled=True), {"ssl_enabled": True}),
    "SSLConfig.cafile": (set_at(TLS, cafile="ca"), {"ssl_cafile": "ca"}),
    "SSLConfig.certfile": (set_at(TLS, certfile="cert"), {"ssl_certfile": "cert"}),
    "SSLConfig.keyfile": (set_at(TLS, keyfile="key"), {"ssl_keyfile": "key"}),
    "SSLConfig.password": (set_at(TLS, password=bytearray(b"pw")), {"ssl_password": b"pw"}),
    "SSLConfig.protocol": (
        set_at(TLS, protocol=PROTOCOL.TLSv1_3),
        {"ssl_protocol": SSLProtocol.TLSv1_3},
    ),
    "SSLConfig.ciphers": (set_at(TLS, ciphers="ALL"), {"ssl_ciphers": "ALL"}),
    "ClientCloudConfig.enabled": (set_at(CLOUD, enabled=True), {}),
    "ClientCloudConfig.discovery_token": (set_at(CLOUD, discovery_token="s3cret"), "is not used"),
    "SerializationConfig.portable_version": (
        set_at(SERIAL, portable_version=3),
        {"portable_version": 3},
    ),
    "SerializationConfig.data_serializable_factories": (
        lambda config: config.serialization_config.data_serializable_factories.update(
            {1: {2: Point}}
        ),
        {"data_serializable_factories": {1: {2: Point}}},
    ),
    "SerializationConfig.check_class_def_errors": (
        set_at(SERIAL, check_class_def_errors=False),
        {"check_class_definition_errors": False},
    ),
    "SerializationConfig.is_big_endian": (
        set_at(SERIAL, is_big_endian=False),
        {"is_big_endian": False},
    ),
    "SerializationConfig.default_integer_type": (
        set_at(SERIAL, default_integer_type=INTEGER_TYPE.LONG),
        {"default_int_type": IntType.LONG},
    ),
    "SerializationConfig.custom_serializers": (
        set_at(SERIAL, custom_serializers={complex: PointSerializer}),
        {"custom_serializers": {complex: PointSerializer}},
    ),
    "SerializationConfig.global_serializer": (
        set_at(SERIAL, global_serializer=PointSerializer),
        {"global_serializer": PointSerializer},
    ),
    "SerializationConfig.add_data_serializable_factory": (
        lambda config: config.serialization_config.add_data_serializable_factory(1, {2: Point}),
        {"data_serializable_factories": {1: {2: Point}}},
    ),
    "SerializationConfig.set_custom_serializer": (
        lambda config: config.serialization_config.set_custom_serializer(complex, PointSerializer),
        {"custom_serializers": {complex: PointSerializer}},
    ),
    "LoggerConfig.config_file": (set_at("logger_config", config_file="l.json"), NO_LOGGER),
    "LoggerConfig.level": (set_at("logger_config", level=logging.DEBUG), NO_LOGGER),
}

# Of the options of a near cache: what is set, and what the near cache of today has.
NEAR_CASES: dict[str, tuple[Any, dict[str, Any]]] = {
    "invalidate_on_change": (False, {"invalidate_on_change": False}),
    "in_memory_format": (IN_MEMORY_FORMAT.OBJECT, {"in_memory_format": InMemoryFormat.OBJECT}),
    "time_to_live_seconds": (30, {"time_to_live": 30}),
    "max_idle_seconds": (40, {"max_idle": 40}),
    "eviction_policy": (EVICTION_POLICY.LFU, {"eviction_policy": EvictionPolicy.LFU}),
    "eviction_max_size": (50, {"eviction_max_size": 50}),
    "eviction_sampling_count": (5, {"eviction_sampling_count": 5}),
    "eviction_sampling_pool_size": (6, {"eviction_sampling_pool_size": 6}),
}

# Of each property: values, and the option of today.
PROPERTY_CASES: dict[str, list[tuple[Any, dict[str, Any] | str]]] = {
    "HEARTBEAT_INTERVAL": [
        (1000, {"heartbeat_interval": 1.0}),
        ("1500", {"heartbeat_interval": 1.5}),
        (100, {"heartbeat_interval": 0.1}),
    ],
    "HEARTBEAT_TIMEOUT": [(9000.5, {"heartbeat_timeout": 9.0005})],
    "INVOCATION_TIMEOUT_SECONDS": [(60, {"invocation_timeout": 60})],
    "INVOCATION_RETRY_PAUSE_MILLIS": [(250, {"invocation_retry_pause": 0.25})],
    "HAZELCAST_CLOUD_DISCOVERY_TOKEN": [("t", {"cloud_discovery_token": "t"}), ("", {})],
    "STATISTICS_ENABLED": [
        (True, {"statistics_enabled": True}),
        ("True", {"statistics_enabled": True}),
        ("false", {}),
    ],
    "STATISTICS_PERIOD_SECONDS": [("5", {"statistics_period": 5})],
    "SERIALIZATION_INPUT_RETURNS_BYTEARRAY": [(True, {}), (False, "never a list")],
}

ELSEWHERE = {
    "ClientConfig.near_cache_configs",
    "ClientConfig.add_near_cache_config",
    "ClientConfig.flake_id_generator_configs",
    "ClientConfig.add_flake_id_generator_config",
    "SerializationConfig.portable_factories",
    "SerializationConfig.add_portable_factory",
    "SerializationConfig.class_definitions",
    "NearCacheConfig.name",
    "FlakeIdGeneratorConfig.name",
    "FlakeIdGeneratorConfig.prefetch_count",
    "FlakeIdGeneratorConfig.prefetch_validity_in_millis",
}
"""Rows with tests of their own below."""


# -- all of them are there ------------------------------------------------------------------------


def test_every_public_attribute_of_3x_is_a_row():
    official = {f"{cls}.{name}" for cls, names in NAMES.items() for name in names.split()}
    assert {row.place for row in ROWS} == official | OURS_ALONE
    assert len({row.place for row in ROWS}) == len(ROWS)


def test_every_public_attribute_of_our_classes_is_a_row():
    places = {row.place for row in ROWS}
    for group in {row.group for row in ROWS if issubclass(row.group, Group3x)}:
        own = {name for name in vars(group) if not name.startswith("_")} - {"check", "options"}
        assert {f"{group.__name__}.{name}" for name in own} <= places


def test_every_row_has_a_test():
    tested = {f"NearCacheConfig.{name}" for name in NEAR_CASES}
    tested |= {f"ClientProperties.{name}" for name in PROPERTY_CASES}
    assert {row.place for row in ROWS} == {*CASES, *tested, *ELSEWHERE}


def test_every_option_of_today_in_the_table_exists():
    for row in ROWS:
        group = row.group if row.group in (NearCacheConfig, FlakeIdGeneratorConfig) else Config
        assert set(row.today) <= set(group.options), row.place


# -- each does what it says -----------------------------------------------------------------------


@pytest.mark.parametrize("place", CASES)
def test_what_an_option_means_today(place: str):
    change, expected = CASES[place]
    config = ClientConfig()
    change(config)
    if isinstance(expected, dict) and any(Config.options[name].feature for name in expected):
        with pytest.raises(InvalidConfigurationError, match=NOT_YET):
            resolve(config)
        return
    different, heard = resolve(config)
    if isinstance(expected, str):
        assert different == {}
        (text,) = heard
        assert expected in text
        assert "s3cret" not in text
    else:
        assert (different, heard) == (expected, [])
        # The table says of which options this is.
        (row,) = [row for row in ROWS if row.place == place]
        assert set(different) <= set(row.today) or not row.today


@pytest.mark.parametrize("name", NEAR_CASES)
def test_what_an_option_of_a_near_cache_means_today(name: str):
    value, expected = NEAR_CASES[name]
    config = ClientConfig()
    near(**{name: value})(config)
    made = Config.resolve(config, {}).near_caches["m"]
    fresh = NearCacheConfig()
    fresh.eviction_policy = EvictionPolicy.NONE
    different = {
        option: getattr(made, option)
        for option in NearCacheConfig.options
        if getattr(made, option) != getattr(fresh, option)
    }
    assert different == expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [(name, *case) for name, cases in PROPERTY_CASES.items() for case in cases],
)
def test_what_a_property_means_today(name: str, value: Any, expected: dict[str, Any] | str):
    config = ClientConfig().set_property(getattr(ClientProperties, name).name, value)
    different, heard = resolve(config)
    if isinstance(expected, str):
        assert different == {}
        (text,) = heard
        assert expected in text
    else:
        assert (different, heard) == (expected, [])


@pytest.mark.parametrize("add", [False, True])
def test_near_caches(add: bool):
    config = ClientConfig()
    group = NearCacheConfig("m")
    if add:
        assert config.add_near_cache_config(group) is config
    else:
        config.near_cache_configs = {"m": group}
    made = Config.resolve(config, {}).near_caches
    assert list(made) == ["m"]
    assert made["m"].eviction_policy is EvictionPolicy.NONE
    # What a client is made of is its own.
    group.eviction_max_size = 3
    assert made["m"].eviction_max_size == 10_000
    assert config.near_cache_configs["m"] is group


def test_flake_id_generators():
    config = ClientConfig()
    flake(config)
    assert list(config.flake_id_generator_configs) == ["ids"]
    if Config.options["flake_id_generators"].feature:
        with pytest.raises(InvalidConfigurationError, match=NOT_YET):
            Config.resolve(config, {})
        return
    made = Config.resolve(config, {}).flake_id_generators["ids"]
    assert (made.prefetch_count, made.prefetch_validity) == (7, 1.5)


def test_the_spellings_of_a_flake_id_generator():
    group = FlakeIdGeneratorConfig()
    assert group.prefetch_validity_in_millis == 600_000
    group.prefetch_validity_in_millis = 1500
    assert (group.prefetch_validity, group.prefetch_validity_in_millis) == (1.5, 1500)
    assert (
        FlakeIdGeneratorConfig.from_dict({"prefetch_validity_in_millis": 500}).prefetch_validity
        == 0.5
    )


def test_class_definitions_are_a_set_that_becomes_a_list():
    config = ClientConfig()
    assert config.serialization_config.class_definitions == set()
    with pytest.raises(TypeError, match="must be a set"):
        config.serialization_config.class_definitions = []
    assert Config.resolve(config, {}).class_definitions == []


@pytest.mark.parametrize("how", ["table", "adding"])
def test_portable_factories(how: str):
    serialization = SerializationConfig()
    factories = {1: {}}
    if how == "table":
        serialization.portable_factories = factories
        assert serialization.portable_factories is factories
    else:
        serialization.add_portable_factory(1, factories[1])
        assert serialization.portable_factories == factories
    config = ClientConfig()
    config.serialization_config = serialization
    if Config.options["portable_factories"].feature:
        with pytest.raises(InvalidConfigurationError, match=NOT_YET):
            Config.resolve(config, {})
    else:
        assert Config.resolve(config, {}).portable_factories == factories


def test_every_version_of_tls_is_the_one_of_its_name():
    for each in PROTOCOL:
        config = ClientConfig()
        config.network_config.ssl_config.protocol = each
        expected = {"SSL": "SSLv3", "TLS": "TLSv1_2"}.get(each.name, each.name)
        assert Config.resolve(config, {}).ssl_protocol is SSLProtocol[expected]
    assert Config.resolve(ClientConfig(), {}).ssl_protocol is None


# -- the page -------------------------------------------------------------------------------------


def main(*arguments: object) -> int:
    """Run the tool in this process; its exit status."""
    status: int = runpy.run_path(str(TOOL))["main"](list(map(str, arguments)))
    return status


@pytest.fixture(autouse=True)
def _tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(TOOL.parent))


def test_the_page_is_what_the_table_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main("--check") == 0
    other = tmp_path / "page.md"
    other.write_bytes(PAGE.read_bytes().replace(b"`dev`", b"`prod`").replace(b"'dev'", b"'x'"))
    assert main("--check", "--page", other) == 1
    assert "stale" in capsys.readouterr().err


def test_every_row_is_a_line_of_the_page():
    page = PAGE.read_text()
    for row in ROWS:
        section = page.partition(f"\n## {row.group.__name__}\n")[2].partition("\n## ")[0]
        lines = [line for line in section.splitlines() if line.startswith(f"| `{row.name}`")]
        assert len(lines) == 1, row.place
        assert row.meaning in lines[0]
        assert all(f"`{name}`" in lines[0] for name in row.today)
