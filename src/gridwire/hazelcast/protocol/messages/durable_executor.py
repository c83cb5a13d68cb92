# SPDX-License-Identifier: Apache-2.0
"""Messages of the durable executor, which keeps results on members.

Service 0x18. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import message

__all__ = [
    "DISPOSE_RESULT", "IS_SHUTDOWN", "RETRIEVE_AND_DISPOSE_RESULT", "RETRIEVE_RESULT", "SHUTDOWN",
    "SUBMIT_TO_PARTITION",
]

SHUTDOWN = message("DurableExecutor.Shutdown", 0x180100, "name:String")
IS_SHUTDOWN = message("DurableExecutor.IsShutdown", 0x180200, "name:String", "response:boolean")
SUBMIT_TO_PARTITION = message("DurableExecutor.SubmitToPartition", 0x180300,
    "name:String callable:Data", "response:int", route="partition", retryable=True)
# Waits until the task is done.
RETRIEVE_RESULT = message("DurableExecutor.RetrieveResult", 0x180400, "name:String sequence:int",
    "response:Data?", route="partition", retryable=True, wait="connection")
DISPOSE_RESULT = message("DurableExecutor.DisposeResult", 0x180500, "name:String sequence:int",
    route="partition", retryable=True)
RETRIEVE_AND_DISPOSE_RESULT = message("DurableExecutor.RetrieveAndDisposeResult", 0x180600,
    "name:String sequence:int", "response:Data?", route="partition", retryable=True,
    wait="connection")
