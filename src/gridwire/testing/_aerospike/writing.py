# SPDX-License-Identifier: Apache-2.0
"""Commands that write a record, operation by operation, all or nothing."""

from __future__ import annotations

from gridwire.aerospike.protocol import flags
from gridwire.aerospike.protocol.particles import NULL
from gridwire.testing._aerospike import codes
from gridwire.testing._aerospike.answers import Answer
from gridwire.testing._aerospike.expiry import milliseconds_since_2010, void_time_of
from gridwire.testing._aerospike.filters import check_filter
from gridwire.testing._aerospike.lookup import (
    check_generation,
    check_key,
    failed,
    is_wrong_set,
    stored_key,
)
from gridwire.testing._aerospike.namespaces import Namespace
from gridwire.testing._aerospike.operations import OPERATIONS, Draft, all_bins, check_bin_name
from gridwire.testing._aerospike.operations import result as result_of
from gridwire.testing._aerospike.records import Record, next_generation
from gridwire.testing._aerospike.request import Operation, Refused, Request

__all__ = ["check_writable", "write"]

_MAX_SET_BYTES = 63
_REPLACES = flags.INFO3_CREATE_OR_REPLACE | flags.INFO3_REPLACE_ONLY
_NEEDS_RECORD = flags.INFO3_UPDATE_ONLY | flags.INFO3_REPLACE_ONLY


def check_writable(namespace: Namespace, *, is_removal: bool) -> None:
    """Whether a namespace takes writes of clients.

    Args:
        namespace: the namespace.
        is_removal: removing frees space, and is possible without any.

    Raises:
        Refused: it does not.
    """
    if not is_removal and namespace.stops_writes:
        raise Refused(codes.OUT_OF_SPACE)
    if namespace.parameters.is_on("reject-non-xdr-writes"):
        raise Refused(codes.FORBIDDEN)


def write(namespace: Namespace, digest: bytes, request: Request, now: float) -> Answer:
    """Write a record.

    Args:
        namespace: where it is.
        digest: which one.
        request: what to do to it.
        now: Unix time in seconds.

    Raises:
        Refused: it was refused without looking at the record.
    """
    check_writable(namespace, is_removal=False)
    needs_record = _check_operations(request)
    old = namespace.get(digest)
    if old is not None and old.has_expired(now):
        old = None
    try:
        if old is None:
            _check_new(namespace, request, needs_record=needs_record)
        else:
            _check_existing(request, old)
        return _apply(namespace, digest, request, old, now)
    except Refused as refused:
        return failed(refused.code, old)


def _check_operations(request: Request) -> bool:
    """What can be said of the operations alone; whether one needs the record to be there."""
    if not request.operations:
        raise Refused(codes.PARAMETER)
    needs_record = bool(request.info3 & _NEEDS_RECORD)
    for op in request.operations:
        check_bin_name(op)
        row = OPERATIONS.get(op.code)
        if row is None:
            # Found only when it is to be applied, and answered with the record's generation.
            continue
        if not row.writes and not request.info1 & flags.INFO1_READ:
            raise Refused(codes.PARAMETER)
        if request.info3 & _REPLACES and (row.builds_on_old or _removes_bin(op)):
            raise Refused(codes.PARAMETER)
        needs_record |= row.needs_record
    return needs_record


def _removes_bin(op: Operation) -> bool:
    return op.code == flags.OP_WRITE and op.particle == NULL


def _check_new(namespace: Namespace, request: Request, *, needs_record: bool) -> None:
    if needs_record:
        raise Refused(codes.NOT_FOUND)
    check_generation(request, 0)
    set_name = request.set_name
    if len(set_name) > _MAX_SET_BYTES:
        raise Refused(codes.PARAMETER)
    if not set_name and namespace.parameters.is_on("disallow-null-setname"):
        raise Refused(codes.PARAMETER)
    named = namespace.sets.get(set_name)
    if named is not None:
        count = named.parameters.number("stop-writes-count")
        size = named.parameters.number("stop-writes-size")
        if (count and named.objects >= count) or (size and named.used_bytes >= size):
            raise Refused(codes.FORBIDDEN)


def _check_existing(request: Request, record: Record) -> None:
    if request.info2 & flags.INFO2_CREATE_ONLY:
        raise Refused(codes.EXISTS)
    check_generation(request, record.generation)
    check_filter(request.fields.get(flags.FIELD_FILTER))
    if is_wrong_set(request, record):
        raise Refused(codes.PARAMETER)
    check_key(request, record)


def _apply(
    namespace: Namespace, digest: bytes, request: Request, old: Record | None, now: float
) -> Answer:
    set_name = request.set_name if old is None else old.set_name
    key = stored_key(request) or (b"" if old is None else old.key)
    void_time = void_time_of(namespace, set_name, request.ttl, old, now)
    keeps = old is not None and not request.info3 & _REPLACES
    draft = Draft(old.bins if keeps and old is not None else {})
    results = _results(draft, request)
    if not draft.bins:
        return _removed(namespace, digest, request, old, results)
    generation = next_generation(0 if old is None else old.generation)
    updated = milliseconds_since_2010(now)
    record = Record(generation, void_time, updated, set_name, key, draft.bins)
    if record.size > namespace.parameters.number("max-record-size"):
        raise Refused(codes.TOO_BIG)
    namespace.put(digest, record)
    return Answer(codes.OK, generation, void_time, results)


def _removed(
    namespace: Namespace,
    digest: bytes,
    request: Request,
    old: Record | None,
    results: list[bytes],
) -> Answer:
    """No bin is left: that is no record."""
    if old is None:
        raise Refused(codes.NOT_FOUND)
    if request.info2 & flags.INFO2_DURABLE_DELETE:
        raise Refused(codes.ENTERPRISE_ONLY)
    namespace.drop(digest)
    return Answer(codes.OK, operations=results)


def _results(draft: Draft, request: Request) -> list[bytes]:
    respond_all = request.info2 & flags.INFO2_RESPOND_ALL_OPS
    get_all = request.info1 & flags.INFO1_GET_ALL
    results = []
    for op in request.operations:
        row = OPERATIONS.get(op.code)
        if row is None:
            raise Refused(codes.PARAMETER)
        if get_all and op.code == flags.OP_READ and not op.name:
            results += all_bins(draft.bins)
            continue
        value = row.apply(draft, op)
        if value is not None or (respond_all and not row.is_silent):
            results.append(result_of(op, value))
    return results
