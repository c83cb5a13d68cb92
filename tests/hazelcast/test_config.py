# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import copy
import dataclasses
import enum
import pickle
import re
import socket

import hazelcast.config as official
import hazelcast.serialization.api as official_api
import hazelcast.util as official_util
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire._core.backoff import BackoffPolicy
from gridwire.errors import GridwireError
from gridwire.hazelcast import config as ours
from gridwire.hazelcast._options.rules import UnknownChoiceError
from gridwire.hazelcast.config import (
    MIN_MAX_MESSAGE_BYTES,
    BitmapIndexOptions,
    Config,
    FlakeIdGeneratorConfig,
    IndexConfig,
    IndexType,
    IntType,
    NearCacheConfig,
    OptionGroup,
    Options,
    ReconnectMode,
    ReliableTopicConfig,
    SSLProtocol,
    UnknownOptionError,
)
from gridwire.hazelcast.errors import InvalidConfigurationError
from gridwire.hazelcast.serialization.api import (
    CompactSerializer,
    DataclassSerializer,
    IdentifiedDataSerializable,
    Portable,
    StreamSerializer,
)
from gridwire.hazelcast.serialization.portable.classdef import ClassDefinitionBuilder
from gridwire.hazelcast.util import RandomLB, RoundRobinLB

GROUPS = ["Config", "NearCacheConfig", "FlakeIdGeneratorConfig", "ReliableTopicConfig"]
OURS_ALONE = {
    "ssl_context",
    "address_translator",
    "allow_pickle",
    "array_type",
    "cloud_base_url",
    "max_pending_invocations",
    "notice_listeners",
    "retry_on_auth_failure",
    "retry_max_rounds",
    "max_queued_bytes",
    "telemetry",
    "max_message_bytes",
}
OURS_ALONE_OF_GROUPS = {"share_objects", "max_bytes", "reconcile_interval"}
SAFER_DEFAULTS = {
    # TLS 1.2 alone, against 1.2 and later; and no look at the names in certificates.
    "ssl_protocol": (SSLProtocol.TLSv1_2, None),
    "ssl_check_hostname": (False, True),
}
"""What the official client does by default, and what we do."""

WITHOUT_EFFECT = {
    "flake_id_generators": {"f": {}},
    "reliable_topics": {"t": {}},
}


class Point(IdentifiedDataSerializable):
    pass


class Place(Portable):
    pass


class PointSerializer(StreamSerializer):
    pass


class OfficialPoint(official_api.IdentifiedDataSerializable):
    pass


class OfficialPlace(official_api.Portable):
    pass


class OfficialSerializer(official_api.StreamSerializer):
    pass


@dataclasses.dataclass
class Part:
    number: int


def added(member: object) -> None: ...


IN_EFFECT = {
    "cluster_members": ["a", "b:5701", "[::1]:5702"],
    "cluster_name": "prod",
    "client_name": "me",
    "connection_timeout": 0,
    "socket_options": [
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        (socket.SOL_SOCKET, socket.SO_LINGER, b"12345678"),
    ],
    "redo_operation": True,
    "smart_routing": False,
    "statistics_enabled": True,
    "statistics_period": 1,
    "retry_initial_backoff": 0.1,
    "retry_max_backoff": 5,
    "retry_jitter": 1,
    "retry_multiplier": 2.5,
    "cluster_connect_timeout": 30,
    "is_big_endian": False,
    "portable_version": 1,
    "check_class_definition_errors": False,
    "membership_listeners": [(added, None), (None, added)],
    "lifecycle_listeners": [added],
    "labels": ["a", "b"],
    "heartbeat_interval": 1,
    "heartbeat_timeout": 10,
    "invocation_timeout": 1.5,
    "invocation_retry_pause": 0.25,
    "shuffle_member_list": False,
    "backup_ack_to_client_enabled": False,
    "operation_backup_timeout": 1,
    "fail_on_indeterminate_operation_state": True,
    "creds_username": "user",
    "creds_password": "s3cret",
    "ssl_enabled": True,
    "ssl_cafile": "ca.pem",
    "ssl_certfile": "cert.pem",
    "ssl_keyfile": "key.pem",
    "ssl_password": "s3cret",
    "ssl_protocol": SSLProtocol.TLSv1_3,
    "ssl_ciphers": "ALL",
    "ssl_check_hostname": False,
}

