# SPDX-License-Identifier: Apache-2.0
"""The page of the documentation with the table of differences: ``python -m faithful.page``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from faithful.differences import DIFFERENCES, Difference
from faithful.option_differences import OPTION_DIFFERENCES, OptionDifference

__all__ = ["PAGE", "main", "text"]

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "hazelcast-differences.md"

_INTRODUCTION = """\
<!-- Made by `PYTHONPATH=src:tests python -m faithful.page` from tests/faithful/differences.py. -->

# Where Map differs from the official client

One suite of scenarios (`tests/faithful/`) calls every Map method with ordinary and odd arguments.
What the official client 5.7.0 sees on real members 4.2.8, 5.3.8 and 5.7.0, of one and of three
members, is recorded in `tests/faithful/recorded/`. The official client (threads and asyncio) and
this one (blocking, futures, asyncio) see the same, on real members and on
`gridwire.testing.HazelcastCluster`: the same results, the same events in the same order, errors of
the same class or of a class derived from it. What follows are the exceptions. The suite holds each
client to them: a row that is no longer true is an error as well. The last table is about options,
which other tests look at.
"""


def _table(rows: Sequence[Difference | OptionDifference], theirs: str) -> str:
    lines = [
        f"| what | {theirs} | here | why |",
        "|---|---|---|---|",
        *(f"| {row.what} | {row.theirs} | {row.ours} | {row.why} |" for row in rows),
    ]
    return "\n".join(lines) + "\n"


def text() -> str:
    """The page as it should be."""
    clients = [row for row in DIFFERENCES if not row.in_process]
    members = [row for row in DIFFERENCES if row.in_process]
    seen = "the official client, on real members"
    parts = ["## The client\n", _table(clients, seen)]
    parts += ["## The in-process cluster\n", _table(members, seen)]
    parts += ["## Options\n", _table(OPTION_DIFFERENCES, "the official client")]
    return "\n".join([_INTRODUCTION, *parts])


def main() -> None:
    """Write the page."""
    PAGE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
