# SPDX-License-Identifier: Apache-2.0
"""The schemas of Compact records between a client and its cluster.

A schema that was written here is given to the members before the first value of it is sent, once
for all callers that need it: that runs by itself, and they only wait for its end, each in its own
time. One that is read and not known is asked for, see `schemas_asked`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, Literal

from gridwire._core.outcome import Outcome
from gridwire._core.request import Request
from gridwire._core.retry import pause_before
from gridwire.errors import GridwireError
from gridwire.hazelcast.control.connection import Connection
from gridwire.hazelcast.control.schemas_asked import AskedSchemas
from gridwire.hazelcast.control.shared_work import SharedWork, check_knows_compact
from gridwire.hazelcast.errors import (
    HazelcastError,
    HazelcastSerializationError,
    OperationTimeoutError,
)
from gridwire.hazelcast.protocol.messages import client as messages
from gridwire.hazelcast.serialization.compact.schema import Schema
from gridwire.hazelcast.serialization.compact.schemas import named_in

if TYPE_CHECKING:
    from uuid import UUID

    from gridwire.hazelcast.control.core import ClientCore
    from gridwire.hazelcast.serialization.compact.schemas import Schemas

__all__ = ["MAX_TRIES", "ClientSchemas"]

MAX_TRIES: Final = 100
"""How often a schema is given to members until all of them have it. Each try reaches all that are
there, so only a cluster that changes all the time needs more than a few."""


class ClientSchemas:
    """Gives schemas to the cluster. Runs on the client's loop.

    Args:
        core: the client.
        known: what its serialization knows.

    Attributes:
        known: as given.
        asked: gets those that are read and not known.
    """

    def __init__(self, core: ClientCore, known: Schemas) -> None:
        self._core = core
        self.known = known
        self._order: Literal["big", "little"] = "big" if core.options.is_big_endian else "little"
        self.asked = AskedSchemas(core, known)
        self._work = SharedWork(core, Outcome.NOT_SENT)
        # Those that were begun to be given: one of them that could not be is tried again for a
        # caller who needs it.
        self._tried: set[int] = set()
        # The cluster that lacks what is unsent, and has the rest.
        self._cluster_id: UUID | None = None

    def holds_back(self, request: Request[Any]) -> bool:
        """Whether a request has to go the careful way; in any thread, while a schema is unsent.

        What names none of them need not wait for them. One that was never tried must be, though,
        and that begins on the careful way.
        """
        unsent = self.known.unsent.copy()
        if not self._tried.issuperset(unsent):
            return True
        return bool(named_in(request.payload, unsent.values(), self._order))

    def missing(self, request: Request[Any]) -> list[Schema]:
        """The schemas that the cluster may not have and the bytes of a request name.

        The others are given too, but nobody waits for them.
        """
        unsent = self.known.unsent.copy()
        named = named_in(request.payload, unsent.values(), self._order)
        if self._core.state.routes.connections:
            for schema_id in unsent.keys() - self._tried - {one.schema_id for one in named}:
                _ = self._begin_giving(unsent[schema_id])
        return named

    async def give(self, schemas: Iterable[Schema], when: float | None) -> None:
        """See that the members have schemas.

        Args:
            schemas: which.
            when: the deadline in seconds of the client's clock, None for none.

        Raises:
            TimeoutError: it has passed.
            HazelcastError: it cannot be done; nothing of what needs them was sent.
        """
        for schema in schemas:
            while schema.schema_id in self.known.unsent:
                text = f"The schema of {_shown(schema)} was not replicated"
                await self._work.end_of(self._begin_giving(schema), when, text)

    async def give_named(self, connection: Connection, request: Request[Any]) -> None:
        """See that the members have the schemas that a request names which registers something.

        Args:
            connection: where it is to be sent; perhaps the first one, which is not in use yet.
            request: what.

        Raises:
            HazelcastError: it cannot be done, or not in time.
        """
        core = self._core
        missing = self.missing(request)
        if not missing:
            return
        if not core.state.routes.connections:
            await self._give_all_on(connection)
            missing = self.missing(request)
            if not missing:
                return
            raise HazelcastSerializationError(
                f"The schema of {_shown(missing[0])} was not replicated",
                outcome=Outcome.NOT_SENT,
                hint="The log says why the members do not take it.",
            )
        limit = core.options.invocation_timeout
        try:
            await self.give(missing, core.now() + limit)
        except GridwireError:
            raise
        except TimeoutError:
            raise OperationTimeoutError(
                f"the members do not have the schema of {_shown(missing[0])} within {limit:g} s",
                outcome=Outcome.NOT_SENT,
                phase="giving the members a schema",
            ) from None

    def _begin_giving(self, schema: Schema) -> asyncio.Task[HazelcastError | None]:
        return self._work.begin(schema.schema_id, lambda: self._give(schema))

    async def _give(self, schema: Schema) -> None:
        core = self._core
        self._tried.add(schema.schema_id)
        deadline = core.now() + core.options.invocation_timeout
        for number in range(1, MAX_TRIES + 1):
            if schema.schema_id not in self.known.unsent:
                return
            await asyncio.sleep(
                pause_before(number, core.options.invocation_retry_pause, core.random.random())
            )
            for connection in core.state.routes.connections:
                check_knows_compact(connection)
            holders = await self._work.call(_gift(schema), deadline)
            members = core.state.members.members
            lacking = [
                member
                for member in members
                if not member.lite_member and member.uuid not in holders
            ]
            # After the first connection to a cluster its members are told a moment later.
            if holders and members and not lacking:
                self.known.replicated(schema.schema_id)
                return
        some = f", among them {lacking[0].uuid}" if lacking else ""
        raise HazelcastSerializationError(
            f"{len(lacking) or 'all'} members do not have it after {MAX_TRIES} tries{some}"
        )

    async def restore(self, connection: Connection, cluster_id: UUID) -> None:
        """Give the cluster what it does not know, before anybody else uses a connection to it.

        Args:
            connection: the first one to it.
            cluster_id: of the cluster; one that began anew knows nothing.

        Raises:
            HazelcastError: the connection ended.
        """
        known = self.known
        if self._core.state.routes.connections:
            return
        if self._cluster_id != cluster_id:
            # Whoever writes one of them waits from now on until it is there. The child of a fork
            # does so, too: it does not know where its parent was connected.
            known.unsent.update(known.by_id.copy())
        self._cluster_id = cluster_id
        await self._give_all_on(connection)

    async def _give_all_on(self, connection: Connection) -> None:
        core, cluster_id = self._core, self._cluster_id
        unsent = list(self.known.unsent.copy().values())
        if not unsent:
            return
        try:
            check_knows_compact(connection)
            await core.call_on(connection, _gift_of_all(unsent))
        except HazelcastError as error:
            if isinstance(error, ConnectionError):
                raise
            core.log.warning(
                "%s does not take %d schemas of Compact: %s",
                connection,
                len(unsent),
                error,
                member=connection.member_uuid,
                address=connection.address,
                count=len(unsent),
                reason=error,
            )
            return
        if self._cluster_id != cluster_id:
            return  # a member of another cluster has let the client in meanwhile
        for schema in unsent:
            self.known.replicated(schema.schema_id)


def _shown(schema: Schema) -> str:
    return f"the Compact type {schema.shown_name!r}"


def _gift(schema: Schema) -> Request[Any]:
    message = messages.SEND_SCHEMA
    payload = message.encode_request(-1, schema)
    return Request(message.name, payload, message.decode_response, retryable=True)


def _gift_of_all(schemas: list[Schema]) -> Request[Any]:
    message = messages.SEND_ALL_SCHEMAS
    payload = message.encode_request(-1, schemas)
    return Request(message.name, payload, message.decode_response, retryable=True)
