# SPDX-License-Identifier: Apache-2.0
"""Java's regular expressions written in Python's.

Most is the same in both. Different are classes of characters (Java has unions, intersections and
properties), flags in the middle of an expression, quotes, some escapes, and the characters that
end a line.
"""

from __future__ import annotations

import re
from typing import Final

from gridwire.testing._hazelcast.query.regex_source import RegexSource

__all__ = ["translated"]

_FLAGS: Final = {"i": "i", "m": "m", "s": "s", "x": "x", "u": "u", "U": "u", "d": ""}
_WITHIN_LINE = "[^\\n\\r\\x85\\u2028\\u2029]"
_ANYTHING = "[\\s\\S]"
_LINE_END = "(?=(?:\\r\\n|[\\n\\r\\x85\\u2028\\u2029])?\\Z)"
_ANY_LINE_END = "(?=[\\n\\r\\x85\\u2028\\u2029]|\\Z)"
_ESCAPES = {
    "A": "\\A",
    "z": "\\Z",
    "Z": _LINE_END,
    "b": "\\b",
    "B": "\\B",
    "G": "\\A",
    "R": "(?:\\r\\n|[\\n-\\r\\x85\\u2028\\u2029])",
    # A character with the marks that belong to it.
    "X": "(?:[\\s\\S][\\u0300-\\u036f\\u200d\\ufe00-\\ufe0f]*)",
}
_COUNT = re.compile(r"\{\d+(?:,\d*)?\}")
_NAME = re.compile(r"<([a-zA-Z][a-zA-Z0-9]*)>")
_INLINE = re.compile(r"([a-zA-Z]*)(?:-([a-zA-Z]*))?([:)])")
_AROUND = ("<=", "<!", "=", "!", ":", ">")


def translated(text: str) -> str:
    """Write an expression of Java in Python's way.

    Args:
        text: the expression of Java.

    Returns:
        The expression of Python, for a match of whole texts with the flag for ASCII.

    Raises:
        Refusal: it is none, or has what Python cannot express.
    """
    return _Translator(text).run()


class _Group:
    """A group that is open.

    Attributes:
        outer: the flags around it.
        flags: those in it, by which ends of lines are chosen.
        scopes: what was opened in it by flags that hold until its end.
    """

    __slots__ = ("flags", "outer", "scopes")

    def __init__(self, flags: frozenset[str]) -> None:
        self.outer = self.flags = flags
        self.scopes: list[str] = []


