# SPDX-License-Identifier: Apache-2.0
"""Policies as users write them become rules: checked once, ready to be put into a message.

A policy is a dictionary with times in milliseconds. Its rules have seconds, and the bits of the
message's head. A dictionary that was seen before costs one lookup; one that is changed afterwards
is another dictionary.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from gridwire.aerospike import constants as c
from gridwire.aerospike._options.making import (
    make_batch,
    make_info_timeout,
    make_read,
    make_write,
)
from gridwire.aerospike._options.rules import BatchRules, ReadRules, WriteRules
from gridwire.aerospike._options.settings import BATCH, INFO, META, READ, WRITE
from gridwire.aerospike.exception import InvalidArgError

__all__ = ["MAX_CACHED_POLICIES", "Policies"]

MAX_CACHED_POLICIES = 256
"""Different policies that one client remembers; programs have a handful, a loop that makes up ever
new ones must not fill the memory."""

_META_KEYS = frozenset(META)
_REMOVE_KEYS = frozenset({"gen", "key", "commit_level", "durable_delete"})
_INFO_KEYS = frozenset(INFO)
_KNOWN = {
    "read": frozenset(READ),
    "write": frozenset(WRITE),
    "batch": frozenset({**WRITE, **BATCH}),
    "info": _INFO_KEYS,
}


_MAKERS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Any]] = {
    "read": make_read,
    "write": make_write,
    "batch": make_batch,
}
_LATER = {"filter_expression": "filter expressions"}


class Policies:
    """The policies of one client: its defaults, and what was made of those of its calls.

    Args:
        defaults: a policy for each of ``read``, ``write``, ``batch`` and ``info``.
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
        self._info_default = make_info_timeout(defaults.get("info", {}))

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

    def info_timeout(self, policy: Mapping[str, Any] | None) -> float | None:
        """Seconds that an info command may take, 0 for no limit; None when nobody says."""
        if policy is None:
            return self._info_default
        if not isinstance(policy, Mapping):
            raise TypeError(f"a policy is a dict, not {type(policy).__name__}")
        self._check_names(policy, _INFO_KEYS)
        timeout = make_info_timeout(policy)
        return self._info_default if timeout is None else timeout

    def _row(
        self,
        meta: Mapping[str, Any] | None,
        policy: Mapping[str, Any] | None,
        names: frozenset[str],
    ) -> WriteRules:
        _check_kinds(policy, meta)
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
        _check_kinds(policy, meta)
        try:
            content = (kind, _content(policy), _content(meta))
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


def _check_kinds(policy: Any, meta: Any) -> None:
    for what, given in (("a policy", policy), ("meta", meta)):
        if given is not None and not isinstance(given, Mapping):
            raise TypeError(f"{what} is a dict, not {type(given).__name__}")


def _content(given: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    """What is in a dictionary, to be compared: True, 1 and 1.0 are equal, but not all allowed."""
    return (*given.items(), *map(type, given.values())) if given else None
