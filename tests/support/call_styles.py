# SPDX-License-Identifier: Apache-2.0
"""One way to drive a client of any call style, so that a test is written once.

A test is plain threaded code. The blocking style calls in the test's thread, the future style takes
the result of each future, and the asyncio style has a loop in a thread of its own.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator
from itertools import islice
from typing import Any, Protocol

from gridwire import hazelcast
from gridwire.hazelcast.asyncio import HazelcastClient as AsyncioClient
from gridwire.hazelcast.future import Future

__all__ = ["PATIENCE", "STYLES", "Client", "Pending", "Style", "error_of", "make_style"]

STYLES = ("blocking", "future", "asyncio")

PATIENCE = 20.0
"""Seconds until a call that should end counts as hanging."""


# A task that was made or cancelled from another thread stands still after this many turns.
_TURNS = 8


class Pending(Protocol):
    """A call that has begun."""

    def result(self, timeout: float | None = PATIENCE) -> Any: ...

    def done(self) -> bool: ...

    def cancel(self) -> bool: ...


def error_of(pending: Pending, timeout: float = PATIENCE) -> BaseException:
    """What a call fails with."""
    try:
        value = pending.result(timeout)
    except BaseException as error:  # noqa: BLE001 - whatever it is, the test looks at it
        return error
    raise AssertionError(f"it did not fail, but gave {value!r}")


class _Partitions:
    """The partition service of any style; the asyncio one has a coroutine among its methods."""

    def __init__(self, style: Style, raw: Any) -> None:
        self._style = style
        self.get_partition_count = raw.get_partition_count
        self.get_partition_owner = raw.get_partition_owner
        self._partition_id = raw.get_partition_id

    def get_partition_id(self, key: Any) -> int:
        """The partition of a key."""
        return int(self._style.value(self._partition_id, key))


class Client:
    """A client of any style."""

    def __init__(self, style: Style, raw: Any) -> None:
        self.style = style
        self.raw = raw
        self.lifecycle = raw.lifecycle_service
        self.cluster = raw.cluster_service
        self.partitions = _Partitions(style, raw.partition_service)

    @property
    def waiting(self) -> int:
        """How many calls wait for room. Nothing public tells it, so this looks inside."""
        return len(self.raw._core.calls.gate)

    def map(self, name: str = "m") -> Any:
        """A map, with the methods of the style."""
        return self.style.map(self.raw, name)

    def shutdown(self) -> None:
        """Shut it down; may be called twice."""
        self.style.shutdown(self.raw)


class Style:
    """How to make clients and calls; the base of the styles."""

    name = ""
    can_cancel = False

    def __init__(self) -> None:
        self._clients: list[Client] = []
        self._threads: list[threading.Thread] = []

    def client(self, where: Any = None, **options: Any) -> Client:
        """Start a client, of a cluster or by options alone; it ends with the test."""
        if where is not None:
            options = {
                "cluster_name": where.cluster_name,
                "cluster_members": where.addresses,
                "retry_initial_backoff": 0.05,
                "retry_max_backoff": 0.2,
                **options,
            }
        client = Client(self, self._start(options))
        self._clients.append(client)
        return client

    def close(self) -> None:
        """End everything."""
        for client in self._clients:
            client.shutdown()
        for thread in self._threads:
            thread.join(1.0)

    def aside(self, function: Callable[..., Any], *args: Any, **keywords: Any) -> Pending:
        """Call something that blocks in a thread of its own."""
        future: concurrent.futures.Future[Any] = concurrent.futures.Future()

        def run() -> None:
            try:
                future.set_result(function(*args, **keywords))
            except BaseException as error:  # noqa: BLE001 - it belongs to who waits
                future.set_exception(error)

        thread = threading.Thread(target=run, daemon=True)
        self._threads.append(thread)
        thread.start()
        return future

    def error(self, method: Callable[..., Any], *args: Any, **keywords: Any) -> BaseException:
        """What a call fails with."""
        return error_of(self.begin(method, *args, **keywords))

    def outcome(self, pending: Pending, timeout: float = PATIENCE) -> Any:
        """What becomes of a call that has begun."""
        try:
            return pending.result(timeout)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test looks at it
            return error

    def error_or_value(self, method: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
        """What becomes of a call."""
        try:
            return self.call(method, *args, **keywords)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test looks at it
            return error

    def here(self, function: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
        """Call what does not wait, where the client lives."""
        return function(*args, **keywords)

    def settle(self) -> None:
        """Return when calls that began have gone as far as they can, and cancelled ones ended."""

    # What the styles differ in.

    def _start(self, options: dict[str, Any]) -> Any:
        raise NotImplementedError

    def map(self, raw: Any, name: str) -> Any:
        raise NotImplementedError

    def shutdown(self, raw: Any) -> None:
        raise NotImplementedError

    def call(self, method: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
        """Call and wait for the value."""
        raise NotImplementedError

    def begin(self, method: Callable[..., Any], *args: Any, **keywords: Any) -> Pending:
        """Call and do not wait; errors come by the result, too."""
        raise NotImplementedError

    def value(self, method: Callable[..., Any], *args: Any) -> Any:
        """Call what gives its value at once, or by a coroutine where everything does."""
        return method(*args)

    def listed(self, iterator: Any, count: int | None = None) -> list[Any]:
        """The next items of an iterator, all by default."""
        raise NotImplementedError


class BlockingStyle(Style):
    """Calls block the thread that makes them."""

    name = "blocking"

    def _start(self, options: dict[str, Any]) -> Any:
        return hazelcast.HazelcastClient(**options)

    def map(self, raw: Any, name: str) -> Any:
        return raw.get_map(name).blocking()

    def shutdown(self, raw: Any) -> None:
        raw.shutdown()

    def call(self, method: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
        return method(*args, **keywords)

    def begin(self, method: Callable[..., Any], *args: Any, **keywords: Any) -> Pending:
        return self.aside(method, *args, **keywords)

    def listed(self, iterator: Iterable[Any], count: int | None = None) -> list[Any]:
        return list(islice(iterator, count))


class _Failed:
    """A call that failed at once."""

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def result(self, timeout: float | None = None) -> Any:
        raise self._error

    def done(self) -> bool:
        return True

    def cancel(self) -> bool:
        return False


class FutureStyle(Style):
    """Calls give futures."""

    name = "future"
    can_cancel = True

    def _start(self, options: dict[str, Any]) -> Any:
        return hazelcast.HazelcastClient(**options)

    def map(self, raw: Any, name: str) -> Any:
        return raw.get_map(name)

    def shutdown(self, raw: Any) -> None:
        raw.shutdown()

    def call(self, method: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
        future = method(*args, **keywords)
        assert isinstance(future, Future)
        return future.result(PATIENCE)

    def begin(self, method: Callable[..., Any], *args: Any, **keywords: Any) -> Pending:
        try:
            future: Pending = method(*args, **keywords)
        except Exception as error:  # noqa: BLE001 - it belongs to who waits
            return _Failed(error)
        return future

    def listed(self, iterator: Iterator[Any], count: int | None = None) -> list[Any]:
        return list(islice(iterator, count))


class AsyncioStyle(Style):
    """Calls are awaited on a loop."""

    name = "asyncio"
    can_cancel = True

    def __init__(self, loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None) -> None:
        super().__init__()
        self._ready = threading.Event()
        self._runner = threading.Thread(target=self._run, args=(loop_factory,), daemon=True)
        self._runner.start()
        self._ready.wait()

    def _run(self, loop_factory: Callable[[], asyncio.AbstractEventLoop] | None) -> None:
        # The leak guard looks at what a runner has to cancel when it closes.
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        self._ready.set()
        await self._end.wait()

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine on the loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(PATIENCE)

    def here(self, function: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
        async def call() -> Any:
            return function(*args, **keywords)

        return self.run(call())

    def settle(self) -> None:
        async def turns() -> None:
            for _ in range(_TURNS):
                await asyncio.sleep(0)

        self.run(turns())

    def _start(self, options: dict[str, Any]) -> Any:
        return self.run(AsyncioClient.create_and_start(**options))

    def map(self, raw: Any, name: str) -> Any:
        return self.run(raw.get_map(name))

    def shutdown(self, raw: Any) -> None:
        self.run(raw.shutdown())

    def value(self, method: Callable[..., Any], *args: Any) -> Any:
        return self.run(method(*args))

    def call(self, method: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
        return self.begin(method, *args, **keywords).result(PATIENCE)

    def begin(self, method: Callable[..., Any], *args: Any, **keywords: Any) -> Pending:
        async def call() -> Any:
            return await method(*args, **keywords)

        return asyncio.run_coroutine_threadsafe(call(), self.loop)

    def listed(self, iterator: Any, count: int | None = None) -> list[Any]:
        async def collect() -> list[Any]:
            items: list[Any] = []
            while count is None or len(items) < count:
                try:
                    items.append(await anext(iterator))
                except StopAsyncIteration:
                    break
            return items

        return list(self.run(collect()))

    def close(self) -> None:
        try:
            super().close()
        finally:
            self.loop.call_soon_threadsafe(self._end.set)
            self._runner.join(PATIENCE)


def make_style(name: str) -> Style:
    """The style of a name; ``"uvloop"`` is the asyncio style on another loop."""
    match name:
        case "blocking":
            return BlockingStyle()
        case "future":
            return FutureStyle()
        case "asyncio":
            return AsyncioStyle()
        case "uvloop":
            import uvloop

            return AsyncioStyle(uvloop.new_event_loop)
    raise ValueError(name)
