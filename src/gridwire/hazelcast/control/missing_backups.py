# SPDX-License-Identifier: Apache-2.0
"""What follows when a member executed a write and not every backup said that it has it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from gridwire._core.outcome import Outcome
from gridwire.hazelcast.cluster.acks import GENERATIONS, Held
from gridwire.hazelcast.errors import IndeterminateOperationStateError
from gridwire.hazelcast.notices import BackupsMissing, OwnerLeft

if TYPE_CHECKING:
    from gridwire.hazelcast.control.core import ClientCore

__all__ = ["acks_lost", "end_held"]


def end_held(core: ClientCore, held: Held) -> None:
    """The owner has executed it, and nobody waits for its backups any longer. From any thread.

    Args:
        core: the client.
        held: the reply, which was taken out of the table.
    """
    error = acks_lost(core, held)
    if held.waiter.done():
        return
    if error is None:
        held.waiter.set_result(held.message)
    else:
        held.waiter.set_exception(error)


def acks_lost(core: ClientCore, held: Held) -> IndeterminateOperationStateError | None:
    """Count and tell it. From any thread.

    Args:
        core: the client.
        held: the reply, which was taken out of the table.

    Returns:
        The error of the call, if the client was told that such a call fails.
    """
    core.counters.lost_backup_acks += 1
    _log(core, held)
    fails = core.options.fail_on_indeterminate_operation_state
    if not fails and not core.notices:
        return None
    notice = _notice(core, held)
    core.notices.tell(notice)
    if not fails:
        return None
    return IndeterminateOperationStateError(
        "the owner executed the operation, but not every backup acknowledged it: "
        f"{notice.acknowledged} of {notice.backups} did within {notice.waited:g} s",
        outcome=Outcome.UNKNOWN,
        member=str(notice.member),
        address=notice.address,
    )


def _log(core: ClientCore, held: Held) -> None:
    owner, operation = held.session.peer, held.request.operation
    core.log.sparing.warning(
        "%s was executed by member %s at %s, and %d of %d backups acknowledged it in time",
        operation,
        owner.member_uuid,
        owner.address,
        held.backups - held.missing,
        held.backups,
        operation=operation,
        member=owner.member_uuid,
        address=owner.address,
    )


def _notice(core: ClientCore, held: Held) -> BackupsMissing:
    owner, request = held.session.peer, held.request
    waited = core.calls.acks.waited(held) / GENERATIONS * core.options.operation_backup_timeout
    member: UUID = owner.member_uuid
    kind = OwnerLeft if owner.is_closed else BackupsMissing
    return kind(
        operation=request.operation,
        partition=request.route,
        member=member,
        address=str(owner.address),
        backups=held.backups,
        acknowledged=held.backups - held.missing,
        waited=min(waited, core.options.operation_backup_timeout),
    )
