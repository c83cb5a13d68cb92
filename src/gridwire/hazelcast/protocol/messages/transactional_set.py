# SPDX-License-Identifier: Apache-2.0
"""Messages of the set inside a transaction.

Service 0x10. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import message

__all__ = [
    "ADD", "REMOVE", "SIZE",
]

ADD = message("TransactionalSet.Add", 0x100100, "name:String txnId:UUID threadId:long item:Data",
    "response:boolean")
REMOVE = message("TransactionalSet.Remove", 0x100200,
    "name:String txnId:UUID threadId:long item:Data", "response:boolean")
SIZE = message("TransactionalSet.Size", 0x100300, "name:String txnId:UUID threadId:long",
    "response:int")
