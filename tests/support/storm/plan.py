# SPDX-License-Identifier: Apache-2.0
"""What happens in a storm, and when: a pure function of the system, the seed and the length.

A seed that failed gives the same plan again. What the plan hits depends on the load as well, so a
repetition is alike, not equal.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

__all__ = ["AEROSPIKE", "HAZELCAST", "Event", "make_plan"]


@dataclass(frozen=True, slots=True)
class Event:
    """One fault.

    Attributes:
        at: seconds after the beginning.
        kind: what happens.
        who: which member, a number to be taken modulo how many live.
        seconds: how long it lasts, if it does not happen at once.
        more: what else the kind needs.
    """

    at: float
    kind: str
    who: int
    seconds: float
    more: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        more = "".join(f" {name}={value}" for name, value in self.more.items())
        return f"{self.at:7.2f} s  {self.kind} (member {self.who}, {self.seconds:.2f} s){more}"


_COMMON = {
    "kill_and_start": 6,
    "restart": 5,
    "restart_elsewhere": 4,
    "shutdown_and_start": 3,
    "restart_all": 2,
    "move_all": 2,
    "pause": 7,
    "pause_all": 2,
    "cut_clients_off": 5,
    "split_members": 3,
    "disconnect": 5,
    "delay": 6,
    "drop_requests": 4,
    "drop_answers": 4,
    "garble": 12,
    "slow_drip": 4,
    "migrate": 4,
    "migrating": 4,
    "lose_acks": 4,
}

HAZELCAST = {**_COMMON, "garble_events": 3, "drop_heartbeats": 2, "refuse_clients": 2}
"""Kind to how often it is chosen among the others."""

AEROSPIKE = {**_COMMON, "cut_off": 5, "refuse": 5, "refuse_clients": 3}
"""The same."""

_DAMAGES = {
    "hazelcast": ("length", "cut", "type", "correlation", "noise"),
    "aerospike": ("length", "type", "version", "cut", "noise"),
}
_MIGRATIONS = {
    "hazelcast": ("migrating", "wrong_target", "wait"),
    "aerospike": ("unavailable", "wait"),
}

_LONGEST = 6.0
_MEAN_GAP = 0.9


def make_plan(system: str, seed: int, seconds: float) -> list[Event]:
    """Make a plan.

    Args:
        system: ``"hazelcast"`` or ``"aerospike"``.
        seed: decides everything.
        seconds: how long the storm is; all faults begin before its end.
    """
    chance = random.Random(f"{system} {seed}")
    weights = HAZELCAST if system == "hazelcast" else AEROSPIKE
    # Each kind once at first, in random order: short storms have as many kinds as they can.
    first = chance.sample(list(weights), len(weights))
    events = []
    now = 1.0
    while now < seconds:
        kind = first.pop() if first else chance.choices(list(weights), list(weights.values()))[0]
        lasts = min(_LONGEST, 0.2 + chance.expovariate(1 / 1.2))
        events.append(Event(now, kind, chance.randrange(60), lasts, _more(system, kind, chance)))
        now += 0.1 + min(4.0, chance.expovariate(1 / (_MEAN_GAP - 0.1)))
    return events


def _more(system: str, kind: str, chance: random.Random) -> dict[str, Any]:
    if kind in {"garble", "garble_events"}:
        how = chance.choice(_DAMAGES[system])
        return {"how": how, "seed": chance.randrange(1 << 30), "times": chance.randint(1, 6)}
    if kind == "delay":
        return {"late": round(chance.uniform(0.02, 1.5), 3), "requests": chance.random() < 0.5}
    if kind in {"drop_requests", "drop_answers", "lose_acks", "cut_off"}:
        return {"times": chance.randint(1, 10)}
    if kind == "refuse":
        return {"code": chance.choice((9, 14, 18)), "times": chance.randint(1, 30)}
    if kind == "slow_drip":
        return {"size": chance.choice((1, 7, 100)), "pause": chance.choice((0.001, 0.01))}
    if kind in {"migrate", "migrating"}:
        return {"first": chance.randrange(200), "answer": chance.choice(_MIGRATIONS[system])}
    return {}
