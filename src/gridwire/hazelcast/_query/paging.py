# SPDX-License-Identifier: Apache-2.0
"""Predicates that get a result page by page.

A member sorts what matches and gives back one page of it, with the *anchor* of that page: its last
entry. The next page is what comes after the anchor, so no member has to remember anything. Anchors
are kept as the bytes that came; objects made of them could be written in another way (a ``long``
of Java would come back as an ``int``), and comparing them would fail on the member.

To members, the pages of a request count from the nearest anchor that it brings. So one anchor
is enough, and a request for the thousandth page is as small as one for the second. Anchors only
save work: without one, a member sorts from the beginning.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final, NamedTuple

from gridwire.hazelcast._query.fields import QueryObject
from gridwire.hazelcast._query.predicates import PREDICATE_FACTORY_ID, Predicate
from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.protocol.errors import ProtocolError
from gridwire.hazelcast.serialization.api import ObjectDataInput, ObjectDataOutput
from gridwire.hazelcast.serialization.data import HEADER_BYTES
from gridwire.hazelcast.serialization.limits import LEAST_OBJECT_BYTES

__all__ = ["MAX_ANCHORS", "Anchor", "IterationType", "PagingPredicate", "Query", "not_paging"]

MAX_ANCHORS: Final = 64
"""Anchors that a predicate remembers: those of the pages around the last one. Each is as large as
an entry, so all of them could be as large as the map."""

_MAX_INT: Final = (1 << 31) - 1

Anchor = tuple[bytes, bytes]
"""The serialized key and value of the last entry of a page."""


class IterationType(IntEnum):
    """What a query gets of each entry. The names and numbers are those of the protocol."""

    KEY = 0
    VALUE = 1
    ENTRY = 2


class Query(NamedTuple):
    """One request for one page.

    Attributes:
        page: the page to ask for, counted from the anchor if there is one, else from the first.
        anchor: the last entry of the nearest page before that is known.
        first: the number of the page that the first anchor of the answer belongs to.
        anchors: where the anchors of the answer go.
    """

    page: int
    anchor: Anchor | None
    first: int
    anchors: dict[int, Anchor]

    def remember(self, pages: list[int], entries: list[tuple[Any, Any]]) -> None:
        """Keep the anchors that came with an answer.

        Args:
            pages: their pages, as the member counts.
            entries: serialized keys and values.

        Raises:
            ProtocolError: the pages are not the ones that were asked for.
        """
        if pages != list(range(len(entries))) or len(pages) > self.page + 1:
            raise ProtocolError(f"anchors of the pages {pages!r} came for page {self.page}")
        anchors, last = self.anchors, self.first + self.page
        for page, (key, value) in enumerate(entries, self.first):
            anchors[page] = bytes(key), bytes(value)
        if len(anchors) > MAX_ANCHORS:
            by_distance = sorted(anchors, key=lambda page: abs(page - last))
            for page in by_distance[MAX_ANCHORS:]:
                anchors.pop(page, None)


class PagingPredicate(QueryObject, Predicate):
    """Gets a result page by page; made by `gridwire.hazelcast.predicate.paging`.

    It remembers how far it got, so it is not for several threads or tasks at once, and serves one
    method of one map at a time: with another one it begins to remember anew, on the same page.

    Args:
        predicate: what entries must match; None for all.
        page_size: entries of a page, 1 to 2,147,483,647.
        comparator: an object that members know as a comparator; None for the natural order.

    Raises:
        TypeError: the predicate is a paging predicate itself, or `page_size` is no int.
        ValueError: `page_size` is out of its range.
    """

    FACTORY_ID = PREDICATE_FACTORY_ID
    CLASS_ID = 15

    def __init__(
        self, predicate: Predicate | None = None, page_size: int = 1, comparator: Any = None
    ) -> None:
        super().__init__()
        not_paging(predicate)
        self.predicate = predicate
        self.comparator = comparator
        self._page_size = _number("page_size", page_size, 1)
        self._page = 0
        self._used_for: object = None
        self._iteration_type = IterationType.ENTRY
        self._anchors: dict[int, Anchor] = {}

    @property
    def page(self) -> int:
        """The number of the page that the next query gets, from 0.

        A page behind the last one is empty. Setting it to something that is no int or below 0
        raises `TypeError` or `ValueError`.
        """
        return self._page

    @page.setter
    def page(self, new_page: int) -> None:
        self._page = _number("page", new_page, 0)

    @property
    def page_size(self) -> int:
        """How many entries a page has; only the last one may have fewer."""
        return self._page_size

    def next_page(self) -> int:
        """Go to the next page.

        Returns:
            Its number.
        """
        self.page += 1
        return self._page

    def previous_page(self) -> int:
        """Go to the page before, unless this is the first one.

        Returns:
            The number of the page.
        """
        if self._page:
            self._page -= 1
        return self._page

    def reset(self) -> None:
        """Begin again, for another query."""
        self._iteration_type = IterationType.ENTRY
        self._used_for = None
        self._anchors = {}
        self._page = 0

    def query(self, name: str, iteration_type: IterationType) -> Query:
        """Ask for the present page.

        Args:
            name: of the map.
            iteration_type: what to get of each entry.
        """
        used_for = name, iteration_type
        if self._used_for != used_for:
            # Entries are in another order now. Answers that are still to come keep the old dict.
            self._anchors = {}
        self._used_for = used_for
        self._iteration_type = iteration_type
        page, anchors = self._page, self._anchors
        nearest = max((each for each in list(anchors) if each < page), default=None)
        if nearest is None:
            return Query(page, None, 0, anchors)
        return Query(page - nearest, anchors[nearest], nearest, anchors)

    # As an object of its own it travels only to places that take any predicate.

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        """Write what to match, where it stands and all anchors."""
        out = object_data_output
        out.write_object(self.predicate)
        out.write_object(self.comparator)
        out.write_int(self._page)
        out.write_int(self._page_size)
        out.write_string(self._iteration_type.name)
        anchors = dict(self._anchors)
        out.write_int(len(anchors))
        for page, entry in anchors.items():
            out.write_int(page)
            for data in entry:
                # An object inside another one has no hash, and its type id in the data's order.
                out.write_int(int.from_bytes(data[4:HEADER_BYTES], "big", signed=True))
                out.write_from(data[HEADER_BYTES:])

    def read_data(self, object_data_input: ObjectDataInput) -> None:
        """Read what `write_data` wrote, but the anchors, without which it goes on as well."""
        inp = object_data_input
        predicate, comparator = inp.read_objects(2)
        page, page_size = inp.read_int(), inp.read_int()
        name = inp.read_string()
        try:
            PagingPredicate.__init__(self, predicate, page_size, comparator)
            self.page = page
            self._iteration_type = IterationType[str(name)]
        except (KeyError, TypeError, ValueError) as error:
            raise HazelcastSerializationError(f"Not a paging predicate: {error}") from error
        anchors = inp.read_int()
        inp.check_count(anchors, 4 + 2 * LEAST_OBJECT_BYTES)
        for _ in range(anchors):
            inp.read_int()
            inp.read_objects(2)

    def __repr__(self) -> str:
        return (
            f"PagingPredicate(predicate={self.predicate!r}, page_size={self._page_size}, "
            f"comparator={self.comparator!r}, page={self._page})"
        )


def not_paging(*predicates: object) -> None:
    """Refuse paging predicates inside of others: members would ignore their pages.

    Raises:
        TypeError: there is one.
    """
    for predicate in predicates:
        if isinstance(predicate, PagingPredicate):
            raise TypeError("A paging predicate cannot be inside of another predicate")


def _number(name: str, value: Any, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} is an int, not {value!r}")
    if not least <= value <= _MAX_INT:
        raise ValueError(f"{name} is a number from {least} to {_MAX_INT:,}, not {value}")
    return value
