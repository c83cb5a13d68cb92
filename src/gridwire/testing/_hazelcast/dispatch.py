# SPDX-License-Identifier: Apache-2.0
"""All that a member does, by message type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridwire.testing._hazelcast import client_service, map_service, map_whole
from gridwire.testing._hazelcast.session import Session

if TYPE_CHECKING:
    from gridwire.testing._hazelcast.member import Member
    from gridwire.testing._hazelcast.state import ClusterState

__all__ = ["connect"]

_HANDLERS = {**client_service.HANDLERS, **map_service.HANDLERS, **map_whole.HANDLERS}


def connect(state: ClusterState, member: Member) -> Session:
    """Take up a connection of a client to a member.

    Args:
        state: the cluster.
        member: one of its members.

    Returns:
        The server's side of the connection, to be fed with bytes.
    """
    return Session(state, member, client_service.ENTRANCE, _HANDLERS)
