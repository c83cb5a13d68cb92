# SPDX-License-Identifier: Apache-2.0
"""The groups of options that belong to one data structure each."""

from __future__ import annotations

from typing import Any, TypeVar

from gridwire.hazelcast._options.enums import EvictionPolicy, InMemoryFormat, TopicOverloadPolicy
from gridwire.hazelcast._options.option import Option, OptionGroup
from gridwire.hazelcast._options.rules import (
    Rule,
    boolean,
    integer,
    member_of,
    number,
    optional,
)

__all__ = ["FlakeIdGeneratorConfig", "NearCacheConfig", "ReliableTopicConfig", "named_groups"]

Group = TypeVar("Group", bound=OptionGroup)


class NearCacheConfig(OptionGroup):
    """The options of the near cache of one map."""

    __slots__ = ()
    _called = "option of a near cache"

    invalidate_on_change = Option(
        True,
        boolean(),
        "Whether an entry leaves the cache when the cluster says that it changed.",
    )
    in_memory_format = Option(
        InMemoryFormat.BINARY, member_of(InMemoryFormat), "How values are kept."
    )
    time_to_live = Option(
        None,
        optional(number(at_least=0)),
        "Age at which an entry leaves the cache; None means never.",
        unit="seconds",
    )
    max_idle = Option(
        None,
        optional(number(at_least=0)),
        "Time without a read after which an entry leaves the cache; None means never.",
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
    eviction_sampling_count = Option(
        8, integer(at_least=1), "Entries that are looked at to find one to evict.", unit="entries"
    )
    eviction_sampling_pool_size = Option(
        16, integer(at_least=1), "Candidates for eviction that are remembered.", unit="entries"
    )


class FlakeIdGeneratorConfig(OptionGroup):
    """The options of one generator of unique ids."""

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


def named_groups(cls: type[Group]) -> Rule[dict[str, Group], dict[str, Group | dict[str, Any]]]:
    """A dict from names of data structures to groups, or to dicts that groups are made of."""

    def check(name: str, value: Any) -> dict[str, Group]:
        if not isinstance(value, dict):
            raise TypeError(f"{name} must be a dict, not {type(value).__name__}")
        return {_text(name, key): _group(name, each) for key, each in value.items()}

    def _group(name: str, value: Any) -> Group:
        if isinstance(value, cls):
            return value
        if isinstance(value, dict):
            return cls.from_dict(value)
        raise TypeError(f"each value of {name} must be a {cls.__name__} or a dict")

    return Rule(check, f"a dict from names to {cls.__name__} or dict")


def _text(name: str, key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"each key of {name} must be a string, not {type(key).__name__}")
    return key
