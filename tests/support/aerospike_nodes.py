# SPDX-License-Identifier: Apache-2.0
"""A node of the test cluster without its sockets, and commands in the words of tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from gridwire.aerospike.protocol import flags
from gridwire.aerospike.protocol.digest import key_particle, record_digest
from gridwire.aerospike.protocol.info import encode_info, read_info
from gridwire.aerospike.protocol.message import (
    FIRST_FIELD,
    encode_message,
    field,
    operation,
    ordered_bins_of,
    read_head,
)
from gridwire.aerospike.protocol.particles import encode_particle
from gridwire.testing._aerospike.namespaces import Namespace
from gridwire.testing._aerospike.node import Node
from gridwire.testing._aerospike.views import SingleNode

if TYPE_CHECKING:
    from gridwire.testing._aerospike.security import Security
    from gridwire.testing._aerospike.views import ClusterView

NOON = 1_800_000_000.0
READ_ALL = flags.INFO1_READ | flags.INFO1_GET_ALL
WRITE = flags.INFO2_WRITE
DELETE = flags.INFO2_WRITE | flags.INFO2_DELETE


class Reply(NamedTuple):
    """What a node answered about one record."""

    code: int
    generation: int
    void_time: int
    bins: list[tuple[str, Any]]


class Op(NamedTuple):
    """An operation; `value` is any that can be stored, or a particle with its type."""

    code: int
    name: str = ""
    value: Any = None

    def encode(self) -> bytes:
        kind, data = self.value if isinstance(self.value, tuple) else encode_particle(self.value)
        return operation(self.code, kind, self.name.encode(), data)


def read(name: str = "") -> Op:
    return Op(flags.OP_READ, name)


def write(name: str, value: Any) -> Op:
    return Op(flags.OP_WRITE, name, value)


class Talk:
    """A connection to a node, the clock of both, and all messages that were sent."""

    def __init__(
        self,
        view: ClusterView | None = None,
        security: Security | None = None,
        service: dict[str, object] | None = None,
        **parameters: object,
    ) -> None:
        self.now = NOON
        given = {"allow-ttl-without-nsup": True, **parameters}
        options = {name.replace("_", "-"): value for name, value in given.items()}
        self.namespace = Namespace("test", options)
        view = view or SingleNode("A1", (self.namespace,), "127.0.0.1:3000", "docker")
        self.node = Node("A1", view, lambda: self.now, security, service or {})
        self.connection = self.node.connect()
        self.sent: list[bytes] = []

    def command(
        self,
        key: Any,
        *ops: Op,
        info1: int = 0,
        info2: int = 0,
        info3: int = 0,
        info4: int = 0,
        generation: int = 0,
        ttl: int = 0,
        set_name: str = "s",
        send_key: bool = False,
        fields: tuple[tuple[int, bytes], ...] = (),
    ) -> Reply:
        sent = [(flags.FIELD_NAMESPACE, b"test"), (flags.FIELD_SET, set_name.encode())]
        sent.append((flags.FIELD_DIGEST, record_digest("s", key)))
        if send_key:
            sent.append((flags.FIELD_KEY, key_particle(key)))
        sent += fields
        body = b"".join(field(*item) for item in sent)
        encoded = b"".join(op.encode() for op in ops)
        message = encode_message(
            info1, info2, info3, generation, ttl, 1000, len(sent), body, len(ops), encoded
        )
        message[12] = info4
        (answer,) = self.send(bytes(message))
        return reply_of(answer)

    def put(self, key: Any, bins: dict[str, Any], **how: Any) -> Reply:
        how["info2"] = how.get("info2", 0) | WRITE
        return self.command(key, *(write(*item) for item in bins.items()), **how)

    def get(self, key: Any, **how: Any) -> Reply:
        return self.command(key, info1=READ_ALL, **how)

    def delete(self, key: Any, **how: Any) -> Reply:
        how["info2"] = how.get("info2", 0) | DELETE
        return self.command(key, **how)

    def info(self, line: str) -> str:
        (answer,) = self.send(encode_info([line]))
        return read_info(answer)[line]

    def send(self, message: bytes) -> list[bytes]:
        self.sent.append(message)
        return self.node.handle(self.connection, message)


def reply_of(message: bytes, offset: int = FIRST_FIELD - 22) -> Reply:
    head = read_head(message, offset)
    bins, _ = ordered_bins_of(message, offset + 22, head.operation_count)
    return Reply(head.result, head.generation, head.void_time, bins)
