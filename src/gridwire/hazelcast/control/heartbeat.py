# SPDX-License-Identifier: Apache-2.0
"""Heartbeats: a silent connection is asked, one that stays silent is closed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from gridwire._core.request import Request
from gridwire.hazelcast.control.connection import Connection
from gridwire.hazelcast.errors import HazelcastError
from gridwire.hazelcast.protocol.messages import client as messages

if TYPE_CHECKING:
    from gridwire.hazelcast.control.core import ClientCore

__all__ = ["beat"]


async def beat(core: ClientCore) -> None:
    """Look at every connection at each `heartbeat_interval`, for as long as the client lives.

    Every connection is pinged each time, not only idle ones: members look for what the client
    sends, and a client that only listens sends nothing else.
    """
    while True:
        await asyncio.sleep(core.options.heartbeat_interval)
        now = core.now()
        for connection in core.state.routes.connections:
            session = connection.session
            if session.heard:
                session.heard = False
                connection.last_heard = now
            silent = now - connection.last_heard
            if silent > core.options.heartbeat_timeout:
                connection.close(
                    TimeoutError(
                        f"nothing was heard for {silent:.1f} s "
                        f"(heartbeat_timeout {core.options.heartbeat_timeout:g} s)"
                    )
                )
            else:
                if silent > core.options.heartbeat_timeout / 2:
                    _warn(core, connection, silent)
                core.spawn(_ping(core, connection))


def _warn(core: ClientCore, connection: Connection, silent: float) -> None:
    core.log.sparing.warning(
        "nothing was heard of member %s at %s for %.1f s, its connection is closed after %g s",
        connection.member_uuid,
        connection.address,
        silent,
        core.options.heartbeat_timeout,
        member=connection.member_uuid,
        address=connection.address,
        reason="silence",
    )


async def _ping(core: ClientCore, connection: Connection) -> None:
    try:
        async with asyncio.timeout(core.options.heartbeat_timeout):
            await core.call_on(connection, _request())
    except (HazelcastError, TimeoutError):
        # The next beat, or the end of the connection, says what is to be said.
        return


def _request() -> Request[Any]:
    message = messages.PING
    payload = message.encode_request(-1)
    assert isinstance(payload, bytearray)
    return Request(message.name, payload, message.decode_response, retryable=True)
