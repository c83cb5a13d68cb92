# SPDX-License-Identifier: Apache-2.0
"""What it means for a client that connections come and go, and members with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridwire._core.logs import reason_of
from gridwire.errors import GridwireError
from gridwire.hazelcast.control.connection import Connection
from gridwire.hazelcast.core import MemberInfo
from gridwire.hazelcast.protocol.frames import Buffer

if TYPE_CHECKING:
    from gridwire.hazelcast.control.core import ClientCore

__all__ = ["Connections"]


class Connections:
    """The connections of one client; their `ConnectionOwner`.

    Args:
        core: the client.

    Attributes:
        calls: the client's, for the sessions of the connections.
    """

    def __init__(self, core: ClientCore) -> None:
        self._core = core
        self.calls = core.calls

    def use(self, connection: Connection) -> None:
        """It is authenticated and listeners stand on it: requests may go there."""
        core = self._core
        core.counters.connections_opened += 1
        core.state.add_connection(connection)
        self.look()
        core.objects.look()

    def look(self) -> None:
        """Connections came or went, or members did: look after what depends on both."""
        self._agree_on_acks()
        self._core.changed.set()
        self._core.listening.gaps.look()

    def _agree_on_acks(self) -> None:
        """Say in requests from now on whether owners may count on this client for backup acks.

        A backup member without a connection could not tell, and each write would wait in vain.
        """
        core = self._core
        known = bool(core.state.members.members)
        aware = core.acks_enabled and known and not core.state.missing_members()
        for connection in core.state.routes.connections:
            connection.session.backup_aware = aware

    def members_changed(self, gone: list[MemberInfo]) -> None:
        """The member list changed: leave those who left, look for those who came."""
        core = self._core
        for member in gone:
            connection = core.state.routes.to_member(member.uuid)
            if connection is not None and core.state.members.find(member.uuid) is None:
                connection.close(ConnectionError("the member left the cluster"))
        self.look()
        if core.state.smart:
            core.joining.look_for_missing()

    def connection_events(self, connection: Connection, events: list[tuple[int, Buffer]]) -> None:
        """See `ConnectionOwner`."""
        self._core.views.take(connection, events)
        self._core.listening.deliver(events)

    def connection_lost(self, connection: Connection, error: BaseException | None) -> None:
        """See `ConnectionOwner`."""
        core = self._core
        was_source = core.views.connection_lost(connection)
        was_used = core.state.remove_connection(connection)
        core.listening.connection_lost(connection, was_used)
        if not was_used:
            return
        self.look()
        # Which calls are on their way is told by their numbers; this one is not given to any.
        core.calls.acks.hurry(next(core.calls.ids))
        if not core.lifecycle.running:
            return
        core.counters.connections_lost += 1
        why = "closed by the member" if error is None else reason_of(error)
        core.log.warning(
            "connection to member %s at %s lost: %s",
            connection.member_uuid,
            connection.address,
            why,
            member=connection.member_uuid,
            address=connection.address,
            reason=why,
        )
        if not core.state.routes.connections:
            core.life.disconnected(connection, why)
        elif was_source:
            core.spawn(self._follow_another())
        if core.state.smart:
            core.joining.look_for_missing()

    async def _follow_another(self) -> None:
        """The connection that told the view is gone: ask another."""
        core = self._core
        if not core.state.routes.connections:
            return
        connection = core.random.choice(core.state.routes.connections)
        try:
            await core.views.follow(connection)
        except (GridwireError, OSError) as error:  # a refusal, silence, an answer without sense
            core.log.warning(
                "%s does not tell its view: %s",
                connection,
                reason_of(error),
                member=connection.member_uuid,
                address=connection.address,
                reason=reason_of(error),
            )
            # Its end makes us ask the next one. To try again here might try the same for ever: what
            # is sent on a closed connection fails at once.
            if not connection.is_closed:
                connection.close(error)
            elif connection.ended.is_set():
                # It was told before, and will not be again.
                self.connection_lost(connection, error)
