# SPDX-License-Identifier: Apache-2.0
"""A client in a storm that reads by a near cache, and listens to whatever it can listen to.

What it reads may be old, for events get lost in a storm; it is never another key's, and never what
was refused. What it hears of the cluster makes sense in its order. When all is well again, it sees
what everybody sees, and hears of what changes.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Any

from gridwire.errors import GridwireError
from gridwire.hazelcast import HazelcastClient
from support.storm.work import Job

__all__ = ["Watcher"]

_PACE = 0.004
_TIMEOUT = 1.0
_HEALED_SECONDS = 45.0
"""How soon it has to see and hear everything again: heartbeats, backoff, and three times the ten
seconds in which members tell near caches what they may have missed."""

_ALTERNATES = {"CONNECTED": {"DISCONNECTED", "STARTED"}, "DISCONNECTED": {"CONNECTED"}}


class Watcher:
    """The client and its ears.

    Args:
        options: where to connect to.
        name: of the map.
        job: what is done to it.
    """

    def __init__(self, options: dict[str, Any], name: str, job: Job) -> None:
        self._job = job
        self._states: list[str] = []
        self._members: set[Any] = set()
        self._heard = threading.Event()
        self._waiting_for: str | None = None
        self.client = HazelcastClient(
            client_name="storm-watcher",
            near_caches={name: {}},
            lifecycle_listeners=[self._state],
            membership_listeners=[(self._added, self._removed)],
            **options,
        )
        self._map = self.client.get_map(name).blocking()
        self._map.add_entry_listener(
            added_func=self._event, updated_func=self._event, removed_func=self._event,
            gap_func=lambda _: job.tally.count("gaps told"),
        )  # fmt: skip

    def run(self) -> None:
        """Read until it is over."""
        job = self._job
        chance = random.Random(f"{job.seed} watcher")
        while not job.over.is_set():
            keys = job.book.keys
            if keys:
                self._read(chance.choice(keys))
            time.sleep(_PACE)

    def _read(self, key: str) -> None:
        tally, began, error = self._job.tally, time.monotonic(), None
        try:
            found = self._map.get(key, timeout=_TIMEOUT)
        except GridwireError as failed:
            error = failed
        tally.call("near.read", began, _TIMEOUT, error)
        if error is None and not self._job.book.was_written(key, found):
            tally.count("wrong values")
            tally.defect(f"a near cache shows {str(found)[:60]!r} for {key}")

    def check(self, truth: dict[str, object], write: Callable[[str, str, float], Any]) -> None:
        """All is well again: see what others see, and hear of a change."""
        deadline = time.monotonic() + _HEALED_SECONDS
        open_ones = dict(truth)
        while open_ones and time.monotonic() < deadline:
            for key, value in list(open_ones.items()):
                try:
                    if self._map.get(key, timeout=_TIMEOUT) == value:
                        del open_ones[key]
                except GridwireError:
                    pass
            time.sleep(0.05)
        for key, value in open_ones.items():
            self._job.tally.defect(f"a near cache never learns that {key} is {str(value)[:60]!r}")
        number = 0
        while not self._heard.is_set() and time.monotonic() < deadline:
            self._waiting_for = f"marker-{number}"
            try:
                write(self._waiting_for, "", _TIMEOUT)
            except GridwireError:
                pass
            number += 1
            self._heard.wait(1.0)
        if not self._heard.is_set():
            self._job.tally.defect("an entry listener hears nothing any more")
        seen = {member.uuid for member in self.client.cluster_service.get_members()}
        if seen != self._members:
            self._job.tally.defect(f"members {seen}, and by events {self._members}")

    # -- what it hears -------------------------------------------------------------------------

    def _event(self, event: Any) -> None:
        self._job.tally.count("events heard")
        if event.key == self._waiting_for:
            self._heard.set()

    def _state(self, state: str) -> None:
        before = self._states[-1] if self._states else None
        self._states.append(str(state))
        allowed = _ALTERNATES.get(str(state))
        if allowed is not None and before not in allowed:
            self._job.tally.defect(f"the life of a client: {' '.join(self._states[-6:])}")

    def _added(self, member: Any) -> None:
        if member.uuid in self._members:
            self._job.tally.defect(f"{member} was added twice")
        self._members.add(member.uuid)

    def _removed(self, member: Any) -> None:
        if member.uuid not in self._members:
            self._job.tally.defect(f"{member} was removed and had not been there")
        self._members.discard(member.uuid)
