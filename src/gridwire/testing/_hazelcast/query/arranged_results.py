# SPDX-License-Identifier: Apache-2.0
"""The order of results that pages were asked of, kept for the next page.

A client asks for page after page of the same query. As long as nothing was written to the map, the
entries that pass, and their order, are the same: looking through all of them again would make
paging through a large map take quadratic time, as it does on a real member.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from gridwire.testing._hazelcast.query.paging import Arranged
    from gridwire.testing._hazelcast.records import Record

__all__ = ["MAX_KEPT", "ArrangedResults"]

MAX_KEPT = 2
"""Results that are kept. Each costs some hundred bytes an entry, besides the entries."""


class ArrangedResults:
    """Results by what was asked, the last used at the end."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[list[Record], Arranged]] = {}

    def get(
        self, question: Hashable, records: list[Record], make: Callable[[], Arranged]
    ) -> Arranged:
        """A result in order.

        Args:
            question: all that the result depends on, besides the entries.
            records: of all entries that were looked at. A write makes another record, so the
                same records mean the same entries.
            make: gives the result when it is not known.

        Returns:
            The result, which must not be changed.
        """
        kept = self._kept.pop(question, None)
        if kept is None or kept[0] != records:
            kept = records, make()
        self._kept[question] = kept
        while len(self._kept) > MAX_KEPT:
            del self._kept[next(iter(self._kept))]
        return kept[1]
