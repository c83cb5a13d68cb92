# SPDX-License-Identifier: Apache-2.0
"""The schemas of Compact records that were read here and are not known: members are asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from gridwire._core.outcome import Outcome
from gridwire._core.request import Request
from gridwire.hazelcast.control.shared_work import SharedWork, check_knows_compact
from gridwire.hazelcast.errors import (
    HazelcastError,
    HazelcastSerializationError,
    OperationTimeoutError,
)
from gridwire.hazelcast.protocol.errors import ProtocolError
from gridwire.hazelcast.protocol.messages import client as messages
from gridwire.hazelcast.serialization.compact.schema import FieldDescriptor, Schema
from gridwire.hazelcast.serialization.faults import UnknownSchemaError

if TYPE_CHECKING:
    from gridwire.hazelcast.control.core import ClientCore
    from gridwire.hazelcast.serialization.compact.schemas import Schemas

__all__ = ["AskedSchemas"]

T = TypeVar("T")


class AskedSchemas:
    """Asks the cluster for schemas, once for each, however many wait. Runs on the client's loop.

    Args:
        core: the client.
        known: what its serialization knows.
    """

    def __init__(self, core: ClientCore, known: Schemas) -> None:
        self._core = core
        self._known = known
        # The request of whoever waits was answered: what it was to do may be done.
        self._work = SharedWork(core, Outcome.UNKNOWN)

    async def decode(
        self, decode: Callable[[], T], error: UnknownSchemaError, deadline: float, operation: str
    ) -> T:
        """Decode again what could not be decoded, when its schemas are here.

        Args:
            decode: gives the value.
            error: what it raised.
            deadline: in seconds of the client's clock.
            operation: whose answer it is.

        Raises:
            HazelcastError: a schema cannot be had, or the value not be read with it.
        """
        while True:
            schema_id = error.schema_id
            await self.ask(schema_id, deadline, operation)
            try:
                return decode()
            except UnknownSchemaError as another:
                if another.schema_id == schema_id:
                    raise
                error = another

    async def ask(self, schema_id: int, deadline: float, operation: str) -> None:
        """Ask for a schema, so that what it describes can be read.

        Args:
            schema_id: which.
            deadline: in seconds of the client's clock.
            operation: whose answer it is for.

        Raises:
            OperationTimeoutError: the deadline has passed.
            HazelcastError: no member has it, or none answers.
        """
        when = None if deadline == float("inf") else deadline
        text = f"The answer is here and cannot be read, for its schema {schema_id} is not"
        try:
            while schema_id not in self._known.by_id:
                begun = self._work.begin(schema_id, lambda: self._ask(schema_id))
                await self._work.end_of(begun, when, text)
        except HazelcastError as error:
            raise error.with_facts(operation=operation) from error.__cause__
        except TimeoutError:
            raise OperationTimeoutError(
                f"the answer is here in time, and its schema {schema_id} is not",
                outcome=Outcome.UNKNOWN,
                operation=operation,
                phase="asking for a schema",
            ) from None

    async def _ask(self, schema_id: int) -> None:
        core = self._core
        deadline = core.now() + core.options.invocation_timeout
        for connection in core.state.routes.connections:
            check_knows_compact(connection)
        told = await self._work.call(_question(schema_id), deadline)
        if told is None:
            raise HazelcastSerializationError(
                "the cluster does not know it",
                hint="The data is damaged, or older than the cluster.",
            )
        schema = Schema(told.type_name, [_field(each) for each in told.fields])
        if schema.schema_id != schema_id:
            raise ProtocolError(f"a member told schema {schema.schema_id} instead of {schema_id}")
        self._known.known(schema)


def _field(told: Any) -> FieldDescriptor:
    return FieldDescriptor(told.field_name, told.kind)


def _question(schema_id: int) -> Request[Any]:
    message = messages.FETCH_SCHEMA
    payload = message.encode_request(-1, schema_id)
    return Request(message.name, payload, message.decode_response, retryable=True)
