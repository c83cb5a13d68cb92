# SPDX-License-Identifier: Apache-2.0
"""Numbers that users write into policies, operations and configurations."""

from __future__ import annotations

__all__ = [
    "AEROSPIKE_ERR_ALWAYS_FORBIDDEN",
    "AEROSPIKE_ERR_BATCH_DISABLED",
    "AEROSPIKE_ERR_BIN_EXISTS",
    "AEROSPIKE_ERR_BIN_NAME",
    "AEROSPIKE_ERR_BIN_NOT_FOUND",
    "AEROSPIKE_ERR_BIN_TYPE",
    "AEROSPIKE_ERR_CLIENT",
    "AEROSPIKE_ERR_CLUSTER",
    "AEROSPIKE_ERR_CLUSTER_KEY_MISMATCH",
    "AEROSPIKE_ERR_CONNECTION",
    "AEROSPIKE_ERR_DEVICE_OVERLOAD",
    "AEROSPIKE_ERR_ELEMENT_EXISTS",
    "AEROSPIKE_ERR_ELEMENT_NOT_FOUND",
    "AEROSPIKE_ERR_ENTERPRISE_ONLY",
    "AEROSPIKE_ERR_FAIL_FORBIDDEN",
    "AEROSPIKE_ERR_FILTERED_OUT",
    "AEROSPIKE_ERR_INDEX_FOUND",
    "AEROSPIKE_ERR_INDEX_NOT_FOUND",
    "AEROSPIKE_ERR_INVALID_HOST",
    "AEROSPIKE_ERR_INVALID_NAMESPACE",
    "AEROSPIKE_ERR_INVALID_USER",
    "AEROSPIKE_ERR_KEY_BUSY",
    "AEROSPIKE_ERR_KEY_MISMATCH",
    "AEROSPIKE_ERR_LOST_CONFLICT",
    "AEROSPIKE_ERR_NOT_AUTHENTICATED",
    "AEROSPIKE_ERR_NO_MORE_CONNECTIONS",
    "AEROSPIKE_ERR_OP_NOT_APPLICABLE",
    "AEROSPIKE_ERR_PARAM",
    "AEROSPIKE_ERR_PARTITION_UNAVAILABLE",
    "AEROSPIKE_ERR_QUERY_ABORTED",
    "AEROSPIKE_ERR_RECORD_EXISTS",
    "AEROSPIKE_ERR_RECORD_GENERATION",
    "AEROSPIKE_ERR_RECORD_NOT_FOUND",
    "AEROSPIKE_ERR_RECORD_TOO_BIG",
    "AEROSPIKE_ERR_ROLE_VIOLATION",
    "AEROSPIKE_ERR_SCAN_ABORT",
    "AEROSPIKE_ERR_SERVER",
    "AEROSPIKE_ERR_SERVER_MEM",
    "AEROSPIKE_ERR_TIMEOUT",
    "AEROSPIKE_ERR_UDF",
    "AEROSPIKE_ERR_UNSUPPORTED_FEATURE",
    "AEROSPIKE_OK",
    "AEROSPIKE_QUERY_END",
    "AEROSPIKE_SECURITY_NOT_ENABLED",
    "AEROSPIKE_SECURITY_NOT_SUPPORTED",
    "AUTH_EXTERNAL",
    "AUTH_INTERNAL",
    "AUTH_PKI",
    "BATCH_CONCURRENCY_PARALLEL",
    "BATCH_CONCURRENCY_SEQUENTIAL",
    "LOG_LEVEL_DEBUG",
    "LOG_LEVEL_ERROR",
    "LOG_LEVEL_INFO",
    "LOG_LEVEL_OFF",
    "LOG_LEVEL_TRACE",
    "LOG_LEVEL_WARN",
    "OPERATOR_APPEND",
    "OPERATOR_DELETE",
    "OPERATOR_INCR",
    "OPERATOR_PREPEND",
    "OPERATOR_READ",
    "OPERATOR_TOUCH",
    "OPERATOR_WRITE",
    "POLICY_COMMIT_LEVEL_ALL",
    "POLICY_COMMIT_LEVEL_MASTER",
    "POLICY_EXISTS_CREATE_ONLY",
    "POLICY_EXISTS_IGNORE",
    "POLICY_EXISTS_REPLACE",
    "POLICY_EXISTS_REPLACE_ONLY",
    "POLICY_EXISTS_UPDATE",
    "POLICY_EXISTS_UPDATE_ONLY",
    "POLICY_GEN_EQ",
    "POLICY_GEN_GT",
    "POLICY_GEN_IGNORE",
    "POLICY_KEY_DIGEST",
    "POLICY_KEY_SEND",
    "POLICY_READ_MODE_AP_ALL",
    "POLICY_READ_MODE_AP_ONE",
    "POLICY_REPLICA_MASTER",
    "POLICY_REPLICA_PREFER_RACK",
    "POLICY_REPLICA_SEQUENCE",
    "READ_TOUCH_TTL_PERCENT_DONT_RESET",
    "READ_TOUCH_TTL_PERCENT_SERVER_DEFAULT",
    "TTL_CLIENT_DEFAULT",
    "TTL_DONT_UPDATE",
    "TTL_NAMESPACE_DEFAULT",
    "TTL_NEVER_EXPIRE",
]

