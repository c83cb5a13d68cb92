# SPDX-License-Identifier: Apache-2.0
"""The record of ten fields as a Portable of both clients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import hazelcast.serialization.api as official_api
from hazelcast.config import Config
from hazelcast.serialization.service import SerializationServiceV1

from gridwire.hazelcast.serialization.api import Portable
from gridwire.hazelcast.serialization.service import SerializationService

__all__ = ["PORTABLE", "PortableRecord", "official_portable", "our_portable"]


@dataclass
class PortableRecord(Portable, official_api.Portable):  # type: ignore[misc]
    number: int = 0
    amount: float = 0.0
    is_paid: bool = False
    name: str = ""
    city: str = ""
    count: int = 0
    price: float = 0.0
    note: str = ""
    tags: list[int] | None = None
    code: int = 0

    def get_factory_id(self) -> int:
        return 1

    def get_class_id(self) -> int:
        return 1

    def write_portable(self, writer: Any) -> None:
        writer.write_long("number", self.number)
        writer.write_double("amount", self.amount)
        writer.write_boolean("is_paid", self.is_paid)
        writer.write_string("name", self.name)
        writer.write_string("city", self.city)
        writer.write_long("count", self.count)
        writer.write_double("price", self.price)
        writer.write_string("note", self.note)
        writer.write_long_array("tags", self.tags)
        writer.write_long("code", self.code)

    def read_portable(self, reader: Any) -> None:
        self.number = reader.read_long("number")
        self.amount = reader.read_double("amount")
        self.is_paid = reader.read_boolean("is_paid")
        self.name = reader.read_string("name")
        self.city = reader.read_string("city")
        self.count = reader.read_long("count")
        self.price = reader.read_double("price")
        self.note = reader.read_string("note")
        self.tags = reader.read_long_array("tags")
        self.code = reader.read_long("code")


PORTABLE = PortableRecord(1, 2.5, True, "Ann", "Oslo", 7, 9.99, "hello world", [1, 2, 3], 5)
_FACTORIES = {1: {1: PortableRecord}}


def our_portable() -> SerializationService:
    return SerializationService(portable_factories=_FACTORIES)


def official_portable() -> SerializationServiceV1:
    config = Config()
    config.portable_factories = _FACTORIES
    return SerializationServiceV1(config)
