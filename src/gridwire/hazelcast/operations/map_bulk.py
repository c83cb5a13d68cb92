# SPDX-License-Identifier: Apache-2.0
"""Operations of a Map that are several round trips: one for each partition that is touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from gridwire._core.outcome import Outcome
from gridwire._core.request import CallAll
from gridwire.errors import GridwireError
from gridwire.hazelcast.errors import ClientOfflineError, PartialWriteError
from gridwire.hazelcast.operations.arguments import not_none
from gridwire.hazelcast.operations.map import Data, MapRequests

__all__ = ["get_all", "put_all"]

K = TypeVar("K")
V = TypeVar("V")


async def get_all(requests: MapRequests[K, V], keys: Iterable[K]) -> dict[K, V]:
    """The entries of many keys; keys without a value are left out."""
    groups: dict[int, list[Data]] = {}
    for key in not_none("keys", keys):
        data = requests.key_data(key)
        groups.setdefault(requests.partition(data), []).append(data)
    if not groups:
        return {}
    results = await CallAll(
        [requests.get_all_of(partition, group) for partition, group in groups.items()]
    )
    found: dict[K, V] = {}
    for result in results:
        if isinstance(result, BaseException):
            raise result
        found.update(result)
    return found


async def put_all(requests: MapRequests[K, V], entries: Mapping[K, V]) -> None:
    """Store many entries; an error says which keys have which outcome."""
    groups: dict[int, list[tuple[Data, Data]]] = {}
    keys: dict[int, list[K]] = {}
    for key, value in not_none("map", entries).items():
        data = requests.key_data(key)
        partition = requests.partition(data)
        groups.setdefault(partition, []).append((data, requests.value_data(value)))
        keys.setdefault(partition, []).append(key)
    if not groups:
        return
    results = await CallAll(
        [requests.put_all_of(partition, group) for partition, group in groups.items()]
    )
    _raise_partial(
        [(keys[partition], result) for partition, result in zip(groups, results, strict=True)]
    )


def _raise_partial(results: list[tuple[list[Any], Any]]) -> None:
    failures = [result for _, result in results if isinstance(result, BaseException)]
    if not failures:
        return
    for failure in failures:
        if not isinstance(failure, GridwireError):
            raise failure
    if len(failures) == len(results) and all(map(_was_offline, failures)):
        # Nothing was begun, so nothing failed in part.
        raise failures[0]
    outcomes: dict[Any, Outcome | None] = {}
    for keys, result in results:
        outcome = None
        if isinstance(result, GridwireError):
            outcome = result.outcome or Outcome.UNKNOWN
        outcomes.update(dict.fromkeys(keys, outcome))
    raise PartialWriteError(outcomes, failures) from failures[0]


def _was_offline(failure: BaseException) -> bool:
    return isinstance(failure, ClientOfflineError) and failure.outcome is Outcome.NOT_SENT
