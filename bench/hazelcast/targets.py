# SPDX-License-Identifier: Apache-2.0
"""What gridwire wants to reach beside the official Hazelcast client, in pure Python."""

from __future__ import annotations

from bench.targets import GrowthTarget, Target

__all__ = ["GROWTH_TARGETS", "TARGETS"]

TARGETS = (
    Target("asyncio-*-256", "throughput", 2.5),
    Target("asyncio-*-256", "cpu", 0.4),
    Target("futures-*-256", "throughput", 2.0),
    Target("blocking-*-1", "time", 0.7),
    Target("blocking-*-1", "cpu", 0.65),
    Target("blocking-*-4", "throughput", 10.0),
    Target("blocking-*-32", "throughput", 2.5),
    Target("put_all-*", "time", 0.5),
    Target("get_all-*", "time", 0.5),
    Target("near-*", "throughput", 2.0),
    Target("values-*", "time", 0.65),
    Target("page-*", "cpu", 0.65),
    Target("walk-*", "time", 0.5),
    Target("walk-*", "memory", 0.25),
    Target("value-set-64MiB", "throughput", 20.0),
    Target("value-get-64MiB", "throughput", 2.0),
)

# Linear in size would be 1, quadratic a half. Sizes below 32 MiB are no measure for it: malloc
# keeps their memory, and asks the kernel for fresh pages for each larger one, in any library.
GROWTH_TARGETS = (
    GrowthTarget("value-set-32MiB", "value-set-64MiB", 0.75),
    GrowthTarget("value-get-32MiB", "value-get-64MiB", 0.75),
)
