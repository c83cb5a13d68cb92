# SPDX-License-Identifier: Apache-2.0
"""A `ClientConfig` beside keywords, beside the environment, and warnings about it."""

from __future__ import annotations

import copy
import inspect
import warnings
from typing import Any

import pytest

from gridwire.errors import GridwireError
from gridwire.hazelcast import HazelcastClient
from gridwire.hazelcast.config import (
    ClientConfig,
    ClientProperties,
    Config,
    ConfigurationWarning,
    ContradictingOptionsError,
    FlakeIdGeneratorConfig,
    NearCacheConfig,
    SocketOption,
    UnknownOptionError,
)
from gridwire.hazelcast.errors import InvalidConfigurationError
from gridwire.hazelcast.util import RandomLB, RoundRobinLB

PATH_3X = {
    "retry_initial_backoff": 3,
    "retry_max_backoff": 3,
    "retry_multiplier": 1,
    "retry_max_rounds": 2,
    "retry_on_auth_failure": True,
}
"""What is otherwise on the path of 3.x, but for the load balancer."""


@pytest.mark.parametrize("milliseconds", [9, 13, "43", 2000])
def test_milliseconds_are_the_seconds_that_a_keyword_says(milliseconds):
    """A number times 0.001 may be next to it."""
    config = ClientConfig().set_property("hazelcast.client.heartbeat.interval", milliseconds)
    seconds = int(milliseconds) / 1000
    made = Config.resolve(config, {"heartbeat_interval": seconds})
    assert made.heartbeat_interval == seconds


def test_the_defaults_of_3x_hold_on_that_path_only():
    made, today = Config.resolve(ClientConfig(), {}), Config()
    different = {
        name: getattr(made, name)
        for name in Config.options
        if getattr(made, name) != getattr(today, name)
    }
    assert isinstance(different.pop("load_balancer"), RandomLB)
    assert different == PATH_3X
    assert today.retry_max_rounds is None
    assert Config.resolve(None, {}).retry_max_rounds is None


class Empty(RoundRobinLB):
    """Has no truth."""

    def __len__(self) -> int:
        return 0

    def __call__(self, _: object) -> None: ...


def test_what_has_no_truth_is_something_that_was_given():
    config, empty = ClientConfig(), Empty()
    config.load_balancer = empty
    config.add_membership_listener(empty).add_lifecycle_listener(empty)
    made = Config.resolve(config, {})
    assert made.load_balancer is empty
    assert (made.membership_listeners, made.lifecycle_listeners) == ([(empty, None)], [empty])


def test_two_clients_do_not_share_a_load_balancer():
    config = ClientConfig()
    one, other = (Config.resolve(config, {}).load_balancer for _ in range(2))
    assert one is not other


KEYWORDS: dict[str, Any] = {
    "labels": ["a"],
    "creds_username": "me",
    "ssl_check_hostname": False,
    "ssl_enabled": True,
    "cluster_name": "prod",
    "cluster_members": ["a:1"],
    "retry_max_rounds": 7,
    "cluster_connect_timeout": 20,
    "retry_initial_backoff": 0.1,
    "connection_timeout": 0,
    "heartbeat_interval": 1,
    "near_caches": {"m": {}},
    "load_balancer": RoundRobinLB(),
    "retry_on_auth_failure": False,
}


@pytest.mark.parametrize("name", KEYWORDS)
def test_a_keyword_wins_over_what_was_not_set(name: str):
    made = Config.resolve(ClientConfig(), {name: KEYWORDS[name]})
    value = getattr(made, name)
    if name == "near_caches":
        # It is a near cache of today.
        assert value["m"].eviction_policy.name == "LRU"
    else:
        assert value == KEYWORDS[name]


def test_a_keyword_wins_over_all_that_an_option_decides():
    # Two rounds would be over long before twenty seconds are.
    made = Config.resolve(ClientConfig(), {"cluster_connect_timeout": 20})
    assert made.retry_max_rounds is None
    assert made.retry_initial_backoff == 3
    # Whoever says how pauses grow does not mean pauses that do not.
    made = Config.resolve(ClientConfig(), {"retry_multiplier": 2, "retry_max_rounds": 4})
    today = Config()
    assert made.retry_initial_backoff == today.retry_initial_backoff
    assert made.retry_max_backoff == today.retry_max_backoff
    assert (made.retry_multiplier, made.retry_max_rounds) == (2, 4)


