# SPDX-License-Identifier: Apache-2.0
"""What gridwire wants to reach beside the official Hazelcast client, in pure Python."""

from __future__ import annotations

from bench.targets import Target

__all__ = ["TARGETS"]

TARGETS = (
    Target("*-int", "throughput", 2.0),
    Target("*-str", "throughput", 2.0),
    Target("*-bytes", "throughput", 2.0),
    Target("*-portable", "throughput", 1.5),
    Target("*-compact", "throughput", 1.5),
    Target("*-dataclass", "throughput", 1.5),
)
