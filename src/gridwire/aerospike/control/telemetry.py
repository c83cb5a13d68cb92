# SPDX-License-Identifier: Apache-2.0
"""What is told to OpenTelemetry of an Aerospike client, and what the codes of its servers mean.

Only clients with the key `telemetry` import this. A call is told as its caller sees it, with its
turn, all its attempts and its decoding.
"""

from __future__ import annotations

from typing import Any

from gridwire._telemetry.calls import Call, Calls, Place, Watched
from gridwire._telemetry.instruments import Connections
from gridwire.aerospike import constants as c
from gridwire.aerospike.control.core import ClusterCore
from gridwire.aerospike.control.diagnosing import Diagnosed
from gridwire.aerospike.exception import AerospikeError
from gridwire.aerospike.operations.batch import Batch
from gridwire.aerospike.operations.request import RecordRequest
from gridwire.telemetry import Telemetry

__all__ = ["Told"]

_SYSTEM = "aerospike"

_NOT_HERE = frozenset({"lost_backup_acks", "gaps"})
"""Counters of what these clients do not have: no backups acknowledge, nobody listens."""

_ANSWERS = frozenset({c.AEROSPIKE_ERR_RECORD_NOT_FOUND, c.AEROSPIKE_ERR_FILTERED_OUT})
"""Codes by which a server says what it was asked for, and nothing went wrong."""


class Told:
    """A client whose calls are told.

    Args:
        telemetry: to whom.
        engine: makes its calls.
        version: of this library.
    """

    def __init__(self, telemetry: Telemetry, engine: Diagnosed, version: str) -> None:
        self._engine = engine
        self._calls = Calls(telemetry, _SYSTEM, self, version)

    @property
    def facts(self) -> dict[str, Any]:
        """See `Observed`."""
        core = self._engine.described_core
        return {
            "db.system.name": _SYSTEM,
            "gridwire.client": "" if core is None else core.name,
        }

    @property
    def counters(self) -> dict[str, int]:
        """See `Observed`."""
        core = self._engine.described_core
        counters = {} if core is None else core.counters.as_dict()
        return {name: count for name, count in counters.items() if name not in _NOT_HERE}

    @property
    def connections(self) -> list[Connections]:
        """See `Observed`."""
        core = self._engine.described_core
        if core is None or not core.is_running:
            return []
        return [
            Connections(str(node.facts.endpoint), pool["in_use"], pool["idle"])
            for node in list(core.nodes.values())
            for pool in (node.pool_facts,)
        ]

    def call(self, request: RecordRequest[Any]) -> Watched:
        """A command begins."""
        call = self._calls.begin(request.operation, request.namespace, _set_of(request.key))
        core = self._engine.described_core
        if core is None:
            return _Watched(call, request.is_write)
        return _Command(call, core, request)

    def batch(self, plan: Batch[Any]) -> Watched:
        """A batch begins; its namespace and its set are told where all records have the same."""
        keys = [item.key for item in plan.items]
        namespaces = {key.namespace for key in keys}
        sets = {key.set_name for key in keys}
        namespace = next(iter(namespaces)) if len(namespaces) == 1 else None
        collection = next(iter(sets)) if namespace and len(sets) == 1 else None
        call = self._calls.begin(plan.operation, namespace, collection, len(keys))
        return _Watched(call, plan.is_write)

    def info(self, operation: str) -> Watched:
        """An info command begins."""
        return _Watched(self._calls.begin(operation), False)


class _Watched(Watched):
    """A call that is under way."""

    __slots__ = ()

    def code(self, error: BaseException | None) -> str | None:
        """What the server answered; codes below zero are the client's own."""
        code = _code_of(error)
        return str(code) if code > 0 else None

    def is_answer(self, error: BaseException | None) -> bool:
        """Whether it says that there is no such record."""
        return _code_of(error) in _ANSWERS


class _Command(_Watched):
    """A command that is under way: the master of its record answers it."""

    __slots__ = ("_node",)

    def __init__(self, call: Call, core: ClusterCore[Any], request: RecordRequest[Any]) -> None:
        super().__init__(call, request.is_write, core.counters)
        self._node: Any = None
        owners = core.table.namespaces.get(request.namespace)
        if owners is not None and request.rules.replica != c.POLICY_REPLICA_PREFER_RACK:
            node = owners.masters[request.partition]
            self._node = node if node is not None and node.is_usable else None

    def place(self) -> Place | None:
        """Who has answered."""
        if self._node is None:
            return None
        endpoint = self._node.facts.endpoint
        return endpoint.host, endpoint.port


def _code_of(error: BaseException | None) -> int:
    return error.code if isinstance(error, AerospikeError) else 0


def _set_of(key: Any) -> str | None:
    name = key[1] if isinstance(key, tuple) and len(key) > 1 else None
    return name if isinstance(name, str) else None
