# SPDX-License-Identifier: Apache-2.0
"""Messages of the queue inside a transaction.

Service 0x12. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import message

__all__ = [
    "OFFER", "PEEK", "POLL", "SIZE", "TAKE",
]

OFFER = message("TransactionalQueue.Offer", 0x120100,
    "name:String txnId:UUID threadId:long item:Data timeout:long", "response:boolean",
    wait="timeout")
TAKE = message("TransactionalQueue.Take", 0x120200, "name:String txnId:UUID threadId:long",
    "response:Data?", wait="connection")
POLL = message("TransactionalQueue.Poll", 0x120300,
    "name:String txnId:UUID threadId:long timeout:long", "response:Data?", wait="timeout")
PEEK = message("TransactionalQueue.Peek", 0x120400,
    "name:String txnId:UUID threadId:long timeout:long", "response:Data?", wait="timeout")
SIZE = message("TransactionalQueue.Size", 0x120500, "name:String txnId:UUID threadId:long",
    "response:int")
