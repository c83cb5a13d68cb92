# SPDX-License-Identifier: Apache-2.0
"""Waiting for the control code of a threaded client, which runs on a loop of its own."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError
from typing import Any, TypeVar, TypeVarTuple, Unpack

from gridwire._io.hosted import HostedLoop, HostedLoopClosed
from gridwire.aerospike.control.command import not_connected

__all__ = ["wait_for"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


def wait_for(
    hosted: HostedLoop,
    function: Callable[[Unpack[Ts]], Coroutine[Any, Any, T]],
    *args: *Ts,
) -> T:
    """Run a coroutine on the loop and wait for it; an interrupt cancels it.

    Args:
        hosted: the loop.
        function: makes the coroutine, there.
        args: what it is called with.

    Raises:
        ClientError: the client was closed.
    """
    try:
        return hosted.run(function, *args)
    except (HostedLoopClosed, CancelledError):
        raise not_connected() from None
