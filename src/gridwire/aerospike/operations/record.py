# SPDX-License-Identifier: Apache-2.0
"""Commands on one record: a call becomes a request that knows everything about its caller."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from gridwire.aerospike._options.policies import Policies
from gridwire.aerospike._options.rules import Beginning, CommandRules, WriteRules
from gridwire.aerospike.operations.answers import Answers
from gridwire.aerospike.operations.request import RecordRequest
from gridwire.aerospike.protocol import flags
from gridwire.aerospike.protocol.digest import DIGEST_BYTES, key_particle, partition_of
from gridwire.aerospike.protocol.keys import read_key
from gridwire.aerospike.protocol.message import (
    DIGEST_HEAD,
    MAX_MESSAGE_BYTES,
    encode_message,
    field,
    operation,
    place,
    set_operation_count,
    set_size,
    too_large,
)
from gridwire.aerospike.protocol.operations import (
    Operations,
    bin_names_of,
    encode_bins,
    encode_operations,
)
from gridwire.aerospike.protocol.particles import NULL
from gridwire.aerospike.types import AerospikeKey, ExistsResult, OperateOrderedResult, Record

__all__ = ["RecordRequests"]

_Policy = Mapping[str, Any] | None

_READ_ALL = flags.INFO1_READ | flags.INFO1_GET_ALL
_READ_HEAD = flags.INFO1_READ | flags.INFO1_NO_BIN_DATA

MAX_BEGINNINGS = 1024
"""Beginnings of messages that one set of rules remembers, by namespace and set."""

_MAX_U32 = 0xFFFFFFFF


class RecordRequests:
    """Builds the requests of one client.

    Args:
        policies: of the client.
        now: gives Unix time in seconds, for the life that a record still has.
    """

    def __init__(self, policies: Policies, now: Callable[[], float]) -> None:
        self._policies = policies
        self._answers = Answers(now)
        self._record = self._answers.record

    # -- reading ------------------------------------------------------------------------------

    def get(self, key: Any, policy: _Policy = None) -> RecordRequest[Record]:
        """All bins of a record."""
        policies = self._policies
        rules = policies.read(policy) if policy else policies.read_default
        found = read_key(key)
        payload = self._message(rules, rules.info1 | _READ_ALL, 0, 0, found)
        digest = found[3]
        partition = (digest[0] | digest[1] << 8) & 4095
        decode = partial(self._record, found)
        return RecordRequest("get", payload, decode, found[0], partition, False, rules, found)

    def exists(self, key: Any, policy: _Policy = None) -> RecordRequest[ExistsResult]:
        """Whether a record is there."""
        rules = self._policies.read(policy)
        found = read_key(key)
        payload = self._message(rules, rules.info1 | _READ_HEAD, 0, 0, found)
        return self._read("exists", payload, self._answers.existence, found, rules)

    def select(
        self, key: Any, bins: Iterable[str], policy: _Policy = None
    ) -> RecordRequest[Record]:
        """Some bins of a record."""
        rules = self._policies.read(policy)
        found = read_key(key)
        names = [operation(flags.OP_READ, NULL, name) for name in bin_names_of("bins", bins)]
        payload = self._message(
            rules, rules.info1 | flags.INFO1_READ, 0, 0, found, len(names), b"".join(names)
        )
        return self._read("select", payload, self._record, found, rules)

    # -- writing ------------------------------------------------------------------------------

    def put(
        self, key: Any, bins: Mapping[str, Any], meta: _Policy = None, policy: _Policy = None
    ) -> RecordRequest[None]:
        """Store bins."""
        rules = self._policies.write(meta, policy)
        found = read_key(key)
        count, data = encode_bins(bins)
        info2 = rules.info2 | flags.INFO2_WRITE
        payload = self._message(rules, 0, info2, rules.info3, found, count, data)
        digest = found[3]
        partition = (digest[0] | digest[1] << 8) & 4095
        return RecordRequest(
            "put", payload, self._answers.done, found[0], partition, True, rules, found
        )

    def remove(self, key: Any, meta: _Policy = None, policy: _Policy = None) -> RecordRequest[None]:
        """Remove a record."""
        rules = self._policies.write(meta, policy)
        found = read_key(key)
        info2 = rules.info2 | flags.INFO2_WRITE | flags.INFO2_DELETE
        payload = self._message(rules, 0, info2, rules.info3, found)
        return self._written("remove", payload, self._answers.done, found, rules)

    def remove_bin(
        self,
        key: Any,
        bin_names: Iterable[str],
        meta: _Policy = None,
        policy: _Policy = None,
    ) -> RecordRequest[None]:
        """Remove bins."""
        rules = self._policies.write(meta, policy)
        found = read_key(key)
        names = bin_names_of("bin_names", bin_names)
        ops = [operation(flags.OP_WRITE, NULL, name) for name in names]
        return self._write("remove_bin", rules, found, len(ops), b"".join(ops))

    def touch(
        self, key: Any, val: int = 0, meta: _Policy = None, policy: _Policy = None
    ) -> RecordRequest[None]:
        """Begin a record's life anew."""
        if isinstance(val, bool) or not isinstance(val, int):
            raise TypeError(f"val must be an int, not {type(val).__name__}")
        if not 0 <= val <= _MAX_U32:
            raise OverflowError(f"val is 0 to {_MAX_U32} seconds, not {val}")
        if val:
            policy = {**(policy or {}), "ttl": val}
        rules = self._policies.write(meta, policy)
        return self._write("touch", rules, read_key(key), 1, operation(flags.OP_TOUCH, NULL, b""))

    def modify(
        self,
        name: str,
        given: Mapping[str, Any],
        key: Any,
        meta: _Policy = None,
        policy: _Policy = None,
    ) -> RecordRequest[None]:
        """One writing operation whose result nobody wants: append, prepend, increment.

        Args:
            name: of the call.
            given: the operation as `operate` takes it.
            key: of the record.
            meta: of the call.
            policy: of the call.
        """
        encoded = encode_operations((given,))
        rules = self._policies.write(meta, policy)
        return self._write(name, rules, read_key(key), encoded.size, encoded.data)

    def operate(
        self, key: Any, ops: Iterable[Any], meta: _Policy = None, policy: _Policy = None
    ) -> RecordRequest[Record]:
        """Several operations on one record."""
        return self._operate("operate", self._answers.results, key, ops, meta, policy)

    def operate_ordered(
        self, key: Any, ops: Iterable[Any], meta: _Policy = None, policy: _Policy = None
    ) -> RecordRequest[OperateOrderedResult]:
        """The same; every result in its place."""
        return self._operate(
            "operate_ordered", self._answers.ordered_results, key, ops, meta, policy
        )

    # -- pieces -------------------------------------------------------------------------------

    def _operate(
        self,
        name: str,
        decode: Callable[[bool, AerospikeKey, bytes], Any],
        key: Any,
        ops: Iterable[Any],
        meta: _Policy,
        policy: _Policy,
    ) -> RecordRequest[Any]:
        encoded = encode_operations(ops)
        found = read_key(key)
        rules = self._policies.write(meta, policy)
        info1, info2, info3 = bits_of(encoded, rules)
        payload = self._message(rules, info1, info2, info3, found, encoded.size, encoded.data)
        whole = partial(decode, encoded.writes, found)
        partition = partition_of(found.digest)
        return RecordRequest(
            name, payload, whole, found.namespace, partition, encoded.writes, rules, found
        )

    def _message(
        self,
        rules: CommandRules,
        info1: int,
        info2: int,
        info3: int,
        key: AerospikeKey,
        count: int = 0,
        operations: bytes = b"",
    ) -> bytearray:
        """A whole message; up to the digest all but two numbers are the same for a whole set."""
        namespace, set_name, user_key, digest = key
        sends_key = rules.key_send and user_key is not None
        what = (info1, info2, info3, sends_key, namespace, set_name)
        beginning = rules.beginnings.get(what)
        if beginning is None:
            beginning = self._beginning(rules, what)
        message = bytearray(beginning)
        message += digest
        if sends_key:
            message += field(flags.FIELD_KEY, key_particle(user_key))  # type: ignore[arg-type]
        if count:
            message += operations
            set_operation_count(message, count)
        if sends_key or count:
            if len(message) > MAX_MESSAGE_BYTES:
                raise too_large(len(message))
            set_size(message)
        return message

    def _beginning(self, rules: CommandRules, what: Beginning) -> bytes:
        info1, info2, info3, sends_key, namespace, set_name = what
        count, fields = place(namespace, set_name)
        whole = encode_message(
            info1,
            info2,
            info3,
            rules.generation,
            rules.ttl,
            rules.timeout_ms,
            count + 1 + sends_key,
            fields + DIGEST_HEAD + bytes(DIGEST_BYTES),
        )
        beginning = bytes(whole[:-DIGEST_BYTES])
        if len(rules.beginnings) >= MAX_BEGINNINGS:
            rules.beginnings.clear()
        rules.beginnings[what] = beginning
        return beginning

    def _read(
        self,
        name: str,
        payload: bytearray,
        decode: Callable[[AerospikeKey, bytes], Any],
        key: AerospikeKey,
        rules: CommandRules,
    ) -> RecordRequest[Any]:
        partition = partition_of(key.digest)
        whole = partial(decode, key)
        return RecordRequest(name, payload, whole, key.namespace, partition, False, rules, key)

    def _write(
        self, name: str, rules: WriteRules, key: AerospikeKey, count: int, operations: bytes
    ) -> RecordRequest[None]:
        info2 = rules.info2 | flags.INFO2_WRITE
        payload = self._message(rules, 0, info2, rules.info3, key, count, operations)
        return self._written(name, payload, self._answers.done, key, rules)

    def _written(
        self,
        name: str,
        payload: bytearray,
        decode: Callable[[bytes], Any],
        key: AerospikeKey,
        rules: CommandRules,
    ) -> RecordRequest[Any]:
        partition = partition_of(key.digest)
        return RecordRequest(name, payload, decode, key.namespace, partition, True, rules, key)


def bits_of(encoded: Operations, rules: CommandRules) -> tuple[int, int, int]:
    """The bits of a message with these operations.

    Args:
        encoded: the operations.
        rules: of the call; what they say about writing counts only when something is written.
    """
    info1 = encoded.info1 | (rules.info1 if encoded.reads else 0)
    if not encoded.writes:
        return info1, encoded.info2, 0
    return info1, encoded.info2 | rules.info2, rules.info3
