# SPDX-License-Identifier: Apache-2.0
"""Map messages with predicates, aggregators and projections, and those about indexes.

Any member may be asked; each looks through the partitions that it owns, in their order, with a
predicate of its own. A result may not be larger than a message can be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.protocol import customs
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.serialization.byte_order import byte_order
from gridwire.hazelcast.serialization.data import partition_of
from gridwire.testing._hazelcast.map_keys import owned
from gridwire.testing._hazelcast.paging import next_page
from gridwire.testing._hazelcast.query.aggregators import read_aggregator
from gridwire.testing._hazelcast.query.entries import Entry
from gridwire.testing._hazelcast.query.errors import too_large
from gridwire.testing._hazelcast.query.indexes import check_index
from gridwire.testing._hazelcast.query.limits import MAX_RESULT_BYTES
from gridwire.testing._hazelcast.query.paging import (
    ENTRIES,
    KEYS,
    VALUES,
    Arranged,
    Order,
    page_of,
)
from gridwire.testing._hazelcast.query.predicates import Always, Predicate
from gridwire.testing._hazelcast.query.projections import read_projection
from gridwire.testing._hazelcast.query.reading import read_predicate
from gridwire.testing._hazelcast.refusals import StackFrame, illegal_argument, out_of_bounds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.hazelcast.protocol.table import Message
    from gridwire.testing._hazelcast.member import Member
    from gridwire.testing._hazelcast.session import Handler, Session
    from gridwire.testing._hazelcast.stores import MapStore

__all__ = ["HANDLERS", "matches"]


def matches(
    session: Session,
    name: str,
    predicate: Buffer | None,
    partitions: Iterable[int] | None = None,
) -> Iterator[tuple[int, Entry]]:
    """The entries of a map that pass a predicate, with their partitions.

    Args:
        session: of the request.
        name: of the map.
        predicate: as the client sent it; None for all entries.
        partitions: where to look; everywhere if None.

    Returns:
        An iterator; entries whose life is over are removed on its way.

    Raises:
        Refusal: the predicate is none, or fails for an entry.
    """
    state = session.state
    parsed: Predicate = Always()
    if predicate is not None:
        parsed = read_predicate(owned(predicate), state.serialization)
    return _matching(session, name, parsed.optimized(), partitions)


def _matching(
    session: Session, name: str, predicate: Predicate, partitions: Iterable[int] | None
) -> Iterator[tuple[int, Entry]]:
    serialization = session.state.serialization
    order = byte_order(serialization.is_big_endian)
    # Each member has a predicate of its own, which remembers what it has seen.
    tests: dict[Member, Callable[[Entry], bool]] = {}
    for partition_id, owner, store in _stores(session, name, partitions):
        test = tests.get(owner)
        if test is None:
            test = tests[owner] = predicate.test(serialization)
        for key, record in store.records.items():
            entry = Entry(key, record.value, order)
            if test(entry):
                yield partition_id, entry


def _stores(
    session: Session, name: str, partitions: Iterable[int] | None
) -> Iterator[tuple[int, Member, MapStore]]:
    """The stores of a map, without entries whose life is over."""
    state = session.state
    for partition_id in range(len(state.table)) if partitions is None else partitions:
        owner = state.replicas(partition_id).owner
        store = owner.partitions[partition_id].get(name)
        if store is None:
            continue
        if store.limited:
            state.expire(partition_id, name, store.expired(session.now))
        yield partition_id, owner, store


def _bounded(parts: Iterable[bytes | None]) -> list[bytes | None]:
    """A result that fits into a message.

    Raises:
        Refusal: it does not.
    """
    found, size = [], 0
    for part in parts:
        size += len(part or b"")
        if size > MAX_RESULT_BYTES:
            raise too_large(MAX_RESULT_BYTES)
        found.append(part)
    return found


def _bounded_entries(entries: Iterable[Entry]) -> list[tuple[bytes, bytes]]:
    found = list(entries)
    _bounded(entry.key for entry in found)
    _bounded(entry.value for entry in found)
    return [(entry.key, entry.value) for entry in found]


_PARTS: dict[int, Callable[[Iterable[Entry]], list[Any]]] = {
    KEYS: lambda entries: _bounded(entry.key for entry in entries),
    VALUES: lambda entries: _bounded(entry.value for entry in entries),
    ENTRIES: _bounded_entries,
}
"""What of the entries goes into an answer, by what is iterated over."""


def _filtered(message: Message, iteration: int) -> Handler:
    """A handler of a message that wants what passes a predicate."""

    def handle(session: Session, buffer: Buffer) -> None:
        request = message.decode_request(buffer)
        found = matches(session, request.name, request.predicate)
        session.answer(message, _PARTS[iteration](entry for _, entry in found))

    return handle


def _paged(message: Message, iteration: int) -> Handler:
    """A handler of a message that wants a page of what passes a predicate."""

    def handle(session: Session, buffer: Buffer) -> None:
        request = message.decode_request(buffer)
        name, holder = request.name, request.predicate
        comparator, predicate = _bytes(holder.comparator_data), _bytes(holder.predicate_data)
        state = session.state
        order = Order(iteration, comparator, state.serialization)
        partitions = _partitions_of(session, holder)

        def arrange() -> Arranged:
            found = matches(session, name, predicate, partitions)
            return order.arrange([entry for _, entry in found])

        records = [
            record
            for _, _, store in _stores(session, name, partitions)
            for record in store.records.values()
        ]
        question = (name, predicate, comparator, iteration, tuple(partitions or ()))
        entries, anchors = page_of(
            state.arranged_results.get(question, records, arrange),
            order,
            _anchors(holder.anchor_data_list_holder),
            holder.page,
            holder.page_size,
        )
        known = customs.AnchorDataListHolder(
            [page for page, _ in anchors], [entry for _, entry in anchors]
        )
        session.answer(message, _PARTS[iteration](entries), known)

    return handle


def _bytes(data: Buffer | None) -> bytes | None:
    return None if data is None else owned(data)


def _anchors(holder: Any) -> list[tuple[int, tuple[bytes, bytes]]]:
    pages, entries = holder.anchor_page_list, holder.anchor_data_list
    if len(pages) != len(entries):
        raise illegal_argument(f"{len(pages)} pages for {len(entries)} anchors")
    return [
        (page, (owned(key), owned(value)))
        for page, (key, value) in zip(pages, entries, strict=True)
    ]


def _partitions_of(session: Session, holder: Any) -> list[int] | None:
    """The partitions of the keys that a query is limited to; None if it is not."""
    keys = list(holder.partition_keys_data or ())
    if holder.partition_key_data is not None:
        keys.append(holder.partition_key_data)
    count = len(session.state.table)
    return sorted({partition_of(key, count) for key in keys}) if keys else None


def _aggregate(message: Message) -> Handler:
    def handle(session: Session, buffer: Buffer) -> None:
        request: Any = message.decode_request(buffer)
        aggregator = read_aggregator(owned(request.aggregator), session.state.serialization)
        for _, entry in matches(session, request.name, getattr(request, "predicate", None)):
            aggregator.accumulate(entry)
        session.answer(message, aggregator.result())

    return handle


def _project(message: Message) -> Handler:
    def handle(session: Session, buffer: Buffer) -> None:
        request: Any = message.decode_request(buffer)
        project = read_projection(owned(request.projection), session.state.serialization)
        found = matches(session, request.name, getattr(request, "predicate", None))
        session.answer(message, _bounded(project(entry) for _, entry in found))

    return handle


def _fetch_with_query(session: Session, buffer: Buffer) -> None:
    """A page of a partition, by the pointers of the protocol, filtered and projected."""
    request = messages.FETCH_WITH_QUERY.decode_request(buffer)
    state, partition_id = session.state, session.partition_id
    predicate = read_predicate(owned(request.predicate), state.serialization).optimized()
    project = read_projection(owned(request.projection), state.serialization)
    store = state.replicas(partition_id).owner.store(partition_id, request.name)
    if store.limited:
        state.expire(partition_id, request.name, store.expired(session.now))
    if request.batch < 0:
        frame = StackFrame("java.util.ArrayList", "<init>", "ArrayList.java", 160)
        raise illegal_argument(f"Illegal Capacity: {request.batch}", frame)
    if not request.iteration_pointers:
        where = ("com.hazelcast.internal.util.SampleableConcurrentHashMap", "checkPointers")
        frame = StackFrame(*where, "SampleableConcurrentHashMap.java", 146)
        raise out_of_bounds("Index -1 out of bounds for length 0", frame)
    pointers, keys = next_page(store, request.iteration_pointers, request.batch)
    test = predicate.test(state.serialization)
    order = byte_order(state.serialization.is_big_endian)
    entries = (Entry(key, store.records[key].value, order) for key in keys)
    results = _bounded(project(entry) for entry in entries if test(entry))
    session.answer(messages.FETCH_WITH_QUERY, results, pointers)


def _add_index(session: Session, buffer: Buffer) -> None:
    check_index(messages.ADD_INDEX.decode_request(buffer).index_config)
    session.answer(messages.ADD_INDEX)


_FILTERED = (
    (messages.KEY_SET_WITH_PREDICATE, KEYS),
    (messages.VALUES_WITH_PREDICATE, VALUES),
    (messages.ENTRIES_WITH_PREDICATE, ENTRIES),
)
_PAGED = (
    (messages.KEY_SET_WITH_PAGING_PREDICATE, KEYS),
    (messages.VALUES_WITH_PAGING_PREDICATE, VALUES),
    (messages.ENTRIES_WITH_PAGING_PREDICATE, ENTRIES),
)

HANDLERS: dict[int, Handler] = {
    **{message.request_type: _filtered(message, iteration) for message, iteration in _FILTERED},
    **{message.request_type: _paged(message, iteration) for message, iteration in _PAGED},
    messages.AGGREGATE.request_type: _aggregate(messages.AGGREGATE),
    messages.AGGREGATE_WITH_PREDICATE.request_type: _aggregate(messages.AGGREGATE_WITH_PREDICATE),
    messages.PROJECT.request_type: _project(messages.PROJECT),
    messages.PROJECT_WITH_PREDICATE.request_type: _project(messages.PROJECT_WITH_PREDICATE),
    messages.FETCH_WITH_QUERY.request_type: _fetch_with_query,
    messages.ADD_INDEX.request_type: _add_index,
}
"""The Map messages of this module."""
