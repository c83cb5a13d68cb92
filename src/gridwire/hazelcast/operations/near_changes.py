# SPDX-License-Identifier: Apache-2.0
"""What a request may change in a map, so that a near cache drops it.

The engines of a map with a near cache (`near_engines`) drop it before the request is sent, and
again when it is over. A request that says nothing, and whose message is not listed here as
harmless, is taken to change everything: an operation that is forgotten here costs hits, never a
wrong answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from gridwire._core.request import Call, Request
from gridwire.hazelcast.cluster.near_cache import NearCache
from gridwire.hazelcast.protocol.messages import map as messages

__all__ = ["HARMLESS", "Change", "changed"]

T = TypeVar("T")

HARMLESS = frozenset(
    message.name
    for message in (
        messages.ADD_INDEX,
        messages.AGGREGATE,
        messages.AGGREGATE_WITH_PREDICATE,
        messages.CONTAINS_KEY,
        messages.CONTAINS_VALUE,
        messages.ENTRIES_WITH_PAGING_PREDICATE,
        messages.ENTRIES_WITH_PREDICATE,
        messages.ENTRY_SET,
        messages.FETCH_ENTRIES,
        messages.FETCH_KEYS,
        messages.FLUSH,
        messages.FORCE_UNLOCK,
        messages.GET,
        messages.GET_ALL,
        messages.GET_ENTRY_VIEW,
        messages.IS_EMPTY,
        messages.IS_LOCKED,
        messages.KEY_SET,
        messages.KEY_SET_WITH_PAGING_PREDICATE,
        messages.KEY_SET_WITH_PREDICATE,
        messages.PROJECT,
        messages.PROJECT_WITH_PREDICATE,
        messages.SIZE,
        messages.UNLOCK,
        messages.VALUES,
        messages.VALUES_WITH_PAGING_PREDICATE,
        messages.VALUES_WITH_PREDICATE,
    )
)
"""Names of the requests after which every entry is what it was."""

# Requests that, when they are done, have exactly one invalidation for each of their keys. The
# others have none when they find nothing to change.
_ALWAYS_TOLD = frozenset(
    message.name
    for message in (
        messages.PUT,
        messages.PUT_ALL,
        messages.PUT_TRANSIENT,
        messages.PUT_TRANSIENT_WITH_MAX_IDLE,
        messages.PUT_WITH_MAX_IDLE,
        messages.SET,
        messages.SET_WITH_MAX_IDLE,
    )
)


class Change(Request[T]):
    """A request that may change entries.

    Args:
        request: what is sent.
        keys: the entries, serialized; None for all.
        lives: seconds that they live from then on, None if nothing is said about it.

    Attributes:
        tells: whether each key has one invalidation for certain.
    """

    __slots__ = ("keys", "lives", "request", "tells")

    def __init__(
        self,
        request: Request[T],
        keys: Sequence[bytes] | None = None,
        lives: float | None = None,
    ) -> None:
        super().__init__(
            request.operation,
            request.payload,
            request.decode,
            request.route,
            request.retryable,
            request.member,
            request.extra_wait,
        )
        self.request = request
        self.keys = keys
        self.lives = lives
        self.tells = keys is not None and request.operation in _ALWAYS_TOLD

    @classmethod
    def of(cls, request: Request[T]) -> Change[T] | None:
        """What a request may change; None for nothing."""
        if isinstance(request, cls):
            return request
        return None if request.operation in HARMLESS else cls(request)

    def begin(self, cache: NearCache) -> None:
        """It is about to be sent."""
        cache.begin_write(self.keys, self.tells, self.lives)

    def end(self, cache: NearCache, done: bool) -> None:
        """It is over; whether it is known to be done."""
        cache.end_write(self.keys, self.tells, done, self.lives)


async def changed(cache: NearCache, change: Change[T]) -> T:
    """Send a request that may change entries."""
    done = False
    try:
        change.begin(cache)
        value = await Call(change.request)
        done = True
        return value
    finally:
        change.end(cache, done)
