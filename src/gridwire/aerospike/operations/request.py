# SPDX-License-Identifier: Apache-2.0
"""One command on one record, as data: everything about the caller is already in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from gridwire.aerospike._options.rules import CommandRules

__all__ = ["RecordRequest"]

T = TypeVar("T")


class RecordRequest(Generic[T]):
    """A command, what it needs to be routed and repeated, and what becomes of its answer.

    Args:
        operation: name for errors and metrics, ``"put"``.
        payload: the encoded message with its frame. An attempt with less time left than the first
            sends a copy with another server timeout.
        decode: turns the answer's whole frame into the value, or raises what its result code
            means; runs where the caller is.
        namespace: whose partition table is looked up.
        partition: 0 to 4095.
        is_write: whether repeating it may do it twice.
        rules: timeouts, retries and replicas, from the policy.
        key: what the caller named the record by, for errors.
    """

    __slots__ = (
        "decode",
        "is_write",
        "key",
        "namespace",
        "operation",
        "partition",
        "payload",
        "rules",
    )

    def __init__(
        self,
        operation: str,
        payload: bytearray,
        decode: Callable[[bytes], T],
        namespace: str,
        partition: int,
        is_write: bool,
        rules: CommandRules,
        key: Any,
    ) -> None:
        self.operation = operation
        self.payload = payload
        self.decode = decode
        self.namespace = namespace
        self.partition = partition
        self.is_write = is_write
        self.rules = rules
        self.key = key

    @property
    def timeout_delay(self) -> float:
        """Seconds that an answer may be late before its connection is closed."""
        return self.rules.timeout_delay

    def with_payload(self, payload: bytearray) -> RecordRequest[T]:
        """The same command for another attempt, whose message differs in its server timeout."""
        return RecordRequest(
            self.operation,
            payload,
            self.decode,
            self.namespace,
            self.partition,
            self.is_write,
            self.rules,
            self.key,
        )

    def __repr__(self) -> str:
        return f"<RecordRequest {self.operation} {self.namespace} partition={self.partition}>"
