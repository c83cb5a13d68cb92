# SPDX-License-Identifier: Apache-2.0
"""The load: workers of each style, who write their own keys and read everybody's."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from gridwire.aerospike.exception import RecordExistsError
from gridwire.cli.demo.ledger import Finding
from gridwire.errors import GridwireError, Outcome
from support.storm.book import Book, Look, value_of
from support.storm.tally import Tally

__all__ = [
    "Access",
    "Job",
    "Step",
    "final_check",
    "final_check_asyncio",
    "work_asyncio",
    "work_blocking",
    "work_futures",
]

KEYS_EACH = 24
"""How many keys a worker owns."""

_TIMEOUTS = (0.25, 1.0, 3.0)
_WINDOW = 8
_DELETIONS = 0.12
_MANY = 12
_LONG = 3.0
_PACE = 0.002
_PAUSE = 0.05
"""How long a worker waits whose call failed: others would get no turn on this machine."""


class Access(Protocol):
    """What a client of one style can do. Results are values, futures or awaitables of them."""

    def write(self, key: str, value: str | None, timeout: float, create: bool = False) -> Any:
        """Store a value, or remove the entry.

        With `create` only if there is none, and what is there is the result, or an error. A client
        that repeats what was done already is found out by that.
        """

    def read(self, key: str, timeout: float) -> Any:
        """Read one; None if there is none."""

    def read_many(self, keys: list[str], timeout: float) -> Any:
        """Read several: a mapping of what there is."""


@dataclass(slots=True)
class Step:
    """One call, from its place in the book to its verdict."""

    job: Job
    style: str
    operation: str
    keys: list[str]
    timeout: float
    doubtful: set[str]
    """Keys of the worker whose last write failed: they are read before they are written again, or
    the next write would hide what became of that one."""
    number: int = 0
    value: str | None = None
    creates: bool = False
    looks: list[Look] | None = None
    began: float = 0.0

    def begin(self, access: Access) -> Any:
        """Call."""
        book = self.job.book
        if self.operation == "write":
            (key,) = self.keys
            deletes = self.value is None
            self.number = book.begin(key, deletes=deletes)
            self.creates = not deletes and book.is_deleted(key)
            self.value = None if deletes else value_of(key, self.number)
        else:
            self.looks = [book.look(key) for key in self.keys]
        self.began = time.monotonic()
        if self.operation == "write":
            return access.write(self.keys[0], self.value, self.timeout, self.creates)
        if self.operation == "read":
            return access.read(self.keys[0], self.timeout)
        return access.read_many(self.keys, self.timeout)

    def done(self, result: Any) -> None:
        """It succeeded."""
        job = self.job
        job.tally.call(f"{self.style}.{self.operation}", self.began, self.timeout)
        if self.operation == "write" and self.creates and result is not None:
            job.book.fail(self.keys[0], self.number, Outcome.REJECTED)
            job.tally.defect(
                f"{self.style} cannot create {self.keys[0]}: {str(result)[:60]!r} is there; "
                f"{job.book.tell(self.keys[0])}"
            )
        elif self.operation == "write":
            job.book.acknowledge(self.keys[0], self.number)
            job.tally.write_ended(None)
        elif self.operation == "read":
            self.doubtful.discard(self.keys[0])
            self._judge(self.keys[0], self.looks[0], result)
        else:
            for key, look in zip(self.keys, self.looks, strict=True):
                self._judge(key, look, result.get(key))
            if foreign := set(result) - set(self.keys):
                job.tally.defect(f"{self.style} was told of keys that it did not ask for {foreign}")

    def failed(self, error: BaseException) -> None:
        """It did not."""
        job = self.job
        job.tally.call(f"{self.style}.{self.operation}", self.began, self.timeout, error)
        if self.operation == "write":
            outcome = job.tally.write_ended(error)
            self.doubtful.add(self.keys[0])
            if self.creates and isinstance(error, RecordExistsError):
                job.tally.defect(
                    f"{self.style} cannot create {self.keys[0]}: {error!r}; "
                    f"{job.book.tell(self.keys[0])}"
                )
            job.book.fail(self.keys[0], self.number, outcome)

    def _judge(self, key: str, look: Look, found: object) -> None:
        job = self.job
        finding = job.book.judge(key, look, found)
        if finding is not Finding.RIGHT:
            job.tally.count(f"{finding.value} values")
            job.tally.defect(
                f"{finding.value}: {self.style}.{self.operation} of {key} at {job.now():.2f} s "
                f"found {str(found)[:60]!r}, looked {look}; {job.book.tell(key)}"
            )


@dataclass(slots=True)
class Job:
    """What all workers of a system share."""

    book: Book
    tally: Tally
    seed: int
    began: float
    over: threading.Event

    def now(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self.began

    def steps(self, style: str, worker: int) -> Callable[[], Step]:
        """Make a worker's steps, one after the other."""
        chance = random.Random(f"{self.seed} {style} {worker}")
        own = [f"{style}-{worker}-{number}" for number in range(KEYS_EACH)]
        everybody = self.book.keys
        doubtful: set[str] = set()

        def step(*, taken: Iterable[str] = (), timeout: float | None = None) -> Step:
            nonlocal everybody
            if not everybody or chance.random() < 0.01:
                everybody = self.book.keys
            if timeout is None:
                timeout = chance.choice(_TIMEOUTS)
            dice = chance.random()
            free = [key for key in own if key not in taken and key not in doubtful]
            if doubtful and (dice < 0.3 or not free):
                key = chance.choice(sorted(doubtful))
                return Step(self, style, "read", [key], timeout, doubtful)
            if dice < 0.45 or not everybody:
                value = None if chance.random() < _DELETIONS else ""
                key = chance.choice(free)
                return Step(self, style, "write", [key], timeout, doubtful, value=value)
            if dice < 0.95:
                return Step(self, style, "read", [chance.choice(everybody)], timeout, doubtful)
            some = chance.sample(everybody, min(_MANY, len(everybody)))
            return Step(self, style, "read_many", some, timeout, doubtful)

        return step


