# SPDX-License-Identifier: Apache-2.0
"""Messages of the multi-map inside a transaction.

Service 0x0f. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import message

__all__ = [
    "GET", "PUT", "REMOVE", "REMOVE_ENTRY", "SIZE", "VALUE_COUNT",
]

PUT = message("TransactionalMultiMap.Put", 0x0f0100,
    "name:String txnId:UUID threadId:long key:Data value:Data", "response:boolean")
GET = message("TransactionalMultiMap.Get", 0x0f0200,
    "name:String txnId:UUID threadId:long key:Data", "response:List[Data]")
REMOVE = message("TransactionalMultiMap.Remove", 0x0f0300,
    "name:String txnId:UUID threadId:long key:Data", "response:List[Data]")
REMOVE_ENTRY = message("TransactionalMultiMap.RemoveEntry", 0x0f0400,
    "name:String txnId:UUID threadId:long key:Data value:Data", "response:boolean")
VALUE_COUNT = message("TransactionalMultiMap.ValueCount", 0x0f0500,
    "name:String txnId:UUID threadId:long key:Data", "response:int")
SIZE = message("TransactionalMultiMap.Size", 0x0f0600, "name:String txnId:UUID threadId:long",
    "response:int")
