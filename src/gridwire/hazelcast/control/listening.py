# SPDX-License-Identifier: Apache-2.0
"""Listeners on members: registered on every connection, and again on every new one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from gridwire._core.outcome import Outcome
from gridwire._core.request import Request
from gridwire.hazelcast.cluster.listeners import ListenerTable, Registration
from gridwire.hazelcast.control.connection import Connection
from gridwire.hazelcast.errors import HazelcastError, OperationTimeoutError
from gridwire.hazelcast.protocol.frames import Buffer

if TYPE_CHECKING:
    from gridwire.hazelcast.control.core import ClientCore

__all__ = ["Listening"]

_logger = logging.getLogger("gridwire.hazelcast.listeners")


class Listening:
    """Keeps the users' listeners registered.

    Args:
        core: the client.
    """

    def __init__(self, core: ClientCore) -> None:
        self._core = core
        self._table = ListenerTable()
        self._in_reader: set[Callable[[Buffer], None]] = set()

    async def add(
        self,
        request: Callable[[], Request[UUID]],
        remove: Callable[[UUID], Request[Any]] | None,
        handle: Callable[[Buffer], None],
        in_reader: bool = False,
    ) -> str:
        """Register a listener on all members that are connected; on others when they are.

        Args:
            request: makes the registering request.
            remove: makes the request that undoes it, from the member's id for the listener.
            handle: takes each event message; runs where users' callbacks run.
            in_reader: have it run where the event was read, before anything that follows on the
                wire; it must be short, and what it raises ends the connection.

        Returns:
            The id to remove it by.

        Raises:
            HazelcastError: no member accepted it; then it is registered nowhere.
        """
        if not self._core.lifecycle.running:
            raise self._core.not_active()
        registration = Registration(str(uuid4()), request, remove, handle)
        self._table.registrations[registration.id] = registration
        if in_reader:
            self._in_reader.add(handle)
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
        return registration.id

    async def _take_back(self, registration_id: str) -> None:
        await self.remove(registration_id)

    async def remove(self, registration_id: str) -> bool:
        """Take a listener back from all members; whether it was registered."""
        registration = self._table.registrations.pop(registration_id, None)
        if registration is None:
            return False
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
        in_reader = first.handle in self._in_reader
        again = await self.add(first.add, first.remove, first.handle, in_reader)
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
        if all(one.handle != registration.handle for one in self._table.registrations.values()):
            self._in_reader.discard(registration.handle)
        for correlation, _ in registration.places.values():
            self._table.by_correlation.pop(correlation, None)
        if registration.remove is None:
            return []
        return await asyncio.gather(
            *(
                self._core.call_on(connection, registration.remove(member_id))
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
                    _logger.error("%s refuses what other members accepted: %s", connection, error)

    async def _place(self, registration: Registration, connection: Connection) -> None:
        if connection in registration.places:
            return
        table = self._table
        request = registration.add()
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
        if registration.id not in table.registrations and registration.remove is not None:
            # It was removed while the member was asked.
            table.by_correlation.pop(correlation, None)
            await self._core.call_on(connection, registration.remove(member_id))

    def connection_lost(self, connection: Connection) -> None:
        """What was registered there is gone."""
        self._table.connection_lost(connection)

    def deliver(self, events: list[tuple[int, Buffer]]) -> None:
        """Hand events to their listeners, most of them where users' callbacks run."""
        for correlation, message in events:
            handle = self._table.by_correlation.get(correlation)
            if handle is None:
                continue
            if self._in_reader and handle in self._in_reader:
                handle(message)
            else:
                self._core.dispatcher.dispatch(handle, message)

    def places(self, registration_id: str | None) -> frozenset[Connection]:
        """The connections on which a listener stands."""
        registration = self._table.registrations.get(registration_id or "")
        return frozenset() if registration is None else frozenset(registration.places)


def _went_away(error: BaseException) -> bool:
    """The connection ended: the listener will be placed on its successor."""
    return isinstance(error, ConnectionError)
