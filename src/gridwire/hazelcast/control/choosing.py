# SPDX-License-Identifier: Apache-2.0
"""Which connection a call is sent on, and waiting for one while there is none."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from gridwire._core.outcome import Outcome
from gridwire.hazelcast.cluster.attempts import Attempts
from gridwire.hazelcast.cluster.late_count import NO_PARTITION
from gridwire.hazelcast.control.connection import Connection
from gridwire.hazelcast.errors import TargetNotMemberError

if TYPE_CHECKING:
    from gridwire.hazelcast.control.core import ClientCore

__all__ = ["choose"]


async def choose(core: ClientCore, attempts: Attempts, patient: bool) -> Connection:
    """The connection to send on; waits for one while the cluster is away.

    Args:
        core: the client.
        attempts: of the call.
        patient: it waits also while no member is connected, whatever `reconnect_mode` is.

    Raises:
        OperationTimeoutError: the time was over before.
        ClientOfflineError: there is none, and the call may not wait.
        TargetNotMemberError: the member that it is for is gone.
        HazelcastClientNotActiveError: the client is shut down.
    """
    request = attempts.request
    while True:
        routes = core.state.routes
        if request.route is NO_PARTITION or (core.life.is_offline and not patient):
            raise core.life.offline() from attempts.last
        connection: Connection | None
        if request.member is not None:
            connection = routes.to_member(request.member)
            if connection is not None:
                return connection
            if core.state.members.find(request.member) is None:
                raise TargetNotMemberError(
                    f"{request.member} is not a member of the cluster", outcome=Outcome.NOT_SENT
                )
        if 0 <= request.route < routes.partition_count:
            connection = routes.by_partition[request.route]
            if connection is not None:
                return connection
        if request.member is None and routes.connections:
            return _balance(core)
        await _next_change(core, attempts)


def _balance(core: ClientCore) -> Connection:
    """Any member will do, or the owner is not connected and another forwards."""
    routes = core.state.routes
    if core.state.smart:
        member = core.balancer.next()
        if member is not None:
            connection = routes.to_member(member.uuid)
            if connection is not None:
                return connection
    return routes.connections[0]


async def _next_change(core: ClientCore, attempts: Attempts) -> None:
    """Wait until connections or members are others than now."""
    # Nothing happens between a look at them and this line, so no change is missed.
    core.changed.clear()
    try:
        async with asyncio.timeout_at(attempts.when):
            await core.changed.wait()
    except TimeoutError:
        phase, outcome = "waiting for a connection", attempts.outcome()
        raise attempts.timed_out(phase, outcome, core.now()) from attempts.last
    if not core.lifecycle.running:
        raise core.life.not_active()
