# SPDX-License-Identifier: Apache-2.0
"""Makes rules of one policy: each key is checked, and becomes what it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gridwire.aerospike import constants as c
from gridwire.aerospike._options.checks import (
    boolean,
    choice,
    generation,
    milliseconds,
    number,
    read_touch_percent,
    time_to_live,
)
from gridwire.aerospike._options.rules import (
    DEFAULT_TOTAL_TIMEOUT,
    BatchRules,
    ReadRules,
    WriteRules,
)
from gridwire.aerospike.exception import InvalidArgError
from gridwire.aerospike.protocol import batch as batch_flags
from gridwire.aerospike.protocol import flags

__all__ = ["make_batch", "make_info_timeout", "make_read", "make_write"]

_DEFAULT_SOCKET_TIMEOUT = 30.0


def _command(policy: Mapping[str, Any], default_retries: int) -> dict[str, Any]:
    """What all policies have."""
    total = milliseconds(policy, "total_timeout", DEFAULT_TOTAL_TIMEOUT)
    socket = milliseconds(policy, "socket_timeout", _DEFAULT_SOCKET_TIMEOUT)
    if total and (not socket or socket > total):
        socket = total
    server = min(socket, total) if socket and total else socket or total
    replica = choice(
        policy,
        "replica",
        (c.POLICY_REPLICA_MASTER, c.POLICY_REPLICA_SEQUENCE, c.POLICY_REPLICA_PREFER_RACK),
        c.POLICY_REPLICA_SEQUENCE,
    )
    return {
        "total_timeout": total,
        "socket_timeout": socket,
        "max_retries": number(policy, "max_retries", default_retries),
        "sleep_between_retries": milliseconds(policy, "sleep_between_retries", 0.0),
        "timeout_delay": milliseconds(policy, "timeout_delay", 0.0),
        "replica": replica,
        "key_send": choice(policy, "key", (0, 1), 0) == c.POLICY_KEY_SEND,
        "timeout_ms": round(server * 1000) if total else 0,
    }


def _read_bits(policy: Mapping[str, Any]) -> int:
    mode = choice(policy, "read_mode_ap", (0, 1), c.POLICY_READ_MODE_AP_ONE)
    return flags.INFO1_READ_MODE_AP_ALL if mode == c.POLICY_READ_MODE_AP_ALL else 0


_EXISTS_BITS = {
    c.POLICY_EXISTS_IGNORE: (0, 0),
    c.POLICY_EXISTS_UPDATE_ONLY: (0, flags.INFO3_UPDATE_ONLY),
    c.POLICY_EXISTS_REPLACE: (0, flags.INFO3_CREATE_OR_REPLACE),
    c.POLICY_EXISTS_REPLACE_ONLY: (0, flags.INFO3_REPLACE_ONLY),
    c.POLICY_EXISTS_CREATE_ONLY: (flags.INFO2_CREATE_ONLY, 0),
}


def _write_bits(policy: Mapping[str, Any], meta: Mapping[str, Any]) -> dict[str, Any]:
    """The bits of a write. What `policy` says comes after, and over, what `meta` says."""
    both = {**meta, **{name: value for name, value in policy.items() if name != "gen"}}
    exists = choice(both, "exists", tuple(_EXISTS_BITS), c.POLICY_EXISTS_IGNORE)
    info2, info3 = _EXISTS_BITS[exists]
    # In `meta`, gen is the generation that is expected; in `policy`, how to compare.
    expected = generation(meta)
    how = choice(policy, "gen", (0, 1, 2), c.POLICY_GEN_EQ if "gen" in meta else 0)
    if how == c.POLICY_GEN_EQ:
        info2 |= flags.INFO2_GENERATION
    elif how == c.POLICY_GEN_GT:
        info2 |= flags.INFO2_GENERATION_GT
    if choice(both, "commit_level", (0, 1), 0) == c.POLICY_COMMIT_LEVEL_MASTER:
        info3 |= flags.INFO3_COMMIT_MASTER
    if boolean(both, "durable_delete", False):
        info2 |= flags.INFO2_DURABLE_DELETE
    return {
        "info2": info2,
        "info3": info3,
        "generation": expected,
        "ttl": time_to_live(both),
        "key_send": choice(both, "key", (0, 1), 0) == c.POLICY_KEY_SEND,
    }


def make_read(policy: Mapping[str, Any], meta: Mapping[str, Any]) -> ReadRules:
    """The rules of a read; there is no `meta` for it."""
    return ReadRules(
        **_command(policy, 2), info1=_read_bits(policy), ttl=read_touch_percent(policy)
    )


def make_write(policy: Mapping[str, Any], meta: Mapping[str, Any]) -> WriteRules:
    """The rules of a write."""
    common = {**_command(policy, 0), **_write_bits(policy, meta)}
    if common["replica"] == c.POLICY_REPLICA_PREFER_RACK:
        # Only the master writes: another rack's node would only pass it on.
        common["replica"] = c.POLICY_REPLICA_SEQUENCE
    return WriteRules(**common, info1=_read_bits(policy))


def make_batch(policy: Mapping[str, Any], meta: Mapping[str, Any]) -> BatchRules:
    """The rules of a batch; its rows have rules of their own."""
    # What is meant for the records of a batch is checked even where they are only read.
    _write_bits(policy, meta)
    if milliseconds(policy, "timeout_delay", 0.0):
        raise InvalidArgError(
            "timeout_delay has no effect on a batch: its connections end with its time",
            hint="Leave timeout_delay out of batch policies.",
        )
    wire = batch_flags.REPORT_ERRORS
    if boolean(policy, "allow_inline", True):
        wire |= batch_flags.ALLOW_INLINE
    if boolean(policy, "allow_inline_ssd", False):
        wire |= batch_flags.ALLOW_INLINE_SSD
    if boolean(policy, "respond_all_keys", True):
        wire |= batch_flags.RESPOND_ALL_KEYS
    mode = policy.get("concurrency", c.BATCH_CONCURRENCY_PARALLEL)
    if mode not in (c.BATCH_CONCURRENCY_SEQUENTIAL, c.BATCH_CONCURRENCY_PARALLEL):
        raise ValueError(
            f"Invalid concurrency value: {mode!r}. Use BATCH_CONCURRENCY_SEQUENTIAL (0) or "
            "BATCH_CONCURRENCY_PARALLEL (1)"
        )
    return BatchRules(
        **_command(policy, 2),
        info1=_read_bits(policy),
        ttl=read_touch_percent(policy),
        flags=wire,
        parallel=mode == c.BATCH_CONCURRENCY_PARALLEL,
        repeats_writes=policy.get("max_retries") is not None,
    )


def make_info_timeout(policy: Mapping[str, Any]) -> float | None:
    """Seconds that an info command may take, None where the policy does not say."""
    return None if policy.get("timeout") is None else milliseconds(policy, "timeout", 0.0)
