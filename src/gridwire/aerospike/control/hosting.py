# SPDX-License-Identifier: Apache-2.0
"""Waiting for the control code of a threaded client, which runs on a loop of its own."""

from __future__ import annotations

from collections.abc import Coroutine
from concurrent.futures import CancelledError
from typing import Any, TypeVar

from gridwire._io.hosted import HostedLoop, HostedLoopClosed
from gridwire.aerospike.control.command import not_connected

__all__ = ["wait_for"]

T = TypeVar("T")


def wait_for(hosted: HostedLoop, coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on the loop and wait for it; an interrupt cancels it.

    Raises:
        ClientError: the client was closed.
    """
    try:
        return hosted.run(coroutine)
    except (HostedLoopClosed, CancelledError):
        raise not_connected() from None
