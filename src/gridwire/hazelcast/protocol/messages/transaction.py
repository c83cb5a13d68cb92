# SPDX-License-Identifier: Apache-2.0
"""Messages that begin and end a transaction.

Service 0x15. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import message

__all__ = [
    "COMMIT", "CREATE", "ROLLBACK",
]

COMMIT = message("Transaction.Commit", 0x150100, "transactionId:UUID threadId:long")
CREATE = message("Transaction.Create", 0x150200,
    "timeout:long durability:int transactionType:int threadId:long", "response:UUID")
ROLLBACK = message("Transaction.Rollback", 0x150300, "transactionId:UUID threadId:long")
