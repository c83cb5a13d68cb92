# SPDX-License-Identifier: Apache-2.0
"""Says where a client process spends its time: a profile of each of its threads, in one table."""

from __future__ import annotations

import cProfile
import io
import pstats
import sys
import threading
from types import TracebackType
from typing import Any, Self

__all__ = ["Profiler"]

_LINES = 40


class Profiler:
    """Profiles the thread that enters it, and all threads that start while it is entered.

    Python 3.12 and later allow one profile a process; there only the first thread is profiled.
    """

    def __init__(self) -> None:
        self._profiles: list[cProfile.Profile] = []

    def __enter__(self) -> Self:
        threading.setprofile(self._begin)
        self._begin()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        threading.setprofile(None)
        for profile in self._profiles:
            profile.disable()

    def text(self) -> str:
        """Give the functions that took most time by themselves."""
        out = io.StringIO()
        stats = pstats.Stats(*self._profiles, stream=out)
        stats.sort_stats("tottime").print_stats(_LINES)
        return out.getvalue()

    def _begin(self, *_event: Any) -> None:
        if self._profiles and sys.version_info >= (3, 12):
            return
        # Takes the place of this function, in this thread alone.
        profile = cProfile.Profile()
        self._profiles.append(profile)
        profile.enable()
