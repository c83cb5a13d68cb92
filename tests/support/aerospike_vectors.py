# SPDX-License-Identifier: Apache-2.0
"""Exchanges that were recorded with a real Aerospike server, sent to a node of ours and compared.

A recording is a folder of JSON-lines files, one exchange a line: an ``id``, the ``request`` and the
frames of the ``response`` as hexadecimal text, ``conn`` when several exchanges shared a connection,
``pause_before`` in seconds, and what of the answer differs between two runs (``volatile``). Each
file starts with an empty server. Pauses are made by the node's clock.

Records must be as the real server left them, or nothing that follows can be compared. Where the
recording has a gap, or an exchange needs what our node does not support, the requests in
``prepared.json`` bring them there: ``before`` an exchange, always; ``instead`` of one, only if it
failed. They count neither as passed nor as failed.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import re
import zlib
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from struct import Struct
from typing import TYPE_CHECKING, Any, NamedTuple

from gridwire.aerospike.protocol.message import EPOCH
from gridwire.testing._aerospike.namespaces import Namespace
from gridwire.testing._aerospike.node import Node
from gridwire.testing._aerospike.server import NodeServer
from gridwire.testing._aerospike.views import Peer, Replicas, SingleNode, bitmap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gridwire.testing._aerospike.views import AddressKind

VECTORS = Path(__file__).parent.parent / "vectors" / "aerospike"
MUST_PASS = VECTORS / "must-pass.txt"
"""The ids of the exchanges that must pass."""

COMMITTED = VECTORS / "exchanges.jsonl.gz"
"""These exchanges; the whole recording is too large to be part of the repository."""

PREPARED = VECTORS / "prepared.json"

_STARTED = EPOCH + 532_911_200
_QUESTION = b"is-that-all\n"
_PROBE = bytes((2, 1, 0, 0, 0, 0, 0, len(_QUESTION))) + _QUESTION
_SILENCE_SECONDS = 0.05
_PATIENCE_SECONDS = 5.0
_INFO, _MESSAGE = 1, 3
_INLINE = 0x01
_read_message = Struct(">6B3I2H").unpack_from
_TTL_AT = 10


class Exchange(NamedTuple):
    """A request and its recorded answer."""

    id: str
    call: str
    connection: int | None
    node: int
    request: bytes
    response: tuple[bytes, ...]
    pause: float
    volatile: str
    is_closed: bool
    before: tuple[bytes, ...]


class Difference(NamedTuple):
    """An exchange that went otherwise than with the real server."""

    exchange: Exchange
    answer: tuple[bytes, ...]
    is_closed: bool


@dataclass
class Replay:
    """What became of the exchanges of one file."""

    passed: list[str]
    failed: list[Difference]


def exchanges_of(lines: Iterable[str]) -> Iterator[Exchange]:
    """Read a file; exchanges in which nothing was sent are left out."""
    for line in lines:
        row = json.loads(line)
        if row["request"] is None:
            continue
        yield Exchange(
            row["id"],
            row["call"],
            row.get("conn"),
            (row.get("node") or 1) - 1,
            _unhex(row["request"]),
            tuple(map(_unhex, row["response"])),
            row.get("pause_before") or 0.0,
            row.get("volatile") or "",
            "by the server" in (row.get("connection_after") or ""),
            tuple(map(_unhex, row.get("before", []))),
        )


def recorded(folder: Path, only: str | None = None) -> dict[str, list[str]]:
    """The lines of the files of a recording, by the files' names.

    Args:
        folder: where they are.
        only: one of them, with or without its ending.

    Raises:
        FileNotFoundError: there is no such file, or none at all.
    """
    there = sorted(path.stem for path in folder.glob("*.jsonl"))
    names = [only.removesuffix(".jsonl")] if only else there
    if not names or not set(names) <= set(there):
        what = f"no recording {only!r}" if only else "no recording"
        raise FileNotFoundError(f"{what} in {folder}; there are: {', '.join(there) or 'none'}")
    before = _prepared()["before"]
    files: dict[str, list[str]] = {}
    for name in names:
        lines = folder.joinpath(f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        rows = map(json.loads, lines)
        files[name] = [json.dumps(row | {"before": before.get(row["id"], [])}) for row in rows]
    return files


def _prepared() -> dict[str, dict[str, list[str]]]:
    return dict(json.loads(PREPARED.read_text(encoding="utf-8")))


def committed() -> dict[str, list[str]]:
    """The lines of the exchanges that must pass, by the names of the files that they are from."""
    files: dict[str, list[str]] = {}
    for line in gzip.decompress(COMMITTED.read_bytes()).decode().splitlines():
        files.setdefault(json.loads(line)["id"].partition("/")[0], []).append(line)
    return files


def replay(lines: Iterable[str]) -> Replay:
    """Start what the exchanges of a file were recorded with, and replay them in order."""
    return asyncio.run(_replay(list(exchanges_of(lines))))


def _unhex(text: str) -> bytes:
    if text.startswith("z:"):
        return zlib.decompress(base64.b64decode(text[2:]))
    return bytes.fromhex(text)


class _Three(SingleNode):
    """What three nodes know of each other and of their partitions at the time of an exchange.

    This depends on what befell the recorded cluster, so it is taken from the recording, as numbers,
    nodes and partitions; how a node tells them is what is compared.
    """

    def __init__(self, namespaces: tuple[Namespace, ...]) -> None:
        super().__init__("C1", namespaces, "127.0.0.1:4100", "vec3")
        self._generations: dict[tuple[str, str], int] = {}
        self._peers: dict[str, tuple[Peer, ...]] = {}
        self._replicas: dict[str, Replicas] = {}

    def learn(self, name: str, told: bytes) -> None:
        """What a node is to know.

        Args:
            name: of the node.
            told: what it told of it when it was recorded.
        """
        for line in told.decode().splitlines():
            command, _, value = line.partition("\t")
            if command.endswith("-generation"):
                self._generations[name, command] = int(value)
            elif command == "peers-clear-std":
                found = re.findall(r"\[(\w+),,\[([^\]]+)\]\]", value)
                self._peers[name] = tuple(Peer(peer, "", (at,)) for peer, at in found)
            elif command == "replicas":
                regime, _, *encoded = value.removeprefix("test:").split(",")
                maps = map(_partitions, map(base64.b64decode, encoded))
                self._replicas[name] = Replicas(int(regime), tuple(map(bitmap, maps)))

    def size(self, node: str) -> int:
        return 3

    def partition_generation(self, node: str) -> int:
        return self._generations.get((node, "partition-generation"), 0)

    def peers_generation(self, node: str) -> int:
        return self._generations.get((node, "peers-generation"), 4)

    def peers(self, node: str, kind: AddressKind) -> tuple[Peer, ...] | None:
        return self._peers.get(node, ())

    def replicas(self, node: str, namespace: bytes) -> Replicas:
        return self._replicas.get(node) or super().replicas(node, namespace)


def _partitions(bits: bytes) -> list[int]:
    return [number for number in range(8 * len(bits)) if bits[number // 8] & 0x80 >> number % 8]


class _Setting:
    """The nodes of a recording, listening."""

    def __init__(self, *, is_cluster: bool) -> None:
        self.now = float(_STARTED)
        test = Namespace("test", {"allow-ttl-without-nsup": True})
        bar = Namespace("bar", {"default-ttl": 3600, "nsup-period": 120})
        self._three: _Three | None = None
        view: SingleNode
        if is_cluster:
            names = ["C1", "C2", "C3"]
            view = self._three = _Three((test,))
        else:
            names, view = ["B1"], SingleNode("B1", (test, bar), "127.0.0.1:4000", "vec")
        service = {"batch-max-requests": 0}
        nodes = [Node(name, view, lambda: self.now, service=service) for name in names]
        self._servers = [NodeServer(node) for node in nodes]
        self._streams: dict[Any, tuple[asyncio.StreamReader, asyncio.StreamWriter]] = {}

    async def start(self) -> None:
        for server in self._servers:
            await server.start()

    async def close(self) -> None:
        for _, writer in self._streams.values():
            await _close(writer)
        for server in self._servers:
            await server.close()

    async def exchange(self, exchange: Exchange) -> tuple[tuple[bytes, ...], bool]:
        """The frames that come, and whether the connection was closed."""
        key = (exchange.node, exchange.connection)
        if exchange.connection is None or key not in self._streams:
            address = self._servers[exchange.node % len(self._servers)].address
            streams = await asyncio.open_connection(*address)
        else:
            streams = self._streams.pop(key)
        self.now += exchange.pause
        if self._three is not None and exchange.request[1] == _INFO:
            for frame in exchange.response:
                self._three.learn(f"C{exchange.node + 1}", frame[8:])
        answer = await _send(*streams, exchange)
        if exchange.connection is None or answer[1]:
            await _close(streams[1])
        else:
            self._streams[key] = streams
        return answer

    async def prepare(self, requests: Iterable[bytes]) -> None:
        """Send what is not compared."""
        for request in requests:
            exchange = Exchange("", "", None, 0, request, (), 0.0, "", False, ())
            await self.exchange(exchange)


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    try:
        await writer.wait_closed()
    except ConnectionError:
        pass


async def _send(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, exchange: Exchange
) -> tuple[tuple[bytes, ...], bool]:
    request = exchange.request
    # Requests are answered in order, so that what comes before a question's answer is all.
    is_probed = _is_whole(request) and not exchange.is_closed
    writer.write(request + _PROBE if is_probed else request)
    frames: list[bytes] = []
    patience = _PATIENCE_SECONDS
    while True:
        if not is_probed and len(frames) == len(exchange.response) and not exchange.is_closed:
            patience = _SILENCE_SECONDS
        try:
            async with asyncio.timeout(patience):
                head = await reader.readexactly(8)
                frame = head + await reader.readexactly(int.from_bytes(head[2:], "big"))
        except TimeoutError:
            return tuple(frames), False
        except (asyncio.IncompleteReadError, ConnectionError):
            return tuple(frames), True
        if is_probed and frame[1] == _INFO and frame[8:].startswith(_QUESTION[:-1]):
            return tuple(frames), False
        frames.append(frame)


def _is_whole(data: bytes) -> bool:
    offset = 0
    while offset + 8 <= len(data):
        offset += 8 + int.from_bytes(data[offset + 2 : offset + 8], "big")
    return offset == len(data)


async def _replay(exchanges: list[Exchange]) -> Replay:
    is_cluster = any(exchange.node for exchange in exchanges)
    setting = _Setting(is_cluster=is_cluster)
    result = Replay([], [])
    instead = _prepared()["instead"]
    await setting.start()
    try:
        for exchange in exchanges:
            await setting.prepare(exchange.before)
            answer, is_closed = await setting.exchange(exchange)
            expected = _comparable(exchange, exchange.response)
            if _comparable(exchange, answer) == expected and is_closed == exchange.is_closed:
                result.passed.append(exchange.id)
            else:
                result.failed.append(Difference(exchange, answer, is_closed))
                await setting.prepare(map(_unhex, instead.get(exchange.id, [])))
    finally:
        await setting.close()
    return result


def _comparable(exchange: Exchange, frames: tuple[bytes, ...]) -> Any:
    """An answer without what differs between two runs with the same server."""
    if exchange.volatile == "numbers":
        return [re.sub(rb"[0-9A-F]{6,}|[0-9]+", b"#", frame) for frame in frames]
    if exchange.volatile == "void-time":
        return [_without_ttl(frame) for frame in frames]
    if exchange.volatile == "order" or _is_unordered(exchange.request):
        return sorted(part for frame in frames for part in messages_of(frame))
    return list(frames)


def _is_unordered(request: bytes) -> bool:
    """A batch whose rows may be done by several threads of a server."""
    if len(request) < 40 or request[1] != _MESSAGE or not request[9] & 0x08:
        return False
    return request[34] == 41 and not request[39] & _INLINE


def _without_ttl(frame: bytes) -> bytes:
    data = bytearray(frame)
    for start, _ in pairwise([*_starts(frame), len(frame)]):
        data[start + _TTL_AT : start + _TTL_AT + 4] = bytes(4)
    return bytes(data)


def messages_of(frame: bytes) -> list[bytes]:
    """The messages in a frame."""
    return [frame[start:end] for start, end in pairwise([*_starts(frame), len(frame)])]


def _starts(frame: bytes) -> list[int]:
    starts = []
    offset = 8
    while offset + 22 <= len(frame) and frame[1] == _MESSAGE:
        starts.append(offset)
        head = _read_message(frame, offset)
        offset += 22
        for _ in range(head[9] + head[10]):
            offset += 4 + int.from_bytes(frame[offset : offset + 4], "big")
    return starts or [8]


def must_pass() -> list[str]:
    """The ids of the exchanges that must pass, in order."""
    return MUST_PASS.read_text(encoding="utf-8").splitlines()


def keep(files: dict[str, list[str]], passed: set[str]) -> int:
    """Commit exchanges that passed, but for those that fail when only these are replayed.

    Returns:
        How many they are.
    """
    kept: list[str] = []
    for lines in files.values():
        chosen = set(passed)
        while failed := {found.exchange.id for found in replay(_chosen(lines, chosen)).failed}:
            chosen -= failed
        kept += _chosen(lines, chosen)
    text = "".join(f"{line}\n" for line in kept)
    COMMITTED.write_bytes(gzip.compress(text.encode(), mtime=0))
    ids = "".join(json.loads(line)["id"] + "\n" for line in kept)
    MUST_PASS.write_text(ids, encoding="utf-8")
    return len(kept)


_KEPT = ("id", "call", "conn", "node", "request", "response", "volatile", "connection_after")


def _chosen(lines: list[str], chosen: set[str]) -> list[str]:
    """The lines of some exchanges, with what has to be sent, and waited, before each of them."""
    instead = _prepared()["instead"]
    kept: list[str] = []
    before: list[str] = []
    pause = 0.0
    for line in lines:
        row = json.loads(line)
        pause += row.get("pause_before") or 0.0
        if row["id"] not in chosen or row["request"] is None:
            before += instead.get(row["id"], [])
            continue
        known = {key: row[key] for key in _KEPT if row.get(key) is not None}
        before = [*before, *row["before"]]
        extra = {"before": before} if before else {}
        extra |= {"pause_before": pause} if pause else {}
        kept.append(json.dumps(known | extra))
        before, pause = [], 0.0
    return kept
