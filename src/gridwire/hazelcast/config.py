# SPDX-License-Identifier: Apache-2.0
"""The configuration of a Hazelcast client.

`Config` is the table of all options: names, defaults, rules, units and meanings in one place. The
reference page ``docs/reference/hazelcast-options.md`` is made from it. Names and defaults are
those of the official client, but for the defaults of TLS. An option that has no effect in this
version is refused unless it has its default value: see `Option.feature`.
"""

from __future__ import annotations

import os
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from gridwire.hazelcast._options.config3.client import ClientConfig
from gridwire.hazelcast._options.config3.constants import (
    DEFAULT_GROUP_NAME,
    DEFAULT_GROUP_PASSWORD,
    EVICTION_POLICY,
    IN_MEMORY_FORMAT,
    INTEGER_TYPE,
    PROPERTY_HEARTBEAT_INTERVAL,
    PROPERTY_HEARTBEAT_TIMEOUT,
    PROTOCOL,
    ClientProperties,
    ClientProperty,
)
from gridwire.hazelcast._options.config3.groups import (
    ClientCloudConfig,
    ClientNetworkConfig,
    GroupConfig,
    LoggerConfig,
    SerializationConfig,
    SocketOption,
    SSLConfig,
)
from gridwire.hazelcast._options.config3.names import refuse_name_of_3x
from gridwire.hazelcast._options.config3.telling import ConfigurationWarning, tell
from gridwire.hazelcast._options.config3.translating import Translation, translate
from gridwire.hazelcast._options.containers import (
    address_list,
    callable_list,
    class_table,
    list_of,
    listener_pairs,
    serializer_table,
    socket_option_list,
    text_list,
)
from gridwire.hazelcast._options.enums import (
    ArrayType,
    EvictionPolicy,
    IndexType,
    InMemoryFormat,
    IntType,
    QueryConstants,
    ReconnectMode,
    SSLProtocol,
    TopicOverloadPolicy,
    UniqueKeyTransformation,
)
from gridwire.hazelcast._options.groups import (
    FlakeIdGeneratorConfig,
    NearCacheConfig,
    ReliableTopicConfig,
    named_groups,
)
from gridwire.hazelcast._options.index import (
    MAX_INDEX_ATTRIBUTES,
    BitmapIndexOptions,
    IndexConfig,
)
from gridwire.hazelcast._options.option import (
    ContradictingOptionsError,
    Option,
    OptionGroup,
    UnknownOptionError,
)
from gridwire.hazelcast._options.places import CLOUD_BASE_URL, refuse_contradictions
from gridwire.hazelcast._options.rules import (
    GREATEST_INT,
    boolean,
    function,
    instance_of,
    integer,
    member_of,
    number,
    optional,
    password,
    pickle_switch,
    subclass_of,
    telemetry_switch,
    text,
    tls_context,
    token_source,
)
from gridwire.hazelcast._options.secrecy import refuse_tls_contradictions
from gridwire.hazelcast._options.snapshot import Options
from gridwire.hazelcast._options.urls import https_url
from gridwire.hazelcast.errors import InvalidConfigurationError
from gridwire.hazelcast.protocol.frames import DEFAULT_MAX_MESSAGE_BYTES
from gridwire.hazelcast.serialization.api import (
    IdentifiedDataSerializable,
    Portable,
    StreamSerializer,
)
from gridwire.hazelcast.serialization.compact.serializers import is_compact
from gridwire.hazelcast.serialization.portable.classdef import ClassDefinition
from gridwire.hazelcast.util import LoadBalancer

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "DEFAULT_GROUP_NAME",
    "DEFAULT_GROUP_PASSWORD",
    "DEFAULT_MAX_PENDING_INVOCATIONS",
    "DEFAULT_MAX_QUEUED_BYTES",
    "EVICTION_POLICY",
    "INTEGER_TYPE",
    "IN_MEMORY_FORMAT",
    "MAX_INDEX_ATTRIBUTES",
    "MIN_MAX_MESSAGE_BYTES",
    "PROPERTY_HEARTBEAT_INTERVAL",
    "PROPERTY_HEARTBEAT_TIMEOUT",
    "PROTOCOL",
    "ArrayType",
    "BitmapIndexOptions",
    "ClientCloudConfig",
    "ClientConfig",
    "ClientNetworkConfig",
    "ClientProperties",
    "ClientProperty",
    "Config",
    "ConfigurationWarning",
    "ContradictingOptionsError",
    "EvictionPolicy",
    "FlakeIdGeneratorConfig",
    "GroupConfig",
    "InMemoryFormat",
    "IndexConfig",
    "IndexType",
    "IntType",
    "LoggerConfig",
    "NearCacheConfig",
    "Option",
    "OptionGroup",
    "Options",
    "QueryConstants",
    "ReconnectMode",
    "ReliableTopicConfig",
    "SSLConfig",
    "SSLProtocol",
    "SerializationConfig",
    "SocketOption",
    "TopicOverloadPolicy",
    "UniqueKeyTransformation",
    "UnknownOptionError",
]

