# SPDX-License-Identifier: Apache-2.0
"""The loop on a thread of its own."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import textwrap
import threading

import pytest

from gridwire._io.hosted import HostedLoop, HostedLoopClosed


async def thread_name() -> str:
    return threading.current_thread().name


def test_coroutines_run_on_its_thread() -> None:
    hosted = HostedLoop("test-hosted")
    assert hosted.run(thread_name) == "test-hosted"
    assert hosted.is_here
    assert not hosted.is_current
    hosted.stop()
    assert not hosted.is_here


def test_stop_cancels_what_runs_and_waits_for_it() -> None:
    hosted = HostedLoop("test-hosted")
    ended: list[str] = []
    began = threading.Event()

    async def for_ever() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cleaned up")

    future = hosted.start(for_ever)
    assert began.wait(20)
    hosted.stop()
    assert ended == ["cleaned up"]
    assert future.cancelled()
    hosted.stop()


def test_after_the_end_every_call_says_so() -> None:
    hosted = HostedLoop("test-hosted")
    hosted.stop()
    with pytest.raises(HostedLoopClosed):
        hosted.call(print)
    with pytest.raises(HostedLoopClosed):
        hosted.start(thread_name)


def test_waiting_for_itself_is_refused() -> None:
    hosted = HostedLoop("test-hosted")

    async def wait_for_itself() -> str:
        return hosted.run(thread_name)

    with pytest.raises(RuntimeError, match="wait for itself"):
        hosted.run(wait_for_itself)
    hosted.stop()


def test_it_is_nobodys_current_loop() -> None:
    hosted = HostedLoop("test-hosted")
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()
    hosted.stop()


def test_an_interrupt_while_its_thread_starts_leaves_none(monkeypatch: pytest.MonkeyPatch) -> None:
    begin = threading.Thread.start

    def interrupted(thread: threading.Thread) -> None:
        begin(thread)
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        HostedLoop("interrupted")
    for thread in threading.enumerate():
        if thread.name == "interrupted":
            thread.join(10)
            assert not thread.is_alive()


def test_one_that_nobody_has_any_more_ends_by_itself() -> None:
    # As after an interrupt between the constructor's end and the caller's name for what it made.
    HostedLoop("lost").run(asyncio.sleep, 0)
    gc.collect()
    for thread in threading.enumerate():
        if thread.name == "lost":
            thread.join(10)
            assert not thread.is_alive()


def run_program(text: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a fresh interpreter."""
    return subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", textwrap.dedent(text)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )


def test_the_interpreters_exit_is_not_held_up() -> None:
    done = run_program(
        """
        from gridwire._io.hosted import HostedLoop
        import asyncio
        hosted = HostedLoop("forgotten")
        hosted.start(asyncio.Event().wait)
        print("end of main")
        """
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "end of main\n", "")


def test_a_forked_child_gets_an_error_and_the_parent_goes_on() -> None:
    done = run_program(
        """
        import gc, os
        from gridwire._io.hosted import HostedLoop, HostedLoopClosed
        async def answer():
            return 42
        hosted = HostedLoop("parent")
        assert hosted.run(answer) == 42
        child = os.fork()
        if child == 0:
            status = 1
            try:
                hosted.start(answer)
            except HostedLoopClosed:
                status = 0
            hosted.stop()
            gc.collect()
            fresh = HostedLoop("child")
            status += fresh.run(answer) != 42
            fresh.stop()
            os._exit(status)
        _, status = os.waitpid(child, 0)
        assert status == 0, status
        assert hosted.run(answer) == 42
        hosted.stop()
        print("both are well")
        """
    )
    assert (done.returncode, done.stdout) == (0, "both are well\n"), done.stderr
