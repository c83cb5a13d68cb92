# SPDX-License-Identifier: Apache-2.0
"""Starts and ends the control code of a threaded client, on a loop of its own."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NamedTuple

from gridwire._io.hosted import HostedLoop, HostedLoopClosed
from gridwire.aerospike.control.blocking_node import BlockingNode
from gridwire.aerospike.control.core import ClusterCore
from gridwire.aerospike.control.hosting import wait_for

if TYPE_CHECKING:
    from gridwire.aerospike._options.client_options import ClientOptions
    from gridwire.aerospike.cluster.node import NodeFacts
    from gridwire.aerospike.control.access import NodeAccess

__all__ = ["Control", "abandon", "start"]

_logger = logging.getLogger("gridwire.aerospike.client")

_THREAD_NAME = "gridwire-aerospike"


class Control(NamedTuple):
    """The control code of one client in one process."""

    core: ClusterCore[BlockingNode]
    hosted: HostedLoop


def start(options: ClientOptions, version: str) -> Control:
    """Start a loop, and get connected on it.

    Args:
        options: of the client.
        version: of this library, as servers list it.

    Raises:
        AerospikeError: see `ClusterCore.start`.
    """
    hosted = HostedLoop(_THREAD_NAME)

    async def make() -> ClusterCore[BlockingNode]:
        def make_node(facts: NodeFacts, access: NodeAccess) -> BlockingNode:
            return BlockingNode(facts, access, core, hosted)

        core: ClusterCore[BlockingNode] = ClusterCore(options, make_node, version)
        await core.start()
        return core

    try:
        return Control(wait_for(hosted, make()), hosted)
    except BaseException:
        hosted.stop()
        raise


def abandon(control: Control) -> None:
    """Nobody has the client any more, and nobody closed it: end without anybody waiting."""
    core, hosted = control
    if not hosted.is_here:
        return

    async def end() -> None:
        await core.close()
        hosted.stop()

    _logger.info("a client was forgotten without being closed")
    try:
        hosted.start(end())
    except HostedLoopClosed:
        return
