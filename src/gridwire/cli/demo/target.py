# SPDX-License-Identifier: Apache-2.0
"""What the story needs of a cluster and of its clients, whatever they speak."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Protocol

__all__ = [
    "Access",
    "AsyncAccess",
    "MemberShare",
    "SetUpError",
    "Target",
    "Words",
    "settled",
]

_SETTLE_SECONDS = 5.0
"""How long members may take to tell who owns what; after a loss they have more urgent things."""

_LOOK_SECONDS = 0.01


class SetUpError(Exception):
    """The demo could not begin; the text says why."""


@dataclass(frozen=True, slots=True)
class Words:
    """How things are called in a system.

    Attributes:
        system: its name.
        member: one of a cluster.
        place: what the entries are in.
        story: what the demo does on a cluster of its own, in a sentence.
        unhurried: seconds from which on a call has waited for a member that died, and what to say
            of it; None where nobody waits for the dead.
    """

    system: str
    member: str
    place: str
    story: str
    unhurried: tuple[float, str] | None = None


@dataclass(frozen=True, slots=True)
class MemberShare:
    """A member, and what it has to do.

    Attributes:
        address: as ``host:port``.
        version: of the member.
        partitions: how many it owns.
    """

    address: str
    version: str
    partitions: int


class Access(Protocol):
    """A blocking client, and the place where the entries are. Any thread may use it."""

    def set(self, key: str, value: str, /) -> object:
        """Write an entry."""

    def get(self, key: str, /) -> object:
        """Read an entry; None if there is none."""

    def get_many(self, keys: Sequence[str], /) -> Mapping[str, object]:
        """Read entries; those that are missing are missing."""

    def remove(self, key: str, /) -> object:
        """Remove an entry."""

    def shares(self) -> tuple[MemberShare, ...]:
        """Tell who owns how many partitions as far as is known, and who has not said so."""

    @property
    def partition_count(self) -> int:
        """Into how many partitions keys are spread; 0 as long as that is not known."""

    def destroy(self) -> None:
        """Remove all entries, from a cluster that lives on."""

    def close(self) -> None:
        """Shut the client down; what is in flight fails."""


class AsyncAccess(Protocol):
    """An asyncio client, and the place where the entries are."""

    async def set(self, key: str, value: str, /) -> object:
        """Write an entry."""

    async def get(self, key: str, /) -> object:
        """Read an entry; None if there is none."""

    async def close(self) -> None:
        """Shut the client down; what is in flight fails."""


class Target(Protocol):
    """A cluster to work on: one that the demo started, or one that runs already."""

    @property
    def words(self) -> Words:
        """How things are called there."""

    @property
    def cluster_name(self) -> str:
        """What it is called."""

    @property
    def place(self) -> str:
        """Where the entries are."""

    @property
    def is_ours(self) -> bool:
        """Whether the demo started it, and may kill a member."""

    @property
    def connect(self) -> Callable[[], Access]:
        """Connects a blocking client, or raises `GridwireError` or `SetUpError`."""

    async def connect_asyncio(self) -> AsyncAccess:
        """Connect an asyncio client, or raise `GridwireError` or `SetUpError`."""

    def kill_member(self) -> str:
        """Kill a member of our own cluster; its address."""

    @property
    def bring_back(self) -> Callable[[], object] | None:
        """Lets the one that was killed come back; None where the dead stay dead."""


def settled(access: Access) -> tuple[MemberShare, ...]:
    """Wait until a client has heard who owns each partition, and tell it; not for ever, though."""
    deadline = monotonic() + _SETTLE_SECONDS
    while True:
        shares = access.shares()
        if 0 < access.partition_count == sum(share.partitions for share in shares):
            return shares
        if monotonic() > deadline:
            return shares
        sleep(_LOOK_SECONDS)