# Values that are right for few options and wrong for most.
ODD_VALUES = [
    None,
    True,
    -1,
    0,
    1,
    2,
    3.5,
    -0.5,
    100_001,
    "",
    "x",
    b"x",
    [],
    ["x"],
    [1],
    [(1, 2)],
    [(1, 2, 3)],
    [(None, None)],
    [(added, added)],
    [added],
    (),
    {},
    {"x": {}},
    {"x": 1},
    {1: {}},
    {1: 1},
    {1: {1: 1}},
    {"1": {1: 1}},
    {1: {"1": 1}},
    {int: int},
    object(),
    object,
    added,
]


# Items that the official client finds out about when it uses them.
STRANGE_ITEMS = [[("a", "b", "c")], [(added, 5)]]

OUR_GROUPS = (Config, NearCacheConfig, FlakeIdGeneratorConfig, ReliableTopicConfig)
NUMBERS = {
    name: group
    for group in OUR_GROUPS
    for name, option in group.options.items()
    if option.rule.says.startswith(("a number", "an integer"))
}
ENUM_OPTIONS = {"default_int_type", "in_memory_format", "eviction_policy", "overload_policy"} | {
    "ssl_protocol",
    "reconnect_mode",
}


def official_group(name: str):
    return getattr(official, name)()


def official_names(group: object) -> list[str]:
    return [
        name
        for name in dir(type(group))
        if not name.startswith("_") and isinstance(getattr(type(group), name), property)
    ]


def outcome_of_setting(group: object, name: str, value: object) -> type[Exception] | None:
    try:
        setattr(group, name, value)
    except Exception as error:  # noqa: BLE001 - the kind of the error is what is asked for
        return type(error)
    return None


@pytest.mark.parametrize("name", GROUPS)
def test_options_and_defaults_are_the_official_ones(name: str):
    theirs = official_group(name)
    group = getattr(ours, name)()
    assert set(official_names(theirs)) == set(group.options) - OURS_ALONE - OURS_ALONE_OF_GROUPS
    for option in official_names(theirs):
        if name == "Config" and option in SAFER_DEFAULTS:
            assert (getattr(theirs, option), getattr(group, option)) == SAFER_DEFAULTS[option]
        else:
            assert getattr(group, option) == getattr(theirs, option)


def test_there_are_54_official_options():
    assert len(official_names(official.Config())) == 54
    assert {name for name, each in Config.options.items() if each.ours} == OURS_ALONE
    of_groups = {
        name for group in OUR_GROUPS[1:] for name, each in group.options.items() if each.ours
    }
    assert of_groups == OURS_ALONE_OF_GROUPS


def expected_difference(option: str, value: object, theirs: type[Exception] | None) -> object:
    """What we do when the official client does something else; `...` when we do the same."""
    if theirs is None:
        if value is True and (option in NUMBERS or option in ENUM_OPTIONS):
            return TypeError
        # From Python 3.13 on an enum that is called with an empty tuple gives its first member.
        if value == () and option in ENUM_OPTIONS:
            return TypeError
        if value in STRANGE_ITEMS and option in {"socket_options", "membership_listeners"}:
            return TypeError
        return InvalidConfigurationError if option in WITHOUT_EFFECT else ...
    if option in ENUM_OPTIONS and type(value) in (int, str):
        # Ours is a ValueError, too: the type is right.
        assert issubclass(UnknownChoiceError, theirs)
        return UnknownChoiceError
    if value is None and any(
        option in group.options and group.options[option].default is None for group in OUR_GROUPS
    ):
        return None
    return ...


@pytest.mark.parametrize("name", GROUPS)
def test_wrong_values_give_the_errors_that_the_official_client_gives(name: str):
    for option in official_names(official_group(name)):
        for value in ODD_VALUES + STRANGE_ITEMS:
            theirs = outcome_of_setting(official_group(name), option, value)
            mine = outcome_of_setting(getattr(ours, name)(), option, value)
            if mine != theirs:
                assert mine == expected_difference(option, value, theirs), f"{option}={value!r}"


