# SPDX-License-Identifier: Apache-2.0
"""What the official client saw on real members, as text files that people can read and compare.

A file is about the scenarios of one module::

    [get]
    get(1) -> None
    set(1, 'x') -> None
    get(None) !! AssertionError

A line that is indented replaces the one above it for members of some lines of versions::

    get(2) -> None
        4.2: get(2) !! IllegalArgumentError
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

__all__ = ["FOLDER", "expected_lines", "line_of", "merge", "read", "write"]

FOLDER = Path(__file__).parent / "recorded"

_INDENT = "    "

Lines = list[str]


def line_of(version: str) -> str:
    """The line of versions that a version belongs to: ``"5.7"`` of ``"5.7.0"``."""
    return ".".join(version.split(".")[:2])


def path_of(group: str) -> Path:
    """The file of a group of scenarios."""
    return FOLDER / f"{group}.txt"


def read(group: str) -> dict[str, Lines]:
    """The recorded lines of each scenario of a group, as they stand in the file."""
    found: dict[str, Lines] = {}
    for line in path_of(group).read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            found[line[1:-1]] = current = []
        elif line and not line.startswith("#"):
            current.append(line)
    return found


def expected_lines(recorded: Lines, version: str) -> Lines:
    """What members of a version answer.

    Args:
        recorded: the lines of a scenario.
        version: of the members, at least its line.
    """
    expected: Lines = []
    for line in recorded:
        if not line.startswith(_INDENT):
            expected.append(line)
            continue
        only, _, replacement = line.strip().partition(": ")
        if line_of(version) in only.split(", "):
            expected[-1] = replacement
    return expected


def merge(seen: Mapping[str, Lines]) -> Lines:
    """Make one text of what members of several versions answered.

    Args:
        seen: version to lines, the newest version first; all have the same number of lines.

    Raises:
        ValueError: some version had more steps than another, so a scenario is not the same for all.
    """
    newest, *others = seen
    if len({len(lines) for lines in seen.values()}) > 1:
        counts = {version: len(lines) for version, lines in seen.items()}
        raise ValueError(f"versions have different numbers of steps: {counts}")
    merged: Lines = []
    for at, line in enumerate(seen[newest]):
        merged.append(line)
        different: dict[str, list[str]] = {}
        for version in others:
            if seen[version][at] != line:
                different.setdefault(seen[version][at], []).append(line_of(version))
        merged += [f"{_INDENT}{', '.join(only)}: {text}" for text, only in different.items()]
    return merged


def write(group: str, scenarios: Mapping[str, Lines]) -> None:
    """Write the file of a group."""
    text = "# What the official client saw on real members; made by `python -m faithful.record`.\n"
    for name, lines in scenarios.items():
        text += "\n".join(["", f"[{name}]", *lines, ""])
    FOLDER.mkdir(exist_ok=True)
    path_of(group).write_text(text, encoding="utf-8")
