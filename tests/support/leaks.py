# SPDX-License-Identifier: Apache-2.0
"""Guards: a test that leaves something behind fails, even when its asserts passed.

- A thread that outlives its test, unless its name was given to `exempt_threads`.
- An asyncio task that still runs when ``asyncio.run`` (or a ``Runner``) ends and has to cancel it.
- An error that an event loop could only log: an exception in a callback, a task whose exception
  nobody fetched, a task destroyed while pending.
- An unclosed socket, transport or loop: its ``ResourceWarning`` is an error (``filterwarnings``),
  and the collection at the end of each test makes sure that the right test is blamed.

``allow_leaks`` and ``allow_loop_errors`` exempt a test that provokes such a thing on purpose.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import threading
import time
import traceback

import pytest

GRACE_SECONDS = 2.0
"""How long a thread that is about to end may take; joining waits, it does not sleep."""

_exempt_prefixes: list[str] = []


def exempt_threads(prefix: str) -> None:
    """Let threads live on whose names begin so: those of a cluster that several tests share."""
    _exempt_prefixes.append(prefix)


class _LoopErrors(logging.Handler):
    """Collects what event loops log as errors; asyncio's and uvloop's both log to ``asyncio``."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(logging.Formatter().format(record))


class _Tasks:
    """Remembers the tasks that ``asyncio.Runner`` has to cancel when it closes its loop."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._cancel_all = asyncio.runners._cancel_all_tasks

    def install(self) -> None:
        asyncio.runners._cancel_all_tasks = self

    def uninstall(self) -> None:
        asyncio.runners._cancel_all_tasks = self._cancel_all

    def __call__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.seen.extend(repr(task) for task in asyncio.all_tasks(loop))
        self._cancel_all(loop)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "allow_leaks: leaves a thread or a task on purpose")
    config.addinivalue_line("markers", "allow_loop_errors: provokes an error that asyncio logs")
    config.stash[_TASKS] = tasks = _Tasks()
    tasks.install()


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[_TASKS].uninstall()


def pytest_sessionfinish() -> None:
    # What outlived its test, such as a shared cluster, is looked at in the end.
    gc.unfreeze()
    gc.collect()


@pytest.fixture(autouse=True)
def leak_guard(request: pytest.FixtureRequest):
    """Fail the test when it leaves a thread, a task or a loop error behind."""
    # What exists now is not this test's leak; without it, the collection below costs little.
    gc.freeze()
    threads = set(threading.enumerate())
    tasks = request.config.stash[_TASKS]
    tasks.seen.clear()
    errors = _LoopErrors()
    logging.getLogger("asyncio").addHandler(errors)
    try:
        yield
        leaked = [] if request.node.get_closest_marker("allow_leaks") else _threads_left(threads)
        # Unclosed sockets, and exceptions of tasks that nobody fetched, show when collected.
        gc.collect()
    finally:
        logging.getLogger("asyncio").removeHandler(errors)
    if not request.node.get_closest_marker("allow_leaks"):
        leaked += [f"a task: {task}" for task in tasks.seen]
    if not request.node.get_closest_marker("allow_loop_errors"):
        leaked += [f"an error in an event loop: {error}" for error in errors.seen]
    if leaked:
        pytest.fail("the test left behind\n" + "\n".join(leaked), pytrace=False)


def _threads_left(before: set[threading.Thread]) -> list[str]:
    deadline = time.monotonic() + GRACE_SECONDS
    left = []
    for thread in threading.enumerate():
        if thread in before or thread.name.startswith(tuple(_exempt_prefixes)):
            continue
        if isinstance(thread, threading._DummyThread):
            # A library's own thread that has logged something; Python did not start it.
            continue
        thread.join(max(0.0, deadline - time.monotonic()))
        if thread.is_alive():
            left.append(f"a thread: {thread.name}\n{_stack(thread)}")
    return left


def _stack(thread: threading.Thread) -> str:
    frame = sys._current_frames().get(thread.ident)
    return "".join(traceback.format_stack(frame)) if frame is not None else ""


_TASKS = pytest.StashKey[_Tasks]()
