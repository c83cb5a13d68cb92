# SPDX-License-Identifier: Apache-2.0
"""The groups of options that belong to one data structure each."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, TypeVar

from gridwire.hazelcast._options.enums import EvictionPolicy, InMemoryFormat, TopicOverloadPolicy
from gridwire.hazelcast._options.option import Option, OptionGroup
from gridwire.hazelcast._options.patterns import check_pattern
from gridwire.hazelcast._options.rules import (
    Rule,
    boolean,
    integer,
    member_of,
    number,
    optional,
)
from gridwire.hazelcast._options.spellings import NamedGroup, Spelling
from gridwire.hazelcast.errors import InvalidConfigurationError

__all__ = [
    "FlakeIdGeneratorConfig",
    "NearCacheConfig",
    "ReliableTopicConfig",
    "named_groups",
    "refuse_other_name",
]

Group = TypeVar("Group", bound=OptionGroup)

DEFAULT_NEAR_CACHE_BYTES = 256 * 1024 * 1024
"""Bytes. Ten thousand entries of 25 kilobytes; whoever keeps larger ones should know of it."""


class NearCacheConfig(NamedGroup):
    """The options of the near cache of one map.

    Args:
        name: of the map; needed where it is added to a `ClientConfig`, as in 3.x.
    """

    __slots__ = ()
    _called = "option of a near cache"
    _defaults_3x = MappingProxyType({"eviction_policy": EvictionPolicy.NONE})

    invalidate_on_change = Option(
        True,
        boolean(),
        "Whether an entry leaves the cache when the cluster says that it changed.",
    )
    in_memory_format = Option(
        InMemoryFormat.BINARY,
        member_of(InMemoryFormat),
        "How values are kept. Values that nobody can change, such as text and numbers, are always "
        "kept as objects; of others every reader gets an object of its own, made from serialized "
        "data, unless the format is `OBJECT` and `share_objects` is on.",
    )
    share_objects = Option(
        False,
        boolean(),
        "Whether, with the format `OBJECT`, all readers get the same object although it can be "
        "changed. That is fastest, and right when no reader changes what it gets.",
        ours=True,
    )
    time_to_live = Option(
        None,
        optional(number(at_least=0)),
        "Age at which an entry leaves the cache; None and 0 mean never.",
        unit="seconds",
    )
    max_idle = Option(
        None,
        optional(number(at_least=0)),
        "Time without a read after which an entry leaves the cache; None and 0 mean never.",
        unit="seconds",
    )
    eviction_policy = Option(
        EvictionPolicy.LRU,
        member_of(EvictionPolicy),
        "Which entry leaves a full cache.",
    )
    eviction_max_size = Option(
        10_000, integer(at_least=1), "Entries at which the cache is full.", unit="entries"
    )
    max_bytes = Option(
        DEFAULT_NEAR_CACHE_BYTES,
        integer(at_least=1),
        "Counted bytes at which the cache is full: serialized keys and values, and 400 bytes for "
        "each entry. A value that is larger is not kept.",
        unit="bytes",
        ours=True,
    )
    reconcile_interval = Option(
        60.0,
        number(at_least=0),
        "Time between two questions to members about invalidations that were lost on the way; 0 "
        "means never.",
        unit="seconds",
        ours=True,
    )
    eviction_sampling_count = Option(
        8, integer(at_least=1), "Entries that are looked at to find one to evict.", unit="entries"
    )
    eviction_sampling_pool_size = Option(
        16, integer(at_least=1), "Candidates for eviction that are remembered.", unit="entries"
    )
    time_to_live_seconds = Spelling("time_to_live")
    max_idle_seconds = Spelling("max_idle")


class FlakeIdGeneratorConfig(NamedGroup):
    """The options of one generator of unique ids.

    Args:
        name: of the generator; needed where it is added to a `ClientConfig`, as in 3.x.
    """

    __slots__ = ()
    _called = "option of a flake id generator"

    prefetch_count = Option(
        100,
        integer(at_least=1, at_most=100_000),
        "Ids that one request to the cluster brings.",
        unit="ids",
    )
    prefetch_validity = Option(
        600,
        number(at_least=0),
        "Age at which fetched ids are thrown away, so that ids stay roughly in the order of time; "
        "0 means never.",
        unit="seconds",
    )
    prefetch_validity_in_millis = Spelling("prefetch_validity", per=1000)


class ReliableTopicConfig(OptionGroup):
    """The options of one reliable topic."""

    __slots__ = ()
    _called = "option of a reliable topic"

    read_batch_size = Option(
        10, integer(at_least=1), "Messages that a listener reads at most at once.", unit="messages"
    )
    overload_policy = Option(
        TopicOverloadPolicy.BLOCK,
        member_of(TopicOverloadPolicy),
        "What happens to a message that there is no room for.",
    )


def named_groups(
    cls: type[Group], *, patterns: bool = False
) -> Rule[dict[str, Group], dict[str, Group | dict[str, Any]]]:
    """A dict from names of data structures to groups, or to dicts that groups are made of.

    Args:
        cls: of the groups.
        patterns: whether a name may have a ``*`` that stands for anything.
    """

    def check(name: str, value: Any) -> dict[str, Group]:
        if not isinstance(value, dict):
            raise TypeError(f"{name} must be a dict, not {type(value).__name__}")
        groups = {_text(name, key): _group(name, key, each) for key, each in value.items()}
        for key in groups if patterns else ():
            check_pattern(name, key)
        return groups

    def _group(name: str, key: str, value: Any) -> Group:
        if not isinstance(value, cls | dict):
            raise TypeError(f"each value of {name} must be a {cls.__name__} or a dict")
        group: Group = cls.from_dict(value) if isinstance(value, dict) else value
        if isinstance(group, NamedGroup):
            refuse_other_name(name, key, group)
            group = group.of_today()
        return group

    names = "names or patterns with one `*`" if patterns else "names"
    return Rule(check, f"a dict from {names} to {cls.__name__} or dict")


def refuse_other_name(option: str, key: str, group: NamedGroup) -> None:
    """Refuse a group that stands below another name than its own.

    Raises:
        InvalidConfigurationError: it does.
    """
    if group.name is not None and group.name != key:
        raise InvalidConfigurationError(
            f"{option}: below {key!r} stands a {type(group).__name__} of the name {group.name!r}",
            hint="Use the name as the key, or make it without a name.",
        )


def _text(name: str, key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"each key of {name} must be a string, not {type(key).__name__}")
    return key