POLICY_COMMIT_LEVEL_ALL = 0
"""The answer to a write comes when all copies are written."""
POLICY_COMMIT_LEVEL_MASTER = 1
"""The answer to a write comes when the master has written it."""
POLICY_EXISTS_IGNORE = 0
"""A write makes the record, or changes bins of the one that is there."""
POLICY_EXISTS_UPDATE = 1
"""Another name of `POLICY_EXISTS_UPDATE_ONLY`."""
POLICY_EXISTS_UPDATE_ONLY = 1
"""A write changes bins of a record that must be there."""
POLICY_EXISTS_REPLACE = 2
"""A write makes the record, or replaces all bins of the one that is there."""
POLICY_EXISTS_REPLACE_ONLY = 3
"""A write replaces all bins of a record that must be there."""
POLICY_EXISTS_CREATE_ONLY = 4
"""A write makes a record that must not be there."""
POLICY_GEN_IGNORE = 0
"""A write does not ask for the generation."""
POLICY_GEN_EQ = 1
"""A write is done only if the record has the generation that is given."""
POLICY_GEN_GT = 2
"""A write is done only if the generation that is given is the greater one."""
POLICY_KEY_DIGEST = 0
"""The user's key is not sent, only its digest."""
POLICY_KEY_SEND = 1
"""The user's key is sent along, and a write stores it."""
POLICY_READ_MODE_AP_ONE = 0
"""A read asks one copy while partitions move."""
POLICY_READ_MODE_AP_ALL = 1
"""A read compares all copies while partitions move."""
POLICY_REPLICA_MASTER = 0
"""Commands go to the master of the partition."""
POLICY_REPLICA_SEQUENCE = 1
"""Commands go to the master, and at the next attempt to another copy."""
POLICY_REPLICA_PREFER_RACK = 2
"""Reads go to a copy in a preferred rack first."""

BATCH_CONCURRENCY_SEQUENTIAL = 0
"""A batch asks one node after the other."""
BATCH_CONCURRENCY_PARALLEL = 1
"""A batch asks all nodes at once."""

READ_TOUCH_TTL_PERCENT_SERVER_DEFAULT = 0
"""Whether a read prolongs a lifetime is for the server to say."""
READ_TOUCH_TTL_PERCENT_DONT_RESET = -1
"""A read never prolongs a lifetime."""

TTL_NAMESPACE_DEFAULT = 0
"""The lifetime that the namespace gives to records."""
TTL_NEVER_EXPIRE = -1
"""A record that does not expire."""
TTL_DONT_UPDATE = -2
"""A write leaves the lifetime as it is."""
TTL_CLIENT_DEFAULT = -3
"""The lifetime of the client's policy."""

AUTH_INTERNAL = 0
"""The server knows users and passwords."""
AUTH_EXTERNAL = 1
"""The server asks another service, such as LDAP, for users and passwords."""
AUTH_PKI = 2
"""The certificate of the client says who it is."""

