# SPDX-License-Identifier: Apache-2.0
"""An exception out of nowhere, as Ctrl-C's, on any line on which a client is made or shut down."""

from __future__ import annotations

import linecache
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from gridwire.hazelcast import HazelcastClient
from support.patience import PATIENCE
from support.scripted import ScriptedCluster

# An interrupt may come between making a coroutine and beginning it.
pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")

FILES = tuple(
    f"gridwire/{name}.py"
    for name in ("hazelcast/client", "hazelcast/control/hosting", "_io/dispatching", "_io/forking")
)


class Interrupted(BaseException):
    """What comes out of nowhere."""


def source_of(frame: FrameType) -> str:
    return linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip()


def interrupted_at(line: int, function: Callable[[], Any], files: tuple[str, ...] = FILES) -> Any:
    """Call a function, and raise on so many-th line of files that this thread comes to."""
    left = line

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        if not frame.f_code.co_filename.endswith(files):
            return None
        # Python looks for signals when something was called, and so never between the line before a
        # "try" and the block.
        if event == "line" and source_of(frame) != "try:":
            left -= 1
            if left == 0:
                sys.settrace(None)
                raise Interrupted(f"{frame.f_code.co_filename}:{frame.f_lineno}")
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        return function()
    finally:
        sys.settrace(before)


def ends_alone(known: set[threading.Thread], where: Interrupted) -> None:
    """Threads that were not known before come to their end."""
    for thread in set(threading.enumerate()) - known:
        if thread.name.startswith("gridwire"):
            thread.join(PATIENCE)
            assert not thread.is_alive(), f"{thread.name} lives on after {where}"


@pytest.fixture
def make(scripted: Callable[[], ScriptedCluster]) -> Callable[[], HazelcastClient]:
    cluster = scripted()
    return lambda: HazelcastClient(
        cluster_name=cluster.cluster_name, cluster_members=cluster.addresses
    )


def test_making_a_client_that_is_interrupted_anywhere_leaves_nothing(make) -> None:
    line, known = 1, set(threading.enumerate())
    while True:
        try:
            client = interrupted_at(line, make)
        except Interrupted as where:
            ends_alone(known, where)
            line += 1
        else:
            client.shutdown()
            break
    assert line > 30


def test_shutting_down_that_is_interrupted_anywhere_can_be_done_again(make) -> None:
    line, known = 1, set(threading.enumerate())
    while True:
        client = make()
        try:
            interrupted_at(line, client.shutdown, (*FILES, "gridwire/_io/hosted.py"))
        except Interrupted as where:
            client.shutdown()
            ends_alone(known, where)
            line += 1
        else:
            break
    assert line > 5
