# SPDX-License-Identifier: Apache-2.0
"""What tests of near caches need: members that tell of changes when a test says so."""

from __future__ import annotations

import itertools
import random
import uuid
from collections.abc import Callable
from typing import Any

from gridwire.hazelcast.errors import HazelcastError
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.serialization.data import partition_of
from gridwire.hazelcast.serialization.service import SerializationService
from support.scripted import Incoming, ScriptedCluster, ScriptedMember
from support.scripted_connection import joined

__all__ = ["ANOTHER", "BATCH", "KEYS", "ONE", "Churn", "Teller", "data"]

ONE, BATCH = messages.ADD_NEAR_CACHE_INVALIDATION_LISTENER.events
_SERIALIZATION = SerializationService()

KEYS = 30
"""Keys that `Churn` uses, from 0 on."""

ANOTHER = uuid.UUID(int=99)
"""A client that is not the one under test."""


def data(value: Any) -> bytes:
    """A value as clients serialize it."""
    found = _SERIALIZATION.to_data(value)
    assert found is not None
    return found


class Teller:
    """Says on behalf of a scripted cluster what changed, to whoever has registered since.

    Args:
        cluster: whose members speak.
        name: of the map.
    """

    def __init__(self, cluster: ScriptedCluster, name: str = "m") -> None:
        self._cluster = cluster
        self._name = name
        self.numbers: dict[int, int] = {}
        self.listeners: list[tuple[uuid.UUID, Incoming]] = []
        cluster.always("Map.AddNearCacheInvalidationListener", self._listen)
        cluster.always("Map.RemoveEntryListener", self._stop_listening)
        cluster.always("Map.FetchNearCacheInvalidationMetadata", self._say_how_far)

    def partition(self, key: Any) -> int:
        """That of a key."""
        return partition_of(data(key), self._cluster.partition_count)

    def next_number(self, key: Any) -> int:
        """Count a change of a key, told or not."""
        partition = self.partition(key)
        number = self.numbers[partition] = self.numbers.get(partition, 0) + 1
        return number

    def tell(self, key: Any, source: uuid.UUID = ANOTHER, by: ScriptedMember | None = None) -> None:
        """Say that a key changed."""
        partition = self.partition(key)
        step = (data(key), source, uuid.UUID(int=partition), self.next_number(key))
        self.send(by or self._cluster.owner(partition), ONE, *step)

    def tell_many(self, keys: list[Any], by: ScriptedMember) -> None:
        """Say of many keys in one message that they changed."""
        uuids = [uuid.UUID(int=self.partition(key)) for key in keys]
        numbers = [self.next_number(key) for key in keys]
        self.send(by, BATCH, list(map(data, keys)), [ANOTHER] * len(keys), uuids, numbers)

    def tell_all(self, source: uuid.UUID = ANOTHER) -> None:
        """Say that everything changed."""
        home = self.partition(self._name)
        step = (None, source, uuid.UUID(int=home), self.next_number(self._name))
        self.send(self._cluster.owner(home), ONE, *step)

    def send(self, member: ScriptedMember, event: Any, *values: Any) -> None:
        """Send an event to those who listen at a member."""
        for _, listener in self.listeners:
            if listener.member is member and not listener.connection.closed.is_set():
                encoded = event.encode(listener.correlation, -1, *values)
                listener.connection.write(joined(encoded))

    def forget(self) -> None:
        """Members know no listener any more, and count from the beginning."""
        self.listeners.clear()
        self.numbers.clear()

    def _listen(self, request: Incoming) -> None:
        listener = uuid.uuid4()
        self.listeners.append((listener, request))
        request.answer(listener)

    def _stop_listening(self, request: Incoming) -> None:
        wanted = request.fields.registration_id
        left = [one for one in self.listeners if one[0] != wanted]
        request.answer(len(left) < len(self.listeners))
        self.listeners[:] = left

    def _say_how_far(self, request: Incoming) -> None:
        (owned,) = [some for who, some in self._cluster.table() if who == request.fields.uuid]
        counted = [(one, self.numbers[one]) for one in owned if one in self.numbers]
        uuids = [(partition, uuid.UUID(int=partition)) for partition in owned]
        request.answer([(self._name, counted)], uuids)


class Churn:
    """Reads through a near cache and writes, while another client writes too, by chance.

    What is read must never be older than what this very caller wrote before. Values are numbers
    that grow with every write of either client, and every write is waited for. A key of which one
    write failed without saying whether it was done is not looked at any more.

    Args:
        call: calls a method of `near` and waits.
        near: the map with the near cache.
        other: the other client's map, whose methods wait.
        seed: of the dice.
    """

    def __init__(self, call: Callable[..., Any], near: Any, other: Any, seed: int) -> None:
        self._call = call
        self._near = near
        self._other = other
        self._dice = random.Random(seed)
        self._versions = itertools.count(1)
        self._keys = list(range(KEYS))
        self._mine = dict.fromkeys(self._keys, 0)
        self._unsure: set[int] = set()

    def run(self, steps: int, trouble: Callable[[random.Random], None] | None = None) -> None:
        """Take so many steps; before every tenth, something else may happen."""
        actions = [(self._read, 11), (self._write, 5), (self._write_elsewhere, 4)]
        methods, weights = zip(*actions, strict=True)
        for step in range(steps):
            if trouble is not None and step % 10 == 0:
                trouble(self._dice)
            (action,) = self._dice.choices(methods, weights)
            action(self._dice.choice(self._keys))

    def _read(self, key: int) -> None:
        if self._dice.random() < 0.2:
            found = self._call(self._near.get_all, self._keys)
        else:
            value = self._call(self._near.get, key)
            found = {} if value is None else {key: value}
        for one, value in found.items():
            assert one in self._unsure or value >= self._mine[one], one

    def _write(self, key: int) -> None:
        some = {one: next(self._versions) for one in self._dice.sample(self._keys, 3)}
        version = next(self._versions)
        near = self._near
        method, args, wrote = self._dice.choice(
            [
                (near.put_all, (some,), some),
                (near.delete, (key,), {key: 0}),
                (near.set, (key, version), {key: version}),
                (near.put, (key, version), {key: version}),
                (near.replace, (key, version), {key: 0}),
            ]
        )
        try:
            self._call(method, *args)
        except HazelcastError:
            # It may be executed yet, after newer ones.
            self._unsure.update(wrote)
        self._mine.update(wrote)

    def _write_elsewhere(self, key: int) -> None:
        some = {one: next(self._versions) for one in self._dice.sample(self._keys, 3)}
        chance = self._dice.random()
        if chance < 0.1:
            self._other.put_all(some)
        elif chance < 0.2:
            self._other.delete(key)
        elif chance < 0.22:
            self._other.clear()
        else:
            self._other.set(key, next(self._versions))
