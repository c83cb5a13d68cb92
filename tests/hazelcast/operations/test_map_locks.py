# SPDX-License-Identifier: Apache-2.0
"""What is sent about locks, and in whose name; without any I/O."""

from __future__ import annotations

import math
from typing import Any

import pytest

from gridwire._core.request import Acquisition, Request
from gridwire.hazelcast.errors import NullArgumentError
from gridwire.hazelcast.operations.map_locks import MapLocks
from gridwire.hazelcast.operations.owners import Owners
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.protocol.table import Message
from gridwire.hazelcast.serialization.data import partition_of
from gridwire.hazelcast.serialization.service import SerializationService

PARTITIONS = 271
OWNER = 7

serialization = SerializationService()
K = bytes(serialization.to_data("key") or b"")


@pytest.fixture
def locks() -> MapLocks[Any, Any]:
    return MapLocks("m", serialization, PARTITIONS, Owners(lambda: OWNER))


def sent(request: Request[Any], message: Message) -> dict[str, Any]:
    """The parameters of a request, but map and key, which are looked at here."""
    payload = bytes(request.payload)
    assert int.from_bytes(payload[6:10], "little") == message.request_type
    assert (request.operation, request.route) == (message.name, partition_of(K, PARTITIONS))
    assert int.from_bytes(payload[18:22], "little", signed=True) == request.route
    assert request.retryable
    fields = message.decode_request(payload)._asdict()
    assert fields.pop("name") == "m"
    assert bytes(fields.pop("key")) == K
    return fields


def reply(message: Message, *values: Any) -> bytes:
    return bytes(message.encode_response(9, 0, *values))


@pytest.mark.parametrize(("lease", "ttl"), [(None, -1), (0, 0), (0.0001, 1), (2.5, 2500)])
def test_lock(locks: MapLocks[Any, Any], lease: float | None, ttl: int):
    request = locks.lock("key", lease)
    fields = {"thread_id": OWNER, "ttl": ttl, "reference_id": 1}
    assert sent(request, messages.LOCK) == fields
    assert request.extra_wait == math.inf
    assert request.decode(reply(messages.LOCK)) is None
    assert request.holds(None)


@pytest.mark.parametrize(("wait", "lasts", "extra"), [(0, 0, 0.0), (1.5, 1500, 1.5)])
def test_try_lock(locks: MapLocks[Any, Any], wait: float, lasts: int, extra: float):
    request = locks.try_lock("key", 3, wait)
    fields = {"thread_id": OWNER, "lease": 3000, "timeout": lasts, "reference_id": 1}
    assert sent(request, messages.TRY_LOCK) == fields
    assert request.extra_wait == extra
    for answer in (True, False):
        value = request.decode(reply(messages.TRY_LOCK, answer))
        assert value is request.holds(value) is answer


def test_try_lock_without_a_limit(locks: MapLocks[Any, Any]):
    request = locks.try_lock("key", None, None)
    fields = {"thread_id": OWNER, "lease": -1, "timeout": -1, "reference_id": 1}
    assert sent(request, messages.TRY_LOCK) == fields
    assert request.extra_wait == math.inf


def test_unlock(locks: MapLocks[Any, Any]):
    locks.lock("key", None)
    request = locks.unlock("key")
    assert sent(request, messages.UNLOCK) == {"thread_id": OWNER, "reference_id": 2}
    assert request.extra_wait == 0
    assert request.decode(reply(messages.UNLOCK)) is None


def test_force_unlock(locks: MapLocks[Any, Any]):
    request = locks.force_unlock("key")
    assert sent(request, messages.FORCE_UNLOCK) == {"reference_id": 1}
    assert request.decode(reply(messages.FORCE_UNLOCK)) is None


def test_is_locked(locks: MapLocks[Any, Any]):
    request = locks.is_locked("key")
    assert sent(request, messages.IS_LOCKED) == {}
    assert request.decode(reply(messages.IS_LOCKED, True)) is True


def lock(locks: MapLocks[Any, Any]) -> Acquisition[Any]:
    return locks.lock("key", None)


def try_lock(locks: MapLocks[Any, Any]) -> Acquisition[Any]:
    return locks.try_lock("key", None, 1)


@pytest.mark.parametrize("acquire", [lock, try_lock])
def test_a_lock_is_given_back_in_the_name_of_who_got_it(acquire: Any):
    caller = [7]
    request = acquire(MapLocks("m", serialization, PARTITIONS, Owners(lambda: caller[0])))
    caller[0] = 8
    for reference in (2, 3):
        fields = {"thread_id": 7, "reference_id": reference}
        assert sent(request.undo(), messages.UNLOCK) == fields


def test_a_repetition_has_the_reference_of_the_first_attempt(locks: MapLocks[Any, Any]):
    first = locks.lock("key", None)
    again = first.again()
    assert sent(again, messages.LOCK) == sent(first, messages.LOCK)
    assert sent(locks.lock("key", None), messages.LOCK)["reference_id"] != 1


@pytest.mark.parametrize("name", ["unlock", "force_unlock", "is_locked"])
def test_a_key_is_not_none(locks: MapLocks[Any, Any], name: str):
    with pytest.raises(NullArgumentError, match="key can't be None"):
        getattr(locks, name)(None)


@pytest.mark.parametrize("lease", [-1, float("nan"), float("inf"), 1e30])
def test_a_lease_is_a_number_of_seconds(locks: MapLocks[Any, Any], lease: float):
    with pytest.raises(ValueError, match="lease_time"):
        locks.lock("key", lease)
    with pytest.raises(ValueError, match="lease_time"):
        locks.try_lock("key", lease, 0)


def test_refused_arguments_change_nothing():
    owners = Owners(lambda: OWNER)
    locks = MapLocks[Any, Any]("m", serialization, PARTITIONS, owners)
    with pytest.raises(NullArgumentError):
        locks.lock(None, None)
    with pytest.raises(TypeError, match="timeout"):
        locks.try_lock("key", None, "1")  # type: ignore[arg-type]
    assert owners.shared
    assert owners.reference() == 1