@pytest.mark.parametrize("name", WITHOUT_EFFECT)
def test_an_option_without_effect_is_refused(name: str):
    config = Config()
    with pytest.raises(InvalidConfigurationError, match=f"{name} has no effect") as caught:
        setattr(config, name, WITHOUT_EFFECT[name])
    assert "refuses" in str(caught.value) or "refused" in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert getattr(config, name) == Config.options[name].default
    with pytest.raises(InvalidConfigurationError):
        Config.from_dict({name: WITHOUT_EFFECT[name]})


def test_exactly_these_options_have_no_effect():
    assert {name for name, each in Config.options.items() if each.feature} == set(WITHOUT_EFFECT)


@pytest.mark.parametrize("name", WITHOUT_EFFECT)
def test_the_default_of_an_option_without_effect_may_be_set(name: str):
    default = Config.options[name].default
    config = Config()
    setattr(config, name, default)
    assert getattr(config, name) == default


@pytest.mark.parametrize("name", IN_EFFECT)
def test_an_option_takes_what_the_official_one_takes(name: str):
    config, theirs = Config(), official.Config()
    for each in (config, theirs):
        setattr(each, name, IN_EFFECT[name])
    assert getattr(config, name) == getattr(theirs, name) == IN_EFFECT[name]
    assert getattr(Config.from_dict({name: IN_EFFECT[name]}), name) == IN_EFFECT[name]


def test_serialization_options_take_classes():
    config = Config()
    config.data_serializable_factories = {1: {2: Point}}
    config.custom_serializers = {complex: PointSerializer}
    config.global_serializer = PointSerializer
    theirs = official.Config()
    theirs.data_serializable_factories = {1: {2: OfficialPoint}}
    theirs.custom_serializers = {complex: OfficialSerializer}
    theirs.global_serializer = OfficialSerializer
    config.portable_factories = {1: {2: Place}}
    theirs.portable_factories = {1: {2: OfficialPlace}}
    definition = ClassDefinitionBuilder(1, 2).build()
    config.class_definitions = [definition]
    config.compact_serializers = [DataclassSerializer(Part, type_name="p"), Part]
    for wrong_item in (Point, CompactSerializer, Part(1), object()):
        with pytest.raises(TypeError):
            config.compact_serializers = [wrong_item]
    for wrong in ({1: {2: int}}, {1: {2: Point()}}, {True: {2: Point}}):
        with pytest.raises(TypeError):
            config.data_serializable_factories = wrong
        with pytest.raises(TypeError):
            config.portable_factories = wrong
    for wrong_definitions in ([object()], [ClassDefinitionBuilder(1, 2)], definition):
        with pytest.raises(TypeError):
            config.class_definitions = wrong_definitions
    with pytest.raises(TypeError):
        config.custom_serializers = {complex: PointSerializer()}
    with pytest.raises(TypeError):
        config.global_serializer = PointSerializer()
    assert config.data_serializable_factories == {1: {2: Point}}
    assert config.portable_factories == {1: {2: Place}}
    assert config.class_definitions == [definition]


def test_a_load_balancer_is_one():
    config = Config()
    config.load_balancer = RandomLB()
    with pytest.raises(TypeError):
        config.load_balancer = RandomLB
    with pytest.raises(TypeError):
        config.load_balancer = official_util.RoundRobinLB()


ENUMS = [
    ("IntType", "default_int_type", Config),
    ("InMemoryFormat", "in_memory_format", NearCacheConfig),
    ("EvictionPolicy", "eviction_policy", NearCacheConfig),
    ("TopicOverloadPolicy", "overload_policy", ReliableTopicConfig),
    ("IndexType", "type", IndexConfig),
    ("UniqueKeyTransformation", "unique_key_transformation", BitmapIndexOptions),
]


