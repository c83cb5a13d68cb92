# SPDX-License-Identifier: Apache-2.0
"""Info about what a node has stored and done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridwire.testing._aerospike import codes
from gridwire.testing._aerospike.info_call import Handler, InfoCall, InfoError, constant, required
from gridwire.testing._aerospike.namespaces import NamedSet, Namespace, seconds_since_2010

if TYPE_CHECKING:
    from gridwire.testing._aerospike.node import Node

__all__ = ["COMMANDS"]

_INDEX_BYTES = 64


def _truth(value: bool) -> str:
    return str(value).lower()


def _statistics(node: Node, call: InfoCall) -> str:
    view = node.view
    values = {
        "cluster_size": view.size(node.name),
        "cluster_key": f"{view.cluster_key(node.name):X}",
        "cluster_principal": view.principal(node.name),
        "cluster_integrity": "true",
        "cluster_is_member": "true",
        "uptime": int(node.uptime),
        "objects": sum(namespace.objects for namespace in view.namespaces.values()),
        "tombstones": 0,
        "client_connections": len(node.connections),
        "client_connections_opened": node.opened,
        "client_connections_closed": node.opened - len(node.connections),
        "info_complete": node.infos,
        "demarshal_error": node.refused_messages,
        "batch_index_initiate": node.batches,
        "batch_index_complete": node.batches,
    }
    return ";".join(f"{name}={value}" for name, value in values.items())


def _namespace(node: Node, call: InfoCall) -> str:
    name = call.argument.encode("utf-8", "surrogateescape")
    namespace = node.view.namespaces.get(name)
    if namespace is None:
        return "type=unknown"
    _, bitmaps = node.view.replicas(node.name, name)
    values = {
        "ns_cluster_size": node.view.size(node.name),
        "effective_replication_factor": len(bitmaps),
        "objects": namespace.objects,
        "tombstones": 0,
        "master_objects": namespace.objects,
        "stop_writes": _truth(namespace.stops_writes),
        "current_time": seconds_since_2010(node.now()),
        "truncate_lut": namespace.truncated,
        "index_used_bytes": _INDEX_BYTES * namespace.objects,
        "data_used_bytes": namespace.used_bytes,
        "data_used_pct": namespace.used_percent,
        "data_avail_pct": namespace.available_percent,
    }
    shown = ";".join(f"{key}={value}" for key, value in values.items())
    return f"{shown};{namespace.parameters.text()}"


def _sets(node: Node, call: InfoCall) -> str:
    namespaces = node.view.namespaces
    name, _, set_name = call.argument.partition("/")
    if name:
        namespace = namespaces.get(name.encode("utf-8", "surrogateescape"))
        if namespace is None:
            return "ns_type=unknown"
        if set_name:
            named = namespace.sets.get(set_name.encode("utf-8", "surrogateescape"))
            return "" if named is None else f"{_set(named)};"
        return _sets_of(namespace)
    return "".join(map(_sets_of, namespaces.values()))


def _sets_of(namespace: Namespace) -> str:
    ns = namespace.name.decode()
    return "".join(
        f"ns={ns}:set={name.decode('utf-8', 'surrogateescape')}:{_set(named)};"
        for name, named in namespace.sets.items()
    )


def _set(named: NamedSet) -> str:
    values = {
        "objects": named.objects,
        "tombstones": 0,
        "data_used_bytes": named.used_bytes,
        "truncate_lut": named.truncated,
        "sindexes": 0,
        "index_populating": "false",
        "truncating": "false",
    }
    shown = ":".join(f"{name}={value}" for name, value in values.items())
    return f"{shown}:{named.parameters.text(':')}"


def _latencies(node: Node, call: InfoCall) -> str:
    """Histograms, all of them empty: this node does not measure itself."""
    wanted = call.parameters.get("hist")
    if wanted is not None:
        return f"{wanted}:"
    kinds = ["read", "write", "udf", "batch-sub-read", "batch-sub-write", "batch-sub-udf"]
    kinds += ["pi-query", "si-query"]
    names = ["batch-index"]
    for namespace in node.view.namespaces:
        names += [f"{{{namespace.decode()}}}-{kind}" for kind in kinds]
    return ";".join(f"{name}:" for name in names)


def _get_stats(node: Node, call: InfoCall) -> str:
    given = call.parameters
    context = required(given, "context")
    if context == "namespace":
        return _namespace(node, call._replace(argument=required(given, "namespace")))
    if context != "service":
        raise InfoError(codes.PARAMETER, "invalid context")
    return _statistics(node, call)


COMMANDS: dict[str, Handler] = {
    "eviction-reset": constant("ok"),
    "get-stats": _get_stats,
    "health-outliers": constant(""),
    "health-stats": constant(""),
    "histogram": constant(""),
    "latencies": _latencies,
    "namespace": _namespace,
    "sets": _sets,
    "statistics": _statistics,
}
