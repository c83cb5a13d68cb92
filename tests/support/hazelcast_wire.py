# SPDX-License-Identifier: Apache-2.0
"""A client of a few lines that sends any message of the protocol and shows what comes back.

`MemoryWire` talks to a member's session without a socket, `SocketWire` to any member that listens,
ours or a real one.
"""

from __future__ import annotations

import itertools
import select
import socket
import uuid
from struct import pack_into, unpack_from
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from gridwire.hazelcast.protocol.error_message import ERROR_TYPE, decode_error
from gridwire.hazelcast.protocol.frames import BACKUP_AWARE, EVENT, PROTOCOL_PREAMBLE, FrameReader
from gridwire.hazelcast.protocol.messages import by_type
from gridwire.hazelcast.protocol.messages import client as client_messages
from gridwire.hazelcast.serialization.data import partition_of
from gridwire.testing._hazelcast.dispatch import connect

if TYPE_CHECKING:
    from gridwire.hazelcast.protocol.table import Message
    from gridwire.testing._hazelcast.member import Member
    from gridwire.testing._hazelcast.state import ClusterState

THREAD_ID = 1


def int_data(value: int) -> bytes:
    """Serialize an int."""
    return b"\0\0\0\0\xff\xff\xff\xf9" + value.to_bytes(4, "big", signed=True)


def text_data(value: str) -> bytes:
    """Serialize a string."""
    encoded = value.encode()
    return b"\0\0\0\0\xff\xff\xff\xf5" + len(encoded).to_bytes(4, "big") + encoded


def keys_of(partition_id: int, count: int, partition_count: int = 271) -> list[bytes]:
    """Find keys that belong to a partition."""
    keys = (int_data(number) for number in itertools.count())
    mine = (key for key in keys if partition_of(key, partition_count) == partition_id)
    return list(itertools.islice(mine, count))


class Failure(Exception):
    """A member answered with an error."""

    def __init__(self, holders: list[Any]) -> None:
        super().__init__(f"{holders[0].error_code} {holders[0].class_name}: {holders[0].message}")
        self.holders = holders
        self.code = holders[0].error_code
        self.class_name = holders[0].class_name
        self.message = holders[0].message


class Reply(NamedTuple):
    """A response: its value (or namedtuple of values), and how many acks the member announced."""

    value: Any
    acks: int


class Heard(NamedTuple):
    """An event."""

    name: str
    correlation_id: int
    partition_id: int
    fields: Any


class Wire:
    """What both kinds of wire have in common."""

    def __init__(self, client_uuid: uuid.UUID | None = None) -> None:
        self.client_uuid = client_uuid or uuid.uuid4()
        self.events: list[Heard] = []
        self._ids = itertools.count(1)
        self._reader = FrameReader()
        self._replies: dict[int, list[Any]] = {}

    def write(self, data: bytes) -> None:
        raise NotImplementedError

    def read(self) -> bytes | None:
        raise NotImplementedError

    def authenticate(self, cluster_name: str, **changes: Any) -> Any:
        """Authenticate; the response's value."""
        fields = {
            "cluster_name": cluster_name,
            "username": None,
            "password": None,
            "uuid": self.client_uuid,
            "client_type": "PYH",
            "serialization_version": 1,
            "client_hazelcast_version": "5.7.0",
            "client_name": "wire",
            "labels": [],
            "routing_mode": 1,
            "cp_direct_to_leader_routing": False,
        }
        fields.update(changes)
        return self.call(client_messages.AUTHENTICATION, *fields.values()).value

    def call(
        self, message: Message, *values: Any, partition_id: int = -1, aware: bool = False
    ) -> Reply:
        """Send a request and wait for its response."""
        request = encoded(message, next(self._ids), *values, partition_id=partition_id, aware=aware)
        (correlation_id,) = unpack_from("<q", request, 10)
        self.write(request)
        return self.reply_to(correlation_id, message)

    def reply_to(self, correlation_id: int, message: Message) -> Reply:
        """Wait for the next response with this correlation id."""
        while not self._replies.get(correlation_id):
            data = self.read()
            if data is None:
                raise ConnectionError("closed")
            self._take(data)
        return self._decoded(message, self._replies[correlation_id].pop(0))

    def on_key(self, message: Message, name: str, key: bytes, *values: Any, **how: Any) -> Reply:
        """Send a request about a key to the partition of the key."""
        how.setdefault("partition_id", partition_of(key, 271))
        return self.call(message, name, key, *values, **how)

    def heard(self) -> list[Heard]:
        """What came unasked since the last call."""
        heard, self.events = self.events, []
        return heard

    def _take(self, data: bytes) -> None:
        for message in self._reader.feed(data):
            _, flags, kind, correlation_id = unpack_from("<iHiq", message)
            if flags & EVENT:
                self.events.append(_heard(message, kind, correlation_id))
            else:
                self._replies.setdefault(correlation_id, []).append(message)

    @staticmethod
    def _decoded(message: Message, reply: Any) -> Reply:
        kind, acks = unpack_from("<i8xB", reply, 6)
        if kind == ERROR_TYPE:
            raise Failure(decode_error(reply))
        assert kind in {message.response_type, message.answered_as}
        return Reply(message.decode_response(reply), acks)