@pytest.mark.parametrize(("name", "option", "group"), ENUMS)
def test_an_enum_option_takes_member_number_and_name(
    name: str, option: str, group: type[OptionGroup]
):
    for member in getattr(ours, name):
        for value in (member, member.value, member.name):
            made = group()
            setattr(made, option, value)
            assert getattr(made, option) is member
    wrong = [True, -1, 99, member.name.lower(), "", None, 1.0, ReconnectMode.ON, [], object()]
    for value in wrong:
        with pytest.raises(TypeError, match="must be"):
            setattr(group(), option, value)


OPTIONS = [
    pytest.param(group, name, id=f"{group.__name__}-{name}")
    for group in (*OUR_GROUPS, IndexConfig, BitmapIndexOptions)
    for name in group.options
]


@pytest.mark.parametrize(("group", "name"), OPTIONS)
def test_a_value_of_no_type_that_is_allowed_is_a_type_error_alone(
    group: type[OptionGroup], name: str
):
    with pytest.raises(TypeError) as caught:
        setattr(group(), name, object())
    assert not isinstance(caught.value, ValueError)


@pytest.mark.parametrize(("name", "option", "group"), ENUMS)
def test_a_number_or_name_that_no_member_has_is_a_value_error_too(
    name: str, option: str, group: type[OptionGroup]
):
    members = ", ".join(f"{each.name} ({each.value})" for each in getattr(ours, name))
    for value in (-1, 99, 10**400, "", "lru", "INT "):
        with pytest.raises(ValueError, match=re.escape(members)) as caught:
            setattr(group(), option, value)
        assert isinstance(caught.value, TypeError)
    for value in (True, None, 1.0, ReconnectMode.ON, b"LRU"):
        with pytest.raises(TypeError) as wrong:
            setattr(group(), option, value)
        assert not isinstance(wrong.value, ValueError)
        assert type(value).__name__ in str(wrong.value)


def test_a_pattern_that_cannot_be_matched_is_a_value_error_too():
    with pytest.raises(InvalidConfigurationError, match="more than one") as caught:
        Config().near_caches = {"a*b*": NearCacheConfig()}
    assert isinstance(caught.value, ValueError)


def test_numbers_that_members_and_sockets_cannot_take_are_refused_at_once():
    config = Config()
    config.portable_version = 2**31 - 1
    with pytest.raises(ValueError, match="portable_version"):
        config.portable_version = 2**31
    good = [(-(2**31), 2**31 - 1, -(2**31)), (1, 2, b"\xff")]
    config.socket_options = good
    for wrong in ((2**31, 1, 1), (1, -(2**31) - 1, 1), (1, 1, 2**31), (1, 2**40, b"x")):
        with pytest.raises(ValueError, match="socket_options has 32 bits"):
            config.socket_options = [*good, wrong]
    assert config.socket_options == good


@pytest.mark.parametrize(
    "name",
    [*(each[0] for each in ENUMS), "SSLProtocol", "ReconnectMode", "QueryConstants"],
)
def test_enums_have_the_official_members(name: str):
    theirs = {key: value for key, value in vars(getattr(official, name)).items() if key[0] != "_"}
    mine = getattr(ours, name)
    assert {each.name: each.value for each in mine} == theirs
    assert issubclass(mine, enum.IntEnum | enum.StrEnum)
    assert all(each == theirs[each.name] for each in mine)


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", [True, False, "1", 1j, None], ids=repr)
def test_a_number_is_no_boolean_and_no_text(name: str, value: object):
    group = NUMBERS[name]()
    if value is None and group.options[name].default is None:
        setattr(group, name, value)
        return
    with pytest.raises(TypeError, match=name):
        setattr(group, name, value)


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize(
    "value", [-2, float("nan"), float("inf"), -(10**400)], ids=["-2", "nan", "inf", "huge"]
)
def test_a_number_is_finite_and_not_negative(name: str, value: float):
    is_integer = NUMBERS[name].options[name].rule.says.startswith("an integer")
    error = TypeError if is_integer and isinstance(value, float) else ValueError
    with pytest.raises(error, match=name):
        setattr(NUMBERS[name](), name, value)


