# SPDX-License-Identifier: Apache-2.0
"""One command about one record, alone or as a row of a batch."""

from __future__ import annotations

from gridwire.aerospike.protocol import flags
from gridwire.testing._aerospike import codes
from gridwire.testing._aerospike.answers import Answer
from gridwire.testing._aerospike.deleting import delete
from gridwire.testing._aerospike.namespaces import Namespace
from gridwire.testing._aerospike.reading import read
from gridwire.testing._aerospike.request import Refused, Request
from gridwire.testing._aerospike.writing import write

__all__ = ["FIELD_UDF_FUNCTION", "FIELD_UDF_MODULE", "execute"]

FIELD_TRANSACTION_ID = 5
FIELD_UDF_MODULE = 30
FIELD_UDF_FUNCTION = 31

_VERIFIES_READ = 0x01
_ENDS_TRANSACTION = 0x06


def execute(namespace: Namespace, digest: bytes, request: Request, now: float) -> Answer:
    """Do what is asked with a record.

    Args:
        namespace: where it is.
        digest: which one.
        request: what to do.
        now: Unix time in seconds.
    """
    try:
        _check_edition(request)
        if request.info2 & flags.INFO2_WRITE:
            if FIELD_UDF_MODULE in request.fields:
                return Answer(_function(request))
            if request.info2 & flags.INFO2_DELETE:
                return delete(namespace, digest, request, now)
            return write(namespace, digest, request, now)
        if request.info1 & flags.INFO1_READ:
            return read(namespace, digest, request, now)
    except Refused as refused:
        return Answer(refused.code)
    return Answer(codes.PARAMETER)


def _check_edition(request: Request) -> None:
    """Transactions and linearized reads are features of the Enterprise Edition."""
    is_write = request.info2 & flags.INFO2_WRITE
    is_linearized = (
        request.info3 & (flags.INFO3_SC_READ_TYPE | flags.INFO3_SC_READ_RELAX)
        == flags.INFO3_SC_READ_TYPE
    )
    if (
        FIELD_TRANSACTION_ID in request.fields
        or request.info4 & (_ENDS_TRANSACTION if is_write else _VERIFIES_READ)
        or (is_linearized and not is_write)
    ):
        raise Refused(codes.ENTERPRISE_ONLY)


def _function(request: Request) -> int:
    """A call of a user's function, which this node does not support."""
    if FIELD_UDF_FUNCTION not in request.fields:
        return codes.PARAMETER
    return codes.UNSUPPORTED