def set_all(config: ClientConfig) -> None:
    config.group_config.name = "g"
    config.client_name = "c"
    config.load_balancer = RandomLB()
    config.add_membership_listener(print)
    config.add_lifecycle_listener(print)
    config.add_near_cache_config(NearCacheConfig("m"))
    network, tls = config.network_config, config.network_config.ssl_config
    network.addresses = ["a:1"]
    network.connection_attempt_limit = 9
    network.connection_attempt_period = 9
    network.connection_timeout = 9
    network.socket_options = [SocketOption(1, 2, 3)]
    network.redo_operation = True
    network.smart_routing = False
    tls.enabled, tls.cafile, tls.certfile, tls.keyfile = True, "a", "b", "c"
    tls.password, tls.protocol, tls.ciphers = "s3cret", 5, "ALL"
    config.serialization_config.is_big_endian = False
    config.serialization_config.default_integer_type = 4
    config.set_property(ClientProperties.HEARTBEAT_INTERVAL.name, 9000)
    config.set_property(ClientProperties.HEARTBEAT_TIMEOUT.name, 99000)
    config.set_property(ClientProperties.INVOCATION_TIMEOUT_SECONDS.name, 9)
    config.set_property(ClientProperties.STATISTICS_ENABLED.name, True)


AGAINST = {
    "cluster_name": ("h", "GroupConfig.name"),
    "client_name": ("d", "ClientConfig.client_name"),
    "load_balancer": (RandomLB(), "ClientConfig.load_balancer"),
    "membership_listeners": ([(None, print)], "ClientConfig.membership_listeners"),
    "lifecycle_listeners": ([repr], "ClientConfig.lifecycle_listeners"),
    "near_caches": ({"m": {}}, "ClientConfig.near_cache_configs"),
    "cluster_members": (["b:1"], "ClientNetworkConfig.addresses"),
    "retry_max_rounds": (8, "ClientNetworkConfig.connection_attempt_limit"),
    "cluster_connect_timeout": (8, "ClientNetworkConfig.connection_attempt_limit"),
    "retry_initial_backoff": (8, "ClientNetworkConfig.connection_attempt_period"),
    "retry_max_backoff": (8, "ClientNetworkConfig.connection_attempt_period"),
    "retry_multiplier": (8, "ClientNetworkConfig.connection_attempt_period"),
    "retry_jitter": (0.5, "ClientNetworkConfig.connection_attempt_period"),
    "connection_timeout": (8, "ClientNetworkConfig.connection_timeout"),
    "socket_options": ([(1, 2, 4)], "ClientNetworkConfig.socket_options"),
    "redo_operation": (False, "ClientNetworkConfig.redo_operation"),
    "smart_routing": (True, "ClientNetworkConfig.smart_routing"),
    "ssl_enabled": (False, "SSLConfig.enabled"),
    "ssl_cafile": ("z", "SSLConfig.cafile"),
    "ssl_password": ("z3cret", "SSLConfig.password"),
    "ssl_protocol": ("TLSv1_3", "SSLConfig.protocol"),
    "is_big_endian": (True, "SerializationConfig.is_big_endian"),
    "default_int_type": ("INT", "SerializationConfig.default_integer_type"),
    "heartbeat_interval": (8, "hazelcast.client.heartbeat.interval"),
    "invocation_timeout": (8, "hazelcast.client.invocation.timeout.seconds"),
    "statistics_enabled": (False, "hazelcast.client.statistics.enabled"),
}


@pytest.mark.parametrize("name", AGAINST)
def test_a_keyword_against_what_was_set_is_an_error_that_names_both(name: str):
    config = ClientConfig()
    set_all(config)
    value, place = AGAINST[name]
    with pytest.raises(ContradictingOptionsError) as caught:
        Config.resolve(config, {name: value})
    text = str(caught.value)
    assert place in text
    assert f"the keyword {name} " in text
    assert "neither of them wins" in text
    assert "3cret" not in text


def test_a_keyword_that_says_the_same_is_none():
    config = ClientConfig()
    set_all(config)
    same = {
        "cluster_name": "g",
        "cluster_members": ["a:1"],
        "retry_max_rounds": 9,
        "cluster_connect_timeout": -1,
        "retry_jitter": 0,
        "heartbeat_interval": 9,
        "ssl_protocol": "TLSv1_2",
        "default_int_type": "LONG",
        "membership_listeners": [(print, None)],
    }
    made = Config.resolve(config, same)
    assert (made.cluster_name, made.retry_max_rounds) == ("g", 9)


