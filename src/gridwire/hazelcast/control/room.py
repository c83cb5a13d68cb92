# SPDX-License-Identifier: Apache-2.0
"""Waiting until fewer calls and bytes are pending, in order of arrival."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from gridwire.hazelcast.cluster.attempts import Attempts
from gridwire.hazelcast.control.connection import Connection

if TYPE_CHECKING:
    from gridwire.hazelcast.control.core import ClientCore

__all__ = ["wait_for_room"]


async def wait_for_room(
    core: ClientCore, attempts: Attempts, connection: Connection, patient: bool
) -> None:
    """Wait until there is room for one more call, behind those who came before.

    Args:
        core: the client.
        attempts: of the call.
        connection: where it is to be sent.
        patient: it waits also while no member is connected, whatever `reconnect_mode` is.

    Raises:
        BackpressureError: the time was over before.
        HazelcastError: the client, or its last connection, ended.
    """
    gate = core.calls.gate
    waited = False
    while (full := _is_full(core, connection)) or (gate and not waited):
        if not core.clockwork.ticking:
            core.clockwork.start()
        turn = _Turn()
        wake = turn.wake
        gate.join(wake, first=waited)
        if not full:
            # There is room, and others came before: they are let in, then this one.
            core.calls.admit()
        try:
            await core.parking.park(turn.future, attempts.when, patient)
        except TimeoutError:
            pending, unsent_bytes = len(core.calls.pending), connection.unsent_bytes
            raise attempts.no_room(pending, unsent_bytes, core.now()) from attempts.last
        finally:
            gate.leave(wake)
            if turn.woken:
                gate.arrived()
        waited = True


def _is_full(core: ClientCore, connection: Connection) -> bool:
    calls = core.calls
    return (
        len(calls.pending) >= calls.limit or connection.unsent_bytes > core.options.max_queued_bytes
    )


class _Turn:
    """A place in the queue of the gate."""

    __slots__ = ("future", "woken")

    def __init__(self) -> None:
        self.future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # Not the same as the future's end, which may be a timeout at the same moment.
        self.woken = False

    def wake(self) -> None:
        """Let it in; from any thread, for a thread that gives up its call makes room."""
        self.woken = True
        try:
            self.future.get_loop().call_soon_threadsafe(self._go_on)
        except RuntimeError:
            # The loop has ended, and with it whoever waited.
            return

    def _go_on(self) -> None:
        if not self.future.done():
            self.future.set_result(None)
