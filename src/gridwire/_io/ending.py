# SPDX-License-Identifier: Apache-2.0
"""The end of a client as one task on its loop, which nobody's cancellation stops."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

__all__ = ["Ending"]


class Ending:
    """Ends something once, whoever asks for it and however often.

    Args:
        end: does it. It is begun again where it was cancelled, so each of its steps may be taken
            again.
    """

    def __init__(self, end: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._end = end
        self._task: asyncio.Task[None] | None = None

    @property
    def has_begun(self) -> bool:
        """Whether somebody has asked for it."""
        return self._task is not None

    def begin(self) -> asyncio.Task[None]:
        """Begin to end, once; the task that does it."""
        if self._task is None or self._task.cancelled():
            self._task = asyncio.get_running_loop().create_task(self._run())
        return self._task

    async def wait(self) -> None:
        """Begin to end, or wait for the same end as others. Who is cancelled does not stop it."""
        task = self.begin()
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                # All tasks of the loop were cancelled, and that one had not begun.
                await asyncio.shield(self.begin())
            raise

    async def _run(self) -> None:
        """End also on a loop that is wound up meanwhile, and cancels this."""
        task = asyncio.current_task()
        assert task is not None
        while True:
            try:
                await self._end()
            except asyncio.CancelledError:
                if not task.cancelling():
                    # Not this one was cancelled, but what it waits for: that would be so again.
                    raise
                task.uncancel()
            else:
                return
