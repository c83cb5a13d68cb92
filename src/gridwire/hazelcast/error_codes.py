# SPDX-License-Identifier: Apache-2.0
"""The numbers by which members name errors, and what each number says about the operation.

The numbers are those of the Open Binary Client Protocol 2.x, as members 4.0 and later send them.
Members use 500 to 600 for the stream engine and 1000 and above for users' own exceptions; those
have no name here.
"""

from __future__ import annotations

from enum import IntEnum

from gridwire._core.outcome import Outcome

__all__ = ["RETRYABLE_CODES", "ErrorCode", "SqlErrorCode", "outcome_of", "sql_outcome_of"]


class ErrorCode(IntEnum):
    """The kind of an error that a member reports."""

    UNDEFINED = 0
    ARRAY_INDEX_OUT_OF_BOUNDS = 1
    ARRAY_STORE = 2
    AUTHENTICATION = 3
    CACHE = 4
    CACHE_LOADER = 5
    CACHE_NOT_EXISTS = 6
    CACHE_WRITER = 7
    CALLER_NOT_MEMBER = 8
    CANCELLATION = 9
    CLASS_CAST = 10
    CLASS_NOT_FOUND = 11
    CONCURRENT_MODIFICATION = 12
    CONFIG_MISMATCH = 13
    DISTRIBUTED_OBJECT_DESTROYED = 14
    EOF = 15
    ENTRY_PROCESSOR = 16
    EXECUTION = 17
    HAZELCAST = 18
    HAZELCAST_INSTANCE_NOT_ACTIVE = 19
    HAZELCAST_OVERLOAD = 20
    HAZELCAST_SERIALIZATION = 21
    IO = 22
    ILLEGAL_ARGUMENT = 23
    ILLEGAL_ACCESS_EXCEPTION = 24
    ILLEGAL_ACCESS_ERROR = 25
    ILLEGAL_MONITOR_STATE = 26
    ILLEGAL_STATE = 27
    ILLEGAL_THREAD_STATE = 28
    INDEX_OUT_OF_BOUNDS = 29
    INTERRUPTED = 30
    INVALID_ADDRESS = 31
    INVALID_CONFIGURATION = 32
    MEMBER_LEFT = 33
    NEGATIVE_ARRAY_SIZE = 34
    NO_SUCH_ELEMENT = 35
    NOT_SERIALIZABLE = 36
    NULL_POINTER = 37
    OPERATION_TIMEOUT = 38
    PARTITION_MIGRATING = 39
    QUERY = 40
    QUERY_RESULT_SIZE_EXCEEDED = 41
    SPLIT_BRAIN_PROTECTION = 42
    REACHED_MAX_SIZE = 43
    REJECTED_EXECUTION = 44
    RESPONSE_ALREADY_SENT = 45
    RETRYABLE_HAZELCAST = 46
    RETRYABLE_IO = 47
    RUNTIME = 48
    SECURITY = 49
    SOCKET = 50
    STALE_SEQUENCE = 51
    TARGET_DISCONNECTED = 52
    TARGET_NOT_MEMBER = 53
    TIMEOUT = 54
    TOPIC_OVERLOAD = 55
    TRANSACTION = 56
    TRANSACTION_NOT_ACTIVE = 57
    TRANSACTION_TIMED_OUT = 58
    URI_SYNTAX = 59
    UTF_DATA_FORMAT = 60
    UNSUPPORTED_OPERATION = 61
    WRONG_TARGET = 62
    XA = 63
    ACCESS_CONTROL = 64
    LOGIN = 65
    UNSUPPORTED_CALLBACK = 66
    NO_DATA_MEMBER = 67
    REPLICATED_MAP_CANT_BE_CREATED = 68
    MAX_MESSAGE_SIZE_EXCEEDED = 69
    WAN_REPLICATION_QUEUE_FULL = 70
    ASSERTION_ERROR = 71
    OUT_OF_MEMORY_ERROR = 72
    STACK_OVERFLOW_ERROR = 73
    NATIVE_OUT_OF_MEMORY_ERROR = 74
    SERVICE_NOT_FOUND = 75
    STALE_TASK_ID = 76
    DUPLICATE_TASK = 77
    STALE_TASK = 78
    LOCAL_MEMBER_RESET = 79
    INDETERMINATE_OPERATION_STATE = 80
    FLAKE_ID_NODE_ID_OUT_OF_RANGE = 81
    TARGET_NOT_REPLICA = 82
    MUTATION_DISALLOWED = 83
    CONSISTENCY_LOST = 84
    SESSION_EXPIRED = 85
    WAIT_KEY_CANCELLED = 86
    LOCK_ACQUIRE_LIMIT_REACHED = 87
    LOCK_OWNERSHIP_LOST = 88
    CP_GROUP_DESTROYED = 89
    CANNOT_REPLICATE = 90
    LEADER_DEMOTED = 91
    STALE_APPEND_REQUEST = 92
    NOT_LEADER = 93
    VERSION_MISMATCH = 94
    NO_SUCH_METHOD_ERROR = 95
    NO_SUCH_METHOD = 96
    NO_SUCH_FIELD_ERROR = 97
    NO_SUCH_FIELD = 98
    NO_CLASS_DEF_FOUND_ERROR = 99
    CP_LEADER_STEPPING_DOWN = 100


class SqlErrorCode(IntEnum):
    """The kind of an error of an SQL statement."""

    GENERIC = -1
    CONNECTION_PROBLEM = 1001
    CANCELLED_BY_USER = 1003
    TIMEOUT = 1004
    PARTITION_DISTRIBUTION = 1005
    MAP_LOADING_IN_PROGRESS = 1007
    PARSING = 1008
    INDEX_INVALID = 1009
    OBJECT_NOT_FOUND = 1010
    DATA_EXCEPTION = 2000


