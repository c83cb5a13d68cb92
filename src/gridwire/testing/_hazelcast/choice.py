# SPDX-License-Identifier: Apache-2.0
"""Which messages a fault chooses: by name and direction, by member, by client, by count.

Names are those of the protocol. A request and its answer are named after the message
(`Map.Put`), an event after the service and the event (`Map.IMapInvalidation`).
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from gridwire.hazelcast.protocol.error_message import ERROR_TYPE
from gridwire.hazelcast.protocol.messages import all_messages
from gridwire.testing.errors import ClusterOptionError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

__all__ = ["ANYTHING", "Choice", "matches_client"]

ANYTHING = "*"
"""The pattern of every name."""

_SUGGESTIONS = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """What a fault applies to.

    Attributes:
        requests: patterns of the names of requests, see `fnmatch`.
        answers: those of answers. An answer that is an error bears no name: only `"*"` chooses it.
        events: those of events.
        members: UUIDs, as text, of the members at whose connections it looks; None for all.
        clients: patterns of names or UUIDs of clients; None for all, also those yet unknown.
        skip: how many messages to let pass first.
        times: how many to choose after that; None for all.
    """

    requests: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    members: tuple[str, ...] | None = None
    clients: tuple[str, ...] | None = None
    skip: int = 0
    times: int | None = None

    def types(self) -> frozenset[int]:
        """The types of the chosen messages.

        Raises:
            ClusterOptionError: a pattern is that of no message.
        """
        chosen: set[int] = set()
        chosen.update(_chosen("request", self.requests, _requests()))
        chosen.update(_chosen("answer", self.answers, _answers()))
        chosen.update(_chosen("event", self.events, _events()))
        if ANYTHING in self.answers:
            chosen.add(ERROR_TYPE)
        return frozenset(chosen)

    def looks_at(self, member: UUID, client_name: str | None, client_uuid: UUID | None) -> bool:
        """Whether it looks at a connection.

        Args:
            member: the member.
            client_name: what the client calls itself, None while that is not known.
            client_uuid: who it is.
        """
        if self.members is not None and str(member) not in self.members:
            return False
        return self.clients is None or matches_client(self.clients, client_name, client_uuid)


def matches_client(
    patterns: Iterable[str], client_name: str | None, client_uuid: UUID | None
) -> bool:
    """Whether one of the patterns names a client.

    Args:
        patterns: of names and of UUIDs.
        client_name: None while it is not known; `"*"` fits even then.
        client_uuid: the same.
    """
    names = [name for name in (client_name, client_uuid and str(client_uuid)) if name]
    return any(
        pattern == ANYTHING or any(fnmatchcase(name, pattern) for name in names)
        for pattern in patterns
    )


def _chosen(
    what: str, patterns: tuple[str, ...], named: Iterable[tuple[str, int]]
) -> Iterator[int]:
    known = list(named) if patterns else []
    for pattern in patterns:
        types = [kind for name, kind in known if fnmatchcase(name, pattern)]
        if not types:
            names = sorted({name for name, _ in known})
            near = difflib.get_close_matches(pattern, names, _SUGGESTIONS)
            hint = f"Do you mean {' or '.join(near)}?" if near else "Names are like Map.Put."
            raise ClusterOptionError(f"no {what} is named {pattern!r}", hint=hint)
        yield from types


def _requests() -> Iterator[tuple[str, int]]:
    return ((message.name, message.request_type) for message in all_messages())


def _answers() -> Iterator[tuple[str, int]]:
    return ((message.name, message.response_type) for message in all_messages())


def _events() -> Iterator[tuple[str, int]]:
    for message in all_messages():
        service = message.name.partition(".")[0]
        for event in message.events:
            yield f"{service}.{event.name}", event.type
