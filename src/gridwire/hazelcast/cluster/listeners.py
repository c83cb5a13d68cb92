# SPDX-License-Identifier: Apache-2.0
"""Which listeners stand where: a user's listener is one registration on every connection.

While it does not stand on every member, events may be missed. When that began, and why, is noted
here; who asks at its end can tell the user.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from gridwire._core.request import Request
from gridwire.hazelcast.notices import Gap
from gridwire.hazelcast.protocol.frames import Buffer

__all__ = ["Listener", "ListenerTable", "Registration"]

_MAX_REASONS = 3
"""Reasons that a gap names; of many members that come and go the first ones say enough."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Who listens, and to what.

    Attributes:
        add: makes the request that registers it; its reply decodes to the member's id for it.
        remove: makes the request that takes it back, from the member's id; None when the protocol
            has none.
        handle: takes each event message; runs where users' callbacks run.
        name: of the structure that it listens to.
        gap: is told when events may have been missed, where users' callbacks run; None when nobody
            wants to know.
        read: takes each event message instead of `handle`, and gives what is to be called for it,
            None for nothing; of a listener whose events may have a schema that is to be asked for.
    """

    add: Callable[[], Request[UUID]]
    remove: Callable[[UUID], Request[Any]] | None
    handle: Callable[[Buffer], None]
    name: str = ""
    gap: Callable[[Gap], object] | None = None
    read: Callable[[Buffer], Callable[[], object] | None] | None = None


class Registration:
    """One listener, and where it stands.

    Args:
        id: what the user removes it by.
        listener: who listens, and to what.
        began: since when it has been there, in seconds since 1970.

    Attributes:
        handle: takes each event message.
        is_over: nobody listens any more.
        places: where it stands: connection to (correlation id of its events, the member's id).
        missing_since: since when events may have been missed; None when none were.
        told_open: whether somebody was told of that already, while it went on.
    """

    __slots__ = (
        "_reasons",
        "began",
        "handle",
        "id",
        "is_over",
        "listener",
        "missing_since",
        "places",
        "told_open",
    )

    def __init__(self, id: str, listener: Listener, began: float) -> None:
        self.id = id
        self.listener = listener
        self.began = began
        self.handle = listener.handle
        self.is_over = False
        self.places: dict[Any, tuple[int, UUID]] = {}
        self.missing_since: float | None = None
        self.told_open = False
        self._reasons: list[str] = []

    def miss(self, since: float, why: str, explains_all: bool = False) -> bool:
        """Events may have been missed from now on; whether that is news.

        Args:
            since: when it began, in seconds since 1970.
            why: in words.
            explains_all: whether other reasons only follow from this one.
        """
        is_news = self.missing_since is None
        since = max(since, self.began)
        self.missing_since = since if self.missing_since is None else min(since, self.missing_since)
        if explains_all:
            self._reasons[:] = [why]
        elif why not in self._reasons and len(self._reasons) < _MAX_REASONS:
            self._reasons.append(why)
        return is_news

    def missed(self, until: float | None) -> Gap:
        """What is to be told.

        Args:
            until: when it ended, in seconds since 1970; None while it goes on.
        """
        assert self.missing_since is not None
        since = self.missing_since if until is None else min(self.missing_since, until)
        return Gap(
            name=self.listener.name,
            registration_id=self.id,
            since=since,
            until=until,
            why="; ".join(self._reasons),
        )

    def is_whole_again(self) -> None:
        """It was told, and is over."""
        self.missing_since = None
        self.told_open = False
        self._reasons.clear()


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

    def connection_lost(self, connection: object) -> list[Registration]:
        """A connection is gone, and with it what was registered there; that is returned."""
        lost = []
        for registration in self.registrations.values():
            place = registration.places.pop(connection, None)
            if place is not None:
                self.by_correlation.pop(place[0], None)
                lost.append(registration)
        return lost
