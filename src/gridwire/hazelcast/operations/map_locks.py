# SPDX-License-Identifier: Apache-2.0
"""Locks on keys of a map: whose they are is decided when a request is built.

A lock belongs to the client and to the number of the task or thread that asked for it. Every
request has a number of its own (`reference`), by which members know its repetition.
"""

from __future__ import annotations

from typing import Any, TypeVar

from gridwire._core.request import Acquisition, Request
from gridwire.hazelcast.operations.arguments import milliseconds, natural_wait
from gridwire.hazelcast.operations.map_pieces import MapPieces
from gridwire.hazelcast.protocol.messages import map as messages

__all__ = ["MapLocks"]

K = TypeVar("K")
V = TypeVar("V")


class MapLocks(MapPieces[K, V]):
    """Builds the requests about locks of one map."""

    def lock(self, key: K, lease_time: float | None) -> Acquisition[None]:
        """Lock a key, however long that takes."""
        message = messages.LOCK
        data = self.key_data(key)
        route = self.partition(data)
        lease = milliseconds("lease_time", lease_time)
        owner = self._owners.for_lock()
        return Acquisition(
            message.name,
            message.encode_request(route, self._name, data, owner, lease, self._owners.reference()),
            message.decode_response,
            route,
            lambda _: True,
            lambda: self._unlock(data, route, owner),
            natural_wait(message, -1),
        )

    def try_lock(self, key: K, lease_time: float | None, wait: float | None) -> Acquisition[bool]:
        """Lock a key if it is free, or gets free in time."""
        message = messages.TRY_LOCK
        data = self.key_data(key)
        route = self.partition(data)
        lease = milliseconds("lease_time", lease_time)
        lasts = milliseconds("timeout", wait)
        owner = self._owners.for_lock()
        return Acquisition(
            message.name,
            message.encode_request(
                route, self._name, data, owner, lease, lasts, self._owners.reference()
            ),
            message.decode_response,
            route,
            bool,
            lambda: self._unlock(data, route, owner),
            natural_wait(message, lasts),
        )

    def unlock(self, key: K) -> Request[None]:
        """Give back a lock of the caller's."""
        data = self.key_data(key)
        return self._unlock(data, self.partition(data), self._owners.current())

    def _unlock(self, data: Any, route: int, owner: int) -> Request[None]:
        message = messages.UNLOCK
        payload = message.encode_request(route, self._name, data, owner, self._owners.reference())
        return Request(message.name, payload, message.decode_response, route, message.retryable)

    def force_unlock(self, key: K) -> Request[None]:
        """Take a lock away, whoever has it."""
        return self._on_key(messages.FORCE_UNLOCK, key, self._owners.reference())

    def is_locked(self, key: K) -> Request[bool]:
        """Whether anybody has the lock of a key."""
        return self._on_key(messages.IS_LOCKED, key)
