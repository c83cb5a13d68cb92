# SPDX-License-Identifier: Apache-2.0
"""Commands that read a record."""

from __future__ import annotations

from gridwire.aerospike.protocol import flags
from gridwire.testing._aerospike import codes
from gridwire.testing._aerospike.answers import Answer
from gridwire.testing._aerospike.expiry import touched_by_read
from gridwire.testing._aerospike.filters import check_filter
from gridwire.testing._aerospike.lookup import check_key, failed, is_wrong_set
from gridwire.testing._aerospike.namespaces import Namespace
from gridwire.testing._aerospike.operations import OPERATIONS, Draft, all_bins, check_bin_name
from gridwire.testing._aerospike.operations import result as result_of
from gridwire.testing._aerospike.records import Record
from gridwire.testing._aerospike.request import Refused, Request

__all__ = ["read"]


def read(namespace: Namespace, digest: bytes, request: Request, now: float) -> Answer:
    """Read a record.

    Args:
        namespace: where it is.
        digest: which one.
        request: what of it.
        now: Unix time in seconds.
    """
    record = namespace.get(digest)
    if record is None or record.has_expired(now):
        return failed(codes.NOT_FOUND, record)
    try:
        check_filter(request.fields.get(flags.FIELD_FILTER))
        if is_wrong_set(request, record):
            raise Refused(codes.PARAMETER)
        check_key(request, record)
        results = _results(request, record)
        touched = touched_by_read(namespace, record, request.ttl, now)
    except Refused as refused:
        return failed(refused.code, record)
    if touched is not record:
        namespace.put(digest, touched)
    return Answer(codes.OK, touched.generation, touched.void_time, results)


def _results(request: Request, record: Record) -> list[bytes]:
    if request.info1 & flags.INFO1_NO_BIN_DATA:
        return []
    if request.info1 & flags.INFO1_GET_ALL:
        return all_bins(record.bins)
    if not request.operations:
        raise Refused(codes.PARAMETER)
    draft = Draft(record.bins)
    respond_all = request.info2 & flags.INFO2_RESPOND_ALL_OPS
    results = []
    for op in request.operations:
        check_bin_name(op)
        row = OPERATIONS.get(op.code)
        if row is None or row.writes:
            raise Refused(codes.PARAMETER)
        value = row.apply(draft, op)
        if value is not None or respond_all:
            results.append(result_of(op, value))
    return results