OPERATOR_READ = 1
"""`operate`: read a bin."""
OPERATOR_WRITE = 2
"""`operate`: write a bin."""
OPERATOR_INCR = 5
"""`operate`: add to a number."""
OPERATOR_APPEND = 9
"""`operate`: add text or bytes at the end."""
OPERATOR_PREPEND = 10
"""`operate`: add text or bytes at the beginning."""
OPERATOR_TOUCH = 11
"""`operate`: begin the lifetime anew."""
OPERATOR_DELETE = 12
"""`operate`: remove the record."""

LOG_LEVEL_ERROR = 0
"""`set_log_level`: errors only."""
LOG_LEVEL_WARN = 1
"""`set_log_level`: warnings, too."""
LOG_LEVEL_INFO = 2
"""`set_log_level`: what happens to connections and nodes, too."""
LOG_LEVEL_DEBUG = 3
"""`set_log_level`: what helps in a search for a fault, too."""
LOG_LEVEL_TRACE = 4
"""`set_log_level`: everything."""
LOG_LEVEL_OFF = -1
"""`set_log_level`: nothing."""

AEROSPIKE_OK = 0
AEROSPIKE_ERR_SERVER = 1
AEROSPIKE_ERR_RECORD_NOT_FOUND = 2
AEROSPIKE_ERR_RECORD_GENERATION = 3
AEROSPIKE_ERR_PARAM = 4
AEROSPIKE_ERR_RECORD_EXISTS = 5
AEROSPIKE_ERR_BIN_EXISTS = 6
AEROSPIKE_ERR_CLUSTER_KEY_MISMATCH = 7
AEROSPIKE_ERR_SERVER_MEM = 8
AEROSPIKE_ERR_TIMEOUT = 9
AEROSPIKE_ERR_ALWAYS_FORBIDDEN = 10
AEROSPIKE_ERR_PARTITION_UNAVAILABLE = 11
AEROSPIKE_ERR_BIN_TYPE = 12
AEROSPIKE_ERR_RECORD_TOO_BIG = 13
AEROSPIKE_ERR_KEY_BUSY = 14
AEROSPIKE_ERR_SCAN_ABORT = 15
AEROSPIKE_ERR_UNSUPPORTED_FEATURE = 16
AEROSPIKE_ERR_BIN_NOT_FOUND = 17
AEROSPIKE_ERR_DEVICE_OVERLOAD = 18
AEROSPIKE_ERR_KEY_MISMATCH = 19
AEROSPIKE_ERR_INVALID_NAMESPACE = 20
AEROSPIKE_ERR_BIN_NAME = 21
AEROSPIKE_ERR_FAIL_FORBIDDEN = 22
AEROSPIKE_ERR_ELEMENT_NOT_FOUND = 23
AEROSPIKE_ERR_ELEMENT_EXISTS = 24
AEROSPIKE_ERR_ENTERPRISE_ONLY = 25
AEROSPIKE_ERR_OP_NOT_APPLICABLE = 26
AEROSPIKE_ERR_FILTERED_OUT = 27
AEROSPIKE_ERR_LOST_CONFLICT = 28
AEROSPIKE_QUERY_END = 50
AEROSPIKE_SECURITY_NOT_SUPPORTED = 51
AEROSPIKE_SECURITY_NOT_ENABLED = 52
AEROSPIKE_ERR_INVALID_USER = 60
AEROSPIKE_ERR_NOT_AUTHENTICATED = 80
AEROSPIKE_ERR_ROLE_VIOLATION = 81
AEROSPIKE_ERR_UDF = 100
AEROSPIKE_ERR_BATCH_DISABLED = 150
AEROSPIKE_ERR_INDEX_FOUND = 200
AEROSPIKE_ERR_INDEX_NOT_FOUND = 201
AEROSPIKE_ERR_QUERY_ABORTED = 210
AEROSPIKE_ERR_CLIENT = -1
AEROSPIKE_ERR_INVALID_HOST = -4
AEROSPIKE_ERR_NO_MORE_CONNECTIONS = -7
AEROSPIKE_ERR_CONNECTION = -10
AEROSPIKE_ERR_CLUSTER = -11
