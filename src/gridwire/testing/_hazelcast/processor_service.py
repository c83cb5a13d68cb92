# SPDX-License-Identifier: Apache-2.0
"""Map messages that bring code of the program: entry processors, functions, interceptors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.serialization.data import partition_of
from gridwire.testing._hazelcast.changes import acknowledge, report
from gridwire.testing._hazelcast.lock_service import waits
from gridwire.testing._hazelcast.map_keys import owned
from gridwire.testing._hazelcast.map_query_service import matches
from gridwire.testing._hazelcast.processing import ProcessedEntry, process_entry
from gridwire.testing._hazelcast.query.errors import too_large
from gridwire.testing._hazelcast.query.limits import MAX_RESULT_BYTES
from gridwire.testing._hazelcast.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.hazelcast.protocol.table import Message
    from gridwire.testing._hazelcast.session import Handler, Session

    Process = Callable[[ProcessedEntry], Any]
    Keys = dict[int, list[bytes]]

__all__ = ["HANDLERS"]

_PROCESSOR = "com.hazelcast.map.EntryProcessor"
_FUNCTION = "java.util.function.BiFunction"
_ROUNDS = 2
"""Real members begin a partition anew, once, when code raises something in it."""


def _on_key(message: Message) -> Handler:
    """A handler of a message that has one entry processed, when nobody else has locked its key."""

    def handle(session: Session, buffer: Buffer) -> None:
        request: Any = message.decode_request(buffer)
        state, name, key = session.state, request.name, owned(request.key)
        partition_id = session.partition_id
        replicas = state.replicas(partition_id)
        process = _processor(session, request.entry_processor)
        store = replicas.owner.store(partition_id, name)
        if store.locks and waits(session, buffer, message, store, key, request):
            return
        if store.limited and store.has_expired(key, session.now):
            state.expire(partition_id, name, [key])
        result, changes = process_entry(session, partition_id, replicas, name, key, process)
        # Backed up even if it changed nothing.
        acks = acknowledge(session, replicas)
        session.send(message.encode_response(session.correlation_id, acks, result))
        report(session, partition_id, replicas, name, changes)

    return handle


def _on_keys(session: Session, buffer: Buffer) -> None:
    request = messages.EXECUTE_ON_KEYS.decode_request(buffer)
    keys: Keys = {}
    for key in dict.fromkeys(map(owned, request.keys)):
        keys.setdefault(partition_of(key, len(session.state.table)), []).append(key)
    process = _processor(session, request.entry_processor) if keys else None
    results = _processed(session, request.name, keys, process) if process is not None else []
    session.answer(messages.EXECUTE_ON_KEYS, results)


def _on_entries(message: Message) -> Handler:
    """A handler of a message that has all entries processed, or those that pass a predicate."""

    def handle(session: Session, buffer: Buffer) -> None:
        request: Any = message.decode_request(buffer)
        process = _processor(session, request.entry_processor)
        keys = _found(session, request.name, getattr(request, "predicate", None))
        session.answer(message, _processed(session, request.name, keys, process))

    return handle


def _replace_all(session: Session, buffer: Buffer) -> None:
    """Let a function make new values of all keys and values of one partition."""
    request = messages.REPLACE_ALL.decode_request(buffer)
    state, partition_id = session.state, session.partition_id
    function = state.user_code.read(owned(request.function), _FUNCTION, "apply")
    state.replicas(partition_id)
    found = matches(session, request.name, None, [partition_id])

    def process(entry: ProcessedEntry) -> None:
        entry.value = function.apply(entry.key, entry.value)

    keys = [entry.key for _, entry in found]
    _processed(session, request.name, {partition_id: keys}, process)
    session.answer(messages.REPLACE_ALL)


def _remove_all(session: Session, buffer: Buffer) -> None:
    """Remove what passes a predicate, as an entry processor would, locked or not."""
    request = messages.REMOVE_ALL.decode_request(buffer)

    def process(entry: ProcessedEntry) -> None:
        entry.value = None

    _processed(session, request.name, _found(session, request.name, request.predicate), process)
    session.answer(messages.REMOVE_ALL)


def _found(session: Session, name: str, predicate: Buffer | None) -> Keys:
    """The keys of the entries that pass a predicate, by partition; of all if there is none."""
    keys: Keys = {}
    for partition_id, entry in matches(session, name, predicate):
        keys.setdefault(partition_id, []).append(entry.key)
    return keys


def _processor(session: Session, data: Buffer) -> Process:
    """The entry processor that a client sent.

    Raises:
        Refusal: it is none.
    """
    processor = session.state.user_code.read(owned(data), _PROCESSOR, "process")
    process: Process = processor.process
    return process


def _processed(
    session: Session, name: str, keys: Keys, process: Process
) -> list[tuple[bytes, bytes]]:
    """Process entries, partition by partition, whether their keys are locked or not.

    Returns:
        Keys with results, where there are any.

    Raises:
        Refusal: the code raised something; what it has changed until then, or changed in other
            partitions, stays changed.
    """
    results: list[tuple[bytes, bytes]] = []
    refusal: Refusal | None = None
    for partition_id, each in keys.items():
        for _ in range(_ROUNDS):
            try:
                results += _processed_in(session, partition_id, name, each, process)
                break
            except Refusal as raised:
                error = raised
        else:
            refusal = refusal or error
    if refusal is not None:
        raise refusal
    if sum(len(key) + len(result) for key, result in results) > MAX_RESULT_BYTES:
        raise too_large(MAX_RESULT_BYTES)
    return results


def _processed_in(
    session: Session, partition_id: int, name: str, keys: Iterable[bytes], process: Process
) -> list[tuple[bytes, bytes]]:
    state = session.state
    replicas = state.replicas(partition_id)
    store = replicas.owner.store(partition_id, name)
    if store.limited:
        state.expire(partition_id, name, store.expired(session.now))
    results = []
    for key in keys:
        result, changes = process_entry(session, partition_id, replicas, name, key, process)
        report(session, partition_id, replicas, name, changes)
        if result is not None:
            results.append((key, result))
    return results


def _add_interceptor(session: Session, buffer: Buffer) -> None:
    request = messages.ADD_INTERCEPTOR.decode_request(buffer)
    added = session.state.interceptors.add(request.name, owned(request.interceptor))
    session.answer(messages.ADD_INTERCEPTOR, added)


def _remove_interceptor(session: Session, buffer: Buffer) -> None:
    request = messages.REMOVE_INTERCEPTOR.decode_request(buffer)
    removed = session.state.interceptors.remove(request.name, request.id)
    session.answer(messages.REMOVE_INTERCEPTOR, removed)


HANDLERS: dict[int, Handler] = {
    messages.EXECUTE_ON_KEY.request_type: _on_key(messages.EXECUTE_ON_KEY),
    messages.SUBMIT_TO_KEY.request_type: _on_key(messages.SUBMIT_TO_KEY),
    messages.EXECUTE_ON_KEYS.request_type: _on_keys,
    messages.EXECUTE_ON_ALL_KEYS.request_type: _on_entries(messages.EXECUTE_ON_ALL_KEYS),
    messages.EXECUTE_WITH_PREDICATE.request_type: _on_entries(messages.EXECUTE_WITH_PREDICATE),
    messages.REPLACE_ALL.request_type: _replace_all,
    messages.REMOVE_ALL.request_type: _remove_all,
    messages.ADD_INTERCEPTOR.request_type: _add_interceptor,
    messages.REMOVE_INTERCEPTOR.request_type: _remove_interceptor,
}
"""The Map messages of this module."""
