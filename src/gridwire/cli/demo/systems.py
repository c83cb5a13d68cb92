# SPDX-License-Identifier: Apache-2.0
"""The systems that the demo can show."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from gridwire.cli.demo.aerospike import AerospikeTarget, open_aerospike
from gridwire.cli.demo.hazelcast import HazelcastTarget, open_hazelcast
from gridwire.cli.demo.plan import Plan, System
from gridwire.cli.demo.target import Target, Words

__all__ = ["open_target", "words_of"]

_OPENERS: dict[System, Callable[[Plan], AbstractContextManager[Target]]] = {
    System.HAZELCAST: open_hazelcast,
    System.AEROSPIKE: open_aerospike,
}

_WORDS = {
    System.HAZELCAST: HazelcastTarget.words,
    System.AEROSPIKE: AerospikeTarget.words,
}


def open_target(plan: Plan) -> AbstractContextManager[Target]:
    """Get the cluster that a plan is about; what the demo started ends with the context."""
    return _OPENERS[plan.system](plan)


def words_of(system: System) -> Words:
    """Tell how things are called in a system."""
    return _WORDS[system]
