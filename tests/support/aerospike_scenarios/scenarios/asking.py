# SPDX-License-Identifier: Apache-2.0
"""What the cluster says of itself, and truncation."""

from __future__ import annotations

import time

from support.aerospike_scenarios.catalogue import scenario
from support.aerospike_scenarios.observing import See
from support.aerospike_scenarios.writing import SET


@scenario
def info(see: See) -> None:
    for command in ("status", "no-such-command"):
        see.info_all(command)
        see.info_random_node(command)


@scenario
def names_and_state(see: See) -> None:
    see.get_node_names()
    see.is_connected()
    see.ping()


@scenario
def truncating(see: See) -> None:
    for number in range(10):
        see.quietly("put", number, {"n": number})
    see.truncate("test", SET)
    see.wait_until("the records are gone", lambda: not _count(see))
    # What is stored in the very millisecond of a truncation may be lost with the rest.
    see.wait_for_the_clock()
    see.put(1, {"n": 1})
    see.exists(1)


@scenario
def truncating_before_a_moment(see: See) -> None:
    see.put("old", {"n": 1})
    see.wait_for_the_clock()
    moment = time.time_ns()
    see.wait_for_the_clock()
    see.put("young", {"n": 1})
    see.note(
        "truncate(before now)",
        lambda: see.client.truncate("test", see.set_name, moment),
        lambda nothing: "done",
    )
    see.wait_until("the old one is gone", lambda: not see.quietly("exists", "old")[1])
    see.exists("young")


@scenario
def truncating_what_is_not_there(see: See) -> None:
    see.truncate("unknown", SET)
    see.truncate("test", "x" * 64)


def _count(see: See) -> int:
    return sum(see.quietly("exists", number)[1] is not None for number in range(10))
