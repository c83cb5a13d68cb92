# SPDX-License-Identifier: Apache-2.0
"""Info about a node and its cluster: names, versions, generations, peers, partitions."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from gridwire.testing._aerospike.info_call import (
    Handler,
    InfoCall,
    InfoError,
    constant,
    enterprise_only,
)
from gridwire.testing._aerospike.views import AddressKind, Peer

if TYPE_CHECKING:
    from gridwire.testing._aerospike.node import Node

__all__ = ["BUILD", "COMMANDS", "EDITION"]

BUILD = "8.1.2.0"
"""The version of the server whose answers are given."""

EDITION = "Aerospike Community Edition"

_FEATURES = (
    "batch-any;batch-index;blob-bits;cdt-index;cdt-list;cdt-map;cluster-stable;float;geo;"
    "sindex-exists;peers;pipelining;pquery;pscans;query-show;relaxed-sc;replicas;replicas-all;"
    "replicas-master;replicas-max;truncate-namespace;udf"
)
_DEFAULT_PORT = 3000
_SIZE_MISMATCH = 7
_KINDS = {
    f"{secrecy}-{network}": AddressKind(secrecy == "tls", network == "alt")
    for secrecy in ("clear", "tls")
    for network in ("std", "alt")
}


def _node(node: Node, call: InfoCall) -> str:
    return node.name


def _cluster_name(node: Node, call: InfoCall) -> str:
    return node.view.cluster_name


def _partition_generation(node: Node, call: InfoCall) -> str:
    return str(node.view.partition_generation(node.name))


def _peers_generation(node: Node, call: InfoCall) -> str:
    return str(node.view.peers_generation(node.name))


def _rebalance_generation(node: Node, call: InfoCall) -> str:
    return str(node.view.rebalance_generation(node.name))


def _cluster_stable(node: Node, call: InfoCall) -> str:
    size = call.parameters.get("size")
    if size is not None and size != str(node.view.size(node.name)):
        raise InfoError(_SIZE_MISMATCH, "cluster not specified size")
    return f"{node.view.cluster_key(node.name):X}"


def _peers(node: Node, call: InfoCall) -> str:
    peers = node.view.peers(node.name, _kind_of(call))
    if peers is None:
        return enterprise_only(node, call)
    listed = ",".join(map(_peer, peers))
    return f"{node.view.peers_generation(node.name)},{_DEFAULT_PORT},[{listed}]"


def _peer(peer: Peer) -> str:
    suffix = f":{_DEFAULT_PORT}"
    addresses = ",".join(address.removesuffix(suffix) for address in peer.addresses)
    return f"[{peer.name},{peer.tls_name},[{addresses}]]"


def _service(node: Node, call: InfoCall) -> str:
    addresses = node.view.addresses(node.name, _kind_of(call))
    if addresses is None:
        return enterprise_only(node, call)
    return ",".join(addresses)


def _kind_of(call: InfoCall) -> AddressKind:
    return _KINDS.get(call.name.partition("-")[2], AddressKind())


def _replicas(node: Node, call: InfoCall) -> str:
    most = call.parameters.get("max", "")
    limit = int(most) if most.isdecimal() else None
    listed = []
    for name in node.view.namespaces:
        regime, bitmaps = node.view.replicas(node.name, name)
        shown = [b64encode(bits).decode() for bits in bitmaps[:limit]]
        listed.append(",".join([f"{name.decode()}:{regime}", str(len(shown)), *shown]))
    return ";".join(listed)


def _namespaces(node: Node, call: InfoCall) -> str:
    return ";".join(name.decode() for name in node.view.namespaces)


COMMANDS: dict[str, Handler] = {
    "build": constant(BUILD),
    "build_arch": constant("x86_64"),
    "build_ee_sha": constant(""),
    "build_os": constant("debian12"),
    "build_sha": constant(""),
    "build_time": constant(""),
    "cluster-name": _cluster_name,
    "cluster-stable": _cluster_stable,
    "compatibility-id": constant("15"),
    "digests": constant("RIPEMD160"),
    "edition": constant(EDITION),
    "features": constant(_FEATURES),
    "name": _node,
    "namespaces": _namespaces,
    "node": _node,
    "partition-generation": _partition_generation,
    "peers-generation": _peers_generation,
    "rebalance-generation": _rebalance_generation,
    "replicas": _replicas,
    "service": _service,
    "services": constant(""),
    "services-alumni": constant(""),
    "status": constant("ok"),
    "version": constant(f"{EDITION} build {BUILD}"),
    **{f"peers-{kind}": _peers for kind in _KINDS},
    **{f"service-{kind}": _service for kind in _KINDS},
    "alumni-clear-std": _peers,
    "alumni-tls-std": _peers,
}