class _Translator:
    def __init__(self, text: str) -> None:
        self._source = RegexSource(text)
        self._out: list[str] = []
        self._groups = [_Group(frozenset())]
        self._names: set[str] = set()
        self._count = 0
        # Whether there is something that a repetition could repeat.
        self._repeatable = False

    def run(self) -> str:
        source = self._source
        while char := source.take():
            if char in "*+?{":
                self._repetition(char)
            elif char == "(":
                self._open()
            elif char == ")":
                self._close()
            elif char == "|":
                scopes = self._groups[-1].scopes
                # Flags hold on the other side, too.
                self._put(")" * len(scopes) + "|" + "".join(scopes), repeatable=False)
            elif not self._ignored(char):
                self._put(self._single(char))
        if len(self._groups) > 1:
            raise source.wrong("Unclosed group", len(source.text))
        self._put(")" * len(self._groups[0].scopes))
        return "".join(self._out)

    def _put(self, part: str, *, repeatable: bool = True) -> None:
        self._out.append(part)
        self._repeatable = repeatable

    def _ignored(self, char: str) -> bool:
        """Blanks and comments, where a flag says so."""
        if "x" not in self._groups[-1].flags:
            return False
        if char == "#":
            self._source.until("\n")
        return char == "#" or char.isspace()

    def _single(self, char: str) -> str:
        flags = self._groups[-1].flags
        if char == "\\":
            return self._escape()
        if char == "[":
            return self._source.character_class().pattern()
        if char == ".":
            return _ANYTHING if "s" in flags else _WITHIN_LINE
        if char == "$":
            return _ANY_LINE_END if "m" in flags else _LINE_END
        return char if char == "^" else re.escape(char)

    def _escape(self) -> str:
        source = self._source
        letter = source.take()
        if not letter:
            raise source.wrong("Unexpected internal error", source.at - 1)
        if letter == "Q":
            return "".join(f"(?:{re.escape(char)})" for char in source.until("\\E"))
        if letter in _ESCAPES:
            return _ESCAPES[letter]
        if letter == "k":
            return self._named_reference()
        if letter in "123456789":
            # A group that there is not never matches.
            return f"(?:\\{letter})" if int(letter) <= self._count else "(?!)"
        several = source.escaped_set(letter)
        if several is not None:
            plain = letter in "dDwWsS"
            # Python's own classes follow the flag for Unicode.
            return f"\\{letter}" if plain else several.pattern()
        return re.escape(source.escaped_char(letter))

    def _named_reference(self) -> str:
        source = self._source
        match = _NAME.match(source.text, source.at)
        if match is None:
            raise source.wrong("\\k is not followed by '<' for named capturing group")
        source.at = match.end()
        if match[1] not in self._names:
            message = f"named capturing group <{match[1]}> does not exist"
            raise source.wrong(message, source.at - 1)
        return f"(?P={match[1]})"

    def _repetition(self, char: str) -> None:
        source = self._source
        if char == "{":
            match = _COUNT.match(source.text, source.at - 1)
            if match is None or not self._repeatable:
                raise source.wrong("Illegal repetition", source.at - (0 if self._repeatable else 1))
            source.at = match.end()
            char = match[0]
        elif not self._repeatable:
            raise source.wrong(f"Dangling meta character '{char}'", source.at - 1)
        if source.peek() in {"?", "+"}:
            char += source.take()
        self._put(char, repeatable=False)

    def _open(self) -> None:
        source = self._source
        group = _Group(self._groups[-1].flags)
        if not source.skip("?"):
            self._count += 1
            self._begin(group, "(")
            return
        name = _NAME.match(source.text, source.at)
        if name is not None:
            self._count += 1
            self._names.add(name[1])
            source.at = name.end()
            self._begin(group, f"(?P<{name[1]}>")
            return
        for sign in _AROUND:
            if source.skip(sign):
                self._begin(group, f"(?{sign}")
                return
        self._flags(group)

    def _begin(self, group: _Group, opening: str) -> None:
        self._groups.append(group)
        self._put(opening, repeatable=False)

    def _flags(self, group: _Group) -> None:
        """Flags for the rest of this group, or for a group of their own."""
        source = self._source
        match = _INLINE.match(source.text, source.at)
        if match is None or not {*match[1], *(match[2] or "")} <= _FLAGS.keys():
            raise source.wrong("Unknown inline modifier")
        source.at = match.end()
        on = {_FLAGS[flag] for flag in match[1]} - {""}
        off = {_FLAGS[flag] for flag in match[2] or ""} - {""}
        flags = frozenset((group.flags | on) - off)
        # Ends of lines, blanks and dots are translated by what the flags say, not by Python's.
        kept = "".join(sorted(on & {"i", "m", "u"}))
        dropped = "".join(sorted(off & {"i", "m"}))
        scope = f"(?{kept}{'-' if dropped else ''}{dropped}:"
        if match[3] == ":":
            group.flags = flags
            self._begin(group, scope)
            return
        self._groups[-1].flags = flags
        self._groups[-1].scopes.append(scope)
        self._put(scope, repeatable=False)

    def _close(self) -> None:
        source = self._source
        if len(self._groups) == 1:
            raise source.wrong("Unmatched closing ')'", max(0, source.at - 2))
        group = self._groups.pop()
        self._put(")" * (len(group.scopes) + 1))
