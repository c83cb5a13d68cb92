# SPDX-License-Identifier: Apache-2.0
"""The programs in the pages of the documentation, which must run as they stand.

A block of Python in a page is a program, or a part of one; ``tests/test_pages.py`` runs all of
them. What a page says of a block is read here:

- ``title="orders.py"`` behind the language is the name of the file that the reader makes of it; a
  first line such as ``# orders.py`` says the same;
- a block of text with ``title="prints"`` that follows is what it prints, line by line; ``...`` in
  it stands for anything;
- ``<!-- fragment: why -->`` in the line before says that it is no program, and why.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import dedent
from typing import Any

__all__ = [
    "PROJECT",
    "Block",
    "all_pages",
    "blocks",
    "languages",
    "prints",
    "programs",
    "run_program",
    "text_of",
]

PROJECT = Path(__file__).resolve().parents[2]

_FENCED = re.compile(
    r"^(?P<indent> *)(?P<fence>```+|~~~+) *(?P<language>[\w+-]*)(?P<more>[^\n]*)\n"
    r"(?P<code>.*?)^(?P=indent)(?P=fence) *$",
    re.MULTILINE | re.DOTALL,
)
_TITLE = re.compile(r'title="([^"]*)"')
_FIRST_LINE = re.compile(r"# (\w+\.py)\n")
_FRAGMENT = re.compile(r"<!-- fragment: ([^\n]*\S) *-->\s*\Z")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page.

    Attributes:
        page: its path in the project's folder.
        line: where the fence stands.
        language: of the block, empty for none.
        code: its text, without indentation that all lines have.
        file: the name of the file that a reader makes of it, empty for none.
        prints: what it prints, if the page says so.
        fragment: why it is no program, empty when it is one.
    """

    page: str
    line: int
    language: str
    code: str
    file: str = ""
    prints: str | None = None
    fragment: str = ""

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def text_of(page: str) -> str:
    """A page; its path is that in the project's folder."""
    return (PROJECT / page).read_text(encoding="utf-8")


def all_pages() -> list[str]:
    """Every page that readers get: the README and those of the site."""
    paths = [*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md")]
    return sorted(str(path.relative_to(PROJECT)) for path in paths)


def blocks(page: str, text: str | None = None) -> list[Block]:
    """The blocks of Python of a page, in its order.

    Args:
        page: its path in the project's folder.
        text: what it says, if that is not to be read.
    """
    fences = [*_fences(page, text_of(page) if text is None else text)]
    found = []
    for (one, _), (then, title) in zip(fences, [*fences, (None, "")][1:], strict=True):
        if one.language == "python":
            is_printed = then is not None and title == "prints"
            found.append(replace(one, prints=then.code if is_printed else None))
    return found


def languages(page: str) -> set[str]:
    """The languages of all fenced blocks of a page."""
    return {block.language for block, _ in _fences(page, text_of(page))}


def programs(page: str) -> list[str]:
    """The Python programs of a page, in its order."""
    return [block.code for block in blocks(page) if not block.fragment]


def prints(expected: str, printed: str) -> bool:
    """Whether a program printed what its page says.

    Args:
        expected: by the page; ``...`` stands for anything inside a line.
        printed: by the program.
    """
    wanted, got = expected.splitlines(), printed.splitlines()
    return len(wanted) == len(got) and all(
        fnmatch.fnmatchcase(line, _pattern(want)) for want, line in zip(wanted, got, strict=True)
    )


def run_program(program: str, page: str, /, **names: Any) -> dict[str, Any]:
    """Run a program in this process, as one that was imported.

    Args:
        program: its text.
        page: where it stands.
        names: that it takes for known.

    Returns:
        All names that it knows at its end.
    """
    known: dict[str, Any] = {"__name__": "program", **names}
    # Not with the `from __future__` of this module: a page says so itself where it wants it.
    exec(compile(program, page, "exec", dont_inherit=True), known)
    return known


def _fences(page: str, text: str) -> Iterator[tuple[Block, str]]:
    """All fenced blocks, each with its title."""
    for match in _FENCED.finditer(text):
        code = dedent(match["code"])
        titled = _TITLE.search(match["more"])
        title = titled[1] if titled else ""
        named = _FIRST_LINE.match(code)
        fragment = _FRAGMENT.search(text[: match.start()])
        yield (
            Block(
                page=page,
                line=text.count("\n", 0, match.start()) + 1,
                language=match["language"],
                code=code,
                file=title if title.endswith(".py") else named[1] if named else "",
                fragment=fragment[1] if fragment else "",
            ),
            title,
        )


def _pattern(line: str) -> str:
    return "*".join(re.sub(r"([*?[])", r"[\1]", part) for part in line.split("..."))
