# SPDX-License-Identifier: Apache-2.0
"""Nodes that die and return."""

from __future__ import annotations

from support.aerospike_scenarios.catalogue import scenario
from support.aerospike_scenarios.observing import See

RETRIES = {"max_retries": 20, "sleep_between_retries": 50, "total_timeout": 10_000}
SHORT = {"total_timeout": 300, "socket_timeout": 100}


@scenario
def one_dies_and_returns(see: See) -> None:
    for key in range(30):
        see.quietly("put", key, {"n": key})
    node = see.cluster.nodes[0]
    node.kill()
    for key in range(30):
        see.get(key, policy=RETRIES)
    see.put("while", {"n": 1}, policy=RETRIES)
    see.wait_for_nodes(2)
    see.batch_read(list(range(30)), ["n"])
    node.start()
    see.wait_for_nodes(3)
    see.get("while")
    see.batch_read(list(range(30)), ["n"])
    see.batch_write([(key, {"n": -key}) for key in range(30)])
    see.batch_read(list(range(30)), ["n"])


@scenario
def one_leaves_in_order_and_another_comes(see: See) -> None:
    for key in range(30):
        see.quietly("put", key, {"n": key})
    see.cluster.nodes[1].shutdown()
    see.wait_for_nodes(2)
    see.batch_read(list(range(30)), ["n"])
    see.cluster.start_node()
    see.wait_for_nodes(3)
    see.batch_read(list(range(30)), ["n"])


@scenario
def all_are_gone(see: See) -> None:
    see.put("a", {"n": 1})
    nodes = see.cluster.nodes
    for node in nodes:
        node.kill()
    see.get("a", policy=SHORT)
    see.put("a", {"n": 1}, policy=SHORT)
    see.batch_read(["a"], policy=SHORT)
    for node in nodes:
        node.start()
    see.wait_for_nodes(len(nodes))
    see.put("a", {"n": 2}, policy=RETRIES)
    see.get("a", policy=RETRIES)
