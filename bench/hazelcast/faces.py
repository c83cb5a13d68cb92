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

__all__ = ["AnyFace", "AsyncioFace", "BlockingFace", "Face", "facts", "open_face"]

_MODULES: dict[Library, str] = {"gridwire": "gridwire.hazelcast", "official": "hazelcast"}

_PAGE = 1000  # entries that a walk holds at a time, where the library can walk
_CONNECT_TIMEOUT = 10.0  # seconds; members that are not there should be told, not waited for


class Face(Protocol):
    """A client with its map, in one call style.

    Attributes:
        predicates: The library's module of predicates.
    """

    predicates: Any

    def method(self, name: str) -> Callable[..., Any]:
        """Give a method of the map, as the style has it."""

    def do(self, name: str, *arguments: object) -> Any:
        """Call a method of the map, and wait for what it gives."""

    def walk(self) -> tuple[int, int]:
        """Look at all entries, in pages if the library can; give their number and sum of keys."""

    def close(self) -> None:
        """Shut the client down."""


class BlockingFace:
    """Blocking calls, or calls that give futures."""

    def __init__(self, specification: Specification) -> None:
        module = import_module(_MODULES[specification.library])
        self.predicates = _predicates(specification)
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

    def walk(self) -> tuple[int, int]:
        """See `Face`."""
        pages = getattr(self._blocking, "iter_entries", None)
        entries = self._blocking.entry_set() if pages is None else pages(page_size=_PAGE)
        count = total = 0
        for key, _ in entries:
            count += 1
            total += key
        return count, total

    def close(self) -> None:
        """See `Face`."""
        self._client.shutdown()


class AsyncioFace:
    """Coroutines, on a loop that runs only while there is something to do."""

    def __init__(self, specification: Specification) -> None:
        self.predicates = _predicates(specification)
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

    def walk(self) -> tuple[int, int]:
        """See `Face`."""
        counted: tuple[int, int] = self.run(self._walk())
        return counted

    async def _walk(self) -> tuple[int, int]:
        pages = getattr(self._map, "iter_entries", None)
        count = total = 0
        if pages is None:
            for key, _ in await self._map.entry_set():
                count += 1
                total += key
        else:
            async for key, _ in pages(page_size=_PAGE):
                count += 1
                total += key
        return count, total

    def close(self) -> None:
        """See `Face`."""
        self._stack.close()


AnyFace = AsyncioFace | BlockingFace


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


def _predicates(specification: Specification) -> Any:
    return import_module(f"{_MODULES[specification.library]}.predicate")


def _options(specification: Specification) -> dict[str, Any]:
    options: dict[str, Any] = {
        "cluster_members": list(specification.addresses),
        "cluster_name": specification.cluster_name,
        "cluster_connect_timeout": _CONNECT_TIMEOUT,
    }
    if specification.case.near_cache is not None:
        cached = {"in_memory_format": specification.case.near_cache}
        options["near_caches"] = {_map_name(specification): cached}
    return options


def _map_name(specification: Specification) -> str:
    # Both libraries work on the same map: the same partitions, the same members.
    return f"bench-{specification.case.name}"
