# SPDX-License-Identifier: Apache-2.0
"""What gridwire wants to reach beside each of the Aerospike clients, in pure Python."""

from __future__ import annotations

from bench.aerospike.cases import Peer
from bench.targets import Target

__all__ = ["TARGETS"]

TARGETS: dict[Peer, tuple[Target, ...]] = {
    "aerospike": (Target("sync-*-1", "time", 1.2),),
    "aerospike_py": (),
    "aerospike-native": (
        Target("asyncio-*-256", "throughput", 1.2),
        Target("asyncio-*-256", "cpu", 0.7),
        Target("served-*-256", "throughput", 0.9),
    ),
}
