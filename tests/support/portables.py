# SPDX-License-Identifier: Apache-2.0
"""A Portable that is whatever fields it is given, with either client."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from gridwire.hazelcast.serialization.portable.classdef import FieldType

__all__ = ["FIELDS", "KINDS", "record_class"]

KINDS = [field_type.name.lower() for field_type in FieldType]
"""The names of all field types, as they are in ``write_int`` and ``read_int``."""

_DATE, _TIME = date(2026, 2, 28), time(23, 59, 58, 123456)
_NAIVE = datetime.combine(_DATE, _TIME)
_AWARE = _NAIVE.replace(tzinfo=timezone(timedelta(hours=-3, minutes=-30)))

FIELDS: dict[str, tuple[Any, Any]] = {
    "byte": (7, bytearray(b"\0\xff")),
    "boolean": (True, [True, False]),
    "char": ("é", ["a", "é"]),
    "short": (-2, [1, -2]),
    "int": (-3, [1, -2]),
    "long": (-(1 << 40), [1, -(1 << 40)]),
    "float": (1.5, [0.5, -2.0]),
    "double": (-0.1, [0.1, -2.0]),
    "string": ("grüß", ["a", None, "é"]),
    "decimal": (Decimal("-12.345"), [Decimal(1), Decimal("0.5")]),
    "time": (_TIME, [_TIME, time(1)]),
    "date": (_DATE, [_DATE, date(1, 1, 1)]),
    "timestamp": (_NAIVE, [_NAIVE, datetime.combine(date.min, time.min)]),
    "timestamp_with_timezone": (_AWARE, [_AWARE]),
}
"""A value and an array of each type but those that hold Portables."""


def record_class(base: Any) -> Any:
    """A class below the `Portable` of either client.

    Its objects have factory id, class id and version, a list of (type, name, value), and a text
    behind the fields.
    """

    class Record(base):  # type: ignore[misc]
        with_raw = False

        def __init__(
            self,
            fields: list[tuple[str, str, Any]] | None = None,
            class_id: int = 1,
            version: int | None = None,
            raw: str | None = None,
        ) -> None:
            self.fields = fields or []
            self.class_id = class_id
            self.raw = raw
            if version is not None:
                self.get_class_version = lambda: version

        def get_factory_id(self) -> int:
            return 1

        def get_class_id(self) -> int:
            return self.class_id

        def write_portable(self, writer: Any) -> None:
            for kind, name, value in self.fields:
                getattr(writer, f"write_{kind}")(name, value)
            if self.raw is not None:
                writer.get_raw_data_output().write_string(self.raw)

        def read_portable(self, reader: Any) -> None:
            for name in reader.get_field_names():
                kind = FieldType(reader.get_field_type(name)).name.lower()
                self.fields.append((kind, name, getattr(reader, f"read_{kind}")(name)))
            if self.with_raw:
                self.raw = reader.get_raw_data_input().read_string()

        def contents(self) -> tuple[Any, ...]:
            by_name = sorted(self.fields, key=lambda field: field[1])
            return self.class_id, by_name, self.raw

        def __eq__(self, other: object) -> bool:
            return type(other) is type(self) and self.contents() == other.contents()

        __hash__ = None  # type: ignore[assignment]

        def __repr__(self) -> str:
            return f"Record{self.contents()}"

    return Record
