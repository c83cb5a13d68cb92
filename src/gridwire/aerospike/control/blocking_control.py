# SPDX-License-Identifier: Apache-2.0
"""Starts and ends the control code of a threaded client, on a loop of its own."""

from __future__ import annotations

from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, NamedTuple

from gridwire._io.hosted import HostedLoop, HostedLoopClosed
from gridwire.aerospike.control.blocking_node import BlockingNode
from gridwire.aerospike.control.command import not_connected
from gridwire.aerospike.control.core import ClusterCore
from gridwire.aerospike.control.hosting import wait_for

if TYPE_CHECKING:
    from gridwire.aerospike._options.client_options import ClientOptions
    from gridwire.aerospike.cluster.node import NodeFacts
    from gridwire.aerospike.control.access import NodeAccess

__all__ = ["Control", "Starting", "abandon", "start"]

_THREAD_NAME = "gridwire-aerospike"


class Control(NamedTuple):
    """The control code of one client in one process."""

    core: ClusterCore[BlockingNode]
    hosted: HostedLoop


class Starting:
    """Getting connected on a loop of its own, while threads wait for that or do not.

    Args:
        options: of the client.
        version: of this library, as servers list it.
    """

    def __init__(self, options: ClientOptions, version: str) -> None:
        self._hosted = HostedLoop(_THREAD_NAME)
        try:
            self._task = self._hosted.start(_make, options, version, self._hosted)
        except BaseException:
            self._hosted.stop()
            raise

    @property
    def is_inherited(self) -> bool:
        """Whether a process did it that this one was forked from."""
        return self._task.is_inherited

    def wait(self, seconds: float | None) -> bool:
        """Wait for the end; whether it is over.

        Args:
            seconds: how long, None for as long as it takes.
        """
        return self._task.wait(seconds)

    def control(self) -> Control:
        """What came of it, when it is over.

        Raises:
            AerospikeError: see `ClusterCore.start`.
        """
        try:
            return Control(self._task.result(), self._hosted)
        except CancelledError:
            raise not_connected() from None

    def stop(self) -> None:
        """Nobody wants it any more."""
        self._hosted.stop()

    def abandon(self) -> None:
        """The same, for who cannot wait for the end of the thread."""
        if not self._hosted.is_here:
            return
        if self._task.done() and not self._task.cancelled() and self._task.exception() is None:
            abandon(self.control())
            return

        async def end() -> None:
            self._hosted.stop()

        try:
            self._hosted.start(end)
        except HostedLoopClosed:
            return


def start(options: ClientOptions, version: str) -> Control:
    """Start a loop, and get connected on it.

    Args:
        options: of the client.
        version: of this library, as servers list it.

    Raises:
        AerospikeError: see `ClusterCore.start`.
    """
    hosted = HostedLoop(_THREAD_NAME)
    try:
        return Control(wait_for(hosted, _make, options, version, hosted), hosted)
    except BaseException:
        hosted.stop()
        raise


async def _make(
    options: ClientOptions, version: str, hosted: HostedLoop
) -> ClusterCore[BlockingNode]:
    """On the loop."""

    def make_node(facts: NodeFacts, access: NodeAccess) -> BlockingNode:
        return BlockingNode(facts, access, core, hosted)

    core: ClusterCore[BlockingNode] = ClusterCore(options, make_node, version)
    await core.start()
    return core


def abandon(control: Control) -> None:
    """Nobody has the client any more, and nobody closed it: end without anybody waiting."""
    core, hosted = control
    if not hosted.is_here:
        return

    async def end() -> None:
        await core.close()
        hosted.stop()

    core.log.warning("the client was forgotten without being closed")
    try:
        hosted.start(end)
    except HostedLoopClosed:
        return
