# SPDX-License-Identifier: Apache-2.0
"""The two libraries behind one handle: their interfaces are equal, only imports differ."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from importlib import import_module
from typing import Any, Protocol

from bench.hazelcast.specification import Specification
from bench.model import OURS, Library

__all__ = ["AsyncioFace", "BlockingFace", "Face", "facts", "open_face"]

_MODULES: dict[Library, str] = {"gridwire": "gridwire.hazelcast", "official": "hazelcast"}


_CONNECT_TIMEOUT = 10.0  # seconds; members that are not there should be told, not waited for


class Face(Protocol):
    """A client with its map, in one call style."""

    def method(self, name: str) -> Callable[..., Any]:
        """Give a method of the map, as the style has it."""

    def do(self, name: str, *arguments: object) -> Any:
        """Call a method of the map, and wait for what it gives."""

    def close(self) -> None:
        """Shut the client down."""


class BlockingFace:
    """Blocking calls, or calls that give futures."""

    def __init__(self, specification: Specification) -> None:
        module = import_module(_MODULES[specification.library])
        self._client = module.HazelcastClient(**_options(specification))
        with ExitStack() as stack:
            stack.callback(self._client.shutdown)
            futures = self._client.get_map(_map_name(specification))
            self._blocking = futures.blocking()
            self._chosen = futures if specification.case.style == "futures" else self._blocking
            stack.pop_all()

    def method(self, name: str) -> Callable[..., Any]:
        """See `Face`."""
        method: Callable[..., Any] = getattr(self._chosen, name)
        return method

    def do(self, name: str, *arguments: object) -> Any:
        """See `Face`."""
        return getattr(self._blocking, name)(*arguments)

    def close(self) -> None:
        """See `Face`."""
        self._client.shutdown()


class AsyncioFace:
    """Coroutines, on a loop that runs only while there is something to do."""

    def __init__(self, specification: Specification) -> None:
        factory = import_module("uvloop").new_event_loop if specification.uvloop else None
        with ExitStack() as stack:
            self._runner = stack.enter_context(asyncio.Runner(loop_factory=factory))
            module = import_module(f"{_MODULES[specification.library]}.asyncio")
            create = module.HazelcastClient.create_and_start
            self._client = self.run(create(**_options(specification)))
            stack.callback(lambda: self.run(self._client.shutdown()))
            self._map = self.run(self._client.get_map(_map_name(specification)))
            self._stack = stack.pop_all()

    def run(self, awaitable: Awaitable[Any]) -> Any:
        """Run the loop until something is done."""

        async def wait() -> Any:
            return await awaitable

        return self._runner.run(wait())

    def method(self, name: str) -> Callable[..., Any]:
        """See `Face`."""
        method: Callable[..., Any] = getattr(self._map, name)
        return method

    def do(self, name: str, *arguments: object) -> Any:
        """See `Face`."""
        return self.run(self.method(name)(*arguments))

    def close(self) -> None:
        """See `Face`."""
        self._stack.close()


def open_face(specification: Specification) -> BlockingFace | AsyncioFace:
    """Connect a client."""
    if specification.case.style == "asyncio":
        return AsyncioFace(specification)
    return BlockingFace(specification)


def facts(library: Library) -> dict[str, str]:
    """Tell what runs: the version, and for ours which implementation of the compiled leaves."""
    package = import_module(_MODULES[library].partition(".")[0])
    found = {"version": package.__version__}
    if library == OURS:
        found["implementation"] = package.implementation()
    return found


def _options(specification: Specification) -> dict[str, Any]:
    return {
        "cluster_members": list(specification.addresses),
        "cluster_name": specification.cluster_name,
        "cluster_connect_timeout": _CONNECT_TIMEOUT,
    }


def _map_name(specification: Specification) -> str:
    # Both libraries work on the same map: the same partitions, the same members.
    return f"bench-{specification.case.name}"
