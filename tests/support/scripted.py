# SPDX-License-Identifier: Apache-2.0
"""Members that do what a test tells them: answer late, wrongly, or not at all.

A `ScriptedCluster` runs its members on an event loop of its own, in a daemon thread, and speaks
through the library's message tables. Without a script members keep a small map and behave::

    with ScriptedCluster(members=2) as cluster:
        cluster.script("Map.Get", fail(52), fail(52))     # then they behave again
        cluster.always("Map.Set", silence)
        held = cluster.hold("Map.Put")                     # the test answers by itself
        request = held.next()
        request.answer(None, backups=1)

What may go wrong is in `support.scripted_replies`. Every method may be called by any thread, and
nothing sleeps: a test waits for what it wants to see (`wait_for`, `Hold.next`).
"""

from __future__ import annotations

import asyncio
import socket
import threading
import uuid
from collections import deque
from collections.abc import Callable
from typing import Any, Self

from gridwire.hazelcast.protocol import customs
from gridwire.hazelcast.protocol.messages import client as client_messages
from gridwire.testing._shared.closing import stop_listening
from support.scripted_connection import PATIENCE, Behaviour, Connection, Hold, Incoming, joined
from support.scripted_map import USUAL

__all__ = ["Behaviour", "Connection", "Hold", "Incoming", "ScriptedCluster", "ScriptedMember"]

_MEMBERS, _PARTITIONS = client_messages.ADD_CLUSTER_VIEW_LISTENER.events[:2]
_ACK = client_messages.LOCAL_BACKUP_LISTENER.events[0]