def test_what_was_set_to_its_default_was_set():
    config = ClientConfig()
    config.group_config.name = "dev"
    config.network_config.smart_routing = True
    for name, value in (("cluster_name", "prod"), ("smart_routing", False)):
        with pytest.raises(ContradictingOptionsError, match=name):
            Config.resolve(config, {name: value})


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy])
def test_a_copy_knows_what_was_set(way: Any):
    config = ClientConfig()
    config.group_config.name = "dev"
    config.group_config = way(config.group_config)
    with pytest.raises(ContradictingOptionsError, match="cluster_name"):
        Config.resolve(way(config), {"cluster_name": "prod"})


def test_a_keyword_of_none_says_nothing():
    config = ClientConfig()
    config.group_config.name = "g"
    assert Config.resolve(config, {"cluster_name": None}).cluster_name == "g"
    with pytest.raises(UnknownOptionError, match="cluster_name"):
        Config.resolve(config, {"cluster_nme": None})
    with pytest.raises(UnknownOptionError, match="cluster_name"):
        Config.resolve(config, {"cluster_nme": "x"})


def test_two_options_of_3x_that_say_different_things():
    config = ClientConfig()
    cloud = config.network_config.cloud_config
    cloud.enabled, cloud.discovery_token = True, "s3cret-1"
    config.set_property(ClientProperties.HAZELCAST_CLOUD_DISCOVERY_TOKEN.name, "s3cret-2")
    with pytest.raises(ContradictingOptionsError) as caught:
        Config.resolve(config, {})
    for part in ("ClientCloudConfig", "hazelcast.client.cloud.discovery.token"):
        assert part in str(caught.value)
    assert "s3cret" not in str(caught.value)
    cloud.discovery_token = "s3cret-2"
    assert Config.resolve(config, {}).cloud_discovery_token == "s3cret-2"


def test_options_of_today_that_contradict_each_other_do_so_here_too():
    config = ClientConfig()
    config.network_config.ssl_config.cafile = "ca.pem"
    with pytest.raises(ContradictingOptionsError, match="ssl_enabled"):
        Config.resolve(config, {}).snapshot()
    config = ClientConfig().set_property(ClientProperties.HEARTBEAT_TIMEOUT.name, 4000)
    with pytest.raises(GridwireError, match="heartbeat_timeout"):
        Config.resolve(config, {}).snapshot()


def token_and_addresses(config: ClientConfig) -> None:
    config.network_config.addresses.append("10.0.0.7")
    config.network_config.cloud_config.enabled = True
    config.network_config.cloud_config.discovery_token = "t"


@pytest.mark.parametrize(
    ("change", "places"),
    [
        (
            lambda config: setattr(config.network_config.ssl_config, "cafile", "ca.pem"),
            ["ssl_enabled is SSLConfig.enabled", "ssl_cafile is SSLConfig.cafile"],
        ),
        (
            token_and_addresses,
            [
                "cluster_members is ClientNetworkConfig.addresses",
                "cloud_discovery_token is ClientCloudConfig.discovery_token",
            ],
        ),
        (
            lambda config: config.set_property(ClientProperties.HEARTBEAT_TIMEOUT.name, 4000),
            ["heartbeat_timeout is the property hazelcast.client.heartbeat.timeout"],
        ),
        (
            lambda config: config.add_flake_id_generator_config(FlakeIdGeneratorConfig("ids")),
            ["flake_id_generators is ClientConfig.flake_id_generator_configs"],
        ),
    ],
)
@pytest.mark.parametrize("way", [lambda made: made, copy.copy])
def test_an_error_in_names_of_today_tells_those_of_3x(change, places: list[str], way):
    config = ClientConfig()
    change(config)
    with pytest.raises(InvalidConfigurationError) as caught:
        way(Config.resolve(config, {})).snapshot()
    assert str(caught.value).endswith(f" In a ClientConfig {', '.join(places)}.")


def test_an_error_about_keywords_tells_no_names_of_3x():
    with pytest.raises(ContradictingOptionsError) as caught:
        Config.resolve(None, {"ssl_cafile": "ca.pem"}).snapshot()
    assert "ClientConfig" not in str(caught.value)
    with pytest.raises(ContradictingOptionsError) as caught:
        Config.resolve(ClientConfig(), {"ssl_cafile": "ca.pem"}).snapshot()
    assert str(caught.value).endswith("In a ClientConfig ssl_enabled is SSLConfig.enabled.")


def test_a_config_of_today_still_takes_no_keywords():
    with pytest.raises(GridwireError, match="not both"):
        Config.resolve(Config(), {"cluster_name": "x"})
    with pytest.raises(TypeError, match="a Config or a ClientConfig"):
        Config.resolve(object(), {})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a Config or a ClientConfig"):
        Config.resolve(ClientConfig, {})  # type: ignore[arg-type]


