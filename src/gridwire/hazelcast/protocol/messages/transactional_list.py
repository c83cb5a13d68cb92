# SPDX-License-Identifier: Apache-2.0
"""Messages of the list inside a transaction.

Service 0x11. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import message

__all__ = [
    "ADD", "REMOVE", "SIZE",
]

ADD = message("TransactionalList.Add", 0x110100, "name:String txnId:UUID threadId:long item:Data",
    "response:boolean")
REMOVE = message("TransactionalList.Remove", 0x110200,
    "name:String txnId:UUID threadId:long item:Data", "response:boolean")
SIZE = message("TransactionalList.Size", 0x110300, "name:String txnId:UUID threadId:long",
    "response:int")
