# SPDX-License-Identifier: Apache-2.0
"""Pages with every public name of a peer beside ours: their tables, and what in them is a lie."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import GenericAlias
from typing import Any

__all__ = ["Pair", "Row", "Table", "cells", "lies", "public", "tables"]

SAME, BETTER, DIFFERENT, NOT_YET, OURS, NEITHER = SPEECH = (
    "same",
    "better",
    "different",
    "not yet",
    "ours",
    "none",
)
NEEDS_A_REASON = {BETTER, DIFFERENT, OURS}
OF_THE_OFFICIAL = {SAME, BETTER, DIFFERENT, NOT_YET}
HERE = {SAME, BETTER, OURS}

# What ours take besides; the page says so of all methods at once.
TIME_LIMITS = {"timeout", "call_timeout"}


@dataclass(frozen=True)
class Row:
    """A line of a table: a name, how it is called, a word for each column, and a reason."""

    name: str
    call: str
    words: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Table:
    """A table of the page: which columns it has, and its rows."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


Pair = tuple[Any, Any]
"""An object of the peer, and the one of ours."""


# -- reading the page -----------------------------------------------------------------------------


def tables(page: str) -> dict[str, Table]:
    """The tables of names, by the heading above them."""
    found = {}
    for section in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        lines = [line for line in section.splitlines() if line.startswith("|")]
        if lines and lines[0].startswith("| name "):
            head, _, *rest = [cells(line) for line in lines]
            rows = tuple(_row(*row) for row in rest)
            found[section.partition("\n")[0]] = Table(tuple(head[1:-1]), rows)
    return found


def _row(name: str, *rest: str) -> Row:
    name, bracket, call = name.strip("`").partition("(")
    return Row(name, bracket + call, rest[:-1], rest[-1])


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


# -- comparing ------------------------------------------------------------------------------------


def public(thing: object) -> set[str]:
    return {name for name in dir(thing) if not name.startswith("_")}


def lies(table: Table, pairs: Mapping[str, Pair]) -> Iterator[str]:
    """What a table says that is not so.

    Args:
        table: of the page.
        pairs: for each of its columns the objects that it is about.
    """
    names = [row.name for row in table.rows]
    if names != sorted(set(names)):
        yield "names are not in order, or twice"
    for row in table.rows:
        if not NEEDS_A_REASON.isdisjoint(row.words) and not row.reason:
            yield f"{row.name}: no reason is given"
        if set(row.words) <= {NEITHER}:
            yield f"{row.name}: neither has it"
    for index, column in enumerate(table.columns):
        words = {row.name: row.words[index] for row in table.rows}
        theirs, mine = pairs[column]
        listed = {name for name, word in words.items() if word in OF_THE_OFFICIAL}
        yield from (f"{column}, {name}: not in the table" for name in public(theirs) - listed)
        yield from (
            f"{column}, {name}: {error}"
            for name, word in words.items()
            for error in lies_about(name, word, theirs, mine)
        )
        yield from (
            f"{column}, {row.name}: {error}" for row in table.rows for error in calls(row, theirs)
        )
        unlisted = public(mine) - public(theirs) - set(words)
        yield from (f"{column}, {name}: ours, but not in the table" for name in unlisted)


def calls(row: Row, theirs: object) -> Iterator[str]:
    """What is not so of how the page calls a method of the peer, where it says so."""
    if row.call and hasattr(theirs, row.name):
        wanted = call_of(getattr(theirs, row.name))
        if row.call != wanted:
            yield f"called with {row.call}, the official one with {wanted}"


def call_of(method: Any) -> str:
    """The arguments of a method with their defaults, without types."""
    each = (str(one.replace(annotation=one.empty)) for one in arguments_of(method))
    return f"({', '.join(each)})"


def arguments_of(method: Any) -> list[inspect.Parameter]:
    """The arguments that a caller gives; classes are compared by their functions too."""
    return [one for one in inspect.signature(method).parameters.values() if one.name != "self"]


def lies_about(name: str, word: str, theirs: object, mine: object) -> Iterator[str]:
    if word not in SPEECH:
        yield f"{word!r} is no word of the page"
    if (word in OF_THE_OFFICIAL) != hasattr(theirs, name):
        yield f"{word}, but the official one {'has' if hasattr(theirs, name) else 'lacks'} it"
    if word != DIFFERENT and (word in HERE) != hasattr(mine, name):
        yield f"{word}, but ours {'has' if hasattr(mine, name) else 'lacks'} it"
    if word in {SAME, BETTER} and hasattr(theirs, name) and hasattr(mine, name):
        their_kind, my_kind = kind(getattr(theirs, name)), kind(getattr(mine, name))
        if their_kind != my_kind:
            yield f"{word}, but the official one is {their_kind}, ours {my_kind}"
        elif their_kind != "a value":
            yield from differences(name, word, getattr(theirs, name), getattr(mine, name))


def kind(attribute: object) -> str:
    if not callable(attribute) or isinstance(attribute, GenericAlias):
        return "a value"
    return "a coroutine" if inspect.iscoroutinefunction(attribute) else "a method"


def differences(name: str, word: str, theirs: Any, mine: Any) -> Iterator[str]:
    """What of the official method's arguments ours does not take the same way."""
    if isinstance(theirs, type) and issubclass(theirs, BaseException | dict):
        return
    their_arguments, my_arguments = arguments_of(theirs), arguments_of(mine)
    if any(one.kind is one.VAR_KEYWORD for one in their_arguments):
        return
    for their, my in zip(their_arguments, my_arguments, strict=False):
        if (their.name, their.kind) != (my.name, my.kind):
            yield f"takes {my}, the official one {their}"
        elif not same_default(their.default, my.default):
            yield f"{my.name} is {my.default!r} by default, {their.default!r} in the official one"
    yield from (f"does not take {one}" for one in their_arguments[len(my_arguments) :])
    for one in my_arguments[len(their_arguments) :]:
        if one.default is one.empty:
            yield f"wants {one}"
        elif word == SAME and not (one.kind is one.KEYWORD_ONLY and one.name in TIME_LIMITS):
            yield f"is more than the same: takes {one}"


def same_default(theirs: object, mine: object) -> bool:
    """Constants of the official one are numbers, of which ours has made enums."""
    return theirs == mine or getattr(mine, "value", mine) == theirs
