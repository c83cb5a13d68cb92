# SPDX-License-Identifier: Apache-2.0
"""Real Hazelcast members on loopback: a tool for developers of gridwire and of its test clusters.

It needs Java 17 or later and Maven, which fetches the open-source member into a cache once. Users'
tests are better served by `gridwire.testing.HazelcastCluster`, which needs neither::

    with RealCluster(version="5.7.0", members=3) as cluster:
        print(cluster.cluster_name, cluster.addresses)
        cluster.members[0].kill()

Members listen on free ports of 127.0.0.1 under a random cluster name, see nobody but each other,
and end with the process that started them, however that ends (POSIX).
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from gridwire.testing._maven import RealMemberError, find_java, find_javac, member_jar, unavailable
from gridwire.testing._real_config import MemberSettings
from gridwire.testing._real_member import PortTakenError, RealMember, free_ports

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

__all__ = [
    "REAL_VERSIONS",
    "RealCluster",
    "RealMember",
    "RealMemberError",
    "find_javac",
    "member_jar",
    "unavailable",
]

REAL_VERSIONS = ("4.2.8", "5.3.8", "5.7.0")
"""The members that gridwire is tested against: the oldest line, a middle one, the newest."""

_PORT_ATTEMPTS = 5


class RealCluster:
    """A cluster of real members, started by the constructor and ready when it returns.

    Args:
        version: Version of ``com.hazelcast:hazelcast``.
        members: How many members to start, all at the same time.
        heap: Largest heap of each member, in the JVM's notation.
        fast_start: Use JVM options that start fast (a serial collector, the first compiler only).
            Benchmarks say False, for a member that runs as in production.
        properties: Hazelcast properties, added to (and winning over) those of this class.
        extra_config: XML to insert into ``hazelcast.xml``, such as ``<map name="x">...</map>``.
        classpath: Folders and jars with classes of the user, for members to run.
        public_address: Host and port that the member says it is reached at, where a proxy stands
            in front of it. Only for a cluster of one: members would look for each other there.
        start_timeout: Seconds until all members must see each other.

    Attributes:
        cluster_name: The name by which the members know each other, a random one.

    Raises:
        RealMemberError: Java or Maven is missing, or a member did not start; with the log's end.
    """

    def __init__(
        self,
        version: str = REAL_VERSIONS[-1],
        members: int = 1,
        *,
        heap: str = "256m",
        fast_start: bool = True,
        properties: Mapping[str, str] | None = None,
        extra_config: str = "",
        classpath: Sequence[Path] = (),
        public_address: str | None = None,
        start_timeout: float = 60.0,
    ) -> None:
        if members < 1:
            raise ValueError(f"a cluster has at least one member, not {members}")
        if public_address is not None and members > 1:
            raise ValueError("members of which each has the same public_address cannot meet")
        java = find_java()
        if java is None:
            raise RealMemberError("java not found: real members need Java 17 or later")
        self.version = version
        self.cluster_name = f"gridwire-{secrets.token_hex(6)}"
        self.members: list[RealMember] = []
        self._start_timeout = start_timeout
        self._settings = MemberSettings(
            java=java,
            jar=member_jar(version),
            version=version,
            cluster_name=self.cluster_name,
            heap=heap,
            fast_start=fast_start,
            properties=dict(properties or {}),
            extra_config=extra_config,
            classpath=tuple(classpath),
            public_address=public_address,
        )
        self._folder = Path(tempfile.mkdtemp(prefix="gridwire-members-"))
        try:
            self._start(members)
        except BaseException:
            self.stop()
            raise

    @property
    def addresses(self) -> list[str]:
        """Addresses of the members that run, as ``"127.0.0.1:port"``."""
        return [member.address for member in self.members if member.running]

    def start_member(self) -> RealMember:
        """Start one more member, and wait until all members see each other.

        Raises:
            RealMemberError: It did not start; the members that ran before still do.
        """
        before = len(self.members)
        self._start(1)
        return self.members[before]

    def restart_member(self, index: int) -> RealMember:
        """Start a member that was killed or stopped again, at its old address.

        Args:
            index: Its position in `members`.

        Raises:
            RealMemberError: It still runs, or did not start.
        """
        member = self.members[index]
        if member.running:
            raise RealMemberError(f"member {member.address} runs")
        member.start(self._group([member]))
        self._wait_until_joined()
        return member

    def kill(self, index: int) -> None:
        """End a member at once, as a crash does.

        Args:
            index: Its position in `members`, where it stays.
        """
        self.members[index].kill()

    def stop(self) -> None:
        """Stop all members and remove their files; may be called again."""
        for member in self.members:
            member.terminate(wait=False)
        for member in self.members:
            member.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _start(self, count: int) -> None:
        # Members that all start at once wait several seconds for each other, or form two clusters;
        # members that find one that is there join it at once.
        if count > 1 and not self.addresses:
            self._start_together(1)
            count -= 1
        self._start_together(count)

    def _start_together(self, count: int) -> None:
        for attempt in range(1, _PORT_ATTEMPTS + 1):
            new = self._launch(count)
            try:
                self._wait_until_joined()
            except PortTakenError:
                # Another process took the port between our look and the member's bind.
                self._discard(new)
                if attempt == _PORT_ATTEMPTS:
                    raise
            except BaseException:
                self._discard(new)
                raise
            else:
                return

    def _launch(self, count: int) -> Sequence[RealMember]:
        ports = free_ports(count, taken=[member.port for member in self.members])
        new = [RealMember(self._settings, port, self._folder) for port in ports]
        group = self._group(new)
        # Known to the cluster before it runs, so that whatever happens `stop` finds it.
        self.members.extend(new)
        for member in new:
            member.start(group)
        return new

    def _group(self, new: Sequence[RealMember]) -> list[int]:
        running = [member.port for member in self.members if member.running]
        return running + [member.port for member in new]

    def _discard(self, members: Sequence[RealMember]) -> None:
        for member in members:
            member.close()
            self.members.remove(member)

    def _wait_until_joined(self) -> None:
        group = [member for member in self.members if member.started]
        deadline = time.monotonic() + self._start_timeout
        for member in group:
            member.wait_until_joined(len(group), deadline)
