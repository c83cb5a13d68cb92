# SPDX-License-Identifier: Apache-2.0
"""How a client gets into one node: its control connection, and the session that opens others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gridwire.aerospike.control.channel import Channel
from gridwire.aerospike.exception import AdminError
from gridwire.aerospike.protocol.greeting import (
    NEEDS_LOGIN,
    Conversation,
    Session,
    log_in,
    open_session,
    user_agent,
)
from gridwire.aerospike.protocol.info import encode_info, failure_of, read_info
from gridwire.aerospike.protocol.result_codes import class_of, error_of

if TYPE_CHECKING:
    from gridwire.aerospike.cluster.node import Endpoint
    from gridwire.aerospike.control.opening import Opener

__all__ = ["NodeAccess"]


class NodeAccess:
    """Gets into one node.

    Args:
        opener: opens streams as the options say.
        endpoint: where the node listens.

    Attributes:
        endpoint: as given.
        build: version of the server, as far as it is known.
        session: opens connections; replaced as a whole, so that any thread may read it.
    """

    def __init__(self, opener: Opener, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.build: tuple[int, ...] = ()
        self.session: Session | None = None
        self._opener = opener
        self._channel: Channel | None = None
        self._is_closed = False
        # One question at a time; connections that open may need a new session meanwhile.
        self._lock = asyncio.Lock()

    async def ask(self, names: Sequence[str]) -> dict[str, str]:
        """Values of the node by name, asked for on the control connection.

        Raises:
            OSError: nobody answers there, or not in time.
            AdminError: the node does not let this client in.
            ProtocolError: the answer makes no sense.
        """
        async with self._lock, asyncio.timeout(self._opener.timeout):
            channel = await self._ready_channel()
            values = read_info(await channel.exchange(encode_info(names)))
        _check_allowed(values)
        return values

    async def _ready_channel(self) -> Channel:
        channel = self._channel
        if channel is None or channel.is_closed:
            channel = self._channel = await self._open()
        session = self.session
        if session is not None and session.renew_at is not None:
            now = self._opener.now()
            if now >= session.renew_at:
                await self._log_in(channel)
        return channel

    async def _open(self) -> Channel:
        if self._is_closed:
            raise ConnectionError("the node is not used any more")
        channel = Channel(self._opener.tls)
        channel.stream = await self._opener.open(channel, self.endpoint)
        try:
            await self._enter(channel)
        except BaseException:
            channel.close()
            raise
        return channel

    async def _enter(self, channel: Channel) -> None:
        credentials = self._opener.credentials
        if credentials is None:
            return
        if self.session is not None:
            try:
                await channel.converse(open_session(credentials, self.session))
                return
            except AdminError as error:
                if error.code not in NEEDS_LOGIN:
                    raise
        await self._log_in(channel)

    async def _log_in(self, channel: Channel) -> None:
        credentials = self._opener.credentials
        assert credentials is not None
        self.session = await channel.converse(log_in(credentials, self._opener.now()))

    async def renew(self, used: Session | None) -> None:
        """A node did not accept a session: log in again, unless that was done meanwhile.

        Args:
            used: the session that was not accepted.

        Raises:
            OSError: nobody answers there, or not in time.
            AdminError: the node does not let this client in.
        """
        async with self._lock, asyncio.timeout(self._opener.timeout):
            if self.session is not used:
                return
            self.session = None
            channel = self._channel
            if channel is None or channel.is_closed:
                self._channel = await self._open()
            else:
                await self._log_in(channel)

    def greeting(self, session: Session | None) -> Conversation:
        """What is said on a new connection for commands before it is used.

        Args:
            session: that opens it, normally `session`; who catches an `AdminError` of
                `NEEDS_LOGIN` calls `renew` with it and begins anew with another connection.
        """
        opener = self._opener
        yield from open_session(opener.credentials, session)
        yield from user_agent(self.build, opener.version, opener.application_id)

    def close(self) -> None:
        """Give up the control connection."""
        self._is_closed = True
        if self._channel is not None:
            self._channel.close()


def _check_allowed(values: dict[str, str]) -> None:
    """Nothing, unless a node tells nothing to who did not log in."""
    for text in (*values.values(), *values):
        failure = failure_of(text)
        if failure is not None and class_of(failure.code) is AdminError:
            raise error_of(failure.code, operation="info")
