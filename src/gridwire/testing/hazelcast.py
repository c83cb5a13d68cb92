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

import sys
import time
from dataclasses import asdict
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

from gridwire.testing._cluster_methods import ClusterMethods
from gridwire.testing._hazelcast.cluster import LoopCluster, MemberFacts, random_cluster_name
from gridwire.testing._hazelcast.factories import are_names
from gridwire.testing._hazelcast.options import ClusterOptions
from gridwire.testing._homes.housed import HousedCluster
from gridwire.testing._homes.process_home import ProcessHome
from gridwire.testing._homes.thread_home import ThreadHome
from gridwire.testing._shared.tls_files import read_tls
from gridwire.testing.errors import ClusterOptionError
from gridwire.testing.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gridwire.testing._hazelcast.factories import Factories
    from gridwire.testing._homes.tenants import Home
    from gridwire.testing._shared.tls_files import TlsFiles

__all__ = ["HazelcastCluster", "Member"]


class Member:
    """A handle of a member of a `HazelcastCluster`; equal to all others of the same member.

    Attributes:
        uuid: its identity.
        address: where clients reach it, as ``"127.0.0.1:port"``.
        lite: whether it holds no partition.
    """

    def __init__(self, cluster: HazelcastCluster, facts: MemberFacts) -> None:
        self._cluster = cluster
        self.uuid, self.address, self.lite = facts

    def kill(self) -> None:
        """End it as a process is killed: connections break, its memory is lost.

        Its backups are promoted, and made anew on other members, before this returns.

        Raises:
            ClusterError: it does not run any more.
        """
        self._cluster._order("kill", uuid=str(self.uuid))

    def shutdown(self) -> None:
        """Let it hand its partitions over to the others, and leave.

        Clients are told of the new owners, then that it is gone, and its connections are closed.

        Raises:
            ClusterError: it does not run any more, or is paused.
        """
        self._cluster._order("shutdown", uuid=str(self.uuid))

    def pause(self) -> Fault:
        """Let it stand still; see `HazelcastCluster.pause`."""
        return self._cluster.pause(self)

    def restart(self) -> Member:
        """Kill it, and let it come back at its address: another member, without memory.

        Returns:
            Its new handle. It has a new UUID, and its share of the partitions.

        Raises:
            ClusterError: it does not run any more, or its address was taken meanwhile.
        """
        return self._restart(new_address=False)

    def restart_with_new_address(self) -> Member:
        """Kill it, and let it come back elsewhere, as a container does that is scheduled anew.

        Clients learn of it from the members that they still reach. When no other is left, the
        cluster begins from nothing: a new cluster UUID, no data, and nobody to ask for the way.

        Returns:
            Its new handle. It has a new UUID, a new address, and its share of the partitions.

        Raises:
            ClusterError: it does not run any more.
        """
        return self._restart(new_address=True)

    def _restart(self, *, new_address: bool) -> Member:
        uuid = self._cluster._order("restart", uuid=str(self.uuid), new_address=new_address)
        return next(each for each in self._cluster.members if str(each.uuid) == uuid)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Member) and other.uuid == self.uuid

    def __hash__(self) -> int:
        return hash(self.uuid)

    def __repr__(self) -> str:
        return f"<Member {self.address} {self.uuid}>"


