# SPDX-License-Identifier: Apache-2.0
"""Pages of a query's result: in order, and from the anchors on that the client brings along.

An anchor is the last entry of a page. A page is counted from the nearest anchor that the client
knows. Entries that compare as equal are ordered by the hashes of their keys, and, other than on
real members, which may lose entries with the same hash between two pages, by the bytes of their
keys then.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cmp_to_key
from itertools import groupby
from operator import itemgetter
from struct import pack
from typing import TYPE_CHECKING, Any, NamedTuple

from mmh3 import mmh3_32_sintdigest

from gridwire.hazelcast.core import MapEntry
from gridwire.hazelcast.serialization.byte_order import byte_order
from gridwire.hazelcast.serialization.type_ids import TypeId
from gridwire.testing._hazelcast.query.compact_records import CompactRecord
from gridwire.testing._hazelcast.query.entries import Entry, object_of
from gridwire.testing._hazelcast.query.errors import class_cast, illegal, query_error
from gridwire.testing._hazelcast.query.kinds import COMPARABLE, Typed, class_name
from gridwire.testing._hazelcast.query.ordering import sort_key
from gridwire.testing._hazelcast.query.portable_records import PortableRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gridwire.hazelcast.serialization.service import SerializationService

__all__ = ["ENTRIES", "KEYS", "VALUES", "Anchor", "Arranged", "Order", "page_of"]

KEYS, VALUES, ENTRIES = range(3)
"""What is iterated over, and so what is ordered by; entries are ordered by their keys."""

Anchor = tuple[int, tuple[bytes, bytes]]
"""A page, and the key and value of its last entry."""

_MASK = 0xFFFFFFFF
_TEXTS = frozenset({TypeId.STRING, TypeId.JSON})


class Arranged(NamedTuple):
    """Entries in order.

    Attributes:
        entries: all of them.
        keys: what each is ordered by; entries with equal ones are ordered by their own keys.
        make: gives what an entry is ordered by.
    """

    entries: list[Entry]
    keys: list[Any]
    make: Callable[[Entry], Any]


class Order:
    """How the entries of a result are ordered.

    Args:
        iteration: `KEYS`, `VALUES` or `ENTRIES`.
        comparator: the data of an object with a method ``compare(left, right)``, or None.
        serialization: reads it, and what it compares.

    Raises:
        Refusal: the comparator is none.
    """

    def __init__(
        self, iteration: int, comparator: bytes | None, serialization: SerializationService
    ) -> None:
        self._by_value = iteration == VALUES
        self._serialization = serialization
        self._compare: Callable[[Any, Any], int] | None = None
        if comparator is not None:
            found = getattr(object_of(comparator, serialization), "compare", None)
            if not callable(found):
                raise class_cast("com.hazelcast.Object", "java.util.Comparator")
            self._compare = found

    def arrange(self, entries: Sequence[Entry]) -> Arranged:
        """Put entries in order.

        Raises:
            Refusal: they have none.
        """
        make = self._key(entries)
        keyed = [(make(entry), entry) for entry in entries]
        keyed.sort(key=_first)
        ordered: list[Entry] = []
        for _, group in groupby(keyed, key=_first):
            equal = [entry for _, entry in group]
            if len(equal) > 1:
                equal.sort(key=_tie)
            ordered += equal
        return Arranged(ordered, [key for key, _ in keyed], make)

    def entry(self, key: bytes, value: bytes) -> Entry:
        """An entry that can be compared with those in order."""
        return Entry(key, value, byte_order(self._serialization.is_big_endian))

    def behind(self, arranged: Arranged, anchor: Entry | None) -> int:
        """Where the entries behind an anchor begin.

        Raises:
            Refusal: it is not of the kind that they are.
        """
        if anchor is None or not arranged.entries:
            return 0
        if self._compare is None:
            self._check(arranged.entries[0], anchor)
        key = arranged.make(anchor)
        first, last = bisect_left(arranged.keys, key), bisect_right(arranged.keys, key)
        return bisect_right(arranged.entries, _tie(anchor), first, last, key=_tie)

    def _key(self, entries: Sequence[Entry]) -> Callable[[Entry], Any]:
        """What to order these entries by."""
        if self._compare is not None:
            return cmp_to_key(self._compared)
        if len(entries) > 1:
            for entry in entries:
                self._check(entries[0], entry)
        kind = self._ordered_by(entries[0])[0] if entries else TypeId.INT
        plain = sort_key(kind)
        by_key = not self._by_value
        if kind not in _TEXTS or not all(self._ordered_by(one)[1].isascii() for one in entries):
            return lambda entry: plain(entry.typed_part(by_key)[1])  # type: ignore[index]
        return lambda entry: entry.typed_part(by_key)[1]  # type: ignore[index]

    def _shown(self, entry: Entry) -> object:
        kind, plain = self._ordered_by(entry)
        if kind == TypeId.COMPACT:
            return CompactRecord.of(plain, self._serialization).text()
        if kind == TypeId.PORTABLE:
            return PortableRecord.of(plain, entry.order).text()
        return object_of(entry.part(not self._by_value), self._serialization)

    def _check(self, other: Entry, first: Entry) -> None:
        """Java's natural order is one of objects of one class, and not all classes have one."""
        kind, wanted = self._ordered_by(other)[0], self._ordered_by(first)[0]
        for entry, one in ((first, wanted), (other, kind)):
            if one not in COMPARABLE:
                shown = self._shown(entry)
                raise illegal(f"Not comparable {shown}")
        if kind != wanted:
            raise class_cast(class_name(kind), class_name(wanted))

    def _ordered_by(self, entry: Entry) -> Typed:
        value = entry.typed_part(not self._by_value)
        assert value is not None, "keys and values are not null"
        return value

    def _compared(self, one: Entry, other: Entry) -> int:
        assert self._compare is not None, "there is a comparator"
        try:
            return int(self._compare(self._object(one), self._object(other)))
        except Exception as error:
            raise query_error(f"{type(error).__name__}: {error}") from error

    def _object(self, entry: Entry) -> MapEntry[Any, Any]:
        key = object_of(entry.key, self._serialization)
        return MapEntry(key, object_of(entry.value, self._serialization))


