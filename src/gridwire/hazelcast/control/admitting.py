# SPDX-License-Identifier: Apache-2.0
"""What happens on a new connection until requests may go there.

The member is told who we are. If it lets us in, it must be of the cluster that the client is
connected to, and everything that stands on members is placed: listeners, near caches, objects.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gridwire._core.request import Request
from gridwire._io.interfaces import Stream
from gridwire._io.tls_errors import ended_unheard
from gridwire.hazelcast.cluster.strategy import MAX_PARTITIONS, Attempt, Finding
from gridwire.hazelcast.control.connection import Connection
from gridwire.hazelcast.control.handshake import REFUSALS, Admission, admission_of
from gridwire.hazelcast.control.securing import TLS_OPTIONS
from gridwire.hazelcast.core import Address
from gridwire.hazelcast.errors import (
    ClientNotAllowedInClusterError,
    IllegalStateError,
    TargetDisconnectedError,
)
from gridwire.hazelcast.protocol.errors import ProtocolError
from gridwire.hazelcast.protocol.frames import PROTOCOL_PREAMBLE
from gridwire.hazelcast.protocol.messages import client as messages

if TYPE_CHECKING:
    from gridwire.hazelcast.control.core import ClientCore

__all__ = ["Admitting"]

_SMALLEST_ANSWER_BYTES = 22
"""The frame that every answer begins with; what is less may be an alert of TLS."""


class Admitting:
    """Brings new connections into use.

    Args:
        core: the client.
    """

    def __init__(self, core: ClientCore) -> None:
        self._core = core
        # The members to whom a connection is being set up, and who waits for its end.
        self._setting_up: dict[UUID, asyncio.Event] = {}

    async def introduce(
        self, connection: Connection, stream: Stream, attempt: Attempt
    ) -> Connection:
        """Say who we are, see whether the member lets us in, and bring the connection into use.

        Args:
            connection: a new one.
            stream: its stream.
            attempt: is told what the address turns out to be.

        Returns:
            The connection; the one that exists already when it leads to the same member.

        Raises:
            OSError: the member is silent.
            HazelcastError: it refuses, belongs to another cluster, or the connection ended.
        """
        core = self._core
        try:
            # A provider that gives no token is like a member that refuses: it will do so again.
            attempt.finding = Finding.REFUSED
            # A token provider has its own time; a slow one is no silent member.
            authentication = await core.credentials.request(_asked_for(connection, attempt))
            attempt.finding = Finding.UNCLEAR
            async with asyncio.timeout(core.options.heartbeat_timeout):
                stream.write(bytearray(PROTOCOL_PREAMBLE))
                reply = await core.call_on(connection, authentication)
                attempt.finding = REFUSALS.get(reply.status, Finding.UNCLEAR)
                return await self._admit(connection, admission_of(reply, core.identity), attempt)
        except TimeoutError as error:
            raise TimeoutError("the member accepted the connection and then was silent") from error
        except TargetDisconnectedError as error:
            if connection.session.received_bytes >= _SMALLEST_ANSWER_BYTES:
                raise
            raise ended_unheard("member", core.tls, TLS_OPTIONS, error.__cause__) from error

    async def _admit(
        self, connection: Connection, admission: Admission, attempt: Attempt
    ) -> Connection:
        """The member let us in; use this connection, or the one that leads there already.

        Two may be opened to one member at a time, by what the view says and by an address that was
        configured. Only one of them is set up: listeners on both would hear each event twice.
        """
        member = admission.member_uuid
        while (other := self._setting_up.get(member)) is not None:
            await other.wait()
        existing = self._core.state.routes.to_member(member)
        if existing is not None:
            connection.close()
            return existing
        done = self._setting_up[member] = asyncio.Event()
        try:
            return await self._set_up(connection, admission, attempt)
        finally:
            del self._setting_up[member]
            done.set()

    async def _set_up(
        self, connection: Connection, admission: Admission, attempt: Attempt
    ) -> Connection:
        """Check that the member is of the right cluster, and bring the connection into use."""
        core = self._core
        self._check_cluster(admission, attempt)
        connection.member_uuid = admission.member_uuid
        connection.server_version = admission.server_version
        connection.session.set_max_message_bytes(core.options.max_message_bytes)
        if core.acks_enabled:
            await core.call_on(connection, _backup_listener_request())
        if not core.state.partition_count:
            await core.near_caching.prepare(admission.partition_count)
        # Listeners may have values of Compact in their predicates.
        await core.schemas.restore(connection, admission.cluster_id)
        await core.objects.restore(connection, self._is_another(admission))
        # Last, and nothing is waited for behind it: no listener is added that nobody places.
        await core.listening.place_all(connection)
        if connection.is_closed:
            raise TargetDisconnectedError("the connection ended while it was set up")
        # What the client is connected to may be another cluster by now.
        self._check_cluster(admission, attempt)
        if not core.state.routes.connections:
            self._enter_cluster(admission)
        core.connections.use(connection)
        self._apply_views(connection, admission)
        core.log.info(
            "connected to member %s at %s",
            admission.member_uuid,
            connection.address,
            member=admission.member_uuid,
            address=connection.address,
        )
        return connection

    def _check_cluster(self, admission: Admission, attempt: Attempt) -> None:
        state = self._core.state
        if not 0 < admission.partition_count <= MAX_PARTITIONS:
            raise ProtocolError(
                f"a cluster cannot have {admission.partition_count} partitions "
                f"(1 to {MAX_PARTITIONS})"
            )
        if state.partition_count and admission.partition_count != state.partition_count:
            attempt.finding = Finding.OTHER_PARTITIONS
            raise ClientNotAllowedInClusterError(
                f"the member's cluster has {admission.partition_count} partitions, "
                f"the client began with {state.partition_count}"
            )
        if state.routes.connections and state.cluster_id != admission.cluster_id:
            raise IllegalStateError("the member belongs to another cluster than the connected ones")

    def _is_another(self, admission: Admission) -> bool:
        """Whether all members began anew since the last connection was lost."""
        state = self._core.state
        if state.routes.connections:
            return False
        return state.cluster_id not in (None, admission.cluster_id)

    def _enter_cluster(self, admission: Admission) -> None:
        """The first connection, or the first after all were lost."""
        core = self._core
        if self._is_another(admission):
            core.membership.fire(core.state.clear_members(), ())
            core.listening.gaps.cluster_changed()
        core.state.set_cluster(admission.cluster_id, admission.partition_count)

    def _apply_views(self, connection: Connection, admission: Admission) -> None:
        """Members 5.4 and later say with the first answer what others tell by events later."""
        if admission.partitions is not None and not self._core.state.partitions.owners:
            self._core.views.partitions(connection, *admission.partitions)


def _asked_for(connection: Connection, attempt: Attempt) -> Address:
    """The address as it was given: tickets of Kerberos are for names, if these were configured."""
    address = connection.address
    return address if attempt.name is None else Address(attempt.name, address.port)


def _backup_listener_request() -> Request[Any]:
    message = messages.LOCAL_BACKUP_LISTENER
    payload = message.encode_request(-1)
    assert isinstance(payload, bytearray)
    return Request(message.name, payload, message.decode_response)
