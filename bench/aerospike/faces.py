# SPDX-License-Identifier: Apache-2.0
"""The libraries behind one handle: the method to call, its arguments, and how to read its answer.

Every library works with its defaults. aerospike-native has a class for keys; its keys are made
before the clock runs, the others' are tuples.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from importlib import import_module, metadata
from typing import Any

from bench.aerospike.cases import Operation
from bench.aerospike.specification import Specification
from bench.model import OURS

__all__ = ["BINS", "Face", "facts", "open_face"]

Bins = dict[str, Any]
Reader = Callable[[Any], Any]

BINS: Bins = {"a": 258, "b": 258, "c": 258, "d": "0123456789abcdef", "e": "fedcba9876543210"}
"""What every record holds: the responder's canned record."""

_NAMESPACE, _SET = "test", "bench"
_MODULES = {
    "gridwire": "gridwire.aerospike",
    "aerospike": "aerospike",
    "aerospike_py": "aerospike_py",
}


class Face:
    """A connected client.

    Attributes:
        loop: Runs its coroutines; None if it blocks.
        readers: What is made of an answer to see the bins that were found, by operation.
    """

    def __init__(
        self,
        client: Any,
        stack: ExitStack,
        readers: dict[Operation, Reader],
        key: Callable[[str, str, str], Any],
        loop: asyncio.Runner | None = None,
    ) -> None:
        self.loop = loop
        self.readers = readers
        self._client = client
        self._stack = stack
        self._key = key

    def keys(self, count: int) -> list[Any]:
        """Make keys, as the library wants them."""
        return [self._key(_NAMESPACE, _SET, f"key{number}") for number in range(count)]

    def method(self, operation: Operation) -> Callable[..., Any]:
        """Give a method of the client."""
        method: Callable[..., Any] = getattr(self._client, operation)
        return method

    def do(self, operation: Operation, *arguments: object) -> Any:
        """Call a method, and wait for what it gives."""
        call = self.method(operation)
        return call(*arguments) if self.loop is None else _run(self.loop, call, *arguments)

    def close(self) -> None:
        """Disconnect."""
        self._stack.close()


def open_face(specification: Specification) -> Face:
    """Connect a client."""
    with ExitStack() as stack:
        if specification.case.style == "sync":
            face = _open_sync(specification, stack)
        else:
            factory = import_module("uvloop").new_event_loop if specification.uvloop else None
            runner = stack.enter_context(asyncio.Runner(loop_factory=factory))
            face = _open_asyncio(specification, stack, runner)
        stack.pop_all()
    return face


def facts(specification: Specification) -> dict[str, str]:
    """Tell what runs: the version, and for ours which implementation of the compiled leaves."""
    if specification.library != OURS:
        return {"version": metadata.version(specification.peer.replace("_", "-"))}
    package = import_module("gridwire")
    return {"version": package.__version__, "implementation": package.implementation()}


def _open_sync(specification: Specification, stack: ExitStack) -> Face:
    module = import_module(_MODULES[specification.client])
    client = module.client({"hosts": _pairs(specification.hosts)})
    connected = client.connect() or client
    stack.callback(connected.close)
    return Face(connected, stack.pop_all(), _readers(_third, _rows), _tuple)


def _open_asyncio(specification: Specification, stack: ExitStack, runner: asyncio.Runner) -> Face:
    if specification.client == "aerospike-native":
        native = import_module("aerospike_native")
        hosts = ",".join(specification.hosts)
        client = _run(runner, native.new_client, native.ClientPolicy(), hosts)
        readers, key = _readers(_bins, _rows_of_native), native.Key
    else:
        module = import_module(_MODULES[specification.client])
        client = module.AsyncClient({"hosts": _pairs(specification.hosts)})
        _run(runner, client.connect)
        readers, key = _readers(_third, _rows), _tuple
    stack.callback(lambda: _run(runner, client.close))
    return Face(client, stack.pop_all(), readers, key, runner)


def _run(runner: asyncio.Runner, call: Callable[..., Awaitable[Any]], *arguments: object) -> Any:
    # Made on the loop: not every library gives coroutines, some give futures of the running loop.
    async def wait() -> Any:
        return await call(*arguments)

    return runner.run(wait())


def _pairs(hosts: Sequence[str]) -> list[tuple[str, int]]:
    split = [host.rpartition(":") for host in hosts]
    return [(name, int(port)) for name, _, port in split]


def _tuple(namespace: str, set_name: str, key: str) -> tuple[str, str, str]:
    return namespace, set_name, key


def _readers(record: Reader, rows: Reader) -> dict[Operation, Reader]:
    return {"get": record, "put": _nothing, "batch_read": rows}


def _nothing(_answer: Any) -> None:
    """What a put gives differs between the libraries, and says nothing."""


def _third(record: Any) -> Any:
    return record[2]


def _bins(record: Any) -> Any:
    return record.bins


def _rows(found: Any) -> list[Any]:
    return [row.record[2] for row in found.batch_records]


def _rows_of_native(found: Any) -> list[Any]:
    return [row.record.bins for row in found]
