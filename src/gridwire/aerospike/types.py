# SPDX-License-Identifier: Apache-2.0
"""What calls return, and the dictionaries that they take."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias, TypedDict

__all__ = [
    "AerospikeKey",
    "AerospikeRecord",
    "BatchDeleteMeta",
    "BatchDeletePolicy",
    "BatchPolicy",
    "BatchReadPolicy",
    "BatchRecord",
    "BatchRecords",
    "BatchRetryInfo",
    "BatchWriteResult",
    "BinTuple",
    "Bins",
    "ClientConfig",
    "ExistsResult",
    "InfoNodeResult",
    "InfoPolicy",
    "NodeState",
    "OperateOrderedResult",
    "Operation",
    "Policies",
    "ReadPolicy",
    "Record",
    "RecordMetadata",
    "TlsConfig",
    "UserKey",
    "WriteMeta",
    "WritePolicy",
]

Bins: TypeAlias = dict[str, Any]
"""The bins of a record: name to value."""

UserKey: TypeAlias = str | int
"""The part of a key that a user chooses."""

AerospikeRecord: TypeAlias = dict[str, Any]
"""The bins of a record, as `batch_read` gives them."""

BatchRecords: TypeAlias = dict[UserKey, AerospikeRecord]
"""What `batch_read` found: user key to bins."""

Operation: TypeAlias = dict[str, Any]
"""One operation of `operate`: ``op``, ``bin``, ``val``."""


class AerospikeKey(NamedTuple):
    """A record's key.

    Attributes:
        namespace: that it is in.
        set_name: the set that it is in, empty for none.
        user_key: None when only the digest is known.
        digest: 20 bytes, by which the server knows the record.
    """

    namespace: str
    set_name: str
    user_key: str | int | bytes | None
    digest: bytes


class RecordMetadata(NamedTuple):
    """What a server knows about a record.

    Attributes:
        gen: the generation: how often it was written.
        ttl: seconds to live; 4294967295 when it does not expire.
    """

    gen: int
    ttl: int


class Record(NamedTuple):
    """A record that was read.

    Attributes:
        key: of the record.
        meta: its generation and lifetime.
        bins: name to value.
    """

    key: AerospikeKey | None
    meta: RecordMetadata | None
    bins: Bins | None


class ExistsResult(NamedTuple):
    """Whether a record is there.

    Attributes:
        key: of the record.
        meta: its generation and lifetime; None when it is not there.
    """

    key: AerospikeKey | None
    meta: RecordMetadata | None


class InfoNodeResult(NamedTuple):
    """What one node answered.

    Attributes:
        node_name: its id.
        error_code: 0 unless the text says otherwise.
        response: the text.
    """

    node_name: str
    error_code: int
    response: str


class NodeState(NamedTuple):
    """How a node is doing.

    Attributes:
        node_name: its id.
        address: where it is.
        is_left_alone: whether it failed so often that commands do not go there for now; see
            `max_error_rate` in the configuration.
        errors: its failures in this window.
        trips: how often it was left alone.
    """

    node_name: str
    address: str
    is_left_alone: bool
    errors: int
    trips: int


class BinTuple(NamedTuple):
    """One result of an operation.

    Attributes:
        name: of the bin.
        value: what the operation gave.
    """

    name: str
    value: Any


class OperateOrderedResult(NamedTuple):
    """The results of operations in the order in which they were given.

    Attributes:
        key: of the record.
        meta: its generation and lifetime afterwards.
        ordered_bins: one for each operation that gives something.
    """

    key: AerospikeKey | None
    meta: RecordMetadata | None
    ordered_bins: list[BinTuple]


class BatchRecord(NamedTuple):
    """What became of one record of a batch.

    Attributes:
        key: of the record.
        result: 0, or the code that says why not.
        record: what was read, or None.
        in_doubt: whether a write may have been done although `result` is not 0.
    """

    key: AerospikeKey | None
    result: int
    record: Record | None
    in_doubt: bool = False


class BatchRetryInfo(NamedTuple):
    """How often `batch_write` sent, how often it was allowed to, and what was left.

    Attributes:
        attempts: how many rounds were made, the first included.
        max_attempts: how many were asked for: one more than `retry`.
        truncated_by_timeout: `total_timeout` ended the rounds.
        unresolved: records that still had a code worth another round.
    """

    attempts: int = 1
    max_attempts: int = 1
    truncated_by_timeout: bool = False
    unresolved: int = 0


class BatchWriteResult(NamedTuple):
    """What became of the records of a batch.

    Attributes:
        batch_records: one for each record, in the order of the call.
        retry: how often it was sent.
    """

    batch_records: list[BatchRecord]
    retry: BatchRetryInfo = BatchRetryInfo()


class _CommandPolicy(TypedDict, total=False):
    """What all commands have. Times are milliseconds."""

    socket_timeout: int
    total_timeout: int
    max_retries: int
    sleep_between_retries: int
    timeout_delay: int


class ReadPolicy(_CommandPolicy, total=False):
    """How to read one record."""

    replica: int
    read_mode_ap: int
    read_touch_ttl_percent: int
    key: int


class WritePolicy(_CommandPolicy, total=False):
    """How to write one record."""

    durable_delete: bool
    key: int
    exists: int
    gen: int
    commit_level: int
    ttl: int
    replica: int
    read_mode_ap: int
    read_touch_ttl_percent: int


class BatchPolicy(_CommandPolicy, total=False):
    """How to run a batch; the writing part is the default of its records."""

    allow_inline: bool
    allow_inline_ssd: bool
    respond_all_keys: bool
    concurrency: int
    replica: int
    read_mode_ap: int
    read_touch_ttl_percent: int
    key: int
    exists: int
    gen: int
    commit_level: int
    durable_delete: bool
    ttl: int


class BatchReadPolicy(TypedDict, total=False):
    """How to read one record of a batch."""

    read_touch_ttl_percent: int


class BatchDeletePolicy(TypedDict, total=False):
    """How to remove one record of a batch."""

    gen: int
    key: int
    commit_level: int
    durable_delete: bool


class BatchDeleteMeta(TypedDict, total=False):
    """What `batch_remove` does with one record.

    Attributes:
        gen: the generation that is expected.
        key: as in `BatchDeletePolicy`.
        commit_level: as in `BatchDeletePolicy`.
        durable_delete: as in `BatchDeletePolicy`.
    """

    gen: int
    key: int
    commit_level: int
    durable_delete: bool


class WriteMeta(TypedDict, total=False):
    """What a write says about its record; `gen` is the generation that is expected."""

    gen: int
    ttl: int
    key: int
    exists: int
    commit_level: int
    durable_delete: bool


class InfoPolicy(TypedDict, total=False):
    """How to ask for info: `timeout` in milliseconds, 0 for no limit."""

    timeout: int


class Policies(TypedDict, total=False):
    """Defaults for all calls of a client, by kind.

    Attributes:
        read: of one record.
        write: of one record.
        batch: of many records.
        info: questions about nodes.
    """

    read: ReadPolicy
    write: WritePolicy
    batch: BatchPolicy
    info: InfoPolicy


class TlsConfig(TypedDict, total=False):
    """How to speak TLS; names of files in PEM format."""

    cafile: str
    certfile: str
    keyfile: str
    keyfile_password: str
    name: str
    check_hostname: bool
    protocol: str
    ciphers: str
    enable: bool


class ClientConfig(TypedDict, total=False):
    """The configuration of a client; see the reference page of the options."""

    hosts: list[Any]
    cluster_name: str
    auth_mode: int
    user: str
    password: str
    timeout: int
    idle_timeout: float
    max_conns_per_node: int
    min_conns_per_node: int
    conn_pools_per_node: int
    pipeline_depth: int
    tend_interval: int
    use_services_alternate: bool
    max_concurrent_operations: int
    operation_queue_timeout_ms: int
    tls: Any
    rack_id: int
    rack_ids: list[int]
    policies: Policies
    application_id: str
    max_error_rate: int
    error_rate_window: int
    telemetry: Any
