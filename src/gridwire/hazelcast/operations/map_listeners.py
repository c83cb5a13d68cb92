# SPDX-License-Identifier: Apache-2.0
"""Entry listeners of a map: what is registered, and what an event message means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from gridwire._core.request import Request
from gridwire.hazelcast.notices import Gap
from gridwire.hazelcast.operations.entry_events import (
    EntryEvent,
    EntryEventCallable,
    EntryEventType,
)
from gridwire.hazelcast.operations.query_arguments import predicate_argument
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.serialization.service import SerializationService

__all__ = ["EntryListener", "GapCallable"]

GapCallable = Callable[[Gap], object]

# By whether there is a key, and whether there is a predicate.
_MESSAGES = {
    (False, False): messages.ADD_ENTRY_LISTENER,
    (True, False): messages.ADD_ENTRY_LISTENER_TO_KEY,
    (False, True): messages.ADD_ENTRY_LISTENER_WITH_PREDICATE,
    (True, True): messages.ADD_ENTRY_LISTENER_TO_KEY_WITH_PREDICATE,
}


class EntryListener:
    """One entry listener.

    Args:
        name: of the map.
        serialization: of the client.
        include_value: whether events carry values.
        key: only events of this key; None for all.
        predicate: only events of entries that it chooses; None for all.
        callbacks: what to call for which kind; those that are None are not asked for.
        local_only: whether each member reports its own events only, as a client with a connection
            to every member wants it.
        gap_func: what to call when events may have been missed; only looked at here.

    Raises:
        TypeError: a callback cannot be called, or it is no predicate.
        PagingNotSupportedError: the predicate is a paging one.
        ValueError: there is no callback.
    """

    def __init__(
        self,
        name: str,
        serialization: SerializationService,
        include_value: bool,
        key: Any,
        predicate: Any,
        callbacks: Mapping[EntryEventType, EntryEventCallable | None],
        local_only: bool,
        gap_func: GapCallable | None = None,
    ) -> None:
        self._name = name
        self._to_object = serialization.to_object
        self._include_value = include_value
        self._local_only = local_only
        self._callbacks = {kind: one for kind, one in callbacks.items() if one is not None}
        for callback in (*self._callbacks.values(), gap_func):
            if callback is not None and not callable(callback):
                raise TypeError(f"{callback!r} is not a function to be called with events")
        if not self._callbacks:
            raise ValueError("an entry listener needs at least one function, such as added_func")
        flags = EntryEventType(0)
        for kind in self._callbacks:
            flags |= kind
        self._flags = int(flags)
        chosen = None if predicate is None else predicate_argument(predicate)
        self._filters = [serialization.to_data(one) for one in (key, chosen) if one is not None]
        self._message = _MESSAGES[key is not None, predicate is not None]
        self._event = self._message.events[0]

    def add(self) -> Request[UUID]:
        """The request that registers it on one member."""
        message = self._message
        payload = message.encode_request(
            -1, self._name, *self._filters, self._include_value, self._flags, self._local_only
        )
        return Request(message.name, payload, message.decode_response)

    def remove(self, member_id: UUID) -> Request[Any]:
        """The request that takes it back."""
        message = messages.REMOVE_ENTRY_LISTENER
        return Request(
            message.name,
            message.encode_request(-1, self._name, member_id),
            message.decode_response,
            retryable=True,
        )

    def handle(self, message: Any) -> None:
        """Call what the event is for."""
        call = self.read(message)
        if call is not None:
            call()

    def read(self, message: Any) -> Callable[[], object] | None:
        """What is to be called for an event; None for nothing."""
        event = self._event.decode(message)
        callback: Callable[[EntryEvent[Any, Any]], object] | None = self._callbacks.get(
            EntryEventType(event.event_type)
        )
        if callback is None:
            return None
        told: EntryEvent[Any, Any] = EntryEvent(
            self._value(event.key),
            self._value(event.value),
            self._value(event.old_value),
            self._value(event.merging_value),
            event.event_type,
            event.uuid,
            event.number_of_affected_entries,
        )
        return partial(callback, told)

    def _value(self, data: Any) -> Any:
        return None if data is None else self._to_object(data)
