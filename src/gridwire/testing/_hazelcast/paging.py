# SPDX-License-Identifier: Apache-2.0
"""Pages of the entries of a partition, by the pointers of the protocol.

A real member walks its hash table from the last slot to the first and gives the client a pointer:
the next slot, and how many slots there are. A slot is never cut, so a page may be larger than
asked for. When the table has grown in between, the walk begins again with a second pointer, and
entries whose slot in the smaller table was passed already are left out. So every entry that is
there all the time comes exactly once. Here the slots are computed when a page is asked for.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridwire.testing._hazelcast.stores import MapStore

    Pointer = tuple[int, int]

__all__ = ["BEGINNING", "next_page"]

BEGINNING = (2**31 - 1, -1)
"""The pointer with which a client begins."""


def next_page(
    store: MapStore, pointers: Sequence[Pointer], size: int
) -> tuple[list[Pointer], list[bytes]]:
    """Walk on.

    Args:
        store: what to walk through; without expired entries.
        pointers: the pointers of the page before, at least one.
        size: how many entries to look for.

    Returns:
        The pointers for the next page, and the keys of this one. The index of the last pointer is
        negative when there is no next page.
    """
    slots = store.grown_table()
    walk = _current(pointers, slots)
    index = walk[-1][0]
    if not 0 <= index < slots:
        index = slots - 1
    # The order is descending, so that slots stand in it as their negatives.
    order = sorted((-(crc32(key) & (slots - 1)), key) for key in store.records)
    at = bisect_left(order, (-index, b""))
    keys: list[bytes] = []
    while at < len(order) and len(keys) < size:
        slot = order[at][0]
        while at < len(order) and order[at][0] == slot:
            if not _was_passed(order[at][1], walk[:-1]):
                keys.append(order[at][1])
            at += 1
    walk[-1] = (-order[at][0] if at < len(order) else -1, slots)
    return walk, keys


def _current(pointers: Sequence[Pointer], slots: int) -> list[Pointer]:
    """The pointers, the last of them for a table of this size."""
    walk = [(index, size) for index, size in pointers]
    if walk[-1][1] == slots:
        return walk
    if walk[-1][1] == -1:
        walk.pop()
    walk.append((slots - 1, slots))
    return walk


def _was_passed(key: bytes, passed: Sequence[Pointer]) -> bool:
    slot = crc32(key)
    return any(slot & (size - 1) > index for index, size in passed)
