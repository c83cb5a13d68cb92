# SPDX-License-Identifier: Apache-2.0
"""Code of users that members run on entries of a map: processors, interceptors, functions.

The classes live on the members. What is sent is an object that they can read as one of theirs,
an `IdentifiedDataSerializable` with the same ids for example.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from gridwire._core.outcome import Outcome
from gridwire._core.request import Call, CallAll, Request, UserCodeRequest
from gridwire.errors import GridwireError
from gridwire.hazelcast.cluster.late_count import known
from gridwire.hazelcast.operations.arguments import not_none
from gridwire.hazelcast.operations.map_pieces import MapPieces
from gridwire.hazelcast.operations.query_arguments import predicate_argument
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.protocol.table import Message

__all__ = ["MapProcessors", "execute_on_keys", "replace_all"]

K = TypeVar("K")
V = TypeVar("V")


class MapProcessors(MapPieces[K, V]):
    """Builds the requests of one map that run code of users."""

    def execute_on_key(self, key: K, entry_processor: Any) -> Request[Any]:
        """Have the owner of a key process its entry."""
        message = messages.EXECUTE_ON_KEY
        processor = self._to_data(not_none("entry_processor", entry_processor))
        data = self.key_data(key)
        route = self.partition(data)
        payload = message.encode_request(route, self._name, processor, data, self._owners.current())
        return UserCodeRequest(message.name, payload, self._object(message), route)

    def execute_on_keys(
        self, keys: Iterable[K], entry_processor: Any
    ) -> Request[list[tuple[K, Any]]] | None:
        """Have the owners of some keys process their entries; None when there is no key."""
        processor = self._to_data(not_none("entry_processor", entry_processor))
        data = [self.key_data(key) for key in not_none("keys", keys)]
        return self._pairs(messages.EXECUTE_ON_KEYS, processor, data) if data else None

    def execute_on_entries(
        self, entry_processor: Any, predicate: Any
    ) -> Request[list[tuple[K, Any]]]:
        """Have all members process their entries, or those that a predicate chooses."""
        processor = self._to_data(not_none("entry_processor", entry_processor))
        if predicate is None:
            return self._pairs(messages.EXECUTE_ON_ALL_KEYS, processor)
        chosen = self._to_data(predicate_argument(predicate))
        return self._pairs(messages.EXECUTE_WITH_PREDICATE, processor, chosen)

    def _pairs(self, message: Message, *values: Any) -> Request[list[tuple[K, Any]]]:
        payload = message.encode_request(-1, self._name, *values)
        return UserCodeRequest(message.name, payload, self._entries(message))

    def add_interceptor(self, interceptor: Any) -> Request[str]:
        """Have an object on the members look at every operation."""
        data = self._to_data(not_none("interceptor", interceptor))
        return self._on_any(messages.ADD_INTERCEPTOR, data)

    def remove_interceptor(self, registration_id: str) -> Request[bool]:
        """Take an interceptor back."""
        not_none("registration_id", registration_id)
        if not isinstance(registration_id, str):
            raise TypeError(f"registration_id is a str, not {registration_id!r}")
        return self._on_any(messages.REMOVE_INTERCEPTOR, registration_id)

    def replace_all_in(self, function: Any) -> list[Request[None]]:
        """Have each partition replace its values by those that a function gives."""
        message = messages.REPLACE_ALL
        data = self._to_data(not_none("function", function))
        # The table allows to repeat it, but a function of users may not bear that.
        return [
            UserCodeRequest(
                message.name,
                message.encode_request(partition, self._name, data),
                message.decode_response,
                partition,
            )
            for partition in range(known(self._partition_count))
        ]


async def execute_on_keys(request: Request[list[Any]] | None) -> list[Any]:
    """Process the entries of some keys; without a key there is nothing to ask."""
    return [] if request is None else await Call(request)


async def replace_all(requests: Iterable[Request[None]]) -> None:
    """Replace the values of all partitions.

    Raises:
        HazelcastError: the first of the partitions' errors; its outcome is that of the whole.
    """
    results = await CallAll(list(requests))
    failures = [result for result in results if isinstance(result, BaseException)]
    if not failures:
        return
    first = failures[0]
    if isinstance(first, GridwireError):
        outcomes = {getattr(failure, "outcome", None) for failure in failures}
        if len(failures) < len(results) or len(outcomes) > 1:
            first.outcome = Outcome.UNKNOWN
        first.with_facts(partitions=len(results), failed=len(failures))
    raise first
