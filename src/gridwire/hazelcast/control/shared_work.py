# SPDX-License-Identifier: Apache-2.0
"""Work on a schema that many callers wait for, each in its own time: done once, by itself."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final, TypeVar

from gridwire._core.outcome import Outcome
from gridwire._core.request import Request
from gridwire.errors import BackpressureError, DeadlineExceededError, GridwireError
from gridwire.hazelcast.control.invocation import Invocation
from gridwire.hazelcast.errors import (
    ClientOfflineError,
    HazelcastError,
    HazelcastSerializationError,
    OperationTimeoutError,
)

if TYPE_CHECKING:
    from gridwire.hazelcast.control.connection import Connection
    from gridwire.hazelcast.control.core import ClientCore

__all__ = ["SharedWork", "check_knows_compact"]

T = TypeVar("T")

_FIRST_VERSION: Final = (5, 2)
_VERSION: Final = re.compile(r"(\d+)\.(\d+)", re.ASCII)


class SharedWork:
    """One kind of work on schemas. Runs on the client's loop.

    Args:
        core: the client.
        outcome: of calls that cannot go on without it.
    """

    def __init__(self, core: ClientCore, outcome: Outcome | None) -> None:
        self._core = core
        self._outcome = outcome
        self._running: dict[int, asyncio.Task[HazelcastError | None]] = {}

    def begin(
        self, schema_id: int, work: Callable[[], Coroutine[Any, Any, None]]
    ) -> asyncio.Task[HazelcastError | None]:
        """Begin the work on a schema, unless it runs already.

        Args:
            schema_id: which.
            work: makes the coroutine.

        Returns:
            A task that gives what the work failed with, None for a success.
        """
        running = self._running
        task = running.get(schema_id)
        if task is None or task.done():
            task = running[schema_id] = self._core.begin(_ending_of(work()))
            task.add_done_callback(lambda done: self._ended(schema_id, done))
        return task

    def _ended(self, schema_id: int, task: asyncio.Task[HazelcastError | None]) -> None:
        if self._running.get(schema_id) is task:
            del self._running[schema_id]

    async def end_of(
        self, task: asyncio.Task[HazelcastError | None], when: float | None, text: str
    ) -> None:
        """Wait for the end of some work, which goes on when this is cancelled or out of time.

        Args:
            task: what `begin` gave.
            when: the deadline in seconds of the client's clock, None for none.
            text: what to say when it failed.

        Raises:
            TimeoutError: the deadline has passed.
            HazelcastError: it failed, for another reason than its own deadline.
        """
        core = self._core
        # When the client is ending its loop may stop before the task is over.
        if core.lifecycle.running:
            seconds = None if when is None else max(when - core.now(), 0.0)
            done, _ = await asyncio.wait({task}, timeout=seconds)
            if not done:
                raise TimeoutError
        if not core.lifecycle.running:
            raise self._of_one(core.life.not_active())
        error = task.result()
        if isinstance(error, ClientOfflineError):
            raise self._of_one(core.life.offline())
        if error is not None and not isinstance(error, DeadlineExceededError):
            text = f"{text}: {error.message}"
            raise self._of_one(HazelcastSerializationError(text, error, hint=error.hint))

    def _of_one(self, error: HazelcastError) -> HazelcastError:
        """The error of one caller, out of the one that all share."""
        error.outcome = self._outcome
        return error

    async def call(self, request: Request[T], deadline: float) -> T:
        """Make a request that is a part of the work.

        Args:
            request: what to send.
            deadline: in seconds of the client's clock.

        Raises:
            HazelcastError: it had no success.
        """
        core = self._core
        now = core.now()
        invocation = Invocation(core, request, now, max(deadline - now, 0.0))
        invocation.needs_schemas = False
        return invocation.decode(await invocation.run())


def check_knows_compact(connection: Connection) -> None:
    """See that a member knows Compact as it is today.

    Members 5.0 and 5.1 have messages about schemas too, of a trial whose data nobody reads today:
    what they answer is no reason to send them any.

    Raises:
        HazelcastSerializationError: it is older.
    """
    found = _VERSION.match(connection.server_version)
    if found is not None and tuple(map(int, found.groups())) < _FIRST_VERSION:
        raise HazelcastSerializationError(
            f"members have Compact since 5.2, and {connection.member_uuid} is "
            f"{connection.server_version}",
            hint="Upgrade the cluster, or write the class in another format.",
        )


async def _ending_of(work: Coroutine[Any, Any, None]) -> HazelcastError | None:
    """What it failed with; each who waits is told so in its own words, and perhaps nobody waits."""
    try:
        await work
    except HazelcastError as error:
        return error
    except (DeadlineExceededError, BackpressureError) as error:
        # Its own time is over; whoever has more of it begins the work again.
        return OperationTimeoutError(error.message, error)
    except GridwireError as error:
        return HazelcastError(error.message, error, hint=error.hint)
    return None