def test_an_integer_that_no_float_can_hold_is_no_time():
    with pytest.raises(ValueError, match="heartbeat_interval"):
        Config().heartbeat_interval = 10**400


@pytest.mark.parametrize(
    ("name", "lowest", "below"),
    [
        ("connection_timeout", 0, -0.001),
        ("retry_multiplier", 1, 0.999),
        ("retry_jitter", 0, -0.001),
        ("heartbeat_interval", 0.001, 0),
        ("invocation_timeout", 0.001, 0),
        ("cluster_connect_timeout", 0, -0.5),
        ("cluster_connect_timeout", -1, -1.5),
        ("max_pending_invocations", 1, 0),
        ("max_queued_bytes", 1, 0),
        ("max_message_bytes", MIN_MAX_MESSAGE_BYTES, MIN_MAX_MESSAGE_BYTES - 1),
    ],
)
def test_lower_bounds(name: str, lowest: float, below: float):
    config = Config()
    setattr(config, name, lowest)
    with pytest.raises(ValueError, match=name):
        setattr(config, name, below)
    assert getattr(config, name) == lowest


def test_upper_bounds():
    config = Config()
    config.max_message_bytes = 2**31 - 1
    with pytest.raises(ValueError, match="max_message_bytes"):
        config.max_message_bytes = 2**31
    generator = FlakeIdGeneratorConfig()
    generator.prefetch_count = 100_000
    with pytest.raises(ValueError, match="prefetch_count"):
        generator.prefetch_count = 100_001


def test_pickle_is_off_unless_asked_for():
    config = Config()
    assert config.allow_pickle is False
    for value in (True, "read", False):
        config.allow_pickle = value
        assert config.allow_pickle is value
    with pytest.raises(ValueError, match="allow_pickle"):
        config.allow_pickle = "write"
    for wrong in (1, 0, None, b"read"):
        with pytest.raises(TypeError):
            config.allow_pickle = wrong


@pytest.mark.parametrize("address", ["", "http://a:5701", "a:0", "[::1", "a b"])
def test_an_address_that_cannot_be_read_is_refused_at_once(address: str):
    with pytest.raises(InvalidConfigurationError, match="cluster_members") as caught:
        Config().cluster_members = ["good:5701", address]
    assert isinstance(caught.value, ValueError)


def test_a_password_in_an_address_is_not_repeated():
    with pytest.raises(InvalidConfigurationError) as caught:
        Config().cluster_members = ["hz://me:s3cret@a:5701"]
    assert "s3cret" not in str(caught.value)


UNKNOWN = [
    ("cluster_nme", "cluster_name"),
    ("heartbeatInterval", "heartbeat_interval"),
    ("ssl_enable", "ssl_enabled"),
    ("zzzzzz", None),
]


@pytest.mark.parametrize(("name", "nearest"), UNKNOWN)
def test_an_unknown_option_names_the_nearest(name: str, nearest: str | None):
    ways = [
        lambda: Config.from_dict({name: 1}),
        lambda: Config.from_dict({name: None}),
        lambda: Config.resolve(None, {name: 1}),
        lambda: setattr(Config(), name, 1),
    ]
    for way in ways:
        with pytest.raises(InvalidConfigurationError) as caught:
            way()
        assert repr(name) in str(caught.value)
        assert (f"Did you mean {nearest}?" in str(caught.value)) == (nearest is not None)
        # The official Config has slots, so setting an unknown option raises this.
        assert isinstance(caught.value, AttributeError)


@pytest.mark.parametrize("name", [*GROUPS[1:], "IndexConfig", "BitmapIndexOptions"])
def test_unknown_options_of_other_groups_are_refused_too(name: str):
    with pytest.raises(InvalidConfigurationError, match=r"no option of an? .* 'nonsense'"):
        getattr(ours, name).from_dict({"nonsense": 1})
    with pytest.raises(official.InvalidConfigurationError):
        getattr(official, name).from_dict({"nonsense": 1})


def test_the_error_about_an_unknown_option_can_be_pickled():
    with pytest.raises(UnknownOptionError) as caught:
        Config.from_dict({"labls": 1})
    received = pickle.loads(pickle.dumps(caught.value))
    assert type(received) is UnknownOptionError
    assert str(received) == str(caught.value)


