# SPDX-License-Identifier: Apache-2.0
"""LIKE patterns and Java's regular expressions, as Python's regular expressions."""

from __future__ import annotations

import re

from gridwire.testing._hazelcast.query.errors import bad_pattern, illegal
from gridwire.testing._hazelcast.query.java_regex import translated
from gridwire.testing._hazelcast.query.limits import MAX_PATTERN_CHARS

__all__ = ["like_pattern", "regex_pattern"]


def like_pattern(text: str, ignore_case: bool) -> re.Pattern[str]:
    """Compile a LIKE pattern.

    Args:
        text: ``%`` is any text, ``_`` any character; a backslash before them takes their meaning.
        ignore_case: whether capital and small letters are the same.

    Returns:
        What matches whole texts. It takes time in proportion to the lengths of pattern and text.

    Raises:
        Refusal: it is too long.
    """
    _check_length(text)
    pieces = [""]
    escaped = False
    for at, char in enumerate(text):
        if char in "%_" and not escaped:
            if char == "%":
                pieces.append("")
            else:
                pieces[-1] += "."
        elif char != "\\" or text[at + 1 : at + 2] not in {"%", "_"}:
            pieces[-1] += re.escape(char)
        escaped = char == "\\"
    flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
    if len(pieces) == 1:
        return re.compile(pieces[0], flags)
    # Each piece at the first place where it fits, for good: there is nothing to try again.
    inner = "".join(f"(?>.*?{piece})" for piece in pieces[1:-1] if piece)
    return re.compile(f"{pieces[0]}{inner}.*{pieces[-1]}", flags)


def regex_pattern(text: str) -> re.Pattern[str]:
    """Compile a regular expression of Java.

    Args:
        text: the expression.

    Returns:
        What matches whole texts.

    Raises:
        Refusal: it is too long, none at all, or has what Python cannot express.
    """
    _check_length(text)
    try:
        return re.compile(translated(text), re.ASCII)
    except re.error as error:
        raise bad_pattern(str(error.msg).capitalize(), error.pos or 0, text) from None
    except (RecursionError, OverflowError, MemoryError):
        raise bad_pattern("Pattern too large", 0, text) from None


def _check_length(text: str) -> None:
    if len(text) > MAX_PATTERN_CHARS:
        raise illegal(f"Pattern of {len(text)} characters; the limit is {MAX_PATTERN_CHARS}")
