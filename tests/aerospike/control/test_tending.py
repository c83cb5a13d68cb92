# SPDX-License-Identifier: Apache-2.0
"""A round of tending does what follows from answers in the order in which that was decided."""

from __future__ import annotations

import asyncio
from typing import Any

from gridwire.aerospike.cluster.actions import Action, Ask, Claims, Remove
from gridwire.aerospike.control.tending import Round

NAMES = [f"node {number}" for number in range(12)]


class Nodes:
    """The client, as a round sees it: nodes that all answer in one turn of the loop."""

    def __init__(self) -> None:
        self.answers = asyncio.Event()
        self.asked = 0
        self.done: list[str] = []

    def access_to(self, name: str) -> Nodes:
        return self

    async def ask(self, names: Any) -> dict[str, str]:
        self.asked += 1
        if self.asked == len(NAMES):
            self.answers.set()
        await self.answers.wait()
        return {}

    def remove(self, name: str, why: str) -> None:
        self.done.append(f"{name} removed")

    def claim(self, name: str, claims: Any) -> None:
        self.done.append(f"{name} claims")


class Decisions:
    """The machine: what it decides builds on what it decided before."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def answered(self, name: str, answers: Any) -> list[Action]:
        if len(self.made) % 2:
            self.made.append(f"{name} removed")
            return [Remove(name, "it moved")]
        self.made.append(f"{name} claims")
        return [Claims(name, {})]


def test_answers_that_come_together_are_followed_in_the_order_of_the_decisions() -> None:
    async def round_() -> None:
        core: Any = Nodes()
        tend: Any = Decisions()
        await Round(core, tend).carry_out([Ask(name, ()) for name in NAMES])
        assert len(core.done) == len(NAMES)
        assert core.done == tend.made

    asyncio.run(round_())
