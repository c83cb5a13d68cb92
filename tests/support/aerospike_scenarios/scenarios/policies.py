# SPDX-License-Identifier: Apache-2.0
"""What `meta` and policies ask for."""

from __future__ import annotations

from gridwire.aerospike import constants as c
from support.aerospike_scenarios.catalogue import scenario
from support.aerospike_scenarios.observing import See


@scenario
def generations(see: See) -> None:
    see.put("a", {"n": 0}, meta={"gen": 1})
    see.put("a", {"n": 1})
    see.put("a", {"n": 2}, meta={"gen": 1})
    see.put("a", {"n": 3}, meta={"gen": 1})
    see.put("a", {"n": 4}, meta={"gen": 7}, policy={"gen": c.POLICY_GEN_IGNORE})
    see.put("a", {"n": 5}, meta={"gen": 2}, policy={"gen": c.POLICY_GEN_GT})
    see.put("a", {"n": 6}, meta={"gen": 9}, policy={"gen": c.POLICY_GEN_GT})
    see.get("a")
    see.touch("a", 0, meta={"gen": 1})
    see.touch("a", 0, meta={"gen": 4})
    see.append("a", "s", "x", meta={"gen": 4})
    see.append("a", "s", "x", meta={"gen": 5})
    see.prepend("a", "s", "x", meta={"gen": 5})
    see.increment("a", "n", 1, meta={"gen": 5})
    see.remove_bin("a", ["n"], meta={"gen": 5})
    see.get("a")
    see.remove("a", meta={"gen": 1})
    see.remove("a", meta={"gen": 6})
    see.exists("a")


@scenario
def exists_policies(see: See) -> None:
    for name in ("IGNORE", "UPDATE_ONLY", "REPLACE", "REPLACE_ONLY", "CREATE_ONLY"):
        policy = {"exists": getattr(c, f"POLICY_EXISTS_{name}")}
        see.say(name)
        see.quietly("put", "there", {"old": 1})
        see.put("there", {"new": 2}, policy=policy)
        see.put(name, {"new": 2}, policy=policy)
        see.select("there", ["old", "new"])
        see.exists(name)
        see.quietly("remove", "there")


@scenario
def exists_policies_of_other_calls(see: See) -> None:
    only = {"exists": c.POLICY_EXISTS_UPDATE_ONLY}
    create = {"exists": c.POLICY_EXISTS_CREATE_ONLY}
    see.append("a", "s", "x", policy=only)
    see.increment("a", "n", 1, policy=only)
    see.append("a", "s", "x", policy=create)
    see.increment("a", "n", 1, policy=create)
    see.increment("a", "n", 1, policy=only)
    see.get("a")


@scenario
def both_in_meta(see: See) -> None:
    see.put("a", {"n": 1}, meta={"exists": c.POLICY_EXISTS_CREATE_ONLY})
    see.put("a", {"n": 2}, meta={"exists": c.POLICY_EXISTS_CREATE_ONLY})
    see.put("b", {"n": 1}, meta={"key": c.POLICY_KEY_SEND})
    see.by_digest("get", "b")
    see.put("a", {"n": 3}, meta={"commit_level": c.POLICY_COMMIT_LEVEL_MASTER})
    see.get("a")


@scenario
def commit_levels(see: See) -> None:
    for level in (c.POLICY_COMMIT_LEVEL_ALL, c.POLICY_COMMIT_LEVEL_MASTER):
        policy = {"commit_level": level}
        see.put("a", {"n": level}, policy=policy)
        see.operate("a", [{"op": c.OPERATOR_INCR, "bin": "n", "val": 1}], policy=policy)
        see.remove_bin("a", ["missing"], policy=policy)
    see.get("a")
    see.remove("a", policy={"commit_level": c.POLICY_COMMIT_LEVEL_MASTER})


@scenario
def durable_deletes(see: See) -> None:
    policy = {"durable_delete": True}
    see.put("a", {"n": 1}, policy=policy)
    see.get("a")
    see.remove("a", policy=policy)
    see.exists("a")
    see.remove("missing", policy=policy)
    see.remove("a", policy={"durable_delete": False})
    see.exists("a")


@scenario
def replicas_and_read_modes(see: See) -> None:
    see.put("a", {"n": 1})
    for replica in (c.POLICY_REPLICA_MASTER, c.POLICY_REPLICA_SEQUENCE):
        see.get("a", policy={"replica": replica})
        see.exists("a", policy={"replica": replica})
        see.batch_read(["a"], policy={"replica": replica})
        see.put("a", {"n": 1}, policy={"replica": replica})
    for mode in (c.POLICY_READ_MODE_AP_ONE, c.POLICY_READ_MODE_AP_ALL):
        see.get("a", policy={"read_mode_ap": mode})
        see.select("a", ["n"], policy={"read_mode_ap": mode})


@scenario
def times_that_suffice(see: See) -> None:
    times = {"total_timeout": 5000, "socket_timeout": 3000, "max_retries": 1}
    see.put("a", {"n": 1}, policy=times)
    see.get("a", policy=times)
    see.get("a", policy={**times, "sleep_between_retries": 10})
    see.get("a", policy={"total_timeout": 0, "socket_timeout": 0})
    see.operate("a", [{"op": c.OPERATOR_READ, "bin": "n"}], policy=times)
    see.batch_read(["a"], policy=times)
    see.remove("a", policy=times)


@scenario
def empty_ones(see: See) -> None:
    see.put("a", {"n": 1}, meta={}, policy={})
    see.put("a", {"n": 1}, meta=None, policy=None)
    see.get("a", policy={})
    see.get("a", policy=None)