class ScriptedMember:
    """One member."""

    def __init__(self, cluster: ScriptedCluster) -> None:
        self.cluster = cluster
        self.uuid = uuid.uuid4()
        self.host, self.port = cluster.host, 0
        self.connections: list[Connection] = []
        self.on_connect: Callable[[Connection], object] | None = None
        self.scripts: dict[str, deque[Behaviour]] = {}
        self.rules: dict[str, Behaviour] = {}
        self._server: asyncio.Server | None = None

    @property
    def address(self) -> str:
        """Where it listens, for a configuration."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def script(self, name: str, *behaviours: Behaviour) -> None:
        """What to do with the next requests of a kind, one after the other."""
        self.scripts.setdefault(name, deque()).extend(behaviours)

    def always(self, name: str, behaviour: Behaviour) -> None:
        """What to do with every request of a kind."""
        self.rules[name] = behaviour

    def behave(self, *names: str) -> None:
        """End the rules for these kinds."""
        for name in names:
            self.rules.pop(name, None)
            self.scripts.pop(name, None)

    def hold(self, name: str) -> Hold:
        """Keep every request of a kind for the test."""
        held = Hold()
        self.always(name, held)
        return held

    def seen(self, name: str) -> list[Incoming]:
        """The requests of a kind so far."""
        return [one for one in self.cluster.seen(name) if one.member is self]

    def ack(self, client: uuid.UUID | None, correlation: int) -> None:
        """Tell a client that a backup was stored here."""
        for connection in self.connections:
            if connection.client_uuid == client and connection.ack_correlation is not None:
                event = _ACK.encode(connection.ack_correlation, -1, correlation)
                connection.write(joined(event))
                return
        raise AssertionError("the client has not registered for acks here")

    def kill(self) -> None:
        """End every connection and listen no more; the view is not told."""
        self.cluster.run(self._stop())

    def revive(self) -> None:
        """Listen again at the same address."""
        self.cluster.run(self._start())

    async def _start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self), self.host, self.port)
        listening = self._server.sockets[0]
        self.port = listening.getsockname()[1]
        if self.cluster.receive_buffer is not None:
            # Accepted sockets inherit it.
            size = self.cluster.receive_buffer
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)

    async def _stop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            await stop_listening(server)
        for connection in list(self.connections):
            connection.close()
        while self.connections:  # noqa: ASYNC110 - they end in the next turns of this loop
            await asyncio.sleep(0)


class ScriptedCluster:
    """Members on one loop, which share a map, a view and a log of requests.

    Args:
        members: how many.
        partition_count: partition `p` belongs to member ``p % members``.
        host: where they listen.
        views_at_once: whether the answer to the authentication holds the view, as from 5.4 on.
        receive_buffer: bytes that the kernel takes while nobody reads, None for its own choice.

    Attributes:
        server_version: what its members say they are.
    """

    cluster_name = "scripted"
    server_version = "5.7.0"

    def __init__(
        self,
        members: int = 1,
        *,
        partition_count: int = 13,
        host: str = "127.0.0.1",
        views_at_once: bool = True,
        receive_buffer: int | None = None,
    ) -> None:
        self.host = host
        self.partition_count = partition_count
        self.views_at_once = views_at_once
        self.receive_buffer = receive_buffer
        self.cluster_id = uuid.uuid4()
        self.version = 1
        self.maps: dict[str, dict[bytes, bytes]] = {}
        self.scripts: dict[str, deque[Behaviour]] = {}
        self.rules: dict[str, Behaviour] = {}
        self.viewers: list[tuple[Connection, int]] = []
        self._log: list[Incoming] = []
        self._changed = threading.Condition()
        self._loop = asyncio.SelectorEventLoop()
        self._thread = threading.Thread(target=self._run, name="scripted-cluster", daemon=True)
        self._thread.start()
        self.members: list[ScriptedMember] = []
        for _ in range(members):
            self.start_member(announce=False)

    # -- life ---------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End everything."""
        for member in self.members:
            self.run(member._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self) -> None:
        self._loop.run_forever()

    def run(self, coroutine: Any) -> Any:
        """Run a coroutine on the members' loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(PATIENCE)

    def post(self, function: Callable[..., object], *args: Any) -> None:
        """Have the members' loop call a function; at once when this is its thread."""
        if threading.current_thread() is self._thread:
            function(*args)
        else:
            self._loop.call_soon_threadsafe(function, *args)

    def next_turn(self, function: Callable[..., object], *args: Any) -> None:
        """Have the members' loop call a function in its next turn; on the loop's thread."""
        self._loop.call_soon(function, *args)

    def settle(self) -> None:
        """Return when what was posted before was done."""
        self.run(asyncio.sleep(0))

    # -- who is there -------------------------------------------------------------------------

    @property
    def addresses(self) -> list[str]:
        """Where the members listen."""
        return [member.address for member in self.members]

    def start_member(self, announce: bool = True) -> ScriptedMember:
        """Let one more member listen, and tell the clients of it."""
        member = ScriptedMember(self)
        self.run(member._start())
        self.members.append(member)
        if announce:
            self.announce()
        return member

    def remove(self, member: ScriptedMember) -> None:
        """Kill a member and tell the clients that it left."""
        member.kill()
        self.members.remove(member)
        self.announce()

    def owner(self, partition: int) -> ScriptedMember:
        """Who owns a partition."""
        return self.members[partition % len(self.members)]

    def infos(self) -> list[Any]:
        """The members as the protocol carries them."""
        version = customs.MemberVersion(5, 7, 0)
        return [
            customs.MemberInfo(
                customs.Address(one.host, one.port), one.uuid, {}, False, version, {}
            )
            for one in self.members
        ]

    def table(self) -> list[tuple[uuid.UUID, list[int]]]:
        """The partitions of each member."""
        count, members = self.partition_count, self.members
        return [
            (one.uuid, list(range(index, count, len(members))))
            for index, one in enumerate(members)
            if index < count
        ]

    def announce(self) -> None:
        """Tell clients the present view."""
        self.version += 1
        self.post(self._tell_all)

    def _tell_all(self) -> None:
        for connection, correlation in self.viewers:
            self.tell(connection, correlation)

    def tell(self, connection: Connection, correlation: int) -> None:
        """Tell one client the present view."""
        members = _MEMBERS.encode(correlation, -1, self.version, self.infos())
        partitions = _PARTITIONS.encode(correlation, -1, self.version, self.table())
        connection.write(joined(members) + joined(partitions))

    # -- what to do ---------------------------------------------------------------------------

    def script(self, name: str, *behaviours: Behaviour) -> None:
        """What to do with the next requests of a kind, whoever gets them."""
        self.scripts.setdefault(name, deque()).extend(behaviours)

    def always(self, name: str, behaviour: Behaviour) -> None:
        """What to do with every request of a kind."""
        self.rules[name] = behaviour

    def behave(self, *names: str) -> None:
        """End the rules for these kinds."""
        for name in names:
            self.rules.pop(name, None)
            self.scripts.pop(name, None)

    def hold(self, name: str) -> Hold:
        """Keep every request of a kind for the test."""
        held = Hold()
        self.always(name, held)
        return held

    def take(self, request: Incoming) -> None:
        """A request came."""
        with self._changed:
            self._log.append(request)
            self._changed.notify_all()
        for place in (request.member, self):
            waiting = place.scripts.get(request.name)
            if waiting:
                waiting.popleft()(request)
                return
            rule = place.rules.get(request.name)
            if rule is not None:
                rule(request)
                return
        self.usual(request)

    def usual(self, request: Incoming) -> None:
        """Do what a member does."""
        handler = USUAL.get(request.name)
        if handler is None:
            request.fail(61, f"{request.name} is not scripted", "java.lang.UnsupportedOperation")
        else:
            handler(request)

    # -- what happened ------------------------------------------------------------------------

    def seen(self, name: str) -> list[Incoming]:
        """The requests of a kind so far, in order of arrival."""
        with self._changed:
            return [one for one in self._log if one.name == name]

    def forget(self) -> None:
        """Begin a new log."""
        with self._changed:
            self._log.clear()

    def wait_for(self, name: str, count: int = 1, timeout: float = PATIENCE) -> list[Incoming]:
        """Wait until so many requests of a kind were received; all of them."""
        self.wait_until(lambda: len(self.seen(name)) >= count, timeout)
        return self.seen(name)

    def wait_until(self, condition: Callable[[], bool], timeout: float = PATIENCE) -> None:
        """Wait until something is true that requests or connections change."""
        with self._changed:
            assert self._changed.wait_for(condition, timeout), "it did not happen"

    def changed(self) -> None:
        """Something changed that a test may wait for."""
        with self._changed:
            self._changed.notify_all()