def test_none_leaves_the_default_in_keyword_arguments():
    config = Config.from_dict({"cluster_name": None, "labels": None, "ssl_enabled": None})
    assert (config.cluster_name, config.labels) == ("dev", [])


def test_none_resets_an_option_whose_default_it_is():
    config = Config()
    config.client_name = "x"
    config.client_name = None
    assert config.client_name is None
    with pytest.raises(TypeError):
        config.cluster_name = None


def test_lists_are_copied_when_they_are_set():
    labels = ["a"]
    config = Config()
    config.labels = labels
    labels.append("b")
    assert config.labels == ["a"]


def test_configurations_do_not_share_defaults():
    Config().labels.append("x")
    Config().custom_serializers[int] = PointSerializer
    assert (Config().labels, Config().custom_serializers) == ([], {})


def test_arguments_of_a_client_are_a_config_or_options():
    config = Config()
    assert Config.resolve(config, {}) is config
    assert Config.resolve(None, {"cluster_name": "x"}).cluster_name == "x"
    assert Config.resolve(None, {}).cluster_name == "dev"
    for extra in ({"cluster_name": "x"}, {"cluster_name": None}, {"nonsense": 1}):
        with pytest.raises(InvalidConfigurationError, match="not both"):
            Config.resolve(config, extra)
    with pytest.raises(TypeError, match="must be a Config"):
        Config.resolve({"cluster_name": "x"}, {})  # type: ignore[arg-type]


def test_a_snapshot_has_every_option():
    assert [each.name for each in dataclasses.fields(Options)] == sorted(
        Config.options, key=[each.name for each in dataclasses.fields(Options)].index
    )
    snapshot = Config().snapshot()
    for name in Config.options:
        value = getattr(snapshot, name)
        default = Config.options[name].default
        assert (list(value) if isinstance(value, tuple) else value) == default


def test_a_snapshot_does_not_change():
    config = Config()
    config.labels = ["a"]
    config.data_serializable_factories = {1: {2: Point}}
    snapshot = config.snapshot()
    config.labels.append("b")
    config.data_serializable_factories[1][3] = Point
    config.cluster_name = "other"
    assert (snapshot.labels, snapshot.cluster_name) == (("a",), "dev")
    assert dict(snapshot.data_serializable_factories[1]) == {2: Point}
    with pytest.raises(dataclasses.FrozenInstanceError):
        snapshot.cluster_name = "x"  # type: ignore[misc]
    with pytest.raises(TypeError):
        snapshot.data_serializable_factories[1][3] = Point  # type: ignore[index]


def test_a_snapshot_checks_what_was_added_after_setting():
    config = Config()
    config.labels.append(1)
    with pytest.raises(TypeError, match="labels"):
        config.snapshot()
    config = Config()
    config.near_caches["m*n*"] = NearCacheConfig()
    with pytest.raises(InvalidConfigurationError, match="near_caches"):
        config.snapshot()
    config = Config()
    config.cluster_members.append("a:b")
    with pytest.raises(InvalidConfigurationError, match="cluster_members"):
        config.snapshot()


@pytest.mark.parametrize(("interval", "timeout"), [(5, 5), (60, 5)])
def test_heartbeats_that_can_never_arrive_are_refused(interval: float, timeout: float):
    config = Config.from_dict({"heartbeat_interval": interval, "heartbeat_timeout": timeout})
    with pytest.raises(InvalidConfigurationError, match="heartbeat_timeout"):
        config.snapshot()


def test_a_snapshot_gives_the_schedule_of_connecting():
    assert Config().snapshot().backoff_policy == BackoffPolicy(1.0, 30.0, 1.05, 0.0, -1)
    config = Config.from_dict(
        {
            "retry_initial_backoff": 2,
            "retry_max_backoff": 3,
            "retry_multiplier": 4,
            "retry_jitter": 0.5,
            "cluster_connect_timeout": 6,
        }
    )
    assert config.snapshot().backoff_policy == BackoffPolicy(2, 3, 4, 0.5, 6)


