# SPDX-License-Identifier: Apache-2.0
"""Functions that run beside the loop."""

from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar

import pytest

from gridwire._io.aside import run_aside

WHOSE: ContextVar[str] = ContextVar("WHOSE")


def test_a_function_runs_on_a_daemon_thread_with_the_callers_context() -> None:
    def look(word: str) -> tuple[str, str, bool, str]:
        thread = threading.current_thread()
        return word, WHOSE.get(), thread.daemon, thread.name

    async def main() -> None:
        WHOSE.set("mine")
        assert await run_aside(look, "a", name="aside") == ("a", "mine", True, "aside")

    asyncio.run(main())


@pytest.mark.parametrize("error", [ValueError("x"), StopIteration("x")])
def test_what_it_raises_is_told(error: Exception) -> None:
    def fail() -> None:
        raise error

    async def main() -> None:
        with pytest.raises((ValueError, RuntimeError), match="x"):
            await run_aside(fail, name="aside")

    asyncio.run(main())


def test_the_loop_goes_on_and_a_waiter_may_leave() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def wait() -> str:
        begun.set()
        go_on.wait(10)
        return "late"

    async def main() -> None:
        task = asyncio.create_task(run_aside(wait, name="aside"))
        while not begun.is_set():  # noqa: ASYNC110 - a thread sets it
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        go_on.set()

    asyncio.run(main())


def test_a_function_may_outlive_the_loop() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        begun.set()
        go_on.wait(10)

    async def main() -> None:
        task = asyncio.create_task(run_aside(wait, name="aside"))
        while not begun.is_set():  # noqa: ASYNC110 - a thread sets it
            await asyncio.sleep(0)
        task.cancel()

    asyncio.run(main())
    (thread,) = [one for one in threading.enumerate() if one.name == "aside"]
    go_on.set()
    thread.join(10)
    assert not thread.is_alive()
