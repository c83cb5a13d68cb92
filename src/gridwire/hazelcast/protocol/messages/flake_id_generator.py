# SPDX-License-Identifier: Apache-2.0
"""Messages of the id generator.

Service 0x1c. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import message

__all__ = [
    "NEW_ID_BATCH",
]

NEW_ID_BATCH = message("FlakeIdGenerator.NewIdBatch", 0x1c0100, "name:String batchSize:int",
    "base:long increment:long batchSize:int", retryable=True)
