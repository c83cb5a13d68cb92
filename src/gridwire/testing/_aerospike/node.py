# SPDX-License-Identifier: Apache-2.0
"""A node: whole messages in, whole messages out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from gridwire.aerospike.protocol import flags
from gridwire.aerospike.protocol.digest import DIGEST_BYTES, partition_of
from gridwire.aerospike.protocol.proto import (
    ADMIN,
    COMPRESSED,
    HEADER_BYTES,
    INFO,
    MESSAGE,
    kind_of,
)
from gridwire.testing._aerospike import codes, commands
from gridwire.testing._aerospike.answers import Answer, last_message, refusal, single
from gridwire.testing._aerospike.batch import run_batch
from gridwire.testing._aerospike.config import SERVICE_DEFAULTS, Parameters
from gridwire.testing._aerospike.info import answer_info
from gridwire.testing._aerospike.info_call import refused_info
from gridwire.testing._aerospike.request import Refused, Request, read_request
from gridwire.testing._aerospike.security import NoSecurity, Security
from gridwire.testing._aerospike.views import ClusterView

__all__ = ["Connection", "Node"]

_INFO1_AT = HEADER_BYTES + 1


class Connection:
    """What a node knows of a client's connection.

    Attributes:
        user: whoever logged in on it, None without; security's business alone.
        user_agent: what the client said of itself, in base 64.
        certified: whom the client's certificate names, empty without one.
    """

    __slots__ = ("certified", "user", "user_agent")

    def __init__(self) -> None:
        self.user: object = None
        self.user_agent = ""
        self.certified = ""


class Node:
    """A node of a cluster.

    Args:
        name: its id, in upper-case hexadecimal.
        view: the cluster around it, with the namespaces.
        clock: gives Unix time in seconds; records expire by it.
        security: who may do what.
        service: parameters of the server that differ from its defaults, by the server's own names.

    Attributes:
        connections: those that are open.
        opened: how many have been opened.
        infos: how many requests for info were answered.
        batches: how many batches were done.
        refused_messages: how many messages could not be read.
    """

    def __init__(
        self,
        name: str,
        view: ClusterView,
        clock: Callable[[], float],
        security: Security | None = None,
        service: Mapping[str, object] = {},
    ) -> None:
        self.name = name
        self.view = view
        self.now = clock
        self.security = security or NoSecurity()
        names = {"cluster-name": view.cluster_name, "node-id": name}
        self.service = Parameters(SERVICE_DEFAULTS, {**names, **service})
        self.connections: set[Connection] = set()
        self.opened = 0
        self.infos = 0
        self.batches = 0
        self.refused_messages = 0
        self._since = clock()

    @property
    def uptime(self) -> float:
        """Seconds since it was started."""
        return self.now() - self._since

    def connect(self) -> Connection:
        """A client has connected."""
        connection = Connection()
        self.connections.add(connection)
        self.opened += 1
        return connection

    def disconnect(self, connection: Connection) -> None:
        """A connection is closed."""
        self.connections.discard(connection)

    def handle(self, connection: Connection, message: bytes) -> list[bytes]:
        """Do what a message asks for.

        Args:
            connection: on which it came.
            message: with its frame's header; its body may be anything.

        Returns:
            The messages of the answer, none for a message of servers among each other.
        """
        kind = kind_of(message)
        if kind == MESSAGE:
            return self._message(connection, message)
        if kind == INFO:
            self.infos += 1
            code = self.security.refuses_info(connection, message)
            return [refused_info(message, code) if code else answer_info(self, connection, message)]
        if kind == ADMIN:
            return self.security.answer(connection, message)
        if kind == COMPRESSED:
            return [refusal(codes.ENTERPRISE_ONLY)]
        return []

    def _message(self, connection: Connection, message: bytes) -> list[bytes]:
        code = self.security.refuses(connection, message)
        if code:
            is_batch = len(message) > _INFO1_AT and message[_INFO1_AT] & flags.INFO1_BATCH
            return [last_message(code) if is_batch else refusal(code)]
        now = self.now()
        for namespace in self.view.namespaces.values():
            namespace.tick(now)
        try:
            request = read_request(message)
        except Refused as refused:
            self.refused_messages += 1
            return [refusal(refused.code)]
        execute = partial(self._execute, connection)
        if request.info1 & flags.INFO1_BATCH:
            self.batches += 1
            return run_batch(request, self.service, self.view.namespaces, execute)
        try:
            return [single(self._single(request, execute))]
        except Refused as refused:
            return [refusal(refused.code)]

    def _single(self, request: Request, execute: Callable[[bytes, Request], Answer]) -> Answer:
        if request.namespace not in self.view.namespaces:
            raise Refused(codes.NAMESPACE)
        digest = request.fields.get(flags.FIELD_DIGEST)
        if digest is None:
            raise Refused(_of_many(request))
        return execute(digest, request)

    def _execute(self, connection: Connection, digest: bytes, request: Request) -> Answer:
        """A command about one record, alone or in a batch."""
        if len(digest) != DIGEST_BYTES:
            return Answer(codes.PARAMETER)
        code = self.security.refuses_request(connection, request)
        if code:
            return Answer(code)
        name = request.namespace
        if not self.view.serves(self.name, name, partition_of(digest)):
            return Answer(codes.UNAVAILABLE)
        return commands.execute(self.view.namespaces[name], digest, request, self.now())


def _of_many(request: Request) -> int:
    """A message that names no record is a query, of which this node supports none."""
    if request.info2 & flags.INFO2_WRITE and not request.operations:
        return codes.PARAMETER
    return codes.UNSUPPORTED
