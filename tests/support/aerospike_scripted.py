# SPDX-License-Identifier: Apache-2.0
"""Nodes on the test's own loop, whose answers a test can delay, hold back, cut and forge.

They keep no records: a read is answered with the digest that it asked for, so that whoever gets an
answer can tell whether it is his own. Tests that need a server's meaning give `answer`.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Self

from gridwire.aerospike.control.authentication import hash_password
from gridwire.aerospike.protocol import flags
from gridwire.aerospike.protocol.admin import Command, Field, encode_admin
from gridwire.aerospike.protocol.message import (
    FIRST_FIELD,
    encode_message,
    fields_of,
    operation,
    read_head,
)
from gridwire.aerospike.protocol.particles import encode_particle
from gridwire.aerospike.protocol.proto import ADMIN, HEADER_BYTES, INFO, ProtoReader, frame
from gridwire.testing._shared.closing import stop_listening

__all__ = ["CUT", "HALF", "HOLD", "ScriptedCluster", "ScriptedNode", "digest_of", "reply", "until"]

HOLD, CUT, HALF = "hold", "cut", "half"
"""What a script may say of a request: not to answer it (and whatever comes after it), to end the
connection instead, to end it within the answer. A number delays the answer by so many seconds."""

PARTITIONS = 4096

Step = float | str | None
Script = Callable[["ScriptedNode", bytes], Step]


def digest_of(message: bytes) -> bytes:
    """The record that a request is about."""
    head = read_head(message)
    fields, _ = fields_of(message, FIRST_FIELD, head.field_count)
    return fields.get(flags.FIELD_DIGEST, b"")


def reply(code: int = 0, bins: dict[str, Any] | None = None, generation: int = 1) -> bytes:
    """An answer about one record."""
    ops = [
        operation(flags.OP_READ, kind, name.encode(), data)
        for name, value in (bins or {}).items()
        for kind, data in [encode_particle(value)]
    ]
    made = encode_message(0, 0, 0, generation, 0, 0, 0, b"", len(ops), b"".join(ops))
    made[13] = code
    return bytes(made)


class _Link(asyncio.Protocol):
    """One accepted connection: requests are answered one after the other."""

    def __init__(self, node: ScriptedNode) -> None:
        self.node = node
        self.is_authenticated = False
        self.requests = 0
        self._reader = ProtoReader()
        self._queue: deque[bytes] = deque()
        self._is_waiting = False
        self._timer: asyncio.TimerHandle | None = None
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.node.links.append(self)
        self.node.opened += 1

    def data_received(self, data: bytes) -> None:
        self._queue.extend(self._reader.feed(data))
        self._pump()

    def connection_lost(self, exc: Exception | None) -> None:
        if self in self.node.links:
            self.node.links.remove(self)
        if self._timer is not None:
            self._timer.cancel()
        self._is_waiting = True

    def _pump(self) -> None:
        out: list[bytes] = []
        while self._queue and not self._is_waiting:
            message = self._queue.popleft()
            if message[1] in (INFO, ADMIN):
                answer = self.node.control(self, message)
                if answer is None:
                    self._is_waiting = True
                else:
                    out.append(answer)
                continue
            self.requests += 1
            self.node.carriers += self.requests == 1
            self.node.requests += 1
            step = self.node.script(self.node, message)
            if step is None:
                out.append(self.node.answer_to(self, message))
            elif step == HOLD:
                self._is_waiting = True
                self.node.held.append((self, message))
            elif isinstance(step, str):
                if step == HALF:
                    self.transport.write(b"".join(out) + self.node.answer_to(self, message)[:17])
                self._queue.clear()
                self.transport.abort()
                return
            else:
                self._is_waiting = True
                loop = asyncio.get_running_loop()
                self._timer = loop.call_later(step, self.release, message)
        if out:
            self.transport.write(b"".join(out))

    def release(self, message: bytes) -> None:
        """Answer what was held back, and what came after it."""
        if self.transport.is_closing():
            return
        self._is_waiting = False
        self.transport.write(self.node.answer_to(self, message))
        self._pump()


class ScriptedNode:
    """A node; `script` says how each request is dealt with, `answer` what it is answered with."""

    def __init__(self, cluster: ScriptedCluster, number: int) -> None:
        self.cluster = cluster
        self.number = number
        self.name = f"BB{number:02}"
        self.port = 0
        self.script: Script = lambda node, message: None
        self.answer: Callable[[bytes], bytes] = echo
        self.infos: dict[str, str] = {}
        self.is_mute = False
        self.links: list[_Link] = []
        self.held: list[tuple[_Link, bytes]] = []
        self.opened = 0
        self.carriers = 0
        self.requests = 0
        self.asked: list[str] = []
        self.logins = 0
        self.tokens: set[bytes] = set()
        self._server: asyncio.Server | None = None

    async def start(self, port: int = 0) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _Link(self), "127.0.0.1", port, ssl=self.cluster.tls
        )
        self.port = self._server.sockets[0].getsockname()[1]
        self.cluster.changed()

    async def stop(self) -> None:
        """As a process that is killed."""
        server, self._server = self._server, None
        if server is not None:
            await stop_listening(server)
        for link in list(self.links):
            link.transport.abort()
        self.held.clear()
        await asyncio.sleep(0)
        self.cluster.changed()

    @property
    def is_up(self) -> bool:
        return self._server is not None

    @property
    def data_links(self) -> list[_Link]:
        """Connections that carried commands."""
        return [link for link in self.links if link.requests]

    def release_all(self) -> None:
        held, self.held = self.held, []
        for link, message in held:
            link.release(message)

    def answer_to(self, link: _Link, message: bytes) -> bytes:
        if self.cluster.users and not link.is_authenticated:
            return reply(80)
        return self.answer(message)

    # -- control ------------------------------------------------------------------------------

    def control(self, link: _Link, message: bytes) -> bytes | None:
        if self.is_mute:
            return None
        if message[1] == ADMIN:
            return self._admin(link, message)
        if self.cluster.users and not link.is_authenticated:
            lines = message[HEADER_BYTES:].decode().splitlines()
            return frame(INFO, "".join(f"{one}\tERROR:80:not allowed\n" for one in lines).encode())
        lines = message[HEADER_BYTES:].decode().splitlines()
        self.asked += lines
        answers = [f"{line}\t{self._info(line)}\n" for line in lines]
        return frame(INFO, "".join(answers).encode())

    def _info(self, name: str) -> str:
        if name in self.infos:
            return self.infos[name]
        cluster = self.cluster
        if name.startswith("peers-") and name != "peers-generation":
            return cluster.peers_of(self)
        if name.startswith("service-"):
            return f"127.0.0.1:{self.port}"
        generation = str(cluster.generation)
        return {
            "node": self.name,
            "build": "8.1.2.0",
            "cluster-name": cluster.name,
            "partition-generation": generation,
            "peers-generation": generation,
            "rebalance-generation": generation,
            "replicas": cluster.replicas_of(self),
            "rack-ids": f"test:{self.number}",
        }.get(name, "ok" if name.startswith(("truncate", "user-agent")) else "ERROR:4:unrecognized")

    def _admin(self, link: _Link, message: bytes) -> bytes:
        fields: dict[int, bytes] = {}
        at = HEADER_BYTES + 16
        for _ in range(message[HEADER_BYTES + 3]):
            size = int.from_bytes(message[at : at + 4], "big")
            fields[message[at + 4]] = message[at + 5 : at + 4 + size]
            at += 4 + size
        if not self.cluster.users:
            return encode_admin(0, {}, 51)
        if message[HEADER_BYTES + 2] == Command.AUTHENTICATE:
            if fields.get(Field.SESSION_TOKEN) not in self.tokens:
                return encode_admin(0, {}, 66)
            link.is_authenticated = True
            return encode_admin(0, {})
        user = fields.get(Field.USER, b"").decode()
        if self.cluster.users.get(user) != fields.get(Field.CREDENTIAL):
            return encode_admin(0, {}, 62)
        self.logins += 1
        token = f"token {self.logins} of {self.name}".encode()
        self.tokens.add(token)
        link.is_authenticated = True
        ttl = self.cluster.session_seconds.to_bytes(4, "big")
        return encode_admin(0, {Field.SESSION_TOKEN: token, Field.SESSION_TTL: ttl})


class ScriptedCluster:
    """Some nodes that share the partitions of namespace ``test``; each has one replica."""

    def __init__(
        self,
        count: int = 1,
        *,
        name: str = "docker",
        tls: ssl.SSLContext | None = None,
        users: dict[str, str] | None = None,
        session_seconds: int = 0,
    ) -> None:
        self.name = name
        self.tls = tls
        self.users = {user: hash_password(password) for user, password in (users or {}).items()}
        self.session_seconds = session_seconds
        self.generation = 0
        self.nodes = [ScriptedNode(self, number) for number in range(count)]

    async def __aenter__(self) -> Self:
        for node in self.nodes:
            await node.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        for node in self.nodes:
            await node.stop()
        # Accepted transports give up their sockets in the loop's next turns.
        for _ in range(3):
            await asyncio.sleep(0)

    @property
    def hosts(self) -> list[tuple[str, int]]:
        return [("127.0.0.1", node.port) for node in self.nodes]

    @property
    def requests(self) -> int:
        return sum(node.requests for node in self.nodes)

    def changed(self) -> None:
        self.generation += 1

    def up(self) -> list[ScriptedNode]:
        return [node for node in self.nodes if node.is_up]

    def master_of(self, partition: int) -> ScriptedNode:
        up = self.up()
        return up[partition % len(up)]

    def replica_of(self, partition: int) -> ScriptedNode:
        up = self.up()
        return up[(partition + 1) % len(up)]

    def peers_of(self, node: ScriptedNode) -> str:
        tls = "localhost" if self.tls else ""
        peers = [f"[{one.name},{tls},[127.0.0.1:{one.port}]]" for one in self.up() if one != node]
        return f"{self.generation},3000,[{','.join(peers)}]"

    def replicas_of(self, node: ScriptedNode) -> str:
        up = self.up()
        if node not in up:
            return ""
        index = up.index(node)
        mine = [p for p in range(PARTITIONS) if p % len(up) == index]
        copies = [p for p in range(PARTITIONS) if (p + 1) % len(up) == index]
        if len(up) == 1:
            return f"test:0,1,{bitmap(mine)}"
        return f"test:0,2,{bitmap(mine)},{bitmap(copies)}"


def bitmap(partitions: Iterable[int]) -> str:
    bits = bytearray(PARTITIONS // 8)
    for partition in partitions:
        bits[partition >> 3] |= 0x80 >> (partition & 7)
    return base64.b64encode(bits).decode()


def echo(message: bytes) -> bytes:
    """A write is done, a read finds a record that says which it is."""
    if message[HEADER_BYTES + 2] & flags.INFO2_WRITE:
        return reply()
    return reply(0, {"d": digest_of(message)})


async def until(condition: Callable[[], Any], seconds: float = 20.0) -> None:
    """Let the loop turn until a condition holds."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - it waits for rounds of this very loop
            await asyncio.sleep(0.001)
