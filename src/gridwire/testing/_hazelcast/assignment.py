# SPDX-License-Identifier: Apache-2.0
"""Which members hold which partition: a balanced table that moves as little as it can.

A row lists the members that hold one partition: the owner first, then its backups. The functions
know nothing of members but their identity.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

__all__ = ["assigned"]

M = TypeVar("M", bound="Hashable")


def assigned(
    rows: Sequence[Sequence[M]], members: Sequence[M], backup_count: int
) -> list[tuple[M, ...]]:
    """Give every partition an owner and backups among these members.

    A partition stays with who holds it as far as balance allows. When an owner is gone, its first
    backup owns the partition; when an owner gives a partition away, it remains as its backup.

    Args:
        rows: who held each partition before; empty rows for partitions that nobody held.
        members: who is there now, the oldest first; may be empty.
        backup_count: how many backups to have of each partition, as far as there are members.

    Returns:
        The new rows, in the order of the old ones. Any two members own equally many partitions,
        give or take one; backups are spread as evenly as single moves can do.
    """
    if not members:
        return [() for _ in rows]
    living = set(members)
    table = [[member for member in row if member in living] for row in rows]
    _adopt_orphans(table, members)
    _balance_owners(table, members)
    copies = min(backup_count + 1, len(members))
    for row in table:
        del row[copies:]
    _fill_backups(table, members, copies)
    _balance_backups(table, members)
    return [tuple(row) for row in table]


def _adopt_orphans(table: list[list[M]], members: Sequence[M]) -> None:
    """Give partitions that nobody holds to whoever owns least."""
    owned = Counter(dict.fromkeys(members, 0))
    owned.update(row[0] for row in table if row)
    for row in table:
        if not row:
            poorest = min(members, key=owned.__getitem__)
            owned[poorest] += 1
            row.append(poorest)


def _balance_owners(table: list[list[M]], members: Sequence[M]) -> None:
    owned = Counter(dict.fromkeys(members, 0))
    owned.update(row[0] for row in table)
    while True:
        richest = max(members, key=owned.__getitem__)
        poorest = min(members, key=owned.__getitem__)
        if owned[richest] - owned[poorest] <= 1:
            return
        # Best is a partition whose backup becomes the owner: no entry has to travel.
        theirs = [row for row in table if row[0] == richest]
        row = next((row for row in theirs if poorest in row), theirs[0])
        if poorest in row:
            row.remove(poorest)
        row.insert(0, poorest)
        owned[richest] -= 1
        owned[poorest] += 1


def _fill_backups(table: list[list[M]], members: Sequence[M], copies: int) -> None:
    held = _backups(table, members)
    # The backups of one owner are spread too, so that its loss burdens all others equally.
    pairs = Counter((row[0], backup) for row in table for backup in row[1:])
    for row in table:
        while len(row) < copies:
            owner = row[0]
            ranked = [(held[one], pairs[owner, one], one) for one in members if one not in row]
            backup = min(ranked, key=lambda rank: rank[:2])[2]
            held[backup] += 1
            pairs[owner, backup] += 1
            row.append(backup)


def _balance_backups(table: list[list[M]], members: Sequence[M]) -> None:
    held = _backups(table, members)
    while True:
        ranked = sorted(members, key=held.__getitem__)
        poorest, richest = ranked[0], ranked[-1]
        if held[richest] - held[poorest] <= 1:
            return
        row = next((row for row in table if richest in row[1:] and poorest not in row), None)
        if row is None:
            return
        row[row.index(richest)] = poorest
        held[richest] -= 1
        held[poorest] += 1


def _backups(table: list[list[M]], members: Sequence[M]) -> Counter[M]:
    held = Counter(dict.fromkeys(members, 0))
    for row in table:
        held.update(row[1:])
    return held
