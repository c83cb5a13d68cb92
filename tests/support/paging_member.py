# SPDX-License-Identifier: Apache-2.0
"""What a member does with a paging predicate, in the words of its protocol; no network.

It sorts, takes up after the nearest anchor, counts pages from there, and gives back all anchors
that came and those of the pages that it went over.
"""

from __future__ import annotations

from typing import Any

from gridwire.hazelcast.protocol import customs
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.serialization.service import SerializationService

__all__ = ["PAGE_MESSAGES", "PagingMember"]

PAGE_MESSAGES = (
    messages.KEY_SET_WITH_PAGING_PREDICATE,
    messages.VALUES_WITH_PAGING_PREDICATE,
    messages.ENTRIES_WITH_PAGING_PREDICATE,
)
"""By the number of what they get: keys, values, entries."""


class PagingMember:
    """A member with one map of keys and values that can be compared.

    Args:
        entries: of the map.

    Attributes:
        entries: of the map.
        anchors: how many anchors came with each request.
    """

    def __init__(self, entries: dict[Any, Any]) -> None:
        self.entries = entries
        self.anchors: list[int] = []
        self._service = SerializationService()

    def answer(self, holder: Any) -> tuple[list[Any], Any]:
        """What it answers to a `PagingPredicateHolder`: the page, and the anchors."""
        to_data, to_object = self._service.to_data, self._service.to_object
        pages = holder.anchor_data_list_holder.anchor_page_list
        known = [
            tuple(map(to_object, entry))
            for entry in holder.anchor_data_list_holder.anchor_data_list
        ]
        assert pages == list(range(len(known)))
        self.anchors.append(len(known))
        part, size, page = holder.iteration_type_id, holder.page_size, holder.page
        found = self.sorted_by(part)
        nearest = min(page, len(known)) - 1
        if nearest >= 0:
            rank = self._rank(part)
            found = [each for each in found if rank(each) > rank(known[nearest])]
        begin = size * (page - nearest - 1)
        for at in range(nearest + 1, page + 1):
            end = size * (at - nearest)
            if end <= len(found):
                known[at : at + 1] = [found[end - 1]]
        result = [self._part(part, each) for each in found[begin : begin + size]]
        data = [(to_data(key), to_data(value)) for key, value in known]
        return result, customs.AnchorDataListHolder(list(range(len(data))), data)

    def sorted_by(self, part: int) -> list[tuple[Any, Any]]:
        """All entries as a query for keys (0), values (1) or entries (2) sorts them."""
        return sorted(self.entries.items(), key=self._rank(part))

    @staticmethod
    def _rank(part: int) -> Any:
        return (lambda entry: (entry[1], entry[0])) if part == 1 else (lambda entry: entry[0])

    def _part(self, part: int, entry: tuple[Any, Any]) -> Any:
        to_data = self._service.to_data
        data = tuple(map(to_data, entry))
        return data if part == 2 else data[part]
