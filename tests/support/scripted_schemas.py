# SPDX-License-Identifier: Apache-2.0
"""What scripted members know of schemas of Compact, and a class to write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gridwire.hazelcast.serialization.compact.schema import FieldDescriptor, Schema
from gridwire.hazelcast.serialization.service import SerializationService
from support.scripted import Incoming, ScriptedCluster

__all__ = ["Other", "Point", "Schemas", "data_of", "schema_of"]


@dataclass(frozen=True)
class Point:
    """A class of the program."""

    x: int
    name: str


@dataclass(frozen=True)
class Other:
    """One more."""

    y: float


def schema_of(obj: Any) -> Schema:
    """The schema with which an object is written."""
    service = SerializationService()
    service.to_data(obj)
    (schema,) = service.schemas.by_id.values()
    return schema


def data_of(obj: Any) -> bytes:
    """An object as another client writes it."""
    data = SerializationService().to_data(obj)
    assert data is not None
    return data


class Schemas:
    """Lets the members of a scripted cluster keep schemas.

    Args:
        cluster: the cluster.
        known: what they have already.
    """

    def __init__(self, cluster: ScriptedCluster, *known: Schema) -> None:
        self._cluster = cluster
        self.known = {schema.schema_id: schema for schema in known}
        cluster.always("Client.SendSchema", self.take)
        cluster.always("Client.SendAllSchemas", self.take_all)
        cluster.always("Client.FetchSchema", self.tell)

    @property
    def holders(self) -> set[Any]:
        """All members."""
        return {member.uuid for member in self._cluster.members}

    def take(self, request: Incoming) -> None:
        """Answer as members do."""
        self._keep(request.fields.schema)
        request.answer(self.holders)

    def take_all(self, request: Incoming) -> None:
        """Answer as members do."""
        for told in request.fields.schemas:
            self._keep(told)
        request.answer()

    def tell(self, request: Incoming) -> None:
        """Answer as members do."""
        request.answer(self.known.get(request.fields.schema_id))

    def _keep(self, told: Any) -> None:
        fields = [FieldDescriptor(each.field_name, each.kind) for each in told.fields]
        schema = Schema(told.type_name, fields)
        self.known[schema.schema_id] = schema
