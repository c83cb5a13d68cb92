# SPDX-License-Identifier: Apache-2.0
"""Every scenario, by the group that its module makes."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from support.aerospike_scenarios.observing import See

__all__ = [
    "GROUPS",
    "IN_PROCESS_GROUPS",
    "NEED_THREE",
    "ONE_IS_ENOUGH",
    "SCENARIOS",
    "Scenario",
    "of_group",
    "scenario",
]

Play = Callable[[See], None]


@dataclass(frozen=True)
class Scenario:
    """A scenario.

    Attributes:
        group: its module.
        name: its function.
        play: plays it.
    """

    group: str
    name: str
    play: Play

    def __str__(self) -> str:
        return f"{self.group}-{self.name}"


SCENARIOS: dict[str, Scenario] = {}


def scenario(play: Play) -> Play:
    """Make a function of a `See` a scenario."""
    one = Scenario(play.__module__.rpartition(".")[2], play.__name__, play)
    if str(one) in SCENARIOS:
        raise ValueError(f"two scenarios are called {one}")
    SCENARIOS[str(one)] = one
    return play


def of_group(group: str) -> list[Scenario]:
    """The scenarios of a group in their order."""
    return [one for one in SCENARIOS.values() if one.group == group]


GROUPS = (
    "records",
    "values",
    "keys",
    "operating",
    "policies",
    "lifetimes",
    "batches",
    "asking",
    "connecting",
)
"""Groups for any server."""

IN_PROCESS_GROUPS = ("codes", "breaking", "nodes", "users")
"""Groups that need faults, nodes that die, or users, and so a cluster that a test can order about.
"""

NEED_THREE = frozenset({"breaking", "nodes"})
"""Groups that make less sense, or none, with a single node."""

ONE_IS_ENOUGH = frozenset({"values", "operating", "lifetimes", "codes", "users"})
"""Groups that are the same with more nodes, or take more time than that is worth."""

for _group in (*GROUPS, *IN_PROCESS_GROUPS):
    importlib.import_module(f"support.aerospike_scenarios.scenarios.{_group}")
