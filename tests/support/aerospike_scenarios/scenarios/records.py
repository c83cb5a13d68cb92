# SPDX-License-Identifier: Apache-2.0
"""Every call about one record, on records that are there and on some that are not."""

from __future__ import annotations

from support.aerospike_scenarios.catalogue import scenario
from support.aerospike_scenarios.observing import See

BINS = {"n": 1, "s": "text", "b": b"bytes"}


@scenario
def put_get_and_select(see: See) -> None:
    see.get("a")
    see.select("a", ["n"])
    see.put("a", BINS)
    see.get("a")
    see.put("a", {"n": 2, "more": 3.5})
    see.get("a")
    see.select("a", ["n", "s"])
    see.select("a", ["n", "missing"])
    see.select("a", ["missing"])
    see.select("a", ["n", "n"])


@scenario
def bins_that_are_none(see: See) -> None:
    see.put("a", BINS)
    see.put("a", {"n": None})
    see.get("a")
    see.put("a", {"missing": None})
    see.get("a")
    see.put("a", {"s": None, "new": 1})
    see.get("a")
    see.put("a", {"b": None, "new": None})
    see.get("a")
    see.put("never", {"n": None})
    see.get("never")


@scenario
def no_bins(see: See) -> None:
    see.put("a", {})
    see.exists("a")
    see.put("a", BINS)
    see.put("a", {})
    see.get("a")


@scenario
def exists(see: See) -> None:
    see.exists("a")
    see.put("a", BINS)
    see.exists("a")
    see.put("a", BINS)
    see.exists("a")


@scenario
def remove(see: See) -> None:
    see.remove("a")
    see.put("a", BINS)
    see.remove("a")
    see.exists("a")
    see.get("a")
    see.remove("a")
    see.put("a", {"n": 5})
    see.get("a")


@scenario
def remove_bin(see: See) -> None:
    see.remove_bin("a", ["n"])
    see.exists("a")
    see.put("a", BINS)
    see.remove_bin("a", ["n"])
    see.get("a")
    see.remove_bin("a", ["missing"])
    see.get("a")
    see.remove_bin("a", ["s", "b"])
    see.get("a")


@scenario
def touch(see: See) -> None:
    see.touch("a")
    see.put("a", BINS)
    see.touch("a")
    see.get("a")


@scenario
def append_and_prepend(see: See) -> None:
    see.append("a", "s", "new")
    see.get("a")
    see.append("a", "s", "-end")
    see.prepend("a", "s", "begin-")
    see.append("a", "b", b"\x00\xff")
    see.prepend("a", "b", b"\x01")
    see.append("a", "s", "")
    see.prepend("a", "p", "only")
    see.append("a", "s", "ü€😀")
    see.get("a")


@scenario
def append_to_other_types(see: See) -> None:
    see.put("a", {"n": 1, "s": "text", "b": b"bytes", "l": [1], "m": {"k": 1}, "f": 1.5})
    for name in ("n", "l", "m", "f", "b"):
        see.append("a", name, "x")
        see.prepend("a", name, "x")
    see.append("a", "s", b"x")
    see.get("a")


@scenario
def increment(see: See) -> None:
    see.increment("a", "n", 5)
    see.get("a")
    see.increment("a", "n", -7)
    see.increment("a", "n", 0)
    see.increment("a", "f", 1.5)
    see.increment("a", "f", -0.25)
    see.get("a")
    see.increment("a", "n", 1.5)
    see.increment("a", "f", 1)
    see.put("a", {"s": "text", "t": True})
    see.increment("a", "s", 1)
    see.increment("a", "t", 1)
    see.get("a")


@scenario
def increment_wraps(see: See) -> None:
    see.put("a", {"most": 2**63 - 1, "least": -(2**63)})
    see.increment("a", "most", 1)
    see.increment("a", "least", -1)
    see.increment("a", "n", 2**63 - 1)
    see.increment("a", "n", -(2**63))
    see.get("a")


@scenario
def bin_names(see: See) -> None:
    see.put("a", {"fifteen-letters": 1, "ü€😀": 2, "with space": 3, "a;b:c=d": 4})
    see.get("a")
    see.put("b", {"sixteen-letters!": 1})
    see.put("a", {"üüüüüüüü": 1})
    see.select("a", ["sixteen-letters!"])
    see.remove_bin("a", ["sixteen-letters!"])
    see.append("a", "sixteen-letters!", "x")
    see.increment("a", "sixteen-letters!", 1)
    see.put("b", {"": 1})
    see.put("b", {1: 1})


@scenario
def one_record_is_not_another(see: See) -> None:
    for number in range(20):
        see.quietly("put", number, {"n": number})
    for number in range(20):
        see.get(number)


@scenario
def arguments_that_are_none(see: See) -> None:
    see.put("a", 5)
    see.put("a", [("n", 1)])
    see.increment("a", "n", "1")
    see.increment("b", "n", True)
    see.put("a", BINS, meta=5)
    see.put("a", BINS, policy=5)
    see.put("a", BINS, policy={"total_timeout": "soon"})
    see.get("a", policy=5)
    see.exists("a")


@scenario
def a_record_that_is_too_big(see: See) -> None:
    see.put("a", {"b": bytes(1_048_000)})
    see.exists("a")
    see.put("b", {"b": bytes(1_100_000)})
    see.exists("b")
    see.append("a", "b", bytes(1_000))
    see.exists("a")


@scenario
def namespaces_that_are_unknown(see: See) -> None:
    unknown = see.given_key(("unknown", see.set_name, "a"), "unknown/a")
    short = {"total_timeout": 50}
    see.get(unknown, policy=short)
    see.put(unknown, {"n": 1}, policy=short)
    see.exists(unknown, policy=short)
    see.batch_read([unknown], policy=short)


@scenario
def two_clients_see_each_other(see: See) -> None:
    other = see.other("other")
    other.connect()
    see.put("a", {"n": 1})
    other.get("a")
    other.increment("a", "n", 10)
    see.get("a")
    see.put("a", {"n": 0}, meta={"gen": 1})
    other.remove("a")
    see.get("a")
    other.close()
    see.put("a", {"n": 3})
    see.get("a")
