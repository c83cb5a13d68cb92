# SPDX-License-Identifier: Apache-2.0
"""Getting connected: rounds over all known addresses, one connection to each member after that."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gridwire._core.addresses import Endpoint, connection_order
from gridwire._core.backoff import BackoffPolicy, BackoffSchedule
from gridwire._core.request import Request
from gridwire.errors import GridwireError
from gridwire.hazelcast.control.connection import Connection
from gridwire.hazelcast.control.handshake import (
    Admission,
    admission_of,
    authentication_request,
)
from gridwire.hazelcast.core import Address, MemberInfo
from gridwire.hazelcast.errors import (
    ClientNotAllowedInClusterError,
    IllegalStateError,
    TargetDisconnectedError,
)
from gridwire.hazelcast.protocol.frames import PROTOCOL_PREAMBLE
from gridwire.hazelcast.protocol.messages import client as messages

if TYPE_CHECKING:
    from gridwire.hazelcast.control.core import ClientCore

__all__ = ["Joining"]

_logger = logging.getLogger("gridwire.hazelcast.client")

_DEFAULT_PORTS = (5701, 5702, 5703)
_THIS_MACHINE = ("localhost",)

# A peer that has not let us in is not trusted with much memory; the answer to an authentication
# holds the member list and the partition table.
_MAX_UNAUTHENTICATED_BYTES = 16 * 1024 * 1024

_RETRY_MISSING_SECONDS = 1.0
"""How soon a member that could not be reached is tried again."""


class Joining:
    """Opens connections and brings them into use.

    Args:
        core: the client.
    """

    def __init__(self, core: ClientCore) -> None:
        self._core = core
        self._missing = asyncio.Event()
        self._connecting: set[UUID | None] = set()
        options = core.options
        self._policy = BackoffPolicy(
            options.retry_initial_backoff,
            options.retry_max_backoff,
            options.retry_multiplier,
            options.retry_jitter,
            options.cluster_connect_timeout,
        )

    async def join(self) -> Connection:
        """Connect to any member of the cluster, in rounds, and follow its view.

        Raises:
            IllegalStateError: the configured time is over; the text lists every address with its
                last failure.
            ClientNotAllowedInClusterError: the cluster does not want this client.
        """
        core = self._core
        schedule = BackoffSchedule(self._policy, core.now(), core.random.uniform)
        failures: dict[str, str] = {}
        while True:
            for endpoint in self._candidates():
                try:
                    return await self._join_by(endpoint)
                except ClientNotAllowedInClusterError:
                    raise
                except (GridwireError, OSError) as error:
                    failures[str(endpoint)] = _reason(error)
                    _logger.warning("cannot join by %s: %s", endpoint, failures[str(endpoint)])
            pause = schedule.next_pause(core.now())
            if pause is None:
                tried = "; ".join(f"{place}: {reason}" for place, reason in failures.items())
                raise IllegalStateError(
                    f"no member of cluster {core.identity.cluster_name!r} could be joined within "
                    f"{self._policy.timeout:g} s. Tried: {tried}",
                    hint="Check cluster_members and cluster_name, and that a member is running.",
                )
            await asyncio.sleep(pause)

    async def _join_by(self, endpoint: Endpoint) -> Connection:
        core = self._core
        connection = await self.open(endpoint)
        try:
            async with asyncio.timeout(core.options.heartbeat_timeout):
                await core.views.follow(connection)
        except BaseException as error:
            connection.close(error)
            raise
        return connection

    def _candidates(self) -> list[Endpoint]:
        """Members known from before, then what is configured; names are not resolved here."""
        core = self._core
        shuffle = core.random.shuffle if core.options.shuffle_member_list else None
        known = [
            Endpoint(member.address.host, member.address.port)
            for member in core.state.members.members
        ]
        configured = core.options.cluster_members
        ports = list(_DEFAULT_PORTS)
        if shuffle is not None:
            shuffle(known)
            # An address without a port stands for the usual ones, whichever a member has.
            core.random.shuffle(ports)
        found = connection_order(configured or _THIS_MACHINE, ports, shuffle)
        return list(dict.fromkeys([*known, *found]))

    async def open(self, endpoint: Endpoint) -> Connection:
        """Connect, authenticate and bring the connection into use.

        Returns:
            The connection; the one that exists already when it leads to the same member.

        Raises:
            OSError: nobody answered.
            HazelcastError: the member refused.
        """
        core = self._core
        limit = core.options.connection_timeout or None
        address = Address(endpoint.host, endpoint.port)
        connection = Connection(core, address, _MAX_UNAUTHENTICATED_BYTES, core.now())
        try:
            async with asyncio.timeout(limit):
                stream = await core.connector.connect(
                    connection, endpoint.host, endpoint.port, core.options.socket_options
                )
        except TimeoutError as error:
            raise TimeoutError(f"no connection within {limit} s (connection_timeout)") from error
        connection.attach(stream)
        try:
            async with asyncio.timeout(core.options.heartbeat_timeout):
                stream.write(bytearray(PROTOCOL_PREAMBLE))
                reply = await core.call_on(connection, authentication_request(core.identity))
                return await self._admit(connection, admission_of(reply, core.identity))
        except TimeoutError as error:
            connection.close()
            raise TimeoutError("the member accepted the connection and then was silent") from error
        except BaseException:
            connection.close()
            raise

    async def _admit(self, connection: Connection, admission: Admission) -> Connection:
        """The member let us in; check that it is of the right cluster, and use it."""
        core = self._core
        existing = core.state.routes.to_member(admission.member_uuid)
        if existing is not None:
            connection.close()
            return existing
        self._check_cluster(admission)
        connection.member_uuid = admission.member_uuid
        connection.server_version = admission.server_version
        connection.session.set_max_message_bytes(core.options.max_message_bytes)
        if core.acks_enabled:
            await core.call_on(connection, _backup_listener_request())
        await core.listening.place_all(connection)
        if connection.is_closed:
            raise TargetDisconnectedError("the connection ended while it was set up")
        existing = core.state.routes.to_member(admission.member_uuid)
        if existing is not None:
            # Somebody else connected to the same member while this one was set up.
            connection.close()
            return existing
        if not core.state.routes.connections:
            self._enter_cluster(admission)
        core.use_connection(connection)
        self._apply_views(connection, admission)
        _logger.info("connected to member %s at %s", admission.member_uuid, connection.address)
        return connection

    def _check_cluster(self, admission: Admission) -> None:
        state = self._core.state
        if state.partition_count and admission.partition_count != state.partition_count:
            raise ClientNotAllowedInClusterError(
                f"the member's cluster has {admission.partition_count} partitions, "
                f"the client began with {state.partition_count}"
            )
        if state.routes.connections and state.cluster_id != admission.cluster_id:
            raise IllegalStateError("the member belongs to another cluster than the connected ones")

    def _enter_cluster(self, admission: Admission) -> None:
        """The first connection, or the first after all were lost."""
        core = self._core
        if core.state.cluster_id not in (None, admission.cluster_id):
            core.membership.fire(core.state.clear_members(), ())
        core.state.set_cluster(admission.cluster_id, admission.partition_count)

    def _apply_views(self, connection: Connection, admission: Admission) -> None:
        """Members 5.4 and later say with the first answer what others tell by events later."""
        if admission.partitions is not None and not self._core.state.partitions.owners:
            self._core.views.partitions(connection, *admission.partitions)

    async def connect_missing(self) -> None:
        """Connect to every member that has no connection, all at once.

        Returns when each is connected or failed, or after `connection_timeout`; whoever is slower
        is connected in the background.
        """
        self._core.connections_changed()
        tasks = [self._begin(member) for member in self._to_connect()]
        if tasks:
            await asyncio.wait(tasks, timeout=self._core.options.connection_timeout or None)

    def _to_connect(self) -> list[MemberInfo]:
        """Members that nobody is connecting to; without any connection that is `join`'s."""
        state = self._core.state
        if not state.smart or not state.routes.connections:
            return []
        return [one for one in state.missing_members() if one.uuid not in self._connecting]

    def _begin(self, member: MemberInfo) -> asyncio.Task[None]:
        self._connecting.add(member.uuid)
        return self._core.begin(self._connect(member))

    async def _connect(self, member: MemberInfo) -> None:
        core = self._core
        try:
            await self.open(Endpoint(member.address.host, member.address.port))
        except (GridwireError, OSError) as error:
            _logger.warning("cannot connect to member %s: %s", member, _reason(error))
            asyncio.get_running_loop().call_later(_RETRY_MISSING_SECONDS, self.look_for_missing)
        finally:
            self._connecting.discard(member.uuid)
        core.connections_changed()

    def look_for_missing(self) -> None:
        """Something changed: members may be without a connection."""
        self._missing.set()

    async def keep_complete(self) -> None:
        """For as long as the client lives: connect to members as they come, and come back."""
        while True:
            await self._missing.wait()
            self._missing.clear()
            self._core.connections_changed()
            for member in self._to_connect():
                _ = self._begin(member)


def _backup_listener_request() -> Request[Any]:
    message = messages.LOCAL_BACKUP_LISTENER
    payload = message.encode_request(-1)
    assert isinstance(payload, bytearray)
    return Request(message.name, payload, message.decode_response)


def _reason(error: BaseException) -> str:
    return str(error) or type(error).__name__
