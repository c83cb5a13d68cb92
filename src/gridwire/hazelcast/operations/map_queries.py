# SPDX-License-Identifier: Apache-2.0
"""The operations of a Map that are about all entries, or about those that a predicate chooses.

Any member takes such a request, and gathers what all members have.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from gridwire._core.request import Request
from gridwire.hazelcast._options.enums import IndexType
from gridwire.hazelcast._options.index import BitmapIndexOptions, IndexConfig
from gridwire.hazelcast._query.paging import IterationType, PagingPredicate
from gridwire.hazelcast._query.predicates import Predicate
from gridwire.hazelcast.aggregator import Aggregator
from gridwire.hazelcast.operations.arguments import not_none
from gridwire.hazelcast.operations.map_pieces import MapPieces
from gridwire.hazelcast.operations.query_arguments import (
    aggregator_argument,
    predicate_argument,
    projection_argument,
)
from gridwire.hazelcast.projection import Projection
from gridwire.hazelcast.protocol import customs
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.protocol.table import Message

__all__ = ["MapQueries"]

K = TypeVar("K")
V = TypeVar("V")
R = TypeVar("R")


class _Selection(NamedTuple):
    """The messages that get one part of each entry."""

    part: IterationType
    of_all: Message
    of_some: Message
    of_page: Message


_KEYS = _Selection(
    IterationType.KEY,
    messages.KEY_SET,
    messages.KEY_SET_WITH_PREDICATE,
    messages.KEY_SET_WITH_PAGING_PREDICATE,
)
_VALUES = _Selection(
    IterationType.VALUE,
    messages.VALUES,
    messages.VALUES_WITH_PREDICATE,
    messages.VALUES_WITH_PAGING_PREDICATE,
)
_ENTRIES = _Selection(
    IterationType.ENTRY,
    messages.ENTRY_SET,
    messages.ENTRIES_WITH_PREDICATE,
    messages.ENTRIES_WITH_PAGING_PREDICATE,
)

# Members of protocol 2.5 and later fail when it is null. They keep it for tiered storage, which
# clients cannot ask for, so this is what they have by default: pages of 16 KB (unit 1) and 256 MB
# (unit 2) of memory.
_B_TREE = customs.BTreeIndexConfig(
    customs.Capacity(16, 1), customs.MemoryTierConfig(customs.Capacity(256, 2))
)


def _type_of(reply: Any) -> int:
    """The type of a message, which every decoder then checks."""
    return int.from_bytes(reply[6:10], "little")


class MapQueries(MapPieces[K, V]):
    """Builds the requests of one map that are about many entries.

    Args:
        name: of the map.
        serialization: of the client.
        partition_count: of the cluster.
    """

    def key_set(self, predicate: Predicate | None = None) -> Request[list[K]]:
        """Keys."""
        return self._select(_KEYS, predicate, self._to_objects)

    def values(self, predicate: Predicate | None = None) -> Request[list[V]]:
        """Values."""
        return self._select(_VALUES, predicate, self._to_objects)

    def entry_set(self, predicate: Predicate | None = None) -> Request[list[tuple[K, V]]]:
        """Entries."""
        return self._select(_ENTRIES, predicate, self._to_entries)

    def aggregate(
        self, aggregator: Aggregator[R], predicate: Predicate | None = None
    ) -> Request[R]:
        """One value out of many entries."""
        data = self._to_data(aggregator_argument(aggregator))
        if predicate is None:
            message = messages.AGGREGATE
            return self._on_any(message, data, decode=self._object(message))
        message, matching = messages.AGGREGATE_WITH_PREDICATE, self._predicate_data(predicate)
        return self._on_any(message, data, matching, decode=self._object(message))

    def project(
        self, projection: Projection[R], predicate: Predicate | None = None
    ) -> Request[list[R]]:
        """A part of each entry."""
        data = self._to_data(projection_argument(projection))
        if predicate is None:
            return self._on_any(messages.PROJECT, data, decode=self._projected)
        message, matching = messages.PROJECT_WITH_PREDICATE, self._predicate_data(predicate)
        return self._on_any(message, data, matching, decode=self._objects(message))

    def _projected(self, reply: Any) -> list[Any]:
        # Members (all until 5.7 at least) put the type of the other answer on this one.
        other = messages.PROJECT_WITH_PREDICATE
        message = other if _type_of(reply) == other.response_type else messages.PROJECT
        return self._to_objects(message.decode_response(reply))

    def remove_all(self, predicate: Predicate) -> Request[None]:
        """Remove entries."""
        not_none("predicate", predicate)
        return self._on_any(messages.REMOVE_ALL, self._predicate_data(predicate))

    def add_index(
        self,
        attributes: list[str] | None,
        index_type: IndexType | int | str,
        name: str | None,
        bitmap_index_options: BitmapIndexOptions | dict[str, Any] | None,
    ) -> Request[None]:
        """Have members keep an index."""
        given = IndexConfig(name, index_type, attributes, bitmap_index_options)
        index = given.normalized(self._name)
        bitmap = index.bitmap_index_options
        config = customs.IndexConfig(
            index.name,
            index.type,
            index.attributes,
            customs.BitmapIndexOptions(bitmap.unique_key, bitmap.unique_key_transformation),
            _B_TREE,
        )
        return self._on_any(messages.ADD_INDEX, config)

    def _predicate_data(self, predicate: Predicate) -> Any:
        return self._to_data(predicate_argument(predicate))

    def _select(
        self,
        selection: _Selection,
        predicate: Predicate | None,
        convert: Callable[[list[Any]], list[Any]],
    ) -> Request[list[Any]]:
        if isinstance(predicate, PagingPredicate):
            return self._select_page(selection, predicate, convert)
        some = [] if predicate is None else [self._predicate_data(predicate)]
        message = selection.of_some if some else selection.of_all
        decode = message.decode_response
        return self._on_any(message, *some, decode=lambda reply: convert(decode(reply)))

    def _select_page(
        self,
        selection: _Selection,
        predicate: PagingPredicate,
        convert: Callable[[list[Any]], list[Any]],
    ) -> Request[list[Any]]:
        to_data, message = self._to_data, selection.of_page
        query = predicate.query(self._name, selection.part)
        anchors = [] if query.anchor is None else [query.anchor]
        holder = customs.PagingPredicateHolder(
            customs.AnchorDataListHolder(list(range(len(anchors))), anchors),
            to_data(predicate.predicate),
            to_data(predicate.comparator),
            predicate.page_size,
            query.page,
            selection.part,
            None,
            None,
        )

        def decode(reply: Any) -> list[Any]:
            items, anchors = message.decode_response(reply)
            objects = convert(items)
            query.remember(anchors.anchor_page_list, anchors.anchor_data_list)
            return objects

        return self._on_any(message, holder, decode=decode)
