# SPDX-License-Identifier: Apache-2.0
"""Many records in one call."""

from __future__ import annotations

from gridwire.aerospike import constants as c
from support.aerospike_scenarios.catalogue import scenario
from support.aerospike_scenarios.observing import See

KEYS = [*range(8), "text", b"bytes"]


def _fill(see: See) -> None:
    for number, key in enumerate(KEYS):
        see.quietly("put", key, {"n": number, "s": f"record {number}"})


@scenario
def reading(see: See) -> None:
    _fill(see)
    see.batch_read(KEYS)
    see.batch_read(KEYS, ["n"])
    see.batch_read(KEYS, ["n", "missing"])
    see.batch_read(KEYS, ["missing"])
    see.batch_read(KEYS, [])
    see.batch_read(["missing", 1, "missing too"])
    see.batch_read([1, 1, 2, 1], ["n"])
    see.batch_read([1])
    see.batch_read(["missing"])


@scenario
def reading_none(see: See) -> None:
    see.batch_read([])
    see.batch_write([])
    see.batch_remove([])


@scenario
def reading_many(see: See) -> None:
    see.batch_write([(number, {"n": number}) for number in range(300)])
    see.batch_read(list(range(302)), ["n"])
    see.batch_remove(list(range(302)))


@scenario
def reading_policies(see: See) -> None:
    _fill(see)
    for name in ("allow_inline", "respond_all_keys"):
        for value in (True, False):
            see.batch_read(KEYS[:3], ["n"], policy={name: value})
    see.batch_read([1, "missing", 2], ["n"], policy={"read_mode_ap": 1})


@scenario
def writing(see: See) -> None:
    see.batch_write([("a", {"n": 1}), ("b", {"n": 2, "s": "x"}), (3, {"l": [1]})])
    see.batch_read(["a", "b", 3])
    see.batch_write([("a", {"n": None, "s": "new"}), ("b", {"n": 3})])
    see.batch_read(["a", "b"])
    see.batch_write([("a", {"n": 1}), ("a", {"n": 2})])
    see.select("a", ["n"])


@scenario
def writing_with_meta(see: See) -> None:
    create = {"exists": c.POLICY_EXISTS_CREATE_ONLY}
    only = {"exists": c.POLICY_EXISTS_UPDATE_ONLY}
    see.batch_write([("a", {"n": 1}, create), ("b", {"n": 1}, only), ("c", {"n": 1})])
    see.batch_write([("a", {"n": 2}, create), ("b", {"n": 2}, only), ("c", {"n": 2}, only)])
    see.batch_write([("a", {"n": 3}, {"gen": 1}), ("c", {"n": 3}, {"gen": 1})])
    see.batch_write([("d", {"n": 4}, {"key": c.POLICY_KEY_SEND}), ("a", {"n": 5}, {})])
    see.batch_read(["a", "b", "c", "d"])
    see.by_digest("get", "d")
    see.batch_write([("a", {"x": 1}, {"exists": c.POLICY_EXISTS_REPLACE}), ("e", {"n": 1})])
    see.batch_read(["a", "e"])


@scenario
def writing_with_a_policy(see: See) -> None:
    policy = {"exists": c.POLICY_EXISTS_CREATE_ONLY}
    see.batch_write([("a", {"n": 1}), ("b", {"n": 1})], policy=policy)
    see.batch_write([("a", {"n": 2}), ("c", {"n": 2})], policy=policy)
    see.batch_read(["a", "b", "c"])


@scenario
def operating(see: See) -> None:
    _fill(see)
    add = {"op": c.OPERATOR_INCR, "bin": "n", "val": 10}
    read = {"op": c.OPERATOR_READ, "bin": "n"}
    see.batch_operate([1, 2, "missing"], [read])
    see.batch_operate([1, 2, "new"], [add, read])
    see.batch_operate([1, 2], [{"op": c.OPERATOR_APPEND, "bin": "s", "val": "!"}, read])
    see.batch_operate([1, 2], [{"op": c.OPERATOR_APPEND, "bin": "n", "val": "!"}])
    see.batch_operate([1, "missing"], [{"op": c.OPERATOR_TOUCH}, read])
    see.batch_operate([1, "missing"], [{"op": c.OPERATOR_DELETE}])
    see.batch_read([1, 2, "new"])


@scenario
def removing(see: See) -> None:
    _fill(see)
    see.batch_remove([0, 1, "missing"])
    see.batch_remove([1, 2, 2])
    see.batch_remove([(3, {"gen": 1}), (4, {"gen": 5}), 5])
    see.batch_read(KEYS, ["n"])


@scenario
def arguments_that_cannot_be(see: See) -> None:
    see.batch_write([("a", {"sixteen-letters!": 1}), ("b", {"n": 1})])
    see.batch_write([("a", {"n": {1}}), ("b", {"n": 1})])
    see.batch_read([see.given_key(("test", "s", None), "None"), "a"])
    see.batch_read([see.given_key("text", "text")])
    see.batch_operate(["a"], [])
    see.batch_read(["a"], ["sixteen-letters!"])
    see.batch_read(["a", "b"])