@pytest.mark.parametrize("name", ["cluster_name", "creds_username", "creds_password"])
def test_a_text_that_cannot_be_sent_is_refused_and_not_shown(name: str):
    with pytest.raises(ValueError, match=name) as caught:
        setattr(Config(), name, "s3cret\udc80")
    assert "s3cret" not in str(caught.value)
    assert "s3cret" not in repr(vars(caught.value))
    assert not isinstance(caught.value, UnicodeError)


def test_no_text_shows_a_secret():
    config = Config()
    config.creds_username = "visible"
    config.creds_password = "s3cret"
    for each in (config, config.snapshot(), copy.copy(config)):
        assert "visible" in repr(each)
        assert "s3cret" not in repr(each)
        assert "s3cret" not in str(each)
    with pytest.raises(TypeError) as caught:
        config.creds_password = b"s3cret"
    assert "s3cret" not in str(caught.value)


def test_every_secret_is_kept_out_of_the_snapshot_text():
    hidden = {each.name for each in dataclasses.fields(Options) if not each.repr}
    assert hidden == {name for name, each in Config.options.items() if each.secret}
    assert hidden == {"creds_password", "cloud_discovery_token", "ssl_password", "token_provider"}


def test_a_configuration_prints_what_was_set():
    config = Config.from_dict({"cluster_name": "x", "labels": ["a"], "default_int_type": "LONG"})
    assert "cluster_name='x'" in repr(config)
    assert "heartbeat" not in repr(config)
    assert repr(Config()) == "Config()"


def test_a_configuration_can_be_copied():
    config = Config.from_dict({"cluster_name": "x", "labels": ["a"], "default_int_type": "LONG"})
    for copied in (copy.copy(config), copy.deepcopy(config), pickle.loads(pickle.dumps(config))):
        assert repr(copied) == repr(config)
        assert copied.default_int_type is IntType.LONG
        copied.labels.append("b")
        copied.cluster_name = "y"
        assert (config.labels, config.cluster_name) == (["a"], "x")


