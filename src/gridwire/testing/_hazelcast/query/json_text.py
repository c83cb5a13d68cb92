# SPDX-License-Identifier: Apache-2.0
"""Values inside JSON texts, found by a path.

Of names that occur twice in an object, the first counts. Numbers with a point are doubles, others
are longs, and must fit. A text that is not JSON is read as far as it goes, since members take such
texts too: what is found before the fault counts, else there is nothing.
"""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any, Final

from gridwire.hazelcast.serialization.type_ids import TypeId
from gridwire.testing._hazelcast.query.errors import bad_json, query_error
from gridwire.testing._hazelcast.query.kinds import (
    NON_TERMINAL,
    WHOLE_JSON,
    Multi,
    Typed,
    WholeJson,
)
from gridwire.testing._hazelcast.query.limits import MAX_PATH_STEPS

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["JsonPath", "whole"]

_STEP = re.compile(r"[\[.]*([^\[.][^.\[\]]*)([.\[\]]|$)", re.DOTALL)
_BLANKS = re.compile(r'("(?:[^"\\]|\\.)*")|[ \t\r\n]+', re.DOTALL)
_BLANK = re.compile(r"[ \t\r\n]*")
_STRUCTURE: Final = (NON_TERMINAL, None)
_LONG_BITS = 63
_CLASSES: dict[type, str] = {
    dict: "Object",
    list: "Array",
    str: "String",
    int: "Number",
    float: "Number",
}
_INDEX = re.compile(r"[+-]?[0-9]{1,9}")
_ANY = "any"
_NESTED_ARRAYS = (
    "java.lang.UnsupportedOperationException: Nested arrays in JSON paths are not supported"
)


class _Exponent(str):
    """A number with an exponent and no point, as it is written."""

    __slots__ = ()


_CLASSES[_Exponent] = "Number"


_MISSING: Final = object()  # what is not there, other than a null


class _Broken(Exception):
    """A text is not JSON, or has a number that is too large."""


def _float(text: str) -> float | _Exponent:
    return float(text) if "." in text else _Exponent(text)


def _constant(name: str) -> None:
    raise _Broken(name)  # NaN and its kin are no JSON


def _first_wins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else dict(reversed(pairs))


_DECODER = json.JSONDecoder(
    object_pairs_hook=_first_wins, parse_float=_float, parse_constant=_constant, strict=False
)
_FAULTS = (_Broken, ValueError, RecursionError, StopIteration)


def whole(text: str) -> Typed:
    """A JSON text as one value.

    Raises:
        Refusal: it is not JSON.
    """
    try:
        value = _DECODER.decode(text)
    except _FAULTS as fault:
        at = fault.pos if isinstance(fault, json.JSONDecodeError) else 0
        line = text.count("\n", 0, at) + 1
        column = at - (text.rfind("\n", 0, at) + 1) + 1
        what = "Unexpected end of input" if at >= len(text) else "Expected value"
        raise bad_json(f"{what} at {line}:{column}") from None
    structure = isinstance(value, (dict, list))
    scalar = None if structure else _scalar(value)
    plain = _BLANKS.sub(lambda match: match[1] or "", text)
    return WHOLE_JSON, WholeJson(plain, _java_class(value), scalar, structure)


def _java_class(value: Any) -> str:
    name = _CLASSES.get(type(value), "Literal")
    return f"com.hazelcast.internal.json.Json{name}"


class JsonPath:
    """A path such as ``a.b[0]`` or ``kids[any].name``.

    Args:
        path: as text.

    Raises:
        Refusal: it is malformed.
    """

    __slots__ = ("_any_at", "_simple", "_steps")

    def __init__(self, path: str) -> None:
        self._steps = _steps(path)
        places = [at for at, (name, indexed) in enumerate(self._steps) if indexed and name == _ANY]
        self._any_at = places[0] if places else -1
        # Nearly all paths are one name.
        self._simple = (
            self._steps[0][0] if len(self._steps) == 1 and not self._steps[0][1] else None
        )

    def find(self, text: str) -> Typed | Multi | None:
        """What the path leads to.

        Args:
            text: of the JSON value.

        Returns:
            A value, all values of a path with ``[any]``, or None for nothing or a null.

        Raises:
            Refusal: the path does not fit, or leads to a number that does not fit.
        """
        try:
            value = _DECODER.decode(text)
        except _FAULTS:
            return self._find_in_broken(text)
        if self._simple is not None:
            found = value.get(self._simple) if type(value) is dict else None
            return None if found is None else _scalar(found)
        before = self._steps if self._any_at < 0 else self._steps[: self._any_at]
        for step in before:
            value = _child(value, step)
            if value is _MISSING:
                return None
        return _scalar(value) if self._any_at < 0 else self._each(value)

    def _each(self, value: Any) -> Multi | None:
        """What the rest of the path leads to in each element."""
        if not isinstance(value, list):
            return None
        rest = self._steps[self._any_at + 1 :]
        found = Multi()
        try:
            for element in value:
                if isinstance(element, (dict, list)):
                    found.extend(_inside(element, rest))
                elif not rest:
                    found.append(_lenient(element))
        except _Broken:
            return None
        return found

    def _find_in_broken(self, text: str) -> Typed | Multi | None:
        at = 0
        try:
            for step in self._steps if self._any_at < 0 else self._steps[: self._any_at]:
                found = _seek(text, at, step)
                if found is None:
                    return None
                at = found
        except _FAULTS:
            return None
        at = _skip(text, at)
        try:
            value, _ = _DECODER.raw_decode(text, at)
            return _lenient(value) if self._any_at < 0 else self._each(value)
        except _FAULTS:
            # An object that is cut off is there all the same.
            begun = text[at : at + 1] in {"{", "["} and at < len(text)
            return _STRUCTURE if begun and self._any_at < 0 else None


