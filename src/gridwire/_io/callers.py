# SPDX-License-Identifier: Apache-2.0
"""Numbers for who calls: every thread and every task gets one of its own, never used again.

Identifiers of the system will not do: a thread gets the number of one that has ended, a task the
address of one that was freed.
"""

from __future__ import annotations

import asyncio
import threading
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

__all__ = ["FIRST", "current_task_number", "current_thread_number"]

FIRST = 2
"""The smallest number of a caller; smaller ones are free for other meanings."""

# Taking the next one is a single step, so threads need no lock.
_numbers = count(FIRST)
_outside_of_tasks = next(_numbers)


class _ThreadNumber(threading.local):
    def __init__(self) -> None:
        self.value = next(_numbers)


_thread = _ThreadNumber()
_tasks: WeakKeyDictionary[asyncio.Task[Any], int] = WeakKeyDictionary()


def current_thread_number() -> int:
    """The number of the calling thread."""
    return _thread.value


def current_task_number() -> int:
    """The number of the running task; what runs on a loop outside of tasks has one together."""
    try:
        task = asyncio.current_task()
    except RuntimeError:
        # No loop runs here: the call is refused for that, with better words.
        task = None
    if task is None:
        return _outside_of_tasks
    number = _tasks.get(task)
    if number is None:
        number = _tasks[task] = next(_numbers)
    return number
