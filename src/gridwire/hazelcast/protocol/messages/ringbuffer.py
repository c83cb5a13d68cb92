# SPDX-License-Identifier: Apache-2.0
"""Messages of the ringbuffer.

Service 0x17. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import message

__all__ = [
    "ADD", "ADD_ALL", "CAPACITY", "HEAD_SEQUENCE", "READ_MANY", "READ_ONE", "REMAINING_CAPACITY",
    "SIZE", "TAIL_SEQUENCE",
]

SIZE = message("Ringbuffer.Size", 0x170100, "name:String", "response:long", route="name",
    retryable=True)
TAIL_SEQUENCE = message("Ringbuffer.TailSequence", 0x170200, "name:String", "response:long",
    route="name", retryable=True)
HEAD_SEQUENCE = message("Ringbuffer.HeadSequence", 0x170300, "name:String", "response:long",
    route="name", retryable=True)
CAPACITY = message("Ringbuffer.Capacity", 0x170400, "name:String", "response:long", route="name",
    retryable=True)
REMAINING_CAPACITY = message("Ringbuffer.RemainingCapacity", 0x170500, "name:String",
    "response:long", route="name", retryable=True)
ADD = message("Ringbuffer.Add", 0x170600, "name:String overflowPolicy:int value:Data",
    "response:long", route="name")
# Reads wait until there is something to read.
READ_ONE = message("Ringbuffer.ReadOne", 0x170700, "name:String sequence:long", "response:Data?",
    route="name", retryable=True, wait="connection")
ADD_ALL = message("Ringbuffer.AddAll", 0x170800,
    "name:String valueList:List[Data] overflowPolicy:int", "response:long", route="name")
READ_MANY = message("Ringbuffer.ReadMany", 0x170900,
    "name:String startSequence:long minCount:int maxCount:int filter:Data?",
    "readCount:int items:List[Data] itemSeqs:longArray? nextSeq:long", route="name", retryable=True,
    wait="connection")
