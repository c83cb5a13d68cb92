# SPDX-License-Identifier: Apache-2.0
"""The outcome of a demo as a JSON document, for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gridwire
from gridwire.cli.demo.latency import summarize
from gridwire.cli.demo.ledger import FailedWrite, total
from gridwire.cli.demo.result import Kill, Result
from gridwire.cli.demo.target import MemberShare
from gridwire.cli.demo.work import Series

__all__ = ["document_of"]


def document_of(results: Sequence[Result]) -> dict[str, Any]:
    """Turn results into what `json.dumps` takes; times are in seconds, latencies in milliseconds.

    Args:
        results: of the demo, one for each system.
    """
    verdict = total(result.verdict for result in results)
    return {
        "gridwire": gridwire.__version__,
        "implementation": gridwire.implementation(),
        "systems": [_system(result) for result in results],
        "lost": len(verdict.lost),
        "wrong": len(verdict.wrong),
        "unchecked": len(verdict.unchecked),
        "stopped_early": verdict.stopped_early,
        "verdict": verdict.line,
        "status": max(result.status for result in results),
        "seconds": round(sum(result.seconds for result in results), 3),
    }


def _system(result: Result) -> dict[str, Any]:
    opening, verdict = result.opening, result.verdict
    return {
        "system": opening.words.system,
        "cluster": {
            "name": opening.cluster_name,
            "started_by_demo": opening.is_ours,
            "partition_count": opening.partition_count,
            "members_before": _members(opening.members),
            "members_after": _members(result.members_after),
        },
        "killed": result.kill and _kill(result.kill),
        opening.words.place: opening.place,
        "left_behind": result.left_behind,
        "entries": result.entries,
        "speed": [_series(each) for each in result.series],
        "writes": {
            "acknowledged": verdict.acknowledged,
            "failed": [_failed(write) for write in verdict.failed],
        },
        "lost_keys": list(verdict.lost),
        "wrong_keys": list(verdict.wrong),
        "unchecked_keys": list(verdict.unchecked),
        "stopped_early": verdict.stopped_early,
        "verdict": verdict.line,
        "seconds": round(result.seconds, 3),
    }


def _kill(kill: Kill) -> dict[str, Any]:
    return {
        "address": kill.address,
        "operations_before": kill.operations_before,
        "operations_without": kill.operations_without,
        "operations_after": kill.operations_after,
        "members_without": _members(kill.members_without),
    }


def _members(members: Sequence[MemberShare]) -> list[dict[str, Any]]:
    return [
        {"address": each.address, "version": each.version, "partitions": each.partitions}
        for each in members
    ]


def _series(series: Series) -> dict[str, Any]:
    latency = summarize(series.samples)
    return {
        "client": series.client,
        "in_flight": series.workers,
        "part": series.part,
        "call": series.operation,
        "calls": len(series.samples),
        "failed": series.failed,
        "seconds": round(series.seconds, 6),
        "calls_per_second": round(series.per_second, 1),
        "latency_ms": latency
        and {
            "p50": _milliseconds(latency.p50),
            "p99": _milliseconds(latency.p99),
            "max": _milliseconds(latency.max),
        },
    }


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 4)


def _failed(write: FailedWrite) -> dict[str, Any]:
    return {
        "client": write.client,
        "key": write.key,
        "outcome": write.outcome.name,
        "found": write.found,
        "error": write.error,
    }
