# SPDX-License-Identifier: Apache-2.0
"""All that a member does, by message type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridwire.hazelcast.protocol.messages import by_type
from gridwire.testing._hazelcast import (
    client_service,
    lock_service,
    map_others,
    map_query_service,
    map_service,
    map_whole,
    near_cache_service,
    processor_service,
    schema_service,
)
from gridwire.testing._hazelcast.session import EarlierSession, Session

if TYPE_CHECKING:
    from gridwire.testing._hazelcast.member import Member
    from gridwire.testing._hazelcast.session import Handler
    from gridwire.testing._hazelcast.state import ClusterState
    from gridwire.testing._hazelcast.versions import Dialect

__all__ = ["connect"]

_HANDLERS = {
    **client_service.HANDLERS,
    **map_service.HANDLERS,
    **map_whole.HANDLERS,
    **map_query_service.HANDLERS,
    **lock_service.HANDLERS,
    **map_others.HANDLERS,
    **near_cache_service.HANDLERS,
    **processor_service.HANDLERS,
    **schema_service.HANDLERS,
}


def connect(state: ClusterState, member: Member) -> Session:
    """Take up a connection of a client to a member.

    Args:
        state: the cluster.
        member: one of its members.

    Returns:
        The server's side of the connection, to be fed with bytes.
    """
    dialect = state.dialect
    kind = EarlierSession if dialect.cuts else Session
    return kind(state, member, client_service.ENTRANCE, _handlers(dialect))


def _handlers(dialect: Dialect) -> dict[int, Handler]:
    """The handlers of the messages that members of a line know."""
    known = _known.get(dialect.line)
    if known is None:
        known = _known[dialect.line] = {
            kind: handler for kind, handler in _HANDLERS.items() if dialect.knows(by_type(kind))
        }
    return known


_known: dict[str, dict[int, Handler]] = {}
