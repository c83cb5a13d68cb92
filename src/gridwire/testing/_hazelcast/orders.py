# SPDX-License-Identifier: Apache-2.0
"""What a cluster can be told to do, as data: the same orders reach a thread and a process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from gridwire.testing._hazelcast.fault_specs import FaultSpec
from gridwire.testing._shared.orders import perform_common

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridwire.testing._hazelcast.cluster import LoopCluster

__all__ = ["perform", "perform_now"]


async def perform(cluster: LoopCluster, order: Mapping[str, Any]) -> Any:
    """Do what an order says, on the loop of the cluster.

    Args:
        cluster: who does it.
        order: `do` says what, the rest are arguments that JSON can carry.

    Returns:
        What JSON can carry.

    Raises:
        ClusterError: it cannot be done, or there is no such order.
    """
    match order["do"]:
        case "start":
            await cluster.start()
        case "start_member":
            await cluster.start_member(lite=order["lite"])
        case "kill":
            await cluster.kill(UUID(order["uuid"]))
        case "shutdown":
            await cluster.shutdown(UUID(order["uuid"]))
        case "restart":
            uuid = UUID(order["uuid"])
            facts = await cluster.restart(uuid, new_address=order["new_address"])
            return str(facts.uuid)
        case _:
            return perform_now(cluster, order)
    return None


def perform_now(cluster: LoopCluster, order: Mapping[str, Any]) -> Any:
    """Do what an order says that takes no time, on the loop of the cluster.

    Args:
        cluster: who does it.
        order: see `perform`.

    Returns:
        What JSON can carry.

    Raises:
        ClusterError: it cannot be done, or there is no such order.
    """
    match order["do"]:
        case "begin_fault":
            return cluster.begin_fault(FaultSpec.from_json(order["spec"]))
        case "client_statistics":
            return cluster.client_statistics()
        case "migrate":
            cluster.migrate(order["partitions"], order["to"])
        case "disconnect":
            return cluster.disconnect(FaultSpec.from_json(order["whose"]).choice)
        case _:
            return perform_common(cluster, order)
    return None
