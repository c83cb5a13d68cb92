# SPDX-License-Identifier: Apache-2.0
"""A run as JSON: every raw figure, what was made of it, and where it was measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bench.model import LIBRARIES, Measurement, Result

__all__ = ["FORMAT", "document", "versions"]

FORMAT = 1
"""Raised when a reader of older files would misunderstand."""


def document(
    suite: str,
    environment: Mapping[str, object],
    settings: Mapping[str, object],
    results: Sequence[Result],
    targets: Sequence[Mapping[str, object]],
) -> dict[str, Any]:
    """Put everything together, as plain values.

    Args:
        suite: Which comparison it is.
        environment: Where it was measured.
        settings: How it was measured.
        results: All of them.
        targets: What became of each target.
    """
    return {
        "format": FORMAT,
        "suite": suite,
        "environment": {**environment, "libraries": versions(results)},
        "settings": dict(settings),
        "results": [_result(each) for each in results],
        "targets": [dict(each) for each in targets],
    }


def versions(results: Iterable[Result]) -> dict[str, dict[str, str]]:
    """Tell what each library said of itself."""
    found: dict[str, dict[str, str]] = {}
    for result in results:
        for pair in result.pairs:
            for each in (pair.ours, pair.theirs):
                if each.facts:
                    found[each.library] = each.facts
    return found


def _result(result: Result) -> dict[str, Any]:
    return {
        "case": result.case,
        "members": result.members,
        "operation_bytes": result.operation_bytes,
        "summary": _summary(result) if result.complete else None,
        "pairs": [
            {
                "first": pair.first,
                **{each.library: _measurement(each) for each in (pair.ours, pair.theirs)},
            }
            for pair in result.pairs
        ],
    }


def _summary(result: Result) -> dict[str, Any]:
    figures: dict[str, Any] = {
        library: {
            "operations_per_second": result.rate(library),
            "cpu_us_per_operation": result.cpu_us(library),
            "p50_us": result.latency_us(library),
            "p99_us": result.latency_us(library, p99=True),
            "machine_idle": result.machine_idle(library),
            "grown_bytes": result.grown_bytes(library),
        }
        for library in LIBRARIES
    }
    # Of ours to theirs, pair by pair.
    figures["throughput_ratio"] = asdict(result.speed)
    figures["cpu_ratio"] = asdict(result.cpu)
    figures["memory_ratio"] = asdict(result.memory) if result.memory is not None else None
    return figures


def _measurement(measurement: Measurement) -> dict[str, Any]:
    plain = asdict(measurement)
    del plain["library"], plain["facts"]
    return plain
