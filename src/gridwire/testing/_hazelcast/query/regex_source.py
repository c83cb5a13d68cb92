# SPDX-License-Identifier: Apache-2.0
"""The text of a regular expression of Java while it is read, and the characters that it names."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from gridwire.testing._hazelcast.query.code_points import CodePoints, named
from gridwire.testing._hazelcast.query.errors import bad_pattern
from gridwire.testing._hazelcast.query.limits import MAX_NESTED_PREDICATES

if TYPE_CHECKING:
    from gridwire.testing._hazelcast.refusals import Refusal

__all__ = ["CLASSES", "RegexSource"]

_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "a": "\a", "e": "\x1b"}
_HORIZONTAL = CodePoints(
    (first, last or first)
    for first, last in (
        *((9, 0), (32, 0), (0xA0, 0), (0x1680, 0), (0x180E, 0), (0x2000, 0x200A)),
        *((0x202F, 0), (0x205F, 0), (0x3000, 0)),
    )
)
CLASSES = {
    "d": CodePoints([(48, 57)]),
    "w": CodePoints([(48, 57), (65, 90), (95, 95), (97, 122)]),
    "s": CodePoints([(9, 13), (32, 32)]),
    "h": _HORIZONTAL,
    "v": CodePoints([(10, 13), (0x85, 0x85), (0x2028, 0x2029)]),
}
"""What a letter after a backslash stands for; a capital letter stands for all others."""


class RegexSource:
    """A text and a place in it.

    Args:
        text: the expression.

    Attributes:
        at: where the next character stands.
    """

    __slots__ = ("at", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def wrong(self, message: str, at: int | None = None) -> Refusal:
        """The error that something is not as Java wants it."""
        return bad_pattern(message, self.at if at is None else at, self.text)

    def peek(self, count: int = 1) -> str:
        """The next characters, fewer at the end."""
        return self.text[self.at : self.at + count]

    def take(self) -> str:
        """The next character, or nothing at the end."""
        char = self.text[self.at : self.at + 1]
        self.at += 1
        return char

    def skip(self, expected: str) -> bool:
        """Whether these characters come next; they are taken then."""
        if not self.text.startswith(expected, self.at):
            return False
        self.at += len(expected)
        return True

    def until(self, end: str) -> str:
        """What stands before some characters, which are taken too; the rest without them."""
        found = self.text.find(end, self.at)
        part = self.text[self.at :] if found < 0 else self.text[self.at : found]
        self.at += len(part) + (0 if found < 0 else len(end))
        return part

    def escaped_set(self, letter: str) -> CodePoints | None:
        """The characters of an escape that stands for several, as those of digits do."""
        found = CLASSES.get(letter.lower())
        if found is not None:
            return ~found if letter.isupper() else found
        if letter not in {"p", "P"}:
            return None
        name = self.until("}") if self.skip("{") else self.take()
        found = named(name)
        if found is None:
            raise self.wrong(f"Unknown character property name {{{name}}}", self.at - 1)
        return ~found if letter == "P" else found

    def escaped_char(self, letter: str) -> str:
        """The character of an escape that stands for one."""
        if letter in _CONTROLS:
            return _CONTROLS[letter]
        if letter == "x":
            digits = self.until("}") if self.skip("{") else self.take() + self.take()
            return self._code(digits, 16, "Illegal hexadecimal escape sequence")
        if letter == "u":
            digits = "".join(self.take() for _ in range(4))
            return self._code(digits, 16, "Illegal Unicode escape sequence")
        if letter == "0":
            digits = ""
            while len(digits) < 3 and self.peek() and self.peek() in "01234567":
                digits += self.take()
            return self._code(digits, 8, "Illegal octal escape sequence")
        if letter == "c":
            if not self.peek():
                raise self.wrong("Illegal control escape sequence", len(self.text) - 1)
            return chr(ord(self.take()) ^ 64)
        if letter == "N" and self.skip("{"):
            try:
                return unicodedata.lookup(self.until("}"))
            except KeyError:
                raise self.wrong("Unknown character name") from None
        if letter.isalpha() and letter.isascii():
            raise self.wrong("Illegal/unsupported escape sequence", self.at - 1)
        return letter

    def character_class(self, depth: int = 1) -> CodePoints:
        """The characters of a class in brackets, the first of which was taken."""
        if depth > MAX_NESTED_PREDICATES:
            raise self.wrong("Character class nested too deeply")
        negated = self.skip("^")
        # The sides of ``&&``, of which those that are empty in the text do not count.
        sides = [CodePoints([])]
        first = True
        while first or self.peek() != "]":
            if not self.peek():
                raise self.wrong("Unclosed character class", len(self.text) - 1)
            if self.skip("&&"):
                sides.append(CodePoints([]))
            else:
                sides[-1] |= self._part(depth)
            first = False
        self.at += 1
        found = CodePoints([])
        for side in sides:
            if side.ranges:
                found = found & side if found.ranges else side
        return ~found if negated else found

    def _part(self, depth: int) -> CodePoints:
        char = self.take()
        if char == "[":
            return self.character_class(depth + 1)
        if char == "\\":
            letter = self.take()
            if letter == "Q":
                return CodePoints((ord(one), ord(one)) for one in self.until("\\E"))
            if not letter:
                raise self.wrong("Unclosed character class", len(self.text))
            several = self.escaped_set(letter)
            if several is not None:
                return several
            char = self.escaped_char(letter)
        last = char
        if self.peek() == "-" and self.peek(2)[1:] not in {"", "]", "["}:
            self.at += 1
            last = self.take()
            if last == "\\":
                if not self.peek():
                    raise self.wrong("Illegal character range", len(self.text))
                last = self.escaped_char(self.take())
        if ord(last) < ord(char):
            raise self.wrong("Illegal character range", self.at - 1)
        return CodePoints([(ord(char), ord(last))])

    def _code(self, digits: str, base: int, message: str) -> str:
        try:
            code = int(digits, base)
            return chr(code)
        except (ValueError, OverflowError):
            raise self.wrong(message) from None
