# SPDX-License-Identifier: Apache-2.0
"""Networks and nodes that fail."""

from __future__ import annotations

from support.aerospike_scenarios.catalogue import scenario
from support.aerospike_scenarios.observing import See

SHORT = {"total_timeout": 200, "max_retries": 0}
SHORT_SOCKET = {"socket_timeout": 40, "total_timeout": 5000}
ONCE = {"max_retries": 0}


@scenario
def a_slow_node(see: See) -> None:
    see.put("a", {"n": 1})
    with see.cluster.delay(requests=("record.*", "batch")):
        see.get("a", policy=SHORT)
        see.exists("a", policy=SHORT)
        see.put("a", {"n": 2}, policy=SHORT)
        see.remove("a", policy=SHORT)
        see.operate("a", [{"op": 1, "bin": "n"}], policy=SHORT)
    see.exists("b")


@scenario
def a_slow_answer_is_passed_over(see: See) -> None:
    see.put("a", {"n": 1})
    with see.cluster.delay(answers="record.read", times=1):
        see.get("a", policy=SHORT_SOCKET)
        see.get("a")


@scenario
def a_slow_batch(see: See) -> None:
    for key in range(4):
        see.quietly("put", key, {"n": key})
    with see.cluster.delay(requests=("batch", "record.*")):
        see.batch_read([0, 1, 2, 3], policy=SHORT)
    see.batch_read([0, 1, 2, 3])


@scenario
def broken_connections(see: See) -> None:
    see.put("a", {"n": 1})
    with see.cluster.cut_off(requests="record.read", times=1):
        see.get("a")
    with see.cluster.cut_off(answers="record.read", times=1):
        see.get("a")
    see.cluster.disconnect()
    see.get("a", policy={"max_retries": 5})


@scenario
def broken_before_a_write(see: See) -> None:
    see.put("a", {"n": 1})
    with see.cluster.cut_off(requests="record.write", times=1):
        see.increment("a", "n", 1)
    see.get("a")
    with see.cluster.cut_off(requests="record.write", times=1):
        see.increment("a", "n", 1, policy={"max_retries": 2})
    see.get("a")


@scenario
def broken_after_a_write(see: See) -> None:
    see.put("a", {"n": 1})
    with see.cluster.cut_off(answers="record.write", times=1):
        see.increment("a", "n", 1)
    see.get("a")
    with see.cluster.cut_off(answers="record.write", times=1):
        see.increment("a", "n", 1, policy={"max_retries": 2})
    see.get("a")


@scenario
def a_full_namespace(see: See) -> None:
    see.put("a", {"n": 1})
    see.cluster.set_full()
    see.put("a", {"n": 2})
    see.batch_write([("a", {"n": 3}), ("b", {"n": 3})])
    see.get("a")
    see.remove("a")
    see.cluster.set_full(full=False)
    see.put("a", {"n": 4})


@scenario
def records_that_expire(see: See) -> None:
    see.cluster.stop_time()
    see.put("a", {"n": 1}, meta={"ttl": 100})
    see.put("b", {"n": 1})
    see.cluster.advance_time(99)
    see.get("a")
    see.cluster.advance_time(2)
    see.get("a")
    see.exists("a")
    see.get("b")
    see.cluster.run_time()


@scenario
def moved_partitions(see: See) -> None:
    for key in range(20):
        see.quietly("put", key, {"n": key})
    see.cluster.migrate()
    for key in range(20):
        see.get(key)
    see.batch_read(list(range(20)), ["n"])