def _steps(path: str) -> list[tuple[str, bool]]:
    """Names and indexes: each with whether it stood in brackets."""
    steps: list[tuple[str, bool]] = []
    at = 0
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None or len(steps) >= MAX_PATH_STEPS:
            raise query_error(f"java.lang.IllegalArgumentException: Malformed query path {path}")
        steps.append((match[1], match[2] == "]"))
        at = match.end()
    return steps


def _child(value: Any, step: tuple[str, bool]) -> Any:
    """What a step leads to, or `_MISSING`."""
    name, indexed = step
    if not indexed:
        return value.get(name, _MISSING) if isinstance(value, dict) else _MISSING
    if _INDEX.fullmatch(name) is None:
        raise query_error(f'java.lang.NumberFormatException: For input string: "{name}"')
    index = int(name)
    if isinstance(value, (dict, list)) and index < 0:
        raise query_error(
            f"java.lang.IndexOutOfBoundsException: Index {index} out of bounds "
            f"for length {len(value)}"
        )
    return value[index] if isinstance(value, list) and index < len(value) else _MISSING


def _inside(element: Any, rest: Sequence[tuple[str, bool]]) -> list[Typed | None]:
    """What a path without indexes leads to in an object or array: one value or none."""
    if not rest:
        return []
    value = element
    if isinstance(element, list):
        if rest[0][1]:
            raise query_error(_NESTED_ARRAYS)
        return []
    for name, indexed in rest:
        if indexed:
            raise query_error(_NESTED_ARRAYS)
        if not isinstance(value, dict) or name not in value:
            return []
        value = value[name]
    return [_lenient(value)]


def _scalar(value: Any) -> Typed | None:
    """A value that was found, by the rules for numbers."""
    if isinstance(value, _Exponent) or (
        type(value) is int and value.bit_length() > _LONG_BITS and value != -(1 << _LONG_BITS)
    ):
        message = f'java.lang.NumberFormatException: For input string: "{value}"'
        raise query_error(message)
    return _value(value)


def _lenient(value: Any) -> Typed | None:
    """A value in an array or in a broken text, where other rules for numbers hold."""
    if isinstance(value, _Exponent):
        return TypeId.DOUBLE, float(value)
    if type(value) is int and value.bit_length() > _LONG_BITS:
        raise _Broken
    return _value(value)


def _value(value: Any) -> Typed | None:
    kind = _KINDS.get(type(value))
    if kind is not None:
        return kind, value
    return None if value is None else _STRUCTURE


_KINDS: dict[type, int] = {
    str: TypeId.STRING,
    int: TypeId.LONG,
    float: TypeId.DOUBLE,
    bool: TypeId.BOOLEAN,
}


def _skip(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    assert match is not None, "it matches nothing, too"
    return match.end()


def _seek(text: str, at: int, step: tuple[str, bool]) -> int | None:
    """Where the value of a step begins in a broken text; None if there is none."""
    name, indexed = step
    at = _skip(text, at)
    if text[at : at + 1] != ("[" if indexed else "{"):
        return None
    index = 0
    while True:
        at = _skip(text, at + 1)
        if indexed:
            if _INDEX.fullmatch(name) is None:
                raise query_error(f'java.lang.NumberFormatException: For input string: "{name}"')
            if index == int(name):
                return None if text[at : at + 1] == "]" else at
            index += 1
        else:
            if text[at : at + 1] != '"':
                return None
            found, at = scanstring(text, at + 1, False)
            at = _skip(text, at)
            if text[at : at + 1] != ":":
                return None
            if found == name:
                return at + 1
            at = _skip(text, at + 1)
        _, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if text[at : at + 1] != ",":
            return None
