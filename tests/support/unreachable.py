# SPDX-License-Identifier: Apache-2.0
"""A connector that reaches no place, for tests of how a client searches."""

from __future__ import annotations

import asyncio
from typing import Any

__all__ = ["Unreachable"]


class Unreachable:
    """Connects to nobody, and notes when it was asked for whom.

    Args:
        seconds: how long each place takes to refuse.
    """

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.asked: list[tuple[float, str]] = []

    async def connect(self, receiver: Any, host: str, port: int, *rest: Any) -> Any:
        """Refuse, after a while."""
        self.asked.append((asyncio.get_running_loop().time(), f"{host}:{port}"))
        if self.seconds:
            await asyncio.sleep(self.seconds)
        raise ConnectionRefusedError("refused")
