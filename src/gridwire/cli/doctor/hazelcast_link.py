# SPDX-License-Identifier: Apache-2.0
"""Gathers what a Hazelcast member says: one connection, asked by hand, nothing tried again."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from gridwire._core.counters import Counters
from gridwire._core.request import Request
from gridwire._io.aio import AioConnector
from gridwire.cli.doctor.trips import timed
from gridwire.errors import GridwireError
from gridwire.hazelcast.cluster.views import MembersView
from gridwire.hazelcast.control.connection import Connection
from gridwire.hazelcast.control.handshake import (
    Admission,
    Identity,
    admission_of,
    authentication_request,
)
from gridwire.hazelcast.core import Address, MemberInfo
from gridwire.hazelcast.protocol.frames import PROTOCOL_PREAMBLE, Buffer
from gridwire.hazelcast.protocol.messages import client as messages
from gridwire.hazelcast.protocol.session import CallTable, SessionOver

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from gridwire._io.tls import Tls
    from gridwire.cli.doctor.approach import Place
    from gridwire.hazelcast.cluster.acks import Held

__all__ = ["Link", "MemberView"]

T = TypeVar("T")

_MAX_BYTES = 16 * 1024 * 1024
"""Largest message of a member; the answer to an authentication holds members and partitions."""

_MAX_CALLS = 16
_VIEW = messages.ADD_CLUSTER_VIEW_LISTENER
_EVENTS = {event.type: event for event in _VIEW.events}


class MemberView:
    """What a member says of its cluster.

    Attributes:
        members: the oldest first; empty when it has not said.
        owners: the partitions of each member; None when it has not said.
    """

    def __init__(self) -> None:
        self.members: tuple[MemberInfo, ...] = ()
        self.owners: list[tuple[UUID, list[int]]] | None = None


def _end_held(held: Held) -> None:
    """The member has answered; of backups it is not asked here."""
    if not held.waiter.done():
        held.waiter.set_result(held.message)


class Link:
    """A connection to a member; it owns its `Connection`."""

    def __init__(self) -> None:
        self.calls = CallTable(_MAX_CALLS, Counters(), _end_held)
        self.view = MemberView()
        self.error: BaseException | None = None
        self._connection: Connection | None = None
        self._changed = asyncio.Event()

    async def open(self, place: Place, tls: Tls | None, seconds: float) -> None:
        """Connect; nothing is said but the protocol.

        Raises:
            OSError: nobody answered, or not in time.
        """
        address = Address(place.address, place.port)
        connection = Connection(self, address, _MAX_BYTES, monotonic())
        async with asyncio.timeout(seconds):
            stream = await AioConnector().connect(
                connection, place.address, place.port, (), tls, place.server_name
            )
        connection.attach(stream)
        self._connection = connection
        stream.write(bytearray(PROTOCOL_PREAMBLE))

    async def authenticate(self, identity: Identity, seconds: float) -> Admission:
        """Ask to be let in.

        Raises:
            GridwireError: the member refused, or makes no sense, or the connection ended.
            TimeoutError: it did not answer.
        """
        reply = await self._call(authentication_request(identity), seconds)
        admission = admission_of(reply, identity)
        if admission.partitions is not None:
            self.view.owners = admission.partitions[1]
        return admission

    async def look_at_cluster(self, seconds: float) -> None:
        """Have the member tell its view, see `view`.

        Raises:
            GridwireError: it does not, or the connection ended.
            TimeoutError: it did not answer.
        """
        await self._call(_request(_VIEW), seconds)
        async with asyncio.timeout(seconds):
            while not self.view.members:
                if self._is_closed:
                    raise self._ended()
                await self._changed.wait()
                self._changed.clear()
        # What it had to say of partitions was sent before it answers this.
        await self.ping(seconds)

    async def ping(self, seconds: float) -> None:
        """One round trip.

        Raises:
            GridwireError: the connection ended.
            TimeoutError: it was not answered.
        """
        await self._call(_request(messages.PING), seconds)

    async def round_trips(self, seconds: float) -> tuple[list[float], str | None]:
        """Several, one after the other; and why there are no more of them."""
        return await timed(lambda: self.ping(seconds), seconds, (TimeoutError, GridwireError))

    async def close(self) -> None:
        """End the connection; its socket is given up when this returns."""
        connection = self._connection
        if connection is not None:
            connection.close()
            await connection.ended.wait()
            await asyncio.sleep(0)

    @property
    def _is_closed(self) -> bool:
        return self._connection is None or self._connection.is_closed

    def _ended(self) -> GridwireError:
        assert self._connection is not None
        return self._connection.lost_error(self.error, False)

    async def _call(self, request: Request[T], seconds: float) -> T:
        connection = self._connection
        assert connection is not None
        future: asyncio.Future[Buffer] = asyncio.get_running_loop().create_future()
        try:
            correlation = connection.session.send(request, future)
        except SessionOver:
            raise self._ended() from self.error
        try:
            async with asyncio.timeout(seconds):
                reply = await future
        except BaseException:
            self.calls.forget(correlation)
            raise
        return connection.decode(request, reply)

    # -- see ConnectionOwner ------------------------------------------------------------------

    def connection_events(self, connection: Connection, events: list[tuple[int, Buffer]]) -> None:
        """The member tells its view."""
        for _, message in events:
            event = _EVENTS.get(int.from_bytes(message[6:10], "little"))
            if event is None:
                continue
            told = event.decode(message)
            if event.name == "MembersView":
                view = MembersView().after(told.version, told.member_infos)
                self.view.members = view.members if view is not None else ()
            elif event.name == "PartitionsView":
                self.view.owners = told.partitions
        self._changed.set()

    def connection_lost(self, connection: Connection, error: BaseException | None) -> None:
        """The connection ended."""
        self.error = error
        self._changed.set()


def _request(message: Any) -> Request[Any]:
    encode: Callable[[int], Any] = message.encode_request
    return Request(message.name, encode(-1), message.decode_response)
