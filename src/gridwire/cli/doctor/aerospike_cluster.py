# SPDX-License-Identifier: Apache-2.0
"""Judges whether the nodes of an Aerospike cluster agree, and are well together. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gridwire.aerospike.cluster.descriptions import read_number
from gridwire.aerospike.protocol.digest import PARTITIONS
from gridwire.cli.doctor.findings import Fact, Finding, failed, fine, warned
from gridwire.cli.doctor.texts import counted, listed

if TYPE_CHECKING:
    from gridwire.cli.doctor.aerospike_node import NodeReport

__all__ = [
    "judge_agreement",
    "judge_migrations",
    "judge_namespace",
    "judge_routing",
    "judge_versions",
]

_LITTLE_LEFT_PERCENT = 10
"""Free storage of a namespace below which something has to be done soon."""

_FREE_PERCENT = ("data_avail_pct", "device_available_pct", "pmem_available_pct")
"""How servers 7 and later, and those before, tell how much of their storage can be written."""

_FACTORS = ("effective_replication_factor", "replication-factor", "repl-factor")
_MIGRATIONS = ("migrate_tx_partitions_remaining", "migrate_rx_partitions_remaining")


def judge_agreement(nodes: Sequence[NodeReport]) -> Finding:
    """Judge whether the nodes see the same cluster.

    Args:
        nodes: those that let us in, each once; at least one.
    """
    keys = Counter(node.statistics.get("cluster_key", "") for node in nodes)
    sizes = Counter(node.statistics.get("cluster_size", "") for node in nodes)
    broken = [node.name for node in nodes if node.statistics.get("cluster_integrity") == "false"]
    spoken_of = {node.name for node in nodes} | {peer.name for node in nodes for peer in node.peers}
    names = sorted({node.cluster_name for node in nodes})
    facts: dict[str, Fact] = {
        "nodes": sorted(spoken_of),
        "asked": sorted(node.name for node in nodes),
        "cluster_keys": sorted(keys),
        "cluster_sizes": sorted(sizes),
        "cluster_names": names,
    }
    apart = (
        "The nodes do not see each other: look at their heartbeat configuration, and at the network"
        " between them. If they are of different clusters on purpose, give addresses of one alone."
    )
    if len(names) > 1 or len(keys) > 1 or len(sizes) > 1:
        groups = "; ".join(
            f"{listed([node.name for node in nodes if node.statistics.get('cluster_key') == key])}"
            for key in keys
        )
        text = f"the nodes are not in one cluster: {groups}"
        return failed("agreement", "cluster", text, apart, **facts)
    if broken:
        text = f"nodes whose cluster is not whole: {listed(broken)}"
        return failed("agreement", "cluster", text, apart, **facts)
    size = read_number(next(iter(sizes)))
    text = f"{counted(len(spoken_of), 'node')}, {len(nodes)} of them asked"
    if size is not None and size != len(spoken_of):
        return warned(
            "agreement",
            "cluster",
            f"{text}, but they say that they are {size}",
            "Look at the node that others do not speak of: it may just have come or gone, or not"
            " tell clients where it is.",
            **facts,
        )
    return fine("agreement", "cluster", f"{text}, and they agree", **facts)


def judge_versions(nodes: Sequence[NodeReport]) -> Finding:
    """Judge whether the nodes are of one version."""
    builds = sorted({node.build for node in nodes})
    if len(builds) > 1:
        change = "Finish the upgrade: mixed versions are meant for the time of a rolling upgrade."
        text = f"nodes of versions {listed(builds)}"
        return warned("versions", "cluster", text, change, versions=builds)
    return fine("versions", "cluster", f"all nodes are {builds[0]}", versions=builds)


def judge_migrations(nodes: Sequence[NodeReport]) -> Finding:
    """Judge whether data is being moved."""
    left = sum(
        _number(stats, name) or 0
        for node in nodes
        for stats in node.stats.values()
        for name in _MIGRATIONS
    )
    if left:
        return warned(
            "migrations",
            "cluster",
            f"{counted(left, 'partition')} still to be moved between nodes",
            "Wait until it is done before another node is taken down: some data has fewer copies"
            " until then, and calls may take a detour.",
            remaining=left,
        )
    return fine("migrations", "cluster", "no data is being moved", remaining=0)


def judge_routing(namespace: str, nodes: Sequence[NodeReport], all_asked: bool) -> Finding:
    """Judge whether every partition of a namespace has one master.

    Args:
        namespace: its name.
        nodes: those that let us in.
        all_asked: whether these are all nodes of the cluster.
    """
    masters = Counter(
        partition
        for node in nodes
        if (claim := node.claims.get(namespace)) is not None and claim.partitions
        for partition in claim.partitions[0]
    )
    missing = PARTITIONS - len(masters)
    twice = sum(count > 1 for count in masters.values())
    facts: dict[str, Fact] = {
        "partition_count": PARTITIONS,
        "without_master": missing,
        "with_several_masters": twice,
    }
    if missing:
        why = (
            "Look at the log of the nodes, and whether as many are down as there are copies"
            " (replication-factor): calls for these keys fail."
            if all_asked
            else "See the nodes that cannot be reached: their keys cannot be, either."
        )
        text = f"{counted(missing, 'partition')} of {PARTITIONS:,} without a master that is reached"
        return failed("routing", namespace, text, why, **facts)
    if twice:
        return warned(
            "routing",
            namespace,
            f"{counted(twice, 'partition')} with several masters",
            "Look again: nodes change while they are asked. If it stays so, they do not see each"
            " other.",
            **facts,
        )
    return fine("routing", namespace, f"each of {PARTITIONS:,} partitions has one master", **facts)


def judge_namespace(namespace: str, nodes: Sequence[NodeReport]) -> list[Finding]:
    """Judge the state of a namespace.

    Args:
        namespace: its name.
        nodes: those that let us in.
    """
    stats = {node.name: node.stats[namespace] for node in nodes if node.stats.get(namespace)}
    facts: dict[str, Fact] = {
        "nodes": sorted(stats),
        "replication_factor": max((_factor(one) or 0 for one in stats.values()), default=0),
        "objects": sum(_number(one, "master_objects") or 0 for one in stats.values()),
    }
    findings = [*_refusing(namespace, stats, facts), *_short_of(namespace, stats, facts)]
    absent = sorted(node.name for node in nodes if namespace not in node.namespaces)
    if absent:
        text = f"it is not configured on {listed(absent)}"
        change = "Configure every namespace on every node: clients meet an error there."
        findings.append(failed("namespace", namespace, text, change, **facts))
    return findings or [fine("namespace", namespace, "takes reads and writes", **facts)]


def _refusing(
    namespace: str, stats: Mapping[str, Mapping[str, str]], facts: Mapping[str, Fact]
) -> list[Finding]:
    """What makes calls fail now."""
    findings: list[Finding] = []
    for name, text, change in (
        (
            "clock_skew_stop_writes",
            "refuses writes because the clocks of the nodes differ",
            "Have an NTP service keep the clocks of all nodes.",
        ),
        (
            "stop_writes",
            "refuses writes because it is full",
            "Add storage or nodes, delete data, or raise stop-writes-* of the namespace.",
        ),
    ):
        nodes = sorted(node for node, one in stats.items() if one.get(name) == "true")
        if nodes:
            said = f"{text}: {listed(nodes)}"
            findings.append(failed("namespace", namespace, said, change, **facts))
    for name, text, change in (
        (
            "unavailable_partitions",
            "unavailable",
            "Bring the missing nodes of the roster back, or set the roster anew.",
        ),
        (
            "dead_partitions",
            "dead",
            "Data may be lost: look into the log of the nodes before the partitions are revived.",
        ),
    ):
        count = sum(_number(one, name) or 0 for one in stats.values())
        if count:
            said = f"{counted(count, 'partition')} {text}"
            findings.append(failed("namespace", namespace, said, change, **facts))
    return findings


def _short_of(
    namespace: str, stats: Mapping[str, Mapping[str, str]], facts: Mapping[str, Fact]
) -> list[Finding]:
    """What may make calls fail soon."""
    findings: list[Finding] = []
    over = sorted(node for node, one in stats.items() if one.get("hwm_breached") == "true")
    if over:
        text = f"above its high-water mark on {listed(over)}: data is evicted"
        change = "Add storage or nodes, or give records shorter lifetimes."
        findings.append(warned("namespace", namespace, text, change, **facts))
    free = [
        percent
        for one in stats.values()
        for name in _FREE_PERCENT
        if (percent := _number(one, name)) is not None
    ]
    if free and min(free) < _LITTLE_LEFT_PERCENT:
        text = f"only {min(free)}% of the storage can be written"
        change = "Add storage or nodes, or delete data, before the namespace refuses writes."
        findings.append(warned("namespace", namespace, text, change, **facts))
    wanted = max((_number(one, "replication-factor") or 0 for one in stats.values()), default=0)
    sizes = [size for one in stats.values() if (size := _number(one, "ns_cluster_size"))]
    if sizes and wanted > max(sizes):
        text = f"replication-factor is {wanted}, and {counted(max(sizes), 'node')} hold it"
        change = (
            "Add nodes, or look for those that are missing: there are fewer copies than wanted."
        )
        findings.append(warned("namespace", namespace, text, change, **facts))
    return findings


def _factor(stats: Mapping[str, str]) -> int | None:
    for name in _FACTORS:
        number = _number(stats, name)
        if number is not None:
            return number
    return None


def _number(stats: Mapping[str, str], name: str) -> int | None:
    return read_number(stats.get(name, ""))
