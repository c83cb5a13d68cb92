# SPDX-License-Identifier: Apache-2.0
"""Names of 3.x where options of today are expected, and what to write instead, by the table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gridwire.hazelcast._options.config3.base import Group3x
from gridwire.hazelcast._options.config3.client import ClientConfig
from gridwire.hazelcast._options.config3.constants import ClientProperties
from gridwire.hazelcast._options.config3.row import Row
from gridwire.hazelcast._options.config3.table import ROWS
from gridwire.hazelcast._options.option import UnknownOptionError

__all__ = ["refuse_name_of_3x"]

_PAGE = "docs/reference/hazelcast-3-options.md"


def refuse_name_of_3x(name: str) -> None:
    """Say what to write today for a name of 3.x that no option of today has.

    Args:
        name: that is no option of today.

    Raises:
        UnknownOptionError: it is a name of 3.x.
    """
    found = [row for cls in _classes(ClientConfig) for row in _rows(cls) if _name(row) == name]
    if found:
        places = " and ".join(row.place for row in found)
        raise UnknownOptionError(
            f"There is no option {name!r} today; it is {places} of the 3.x configuration",
            hint=f"{' '.join(_advice(row) for row in found)} Or set it in a ClientConfig, which a "
            f"client takes as well. {_PAGE} says what each option of 3.x means today, and in which "
            "unit.",
        )


def _advice(row: Row) -> str:
    parts = dict(_parts(row))
    if not parts:
        written = f"write {_listed(row.today)} today. " if row.today else ""
        return f"{row.place}: {written}{row.meaning}"
    kept = [path for path, today in parts.items() if today == (path,)]
    ended = [path for path, today in parts.items() if not today]
    said = [
        f"{path} is {_listed(today)}"
        for path, today in parts.items()
        if path not in kept and path not in ended
    ]
    if kept:
        said.append(f"{_listed(kept)} {'keeps its name' if len(kept) == 1 else 'keep their names'}")
    if ended:
        said.append(f"{_listed(ended)} {'has' if len(ended) == 1 else 'have'} no meaning")
    return f"{row.place} had options that stand alone today: {'; '.join(said)}."


def _listed(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _parts(row: Row) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Options of today, by the names inside the group that a row stands for, if it is one."""
    group = _group_of(row)
    for inner in () if group is None else _rows(group):
        if _group_of(inner) is None:
            yield _name(inner), inner.today
        else:
            yield from ((f"{inner.name}.{path}", today) for path, today in _parts(inner))


def _group_of(row: Row) -> type | None:
    """The class whose options an option of 3.x holds."""
    if row.place == "ClientConfig.properties":
        return ClientProperties
    options = getattr(row.group, "options", {})
    default = options[row.name].default if row.name in options else None
    return type(default) if isinstance(default, Group3x) else None


def _classes(root: type) -> Iterator[type]:
    """A class of the table and those that its options hold."""
    yield root
    for row in _rows(root):
        inner = _group_of(row)
        if inner is not None:
            yield from _classes(inner)


def _rows(cls: type) -> Iterator[Row]:
    """What there is to set in a class, without methods."""
    for row in ROWS:
        is_property = row.group is ClientProperties
        if row.group is cls and (is_property or not callable(getattr(cls, row.name))):
            yield row


def _name(row: Row) -> str:
    """As a program writes it: those of properties have names of their own."""
    return getattr(row.group, row.name).name if row.group is ClientProperties else row.name
