# SPDX-License-Identifier: Apache-2.0
"""Local listeners: lifecycle and membership. They may be added and removed by any thread."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterable

from gridwire._io.interfaces import Dispatcher
from gridwire.hazelcast.core import MemberInfo

__all__ = ["LifecycleNotices", "MembershipNotices"]

_logger = logging.getLogger("gridwire.hazelcast.client")

MemberCallback = Callable[[MemberInfo], object] | None


class LifecycleNotices:
    """Tells listeners the states that a client goes through, in order.

    Args:
        dispatcher: runs the listeners.
        client_name: for the log.
        listeners: those of the configuration.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        client_name: str,
        listeners: Iterable[Callable[[str], object]],
    ) -> None:
        self._dispatcher = dispatcher
        self._client_name = client_name
        self._listeners: dict[str, Callable[[str], object]] = {}
        self.running = False
        for listener in listeners:
            self.add(listener)

    def add(self, listener: Callable[[str], object]) -> str:
        """Add a listener; the id to remove it by."""
        registration_id = str(uuid.uuid4())
        self._listeners[registration_id] = listener
        return registration_id

    def remove(self, registration_id: str) -> bool:
        """Remove a listener; whether it was there."""
        return self._listeners.pop(registration_id, None) is not None

    def fire(self, state: str) -> None:
        """The client is in this state now."""
        _logger.info("client %s is %s", self._client_name, state)
        for listener in list(self._listeners.values()):
            self._dispatcher.dispatch(listener, state)


class MembershipNotices:
    """Tells listeners who joined and who left.

    Args:
        dispatcher: runs the listeners.
        listeners: those of the configuration: pairs of (added, removed).
    """

    def __init__(
        self, dispatcher: Dispatcher, listeners: Iterable[tuple[MemberCallback, MemberCallback]]
    ) -> None:
        self._dispatcher = dispatcher
        self._listeners: dict[str, tuple[MemberCallback, MemberCallback]] = {}
        for added, removed in listeners:
            self.add(added, removed)

    def add(
        self,
        added: MemberCallback,
        removed: MemberCallback,
        existing: Iterable[MemberInfo] = (),
    ) -> str:
        """Add a listener, and tell it of the members that are there already."""
        registration_id = str(uuid.uuid4())
        self._listeners[registration_id] = (added, removed)
        if added is not None:
            for member in existing:
                self._dispatcher.dispatch(added, member)
        return registration_id

    def remove(self, registration_id: str) -> bool:
        """Remove a listener; whether it was there."""
        return self._listeners.pop(registration_id, None) is not None

    def fire(self, gone: Iterable[MemberInfo], joined: Iterable[MemberInfo]) -> None:
        """Tell who left, then who joined."""
        for member in gone:
            _logger.info("member left: %s", member)
            for _, removed in list(self._listeners.values()):
                if removed is not None:
                    self._dispatcher.dispatch(removed, member)
        for member in joined:
            _logger.info("member joined: %s", member)
            for added, _ in list(self._listeners.values()):
                if added is not None:
                    self._dispatcher.dispatch(added, member)