RETRYABLE_CODES = frozenset(
    {
        ErrorCode.CALLER_NOT_MEMBER,
        ErrorCode.HAZELCAST_INSTANCE_NOT_ACTIVE,
        ErrorCode.MEMBER_LEFT,
        ErrorCode.PARTITION_MIGRATING,
        ErrorCode.RETRYABLE_HAZELCAST,
        ErrorCode.RETRYABLE_IO,
        ErrorCode.SOCKET,
        ErrorCode.TARGET_NOT_MEMBER,
        ErrorCode.WRONG_TARGET,
        ErrorCode.TARGET_NOT_REPLICA,
        ErrorCode.CANNOT_REPLICATE,
    }
)
"""Codes after which asking again may help, for every operation.

Not each of them means that the operation was not done: `outcome_of` decides that.
"""

# A member runs one step on one partition, and says these before the step has an effect. They are
# exceptions that members throw while they check the request: who runs the partition, whether the
# caller may, whether there is room, whether the session, the transaction or the lock is alive.
# Left out on purpose, although they read like refusals:
# - HAZELCAST_INSTANCE_NOT_ACTIVE also ends what is pending when a member shuts down;
# - MEMBER_LEFT, STALE_APPEND_REQUEST, INDETERMINATE_OPERATION_STATE are declared indeterminate by
#   the server itself, and RETRYABLE_IO and OPERATION_TIMEOUT say nothing about the effect;
# - ILLEGAL_ARGUMENT, CLASS_CAST, NULL_POINTER and HAZELCAST_SERIALIZATION may come from an index,
#   a map store or an interceptor after the entry was written.
_REJECTED = frozenset(
    {
        ErrorCode.AUTHENTICATION,
        ErrorCode.CACHE_NOT_EXISTS,
        ErrorCode.CALLER_NOT_MEMBER,
        ErrorCode.HAZELCAST_OVERLOAD,
        ErrorCode.ILLEGAL_MONITOR_STATE,
        ErrorCode.INVALID_CONFIGURATION,
        ErrorCode.PARTITION_MIGRATING,
        ErrorCode.QUERY_RESULT_SIZE_EXCEEDED,
        ErrorCode.SPLIT_BRAIN_PROTECTION,
        ErrorCode.REACHED_MAX_SIZE,
        ErrorCode.REJECTED_EXECUTION,
        ErrorCode.RETRYABLE_HAZELCAST,
        ErrorCode.SECURITY,
        ErrorCode.STALE_SEQUENCE,
        ErrorCode.TARGET_NOT_MEMBER,
        ErrorCode.TOPIC_OVERLOAD,
        ErrorCode.TRANSACTION_NOT_ACTIVE,
        ErrorCode.UNSUPPORTED_OPERATION,
        ErrorCode.WRONG_TARGET,
        ErrorCode.ACCESS_CONTROL,
        ErrorCode.LOGIN,
        ErrorCode.UNSUPPORTED_CALLBACK,
        ErrorCode.NO_DATA_MEMBER,
        ErrorCode.REPLICATED_MAP_CANT_BE_CREATED,
        ErrorCode.MAX_MESSAGE_SIZE_EXCEEDED,
        ErrorCode.WAN_REPLICATION_QUEUE_FULL,
        ErrorCode.SERVICE_NOT_FOUND,
        ErrorCode.DUPLICATE_TASK,
        ErrorCode.FLAKE_ID_NODE_ID_OUT_OF_RANGE,
        ErrorCode.TARGET_NOT_REPLICA,
        ErrorCode.MUTATION_DISALLOWED,
        ErrorCode.CONSISTENCY_LOST,
        ErrorCode.SESSION_EXPIRED,
        ErrorCode.WAIT_KEY_CANCELLED,
        ErrorCode.LOCK_ACQUIRE_LIMIT_REACHED,
        ErrorCode.LOCK_OWNERSHIP_LOST,
        ErrorCode.CANNOT_REPLICATE,
        # A truncated log entry is never committed; the server may repeat it without asking.
        ErrorCode.LEADER_DEMOTED,
        ErrorCode.NOT_LEADER,
    }
)

# Said at the door, before a member hands the request to any partition or to users' code.
_REJECTED_AT_THE_DOOR = frozenset(
    {
        ErrorCode.AUTHENTICATION,
        ErrorCode.ACCESS_CONTROL,
        ErrorCode.LOGIN,
        ErrorCode.UNSUPPORTED_CALLBACK,
        ErrorCode.MAX_MESSAGE_SIZE_EXCEEDED,
    }
)

_SQL_REJECTED = frozenset({SqlErrorCode.PARSING, SqlErrorCode.OBJECT_NOT_FOUND})


def outcome_of(code: int, *, atomic: bool = True) -> Outcome:
    """Tell what an error code says about the effect of the operation.

    Args:
        code: as the member sent it; codes without a name are fine.
        atomic: whether the operation is one step on one partition that runs no code of users.
            `False` for one that fans out inside the member (``clear``, ``remove_all``) or runs
            users' code (``execute_on_key``, ``alter``): one part may be done although another
            part answered with a refusal, and users' code may raise any exception of the server.

    Returns:
        REJECTED when the code means "not done", else UNKNOWN.
    """
    refusals = _REJECTED if atomic else _REJECTED_AT_THE_DOOR
    return Outcome.REJECTED if code in refusals else Outcome.UNKNOWN


def sql_outcome_of(code: int) -> Outcome:
    """Tell what the error code of an SQL statement says about its effect.

    Args:
        code: as the member sent it.

    Returns:
        REJECTED when the statement was not started, else UNKNOWN.
    """
    return Outcome.REJECTED if code in _SQL_REJECTED else Outcome.UNKNOWN
