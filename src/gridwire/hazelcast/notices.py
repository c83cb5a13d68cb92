# SPDX-License-Identifier: Apache-2.0
"""What a program may want to act on although no call fails: notices, and who is told.

A listener gets one object, of one of the classes below, and looks at its class. More classes may
come, so a listener lets pass what it does not know.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

__all__ = ["BackupsMissing", "Gap", "Notice", "NoticeCallable", "NoticeService", "OwnerLeft"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something happened that no call tells; the base of all notices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupsMissing(Notice):
    """A member executed a write, and not every backup said that it has it too.

    The call ended with its value, or with `IndeterminateOperationStateError` when
    `fail_on_indeterminate_operation_state` is on. Should the owner die before its backups have
    caught up, the write is lost.

    Attributes:
        operation: as errors name it, such as ``"Map.Put"``.
        partition: of the key.
        member: who owns the partition and executed the write.
        address: where that member was connected.
        backups: how many acknowledgements the owner announced.
        acknowledged: how many came.
        waited: for how long, in seconds, to an eighth of `operation_backup_timeout`.
    """

    operation: str
    partition: int
    member: UUID | None
    address: str
    backups: int
    acknowledged: int
    waited: float

    def __str__(self) -> str:
        return (
            f"{self.operation}: member {self.member} at {self.address} executed it, and "
            f"{self.acknowledged} of {self.backups} backups acknowledged it within "
            f"{self.waited:g} s (partition {self.partition})"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerLeft(BackupsMissing):
    """As `BackupsMissing`, and the connection to the owner is lost too.

    If the owner died, the write is lost unless a backup got it. Who must know reads the entry.
    """

    def __str__(self) -> str:
        text = BackupsMissing.__str__(self)
        return f"{text}; then the connection to that member was lost, so the write may be lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap(Notice):
    """Events for a listener may have been missed: read what you derive from them anew.

    Attributes:
        name: of the structure that is listened to.
        registration_id: what adding the listener returned.
        since: from when on, in seconds since 1970. Everything before was told.
        until: up to when, in seconds since 1970; None when it still goes on, because a member is
            not connected or does not accept the listener. Then another one follows at its end.
        why: in words.
    """

    name: str
    registration_id: str
    since: float
    until: float | None
    why: str

    @property
    def is_over(self) -> bool:
        """Whether the listener stands on every member again."""
        return self.until is not None

    def __str__(self) -> str:
        if self.until is None:
            how_long = "and it goes on"
        else:
            how_long = f"for {self.until - self.since:.3f} s"
        return f"{self.name}: events may have been missed, {how_long}: {self.why}"


NoticeCallable = Callable[[Notice], object]
"""What is called with each notice."""


class _Notices(Protocol):
    def add(self, listener: NoticeCallable) -> str: ...

    def remove(self, registration_id: str) -> bool: ...


class NoticeService:
    """Who is told notices, for users: the same object in every call style. Nothing here waits.

    Args:
        notices: tells listeners.
    """

    def __init__(self, notices: _Notices) -> None:
        self._notices = notices

    def add_listener(self, on_notice: NoticeCallable) -> str:
        """Have a function called with each notice.

        It runs where all callbacks run, and what it raises is logged and harms nothing else.

        Args:
            on_notice: gets a `Notice`.

        Returns:
            The id to remove it by.
        """
        return self._notices.add(on_notice)

    def remove_listener(self, registration_id: str) -> bool:
        """Remove a listener.

        Args:
            registration_id: what `add_listener` returned.

        Returns:
            Whether it was registered.
        """
        return self._notices.remove(registration_id)
