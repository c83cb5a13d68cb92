# SPDX-License-Identifier: Apache-2.0
"""Every scenario, by the group that its module makes."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from faithful.observing import See

__all__ = ["GROUPS", "NEED_THREE", "SCENARIOS", "TOGETHER", "Scenario", "scenario"]

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


def scenario(play: Play, name: str | None = None) -> Play:
    """Make a function of a `See` a scenario."""
    one = Scenario(play.__module__.rpartition(".")[2], name or play.__name__, play)
    if str(one) in SCENARIOS:
        raise ValueError(f"two scenarios are called {one}")
    SCENARIOS[str(one)] = one
    return play


GROUPS = (
    "calls",
    "odd_arguments",
    "listeners",
    "queries",
    "paging",
    "aggregations",
    "indexes",
    "locks",
    "processors",
    "near_caches",
)

TOGETHER = ("waiting", "losing")
"""Groups that take their time, or change the cluster: all clients play them at the same time."""

NEED_THREE = frozenset({"losing"})
"""Groups for clusters of three members."""

for _group in (*GROUPS, *TOGETHER):
    importlib.import_module(f"faithful.scenarios.{_group}")
