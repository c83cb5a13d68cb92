# SPDX-License-Identifier: Apache-2.0
"""Commands that remove a record; unlike others they never tell how a record stands."""

from __future__ import annotations

from gridwire.aerospike.protocol import flags
from gridwire.testing._aerospike import codes
from gridwire.testing._aerospike.answers import Answer
from gridwire.testing._aerospike.filters import check_filter
from gridwire.testing._aerospike.lookup import check_generation, check_key, is_wrong_set
from gridwire.testing._aerospike.namespaces import Namespace
from gridwire.testing._aerospike.request import Refused, Request
from gridwire.testing._aerospike.writing import check_writable

__all__ = ["delete"]


def delete(namespace: Namespace, digest: bytes, request: Request, now: float) -> Answer:
    """Remove a record.

    Args:
        namespace: where it is.
        digest: which one.
        request: under which conditions.
        now: Unix time in seconds.

    Raises:
        Refused: it is not removed.
    """
    if request.info2 & flags.INFO2_DURABLE_DELETE:
        raise Refused(codes.ENTERPRISE_ONLY)
    check_writable(namespace, is_removal=True)
    record = namespace.get(digest)
    if record is None or record.has_expired(now):
        raise Refused(codes.NOT_FOUND)
    check_filter(request.fields.get(flags.FIELD_FILTER))
    if is_wrong_set(request, record):
        raise Refused(codes.PARAMETER)
    check_generation(request, record.generation)
    check_key(request, record)
    namespace.drop(digest)
    return Answer(codes.OK)
