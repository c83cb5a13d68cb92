# SPDX-License-Identifier: Apache-2.0
"""A signal whose handler raises in the main thread, wherever that is; once."""

from __future__ import annotations

import signal
import threading
from types import TracebackType
from typing import Self

__all__ = ["Interrupting"]


class Interrupting:
    """While it is entered, SIGUSR1 raises.

    Args:
        error: what it raises.
    """

    def __init__(self, error: type[BaseException]) -> None:
        self._error = error
        self._arrived = threading.Event()

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGUSR1, self._handle)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        signal.signal(signal.SIGUSR1, self._before)

    def _handle(self, *_: object) -> None:
        if not self._arrived.is_set():
            self._arrived.set()
            raise self._error

    def hit(self) -> None:
        """Send the signal until its handler has run; from another thread.

        Python does not look at one that comes when a thread is just about to wait for a lock, until
        something else wakes it up.
        """
        while not self._arrived.is_set():
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)
            self._arrived.wait(0.1)
