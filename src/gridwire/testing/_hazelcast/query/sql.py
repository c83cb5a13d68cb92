# SPDX-License-Identifier: Apache-2.0
"""The text of an SQL predicate, such as ``active AND (age > 20 OR name LIKE 'A%')``.

Hazelcast's own small language: literals in apostrophes are cut out first and named ``$1``, ``$2``;
the rest is split at blanks, parentheses and the signs ``= < > !``; operators are put behind their
operands by precedence, and then each takes what stands before it. Its ways are kept where they
show: between a word and an operator there must be a blank and not a line break; ``in`` and
``between`` are written in small or in capital letters; an attribute alone means that it is true.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from gridwire.hazelcast.serialization.type_ids import TypeId
from gridwire.testing._hazelcast.query import predicates as nodes
from gridwire.testing._hazelcast.query.errors import class_cast, illegal
from gridwire.testing._hazelcast.query.java_text import trim
from gridwire.testing._hazelcast.query.limits import (
    MAX_NESTED_PREDICATES,
    MAX_SQL_CHARS,
    MAX_SQL_OPERATORS,
)
from gridwire.testing._hazelcast.query.predicates import Predicate

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridwire.testing._hazelcast.query.kinds import Typed

__all__ = ["parse_sql"]

_OPEN: Final = "("
_CLOSE: Final = ")"
_THIS = "this."
_PRECEDENCE = {
    **dict.fromkeys((_OPEN, _CLOSE), 15),
    **dict.fromkeys(("=", ">", "<", ">=", "<=", "==", "!=", "<>"), 10),
    **dict.fromkeys(("between", "in", "like", "ilike", "regex"), 10),
    "not": 8,
    "and": 5,
    "or": 3,
}
_SIGNS = frozenset("()=<>!")
_IN = re.compile(r" (?:in|IN)(?= |\()")
_STRING = "java.lang.String"
_PACKAGE = "com.hazelcast.query.impl.predicates."


def parse_sql(text: str) -> Predicate:
    """Read the text of a predicate.

    Args:
        text: the condition.

    Returns:
        The predicate that it means.

    Raises:
        Refusal: it means none.
    """
    if len(text) > MAX_SQL_CHARS:
        raise illegal(f"SQL text of {len(text)} characters; the limit is {MAX_SQL_CHARS}")
    plain, phrases = _cut_literals(text)
    tokens = _with_ranges(_split(_joined_lists(plain)))
    operators = sum(token.lower() in _PRECEDENCE for token in tokens)
    if operators > MAX_SQL_OPERATORS:
        raise illegal(f"SQL text with {operators} operators; the limit is {MAX_SQL_OPERATORS}")
    tokens = _behind_operands(tokens)
    if not tokens:
        raise illegal(f"Invalid SQL: [{plain}]")
    return _Evaluation(text, plain, phrases).run(tokens)


def _cut_literals(text: str) -> tuple[str, dict[str, str]]:
    """Put names in the place of literals."""
    phrases: dict[str, str] = {}
    parts: list[str] = []
    at = 0
    while (start := text.find("'", at)) >= 0:
        end = _end_of_literal(text, start + 1)
        phrase = text[start + 1 : end]
        name = f"${len(phrases) + 1}"
        phrases[name] = phrase.replace("''", "'") if len(phrase) > 2 else phrase
        parts += (text[at:start], name)
        at = end + 1
    return "".join((*parts, text[at:])), phrases


def _end_of_literal(text: str, at: int) -> int:
    """The next apostrophe that is not one of two in a row."""
    end = text.find("'", at)
    while end >= 0 and text[end + 1 : end + 2] == "'":
        end = text.find("'", end + 2)
    if end < 0:
        raise illegal("Missing ' in sql")
    return end


def _joined_lists(text: str) -> str:
    """Take the blanks out of the lists of `in`, so that each is one token."""
    parts: list[str] = []
    at = 0
    while (match := _IN.search(text, at)) is not None:
        start = text.find(_OPEN, match.start())
        # Without an opening parenthesis, members look for the closing one from the beginning.
        end = text.find(_CLOSE, max(start, at))
        if start < 0 or end < 0:
            length = len(text) - at
            begin = start - at if start >= 0 else -1
            raise illegal(f"begin {begin}, end {max(end - at, -1) + 1}, length {length}")
        parts += (text[at : match.end()], " ", text[match.end() : start])
        parts.append(text[start : end + 1].replace(" ", ""))
        at = end + 1
    return "".join((*parts, text[at:]))


def _split(text: str) -> list[str]:
    spaced: list[str] = []
    at, last = 0, len(text) - 1
    while at <= last:
        char = text[at]
        if char in _SIGNS:
            # Two signs in a row are one operator, but not at the very end.
            if at < last - 1 and text[at + 1] in _SIGNS and text[at + 1] not in "()":
                char += text[at + 1]
            spaced.append(f" {char} ")
        else:
            spaced.append(char)
        at += len(char)
    return [token for token in map(trim, "".join(spaced).split(" ")) if token]


def _with_ranges(tokens: list[str]) -> list[str]:
    """Drop the word between the two ends of a range."""
    if "between" not in tokens and "BETWEEN" not in tokens:
        return tokens
    found: list[str] = []
    at = 0
    while at < len(tokens):
        if tokens[at].lower() != "between":
            found.append(tokens[at])
            at += 1
            continue
        if at + 2 >= len(tokens):
            length = len(found) + len(tokens) - at
            raise illegal(f"Index {len(found) + 2} out of bounds for length {length}")
        found += ("between", tokens[at + 1])
        at += 3
    return found


def _behind_operands(tokens: list[str]) -> list[str]:
    """Put operators behind their operands, those of higher precedence first."""
    output: list[str] = []
    waiting: list[str] = []
    for token in tokens:
        rank = _PRECEDENCE.get(token.lower())
        if rank is None:
            output.append(token)
        elif token == _CLOSE:
            while waiting and waiting[-1] != _OPEN:
                output.append(waiting.pop())
            if waiting:
                waiting.pop()
        else:
            while waiting and waiting[-1] != _OPEN and rank <= _PRECEDENCE[waiting[-1].lower()]:
                output.append(waiting.pop())
            waiting.append(token)
    return output + waiting[::-1]


class _Evaluation:
    """Operands and predicates on a stack."""

    def __init__(self, text: str, plain: str, phrases: dict[str, str]) -> None:
        self._text = text
        self._plain = plain
        self._phrases = phrases
        self._stack: list[str | Predicate] = []
        # How deeply each of the stack is nested, and the deepest of those taken last.
        self._depths: list[int] = []
        self._taken = 0

    def run(self, tokens: list[str]) -> Predicate:
        if len(tokens) == 1:
            return self._truth(tokens[0])
        for token in tokens:
            word = token.lower()
            if word not in _PRECEDENCE:
                self._push(token, 0)
            elif word in _OPERATIONS:
                self._push(_OPERATIONS[word](self), self._taken + 1)
            elif word in _COMPARISONS:
                self._push(self._comparison(_COMPARISONS[word]), 1)
            else:
                raise illegal(f"Unknown token {token}")
        if len(self._stack) != 1 or isinstance(self._stack[0], str):
            raise illegal(f"Invalid SQL: [{self._plain}]")
        return self._stack[0]

    def _push(self, operand: str | Predicate, depth: int) -> None:
        if depth > MAX_NESTED_PREDICATES:
            raise illegal(f"SQL text with more than {MAX_NESTED_PREDICATES} nested predicates")
        self._stack.append(operand)
        self._depths.append(depth)

    def _take(self, count: int) -> list[str | Predicate]:
        if len(self._stack) < count:
            raise illegal(f"Invalid SQL: [{self._text}]")
        taken = self._stack[-count:]
        self._taken = max(self._depths[-count:])
        del self._stack[-count:], self._depths[-count:]
        return taken

    def _value(self, operand: str | Predicate) -> str | Predicate | None:
        """A literal instead of its name; None for a null."""
        if isinstance(operand, Predicate):
            return operand
        phrase = self._phrases.get(operand)
        if phrase is not None:
            return phrase
        return None if operand.lower() == "null" else operand

    def _string(self, operand: str | Predicate) -> str | None:
        value = self._value(operand)
        if isinstance(value, Predicate):
            raise class_cast(_PACKAGE + value.java_name, _STRING)
        return value

    def _truth(self, operand: str | Predicate | None) -> Predicate:
        """A predicate, or that an attribute is true."""
        if operand is None:
            return nodes.Missing()
        if isinstance(operand, Predicate):
            return operand
        return nodes.Equal(_in_value(operand), (TypeId.STRING, "true"))

    def _comparison(self, make: Callable[[str, Typed | None], Predicate]) -> Predicate:
        first, second = self._take(2)
        name = self._string(first)
        value = self._value(second)
        if isinstance(value, Predicate):
            raise class_cast(_PACKAGE + value.java_name, "java.lang.Comparable")
        if name is None:
            raise illegal('Cannot invoke "String.startsWith(String)" because "first" is null')
        return make(_without_hint(name), _text(value))

    def both(self, kind: type[nodes.And | nodes.Or]) -> Predicate:
        found: list[Predicate] = []
        for one in [self._truth(self._value(one)) for one in self._take(2)]:
            # A chain of the same operator is one predicate, and no deeper than before.
            found += one.predicates if isinstance(one, kind) else (one,)
        if len(found) > 2:
            self._taken = max(1, self._taken - 1)
        return kind(tuple(found))

    def negation(self) -> Predicate:
        (operand,) = self._take(1)
        return nodes.Not(self._truth(self._value(operand)))

    def pattern(self, make: Callable[[str | None, str | None], Predicate]) -> Predicate:
        first, second = self._take(2)
        name = self._string(first)
        return make(name if name is None else _in_value(name), self._string(second))

    def within(self) -> Predicate:
        first, second = self._take(2)
        name = self._string(first)
        if isinstance(second, Predicate):
            raise class_cast(_PACKAGE + second.java_name, _STRING)
        if name is None:
            raise illegal('Cannot invoke "String.startsWith(String)" because "first" is null')
        listed = second.split(",")
        while len(listed) > 1 and not listed[-1]:
            listed.pop()
        values = (self._phrases.get(one, one) for one in listed)
        return nodes.In(_without_hint(name), tuple((TypeId.STRING, one) for one in values))

    def between(self) -> Predicate:
        first, least, most = self._take(3)
        low, high = self._string(least), self._string(most)
        if isinstance(first, Predicate):
            raise class_cast(_PACKAGE + first.java_name, _STRING)
        return nodes.Between(_in_value(first), _text(low), _text(high))


def _without_hint(name: str) -> str:
    """The name without the sign that no index is to be used."""
    return _in_value(name.removeprefix("%"))


def _in_value(name: str) -> str:
    """The name without ``this.`` in front, as members make predicates of a text.

    Those that clients make have names as they are; it matters for records.
    """
    inside = name.removeprefix(_THIS)
    return name if inside.startswith(_THIS) else inside


def _text(value: str | None) -> Typed | None:
    return None if value is None else (TypeId.STRING, value)


def _ordered(or_equal: bool, less: bool) -> Callable[[str, Typed | None], Predicate]:
    return lambda name, value: nodes.GreaterLess(name, value, or_equal, less)


_COMPARISONS: dict[str, Callable[[str, Typed | None], Predicate]] = {
    "=": nodes.Equal,
    "==": nodes.Equal,
    "!=": nodes.NotEqual,
    "<>": nodes.NotEqual,
    ">": _ordered(or_equal=False, less=False),
    ">=": _ordered(or_equal=True, less=False),
    "<": _ordered(or_equal=False, less=True),
    "<=": _ordered(or_equal=True, less=True),
}
_OPERATIONS: dict[str, Callable[[_Evaluation], Predicate]] = {
    "and": lambda evaluation: evaluation.both(nodes.And),
    "or": lambda evaluation: evaluation.both(nodes.Or),
    "not": _Evaluation.negation,
    "like": lambda evaluation: evaluation.pattern(nodes.Like),
    "ilike": lambda evaluation: evaluation.pattern(lambda name, text: nodes.Like(name, text, True)),
    "regex": lambda evaluation: evaluation.pattern(nodes.Regex),
    "in": _Evaluation.within,
    "between": _Evaluation.between,
}
