# SPDX-License-Identifier: Apache-2.0
"""What is expected, as text files that people can read: ``python -m ...expecting [group ...]``.

A file is about the scenarios of one module::

    [exists]
    exists('a') -> 'a' no
    put('a', {'n': 1}) -> done

The lines follow what a server 8.1.2 was seen to do. Run as a program, with ``PYTHONPATH=src:tests``
and ``python -m support.aerospike_scenarios.expecting``, this writes down what gridwire sees on the
in-process cluster; look at the changes before you commit them, since everything is held to them.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from support.aerospike_scenarios.catalogue import GROUPS, IN_PROCESS_GROUPS, of_group
from support.aerospike_scenarios.drivers import make_driver
from support.aerospike_scenarios.stages import Stage, in_process

__all__ = ["main", "read"]

FOLDER = Path(__file__).parent / "expected"

NODES = 3


def read(group: str) -> dict[str, list[str]]:
    """The expected lines of each scenario of a group."""
    found: dict[str, list[str]] = {}
    for line in (FOLDER / f"{group}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            found[line[1:-1]] = current = []
        elif line:
            current.append(line)
    return found


def _write(group: str, scenarios: Mapping[str, list[str]]) -> None:
    parts = ["\n".join([f"[{name}]", *lines, ""]) for name, lines in scenarios.items()]
    (FOLDER / f"{group}.txt").write_text("\n".join(parts), encoding="utf-8")


def main(groups: list[str]) -> None:
    """Write what is expected of some groups, or of all."""
    driver = make_driver("sync")
    with in_process(NODES) as server:
        for group in groups or (*GROUPS, *IN_PROCESS_GROUPS):
            seen = {}
            for one in of_group(group):
                seen[one.name] = [note.line for note in Stage(server, driver).play(one)]
            _write(group, seen)
    driver.close()


if __name__ == "__main__":
    main(sys.argv[1:])
