# SPDX-License-Identifier: Apache-2.0
"""Whoever changes `hazelcast` to `gridwire.hazelcast` in an import finds what was there.

The official package 5.7.0 is walked. What is not here stands in a table with its reason, and the
tables are exact: an absence that is none any more has to leave them.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import warnings
from collections.abc import Iterator
from itertools import zip_longest
from types import ModuleType
from typing import Any

import pytest

from gridwire import hazelcast as ours

official = pytest.importorskip("hazelcast")

LATER = "a later issue adds it"
INNER = "an inner part of the official package, which no program needs"
OTHER = "what users need of it is elsewhere, or works without it"

# -- what is not here, and why --------------------------------------------------------------------

ABSENT_MODULES = [
    ("cp db sql", LATER),
    ("proxy.cp transaction types vector", LATER),
    ("proxy.executor proxy.flake_id_generator proxy.list proxy.multi_map proxy.pn_counter", LATER),
    ("proxy.queue proxy.reliable_topic proxy.replicated_map proxy.ringbuffer proxy.set", LATER),
    ("proxy.topic proxy.transactional_list proxy.transactional_map", LATER),
    ("proxy.transactional_multi_map proxy.transactional_queue proxy.transactional_set", LATER),
    ("proxy.vector_collection statistics", LATER),
    ("asyncore compact connection discovery hash internal invocation listener", INNER),
    ("metrics protocol reactor serialization.compact", INNER),
    ("serialization.bits serialization.serialization_const serialization.serializer", INNER),
    ("serialization.portable.context serialization.portable.serializer", INNER),
    ("serialization.util", INNER),
]
"""Modules and packages; those below a package are meant too."""

ABSENT_NAMES = [
    ("asyncio", "AtomicLong AtomicReference CPSubsystem CountDownLatch Executor FencedLock", LATER),
    ("asyncio", "FlakeIdGenerator List LockContext MultiMap PNCounter Queue", LATER),
    ("asyncio", "ReliableMessageListener ReliableTopic ReplicatedMap Ringbuffer Semaphore", LATER),
    ("asyncio", "Set Topic VectorCollection", LATER),
    ("cluster", "ClientInfo VectorClock", INNER),
    ("config", "IndexUtil", INNER),
    ("core", "AddressHelper", INNER),
    ("errors", "create_error_from_message retryable", INNER),
    ("future", "ResultType", INNER),
    ("near_cache", "DataRecord NearCacheManager", INNER),
    ("partition", "string_partition_strategy", INNER),
    ("proxy", "ProxyManager", INNER),
    ("proxy.base", "ItemEvent ItemEventType PartitionSpecificProxy TopicMessage", LATER),
    ("proxy.base", "TransactionalProxy", LATER),
    ("proxy.base", "get_entry_listener_flags", INNER),
    ("proxy.map", "MapFeatNearCache", OTHER),
    ("proxy.map", "create_map_proxy", INNER),
    ("serialization.data", "Data", OTHER),
    ("serialization.objects", "CanonicalizingHashSet IdentifiedAddress IdentifiedMapEntry", OTHER),
    ("serialization.output", "EmptyObjectDataOutput", INNER),
    ("serialization.portable.reader", "DefaultPortableReader MorphingPortableReader", INNER),
    ("serialization.portable.writer", "ClassDefinitionWriter DefaultPortableWriter", INNER),
    ("serialization.service", "SerializationServiceV1 SerializerRegistry", OTHER),
    ("serialization.service", "default_partition_strategy empty_partitioning_strategy", INNER),
    ("serialization.service", "handle_exception", INNER),
    ("util", "AtomicInteger IterationType UUIDUtil calculate_version check_is_int", INNER),
    ("util", "check_is_number check_not_empty check_not_negative check_not_none", INNER),
    ("util", "check_true current_time current_time_in_millis", INNER),
    ("util", "deserialize_entry_list_in_place deserialize_list_in_place get_attr_name", INNER),
    ("util", "get_portable_version int_from_bytes int_to_bytes", INNER),
    ("util", "member_of_larger_same_version_group re_raise thread_id to_list to_millis", INNER),
    ("util", "to_nanos to_signed try_to_get_enum_value try_to_get_error_message", INNER),
    ("util", "validate_serializer validate_type", INNER),
]
"""Functions and classes of modules that exist."""

_CLIENT = (
    "add_distributed_object_listener cp_subsystem create_vector_collection_config get_executor "
    "get_flake_id_generator get_list get_multi_map get_pn_counter get_queue get_reliable_topic "
    "get_replicated_map get_ringbuffer get_set get_topic get_vector_collection "
    "remove_distributed_object_listener sql"
)

ABSENT_MEMBERS = [
    ("HazelcastClient", f"{_CLIENT} get_distributed_objects new_transaction", LATER),
    ("client.HazelcastClient", f"{_CLIENT} get_distributed_objects new_transaction", LATER),
    ("asyncio.HazelcastClient", _CLIENT, LATER),
    ("proxy.map.BlockingMap", "blocking", OTHER),
    ("proxy.map.BlockingMap", "name service_name", "attributes of each object, not of the class"),
    (
        "near_cache.NearCache",
        "copy fromkeys get items keys pop popitem setdefault update values",
        "it is no dict, so that nobody changes it",
    ),
    ("proxy.base.Proxy", "blocking destroy", "each proxy has its own, with its own types"),
]
"""Methods and properties of classes that exist."""

ABSENT_ARGUMENTS: list[tuple[str, str, str]] = []
"""Arguments of methods that exist. What follows them is taken by name alone until they come."""

OTHER_ARGUMENTS = {
    "Made by the client, not by programs": [
        "cluster.ClusterService.__init__",
        "lifecycle.LifecycleService.__init__",
        "partition.PartitionService.__init__",
        "asyncio.Map.__init__",
        "near_cache.NearCache.__init__",
        "proxy.base.Proxy.__init__",
        "proxy.map.Map.__init__",
        "proxy.map.BlockingMap.__init__",
        "serialization.objects.ReliableTopicMessage.__init__",
    ],
    "What follows it is passed by position, so it is never named": [
        "future.Future.continue_with",
        "future.ImmediateFuture.continue_with",
        "future.ImmediateExceptionFuture.continue_with",
    ],
}
"""Methods whose arguments are not compared."""


# -- walking --------------------------------------------------------------------------------------


def below(package: ModuleType) -> set[str]:
    """The paths of all modules below a package, but those whose names say that they are private."""
    prefix = f"{package.__name__}."
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        found = {
            module.name.removeprefix(prefix)
            for module in pkgutil.walk_packages(package.__path__, prefix)
        }
    return {path for path in found if not any(part[0] == "_" for part in path.split("."))}


def is_listed(path: str, table: list[tuple[str, str]]) -> bool:
    names = {name for names, _ in table for name in names.split()}
    return any(path == name or path.startswith(f"{name}.") for name in names)


def module(package: ModuleType, path: str) -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return importlib.import_module(f"{package.__name__}.{path}".rstrip("."))


OFFICIAL_PATHS = below(official)
OUR_PATHS = below(ours)
COMMON = sorted(
    path for path in {*OFFICIAL_PATHS & OUR_PATHS, ""} if not is_listed(path, ABSENT_MODULES)
)


def public_names(theirs: ModuleType) -> set[str]:
    """What an official module defines or exports."""
    if theirs is official:
        return {"HazelcastClient"}
    defined = {
        name
        for name, value in vars(theirs).items()
        if getattr(value, "__module__", None) == theirs.__name__ and not name.startswith("_")
    }
    return defined | set(getattr(theirs, "__all__", ()))


def exported(mine: ModuleType) -> set[str]:
    return set(mine.__all__)


def table_of(table: list[tuple[str, str, str]], where: str) -> set[str]:
    return {name for path, names, _ in table if path == where for name in names.split()}


def common_classes() -> Iterator[tuple[str, type, type]]:
    for path in COMMON:
        theirs, mine = module(official, path), module(ours, path)
        for name in sorted(public_names(theirs) & exported(mine)):
            their_class, my_class = getattr(theirs, name), getattr(mine, name)
            if inspect.isclass(their_class) and inspect.isclass(my_class):
                yield f"{path}.{name}".lstrip("."), their_class, my_class


CLASSES = {where: (their_class, my_class) for where, their_class, my_class in common_classes()}


def members(cls: type) -> set[str]:
    """Public methods, properties, constants and annotated attributes."""
    annotated = {name for base in cls.__mro__ for name in vars(base).get("__annotations__", ())}
    # The second names of an enum's members are not among what `dir` tells.
    of_enum = getattr(cls, "__members__", ())
    return {name for name in {*dir(cls), *annotated, *of_enum} if not name.startswith("_")}


def function_of(cls: type, name: str) -> Any:
    found = inspect.getattr_static(cls, name, None)
    return getattr(found, "__func__", found)


def common_functions() -> Iterator[tuple[str, Any, Any]]:
    for where, (their_class, my_class) in CLASSES.items():
        if issubclass(their_class, BaseException):
            continue
        for name in sorted({*members(their_class), "__init__"}):
            theirs, mine = function_of(their_class, name), function_of(my_class, name)
            if inspect.isfunction(theirs) and inspect.isfunction(mine):
                yield f"{where}.{name}", theirs, mine


NOT_COMPARED = {where for places in OTHER_ARGUMENTS.values() for where in places}
FUNCTIONS = {
    where: (theirs, mine) for where, theirs, mine in common_functions() if where not in NOT_COMPARED
}


# -- the tests ------------------------------------------------------------------------------------


def test_much_is_walked():
    """A walk that finds nothing would be green too."""
    assert {"", "asyncio", "client", "config", "core", "errors", "proxy.map"} <= set(COMMON)
    assert {"serialization.api", "util", "future", "lifecycle", "partition"} <= set(COMMON)
    assert {"proxy.map.Map", "asyncio.HazelcastClient", "future.Future"} <= set(CLASSES)
    assert {"core.Address.__init__", "proxy.map.Map.put", "util.RoundRobinLB.next"} <= set(
        FUNCTIONS
    )


def test_every_official_module_is_here_or_listed():
    absent = OFFICIAL_PATHS - OUR_PATHS
    assert {path for path in absent if not is_listed(path, ABSENT_MODULES)} == set()


def test_no_module_is_listed_that_is_here():
    listed = {name for names, _ in ABSENT_MODULES for name in names.split()}
    assert listed <= OFFICIAL_PATHS
    # Ours has packages of these names, with other things in them.
    assert listed & OUR_PATHS == {"protocol", "serialization.compact"}


@pytest.mark.parametrize("path", COMMON)
def test_a_module_exports_what_the_official_one_has(path: str):
    theirs, mine = module(official, path), module(ours, path)
    names = public_names(theirs)
    assert names - exported(mine) == table_of(ABSENT_NAMES, path)
    for name in names & exported(mine):
        assert hasattr(mine, name)
        if inspect.isclass(getattr(theirs, name)):
            assert inspect.isclass(getattr(mine, name)), name


@pytest.mark.parametrize("where", CLASSES)
def test_a_class_has_what_the_official_one_has(where: str):
    their_class, my_class = CLASSES[where]
    if issubclass(their_class, BaseException):
        assert issubclass(my_class, BaseException)
    absent = members(their_class) - members(my_class)
    assert absent == table_of(ABSENT_MEMBERS, where)


@pytest.mark.parametrize("where", FUNCTIONS)
def test_a_method_takes_what_the_official_one_takes(where: str):
    """By position and by name, as far as it takes anything by position."""
    theirs, mine = (inspect.signature(one).parameters for one in FUNCTIONS[where])
    positions = [
        [name for name, one in found.items() if one.kind is one.POSITIONAL_OR_KEYWORD]
        for found in (theirs, mine)
    ]
    for their_name, my_name in zip_longest(*positions):
        assert None in {their_name, my_name} or their_name == my_name
    takes_any = any(one.kind is one.VAR_KEYWORD for one in mine.values())
    absent = set() if takes_any else set(theirs) - set(mine)
    assert absent == table_of(ABSENT_ARGUMENTS, where)


def test_the_tables_name_nothing_that_does_not_exist():
    assert {path for path, _, _ in ABSENT_NAMES} <= set(COMMON)
    assert {where for where, _, _ in ABSENT_MEMBERS} <= set(CLASSES)
    assert {where for where, _, _ in ABSENT_ARGUMENTS} <= set(FUNCTIONS)
    assert {where.rpartition(".")[0] for where in NOT_COMPARED} <= set(CLASSES)
