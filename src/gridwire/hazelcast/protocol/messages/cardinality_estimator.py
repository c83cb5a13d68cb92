# SPDX-License-Identifier: Apache-2.0
"""Messages of the cardinality estimator.

Service 0x19. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import message

__all__ = [
    "ADD", "ESTIMATE",
]

ADD = message("CardinalityEstimator.Add", 0x190100, "name:String hash:long", route="name")
ESTIMATE = message("CardinalityEstimator.Estimate", 0x190200, "name:String", "response:long",
    route="name")
