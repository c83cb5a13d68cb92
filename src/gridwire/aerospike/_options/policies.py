# SPDX-License-Identifier: Apache-2.0
"""Policies as users write them become rules: checked once, ready to be put into a message.

A policy is a dictionary with times in milliseconds. Its rules have seconds, and the bits of the
message's head. A dictionary that was seen before costs one lookup; one that is changed afterwards
is another dictionary.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
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
from gridwire.aerospike.exception import InvalidArgError
from gridwire.aerospike.protocol import batch as batch_flags
from gridwire.aerospike.protocol import flags

__all__ = [
    "BatchRules",
    "CommandRules",
    "Policies",
    "ReadRules",
    "WriteRules",
]

MAX_CACHED_POLICIES = 256
"""Different policies that one client remembers; programs have a handful, a loop that makes up ever
new ones must not fill the memory."""

_DEFAULT_SOCKET_TIMEOUT = 30.0
_DEFAULT_TOTAL_TIMEOUT = 1.0


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

    total_timeout: float = _DEFAULT_TOTAL_TIMEOUT
    socket_timeout: float = _DEFAULT_TOTAL_TIMEOUT
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
    beginnings: dict[tuple[int, str, str], bytes] = field(
        default_factory=dict, compare=False, repr=False
    )


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


def _command(policy: Mapping[str, Any], default_retries: int) -> dict[str, Any]:
    """What all policies have."""
    total = milliseconds(policy, "total_timeout", _DEFAULT_TOTAL_TIMEOUT)
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


def _make_read(policy: Mapping[str, Any], meta: Mapping[str, Any]) -> ReadRules:
    return ReadRules(
        **_command(policy, 2), info1=_read_bits(policy), ttl=read_touch_percent(policy)
    )


def _make_write(policy: Mapping[str, Any], meta: Mapping[str, Any]) -> WriteRules:
    common = {**_command(policy, 0), **_write_bits(policy, meta)}
    if common["replica"] == c.POLICY_REPLICA_PREFER_RACK:
        # Only the master writes: another rack's node would only pass it on.
        common["replica"] = c.POLICY_REPLICA_SEQUENCE
    return WriteRules(**common, info1=_read_bits(policy))


def _make_batch(policy: Mapping[str, Any], meta: Mapping[str, Any]) -> BatchRules:
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


_COMMAND_KEYS = frozenset(
    {
        "socket_timeout",
        "total_timeout",
        "max_retries",
        "sleep_between_retries",
        "timeout_delay",
        "replica",
        "read_mode_ap",
        "read_touch_ttl_percent",
        "key",
    }
)
_META_KEYS = frozenset({"gen", "ttl", "key", "exists", "commit_level", "durable_delete"})
_REMOVE_KEYS = frozenset({"gen", "key", "commit_level", "durable_delete"})
_BATCH_KEYS = frozenset({"allow_inline", "allow_inline_ssd", "respond_all_keys", "concurrency"})
_KNOWN = {
    "read": _COMMAND_KEYS,
    "write": _COMMAND_KEYS | _META_KEYS,
    "batch": _COMMAND_KEYS | _META_KEYS | _BATCH_KEYS,
}
_MAKERS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Any]] = {
    "read": _make_read,
    "write": _make_write,
    "batch": _make_batch,
}
_LATER = {"filter_expression": "filter expressions"}


class Policies:
    """The policies of one client: its defaults, and what was made of those of its calls.

    Args:
        defaults: a policy for each of ``read``, ``write`` and ``batch``.
        unknown: told of a key that no policy of this kind has, with the nearest that it has.
        has_racks: whether the client knows racks to prefer.

    Attributes:
        read_default: rules of a read without a policy.
        write_default: the same of a write.
        batch_default: the same of a batch.
    """

    def __init__(
        self,
        defaults: Mapping[str, Mapping[str, Any]],
        unknown: Callable[[str, str | None], None],
        *,
        has_racks: bool = True,
    ) -> None:
        self._defaults = defaults
        self._unknown = unknown
        self._has_racks = has_racks
        for kind, known in _KNOWN.items():
            self._check_names(defaults.get(kind, {}), known)
        self._cache: dict[Any, Any] = {}
        self.read_default: ReadRules = self._make("read", {}, {})
        self.write_default: WriteRules = self._make("write", {}, {})
        self.batch_default: BatchRules = self._make("batch", {}, {})

    def read(self, policy: Mapping[str, Any] | None) -> ReadRules:
        """The rules of a read."""
        rules: ReadRules = self._rules("read", policy, None) if policy else self.read_default
        return rules

    def write(self, meta: Mapping[str, Any] | None, policy: Mapping[str, Any] | None) -> WriteRules:
        """The rules of a write."""
        rules: WriteRules = self.write_default
        if meta or policy:
            rules = self._rules("write", policy, meta)
        return rules

    def batch(self, policy: Mapping[str, Any] | None) -> BatchRules:
        """The rules of a batch."""
        rules: BatchRules = self._rules("batch", policy, None) if policy else self.batch_default
        return rules

    def batch_write(
        self, meta: Mapping[str, Any] | None, policy: Mapping[str, Any] | None
    ) -> WriteRules:
        """The rules of one writing row of a batch: here `meta` comes over `policy`."""
        return self._row(meta, policy, _META_KEYS)

    def batch_of_writes(self, policy: Mapping[str, Any] | None) -> BatchRules:
        """The rules of a batch that writes: its rows go to the masters."""
        rules = self.batch(policy)
        if rules.replica != c.POLICY_REPLICA_PREFER_RACK:
            return rules
        return replace(rules, replica=c.POLICY_REPLICA_SEQUENCE)

    def batch_remove(
        self, meta: Mapping[str, Any] | None, policy: Mapping[str, Any] | None
    ) -> WriteRules:
        """The rules of one row of a batch that removes its record."""
        return self._row(meta, policy, _REMOVE_KEYS)

    def _row(
        self,
        meta: Mapping[str, Any] | None,
        policy: Mapping[str, Any] | None,
        names: frozenset[str],
    ) -> WriteRules:
        for given in (policy, meta):
            if given is not None and not isinstance(given, Mapping):
                raise TypeError(f"a policy is a dict, not {type(given).__name__}")
        whole = {**self._defaults.get("batch", {}), **(policy or {})}
        own = {name: value for name, value in whole.items() if name in names}
        how = own.pop("gen", None)
        merged = {**own, **(meta or {})}
        if how is not None and "gen" not in merged:
            return self.write(merged, {"gen": how})
        return self.write(merged, None)

    def _rules(
        self, kind: str, policy: Mapping[str, Any] | None, meta: Mapping[str, Any] | None
    ) -> Any:
        for given in (policy, meta):
            if given is not None and not isinstance(given, Mapping):
                raise TypeError(f"a policy is a dict, not {type(given).__name__}")
        try:
            content = (
                kind,
                frozenset(policy.items()) if policy else None,
                frozenset(meta.items()) if meta else None,
            )
            known = self._cache.get(content)
        except TypeError:
            # A value without a hash is a wrong one, which the checks name.
            return self._make(kind, policy or {}, meta or {})
        if known is None:
            known = self._make(kind, policy or {}, meta or {})
            if len(self._cache) >= MAX_CACHED_POLICIES:
                self._cache.clear()
            self._cache[content] = known
        return known

    def _make(self, kind: str, policy: Mapping[str, Any], meta: Mapping[str, Any]) -> Any:
        self._check_names(policy, _KNOWN[kind])
        self._check_names(meta, _META_KEYS)
        whole = {**self._defaults.get(kind, {}), **policy}
        rules = _MAKERS[kind](whole, meta)
        if whole.get("replica") == c.POLICY_REPLICA_PREFER_RACK and not self._has_racks:
            raise InvalidArgError(
                "POLICY_REPLICA_PREFER_RACK, but the configuration names no rack",
                hint="Give rack_id or rack_ids in the configuration.",
            )
        return rules

    def _check_names(self, given: Mapping[str, Any], known: frozenset[str]) -> None:
        for name in given:
            if name in known or (name in _LATER and given[name] is None):
                continue
            if name in _LATER:
                raise InvalidArgError(
                    f"{name} has no effect in this version of gridwire, which does not have "
                    f"{_LATER[name]} yet; it is refused rather than ignored",
                    hint=f"Leave {name} out.",
                )
            close = get_close_matches(str(name), known, n=1)
            self._unknown(str(name), close[0] if close else None)