class HazelcastCluster(HousedCluster, ClusterMethods[Fault]):
    """A Hazelcast cluster whose members live in this program, or in a process beside it.

    It is a context manager; `start` and `stop` do the same by hand. Its methods may be called by
    any thread.

    Args:
        members: how many members to start.
        lite_members: how many members to start besides that hold no partition.
        cluster_name: what clients have to name; random if None, so that clusters never mix.
        version: the version whose wire behaviour members have: a line from 4.0 to 5.7, such as
            ``"5.3"``, or a full version of one.
        partition_count: into how many partitions keys are spread.
        backup_count: how many members hold a copy of each partition, besides its owner.
        process: whether the members live in a process of their own instead of in a thread of
            this one. Clients are then not slowed down by members that share their interpreter.
        ports: where the members listen, one for each; free ports if None.
        username: what clients have to authenticate as, together with `password`; if None, only
            clients without credentials are let in, as by a member without security.
        password: see `username`.
        token: what clients may authenticate with in place of name and password, as by a login
            module of the commercial members; if None, no token is good.
        advertised_host: the IP address that members announce as theirs, whether anybody listens
            there or not; the one where they do if None.
        public_host: the IP address that members announce for clients from outside, as those of
            4.2 and later can; they announce none if None.
        tls: what members need to speak TLS, file names under ``certfile``, ``keyfile`` and
            ``cafile`` (whose certificates clients have to show; ``client_certificates`` can make
            them ``"optional"``), and ``version``, ``"1.2"`` or ``"1.3"``, for one alone. All ports
            speak TLS then, and nothing else. Files are read whenever a member starts.
        properties: Hazelcast properties as a real member would be configured with, such as
            ``{"hazelcast.map.invalidation.batch.enabled": "false"}``. A name that these members do
            not know is an error.
        data_serializable_factories: classes that members make of what clients send, by factory id
            and class id: entry processors, interceptors, comparators, values to look into. A class
            may be named by ``"package.module:Class"``, as it must be with `process`.
        is_big_endian: the byte order of serialized objects, which clients have to have, too, as
            soon as members look into them; ``False`` is what real members are configured with as
            ``<byte-order>LITTLE_ENDIAN</byte-order>``.
        clock: gives the time in seconds since the epoch, for the life of entries. Not to be
            combined with `process`; `advance_time` and `stop_time` work everywhere.

    Raises:
        ClusterOptionError: an option has a value that it does not take.
    """

    def __init__(
        self,
        members: int = 3,
        *,
        lite_members: int = 0,
        cluster_name: str | None = None,
        version: str = "5.7.0",
        partition_count: int = 271,
        backup_count: int = 1,
        process: bool = False,
        ports: Sequence[int] | None = None,
        username: str | None = None,
        password: str | None = None,
        token: str | None = None,
        advertised_host: str | None = None,
        public_host: str | None = None,
        tls: Mapping[str, str] | TlsFiles | None = None,
        properties: Mapping[str, str] | None = None,
        data_serializable_factories: Factories | None = None,
        is_big_endian: bool = True,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._options = ClusterOptions(
            cluster_name=random_cluster_name() if cluster_name is None else cluster_name,
            members=members,
            lite_members=lite_members,
            version=version,
            partition_count=partition_count,
            backup_count=backup_count,
            ports=tuple(ports or ()),
            username=username,
            password=password,
            token=token,
            advertised_host=advertised_host,
            public_host=public_host,
            tls=read_tls(tls),
            properties=dict(properties or {}),
            data_serializable_factories=data_serializable_factories or {},
            is_big_endian=is_big_endian,
        )
        if process and clock is not time.time:
            raise ClusterOptionError(
                "a clock cannot be shared with a process of its own",
                hint="Move the clock of the cluster by stop_time and advance_time instead.",
            )
        if process and not are_names(self._options.data_serializable_factories):
            raise ClusterOptionError(
                "classes cannot be shared with a process of its own",
                hint='Name them, like "package.module:Class".',
            )
        self._process = process
        self._clock = clock

    @property
    def cluster_name(self) -> str:
        """What clients have to name when they connect."""
        return self._options.cluster_name

    @property
    def version(self) -> str:
        """The version that members say they have, with three numbers."""
        return self._options.version

    @property
    def addresses(self) -> list[str]:
        """Where the living members listen, the oldest first, each as ``"127.0.0.1:port"``."""
        return [facts.address for facts in self._facts]

    @property
    def members(self) -> list[Member]:
        """Handles of the living members, the oldest first."""
        return [Member(self, facts) for facts in self._facts]

    def _new_home(self) -> Home:
        if self._process:
            # Classes of the program are given by name.
            paths = sys.path if self._options.data_serializable_factories else ()
            return ProcessHome("hazelcast", asdict(self._options), paths)
        cluster = LoopCluster(self._options, clock=self._clock, random=Random())
        return ThreadHome(cluster, f"gridwire-cluster-{self.cluster_name}")

    def start_member(self, *, lite: bool = False) -> Member:
        """Let one more member join, which takes over its share of the partitions.

        Args:
            lite: whether it holds no partition.

        Returns:
            Its handle.

        Raises:
            ClusterError: the cluster does not run.
        """
        self._order("start_member", lite=lite)
        return self.members[-1]

    @property
    def _facts(self) -> list[MemberFacts]:
        told = self._home.facts if self._home else []
        return [MemberFacts(UUID(uuid), address, lite) for uuid, address, lite in told]
