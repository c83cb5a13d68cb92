# SPDX-License-Identifier: Apache-2.0
"""Items of arrays that a program gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

__all__ = ["has_none", "listed"]


def listed(value: Any) -> list[Any]:
    """The items of an iterable as a list; a list is given back as it is.

    Raises:
        TypeError: its items have no order; or it is a text or bytes, whose characters or numbers
            nobody means by a list.
    """
    if type(value) is list:
        items: list[Any] = value
        return items
    if isinstance(value, str | bytes | bytearray | Mapping | AbstractSet):
        raise TypeError
    return list(value)


def has_none(items: Iterable[Any]) -> bool:
    """Whether one of the items is None; `in` would ask the items whether they are equal to it."""
    return any(item is None for item in items)
