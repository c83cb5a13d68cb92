# SPDX-License-Identifier: Apache-2.0
"""How long records live."""

from __future__ import annotations

from gridwire.aerospike import constants as c
from support.aerospike_scenarios.catalogue import scenario
from support.aerospike_scenarios.observing import See

SECONDS = 1000


@scenario
def of_a_put(see: See) -> None:
    see.shows_ttl = True
    see.put("a", {"n": 1})
    see.get("a")
    see.put("a", {"n": 2}, meta={"ttl": SECONDS})
    see.get("a")
    see.put("a", {"n": 3}, meta={"ttl": c.TTL_DONT_UPDATE})
    see.exists("a")
    see.put("a", {"n": 4}, meta={"ttl": c.TTL_NEVER_EXPIRE})
    see.exists("a")
    see.put("a", {"n": 5}, policy={"ttl": SECONDS})
    see.select("a", ["n"])
    see.put("a", {"n": 6}, meta={"ttl": c.TTL_NAMESPACE_DEFAULT})
    see.exists("a")
    see.put("new", {"n": 6}, meta={"ttl": c.TTL_DONT_UPDATE})
    see.exists("new")


@scenario
def of_other_calls(see: See) -> None:
    see.shows_ttl = True
    see.append("a", "s", "x", meta={"ttl": SECONDS})
    see.exists("a")
    see.prepend("a", "s", "x", meta={"ttl": 2 * SECONDS})
    see.exists("a")
    see.increment("a", "n", 1, meta={"ttl": 3 * SECONDS})
    see.exists("a")
    see.operate("a", [{"op": c.OPERATOR_WRITE, "bin": "n", "val": 1}], meta={"ttl": 4 * SECONDS})
    see.exists("a")
    see.remove_bin("a", ["s"], meta={"ttl": 5 * SECONDS})
    see.exists("a")
    see.batch_write([("a", {"n": 1}, {"ttl": 6 * SECONDS})])
    see.exists("a")
    see.batch_read(["a"])


@scenario
def of_a_touch(see: See) -> None:
    see.shows_ttl = True
    see.put("a", {"n": 1})
    see.touch("a", SECONDS)
    see.exists("a")
    see.touch("a", 2 * SECONDS)
    see.exists("a")
    see.touch("a")
    see.exists("a")
    see.touch("a", 0, meta={"ttl": SECONDS})
    see.exists("a")
    see.operate("a", [{"op": c.OPERATOR_TOUCH}], meta={"ttl": 2 * SECONDS})
    see.exists("a")
    see.touch("a", 0, meta={"ttl": c.TTL_NEVER_EXPIRE})
    see.exists("a")


@scenario
def that_cannot_be(see: See) -> None:
    see.put("a", {"n": 1}, meta={"ttl": -5})
    see.put("a", {"n": 1}, meta={"ttl": 2**32})
    see.put("a", {"n": 1}, meta={"ttl": "long"})
    see.put("a", {"n": 1}, meta={"ttl": 400_000_000})
    see.touch("a", -1)


@scenario
def renewed_by_reading(see: See) -> None:
    see.shows_ttl = True
    see.put("a", {"n": 1}, meta={"ttl": SECONDS})
    for percent in (0, -1, 1, 100):
        see.get("a", policy={"read_touch_ttl_percent": percent})
    see.get("a", policy={"read_touch_ttl_percent": 101})
