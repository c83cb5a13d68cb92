# SPDX-License-Identifier: Apache-2.0
"""Load balancers: which member gets an operation that any member can do."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from itertools import count
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gridwire.hazelcast.core import MemberInfo

__all__ = ["LoadBalancer", "MemberSource", "RandomLB", "RoundRobinLB"]


class MemberSource(Protocol):
    """What a load balancer of this library needs of the cluster service."""

    def get_members(self) -> Sequence[MemberInfo]:
        """Return the present members."""


class LoadBalancer(ABC):
    """Chooses members; subclass it to choose in another way.

    Both methods may be called from several threads at once.
    """

    @abstractmethod
    def init(self, cluster_service: MemberSource) -> None:
        """Get ready to choose; the client calls it once, before `next`, and so does a forked child.

        Args:
            cluster_service: knows the members.
        """

    @abstractmethod
    def next(self) -> MemberInfo | None:
        """Choose a member.

        Returns:
            The member, or `None` when there is none.
        """


class _FromMembers(LoadBalancer):
    """Chooses among the members that are there at the moment of the choice."""

    def __init__(self) -> None:
        self._cluster_service: MemberSource | None = None

    def init(self, cluster_service: MemberSource) -> None:
        self._cluster_service = cluster_service

    def next(self) -> MemberInfo | None:
        service = self._cluster_service
        members = () if service is None else service.get_members()
        return self._choose(members) if members else None

    @abstractmethod
    def _choose(self, members: Sequence[MemberInfo]) -> MemberInfo:
        """Choose one of at least one member."""


class RoundRobinLB(_FromMembers):
    """Each member in turn."""

    def __init__(self) -> None:
        super().__init__()
        # One step of an iterator cannot be torn by a thread switch; `n += 1` can.
        self._turns = count()

    def _choose(self, members: Sequence[MemberInfo]) -> MemberInfo:
        return members[next(self._turns) % len(members)]


class RandomLB(_FromMembers):
    """Any member.

    Args:
        choose: picks one item of a sequence, as `random.choice` does.
    """

    def __init__(
        self, choose: Callable[[Sequence[MemberInfo]], MemberInfo] = random.choice
    ) -> None:
        super().__init__()
        self._pick = choose

    def _choose(self, members: Sequence[MemberInfo]) -> MemberInfo:
        return self._pick(members)
