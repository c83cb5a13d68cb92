# SPDX-License-Identifier: Apache-2.0
"""The members that both libraries talk to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from gridwire.testing.real import REAL_VERSIONS, RealCluster

__all__ = ["MEMBER_VERSION", "Cluster", "ClusterOpener", "running_members", "start_members"]

MEMBER_VERSION = REAL_VERSIONS[-1]

_HEAP = "2g"  # a message of 64 MiB is held several times while it is read, stored and backed up


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where clients connect."""

    addresses: tuple[str, ...]
    cluster_name: str


ClusterOpener = Callable[[int], AbstractContextManager[Cluster]]


@contextmanager
def start_members(count: int) -> Iterator[Cluster]:
    """Start real members, as they run in production; they end with the context.

    Raises:
        RealMemberError: Java or Maven is missing, or a member did not start.
    """
    with RealCluster(MEMBER_VERSION, count, heap=_HEAP, fast_start=False) as cluster:
        yield Cluster(tuple(cluster.addresses), cluster.cluster_name)


def running_members(addresses: tuple[str, ...], cluster_name: str) -> ClusterOpener:
    """Use members that somebody else started; how many they are is theirs to know."""

    @contextmanager
    def give(_count: int) -> Iterator[Cluster]:
        yield Cluster(addresses, cluster_name)

    return give
