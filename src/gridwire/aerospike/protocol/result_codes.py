# SPDX-License-Identifier: Apache-2.0
"""What the servers' result codes mean: in words, as errors, and for the outcome of a write."""

from __future__ import annotations

from gridwire._core.outcome import Outcome
from gridwire.aerospike import exception as errors

__all__ = [
    "BACKGROUND_RETRYABLE",
    "DEVICE_OVERLOAD",
    "KNOWN",
    "OK",
    "PARTITION_UNAVAILABLE",
    "RECORD_NOT_FOUND",
    "RETRYABLE",
    "SERVER_TIMEOUT",
    "class_of",
    "error_of",
    "outcome_of",
    "text_of",
]

OK = 0
RECORD_NOT_FOUND = 2
SERVER_TIMEOUT = 9
PARTITION_UNAVAILABLE = 11
DEVICE_OVERLOAD = 18

RETRYABLE = frozenset({SERVER_TIMEOUT, PARTITION_UNAVAILABLE, DEVICE_OVERLOAD})
"""Codes after which a single command is tried again (protocol notes, section 11)."""

BACKGROUND_RETRYABLE = frozenset({8, 9, 11, 14, 18})
"""Codes after which `batch_write` sends a record again when it was told to retry."""

_TEXTS = {
    0: "OK",
    1: "Server error",
    2: "Record not found",
    3: "The record has another generation",
    4: "The server does not accept a parameter",
    5: "Record exists",
    6: "Bin exists",
    7: "Cluster key mismatch",
    8: "The server has no space or memory left",
    9: "The server ran out of time",
    10: "Forbidden",
    11: "The partition is not available at this node",
    12: "The bin has a type with which this operation cannot work",
    13: "Record too big",
    14: "Key busy: too many operations wait for this record",
    15: "Scan aborted",
    16: "The server does not support this",
    17: "Bin not found",
    18: "The device of the server is overloaded",
    19: "The record is stored under another key",
    20: "Invalid namespace",
    21: "The server does not accept the name of a bin",
    22: "Forbidden as the namespace is configured",
    23: "Element not found",
    24: "Element exists",
    25: "Only the Enterprise Edition has this feature",
    26: "The operation cannot be applied to this bin",
    27: "Filtered out",
    28: "The write lost a conflict",
    50: "End of query",
    51: "The server does not support security",
    52: "Security is not enabled",
    53: "The server does not know this security scheme",
    54: "Invalid security command",
    55: "Invalid security field",
    56: "Illegal security state",
    60: "Invalid user",
    61: "User exists",
    62: "Invalid password",
    63: "Expired password",
    64: "Forbidden password",
    65: "Invalid credential",
    66: "Expired session",
    70: "Invalid role",
    71: "Role exists",
    72: "Invalid privilege",
    73: "Invalid list of addresses",
    74: "Quotas are not enabled",
    75: "Invalid quota",
    80: "Not authenticated",
    81: "The roles of the user do not allow this",
    82: "The address is not on the role's list",
    83: "Quota exceeded",
    100: "A function at the server failed",
    150: "Batches are disabled",
    151: "More keys in a batch than the server allows",
    152: "The batch queues of the server are full",
    160: "Invalid GeoJSON",
    200: "Index exists",
    201: "Index not found",
    202: "The index has no memory left",
    203: "The index cannot be read yet",
    204: "Index error",
    205: "The name of the index is too long",
    206: "Too many indexes",
    210: "Query aborted",
    211: "The query queue is full",
    212: "The query ran out of time",
    213: "Query error",
}

KNOWN = tuple(_TEXTS)
"""The codes that have a meaning here, in order."""

_CLASSES: dict[int, type[errors.AerospikeError]] = {
    2: errors.RecordNotFound,
    3: errors.RecordGenerationError,
    5: errors.RecordExistsError,
    6: errors.BinExistsError,
    9: errors.AerospikeTimeoutError,
    12: errors.BinTypeError,
    13: errors.RecordTooBig,
    15: errors.QueryAbortedError,
    17: errors.BinNotFound,
    21: errors.BinNameError,
    23: errors.RecordError,
    24: errors.RecordError,
    27: errors.FilteredOut,
    100: errors.UDFError,
    200: errors.IndexFoundError,
    201: errors.IndexNotFound,
    210: errors.QueryAbortedError,
    211: errors.QueryError,
    212: errors.AerospikeTimeoutError,
    213: errors.QueryError,
}
_SECURITY = frozenset(
    (*range(51, 57), *range(60, 67), *range(70, 76), *range(80, 84)),
)

# The server gave up after it may have begun: a replica did not answer in time, a conflict or a
# function may have left its mark. Every other code that is known says that nothing was done.
_UNCLEAR = frozenset({1, SERVER_TIMEOUT, 28, 100, 212})

_HINTS = {
    20: "Is the namespace configured on every node? Its name is case sensitive.",
    22: "A time to live needs nsup-period or allow-ttl-without-nsup in the namespace.",
    25: "This server is a Community Edition.",
    80: "Give user and password, in the configuration or to connect().",
}


def text_of(code: int) -> str:
    """A result code in words."""
    return _TEXTS.get(code, f"Result code {code}")


def class_of(code: int) -> type[errors.AerospikeError]:
    """The class of the error that a result code becomes."""
    if code in _SECURITY:
        return errors.AdminError
    return _CLASSES.get(code, errors.ServerError)


def outcome_of(code: int, is_write: bool) -> Outcome:
    """What a result code says about the effect of a command.

    Args:
        code: of the server.
        is_write: whether the command writes; a read has no effect to be in doubt about.
    """
    if is_write and (code in _UNCLEAR or code not in _TEXTS):
        # What a code means that came after this version was made, nobody knows.
        return Outcome.UNKNOWN
    return Outcome.REJECTED


def error_of(
    code: int, *, is_write: bool = False, in_doubt: bool = False, **facts: object
) -> errors.AerospikeError:
    """The error that a result code becomes.

    Args:
        code: of the server.
        is_write: whether the command writes.
        in_doubt: whether an earlier attempt may have been executed.
        facts: what is known about the circumstances.
    """
    outcome = Outcome.UNKNOWN if in_doubt else outcome_of(code, is_write)
    return class_of(code)(
        f"AEROSPIKE_ERR ({code}): {text_of(code)}",
        code=code,
        in_doubt=outcome is Outcome.UNKNOWN,
        outcome=outcome,
        hint=_HINTS.get(code),
        **facts,
    )
