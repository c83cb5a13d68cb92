# SPDX-License-Identifier: Apache-2.0
"""The number of partitions, before a member has told it.

A client may be used before it is connected (`async_start`): its maps can be had, but nobody can say
yet where a key belongs. What is made then computes with a number that becomes known later, and is
told the plain one when it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol, Self

from gridwire.hazelcast.errors import ClientOfflineError

__all__ = ["NO_PARTITION", "LateCount", "known"]


class _NoPartition(int):
    """Stands where a partition would; of no use as one."""

    def __repr__(self) -> str:
        return "NO_PARTITION"


NO_PARTITION: Final = _NoPartition(-1)
"""The partition of a key while their number is unknown. A request that goes there is never sent,
whatever is known when it would be: its bytes name no partition."""


class _State(Protocol):
    partition_count: int

    def when_counted(self, know: Callable[[int], object]) -> None: ...


class LateCount(int):
    """A number of partitions that is looked up whenever it is used.

    That takes longer than to compute with a plain number, so whoever computes for each key asks for
    that one by `when_known`. As a number this is 0. ``hash % count`` is a partition, `NO_PARTITION`
    until the number is known.

    Args:
        state: will know it.
    """

    _state: _State

    def __new__(cls, state: _State) -> Self:
        """See the class."""
        made = super().__new__(cls, 0)
        made._state = state
        return made

    def __rmod__(self, number: Any) -> int:
        count = self._state.partition_count
        return int(number) % count if count else NO_PARTITION

    def when_known(self, know: Callable[[int], object]) -> None:
        """Have somebody told the plain number as soon as it is known; from any thread."""
        self._state.when_counted(know)

    @property
    def now(self) -> int:
        """The number, 0 while it is unknown."""
        return self._state.partition_count

    def __reduce__(self) -> tuple[Any, ...]:
        return int, (self.now,)


def known(count: int) -> int:
    """A number of partitions that can be counted to.

    Raises:
        ClientOfflineError: it is not known yet.
    """
    if isinstance(count, LateCount):
        count = count.now
    if not count:
        raise ClientOfflineError("the client has not been connected yet")
    return count
