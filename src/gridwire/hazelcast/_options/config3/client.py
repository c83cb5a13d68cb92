# SPDX-License-Identifier: Apache-2.0
"""The root of the 3.x configuration."""

from __future__ import annotations

from typing import Any, Self

from gridwire.hazelcast._options.config3.base import Group3x, Option3x, as_today, kept
from gridwire.hazelcast._options.config3.groups import (
    ClientNetworkConfig,
    GroupConfig,
    LoggerConfig,
    SerializationConfig,
)
from gridwire.hazelcast._options.config3.properties import check_property
from gridwire.hazelcast._options.config3.rules import listener_triples
from gridwire.hazelcast._options.containers import Listener, callable_list
from gridwire.hazelcast._options.groups import (
    FlakeIdGeneratorConfig,
    NearCacheConfig,
    refuse_other_name,
)
from gridwire.hazelcast._options.rules import (
    Rule,
    boolean,
    function,
    instance_of,
    optional,
    text,
    wrong_type,
)
from gridwire.hazelcast._options.spellings import NamedGroup
from gridwire.hazelcast.errors import InvalidConfigurationError

__all__ = ["ClientConfig"]


def _configs(cls: type[NamedGroup]) -> Rule[dict[str, Any], dict[str, Any]]:
    """A dict from names to groups, whose defaults are those of 3.x from then on."""

    def check(name: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise wrong_type(name, "a dict", value)
        for key, group in value.items():
            if not isinstance(key, str):
                raise wrong_type(f"each key of {name}", "a string", key)
            if not isinstance(group, cls):
                raise wrong_type(f"each value of {name}", f"a {cls.__name__}", group)
            refuse_other_name(name, key, group)
            group.of_3x()
        return value

    return Rule(check, f"a dict from names to {cls.__name__}")


class ClientConfig(Group3x):
    """The configuration of a client, as programs for the official client 3.x write it.

    `HazelcastClient` takes it as it takes a `Config`. What each option means today is listed in
    ``docs/reference/hazelcast-3-options.md``; one that has no meaning any more is warned about when
    a client is made with it.

    Attributes:
        group_config: the cluster, a `GroupConfig`.
        network_config: how members are reached, a `ClientNetworkConfig`.
        load_balancer: chooses members, `None` for any member.
        membership_listeners: tuples (member_added, member_removed, fire_for_existing).
        lifecycle_listeners: functions that get each state.
        near_cache_configs: a `NearCacheConfig` by the name of each map.
        flake_id_generator_configs: a `FlakeIdGeneratorConfig` by the name of each generator.
        serialization_config: how objects become bytes, a `SerializationConfig`.
        logger_config: a `LoggerConfig`.
        client_name: empty for one that the client makes.

    Raises:
        TypeError: a value has the wrong type.
        ValueError: a value is not allowed.
        InvalidConfigurationError: an option does not exist, or a value makes no sense.
    """

    __slots__ = ("_properties",)
    _called = "option of ClientConfig"

    group_config = Option3x(GroupConfig(), instance_of(GroupConfig))
    network_config = Option3x(ClientNetworkConfig(), instance_of(ClientNetworkConfig))
    load_balancer = Option3x(None, as_today("load_balancer"))
    membership_listeners = Option3x([], listener_triples())
    lifecycle_listeners = Option3x([], kept(callable_list()))
    near_cache_configs = Option3x({}, _configs(NearCacheConfig))
    flake_id_generator_configs = Option3x({}, _configs(FlakeIdGeneratorConfig))
    serialization_config = Option3x(SerializationConfig(), instance_of(SerializationConfig))
    logger_config = Option3x(LoggerConfig(), instance_of(LoggerConfig))
    client_name = Option3x("", text())

    _properties: dict[str, Any]

    def __init__(self) -> None:
        super().__init__()
        self._properties = {}

    def add_membership_listener(
        self,
        member_added: Listener | None = None,
        member_removed: Listener | None = None,
        fire_for_existing: bool = False,
    ) -> Self:
        """Add functions that are called with members that come and go.

        Args:
            member_added: called with each member that is added.
            member_removed: called with each member that is removed.
            fire_for_existing: no member is known before the client connects, and then each is an
                added one, so this makes no difference; it made none in 3.x.

        Returns:
            This configuration.

        Raises:
            TypeError: something is no function, or no boolean.
        """
        for name, listener in (("member_added", member_added), ("member_removed", member_removed)):
            optional(function()).check(f"{name} of add_membership_listener", listener)
        boolean().check("fire_for_existing of add_membership_listener", fire_for_existing)
        self.membership_listeners.append((member_added, member_removed, fire_for_existing))
        return self

    def add_lifecycle_listener(self, lifecycle_state_changed: Listener | None = None) -> Self:
        """Add a function that is called with each state of the client.

        Args:
            lifecycle_state_changed: the function; without one, nothing is added.

        Returns:
            This configuration.

        Raises:
            TypeError: it is no function.
        """
        if lifecycle_state_changed is not None:
            name = "lifecycle_state_changed of add_lifecycle_listener"
            function().check(name, lifecycle_state_changed)
            self.lifecycle_listeners.append(lifecycle_state_changed)
        return self

    def add_near_cache_config(self, near_cache_config: NearCacheConfig) -> Self:
        """Add the options of the near cache of a map.

        Args:
            near_cache_config: the options; with a name.

        Returns:
            This configuration.

        Raises:
            InvalidConfigurationError: it has no name.
            TypeError: it is no `NearCacheConfig`.
        """
        _add(self.near_cache_configs, NearCacheConfig, near_cache_config, "map")
        return self

    def add_flake_id_generator_config(
        self, flake_id_generator_config: FlakeIdGeneratorConfig
    ) -> Self:
        """Add the options of a generator of unique ids.

        Args:
            flake_id_generator_config: the options; with a name.

        Returns:
            This configuration.

        Raises:
            InvalidConfigurationError: it has no name.
            TypeError: it is no `FlakeIdGeneratorConfig`.
        """
        configs = self.flake_id_generator_configs
        _add(configs, FlakeIdGeneratorConfig, flake_id_generator_config, "generator")
        return self

    @property
    def properties(self) -> dict[str, Any]:
        """The properties by name."""
        return self._properties

    @properties.setter
    def properties(self, value: dict[str, Any]) -> None:
        if not isinstance(value, dict):
            raise wrong_type("ClientConfig.properties", "a dict", value)
        for key, each in value.items():
            check_property(key, each)
        self._properties = value

    def get_properties(self) -> dict[str, Any]:
        """Get all properties that were set.

        Returns:
            The dict itself, by name.
        """
        return self._properties

    def get_property_or_default(self, key: str, default: Any) -> Any:
        """Get a property.

        Args:
            key: its name.
            default: what to return when it was not set.

        Returns:
            Its value, as it was set.
        """
        return self._properties.get(key, default)

    def set_property(self, key: str, value: Any) -> Self:
        """Set a property.

        Args:
            key: its name; see `ClientProperties`.
            value: its value.

        Returns:
            This configuration.

        Raises:
            TypeError: the name is no string, or the value has the wrong type.
            ValueError: the value is not allowed.
        """
        check_property(key, value)
        self._properties[key] = value
        return self

    def check(self) -> None:
        """Check all values again, properties too; see `Group3x.check`."""
        super().check()
        for key, value in self._properties.items():
            check_property(key, value)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in ("_properties", "properties"):
            object.__setattr__(self, name, value)
        else:
            super().__setattr__(name, value)

    def __copy__(self) -> ClientConfig:
        copied = super().__copy__()
        assert isinstance(copied, ClientConfig)
        copied._properties = dict(self._properties)
        return copied


def _add(configs: dict[str, Any], cls: type[NamedGroup], config: NamedGroup, of: str) -> None:
    if not isinstance(config, cls):
        raise wrong_type("the configuration", f"a {cls.__name__}", config)
    if not config.name:
        raise InvalidConfigurationError(
            f"this {cls.__name__} has no name, so nobody knows which {of} it is for",
            hint=f'Make it as {cls.__name__}("the name of the {of}").',
        )
    config.of_3x()
    configs[config.name] = config
