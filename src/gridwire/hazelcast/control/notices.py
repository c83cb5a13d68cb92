# SPDX-License-Identifier: Apache-2.0
"""Local listeners: lifecycle, membership, notices. Any thread may add and remove them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from time import time
from typing import Generic, TypeVar

from gridwire._core.logs import ClientLog
from gridwire._io.interfaces import Dispatcher
from gridwire.hazelcast.core import MemberInfo
from gridwire.hazelcast.lifecycle import LifecycleState
from gridwire.hazelcast.notices import Notice, NoticeCallable

__all__ = ["ClientNotices", "LifecycleNotices", "MembershipNotices"]

MemberCallback = Callable[[MemberInfo], object] | None
MemberCallbacks = tuple[MemberCallback, MemberCallback]

L = TypeVar("L")


class _Listeners(Generic[L]):
    """Listeners of one kind, by their ids.

    Args:
        dispatcher: runs the listeners.
        configured: those of the configuration.
    """

    def __init__(self, dispatcher: Dispatcher, configured: Iterable[L]) -> None:
        self._dispatcher = dispatcher
        self._listeners: dict[str, L] = {}
        for listener in configured:
            self._keep(listener)
        self._configured = tuple(self._listeners)

    def _keep(self, listener: L) -> str:
        registration_id = str(uuid.uuid4())
        self._listeners[registration_id] = listener
        return registration_id

    def remove(self, registration_id: str) -> bool:
        """Remove a listener; whether it was there."""
        return self._listeners.pop(registration_id, None) is not None

    def __len__(self) -> int:
        return len(self._listeners)

    def _all(self) -> list[L]:
        """Those that are there now, whoever adds and removes meanwhile."""
        return list(self._listeners.values())

    def inherit(self, dispatcher: Dispatcher) -> None:
        """In the child of a fork: those that the program has added are the parent's.

        Those of the configuration belong to the client in every process.

        Args:
            dispatcher: runs the listeners from now on.
        """
        self._dispatcher = dispatcher
        for one in set(self._listeners).difference(self._configured):
            del self._listeners[one]


class ClientNotices(_Listeners[NoticeCallable]):
    """Tells listeners what no call tells. `tell` may be called by any thread."""

    def add(self, listener: NoticeCallable) -> str:
        """Add a listener; the id to remove it by."""
        if not callable(listener):
            raise TypeError(f"{listener!r} is not a function to be called with notices")
        return self._keep(listener)

    def tell(self, notice: Notice) -> None:
        """This happened."""
        for listener in self._all():
            self._dispatcher.dispatch(listener, notice)


class LifecycleNotices(_Listeners[Callable[[str], object]]):
    """Tells listeners the states that a client goes through, in order.

    Args:
        dispatcher: runs the listeners.
        log: of the client.
        listeners: those of the configuration.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        log: ClientLog,
        listeners: Iterable[Callable[[str], object]],
    ) -> None:
        super().__init__(dispatcher, listeners)
        self._log = log
        self.running = False
        self.state: LifecycleState | None = None
        self.since = time()

    def add(self, listener: Callable[[str], object]) -> str:
        """Add a listener; the id to remove it by."""
        return self._keep(listener)

    def fire(self, state: LifecycleState) -> None:
        """The client is in this state now."""
        self.state, self.since = state, time()
        self._log.info("the client is %s", state)
        for listener in self._all():
            self._dispatcher.dispatch(listener, state)


class MembershipNotices(_Listeners[MemberCallbacks]):
    """Tells listeners who joined and who left.

    Args:
        dispatcher: runs the listeners.
        log: of the client.
        listeners: those of the configuration: pairs of (added, removed).
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        log: ClientLog,
        listeners: Iterable[MemberCallbacks],
    ) -> None:
        super().__init__(dispatcher, listeners)
        self._log = log

    def add(
        self,
        added: MemberCallback,
        removed: MemberCallback,
        existing: Iterable[MemberInfo] = (),
    ) -> str:
        """Add a listener, and tell it of the members that are there already."""
        registration_id = self._keep((added, removed))
        if added is not None:
            for member in existing:
                self._dispatcher.dispatch(added, member)
        return registration_id

    def fire(self, gone: Iterable[MemberInfo], joined: Iterable[MemberInfo]) -> None:
        """Tell who left, then who joined."""
        for member in gone:
            self._log.info("%s left", member, member=member.uuid, address=member.address)
            for _, removed in self._all():
                if removed is not None:
                    self._dispatcher.dispatch(removed, member)
        for member in joined:
            self._log.info("%s joined", member, member=member.uuid, address=member.address)
            for added, _ in self._all():
                if added is not None:
                    self._dispatcher.dispatch(added, member)
