# SPDX-License-Identifier: Apache-2.0
"""What clients hold that they do not tell of: it may not grow while a storm goes on.

What is left when all is closed is another question: a task that each reconnect leaves behind may
well end with its client.
"""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import time
from collections.abc import Callable
from typing import Any

__all__ = ["LIMIT", "sockets_of_this_program", "what_has_grown", "what_is_held"]

LIMIT = 4
"""How many more may be there: somebody is being connected to, or has just been let go."""

_PATIENCE = 10.0
"""Seconds until what is being opened or closed at the end must be in order."""

_PAUSE = 0.1
_OURS = f"{os.sep}gridwire{os.sep}"


def sockets_of_this_program() -> list[str]:
    """File descriptors that are sockets, or watch some, with what they are."""
    names = []
    for number in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{number}")
        except OSError:
            continue
        if target.startswith(("socket:", "anon_inode:[eventpoll]")):
            names.append(f"{number} {target}")
    return names


def what_is_held(clients: list[Any], visits: int) -> dict[str, int]:
    """Count what is there besides what clients tell of by their diagnostics.

    Args:
        clients: of either system.
        visits: connections that are passed on by this program; each has two ends here.
    """
    told = sum(_connections(client.diagnostics()) for client in clients)
    return {
        "sockets": len(sockets_of_this_program()) - told - 2 * visits,
        "tasks": sum(map(_is_ours, gc.get_objects())),
        "threads": sum(not one.name.startswith("storm-") for one in threading.enumerate()),
    }


def what_has_grown(
    before: dict[str, int], look: Callable[[], dict[str, int]], patience: float = _PATIENCE
) -> list[str]:
    """Tell what there is more of than before, when that does not pass.

    Args:
        before: what was held.
        look: counts again.
        patience: seconds in which it may pass.
    """
    deadline = time.monotonic() + patience
    while True:
        now = look()
        more = {name: now[name] - number for name, number in before.items()}
        if max(more.values()) <= LIMIT or time.monotonic() > deadline:
            break
        time.sleep(_PAUSE)
    return [f"{number} more {name}" for name, number in more.items() if number > LIMIT]


def _connections(told: Any) -> int:
    """Connections that a client tells of; an Aerospike client has one more to each node."""
    if "nodes" not in told:
        return len(told["connections"])
    return sum(1 + one["pool"]["open"] + one["pool"]["opening"] for one in told["nodes"])


def _is_ours(one: object) -> bool:
    """Whether it is a task that the library has begun and that goes on."""
    if not isinstance(one, asyncio.Task) or one.done():
        return False
    code = getattr(one.get_coro(), "cr_code", None)
    return code is not None and _OURS in code.co_filename
