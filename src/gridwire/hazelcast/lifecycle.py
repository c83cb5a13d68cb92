# SPDX-License-Identifier: Apache-2.0
"""The states that a Hazelcast client goes through, and who is told."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

__all__ = ["LifecycleService", "LifecycleState"]


class LifecycleState(StrEnum):
    """What listeners of the life cycle are called with; each member is a `str`."""

    STARTING = "STARTING"
    """The client begins to connect."""

    STARTED = "STARTED"
    """The client is ready for connecting; the first member follows."""

    CONNECTED = "CONNECTED"
    """The client is connected to a cluster, after it was not."""

    DISCONNECTED = "DISCONNECTED"
    """The last connection to the cluster is lost."""

    SHUTTING_DOWN = "SHUTTING_DOWN"
    """The client refuses new calls."""

    SHUTDOWN = "SHUTDOWN"
    """The client is closed."""


class _Notices(Protocol):
    running: bool

    def add(self, listener: Callable[[str], object]) -> str: ...

    def remove(self, registration_id: str) -> bool: ...


class LifecycleService:
    """The state of a client, for users: the same object in every call style. Nothing here waits.

    Args:
        notices: knows the state and tells listeners.
    """

    def __init__(self, notices: _Notices) -> None:
        self._notices = notices

    def is_running(self) -> bool:
        """Tell whether the client can be used: it was started and not shut down."""
        return self._notices.running

    def add_listener(self, on_state_change: Callable[[str], object]) -> str:
        """Have a function called with each new state.

        Args:
            on_state_change: gets a `LifecycleState`.

        Returns:
            The id to remove it by.
        """
        return self._notices.add(on_state_change)

    def remove_listener(self, registration_id: str) -> bool:
        """Remove a listener.

        Args:
            registration_id: what `add_listener` returned.

        Returns:
            Whether it was registered.
        """
        return self._notices.remove(registration_id)