def test_a_subclass_is_a_configuration_too():
    class Ours(ClientConfig):
        pass

    config = Ours()
    config.group_config.name = "prod"
    assert Config.resolve(config, {}).cluster_name == "prod"


# -- the environment ------------------------------------------------------------------------------


def test_properties_come_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    interval, enabled = ClientProperties.HEARTBEAT_INTERVAL.name, "hazelcast.client.statistics"
    monkeypatch.setenv(interval, "250")
    monkeypatch.setenv(f"{enabled}.enabled", "TRUE")
    config = ClientConfig()
    made = Config.resolve(config, {})
    assert (made.heartbeat_interval, made.statistics_enabled) == (0.25, True)
    # What is set wins, and so does a keyword.
    assert Config.resolve(config, {"heartbeat_interval": 2}).heartbeat_interval == 2
    config.set_property(interval, 500)
    assert Config.resolve(config, {}).heartbeat_interval == 0.5
    # For nobody else.
    assert Config.resolve(None, {}).heartbeat_interval == 5.0
    assert Config.resolve(Config(), {}).heartbeat_interval == 5.0


def test_what_is_set_anywhere_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(ClientProperties.HAZELCAST_CLOUD_DISCOVERY_TOKEN.name, "environment")
    config = ClientConfig()
    assert Config.resolve(config, {}).cloud_discovery_token == "environment"
    cloud = config.network_config.cloud_config
    cloud.enabled, cloud.discovery_token = True, "set"
    assert Config.resolve(config, {}).cloud_discovery_token == "set"


def test_a_wrong_value_in_the_environment_is_an_error_that_names_it(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("hazelcast.client.heartbeat.timeout", "long")
    with pytest.raises(ValueError, match=r"hazelcast\.client\.heartbeat\.timeout"):
        Config.resolve(ClientConfig(), {})


# -- warnings -------------------------------------------------------------------------------------


def heard_from(config: ClientConfig) -> list[str]:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        Config.resolve(config, {})
    assert all(one.category is ConfigurationWarning for one in heard)
    return [str(one.message) for one in heard]


def test_a_plain_configuration_warns_of_nothing():
    config = ClientConfig()
    config.group_config.password = ""
    assert heard_from(config) == heard_from(ClientConfig()) == []


def test_an_unknown_property_has_no_meaning():
    config = ClientConfig().set_property("hazelcast.client.heartbeat.intervall", 1)
    config.set_property("x", "s3cret")
    first, second = heard_from(config)
    assert "'hazelcast.client.heartbeat.intervall'" in first
    assert "Did you mean hazelcast.client.heartbeat.interval?" in first
    assert "'x'" in second
    assert "Did you mean" not in second
    assert "s3cret" not in second
    assert config.get_property_or_default("x", None) == "s3cret"


def test_everything_without_a_meaning_is_named():
    config = ClientConfig()
    config.group_config.password = "dev-pass"
    config.logger_config.level = 20
    config.network_config.cloud_config.discovery_token = "t"
    config.set_property(ClientProperties.SERIALIZATION_INPUT_RETURNS_BYTEARRAY.name, "false")
    texts = heard_from(config)
    assert [text.partition(" has no meaning")[0] for text in texts] == [
        "GroupConfig.password",
        "ClientCloudConfig.discovery_token",
        "LoggerConfig.level",
        "The property hazelcast.serialization.input.returns.bytearray",
    ]


def test_the_warning_names_the_line_that_makes_the_client():
    config = ClientConfig()
    config.group_config.password = "x"
    # Nobody is there.
    config.network_config.addresses = ["127.0.0.1:1"]
    config.network_config.connection_attempt_limit = 1
    frame = inspect.currentframe()
    assert frame is not None
    line = frame.f_lineno + 2
    with pytest.warns(ConfigurationWarning) as heard, pytest.raises(GridwireError):
        HazelcastClient(config)
    assert [(one.filename, one.lineno) for one in heard] == [(__file__, line)]
    line = frame.f_lineno + 2
    with pytest.warns(ConfigurationWarning) as heard:
        Config.resolve(config, {})
    assert [(one.filename, one.lineno) for one in heard] == [(__file__, line)]


def test_a_warning_may_be_an_error():
    # Then no client is made.
    config = ClientConfig()
    config.group_config.password = "x"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ConfigurationWarning, match=r"GroupConfig\.password"):
            HazelcastClient(config)
