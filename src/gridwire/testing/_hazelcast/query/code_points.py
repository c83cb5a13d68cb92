# SPDX-License-Identifier: Apache-2.0
"""Sets of characters, as the classes of Java's regular expressions combine them."""

from __future__ import annotations

import sys
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["CodePoints", "named"]

Ranges = tuple[tuple[int, int], ...]


class CodePoints:
    """A set of characters.

    Args:
        ranges: first and last code points, in any order.
    """

    __slots__ = ("ranges",)

    def __init__(self, ranges: Iterable[tuple[int, int]]) -> None:
        joined: list[tuple[int, int]] = []
        for first, last in sorted(ranges):
            if joined and first <= joined[-1][1] + 1:
                joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
            else:
                joined.append((first, last))
        self.ranges: Ranges = tuple(joined)

    def __or__(self, other: CodePoints) -> CodePoints:
        return CodePoints((*self.ranges, *other.ranges))

    def __and__(self, other: CodePoints) -> CodePoints:
        return ~(~self | ~other)

    def __invert__(self) -> CodePoints:
        found, at = [], 0
        for first, last in self.ranges:
            if at < first:
                found.append((at, first - 1))
            at = last + 1
        if at <= sys.maxunicode:
            found.append((at, sys.maxunicode))
        return CodePoints(found)

    def pattern(self) -> str:
        """The set as a class of Python's regular expressions."""
        if not self.ranges:
            return r"(?!)"
        return "[" + "".join(_range(first, last) for first, last in self.ranges) + "]"


def _range(first: int, last: int) -> str:
    return _escaped(first) if first == last else f"{_escaped(first)}-{_escaped(last)}"


def _escaped(code: int) -> str:
    return f"\\U{code:08x}"


def _ascii(*ranges: str) -> CodePoints:
    return CodePoints((ord(one[0]), ord(one[-1])) for one in ranges)


_LOWER, _UPPER, _DIGIT = _ascii("az"), _ascii("AZ"), _ascii("09")
_PUNCT = _ascii("!/", ":@", "[`", "{~")
_ASCII = {
    "Lower": _LOWER,
    "Upper": _UPPER,
    "ASCII": CodePoints([(0, 127)]),
    "Alpha": _LOWER | _UPPER,
    "Digit": _DIGIT,
    "Alnum": _LOWER | _UPPER | _DIGIT,
    "Punct": _PUNCT,
    "Graph": _LOWER | _UPPER | _DIGIT | _PUNCT,
    "Print": _LOWER | _UPPER | _DIGIT | _PUNCT | _ascii(" "),
    "Blank": _ascii(" ", "\t"),
    "Cntrl": CodePoints([(0, 31), (127, 127)]),
    "XDigit": _DIGIT | _ascii("af", "AF"),
    "Space": _ascii(" ", "\t\r"),
}
_BINARY: dict[str, Callable[[str], bool]] = {
    "alphabetic": str.isalpha,
    "letter": str.isalpha,
    "digit": str.isdecimal,
    "lowercase": str.islower,
    "uppercase": str.isupper,
    "white_space": str.isspace,
    "titlecase": str.istitle,
    "punctuation": lambda char: unicodedata.category(char).startswith("P"),
    "control": lambda char: unicodedata.category(char) == "Cc",
    "assigned": lambda char: unicodedata.category(char) != "Cn",
}
_OF_JAVA: dict[str, Callable[[str], bool]] = {
    "javaLowerCase": str.islower,
    "javaUpperCase": str.isupper,
    "javaLetter": str.isalpha,
    "javaDigit": str.isdecimal,
    "javaLetterOrDigit": lambda char: char.isalpha() or char.isdecimal(),
    "javaAlphabetic": str.isalpha,
    "javaWhitespace": str.isspace,
}
_SCRIPTS = {
    "latin": "LATIN",
    "greek": "GREEK",
    "cyrillic": "CYRILLIC",
    "hebrew": "HEBREW",
    "arabic": "ARABIC",
    "han": "CJK UNIFIED",
    "hiragana": "HIRAGANA",
    "katakana": "KATAKANA",
    "hangul": "HANGUL",
    "thai": "THAI",
    "devanagari": "DEVANAGARI",
}
_BLOCKS = {
    "basiclatin": (0, 0x7F),
    "latin-1supplement": (0x80, 0xFF),
    "greek": (0x370, 0x3FF),
    "cyrillic": (0x400, 0x4FF),
    "hebrew": (0x590, 0x5FF),
    "arabic": (0x600, 0x6FF),
    "hiragana": (0x3040, 0x309F),
    "katakana": (0x30A0, 0x30FF),
}
_CATEGORIES = frozenset(
    {"L", "Lu", "Ll", "Lt", "Lm", "Lo", "LC", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P"}
    | {"Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl"}
    | {"Zp", "C", "Cc", "Cf", "Co", "Cs", "Cn"}
)


@lru_cache(maxsize=64)
def named(name: str) -> CodePoints | None:
    """The characters of a property, such as ``Lu``.

    Args:
        name: as Java names it.

    Returns:
        The set, or None if it is not known here.
    """
    if name in _ASCII:
        return _ASCII[name]
    if name in _OF_JAVA:
        return _where(_OF_JAVA[name])
    key, _, value = name.partition("=")
    if value:
        name = {"sc": "Is", "script": "Is", "gc": "Is", "blk": "In"}.get(key.lower(), "?") + value
    if name.startswith("In") and name[2:].lower() in _BLOCKS:
        return CodePoints([_BLOCKS[name[2:].lower()]])
    short = name.removeprefix("Is")
    if short in _CATEGORIES:
        wanted = ("Lu", "Ll", "Lt") if short == "LC" else (short,)
        return _where(lambda char: unicodedata.category(char).startswith(wanted))
    if name.startswith("Is"):
        if short.lower() in _BINARY:
            return _where(_BINARY[short.lower()])
        if short.lower() in _SCRIPTS:
            beginning = _SCRIPTS[short.lower()]
            return _where(lambda char: unicodedata.name(char, "").startswith(beginning))
    return None


def _where(belongs: Callable[[str], bool]) -> CodePoints:
    return CodePoints((code, code) for code in range(sys.maxunicode + 1) if belongs(chr(code)))
