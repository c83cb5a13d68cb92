# SPDX-License-Identifier: Apache-2.0
"""One real member: its process, its port, its log."""

from __future__ import annotations

import random
import re
import signal
import socket
import subprocess
import time
from typing import TYPE_CHECKING

from gridwire.testing._maven import RealMemberError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from gridwire.testing._real_config import MemberSettings

__all__ = ["PortTakenError", "RealMember", "free_ports"]

_POLL_SECONDS = 0.02
_STOP_SECONDS = 10.0
_LOG_TAIL = 4000  # characters of the log that an error shows

_VIEW = re.compile(r"Members \{size:(\d+)")
_STARTED = " is STARTED"
_PORT_TAKEN = re.compile(r"is already in use|BindException|Address already in use")


class PortTakenError(RealMemberError):
    """The member's port was taken by another process meanwhile."""


class RealMember:
    """A member of a `RealCluster`; the cluster makes it.

    Args:
        settings: What it shares with the other members.
        port: Its port on 127.0.0.1.
        folder: Where its configuration and log go.

    Attributes:
        log_path: its log.
    """

    def __init__(self, settings: MemberSettings, port: int, folder: Path) -> None:
        self.port = port
        self.log_path = folder / f"{port}.log"
        self._settings = settings
        self._config = folder / f"{port}.xml"
        self._process: subprocess.Popen[bytes] | None = None
        self._watch: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Its address, ``"127.0.0.1:port"``."""
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """Its process id; None when it was never started or is stopped."""
        return self._process.pid if self._process is not None else None

    @property
    def started(self) -> bool:
        """Whether it was started and nobody stopped it; it may have crashed since."""
        return self._process is not None

    @property
    def running(self) -> bool:
        """Whether its process runs (a paused one does)."""
        return self._process is not None and self._process.poll() is None

    def start(self, group: Sequence[int]) -> None:
        """Start the process; `wait_until_joined` tells when it is ready.

        Args:
            group: Ports of all members of the cluster, this one's included.
        """
        self._config.write_text(self._settings.config_xml(self.port, group), encoding="utf-8")
        with self.log_path.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own arguments
                self._settings.command(self._config),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C in a terminal is for the test run, which then stops its members in order.
                start_new_session=True,
            )
        self._watch = _kill_with_us(self._process.pid)

    def wait_until_joined(self, members: int, deadline: float) -> None:
        """Wait until the member has started and sees all the others.

        Args:
            members: How many members it has to see, itself included.
            deadline: Latest moment, on `time.monotonic`'s clock.

        Raises:
            PortTakenError: Its port was taken.
            RealMemberError: It ended, or the deadline passed.
        """
        while True:
            ended = not self.running
            log = self.log()
            views = _VIEW.findall(log)
            if _STARTED in log and views and int(views[-1]) == members:
                return
            if ended:
                kind = PortTakenError if _PORT_TAKEN.search(log) else RealMemberError
                raise kind(f"member {self.address} ended while starting:\n{log[-_LOG_TAIL:]}")
            if time.monotonic() > deadline:
                raise RealMemberError(
                    f"member {self.address} did not see {members} members in time:\n"
                    f"{log[-_LOG_TAIL:]}"
                )
            time.sleep(_POLL_SECONDS)

    def log(self) -> str:
        """Read what the member has logged since it was started."""
        try:
            return self.log_path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""

    def kill(self) -> None:
        """End the member at once, as a crash does; nothing happens when it does not run."""
        self._end(signal.SIGKILL)

    def terminate(self, *, wait: bool = True) -> None:
        """Ask the member to stop, and kill it when it does not within ten seconds.

        Args:
            wait: Wait until it has ended. Without, call `close` later.
        """
        if wait:
            self._end(signal.SIGTERM)
        elif self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.send_signal(signal.SIGCONT)

    def pause(self) -> None:
        """Freeze the member: its connections stay open and silent."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused member go on."""
        self._signal(signal.SIGCONT)

    def close(self) -> None:
        """Stop the member, if it runs, and forget its process."""
        self._end(signal.SIGTERM)

    def _signal(self, number: signal.Signals) -> None:
        if not self.running:
            raise RealMemberError(f"member {self.address} does not run")
        assert self._process is not None
        self._process.send_signal(number)

    def _end(self, number: signal.Signals) -> None:
        process, watch = self._process, self._watch
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(number)
            # A paused process takes only SIGKILL.
            process.send_signal(signal.SIGCONT)
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if watch is not None:
            # Before the id can belong to another process.
            watch.kill()
            watch.wait()
            assert watch.stdin is not None
            watch.stdin.close()
        self._process = self._watch = None


def free_ports(count: int, taken: Collection[int] = ()) -> list[int]:
    """Find ports of 127.0.0.1 on which nobody listens.

    They lie below the range from which systems take ports for outgoing connections, so that a
    member can come back to its port after a restart.

    Args:
        count: How many.
        taken: Ports not to give, for instance of members that were killed and may come back.

    Raises:
        RealMemberError: There are not that many.
    """
    found: list[int] = []
    for port in random.sample(range(20_000, 32_000), 2_000):
        if len(found) == count:
            break
        if port not in taken and _is_free(port):
            found.append(port)
    if len(found) < count:
        raise RealMemberError(f"found only {len(found)} of {count} free ports on 127.0.0.1")
    return found


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _kill_with_us(pid: int) -> subprocess.Popen[bytes]:
    """Start a shell that kills the member as soon as this process is gone, even by SIGKILL.

    Its standard input is a pipe from this process, which the kernel closes at the end.
    """
    return subprocess.Popen(  # noqa: S603 - our own arguments
        ["/bin/sh", "-c", 'read _; kill -9 "$0"', str(pid)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
