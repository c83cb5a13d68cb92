# SPDX-License-Identifier: Apache-2.0
"""The parts of the 3.x configuration. What each option means today is said in `table`."""

from __future__ import annotations

from typing import Any

from gridwire.hazelcast._options.config3.base import Group3x, Option3x, as_today, kept
from gridwire.hazelcast._options.config3.constants import (
    DEFAULT_GROUP_NAME,
    DEFAULT_GROUP_PASSWORD,
    PROTOCOL,
)
from gridwire.hazelcast._options.config3.rules import (
    class_definitions,
    connecting_time,
    factory,
    option_value,
)
from gridwire.hazelcast._options.containers import list_of, serializer_table
from gridwire.hazelcast._options.enums import IntType
from gridwire.hazelcast._options.rules import (
    GREATEST_INT,
    LEAST_INT,
    boolean,
    instance_of,
    integer,
    member_of,
    number,
    optional,
    subclass,
    subclass_of,
    text,
)
from gridwire.hazelcast.serialization.api import StreamSerializer

__all__ = [
    "ClientCloudConfig",
    "ClientNetworkConfig",
    "GroupConfig",
    "LoggerConfig",
    "SSLConfig",
    "SerializationConfig",
    "SocketOption",
]

_NUMBER = integer(at_least=LEAST_INT, at_most=GREATEST_INT)


class GroupConfig(Group3x):
    """Which cluster the client belongs to."""

    __slots__ = ()
    _called = "option of GroupConfig"

    name = Option3x(DEFAULT_GROUP_NAME, as_today("cluster_name"))
    password = Option3x(DEFAULT_GROUP_PASSWORD, optional(text()), secret=True)


class SocketOption(Group3x):
    """One option of sockets, as `socket.setsockopt` takes it.

    Args:
        level: such as ``socket.SOL_SOCKET``.
        option: such as ``socket.SO_KEEPALIVE``.
        value: an integer, bytes, or a string, of which UTF-8 makes bytes.
    """

    __slots__ = ()
    _called = "part of a SocketOption"

    level = Option3x(0, _NUMBER)
    option = Option3x(0, _NUMBER)
    value = Option3x(0, option_value())

    def __init__(self, level: int, option: int, value: int | str | bytes) -> None:
        super().__init__()
        self.level = level
        self.option = option
        self.value = value

    def __copy__(self) -> SocketOption:
        return SocketOption(self.level, self.option, self.value)

    def __repr__(self) -> str:
        return f"SocketOption({self.level!r}, {self.option!r}, {self.value!r})"


class SSLConfig(Group3x):
    """Whether connections use TLS, and how."""

    __slots__ = ()
    _called = "option of SSLConfig"

    enabled = Option3x(False, boolean())
    cafile = Option3x(None, as_today("ssl_cafile"))
    certfile = Option3x(None, as_today("ssl_certfile"))
    keyfile = Option3x(None, as_today("ssl_keyfile"))
    password = Option3x(
        None,
        as_today("ssl_password", lambda value: bytes(value) if type(value) is bytearray else value),
        secret=True,
    )
    protocol = Option3x(PROTOCOL.TLS, member_of(PROTOCOL))
    ciphers = Option3x(None, as_today("ssl_ciphers"))


class ClientCloudConfig(Group3x):
    """Where Hazelcast Cloud tells of the members."""

    __slots__ = ()
    _called = "option of ClientCloudConfig"

    enabled = Option3x(False, boolean())
    discovery_token = Option3x("", text(), secret=True)


class ClientNetworkConfig(Group3x):
    """How the client reaches members."""

    __slots__ = ()
    _called = "option of ClientNetworkConfig"

    addresses = Option3x([], as_today("cluster_members"))
    connection_attempt_limit = Option3x(2, integer(at_least=1))
    connection_attempt_period = Option3x(3, number(at_least=0))
    connection_timeout = Option3x(5.0, connecting_time())
    socket_options = Option3x(
        [], kept(list_of(lambda item: isinstance(item, SocketOption), "a SocketOption"))
    )
    redo_operation = Option3x(False, boolean())
    smart_routing = Option3x(True, boolean())
    ssl_config = Option3x(SSLConfig(), instance_of(SSLConfig))
    cloud_config = Option3x(ClientCloudConfig(), instance_of(ClientCloudConfig))


class SerializationConfig(Group3x):
    """How objects become bytes."""

    __slots__ = ()
    _called = "option of SerializationConfig"

    portable_version = Option3x(0, integer(at_least=0, at_most=GREATEST_INT))
    data_serializable_factories = Option3x({}, as_today("data_serializable_factories"))
    portable_factories = Option3x({}, as_today("portable_factories"))
    class_definitions = Option3x(set(), class_definitions())
    check_class_def_errors = Option3x(True, boolean())
    is_big_endian = Option3x(True, boolean())
    default_integer_type = Option3x(IntType.INT, member_of(IntType))
    custom_serializers = Option3x({}, kept(serializer_table(StreamSerializer)))
    global_serializer = Option3x(None, optional(subclass_of(StreamSerializer)))

    def add_data_serializable_factory(self, factory_id: int, factory: dict[int, Any]) -> None:
        """Add the classes of identified objects of one factory.

        Args:
            factory_id: the id of the factory.
            factory: the classes by their ids.

        Raises:
            TypeError: an id is no integer, or a class has the wrong base.
        """
        _add(self.data_serializable_factories, "data_serializable_factories", factory_id, factory)

    def add_portable_factory(self, factory_id: int, factory: dict[int, Any]) -> None:
        """Add the classes of Portable objects of one factory.

        Args:
            factory_id: the id of the factory.
            factory: the classes by their ids.

        Raises:
            TypeError: an id is no integer, or a class has the wrong base.
        """
        _add(self.portable_factories, "portable_factories", factory_id, factory)

    def set_custom_serializer(self, _type: type[Any], serializer: type[StreamSerializer]) -> None:
        """Set the serializer of a type.

        Args:
            _type: the type.
            serializer: the class that serializes it.

        Raises:
            TypeError: `_type` is no type, or `serializer` no class of serializers.
        """
        instance_of(type).check("_type of set_custom_serializer", _type)
        subclass("serializer of set_custom_serializer", serializer, StreamSerializer)
        self.custom_serializers[_type] = serializer


def _add(factories: dict[int, Any], option: str, factory_id: int, classes: dict[int, Any]) -> None:
    factory(f"add_{option.removesuffix('ies')}y", factory_id, classes, option)
    factories[factory_id] = classes


class LoggerConfig(Group3x):
    """What 3.x did about logging."""

    __slots__ = ()
    _called = "option of LoggerConfig"

    config_file = Option3x(None, optional(text()))
    level = Option3x(20, integer(at_least=0))
