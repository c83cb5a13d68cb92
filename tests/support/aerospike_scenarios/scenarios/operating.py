# SPDX-License-Identifier: Apache-2.0
"""Several operations on one record."""

from __future__ import annotations

from gridwire.aerospike import constants as c
from support.aerospike_scenarios.catalogue import scenario
from support.aerospike_scenarios.observing import See

Operation = dict[str, object]


def read(name: str) -> Operation:
    return {"op": c.OPERATOR_READ, "bin": name}


def write(name: str, value: object) -> Operation:
    return {"op": c.OPERATOR_WRITE, "bin": name, "val": value}


def add(name: str, value: object) -> Operation:
    return {"op": c.OPERATOR_INCR, "bin": name, "val": value}


def append(name: str, value: object) -> Operation:
    return {"op": c.OPERATOR_APPEND, "bin": name, "val": value}


def prepend(name: str, value: object) -> Operation:
    return {"op": c.OPERATOR_PREPEND, "bin": name, "val": value}


TOUCH: Operation = {"op": c.OPERATOR_TOUCH}
DELETE: Operation = {"op": c.OPERATOR_DELETE}


@scenario
def one_of_each(see: See) -> None:
    see.operate("a", [write("n", 1), write("s", "text")])
    see.operate("a", [read("n")])
    see.operate("a", [add("n", 4), read("n")])
    see.operate("a", [append("s", "-end"), prepend("s", "begin-"), read("s")])
    see.operate("a", [TOUCH, read("n")])
    see.operate("a", [read("missing")])
    see.operate("a", [read("n"), DELETE])
    see.exists("a")


@scenario
def ordered(see: See) -> None:
    see.operate_ordered("a", [write("n", 1), read("n"), add("n", 4), read("n")])
    see.operate_ordered("a", [read("missing"), read("n")])
    see.operate_ordered("a", [write("z", 1), write("b", 2), read("z"), read("b"), read("n")])
    see.operate_ordered("a", [TOUCH])
    see.operate_ordered("a", [read("n"), DELETE])
    see.get("a")


@scenario
def several_results_of_one_bin(see: See) -> None:
    see.put("a", {"n": 1, "l": [1]})
    see.operate("a", [read("n"), add("n", 1), read("n")])
    see.operate("a", [read("l"), write("l", [2]), read("l")])


@scenario
def read_all(see: See) -> None:
    see.put("a", {"n": 1, "s": "text"})
    see.operate("a", [{"op": c.OPERATOR_READ}])
    see.operate("a", [add("n", 1), {"op": c.OPERATOR_READ}])


@scenario
def records_that_are_missing(see: See) -> None:
    see.operate("a", [read("n")])
    see.operate("a", [TOUCH])
    see.operate("a", [DELETE])
    see.operate("a", [write("n", 1), DELETE])
    see.exists("a")
    see.operate("a", [DELETE, write("n", 2), read("n")])
    see.get("a")


@scenario
def all_or_nothing(see: See) -> None:
    see.put("a", {"n": 1, "s": "text"})
    see.operate("a", [write("n", 2), add("s", 1)])
    see.operate("a", [append("n", "x"), write("s", "y")])
    see.get("a")


@scenario
def operations_that_cannot_be(see: See) -> None:
    see.put("a", {"n": 1})
    see.operate("a", [])
    see.operate_ordered("a", [])
    see.operate("a", [{"bin": "n"}])
    see.operate("a", [{"op": 9999, "bin": "n"}])
    see.operate("a", [5])
    see.operate("a", [read("sixteen-letters!")])
    see.operate("a", [write("sixteen-letters!", 1)])
    see.operate("a", [write("n", {1})])
    see.get("a")


@scenario
def policies(see: See) -> None:
    see.operate("a", [write("n", 1)], meta={"gen": 3})
    see.operate("a", [write("n", 1)], policy={"exists": c.POLICY_EXISTS_UPDATE_ONLY})
    see.operate("a", [write("n", 1)], policy={"exists": c.POLICY_EXISTS_CREATE_ONLY})
    see.operate("a", [write("n", 2)], policy={"exists": c.POLICY_EXISTS_CREATE_ONLY})
    see.operate("a", [add("n", 1), read("n")], meta={"gen": 1})
    see.operate("a", [add("n", 1), read("n")], meta={"gen": 1})
    see.operate("a", [read("n")], policy={"key": 1})
    see.operate("a", [write("n", 7)], policy={"key": 1})
    see.get("a")
