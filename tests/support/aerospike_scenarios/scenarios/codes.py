# SPDX-License-Identifier: Apache-2.0
"""Every result code, as single commands and as rows of batches tell it."""

from __future__ import annotations

from support.aerospike_scenarios.catalogue import scenario
from support.aerospike_scenarios.observing import See

CODES = (*range(1, 29), 51, 52, 60, 62, 65, 66, 80, 81, 82, 83, 100, 150, 151, 152, 160, 200, 201)
ONCE = {"max_retries": 0}


@scenario
def of_reads(see: See) -> None:
    see.put("a", {"n": 1})
    for code in CODES:
        with see.cluster.refuse(code, requests="record.read"):
            see.say(str(code))
            see.get("a", policy=ONCE)


@scenario
def of_writes(see: See) -> None:
    for code in CODES:
        with see.cluster.refuse(code, requests="record.write"):
            see.say(str(code))
            see.put("a", {"n": 1}, policy=ONCE)


@scenario
def of_whole_batches(see: See) -> None:
    # Enough keys for several at each node: the official client asks for a single one by itself.
    keys = list(range(60))
    see.batch_write([(key, {"n": key}) for key in keys])
    for code in (4, 8, 18, 22, 152):
        with see.cluster.refuse(code, requests="batch"):
            see.say(str(code))
            see.batch_read(keys, ["n"], policy=ONCE)


@scenario
def that_pass(see: See) -> None:
    see.put("a", {"n": 1})
    for code in (11, 18):
        see.say(str(code))
        with see.cluster.refuse(code, requests="record.read", times=1):
            see.get("a")
        with see.cluster.refuse(code, requests="record.read", times=3):
            see.get("a")
