# SPDX-License-Identifier: Apache-2.0
"""Attributes of records, which are values whose data says which fields they have.

Members ask them without the class. A name that a record does not have is null, so that records of
several versions can lie side by side. A path with dots leads into records in fields, ``[2]`` takes
an element of an array, nothing beyond its end, and ``[any]`` takes all. Where a path ends early
(something on it is null or empty) there is nothing to aggregate, and predicates see a null.
"""

from __future__ import annotations

import re
from typing import Protocol

from gridwire.testing._hazelcast.query.errors import query_error
from gridwire.testing._hazelcast.query.kinds import Multi, Typed
from gridwire.testing._hazelcast.query.limits import MAX_PATH_STEPS

__all__ = ["Record", "RecordPath"]

_ARGUMENT = "java.lang.IllegalArgumentException"
_INT = re.compile(r"[+-]?[0-9]{1,10}")
_INT32 = range(-(1 << 31), 1 << 31)


class Record(Protocol):
    """A value with named fields. All methods raise a `Refusal` for a field of another type."""

    def has(self, name: str) -> bool:
        """Whether there is such a field."""

    def value(self, name: str) -> Typed | None:
        """What a field has, an array as a whole; None if there is no such field."""

    def record(self, name: str) -> Record | None:
        """The record in a field."""

    def records(self, name: str) -> list[Record | None] | None:
        """The array of records in a field."""

    def elements(self, name: str) -> list[Typed | None] | None:
        """The array in a field, element by element; None if it is null, or not there."""

    def element(self, name: str, index: int) -> Typed | None:
        """An element of the array in a field."""


class RecordPath:
    """A path such as ``address.street`` or ``limbs[any].name``.

    Args:
        path: as text.
    """

    __slots__ = ("_path", "_steps")

    def __init__(self, path: str) -> None:
        self._path = path
        self._steps = path.split(".")

    def find(self, record: Record) -> Typed | Multi | None:
        """What the path leads to.

        Args:
            record: where it begins.

        Raises:
            Refusal: the path is malformed, or a field on it is of another type.
        """
        # A name may have dots itself.
        if (len(self._steps) == 1 and "]" not in self._path) or record.has(self._path):
            return record.value(self._path)
        if not self._steps[-1]:
            raise query_error(f"{_ARGUMENT}: Malformed path {self._path}")
        if len(self._steps) > MAX_PATH_STEPS:
            raise query_error(f"{_ARGUMENT}: More than {MAX_PATH_STEPS} steps in a path")
        found = Multi()
        records = [record]
        for step in self._steps[:-1]:
            records = self._inside(records, step, found)
        self._leaves(records, self._steps[-1], found)
        return found[0] if len(found) == 1 and not found.ends_early else found

    def _inside(self, records: list[Record], step: str, found: Multi) -> list[Record]:
        """The records in a field of records."""
        if not step:
            raise query_error(f"{_ARGUMENT}: The token's length cannot be zero: {self._path}")
        name, argument = _parts(step)
        index = _index(argument)
        inner: list[Record | None] = []
        for record in records:
            if not record.has(name):
                inner.append(None)
            elif argument is None:
                inner.append(record.record(name))
            else:
                each = record.records(name) or [None]
                if index is not None:
                    each = each[index : index + 1] if index >= 0 else []
                inner += each or [None]
        found.ends_early = found.ends_early or None in inner
        return [record for record in inner if record is not None]

    def _leaves(self, records: list[Record], step: str, found: Multi) -> None:
        """What is in a field of records."""
        name, argument = _parts(step)
        index = _index(argument)
        for record in records:
            if argument is None:
                found.append(record.value(name))
            elif index is not None:
                found.append(record.element(name, index))
            else:
                elements = record.elements(name)
                if elements:
                    found += elements
                else:
                    found.ends_early = True


def _parts(step: str) -> tuple[str, str | None]:
    """Name and argument: what is in the last brackets."""
    if "]" not in step:
        return step, None
    name, _, argument = step.rpartition("[")
    return name, argument.partition("]")[0]


def _index(argument: str | None) -> int | None:
    """The number in brackets; None if there is ``any``, or nothing."""
    if argument is None or argument == "any":
        return None
    if _INT.fullmatch(argument) and int(argument) in _INT32:
        return int(argument)
    raise query_error(f'java.lang.NumberFormatException: For input string: "{argument}"')
