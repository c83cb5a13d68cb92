# SPDX-License-Identifier: Apache-2.0
"""Iterators over a map that hold one page of it at a time.

A partition is read page by page, one partition after the other. The member says where the next
page begins, in terms of its own table, so that growth of the table in between neither repeats nor
skips an entry that was there all the time. Entries that come or go meanwhile may be seen or not.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Generic, Protocol, TypeVar

from gridwire._core.request import Request
from gridwire.hazelcast.cluster.late_count import known
from gridwire.hazelcast.protocol.errors import ProtocolError

__all__ = ["AsyncPages", "Pages"]

T = TypeVar("T")

_Page = tuple[list[tuple[int, int]], list[Any]]
_PageRequest = Callable[[int, list[tuple[int, int]], int], Request[_Page]]

_WHOLE_TABLE = 2**31 - 1


class _Cursor:
    """Where the iteration stands."""

    __slots__ = ("_partition_count", "_request", "_size", "partition", "pointers")

    def __init__(self, request: _PageRequest, partition_count: int, size: int) -> None:
        self._request = request
        self._partition_count = partition_count
        self._size = size
        self.partition = 0
        self.pointers = self._begin()

    @staticmethod
    def _begin() -> list[tuple[int, int]]:
        return [(_WHOLE_TABLE, -1)]

    def next_request(self) -> Request[_Page] | None:
        """What to ask next, or None at the end."""
        if self.partition >= known(self._partition_count):
            return None
        return self._request(self.partition, self.pointers, self._size)

    def take(self, page: _Page) -> list[Any]:
        """Account for a page; its items.

        Raises:
            ProtocolError: the next page would begin where this one did, so there would be no end.
        """
        pointers, items = page
        if not pointers or pointers[-1][0] < 0:
            self.partition += 1
            self.pointers = self._begin()
        elif pointers == self.pointers:
            raise ProtocolError(
                f"the next page of partition {self.partition} begins where this one did"
            )
        else:
            self.pointers = pointers
        return items


class _AsyncCaller(Protocol):
    async def call(self, request: Request[Any], timeout: float | None = None) -> Any: ...


class _BlockingCaller(Protocol):
    def call(self, request: Request[Any], timeout: float | None = None) -> Any: ...


class AsyncPages(AsyncIterator[T], Generic[T]):
    """Iterates with ``async for``.

    Args:
        caller: makes the calls.
        request: makes the request for a page from partition, pointers and size.
        partition_count: of the cluster.
        size: entries a page.
    """

    def __init__(
        self, caller: _AsyncCaller, request: _PageRequest, partition_count: int, size: int
    ) -> None:
        self._caller = caller
        self._cursor = _Cursor(request, partition_count, size)
        self._items: Iterator[T] = iter(())

    async def __anext__(self) -> T:
        while True:
            for item in self._items:
                return item
            request = self._cursor.next_request()
            if request is None:
                raise StopAsyncIteration
            self._items = iter(self._cursor.take(await self._caller.call(request)))


class Pages(Iterator[T], Generic[T]):
    """Iterates with ``for``; each page is a blocking call.

    Args:
        caller: makes the calls.
        request: makes the request for a page from partition, pointers and size.
        partition_count: of the cluster.
        size: entries a page.
    """

    def __init__(
        self, caller: _BlockingCaller, request: _PageRequest, partition_count: int, size: int
    ) -> None:
        self._caller = caller
        self._cursor = _Cursor(request, partition_count, size)
        self._items: Iterator[T] = iter(())

    def __next__(self) -> T:
        while True:
            for item in self._items:
                return item
            request = self._cursor.next_request()
            if request is None:
                raise StopIteration
            self._items = iter(self._cursor.take(self._caller.call(request)))
