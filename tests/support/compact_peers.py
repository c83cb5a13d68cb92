# SPDX-License-Identifier: Apache-2.0
"""One class in two clients: ours writes it as a dataclass, the official one by a serializer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from hazelcast.serialization.api import CompactReader, CompactSerializer, CompactWriter

import hazelcast as official

__all__ = ["Address", "Employee", "official_client", "official_serializers"]


@dataclass
class Address:
    """A part of another record."""

    city: str | None = None


@dataclass
class Employee:
    """A class of the program."""

    name: str
    age: int
    active: bool = True
    salary: float = 0.5
    address: Address | None = None
    places: list[Address] = field(default_factory=list)


class _AddressSerializer(CompactSerializer[Address]):
    def get_class(self) -> type[Address]:
        return Address

    def get_type_name(self) -> str:
        return "Address"

    def write(self, writer: CompactWriter, obj: Address) -> None:
        writer.write_string("city", obj.city)

    def read(self, reader: CompactReader) -> Address:
        return Address(reader.read_string("city"))


class _EmployeeSerializer(CompactSerializer[Employee]):
    def get_class(self) -> type[Employee]:
        return Employee

    def get_type_name(self) -> str:
        return "Employee"

    def write(self, writer: CompactWriter, obj: Employee) -> None:
        writer.write_string("name", obj.name)
        writer.write_int64("age", obj.age)
        writer.write_boolean("active", obj.active)
        writer.write_float64("salary", obj.salary)
        writer.write_compact("address", obj.address)
        writer.write_array_of_compact("places", obj.places)

    def read(self, reader: CompactReader) -> Employee:
        return Employee(
            reader.read_string("name"),
            reader.read_int64("age"),
            reader.read_boolean("active"),
            reader.read_float64("salary"),
            reader.read_compact("address"),
            reader.read_array_of_compact("places"),
        )


def official_serializers() -> list[CompactSerializer[Any]]:
    """Those of this page."""
    return [_AddressSerializer(), _EmployeeSerializer()]


@contextmanager
def official_client(cluster: Any) -> Iterator[Any]:
    """An official client that knows the classes of this page."""
    client = official.HazelcastClient(
        cluster_name=cluster.cluster_name,
        cluster_members=list(cluster.addresses),
        compact_serializers=official_serializers(),
    )
    try:
        yield client
    finally:
        client.shutdown()
