# SPDX-License-Identifier: Apache-2.0
"""The official client in the words of the shared API; only shapes and numbers are translated.

Where the two APIs name the same thing differently, such as the classes of errors and the numbers of
the exists policies, this is the only place that knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aerospike_helpers import HyperLogLog
from aerospike_helpers.batch import records as rows
from aerospike_helpers.operations import operations

import aerospike
from gridwire.aerospike import constants as c
from support.aerospike_scenarios.drivers import Driver

__all__ = ["OfficialClient", "OfficialDriver"]

_Mapping = Mapping[str, Any] | None

_ERRORS = {
    -1: "ClientError",
    -2: "ParamError",
    2: "RecordNotFound",
    3: "RecordGenerationError",
    5: "RecordExistsError",
    6: "BinExistsError",
    9: "AerospikeTimeoutError",
    12: "BinTypeError",
    13: "RecordTooBig",
    15: "QueryAbortedError",
    17: "BinNotFound",
    21: "BinNameError",
    23: "RecordError",
    24: "RecordError",
    27: "FilteredOut",
    100: "UDFError",
    200: "IndexFoundError",
    201: "IndexNotFound",
    210: "QueryAbortedError",
    211: "QueryError",
    212: "AerospikeTimeoutError",
    213: "QueryError",
    **dict.fromkeys((*range(51, 57), *range(60, 67), *range(70, 76), *range(80, 84)), "AdminError"),
}
"""Which errors of the shared API its errors are, by their code; `ServerError` when not here."""

_CHOICES = {
    "exists": {
        c.POLICY_EXISTS_IGNORE: aerospike.POLICY_EXISTS_IGNORE,
        c.POLICY_EXISTS_UPDATE_ONLY: aerospike.POLICY_EXISTS_UPDATE,
        c.POLICY_EXISTS_REPLACE: aerospike.POLICY_EXISTS_CREATE_OR_REPLACE,
        c.POLICY_EXISTS_REPLACE_ONLY: aerospike.POLICY_EXISTS_REPLACE,
        c.POLICY_EXISTS_CREATE_ONLY: aerospike.POLICY_EXISTS_CREATE,
    },
    "replica": {
        c.POLICY_REPLICA_MASTER: aerospike.POLICY_REPLICA_MASTER,
        c.POLICY_REPLICA_SEQUENCE: aerospike.POLICY_REPLICA_SEQUENCE,
        c.POLICY_REPLICA_PREFER_RACK: aerospike.POLICY_REPLICA_PREFER_RACK,
    },
    "gen": {
        c.POLICY_GEN_IGNORE: aerospike.POLICY_GEN_IGNORE,
        c.POLICY_GEN_EQ: aerospike.POLICY_GEN_EQ,
        c.POLICY_GEN_GT: aerospike.POLICY_GEN_GT,
    },
    "ttl": {
        c.TTL_NEVER_EXPIRE: aerospike.TTL_NEVER_EXPIRE,
        c.TTL_DONT_UPDATE: aerospike.TTL_DONT_UPDATE,
        c.TTL_CLIENT_DEFAULT: aerospike.TTL_CLIENT_DEFAULT,
    },
}

_OPERATIONS = {
    c.OPERATOR_READ: lambda given: operations.read(given.get("bin")),
    c.OPERATOR_WRITE: lambda given: operations.write(given["bin"], given.get("val")),
    c.OPERATOR_INCR: lambda given: operations.increment(given["bin"], given["val"]),
    c.OPERATOR_APPEND: lambda given: operations.append(given["bin"], given["val"]),
    c.OPERATOR_PREPEND: lambda given: operations.prepend(given["bin"], given["val"]),
    c.OPERATOR_TOUCH: lambda given: operations.touch(),
    c.OPERATOR_DELETE: lambda given: operations.delete(),
}


class OfficialDriver(Driver):
    """The official C client."""

    def __init__(self) -> None:
        self.name = "official"
        self.is_ours = False

    def make(self, config: dict[str, Any]) -> OfficialClient:
        return OfficialClient(config)

    def describe(self, error: BaseException) -> str:
        if not isinstance(error, aerospike.exception.AerospikeError):
            return type(error).__name__
        return f"{_ERRORS.get(error.code, 'ServerError')} {error.code}"

    def is_in_doubt(self, error: BaseException) -> bool:
        return bool(getattr(error, "in_doubt", False))

    def special(self, kind: str, value: Any) -> Any:
        return aerospike.GeoJSON(value) if kind == "geo" else HyperLogLog(value)

    def close(self) -> None:
        """Its clients are all it needed."""


class OfficialClient:
    """A client, connected when `connect` says so."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = {name: value for name, value in config.items() if name != "timeout"}
        # It takes no less.
        self._config["tend_interval"] = max(250, config.get("tend_interval", 250))
        if "timeout" in config:
            self._config["connect_timeout"] = config["timeout"]
        self._connected: Any = None

    @property
    def _raw(self) -> Any:
        if self._connected is None:
            raise aerospike.exception.ClientError(-1, "it has never been connected")
        return self._connected

    def connect(self, username: str | None = None, password: str | None = None) -> None:
        """Connect; user and password stand in the configuration with this client."""
        config = dict(self._config)
        if username is not None:
            config |= {"user": username, "password": password}
        self._connected = aerospike.client(config).connect()

    def close(self) -> None:
        """Disconnect."""
        if self._connected is not None:
            self._connected.close()

    def is_connected(self) -> bool:
        """Whether it is connected."""
        return self._connected is not None and bool(self._connected.is_connected())

    # -- one record ---------------------------------------------------------------------------

    def put(self, key: Any, bins: Any, meta: _Mapping = None, policy: _Mapping = None) -> None:
        """A value of None has a name of its own here."""
        if isinstance(bins, dict):
            bins = {name: _value(value) for name, value in bins.items()}
        self._raw.put(key, bins, *_split(meta, policy))

    def get(self, key: Any, policy: _Mapping = None) -> Any:
        """All bins."""
        return _with_user_key(self._raw.get(key, _reading(policy)), key)

    def select(self, key: Any, bins: Any, policy: _Mapping = None) -> Any:
        """Some bins."""
        return _with_user_key(self._raw.select(key, bins, _reading(policy)), key)

    def exists(self, key: Any, policy: _Mapping = None) -> Any:
        """Whether it is there."""
        return self._raw.exists(key, _reading(policy))

    def remove(self, key: Any, meta: _Mapping = None, policy: _Mapping = None) -> None:
        """The generation stands in the policy."""
        self._raw.remove(key, policy=_removing(meta, policy))

    def remove_bin(
        self, key: Any, names: Any, meta: _Mapping = None, policy: _Mapping = None
    ) -> None:
        """Remove bins."""
        self._raw.remove_bin(key, names, *_split(meta, policy))

    def touch(self, key: Any, val: int = 0, meta: _Mapping = None, policy: _Mapping = None) -> None:
        """Begin a life anew."""
        own, rules = _split(meta, policy)
        self._raw.touch(key, val or rules.pop("ttl", 0), own, rules)

    def append(
        self, key: Any, name: str, val: Any, meta: _Mapping = None, policy: _Mapping = None
    ) -> None:
        """Put behind."""
        self._raw.append(key, name, val, *_split(meta, policy))

    def prepend(
        self, key: Any, name: str, val: Any, meta: _Mapping = None, policy: _Mapping = None
    ) -> None:
        """Put before."""
        self._raw.prepend(key, name, val, *_split(meta, policy))

    def increment(
        self, key: Any, name: str, offset: Any, meta: _Mapping = None, policy: _Mapping = None
    ) -> None:
        """Add."""
        self._raw.increment(key, name, offset, *_split(meta, policy))

    def operate(self, key: Any, ops: Any, meta: _Mapping = None, policy: _Mapping = None) -> Any:
        """Several operations."""
        found = self._raw.operate(key, _operations(ops), *_split(meta, policy))
        return _with_user_key(found, key)

    def operate_ordered(
        self, key: Any, ops: Any, meta: _Mapping = None, policy: _Mapping = None
    ) -> Any:
        """The same, with results in order."""
        found = self._raw.operate_ordered(key, _operations(ops), *_split(meta, policy))
        return _with_user_key(found, key)

    # -- many records -------------------------------------------------------------------------

    def batch_read(self, keys: Iterable[Any], bins: Any = None, policy: _Mapping = None) -> Any:
        """Read many."""
        keys = list(keys)
        found = self._raw.batch_read(keys, bins, _reading(policy))
        for row, key in zip(found.batch_records, keys, strict=True):
            # It calls a key of bytes by the text that they are, and leaves out bins nobody wants.
            row.key = key
            if row.record is not None:
                row.record = (*row.record, {})[:3]
        return found

    def batch_write(self, records: Iterable[Any], policy: _Mapping = None) -> Any:
        """Write many: each bin is an operation with this client."""
        made = []
        for key, bins, *more in records:
            own = {**(policy or {}), **(more[0] if more else {})}
            meta, rules = _split({"gen": own.pop("gen")} if "gen" in own else {}, own)
            ops = [operations.write(name, _value(value)) for name, value in bins.items()]
            made.append(rows.Write(key, ops, meta, rules))
        return self._raw.batch_write(rows.BatchRecords(made), _batch(policy))

    def batch_operate(self, keys: Iterable[Any], ops: Any, policy: _Mapping = None) -> Any:
        """The same operations on many."""
        return self._raw.batch_operate(list(keys), _operations(ops), _batch(policy))

    def batch_remove(self, keys: Iterable[Any], policy: _Mapping = None) -> Any:
        """Remove many; with `meta` of its own, a record needs a row of its own."""
        made = []
        for given in keys:
            has_meta = len(given) == 2 and isinstance(given[1], Mapping)
            key, own = given if has_meta else (given, {})
            made.append(rows.Remove(key, _removing(own, policy)))
        return self._raw.batch_write(rows.BatchRecords(made), _batch(policy))

    # -- the cluster --------------------------------------------------------------------------

    def info_all(self, command: str, policy: _Mapping = None) -> Any:
        """Name, code and answer of each node."""
        found = self._raw.info_all(command, policy)
        return [
            (name, 0 if error is None else error[0], _answer(text))
            for name, (error, text) in found.items()
        ]

    def info_random_node(self, command: str, policy: _Mapping = None) -> str:
        """The answer of some node."""
        return _answer(self._raw.info_random_node(command, policy))

    def get_node_names(self) -> list[str]:
        """The ids of the nodes."""
        return [node["node_name"] for node in self._raw.get_node_names()]

    def ping(self) -> bool:
        """It has no such method; asking a node is the same."""
        return bool(self._raw.info_random_node("build"))

    def truncate(
        self, namespace: str, set_name: str, nanos: int = 0, policy: _Mapping = None
    ) -> None:
        """Remove many; it has no empty name for all sets."""
        self._raw.truncate(namespace, set_name or None, nanos, policy)