def work_blocking(job: Job, access: Access, style: str, worker: int) -> None:
    """A thread that calls and waits."""
    next_step = job.steps(style, worker)
    while not job.over.is_set():
        step = next_step()
        try:
            result = step.begin(access)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is counted
            step.failed(error)
            time.sleep(_PAUSE)
        else:
            step.done(result)
        time.sleep(_PACE)


def work_futures(job: Job, access: Access, style: str, worker: int) -> None:
    """A thread that makes several futures, with one timeout, and then waits for them."""
    next_step = job.steps(style, worker)
    while not job.over.is_set():
        window: list[tuple[Step, Any]] = []
        taken: set[str] = set()
        timeout: float | None = None
        for _ in range(_WINDOW):
            step = next_step(taken=taken, timeout=timeout)
            timeout = step.timeout
            if step.operation == "write":
                taken.update(step.keys)
            try:
                window.append((step, step.begin(access)))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is counted
                step.failed(error)
        all_done = len(window) == _WINDOW
        for step, future in window:
            try:
                result = future.result()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is counted
                step.failed(error)
                all_done = False
            else:
                step.done(result)
        time.sleep(_PACE if all_done else _PAUSE)


async def work_asyncio(job: Job, access: Access, style: str, worker: int) -> None:
    """A task; now and then it is cancelled in the middle of a call, and goes on."""
    next_step = job.steps(style, worker)
    chance = random.Random(f"{job.seed} {style} {worker} cancels")
    while not job.over.is_set():
        step = next_step()
        call = step.begin(access)
        cancels = chance.random() < 0.02
        try:
            result = await (_cancelled(call, chance.random() * 0.02) if cancels else call)
        except asyncio.CancelledError:
            if not cancels:
                raise
            job.tally.count("cancelled calls")
            if step.operation == "write":
                # Nobody tells what became of it.
                job.book.fail(step.keys[0], step.number, None)
                step.doubtful.add(step.keys[0])
        except Exception as error:  # noqa: BLE001 - whatever it is, it is counted
            step.failed(error)
            await asyncio.sleep(_PAUSE)
        else:
            step.done(result)
        await asyncio.sleep(_PACE)


async def _cancelled(call: Awaitable[Any], seconds: float) -> Any:
    async def run() -> Any:
        return await call

    task = asyncio.ensure_future(run())
    await asyncio.wait([task], timeout=seconds)
    task.cancel()
    return await task


def final_check(job: Job, access: Access, patience: float) -> dict[str, object]:
    """Read every key when all is well again; nothing may fail for longer than `patience`.

    Args:
        job: what was done.
        access: of a blocking client.
        patience: seconds for all keys together.

    Returns:
        What there is.
    """
    check = _Check(job, patience)
    for key in job.book.keys:
        look = job.book.look(key)
        while not check.is_over and key not in check.found:
            try:
                check.found_now(key, look, access.read(key, _LONG))
            except GridwireError as error:
                check.failed(key, error)
                time.sleep(_PAUSE)
    return check.found


async def final_check_asyncio(job: Job, access: Access, patience: float) -> None:
    """The same by an asyncio client."""
    check = _Check(job, patience)
    for key in job.book.keys:
        look = job.book.look(key)
        while not check.is_over and key not in check.found:
            try:
                check.found_now(key, look, await access.read(key, _LONG))
            except GridwireError as error:
                check.failed(key, error)
                await asyncio.sleep(_PAUSE)


class _Check:
    """What is found at the end."""

    def __init__(self, job: Job, patience: float) -> None:
        self._job = job
        self._deadline = time.monotonic() + patience
        self.found: dict[str, object] = {}
        self.is_over = False

    def found_now(self, key: str, look: Look, value: object) -> None:
        self.found[key] = value
        job = self._job
        finding = job.book.judge(key, look, value)
        if finding is not Finding.RIGHT:
            job.tally.count(f"{finding.value} values")
            job.tally.defect(
                f"{finding.value} at the end: {key} is {str(value)[:60]!r}; {job.book.tell(key)}"
            )

    def failed(self, key: str, error: GridwireError) -> None:
        if time.monotonic() > self._deadline:
            self.is_over = True
            self._job.tally.defect(f"all is well again, and {key} cannot be read: {error!r}")
