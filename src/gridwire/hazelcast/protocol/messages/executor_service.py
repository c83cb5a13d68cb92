# SPDX-License-Identifier: Apache-2.0
"""Messages of the distributed executor.

Service 0x08. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import message

__all__ = [
    "CANCEL_ON_MEMBER", "CANCEL_ON_PARTITION", "IS_SHUTDOWN", "SHUTDOWN", "SUBMIT_TO_MEMBER",
    "SUBMIT_TO_PARTITION",
]

SHUTDOWN = message("ExecutorService.Shutdown", 0x080100, "name:String")
IS_SHUTDOWN = message("ExecutorService.IsShutdown", 0x080200, "name:String", "response:boolean")
CANCEL_ON_PARTITION = message("ExecutorService.CancelOnPartition", 0x080300,
    "uuid:UUID interrupt:boolean", "response:boolean", route="partition")
CANCEL_ON_MEMBER = message("ExecutorService.CancelOnMember", 0x080400,
    "uuid:UUID memberUUID:UUID interrupt:boolean", "response:boolean")
# The response comes when the task is done.
SUBMIT_TO_PARTITION = message("ExecutorService.SubmitToPartition", 0x080500,
    "name:String uuid:UUID callable:Data", "response:Data?", route="partition", wait="connection")
SUBMIT_TO_MEMBER = message("ExecutorService.SubmitToMember", 0x080600,
    "name:String uuid:UUID callable:Data memberUUID:UUID", "response:Data?", wait="connection")