DEFAULT_MAX_PENDING_INVOCATIONS = 100_000
"""Operations. A pending one costs one to two kilobytes, so this is at most about 200 MB; it is far
above what keeps a cluster busy, which leaves room for operations that wait by nature."""

DEFAULT_MAX_QUEUED_BYTES = 64 * 1024 * 1024
"""Bytes. More than a second of a 400 Mbit/s network: what waits behind it is late anyway."""

MIN_MAX_MESSAGE_BYTES = 64 * 1024
"""Bytes. The answer to the authentication carries all members and partitions in one message."""


class Config(OptionGroup):
    """The options of a Hazelcast client, as attributes that check what is set.

    `HazelcastClient` takes the same options as keyword arguments.

    Raises:
        TypeError: a value has the wrong type; a boolean is not a number.
        ValueError: a value is not allowed.
        InvalidConfigurationError: an option does not exist, or has no effect in this version.
    """

    __slots__ = ()
    _called = "option"
    _skips_none = True

    cluster_members = Option(
        [],
        address_list(),
        "Addresses to begin with. They are never forgotten, and names are resolved again on every "
        "round. Empty means 127.0.0.1. An address without a port stands for 5701, 5702 and 5703.",
    )
    cluster_name = Option(
        "dev", text(), "Name of the cluster; members refuse a client that asks for another one."
    )
    client_name = Option(
        None,
        optional(text()),
        "Name of this client in the logs of members; None means hz.client_ and a number.",
    )
    connection_timeout = Option(
        5.0,
        number(at_least=0),
        "Time that connecting to one address may take; 0 means as long as the system allows.",
        unit="seconds",
    )
    socket_options = Option(
        [], socket_option_list(), "Set on every socket, as `socket.setsockopt` takes them."
    )
    redo_operation = Option(
        False,
        boolean(),
        "Whether an operation is sent again after its connection was lost, although the first one "
        "may have been executed.",
    )
    smart_routing = Option(
        True,
        boolean(),
        "Whether the client connects to all members and sends to the owner of the key, or uses one "
        "connection for everything.",
    )
    ssl_enabled = Option(
        False,
        boolean(),
        "Whether connections use TLS. The other options about it are refused without this one, so "
        "that no connection is in clear by mistake.",
    )
    ssl_cafile = Option(
        None,
        optional(text()),
        "File of certificates (PEM) of the authorities that members' certificates must come from; "
        "None means those of the system. This file and the next two are looked at whenever a "
        "connection is opened: when one has changed, new connections use what it says now.",
    )
    ssl_certfile = Option(
        None,
        optional(text()),
        "File of the client's certificate (PEM), for members that want one, with those between it "
        "and its authority behind it.",
    )
    ssl_keyfile = Option(
        None,
        optional(text()),
        "File of the client's private key (PEM); None means that it is in `ssl_certfile`.",
    )
    ssl_password = Option(
        None,
        optional(password()),
        "Decrypts the private key. A function is called whenever the key is read: when the client "
        "is made, and later on a thread of its own when files have changed.",
        secret=True,
    )
    ssl_protocol = Option(
        None,
        optional(member_of(SSLProtocol)),
        "The only version of TLS that is spoken; None means 1.2 and later, and with `ssl_ciphers` "
        "1.2 alone.",
    )
    ssl_ciphers = Option(
        None,
        optional(text()),
        "Allowed ciphers of TLS up to 1.2, in OpenSSL's notation; those of 1.3 cannot be chosen. "
        "Such as look at no certificate or encrypt nothing are refused.",
    )
    ssl_check_hostname = Option(
        True,
        boolean(),
        "Whether a member's certificate must name the host or address that the client connects to.",
    )
    ssl_context = Option(
        None,
        optional(tls_context()),
        "A ready-made `ssl.SSLContext`, used as it is in place of all other options about TLS but "
        "`ssl_enabled`.",
        ours=True,
    )
    cloud_discovery_token = Option(
        None,
        optional(text()),
        "Token by which Hazelcast Cloud tells the addresses of the cluster `cluster_name`. Not "
        "together with `cluster_members`, `use_public_ip` or `address_translator`.",
        secret=True,
    )
    cloud_base_url = Option(
        CLOUD_BASE_URL,
        https_url(),
        "Where Hazelcast Cloud is asked; its certificate must come from an authority that the "
        "system knows.",
        ours=True,
    )
    async_start = Option(
        False,
        boolean(),
        "Whether the client is there at once and connects in the background. Until it is "
        "connected, operations fail with `ClientOfflineError`.",
    )
    reconnect_mode = Option(
        ReconnectMode.ON,
        member_of(ReconnectMode),
        "What happens when the last connection is lost: `ON`, calls wait for the next one; "
        "`ASYNC`, they fail with `ClientOfflineError` until there is one; `OFF`, the client shuts "
        "down.",
    )
    retry_initial_backoff = Option(
        1.0,
        number(at_least=0),
        "Wait after the first round in which no address could be connected to.",
        unit="seconds",
    )
    retry_max_backoff = Option(
        30.0, number(at_least=0), "Longest wait between two rounds.", unit="seconds"
    )
    retry_jitter = Option(
        0.0,
        number(at_least=0, at_most=1),
        "Part of each wait by which chance makes it shorter or longer.",
    )
    retry_multiplier = Option(
        1.05, number(at_least=1), "Factor by which each wait is longer than the one before."
    )
    cluster_connect_timeout = Option(
        -1,
        number(at_least=0, or_else=-1),
        "Time after which the client gives up connecting; -1 means never.",
        unit="seconds",
    )
    retry_max_rounds = Option(
        None,
        optional(integer(at_least=1)),
        "Rounds over all addresses after which the client gives up connecting, at the start and "
        "whenever it reconnects; None means no limit but `cluster_connect_timeout`.",
        unit="rounds",
        ours=True,
    )
    retry_on_auth_failure = Option(
        False,
        boolean(),
        "Whether a client that was never connected goes on trying although every member that "
        "answers refuses its cluster name or credentials. One that was connected always does.",
        ours=True,
    )
    portable_version = Option(
        0,
        integer(at_least=0, at_most=GREATEST_INT),
        "Version of Portable classes that do not name their own.",
    )
    data_serializable_factories = Option(
        {},
        class_table(IdentifiedDataSerializable),
        "Classes of identified objects by factory id and class id.",
    )
    portable_factories = Option(
        {},
        class_table(Portable),
        "Classes of Portable objects by factory id and class id.",
    )
    compact_serializers = Option(
        [],
        list_of(is_compact, "a CompactSerializer or a dataclass"),
        "Serializers of the Compact format, and dataclasses, which need none.",
    )
    class_definitions = Option(
        [],
        list_of(lambda item: isinstance(item, ClassDefinition), "a ClassDefinition"),
        "Definitions of Portable classes, where they cannot be found out from the first object "
        "that is written.",
    )
    check_class_definition_errors = Option(
        True,
        boolean(),
        "Whether `class_definitions` must have the classes of all Portables in fields.",
    )
    is_big_endian = Option(
        True,
        boolean(),
        "Byte order of serialized objects; all members and clients must agree.",
    )
    default_int_type = Option(
        IntType.INT, member_of(IntType), "The type as which integers are written."
    )
    global_serializer = Option(
        None,
        optional(subclass_of(StreamSerializer)),
        "Class that serializes what nothing else can.",
    )
    custom_serializers = Option(
        {},
        serializer_table(StreamSerializer),
        "Serializer classes by the type that they serialize.",
    )
    array_type = Option(
        ArrayType.LIST,
        member_of(ArrayType),
        "What Java's arrays of numbers and booleans are read as: lists, `array.array` or arrays of "
        "numpy, which are written in any case. `byte[]` is always bytes.",
        ours=True,
    )
    allow_pickle = Option(
        False,
        pickle_switch(),
        'Whether objects of unknown types are pickled: never, "read" for what others have written, '
        "or True for writing as well. Whoever can write to the cluster can run code in a process "
        "that unpickles.",
        ours=True,
    )
    near_caches = Option(
        {},
        named_groups(NearCacheConfig, patterns=True),
        "Near caches by the name of the map. A name may have one `*`, which stands for anything; "
        "the name itself wins, then the longest pattern.",
    )
    load_balancer = Option(
        None,
        # It is only asked for instances, never called.
        optional(instance_of(LoadBalancer)),  # type: ignore[type-abstract]
        "Chooses the member for operations that any member can do; None means each in turn.",
    )
    membership_listeners = Option(
        [], listener_pairs(), "Called with each member that is added, or removed."
    )
    lifecycle_listeners = Option(
        [], callable_list(), "Called with each state that the client enters."
    )
    notice_listeners = Option(
        [],
        callable_list(),
        "Called with each `Notice` (`gridwire.hazelcast.notices`): what a program may want to act "
        "on although no call fails.",
        ours=True,
    )
    flake_id_generators = Option(
        {},
        named_groups(FlakeIdGeneratorConfig),
        "Options of generators of unique ids by name.",
        feature="flake id generators",
    )
    reliable_topics = Option(
        {},
        named_groups(ReliableTopicConfig),
        "Options of reliable topics by name.",
        feature="reliable topics",
    )
    labels = Option([], text_list(), "Labels of this client for management tools.")
    heartbeat_interval = Option(
        5.0,
        number(above=0),
        "Time without a write after which a connection is pinged.",
        unit="seconds",
    )
    heartbeat_timeout = Option(
        60.0,
        number(above=0),
        "Time without a read after which a connection is closed; longer than `heartbeat_interval`.",
        unit="seconds",
    )
    invocation_timeout = Option(
        120.0,
        number(above=0),
        "Deadline of an operation: connecting, sending, all retries and the answer. Operations "
        "that wait by nature have the time that they may wait on top.",
        unit="seconds",
    )
    invocation_retry_pause = Option(
        1.0,
        number(above=0),
        "Longest wait between two attempts of an operation; the first waits are much shorter.",
        unit="seconds",
    )
    statistics_enabled = Option(
        False,
        boolean(),
        "Whether the client sends statistics about itself to the cluster; what they are is said in "
        "[diagnostics](diagnostics.md#what-members-are-told).",
    )
    statistics_period = Option(
        3.0,
        number(above=0),
        "Time between two of these reports.",
        unit="seconds",
    )
    shuffle_member_list = Option(
        True,
        boolean(),
        "Whether addresses are tried in random order, which spreads clients over the members.",
    )
    backup_ack_to_client_enabled = Option(
        True,
        boolean(),
        "Whether backup members acknowledge writes to the client itself, which saves a hop. "
        "Without effect when `smart_routing` is off.",
    )
    operation_backup_timeout = Option(
        5.0,
        number(above=0),
        "Time that a write waits for the acknowledgements of its backups.",
        unit="seconds",
    )
    fail_on_indeterminate_operation_state = Option(
        False,
        boolean(),
        "Whether a write fails with `IndeterminateOperationStateError` when acknowledgements of "
        "backups are missing. Nothing is rolled back.",
    )
    creds_username = Option(
        None, optional(text()), "Name to authenticate with; not together with `token_provider`."
    )
    creds_password = Option(
        None,
        optional(text()),
        "Password to authenticate with; only together with `creds_username`.",
        secret=True,
    )
    token_provider = Option(
        None,
        optional(token_source()),
        "Gives the token to authenticate with, in place of name and password. Its method "
        "`token(address)` is called for each connection, on a thread of its own unless it is a "
        "coroutine, and returns bytes or a string.",
        secret=True,
    )
    use_public_ip = Option(
        False,
        boolean(),
        "Whether the client connects to the public addresses that members announce, which those "
        "of 4.2 and later can. One that announces none is connected to at its own address.",
    )
    address_translator = Option(
        None,
        optional(function()),
        "Called with each `Address` that a member announces, on a thread of its own unless it is a "
        "coroutine; returns where this client reaches it, as an `Address` or as host and port. Not "
        "together with `use_public_ip`.",
        ours=True,
    )
    telemetry = Option(
        False,
        telemetry_switch(),
        "Whether calls are told to OpenTelemetry, as spans and metrics; needs the extra `otel`. "
        "True takes the providers that the program has set for all.",
        ours=True,
    )
    max_pending_invocations = Option(
        DEFAULT_MAX_PENDING_INVOCATIONS,
        integer(at_least=1),
        "Operations that may be pending at once; further ones wait in order of arrival.",
        unit="operations",
        ours=True,
    )
    max_queued_bytes = Option(
        DEFAULT_MAX_QUEUED_BYTES,
        integer(at_least=1),
        "Bytes that may wait to be written on one connection; while there are more, further "
        "requests for it wait in order of arrival. One request may exceed it, so that a value "
        "larger than the limit can be written at all.",
        unit="bytes",
        ours=True,
    )
    max_message_bytes = Option(
        DEFAULT_MAX_MESSAGE_BYTES,
        integer(at_least=MIN_MAX_MESSAGE_BYTES, at_most=2**31 - 1),
        "Largest message that is sent or accepted. A larger request fails before anything is sent; "
        "a connection that brings a larger message is closed, which bounds the memory that a "
        "broken or hostile peer can ask for.",
        unit="bytes",
        ours=True,
    )

    @classmethod
    def resolve(cls, config: Config | ClientConfig | None, options: Mapping[str, Any]) -> Config:
        """Make one configuration of the arguments of a client.

        Args:
            config: the configuration, in the form of today or of 3.x, or `None`.
            options: keyword arguments. Beside a `ClientConfig`, they win over its defaults.

        Returns:
            `config` itself, or a new one with these options.

        Raises:
            InvalidConfigurationError: a `Config` and options are given, an option does not exist,
                or an option and the `ClientConfig` say different things.
            TypeError: `config` is something else, or a value has the wrong type.
            ValueError: a value is not allowed.
        """
        if config is None:
            return cls.from_dict(options)
        if isinstance(config, ClientConfig):
            return cls._of_3x(config, options)
        if not isinstance(config, Config):
            raise TypeError(
                f"config must be a Config or a ClientConfig, not {type(config).__name__}"
            )
        if options:
            raise InvalidConfigurationError(
                "A client takes a Config or keyword arguments, not both",
                hint=f"Set {', '.join(options)} in the Config.",
            )
        return config

    @classmethod
    def _known(cls, name: str) -> None:
        if name not in cls.options:
            refuse_name_of_3x(name)
        super()._known(name)

    @classmethod
    def _of_3x(cls, config: ClientConfig, options: Mapping[str, Any]) -> Config:
        for name in options:
            cls._known(name)
        keywords = {name: value for name, value in options.items() if value is not None}
        said = translate(config, keywords, os.environ, cls.options)
        try:
            made = _Translated.from_dict(said.options)
        except InvalidConfigurationError as error:
            said.name_places(error)
            raise
        made._said = said
        tell(said.warnings)
        return made

    def snapshot(self) -> Options:
        """Check everything once more and freeze it.

        Returns:
            What a client keeps; later changes to this configuration do not reach it.

        Raises:
            InvalidConfigurationError: two options contradict each other, or one would have no
                effect in this version.
            TypeError: a list or dict got an item of the wrong type after it was set.
            ValueError: a list or dict got an item that is not allowed after it was set.
        """
        if self.heartbeat_timeout <= self.heartbeat_interval:
            raise InvalidConfigurationError(
                f"heartbeat_timeout ({self.heartbeat_timeout} s) must be longer than "
                f"heartbeat_interval ({self.heartbeat_interval} s)",
                hint="Otherwise every idle connection is closed before its ping is answered.",
            )
        refuse_contradictions(self)
        refuse_tls_contradictions(self)
        return Options(**{name: _frozen(value) for name, value in self._checked_values()})


class _Translated(Config):
    """What a `ClientConfig` says; errors name its options too."""

    __slots__ = ("_said",)

    _said: Translation

    def snapshot(self) -> Options:
        """See `Config.snapshot`."""
        try:
            return super().snapshot()
        except InvalidConfigurationError as error:
            self._said.name_places(error)
            raise

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "_said":
            object.__setattr__(self, name, value)
        else:
            super().__setattr__(name, value)

    def __copy__(self) -> _Translated:
        copied = super().__copy__()
        copied._said = self._said
        return copied


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(each) for key, each in value.items()})
    return value
