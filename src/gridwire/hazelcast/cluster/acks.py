# SPDX-License-Identifier: Apache-2.0
"""Backup acknowledgements: a reply counts when the backups have said so too.

The owner of a partition answers at once and says on how many members it stored backups; each of
those tells the client on its own connection, and may do so before the owner's answer is here.
One table serves all connections of a client.

Time is counted in generations: the owner of the table calls `age` at even intervals.
"""

from __future__ import annotations

from typing import Any, Protocol

__all__ = ["GENERATIONS", "BackupAcks", "Held", "Waiter"]

GENERATIONS = 8
"""How often `age` is called within `operation_backup_timeout`."""

_MAX_EARLY = 1 << 20
"""Acks that came before their reply; more than anybody has calls in flight is not remembered."""


class Waiter(Protocol):
    """Whoever waits for a reply: an asyncio future, or a thread's own kind."""

    def done(self) -> bool:
        """Whether it waits no more."""

    def set_result(self, result: Any, /) -> None:
        """The reply is here."""

    def set_exception(self, exception: Any, /) -> None:
        """There will be none."""


class Held:
    """A reply that waits for its backups.

    Attributes:
        waiter: whom to complete.
        message: the reply.
        backups: how many acks the owner announced.
        missing: how many of them are not here yet.
        session: on which the reply came.
        request: what was asked for.
        began: the generation in which the reply came.
        generation: from which its patience is counted.
    """

    __slots__ = (
        "backups",
        "began",
        "generation",
        "message",
        "missing",
        "request",
        "session",
        "waiter",
    )

    def __init__(
        self,
        waiter: Waiter,
        message: Any,
        backups: int,
        missing: int,
        session: Any,
        request: Any,
        began: int,
    ) -> None:
        self.waiter = waiter
        self.message = message
        self.backups = backups
        self.missing = missing
        self.session = session
        self.request = request
        self.began = self.generation = began


class BackupAcks:
    """Replies whose backups are not acknowledged yet, and acks whose reply is not here yet."""

    __slots__ = ("_early", "_generation", "_held", "_hurried_before")

    def __init__(self) -> None:
        self._held: dict[int, Held] = {}
        # The generation of each early ack comes last: dictionaries keep their order of insertion.
        self._early: dict[int, tuple[int, int]] = {}
        self._generation = 0
        self._hurried_before = 0

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, correlation: int) -> bool:
        """Whether the reply of this call is held."""
        return correlation in self._held

    @property
    def busy(self) -> bool:
        """Whether `age` has anything to look after."""
        return bool(self._held or self._early)

    def reply(
        self,
        correlation: int,
        backups: int,
        waiter: Waiter,
        message: Any,
        session: Any,
        request: Any,
    ) -> None:
        """A reply came, and so many backups will be acknowledged.

        Args:
            correlation: of the call.
            backups: how many.
            waiter: who waits for it.
            message: the reply.
            session: on which it came, for whoever is told that acks are missing.
            request: what was asked for, also for them.
        """
        early = self._early.pop(correlation, None)
        missing = backups - (early[0] if early is not None else 0)
        if missing <= 0:
            if not waiter.done():
                waiter.set_result(message)
            return
        held = Held(waiter, message, backups, missing, session, request, self._generation)
        if correlation < self._hurried_before:
            held.generation -= GENERATIONS - 1
        self._held[correlation] = held

    def acknowledge(self, correlation: int) -> None:
        """A member says that it stored a backup."""
        held = self._held.get(correlation)
        if held is None:
            count, _ = self._early.pop(correlation, (0, 0))
            if len(self._early) < _MAX_EARLY:
                self._early[correlation] = (count + 1, self._generation)
            return
        held.missing -= 1
        # Taking it out decides: a thread that gives up its call may be doing so just now.
        if held.missing > 0 or self._held.pop(correlation, None) is None:
            return
        if not held.waiter.done():
            held.waiter.set_result(held.message)

    def forget(self, correlation: int) -> bool:
        """Nobody waits for this call any more; whether its reply was held."""
        self._early.pop(correlation, None)
        return self._held.pop(correlation, None) is not None

    def hurry(self, before: int = 0) -> None:
        """A member is gone: what is held now may wait for an ack of its, which will not come.

        The others' acks have at least one more generation, far longer than they take.

        Args:
            before: calls older than this id were on their way then; it is the same for them when
                their reply comes.
        """
        self._hurried_before = max(self._hurried_before, before)
        soon = self._generation - GENERATIONS + 1
        for held in list(self._held.values()):
            held.generation = min(held.generation, soon)

    def waited(self, held: Held) -> int:
        """For how many generations a reply has been held."""
        return self._generation - held.began

    def older(self, before: int) -> list[int]:
        """The calls older than an id whose replies are held."""
        return [correlation for correlation in list(self._held) if correlation < before]

    def take(self, correlation: int) -> Held | None:
        """The reply of a call that waits for its backups; it is held no longer."""
        return self._held.pop(correlation, None)

    def withdraw(self, correlation: int) -> Any:
        """The reply of this call, which is held no longer; None when it was not held."""
        held = self._held.pop(correlation, None)
        return None if held is None else held.message

    def release(self) -> list[Held]:
        """Nobody will acknowledge anything any more: all that were held, as `age` gives them."""
        held, self._held = list(self._held.values()), {}
        self._early.clear()
        return [one for one in held if not one.waiter.done()]

    def age(self) -> list[Held]:
        """One generation more has passed.

        Returns:
            Those whose acks did not come in time. They are not held any more; the caller decides
            whether that is a success.
        """
        self._generation += 1
        limit = self._generation - GENERATIONS
        expired: list[Held] = []
        # All of them: one that was hurried may stand behind others that were not.
        for correlation, held in list(self._held.items()):
            if held.generation >= limit:
                continue
            taken = self._held.pop(correlation, None)
            if taken is not None and not held.waiter.done():
                expired.append(held)
        for correlation, (_, generation) in list(self._early.items()):
            if generation >= limit:
                break
            self._early.pop(correlation, None)
        return expired