def test_each_option_is_documented():
    for group in (Config, NearCacheConfig, FlakeIdGeneratorConfig, ReliableTopicConfig):
        for name, option in group.options.items():
            assert option.doc.endswith(".")
            assert option.rule.says
            assert getattr(group, name) is option
            if name.endswith(("timeout", "interval", "period", "pause", "backoff")):
                assert option.unit == "seconds"
            if name.endswith("_bytes"):
                assert option.unit == "bytes"


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.binary(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.integers() | st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


NEEDED = {
    "creds_password": {"creds_username": "ann"},
    "cloud_base_url": {"cloud_discovery_token": "s3cret"},
    "ssl_keyfile": {"ssl_enabled": True, "ssl_certfile": "cert.pem"},
    "ssl_password": {"ssl_enabled": True, "ssl_certfile": "cert.pem"},
    **{
        name: {"ssl_enabled": True}
        for name in Config.options
        if name.startswith("ssl_") and name not in ("ssl_keyfile", "ssl_password")
    },
}
"""What an option must not be without."""

BROKEN_VERSIONS = (SSLProtocol.SSLv2, SSLProtocol.SSLv3)


@given(st.sampled_from(list(Config.options)), anything)
def test_any_value_is_taken_or_refused_by_a_typed_error(name: str, value: object):
    config = Config()
    before = repr(getattr(config, name))
    try:
        setattr(config, name, value)
    except (TypeError, ValueError, GridwireError):
        assert repr(getattr(config, name)) == before
    else:
        config.heartbeat_interval, config.heartbeat_timeout = 1, 2
        for needed, given in NEEDED.get(name, {}).items():
            setattr(config, needed, given)
        if name == "ssl_protocol" and value is not None and config.ssl_protocol in BROKEN_VERSIONS:
            with pytest.raises(InvalidConfigurationError, match="is broken"):
                config.snapshot()
        else:
            config.snapshot()


def test_an_index_is_made_in_three_ways():
    made = [
        IndexConfig("i", "HASH", ["a"], {"unique_key": "b"}),
        IndexConfig.from_dict(
            {
                "name": "i",
                "type": 1,
                "attributes": ["a"],
                "bitmap_index_options": {"unique_key": "b"},
            }
        ),
    ]
    one = IndexConfig()
    one.name, one.type, one.bitmap_index_options = "i", IndexType.HASH, BitmapIndexOptions("b")
    one.add_attribute("a")
    for each in [*made, one]:
        assert (each.name, each.type, each.attributes) == ("i", IndexType.HASH, ["a"])
        assert each.bitmap_index_options.unique_key == "b"


def test_indexes_do_not_share_their_bitmap_options():
    IndexConfig().bitmap_index_options.unique_key = "x"
    assert IndexConfig().bitmap_index_options.unique_key == "__key"


@pytest.mark.parametrize("value", ["__key", "KEY_ATTRIBUTE_NAME", "this", "THIS_ATTRIBUTE_NAME"])
def test_constants_of_queries_may_be_unique_keys(value: str):
    mine, theirs = BitmapIndexOptions(value), official.BitmapIndexOptions(value)
    assert mine.unique_key == theirs.unique_key
    assert type(mine.unique_key) is str


def test_a_real_attribute_may_be_a_unique_key():
    assert BitmapIndexOptions("address.street").unique_key == "address.street"


NORMAL = [
    {"attributes": ["a"]},
    {"attributes": ["a", "b.c"], "type": IndexType.HASH},
    {"attributes": [" this.a ", "__key.b", "this"]},
    {"attributes": ["a"], "name": "mine"},
    {"attributes": ["a"], "name": "  "},
    {"attributes": ["a"], "type": IndexType.BITMAP},
    {"attributes": [f"a{n}" for n in range(255)]},
]


@pytest.mark.parametrize("options", NORMAL)
def test_indexes_are_normalized_like_the_official_client_does(options):
    mine = IndexConfig(**options).normalized("map")
    theirs = official.IndexUtil.validate_and_normalize("map", official.IndexConfig(**options))
    assert (mine.name, mine.type, mine.attributes) == (theirs.name, theirs.type, theirs.attributes)
    bitmap = theirs.bitmap_index_options
    assert mine.bitmap_index_options.unique_key == bitmap.unique_key
    assert mine.bitmap_index_options.unique_key_transformation == bitmap.unique_key_transformation


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"attributes": []},
        {"attributes": ["a", "a"]},
        {"attributes": ["a", "this.a"]},
        {"attributes": ["a", "b"], "type": IndexType.BITMAP},
        {"attributes": [f"a{n}" for n in range(256)]},
    ],
)
def test_indexes_that_members_refuse_are_refused_here(options):
    with pytest.raises(ValueError, match=r"[Ii]ndex"):
        IndexConfig(**options).normalized("map")
    with pytest.raises(ValueError):  # noqa: PT011 - the kind is what both have in common
        official.IndexUtil.validate_and_normalize("map", official.IndexConfig(**options))


@pytest.mark.parametrize(
    ("attribute", "error"),
    [("", ValueError), (" ", ValueError), ("a.", ValueError), (None, AssertionError)],
)
def test_names_of_attributes_are_checked(attribute, error: type[Exception]):
    for cls in (IndexConfig, official.IndexConfig):
        with pytest.raises(error):
            cls(attributes=[attribute])
        with pytest.raises(error):
            cls().add_attribute(attribute)


def test_the_default_balancer_of_the_documentation_exists():
    config = Config()
    config.load_balancer = RoundRobinLB()
    assert config.snapshot().load_balancer is config.load_balancer


@pytest.mark.parametrize(("seconds", "connecting", "asking"), [(0, None, 30.0), (2.5, 2.5, 2.5)])
def test_connecting_may_have_no_limit_but_asking_for_addresses_has_one(
    seconds: float, connecting: float | None, asking: float
) -> None:
    snapshot = Config.resolve(None, {"connection_timeout": seconds}).snapshot()
    assert (snapshot.connecting_limit, snapshot.asking_limit) == (connecting, asking)