def encoded(
    message: Message,
    correlation_id: int,
    *values: Any,
    partition_id: int = -1,
    aware: bool = False,
) -> bytes:
    """Encode a request, ready to be sent."""
    parts = message.encode_request(partition_id, *values)
    request = bytearray(b"".join(parts)) if isinstance(parts, list) else parts
    pack_into("<q", request, 10, correlation_id)
    if aware:
        (flags,) = unpack_from("<H", request, 4)
        pack_into("<H", request, 4, flags | BACKUP_AWARE)
    return bytes(request)


def _heard(message: Any, kind: int, correlation_id: int) -> Heard:
    (partition_id,) = unpack_from("<i", message, 18)
    event = next(event for event in by_type(kind).events if event.type == kind)
    return Heard(event.name, correlation_id, partition_id, event.decode(message))


class MemoryWire(Wire):
    """A client of a member without sockets."""

    def __init__(
        self, state: ClusterState, member: Member, client_uuid: uuid.UUID | None = None
    ) -> None:
        super().__init__(client_uuid)
        self.session = connect(state, member)
        self.session.receive(PROTOCOL_PREAMBLE)
        self._options = state.options

    def enter(self) -> MemoryWire:
        """Authenticate as the cluster wants it."""
        self.authenticate(self._options.cluster_name)
        return self

    def write(self, data: bytes) -> None:
        self.session.receive(data)

    def read(self) -> bytes | None:
        data = b"".join(self.session.take())
        self.session.state.unsent.clear()
        return data or None

    def heard(self) -> list[Heard]:
        self._take(self.read() or b"")
        return super().heard()


class SocketWire(Wire):
    """A client of a member that listens."""

    def __init__(self, address: str, client_uuid: uuid.UUID | None = None) -> None:
        super().__init__(client_uuid)
        host, port = address.split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=30)
        self.socket.sendall(PROTOCOL_PREAMBLE)

    def write(self, data: bytes) -> None:
        self.socket.sendall(data)

    def read(self) -> bytes | None:
        return self.socket.recv(1 << 18) or None

    def wait_for(self, count: int, name: str | None = None, seconds: float = 20.0) -> list[Heard]:
        """Wait until that many events came (of one name, others are dropped)."""
        self.socket.settimeout(seconds)
        kept = []
        while True:
            kept += [event for event in self.heard() if name is None or event.name == name]
            if len(kept) >= count:
                return kept
            data = self.read()
            assert data is not None, f"closed after {kept}"
            self._take(data)

    def heard_soon(self, seconds: float) -> list[Heard]:
        """What came unasked, waiting this long for more."""
        while select.select([self.socket], [], [], seconds)[0]:
            data = self.read()
            if data is None:
                break
            self._take(data)
        return self.heard()

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
