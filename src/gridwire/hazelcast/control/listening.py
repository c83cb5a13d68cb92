# SPDX-License-Identifier: Apache-2.0
"""Listeners on members: registered on every connection, and again on every new one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from gridwire._core.logs import reason_of
from gridwire._core.outcome import Outcome
from gridwire.hazelcast.cluster.listeners import Listener, ListenerTable, Registration
from gridwire.hazelcast.control.connection import Connection
from gridwire.hazelcast.control.gaps import Gaps
from gridwire.hazelcast.control.held_events import HeldEvents
from gridwire.hazelcast.errors import HazelcastError, OperationTimeoutError
from gridwire.hazelcast.protocol.frames import Buffer

if TYPE_CHECKING:
    from gridwire.hazelcast.control.core import ClientCore

__all__ = ["Listening"]


class Listening:
    """Keeps the users' listeners registered.

    Args:
        core: the client.
    """

    def __init__(self, core: ClientCore) -> None:
        self._core = core
        self._table = ListenerTable()
        self._log = core.log.within("listeners")
        self.gaps = Gaps(core, self._table)
        self._in_reader: set[Callable[[Buffer], None]] = set()

    async def add(self, listener: Listener, *, in_reader: bool = False) -> str:
        """Register a listener on all members that are connected; on others when they are.

        Args:
            listener: who listens, and to what.
            in_reader: have it handle an event where that was read, before anything that follows on
                the wire; it must be short, and what it raises ends the connection. Such a one looks
                after gaps by itself.

        Returns:
            The id to remove it by.

        Raises:
            HazelcastError: no member accepted it; then it is registered nowhere.
        """
        if not self._core.lifecycle.running:
            raise self._core.life.not_active()
        registration = Registration(str(uuid4()), listener, time())
        if listener.read is not None:
            registration.handle = HeldEvents(self._core, registration, listener.read).take
        self._table.registrations[registration.id] = registration
        if in_reader:
            self._in_reader.add(listener.handle)
        connections = self._core.state.routes.connections
        limit = self._core.options.invocation_timeout
        try:
            async with asyncio.timeout(limit):
                results = await asyncio.gather(
                    *(self._place(registration, connection) for connection in connections),
                    return_exceptions=True,
                )
        except TimeoutError:
            self._core.spawn(self._take_back(registration.id))
            raise OperationTimeoutError(
                f"not every member accepted the listener within {limit:g} s",
                outcome=Outcome.UNKNOWN,
                phase="registering a listener",
            ) from None
        except asyncio.CancelledError:
            # Nobody has its id, so nobody could take it back.
            self._core.spawn(self._take_back(registration.id))
            raise
        failures = [result for result in results if isinstance(result, BaseException)]
        refusals = [error for error in failures if not _went_away(error)]
        if refusals or (failures and len(failures) == len(results)):
            await self.remove(registration.id)
            raise (refusals or failures)[0]
        if not in_reader:
            self.gaps.watch(registration)
        return registration.id

    async def _take_back(self, registration_id: str) -> None:
        await self.remove(registration_id)

    async def remove(self, registration_id: str) -> bool:
        """Take a listener back from all members; whether it was registered."""
        registration = self._table.registrations.pop(registration_id, None)
        if registration is None:
            return False
        registration.is_over = True
        self.gaps.forget(registration)
        await self._take_from_all(registration)
        return True

    async def place_again(self, registration_id: str) -> tuple[str, bool]:
        """Register a listener once more, then take its first registration back.

        Returns:
            Its new id, and whether every member still had the first registration.

        Raises:
            HazelcastError: as `add`; the first registration is left as it is.
        """
        first = self._table.registrations[registration_id]
        in_reader = first.listener.handle in self._in_reader
        again = await self.add(first.listener, in_reader=in_reader)
        self._table.registrations.pop(registration_id, None)
        try:
            answers = await self._take_from_all(first)
        except asyncio.CancelledError:
            # Nobody has the new id, so nobody could take it back.
            if self._core.lifecycle.running:
                self._core.spawn(self._take_back(again))
            raise
        return again, all(answer is True for answer in answers)

    async def _take_from_all(self, registration: Registration) -> list[Any]:
        """What members say to it."""
        listener, registrations = registration.listener, self._table.registrations.values()
        if all(one.listener.handle != listener.handle for one in registrations):
            self._in_reader.discard(listener.handle)
        for correlation, _ in registration.places.values():
            self._table.by_correlation.pop(correlation, None)
        if listener.remove is None:
            return []
        return await asyncio.gather(
            *(
                self._core.call_on(connection, listener.remove(member_id))
                for connection, (_, member_id) in registration.places.items()
            ),
            return_exceptions=True,
        )

    async def place_all(self, connection: Connection) -> None:
        """A new connection is about to be used: every listener belongs there too.

        Those that are added meanwhile as well, for they do not know of this connection yet.
        """
        refused: set[str] = set()
        while missing := [
            one
            for one in self._table.registrations.values()
            if connection not in one.places and one.id not in refused
        ]:
            for registration in missing:
                try:
                    await self._place(registration, connection)
                except HazelcastError as error:
                    if _went_away(error):
                        raise
                    refused.add(registration.id)
                    self._log.error(
                        "%s refuses a listener that other members accepted: %s",
                        connection,
                        reason_of(error),
                        member=connection.member_uuid,
                        address=connection.address,
                        reason=reason_of(error),
                    )

    async def _place(self, registration: Registration, connection: Connection) -> None:
        if connection in registration.places:
            return
        table, listener = self._table, registration.listener
        request = listener.add()
        await self._core.schemas.give_named(connection, request)
        correlation: int | None = None

        def sent(number: int) -> None:
            nonlocal correlation
            correlation = number
            table.by_correlation[number] = registration.handle

        try:
            member_id = await self._core.call_on(connection, request, sent)
        except BaseException:
            if correlation is not None:
                table.by_correlation.pop(correlation, None)
            raise
        assert correlation is not None
        table.placed(registration, connection, correlation, member_id)
        if registration.id not in table.registrations and listener.remove is not None:
            # It was removed while the member was asked.
            table.by_correlation.pop(correlation, None)
            await self._core.call_on(connection, listener.remove(member_id))

    def connection_lost(self, connection: Connection, was_used: bool) -> None:
        """What was registered there is gone.

        Args:
            connection: which.
            was_used: whether it was in use; another one may lead to the same member.
        """
        lost = self._table.connection_lost(connection)
        if was_used:
            self.gaps.connection_lost(connection, lost)

    def deliver(self, events: list[tuple[int, Buffer]]) -> None:
        """Hand events to their listeners, most of them where users' callbacks run."""
        for correlation, message in events:
            handle = self._table.by_correlation.get(correlation)
            if handle is None:
                continue
            if self._in_reader and handle in self._in_reader:
                handle(message)
            elif not self._core.dispatcher.dispatch(handle, message):
                self.gaps.dropped(handle)

    def all_places(self) -> list[frozenset[Connection]]:
        """Of each listener, the connections on which it stands; from any thread."""
        registrations = list(self._table.registrations.values())
        return [frozenset(list(one.places)) for one in registrations]

    def places(self, registration_id: str | None) -> frozenset[Connection]:
        """The connections on which a listener stands."""
        registration = self._table.registrations.get(registration_id or "")
        return frozenset() if registration is None else frozenset(registration.places)


def _went_away(error: BaseException) -> bool:
    """The connection ended: the listener will be placed on its successor."""
    return isinstance(error, ConnectionError)