def _answer(text: str) -> str:
    """The answer without its command."""
    return text.partition("\t")[2].rstrip("\n") if "\t" in text else text.rstrip("\n")


def _value(value: Any) -> Any:
    return aerospike.null() if value is None else value


def _operations(ops: Iterable[Any]) -> list[Any]:
    return [_operation(given) for given in ops]


def _operation(given: Any) -> Any:
    """What is no operation goes as it is, so that the client refuses it."""
    translate = _OPERATIONS.get(given.get("op")) if isinstance(given, dict) else None
    return translate(given) if translate is not None else given


def _split(meta: Any, policy: Any) -> tuple[Any, Any]:
    """The expected generation to `meta`, everything else to the policy."""
    for given in (meta, policy):
        if given is not None and not isinstance(given, Mapping):
            return meta, policy
    whole = {**(meta or {}), **(policy or {})}
    own = {}
    if meta and "gen" in meta:
        own["gen"] = meta["gen"]
        whole["gen"] = (policy or {}).get("gen", c.POLICY_GEN_EQ)
    return own, _reading(whole)


def _removing(meta: _Mapping, policy: _Mapping) -> Any:
    """Where records are removed the generation is in the policy as well."""
    own, rules = _split(meta, policy)
    return {**rules, "generation": own["gen"]} if "gen" in own else rules


def _reading(policy: Any) -> Any:
    """The numbers of this client; what is no policy goes as it is, to be refused."""
    if policy is not None and not isinstance(policy, Mapping):
        return policy
    return {
        name: _CHOICES[name].get(value, value) if name in _CHOICES else value
        for name, value in (policy or {}).items()
    }


_OF_BATCHES = {"exists", "gen", "key", "commit_level", "durable_delete", "ttl"}


def _batch(policy: _Mapping) -> dict[str, Any]:
    return {n: v for n, v in _reading(policy).items() if n not in _OF_BATCHES}


def _with_user_key(found: Any, key: Any) -> Any:
    """It says the user's key only when the server did; the shared API says what was asked for."""
    namespace, set_name, user_key, digest = found[0]
    if user_key is None:
        user_key = key[2]
    return ((namespace, set_name or "", user_key, digest), *found[1:])
