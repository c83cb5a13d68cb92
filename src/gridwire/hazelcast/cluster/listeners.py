# SPDX-License-Identifier: Apache-2.0
"""Which listeners stand where: a user's listener is one registration on every connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from gridwire._core.request import Request
from gridwire.hazelcast.protocol.frames import Buffer

__all__ = ["ListenerTable", "Registration"]


class Registration:
    """One listener of the user.

    Args:
        id: what the user removes it by.
        add: makes the request that registers it; its reply decodes to the member's id for it.
        remove: makes the request that takes it back, from the member's id; None when the protocol
            has none.
        handle: takes each event message.
    """

    __slots__ = ("add", "handle", "id", "places", "remove")

    def __init__(
        self,
        id: str,
        add: Callable[[], Request[UUID]],
        remove: Callable[[UUID], Request[Any]] | None,
        handle: Callable[[Buffer], None],
    ) -> None:
        self.id = id
        self.add = add
        self.remove = remove
        self.handle = handle
        # Connection to (correlation id of its events, the member's id for the listener).
        self.places: dict[Any, tuple[int, UUID]] = {}


class ListenerTable:
    """Every registration, and which correlation id belongs to which."""

    __slots__ = ("by_correlation", "registrations")

    def __init__(self) -> None:
        self.registrations: dict[str, Registration] = {}
        self.by_correlation: dict[int, Callable[[Buffer], None]] = {}

    def placed(
        self, registration: Registration, connection: object, correlation: int, member_id: UUID
    ) -> None:
        """A member accepted the registration."""
        registration.places[connection] = (correlation, member_id)

    def connection_lost(self, connection: object) -> None:
        """A connection is gone, and with it what was registered there."""
        for registration in self.registrations.values():
            place = registration.places.pop(connection, None)
            if place is not None:
                self.by_correlation.pop(place[0], None)
