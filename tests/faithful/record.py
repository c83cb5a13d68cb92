# SPDX-License-Identifier: Apache-2.0
"""Record what the official client sees on real members: ``python -m faithful.record [group ...]``.

Run it with ``PYTHONPATH=src:tests``. Java and the members' jars must be there. Look at the changes
before you commit them: they are what everything else is held to.
"""

from __future__ import annotations

import sys

from faithful.catalogue import GROUPS, NEED_THREE, SCENARIOS, TOGETHER
from faithful.recording import merge, write
from faithful.stages import Target, real, staged
from gridwire.testing.real import REAL_VERSIONS

__all__ = ["main"]

Seen = dict[str, list[str]]


def _seen(target: Target, groups: list[str]) -> Seen:
    with real(target) as cluster, staged("official-threads", cluster, target.version) as stage:
        return {
            name: [note.lines[0] for note in stage.play(one)]
            for name, one in SCENARIOS.items()
            if one.group in groups and (target.members == 3 or one.group not in NEED_THREE)
        }


def _agreed(version: str, groups: list[str]) -> Seen:
    """What members of a version answer, whether they are one or three."""
    alone, together = (_seen(Target(version, members), groups) for members in (1, 3))
    for name, lines in alone.items():
        if lines != together[name]:
            pairs = zip(lines, together[name], strict=False)
            different = [f"  one: {a}\n  three: {b}" for a, b in pairs if a != b]
            sys.exit(
                f"{version}, {name}: one member and three members differ\n" + "\n".join(different)
            )
    return together


def main(groups: list[str]) -> None:
    """Record groups of scenarios, all by default."""
    groups = groups or [*GROUPS, *TOGETHER]
    seen = {version: _agreed(version, groups) for version in reversed(REAL_VERSIONS)}
    for group in groups:
        write(
            group,
            {
                one.name: merge({version: seen[version][name] for version in seen})
                for name, one in SCENARIOS.items()
                if one.group == group
            },
        )


if __name__ == "__main__":
    main(sys.argv[1:])
