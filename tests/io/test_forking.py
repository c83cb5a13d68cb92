# SPDX-License-Identifier: Apache-2.0
"""What parts of a client know of forks."""

from __future__ import annotations

import asyncio
import errno
import os
import resource
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from gridwire._io import connecting, forking
from gridwire._io.aio import AioConnector
from gridwire._io.forking import Claim, Heirs, Stage, Waits, let_go
from gridwire._io.hosted import HostedLoop, HostedLoopClosed
from gridwire._io.running import OwnLoop, shortcuts
from support.peers import NotingReceiver

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform cannot fork"),
    # Later Pythons warn of forks beside threads; these do nothing that needs a thread.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def in_a_child(check: Callable[[], bool]) -> bool:
    """Whether something is true in a forked child."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = 0 if check() else 2
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_what_is_let_go_keeps_its_number_and_reaches_nobody():
    near, far = socket.socketpair()
    with near, far:
        number = near.fileno()
        inode = os.fstat(number).st_ino

        def check() -> bool:
            let_go(number)
            try:
                near.send(b"x")
            except OSError as error:
                return error.errno == errno.ENOTSOCK and os.fstat(number).st_ino != inode
            return False

        assert in_a_child(check)
        near.send(b"y")
        assert far.recv(10) == b"y"


def test_a_selector_that_forgets_what_was_let_go_forgets_nothing_of_the_parent():
    near, far = socket.socketpair()
    with near, far, select.epoll() as selector:
        selector.register(near.fileno(), select.EPOLLIN)

        def check() -> bool:
            let_go(near.fileno())
            try:
                selector.unregister(near.fileno())
            except OSError:
                return True
            return False

        assert in_a_child(check)
        far.send(b"x")
        assert selector.poll(5) == [(near.fileno(), select.EPOLLIN)]


def test_without_room_for_descriptors_it_is_closed():
    near, far = socket.socketpair()
    with near, far:

        def check() -> bool:
            limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
            resource.setrlimit(resource.RLIMIT_NOFILE, (3, limit))
            let_go(near.fileno())
            try:
                os.fstat(near.fileno())
            except OSError as error:
                return error.errno == errno.EBADF
            return False

        assert in_a_child(check)
    let_go(-1)


def test_sockets_that_are_still_connecting_are_let_go():
    server = socket.create_server(("127.0.0.1", 0), backlog=0)
    with server:
        made = connecting.open_blocking_socket(*server.getsockname(), time.monotonic() + 20)
        with made:
            inode = os.fstat(made.fileno()).st_ino
            assert in_a_child(lambda: os.fstat(made.fileno()).st_ino != inode)
            assert os.fstat(made.fileno()).st_ino == inode


def test_a_child_is_another_process():
    parent, number = forking.here, os.getpid()
    assert (parent.number, forking.here) == (number, parent)
    assert in_a_child(lambda: forking.here is not parent and forking.here.number == os.getpid())
    assert forking.here is parent


def test_a_claim_is_one_threads_at_a_time_and_the_childs_is_free():
    claim = Claim()
    assert claim.take()
    assert not claim.take()
    assert in_a_child(lambda: claim.take() and not claim.take())
    # Who took it before the fork gives nothing back in the child.
    assert in_a_child(lambda: claim.give_back() is None and claim.take())
    claim.give_back()
    assert claim.take()


def test_a_task_of_the_parents_loop_ends_in_the_child():
    hosted = HostedLoop("parents")
    began = threading.Event()

    async def run() -> str:
        began.set()
        await release.wait()
        return "done"

    async def make() -> asyncio.Event:
        return asyncio.Event()

    release = hosted.run(make)
    task = hosted.start(run)
    heard: list[object] = []
    task.add_done_callback(heard.append)
    assert began.wait(20)

    def check() -> bool:
        try:
            task.result()
        except CancelledError:
            return task.is_inherited and task.done() and not heard
        return False

    def refuses() -> bool:
        try:
            hosted.start(run)
        except HostedLoopClosed:
            return hosted.is_inherited and not hosted.is_here
        return False

    assert in_a_child(check)
    assert in_a_child(refuses)
    assert not task.is_inherited
    hosted.call(release.set)
    assert task.result() == "done"
    hosted.stop()
    assert heard == [task]


def test_the_descriptors_of_a_hosted_loop_are_nothing_in_the_child():
    hosted = HostedLoop("parents")
    numbers = [
        int(one)
        for one in os.listdir("/proc/self/fd")
        if one in {str(key.fd) for key in hosted._selector.get_map().values()}
    ]
    numbers.append(hosted._selector.fileno())  # type: ignore[attr-defined]

    def check() -> bool:
        return all(os.readlink(f"/proc/self/fd/{number}") == os.devnull for number in numbers)

    assert len(numbers) >= 2
    assert in_a_child(check)
    hosted.stop()


def test_a_stream_of_the_parents_loop_is_closed_in_the_child_and_tells_nobody():
    with socket.create_server(("127.0.0.1", 0)) as server:

        async def main() -> bytes:
            noting = NotingReceiver()
            stream = await AioConnector().connect(noting, *server.getsockname(), ())
            peer, _ = server.accept()
            stream.write(bytearray(b"parent"))

            def check() -> bool:
                stream.write(bytearray(b"child"))
                stream.flush()
                stream.close()
                return stream.is_closed and noting.was_orphaned and not noting.ends

            assert in_a_child(check)
            with peer:
                await asyncio.sleep(0)
                stream.flush()
                data = await asyncio.to_thread(peer.recv, 100)
                stream.close()
                await asyncio.sleep(0)
            return data

        assert asyncio.run(main()) == b"parent"


def test_an_own_loop_knows_where_it_is():
    async def main() -> OwnLoop:
        own = OwnLoop()
        assert not own.is_over
        assert own.facts_elsewhere()["called_on"] == own.facts_elsewhere()["client_loop"]
        assert in_a_child(lambda: own.is_inherited and own.is_over)
        return own

    own = asyncio.run(main())
    assert own.is_over
    assert not own.is_inherited
    facts = own.facts_elsewhere()
    assert f"(closed) of process {os.getpid()}" in facts["client_loop"]
    assert facts["called_on"] == f"no loop of process {os.getpid()}"


def test_shortcuts_are_those_of_loops_that_have_others():
    class Loop(asyncio.SelectorEventLoop):
        def time(self) -> float:
            return 7.0

        def create_future(self) -> asyncio.Future[str]:
            future: asyncio.Future[str] = asyncio.Future(loop=self)
            future.set_result("its own")
            return future

    loop = Loop()
    create, clock = shortcuts(loop)
    assert (create().result(), clock()) == ("its own", 7.0)
    loop.close()


def test_a_child_is_told_by_stages_whatever_was_there_first():
    class Thing:
        pass

    things = [Thing() for _ in Stage]
    told: list[Stage] = []
    kinds: list[Heirs[Thing]] = []
    for stage, thing in zip(reversed(Stage), things, strict=True):
        kinds.append(Heirs(stage, lambda _, stage=stage: told.append(stage)))
        kinds[-1].add(thing)

    def again() -> bool:
        told.clear()
        return in_a_child(lambda: told == [Stage.PARTS, Stage.CLIENTS])

    assert in_a_child(lambda: told == list(Stage))
    # What went on in a child is told of its forks too.
    assert in_a_child(again)
    for kind, thing in zip(kinds, things, strict=True):
        kind.discard(thing)
    assert in_a_child(lambda: not told)


def test_one_that_fails_keeps_no_other_from_being_told(monkeypatch: pytest.MonkeyPatch):
    class Thing:
        pass

    things = [Thing(), Thing(), Thing()]
    told: list[Thing] = []

    def fail(thing: Thing) -> None:
        told.append(thing)
        raise KeyboardInterrupt

    failing, later = Heirs(Stage.STREAMS, fail), Heirs(Stage.CLIENTS, told.append)
    failing.add(things[0])
    failing.add(things[1])
    later.add(things[2])
    said: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda what: said.append(what.exc_value))

    def check() -> bool:
        errors = said[0].exceptions if isinstance(said[0], BaseExceptionGroup) else ()
        return len(errors) == 2 and told[2] is things[2]

    assert in_a_child(check)
    later.discard(things[2])


def test_nobody_else_asks_python_for_word_of_forks():
    sources = Path(forking.__file__).parents[1].rglob("*.py")
    asking = [one.name for one in sources if "register_at_fork" in one.read_text("utf-8")]
    assert asking == ["forking.py"]


class Thing(Waits):
    """What a thread waits for."""

    def wait(self) -> bool:
        return self._until_done(30)

    def end(self) -> None:
        self._end()


@pytest.mark.parametrize("is_nested", [True, False])
def test_what_a_thread_waits_for_ends_in_the_child_of_its_signal_handler(is_nested: bool):
    outer, inner = Thing(), Thing()
    if not is_nested:
        inner.end()
    main = threading.get_ident()
    child: list[int] = []

    def soon(number: int) -> None:
        threading.Timer(0.05, signal.pthread_kill, (main, number)).start()

    def wait_too(_: int, __: object) -> None:
        soon(signal.SIGUSR2)
        inner.wait()

    def fork(_: int, __: object) -> None:
        child.append(os.fork())
        if child[0]:
            inner.end()
            outer.end()

    first = signal.signal(signal.SIGUSR1, wait_too)
    second = signal.signal(signal.SIGUSR2, fork)
    try:
        soon(signal.SIGUSR1)
        assert outer.wait()
    finally:
        if child == [0]:
            os._exit(0 if outer.wait() and inner.wait() else 1)
        signal.signal(signal.SIGUSR1, first)
        signal.signal(signal.SIGUSR2, second)
    assert os.waitstatus_to_exitcode(os.waitpid(child[0], 0)[1]) == 0
