# SPDX-License-Identifier: Apache-2.0
"""Messages of XA transactions, driven by an outer transaction manager.

Service 0x14. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import message

__all__ = [
    "CLEAR_REMOTE", "COLLECT_TRANSACTIONS", "COMMIT", "CREATE", "FINALIZE", "PREPARE", "ROLLBACK",
]

CLEAR_REMOTE = message("XATransaction.ClearRemote", 0x140100, "xid:Xid", route="xid")
COLLECT_TRANSACTIONS = message("XATransaction.CollectTransactions", 0x140200, "",
    "response:List[Xid]")
FINALIZE = message("XATransaction.Finalize", 0x140300, "xid:Xid isCommit:boolean", route="xid")
COMMIT = message("XATransaction.Commit", 0x140400, "transactionId:UUID onePhase:boolean")
CREATE = message("XATransaction.Create", 0x140500, "xid:Xid timeout:long", "response:UUID")
PREPARE = message("XATransaction.Prepare", 0x140600, "transactionId:UUID")
ROLLBACK = message("XATransaction.Rollback", 0x140700, "transactionId:UUID")