def page_of(
    arranged: Arranged, order: Order, anchors: Sequence[Anchor], page: int, size: int
) -> tuple[list[Entry], list[Anchor]]:
    """A page, and the anchors for those that follow.

    Args:
        arranged: all entries that match.
        order: how they are ordered.
        anchors: what the client knows: for each page from the first on, its last entry.
        page: which, from 0 on.
        size: of each page.

    Returns:
        The entries of the page, and the anchors with those that were found.

    Raises:
        Refusal: the page cannot be, or an anchor cannot be compared.
    """
    if size <= 0:
        raise illegal("pageSize must be greater than 0!")
    if page < 0:
        raise illegal(f"Page {page} is negative")
    known = list(anchors)
    near, anchor = -1, None
    if page and known:
        near, (key, value) = known[min(page, len(known)) - 1]
        anchor = order.entry(key, value)
    pages = page - near
    if pages <= 0:
        raise illegal(f"Anchor of page {near} for page {page}")
    start = order.behind(arranged, anchor)
    found = arranged.entries
    begin = start + size * (pages - 1)
    if begin > len(found):
        return [], known
    for end in range(start + size, min(len(found), start + size * pages) + 1, size):
        near += 1
        last = found[end - 1]
        _set(known, near, (last.key, last.value))
    return found[begin : begin + size], known


def _set(anchors: list[Anchor], page: int, entry: tuple[bytes, bytes]) -> None:
    if page > len(anchors):
        raise illegal(f"Anchor index is not correct, expected: {page} found: {len(anchors)}")
    anchors[page : page + 1] = [(page, entry)]


_first = itemgetter(0)


def _tie(entry: Entry) -> tuple[int, bytes]:
    """What decides between entries that are equal otherwise."""
    value = entry.typed_part(True)
    assert value is not None, "a key is not null"
    return _java_hash(value, entry.key), entry.key


def _java_hash(value: Typed, data: bytes) -> int:
    """The hash of a key in Java, by which members decide."""
    kind, plain = value
    if kind in {TypeId.BYTE, TypeId.SHORT, TypeId.INT}:
        return int(plain)
    if kind == TypeId.LONG:
        return _signed(plain ^ plain >> 32)
    if kind in {TypeId.STRING, TypeId.JSON}:
        return _text_hash(plain)
    if kind == TypeId.BOOLEAN:
        return 1231 if plain else 1237
    if kind == TypeId.UUID:
        both = (plain.int >> 64) ^ plain.int
        return _signed(both >> 32 ^ both)
    if kind == TypeId.DOUBLE:
        bits = int.from_bytes(pack(">d", plain), "big")
        return _signed(bits >> 32 ^ bits)
    return int(mmh3_32_sintdigest(data, 0))


def _text_hash(text: str) -> int:
    hashed = 0
    for at in memoryview(text.encode("utf-16-le", "surrogatepass")).cast("H"):
        hashed = hashed * 31 + at & _MASK
    return _signed(hashed)


def _signed(number: int) -> int:
    low = number & _MASK
    return low - (low >> 31 << 32)
