# SPDX-License-Identifier: Apache-2.0
"""Hazelcast clusters inside a test or a demo: real sockets, real protocol, no Java.

::

    with HazelcastCluster(members=3) as cluster:
        client = HazelcastClient(
            cluster_name=cluster.cluster_name, cluster_members=cluster.addresses
        )
        ...
        cluster.members[0].kill()

Any client that speaks the Open Binary Client Protocol 2.x can connect, not only gridwire.
"""

from __future__ import annotations

import time
from random import Random
from typing import TYPE_CHECKING, Protocol, Self

from gridwire.testing._hazelcast.cluster import random_cluster_name
from gridwire.testing._hazelcast.options import ClusterOptions
from gridwire.testing._hazelcast.process_home import ProcessHome
from gridwire.testing._hazelcast.thread_home import ThreadHome
from gridwire.testing.errors import ClusterError, ClusterOptionError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType
    from uuid import UUID

    from gridwire.testing._hazelcast.cluster import MemberFacts

__all__ = ["HazelcastCluster", "Member"]


class _Home(Protocol):
    """Where the members of a cluster live."""

    @property
    def members(self) -> tuple[MemberFacts, ...]: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def start_member(self) -> MemberFacts: ...

    def kill(self, uuid: UUID) -> None: ...

    def shutdown(self, uuid: UUID) -> None: ...


class Member:
    """A handle of a member of a `HazelcastCluster`.

    Attributes:
        uuid: its identity.
        address: where clients reach it, as ``"127.0.0.1:port"``.
    """

    def __init__(self, home: _Home, facts: MemberFacts) -> None:
        self._home = home
        self.uuid, self.address = facts

    def kill(self) -> None:
        """End it as a process is killed: connections break, its memory is lost.

        Its backups are promoted, and made anew on other members, before this returns.

        Raises:
            ClusterError: it does not run any more.
        """
        self._home.kill(self.uuid)

    def shutdown(self) -> None:
        """Let it hand its partitions over to the others, and leave.

        Raises:
            ClusterError: it does not run any more.
        """
        self._home.shutdown(self.uuid)

    def __repr__(self) -> str:
        return f"<Member {self.address} {self.uuid}>"


class HazelcastCluster:
    """A Hazelcast cluster whose members live in this program, or in a process beside it.

    It is a context manager; `start` and `stop` do the same by hand. Its methods may be called by
    any thread.

    Args:
        members: how many members to start.
        cluster_name: what clients have to name; random if None, so that clusters never mix.
        version: the version that members say they have, of the lines 5.5 to 5.7.
        partition_count: into how many partitions keys are spread.
        backup_count: how many members hold a copy of each partition, besides its owner.
        process: whether the members live in a process of their own instead of in a thread of
            this one. Clients are then not slowed down by members that share their interpreter.
        ports: where the members listen, one for each; free ports if None.
        username: what clients have to authenticate as, together with `password`; if None, only
            clients without credentials are let in, as by a member without security.
        password: see `username`.
        clock: gives the time in seconds since the epoch, for the life of entries. Not to be
            combined with `process`.

    Raises:
        ClusterOptionError: an option has a value that it does not take.
    """

    def __init__(
        self,
        members: int = 3,
        *,
        cluster_name: str | None = None,
        version: str = "5.7.0",
        partition_count: int = 271,
        backup_count: int = 1,
        process: bool = False,
        ports: Sequence[int] | None = None,
        username: str | None = None,
        password: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._options = ClusterOptions(
            cluster_name=random_cluster_name() if cluster_name is None else cluster_name,
            members=members,
            version=version,
            partition_count=partition_count,
            backup_count=backup_count,
            ports=tuple(ports or ()),
            username=username,
            password=password,
        )
        if process and clock is not time.time:
            raise ClusterOptionError("a clock cannot be shared with a process of its own")
        self._process = process
        self._clock = clock
        self._home: _Home | None = None

    @property
    def cluster_name(self) -> str:
        """What clients have to name when they connect."""
        return self._options.cluster_name

    @property
    def addresses(self) -> list[str]:
        """Where the living members listen, the oldest first, each as ``"127.0.0.1:port"``."""
        return [facts.address for facts in self._home.members] if self._home else []

    @property
    def members(self) -> list[Member]:
        """Handles of the living members, the oldest first."""
        home = self._home
        return [Member(home, facts) for facts in home.members] if home else []

    def start(self) -> None:
        """Start the members; clients can connect when this returns.

        Raises:
            ClusterError: it runs already, or a port is taken.
        """
        if self._home is not None:
            raise ClusterError("the cluster runs already")
        home: _Home
        if self._process:
            home = ProcessHome(self._options)
        else:
            home = ThreadHome(self._options, clock=self._clock, random=Random())
        home.start()
        self._home = home

    def stop(self) -> None:
        """End all members; nothing is left when this returns. Does nothing if none runs."""
        home, self._home = self._home, None
        if home is not None:
            home.stop()

    def start_member(self) -> Member:
        """Let one more member join, which takes over its share of the partitions.

        Returns:
            Its handle.

        Raises:
            ClusterError: the cluster does not run.
        """
        if self._home is None:
            raise ClusterError("the cluster does not run")
        return Member(self._home, self._home.start_member())

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
