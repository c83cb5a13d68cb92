# SPDX-License-Identifier: Apache-2.0
"""`Schemas`: what one client knows of schemas, and what it has still to tell the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.faults import UnknownSchemaError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gridwire.hazelcast.serialization.compact.schema import Schema

__all__ = ["MAX_SCHEMAS", "MAX_TOTAL_BYTES", "Schemas", "named_in"]

MAX_SCHEMAS: Final = 4096
"""Most schemas that one client knows. Each version of each class has one, and they are never
forgotten, since the cluster may have to be told them again; a program that makes them without end
(field names out of data) would fill its memory and the cluster's."""

MAX_TOTAL_BYTES: Final = 32 * 1024 * 1024
"""Most bytes that they take together: their names, and `_FIELD_BYTES` for each field."""

_FIELD_BYTES: Final = 64


class Schemas:
    """The schemas that one client knows. Safe to use from several threads.

    Attributes:
        by_id: every known schema, by its id.
        unsent: those that were written here and that the cluster may not have yet; a value that
            needs them must not be sent before they are.
    """

    __slots__ = ("_total_bytes", "by_id", "unsent")

    def __init__(self) -> None:
        self.by_id: dict[int, Schema] = {}
        self.unsent: dict[int, Schema] = {}
        self._total_bytes = 0

    def get(self, schema_id: int) -> Schema:
        """A known schema.

        Raises:
            UnknownSchemaError: it is not known; the cluster may have it.
        """
        schema = self.by_id.get(schema_id)
        if schema is None:
            raise UnknownSchemaError(schema_id)
        return schema

    def known(self, schema: Schema) -> None:
        """Note a schema that the cluster has.

        Raises:
            HazelcastSerializationError: another one has the same id, or there are too many.
        """
        self._add(schema)
        self.unsent.pop(schema.schema_id, None)

    def written(self, schema: Schema) -> None:
        """Note a schema that a value written here needs; it is unsent if it is new.

        Raises:
            HazelcastSerializationError: another one has the same id, or there are too many.
        """
        schema_id = schema.schema_id
        if schema_id in self.by_id:
            self._add(schema)
            return
        # First: whoever finds the schema known may send what needs it.
        self.unsent[schema_id] = schema
        try:
            self._add(schema)
        except HazelcastSerializationError:
            self.unsent.pop(schema_id, None)
            raise

    def replicated(self, schema_id: int) -> None:
        """Note that the cluster has been given a schema."""
        self.unsent.pop(schema_id, None)

    def _add(self, schema: Schema) -> None:
        known = self.by_id.get(schema.schema_id)
        if known is not None:
            if known != schema:
                raise _same_id(schema, known)
            return
        size = schema.text_bytes + _FIELD_BYTES * len(schema.fields)
        if len(self.by_id) >= MAX_SCHEMAS or self._total_bytes + size > MAX_TOTAL_BYTES:
            raise _too_many(schema)
        self._total_bytes += size
        self.by_id[schema.schema_id] = schema


def named_in(
    payload: bytearray | Sequence[Any],
    schemas: Iterable[Schema],
    order: Literal["big", "little"],
) -> list[Schema]:
    """Those schemas whose ids are among the bytes of a request.

    Other bytes may look like an id by chance; then there is one too many, which does no harm.

    Args:
        payload: the request, whole or in parts; every value is inside one part.
        schemas: to be looked for.
        order: of the bytes of an id.
    """
    parts = [payload] if isinstance(payload, bytearray) else payload
    texts = [part if isinstance(part, (bytes, bytearray)) else bytes(part) for part in parts]
    named = []
    for schema in schemas:
        number = schema.schema_id.to_bytes(8, order, signed=True)
        if any(number in text for text in texts):
            named.append(schema)
    return named


def _same_id(schema: Schema, known: Schema) -> HazelcastSerializationError:
    return HazelcastSerializationError(
        f"Two schemas have the id {schema.schema_id}: of the Compact types "
        f"{known.shown_name!r} and {schema.shown_name!r}",
        hint="Their fingerprints are equal by chance; rename a field of one of them.",
    )


def _too_many(schema: Schema) -> HazelcastSerializationError:
    return HazelcastSerializationError(
        f"The schema of the Compact type {schema.shown_name!r} is one too many: a client knows at "
        f"most {MAX_SCHEMAS} schemas, of {MAX_TOTAL_BYTES} bytes together",
        hint="Names of fields that come out of data make a schema for each set of names; put them "
        "into values.",
    )
