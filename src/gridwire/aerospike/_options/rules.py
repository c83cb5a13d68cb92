# SPDX-License-Identifier: Apache-2.0
"""What calls go by: policies that were checked, with times in seconds and the bits of messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from gridwire.aerospike import constants as c
from gridwire.aerospike.protocol import batch as batch_flags

__all__ = [
    "DEFAULT_TOTAL_TIMEOUT",
    "BatchRules",
    "Beginning",
    "CommandRules",
    "ReadRules",
    "WriteRules",
]

DEFAULT_TOTAL_TIMEOUT = 1.0
"""Seconds for all attempts together where nobody says."""

Beginning: TypeAlias = tuple[int, int, int, bool, str, str]
"""What a message begins with: three bytes of bits, whether the user's key goes along, namespace and
set; the rest of its beginning is the rules'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRules:
    """What all commands have.

    Attributes:
        total_timeout: seconds for all attempts together; 0 for no limit.
        socket_timeout: seconds that one attempt may take; never more than `total_timeout`.
        max_retries: attempts after the first.
        sleep_between_retries: seconds.
        timeout_delay: seconds that a late answer is waited for before its connection is closed.
        replica: `POLICY_REPLICA_*`.
        key_send: whether the user's key goes along.
        info1: bits about reading.
        info2: bits about writing.
        info3: more bits.
        generation: the one that a write expects.
        ttl: seconds for a write, percent for a read, as the message has it.
        timeout_ms: how long the server may take in the first attempt.
        beginnings: of messages that were made by these rules; who makes messages fills it.
    """

    total_timeout: float = DEFAULT_TOTAL_TIMEOUT
    socket_timeout: float = DEFAULT_TOTAL_TIMEOUT
    max_retries: int = 2
    sleep_between_retries: float = 0.0
    timeout_delay: float = 0.0
    replica: int = c.POLICY_REPLICA_SEQUENCE
    key_send: bool = False
    info1: int = 0
    info2: int = 0
    info3: int = 0
    generation: int = 0
    ttl: int = 0
    timeout_ms: int = 1000
    beginnings: dict[Beginning, bytes] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRules(CommandRules):
    """How to read one record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteRules(CommandRules):
    """How to write one record."""

    max_retries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRules(CommandRules):
    """How to run a batch.

    Attributes:
        flags: the batch's flags on the wire.
        parallel: whether all nodes are asked at once.
        repeats_writes: whether writes that may have been done are sent again: only for who says
            how often, since doing them twice may be worse than not knowing.
    """

    flags: int = batch_flags.ALLOW_INLINE | batch_flags.RESPOND_ALL_KEYS | batch_flags.REPORT_ERRORS
    parallel: bool = True
    repeats_writes: bool = False
