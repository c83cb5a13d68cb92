# SPDX-License-Identifier: Apache-2.0
"""Where scenarios are played: on which cluster, by which client."""

from __future__ import annotations

import logging
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faithful import things
from faithful.catalogue import SCENARIOS, Scenario
from faithful.differences import disagreements
from faithful.drivers import DRIVERS, Driver, make_driver
from faithful.observing import Note, See
from faithful.recording import expected_lines, read
from gridwire.testing import HazelcastCluster
from gridwire.testing.real import RealCluster, member_jar
from support.call_styles import AsyncioStyle

__all__ = ["SHARED", "Meeting", "Stage", "Target", "in_process", "real", "staged", "together"]

SHARED = "faithful-"
"""How the names of clients begin that play more than one group."""

_MEETING_SECONDS = 60.0
_LEAP_SECONDS = 5.0

_IMPATIENT = {
    # Else members keep invalidations of near caches for ten seconds,
    "hazelcast.map.invalidation.batch.enabled": "false",
    # look for clients that have left every ten seconds,
    "hazelcast.client.cleanup.period.millis": "200",
    # and for entries whose time is over every five.
    "hazelcast.internal.map.expiration.task.period.seconds": "1",
}


@dataclass(frozen=True)
class Target:
    """A kind of cluster.

    Attributes:
        version: of its members.
        members: how many they are.
    """

    version: str
    members: int

    def __str__(self) -> str:
        return f"{self.version}-{self.members}"


def in_process(target: Target) -> Any:
    """An in-process cluster, to be entered."""
    known = {name: value for name, value in _IMPATIENT.items() if "internal" not in name}
    return HazelcastCluster(
        members=target.members,
        version=target.version,
        properties=known,
        data_serializable_factories={things.FACTORY: things.classes("gridwire.hazelcast")},
    )


@contextmanager
def real(target: Target) -> Iterator[RealCluster]:
    """A cluster of real members."""
    with tempfile.TemporaryDirectory(prefix="faithful-") as folder:
        classpath = [things.compiled(member_jar(target.version), Path(folder))]
        with RealCluster(
            target.version,
            target.members,
            extra_config=things.MEMBER_CONFIG,
            classpath=classpath,
            properties=_IMPATIENT,
        ) as cluster:
            yield cluster


class Meeting:
    """Where all who play at the same time meet, and the cluster changes once.

    Args:
        cluster: which changes.
        parties: how many play.
    """

    def __init__(self, cluster: Any, parties: int) -> None:
        self._cluster = cluster
        self._barrier = threading.Barrier(parties, self._change, _MEETING_SECONDS)
        self._wish = ""

    def __call__(self, wish: str) -> None:
        """Wait for the others; the last one makes the change.

        Args:
            wish: ``"kill"`` to end a member, ``"join"`` to start another one, ``"time passes"`` to
                let the clock leap where it can.
        """
        self._wish = wish
        self._barrier.wait()

    def leave(self) -> None:
        """Let nobody wait for who failed."""
        self._barrier.abort()

    def _change(self) -> None:
        match self._wish:
            case "kill":
                # Not the oldest, so that the same member leads the others as before.
                running = [one for one in self._cluster.members if getattr(one, "running", True)]
                running[1].kill()
            case "join":
                self._cluster.start_member()
            case "time passes" if isinstance(self._cluster, HazelcastCluster):
                self._cluster.advance_time(_LEAP_SECONDS)


class Stage:
    """A client of a driver on a cluster, on which scenarios are played one after the other.

    Args:
        driver: who plays.
        cluster: where.
        version: of its members.
        meeting: of all who play at the same time.
    """

    def __init__(self, driver: Driver, cluster: Any, version: str, meeting: Meeting) -> None:
        self.driver = driver
        self.cluster = cluster
        self.version = version
        self._meeting = meeting
        self.client = self._start(client_name=f"{SHARED}{driver.name}")

    def _start(self, **options: Any) -> Any:
        factories = {things.FACTORY: things.classes(self.driver.root)}
        return self.driver.style.client(
            self.cluster,
            data_serializable_factories=factories,
            # The official client waits so long for the backups of a member that is gone.
            operation_backup_timeout=0.5,
            **options,
        )

    def play(self, scenario: Scenario) -> list[Note]:
        """Play a scenario and give what was seen."""
        see = See(self.driver, self.client, self._start, self._meeting)
        try:
            scenario.play(see)
        finally:
            see.close()
        return see.notes

    def doubts(self, group: str, told: Callable[[list[str]], object]) -> list[str]:
        """The same on real members, where the official client bears witness and is not on trial.

        Nothing of ours takes part when it plays there: the question is only whether what was
        recorded can be seen. So it may play a second time, when a pause of the machine came
        between a lease and the question for it, say. Our own clients get no second chance.

        Args:
            group: of scenarios.
            told: gets what was different the first time, if there is a second.
        """
        wrong = self.disagreements(group)
        if wrong and not self.driver.is_ours:
            told(wrong)
            wrong = self.disagreements(group)
        return wrong

    def disagreements(self, group: str) -> list[str]:
        """Play the scenarios of a group; tell where they end differently than recorded."""
        recorded = read(group)
        in_process = isinstance(self.cluster, HazelcastCluster)
        wrong: list[str] = []
        for one in SCENARIOS.values():
            if one.group == group:
                expected = expected_lines(recorded.get(one.name, []), self.version)
                wrong += disagreements(
                    str(one), self.driver.name, in_process, self.play(one), expected
                )
        return wrong


@contextmanager
def staged(
    name: str, cluster: Any, version: str, meeting: Meeting | None = None
) -> Iterator[Stage]:
    """A stage for the driver of a name; its client ends with it."""
    # The official client logs what it is told to forgive.
    logging.getLogger("hazelcast").setLevel(logging.CRITICAL)
    driver = make_driver(name)
    if isinstance(driver.style, AsyncioStyle):
        # Its loop starts another thread whenever it connects again, in the middle of any group.
        threads = ThreadPoolExecutor(thread_name_prefix=f"gridwire-{SHARED}{name}")
        driver.style.loop.set_default_executor(threads)
    try:
        yield Stage(driver, cluster, version, meeting or Meeting(cluster, 1))
    finally:
        driver.close()


def together(cluster: Any, version: str, group: str) -> list[str]:
    """Have all drivers play a group at the same time; tell where they end differently."""
    meeting = Meeting(cluster, len(DRIVERS))

    def play(name: str) -> list[str]:
        try:
            with staged(name, cluster, version, meeting) as stage:
                return [f"{name}: {text}" for text in stage.disagreements(group)]
        except BaseException:
            meeting.leave()
            raise

    with ThreadPoolExecutor(len(DRIVERS)) as pool:
        futures = [pool.submit(play, name) for name in DRIVERS]
    return [text for future in futures for text in future.result()]
