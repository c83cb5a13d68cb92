# SPDX-License-Identifier: Apache-2.0
"""Attributes of entries: `this`, `__key`, paths into JSON, records, objects, and plain values.

A path is compiled once and then asked for many entries. What it means depends on the value that it
meets: a JSON text is searched, a record (Portable or Compact) tells its fields, an object of a
registered class is asked for its attributes, and a number or a text has only the few properties
that its class in Java has.
"""

from __future__ import annotations

import re
from struct import error as StructError  # noqa: N812 - it is a class with a lower-case name
from typing import TYPE_CHECKING

from gridwire.hazelcast.serialization.type_ids import TypeId
from gridwire.testing._hazelcast.query.compact_records import CompactRecord
from gridwire.testing._hazelcast.query.entries import object_of
from gridwire.testing._hazelcast.query.errors import (
    illegal,
    null_value,
    query_error,
)
from gridwire.testing._hazelcast.query.json_text import JsonPath, whole
from gridwire.testing._hazelcast.query.kinds import Typed, class_name
from gridwire.testing._hazelcast.query.object_paths import ObjectPath
from gridwire.testing._hazelcast.query.portable_layout import damaged
from gridwire.testing._hazelcast.query.portable_records import PortableRecord
from gridwire.testing._hazelcast.query.properties import property_of
from gridwire.testing._hazelcast.query.record_paths import RecordPath

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.hazelcast.serialization.service import SerializationService
    from gridwire.testing._hazelcast.query.entries import Entry
    from gridwire.testing._hazelcast.query.kinds import Multi

    Attribute = Callable[[Entry], Typed | Multi | None]

__all__ = ["KEY", "THIS", "attribute"]

KEY = "__key"
THIS = "this"

_INSIDE_KEY = f"{KEY}."
_SUFFIX = re.compile(r"\[[^\[\]]*\]\Z")


def attribute(
    path: str | None, serialization: SerializationService, as_given: str | None = None
) -> Attribute:
    """Compile a path.

    Args:
        path: names separated by dots, with indexes or ``[any]`` in brackets.
        serialization: reads objects of registered classes.
        as_given: the path with ``this.`` in front, if it was there: a field of a record may have
            that name.

    Returns:
        Gives an entry's attribute: its value, None for null, or several values for ``[any]``. It
        raises a `Refusal` if the attribute cannot be there, as a member says it; a path that cannot
        be at all is refused when the first entry is met, too.
    """
    if path in {KEY, THIS}:
        of_key = path == KEY
        return lambda entry: _whole(entry, of_key)
    if path is None:
        return _no_path
    of_key = path.startswith(_INSIDE_KEY)
    inside = path[len(_INSIDE_KEY) :] if of_key else path
    of_records = inside if of_key or as_given is None else as_given
    return _Inside(inside, of_key, serialization, of_records).find


def _whole(entry: Entry, of_key: bool) -> Typed | None:
    value = entry.typed_part(of_key)
    if value is not None and value[0] == TypeId.JSON:
        return whole(value[1])
    return value


def _no_path(_: Entry) -> None:
    raise null_value('Cannot invoke "Object.hashCode()" because "key" is null')


class _Inside:
    """A path into a key or value."""

    __slots__ = (
        "_json",
        "_objects",
        "_of_key",
        "_of_records",
        "_path",
        "_records",
        "_serialization",
    )

    def __init__(
        self, path: str, of_key: bool, serialization: SerializationService, of_records: str
    ) -> None:
        self._path = path
        self._of_records = of_records
        self._of_key = of_key
        self._serialization = serialization
        self._json: JsonPath | None = None
        self._objects: ObjectPath | None = None
        self._records: RecordPath | None = None

    def find(self, entry: Entry) -> Typed | Multi | None:
        value = entry.typed_part(self._of_key)
        if value is None:
            return None
        kind, plain = value
        if kind == TypeId.JSON:
            if self._json is None:
                _check_brackets(self._path)
                self._json = JsonPath(self._path)
            return self._json.find(plain)
        _check_brackets(self._path)
        if kind in {TypeId.PORTABLE, TypeId.COMPACT}:
            if self._records is None:
                self._records = RecordPath(self._of_records)
            if kind == TypeId.COMPACT:
                return self._records.find(CompactRecord.of(plain, self._serialization))
            return _found(self._records, plain, entry.order)
        if kind == TypeId.IDENTIFIED_DATA_SERIALIZABLE:
            if self._objects is None:
                self._objects = ObjectPath(self._path)
            instance = object_of(entry.part(self._of_key), self._serialization)
            return self._objects.find(instance)
        return self._property(value, entry.order)

    def _property(self, value: Typed, order: ByteOrder) -> Typed | None:
        for step in self._path.split("."):
            name = _SUFFIX.sub("", step)
            if not name:
                raise query_error(
                    "java.lang.StringIndexOutOfBoundsException: String index out of range: 0"
                )
            if name == THIS:
                continue
            found = property_of(value, name, order)
            if found is None:
                message = f"There is no suitable accessor for '{name}' on class '{_class(value)}'"
                raise query_error(f"java.lang.IllegalArgumentException: {message}")
            value = found
        return value


def _found(path: RecordPath, payload: bytes, order: ByteOrder) -> Typed | Multi | None:
    try:
        return path.find(PortableRecord.of(payload, order))
    except (StructError, IndexError):
        raise damaged() from None


def _class(value: Typed) -> str:
    return class_name(value[0])


def _check_brackets(path: str) -> None:
    """Members look for the arguments of extractors first, in the last pair of brackets."""
    start, end = path.rfind("["), path.rfind("]")
    if not (start < 0 and end < 0) and not 0 < start < end:
        raise illegal(f"Wrong argument input passed {path}")
