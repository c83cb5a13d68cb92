# SPDX-License-Identifier: Apache-2.0
"""The five clients that play a scenario: two official ones by others in three styles, ours in two.

A scenario is plain threaded code in the words of one API, which `aerospike_py` and gridwire share:
the calls of their asyncio clients are waited for, and the official C client is behind an adapter.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import importlib
import inspect
import threading
from collections.abc import Callable, Coroutine
from typing import Any

__all__ = ["ASYNCIO", "DRIVERS", "OURS", "PATIENCE", "THREAD_NAME", "Driver", "make_driver"]

OURS = ("sync", "asyncio")
DRIVERS = ("official", "community", "community-asyncio", *OURS)
ASYNCIO = frozenset({"community-asyncio", "asyncio"})

PATIENCE = 20.0
"""Seconds until a call that should end counts as hanging."""

THREAD_NAME = "aerospike-scenarios"


class Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        # For what blocks, such as the hashing of passwords.
        self._workers = concurrent.futures.ThreadPoolExecutor(1, THREAD_NAME)
        self._loop.set_default_executor(self._workers)
        self._thread = threading.Thread(target=self._loop.run_forever, name=THREAD_NAME)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Wait for a coroutine."""
        return self.begin(work).result(PATIENCE)

    def begin(self, work: Coroutine[Any, Any, Any]) -> concurrent.futures.Future[Any]:
        """Start a coroutine."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def close(self) -> None:
        """End the loop and its thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._workers.shutdown()
        self._loop.close()


class Waiting:
    """An asyncio client whose calls are waited for.

    Args:
        raw: the client.
        loop: where it lives.
    """

    def __init__(self, raw: Any, loop: Loop) -> None:
        self._raw = raw
        self._loop = loop

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._raw, name)

        async def make(*args: Any, **keywords: Any) -> Any:
            value = method(*args, **keywords)
            return await value if inspect.isawaitable(value) else value

        return lambda *args, **keywords: self._loop.run(make(*args, **keywords))


class Driver:
    """One of the five clients, in the words of the shared API.

    Args:
        name: one of `DRIVERS`.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_ours = name in OURS
        self._module = importlib.import_module(
            "gridwire.aerospike" if self.is_ours else "aerospike_py"
        )
        self._loop = Loop() if name in ASYNCIO else None

    def make(self, config: dict[str, Any]) -> Any:
        """A client, to be connected by its `connect`."""
        if self._loop is None:
            return self._module.client(config)
        return Waiting(self._module.AsyncClient(config), self._loop)

    def describe(self, error: BaseException) -> str:
        """The class of an error, and its code."""
        code = getattr(error, "result_code", None)
        name = type(error).__name__
        return name if code is None else f"{name} {code}"

    def is_in_doubt(self, error: BaseException) -> bool:
        """Whether the call may have been executed although it failed."""
        if self.is_ours:
            return bool(getattr(error, "in_doubt", False))
        return "[in_doubt]" in str(error)

    def special(self, kind: str, value: Any) -> Any:
        """A value that has a class of its own in each client: ``"geo"`` or ``"hll"``."""
        name = {"geo": "GeoJSON", "hll": "HLL"}[kind]
        return getattr(self._module, name)(value)

    def close(self) -> None:
        """End what it needed besides its clients."""
        if self._loop is not None:
            self._loop.close()


def make_driver(name: str) -> Driver:
    """The driver of a name."""
    if name == "official":
        from support.aerospike_scenarios.official import OfficialDriver

        return OfficialDriver()
    return Driver(name)
