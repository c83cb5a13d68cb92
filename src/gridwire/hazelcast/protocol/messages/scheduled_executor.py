# SPDX-License-Identifier: Apache-2.0
"""Messages of the scheduled executor.

Service 0x1a. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import message

__all__ = [
    "CANCEL_FROM_MEMBER", "CANCEL_FROM_PARTITION", "DISPOSE_FROM_MEMBER", "DISPOSE_FROM_PARTITION",
    "GET_ALL_SCHEDULED_FUTURES", "GET_DELAY_FROM_MEMBER", "GET_DELAY_FROM_PARTITION",
    "GET_RESULT_FROM_MEMBER", "GET_RESULT_FROM_PARTITION", "GET_STATS_FROM_MEMBER",
    "GET_STATS_FROM_PARTITION", "IS_CANCELLED_FROM_MEMBER", "IS_CANCELLED_FROM_PARTITION",
    "IS_DONE_FROM_MEMBER", "IS_DONE_FROM_PARTITION", "SHUTDOWN", "SUBMIT_TO_MEMBER",
    "SUBMIT_TO_PARTITION",
]

SHUTDOWN = message("ScheduledExecutor.Shutdown", 0x1a0100, "schedulerName:String memberUuid:UUID")
SUBMIT_TO_PARTITION = message("ScheduledExecutor.SubmitToPartition", 0x1a0200,
    ("schedulerName:String type:byte taskName:String task:Data initialDelayInMillis:long "
     "periodInMillis:long autoDisposable:boolean@2.1"), route="task_name", retryable=True)
SUBMIT_TO_MEMBER = message("ScheduledExecutor.SubmitToMember", 0x1a0300,
    ("schedulerName:String memberUuid:UUID type:byte taskName:String task:Data "
     "initialDelayInMillis:long periodInMillis:long autoDisposable:boolean@2.1"), retryable=True)
GET_ALL_SCHEDULED_FUTURES = message("ScheduledExecutor.GetAllScheduledFutures", 0x1a0400,
    "schedulerName:String", "handlers:List[ScheduledTaskHandler]", retryable=True)
GET_STATS_FROM_PARTITION = message("ScheduledExecutor.GetStatsFromPartition", 0x1a0500,
    "schedulerName:String taskName:String",
    ("lastIdleTimeNanos:long totalIdleTimeNanos:long totalRuns:long totalRunTimeNanos:long "
     "lastRunDurationNanos:long"), route="task_name", retryable=True)
GET_STATS_FROM_MEMBER = message("ScheduledExecutor.GetStatsFromMember", 0x1a0600,
    "schedulerName:String taskName:String memberUuid:UUID",
    ("lastIdleTimeNanos:long totalIdleTimeNanos:long totalRuns:long totalRunTimeNanos:long "
     "lastRunDurationNanos:long"), retryable=True)
GET_DELAY_FROM_PARTITION = message("ScheduledExecutor.GetDelayFromPartition", 0x1a0700,
    "schedulerName:String taskName:String", "response:long", route="task_name", retryable=True)
GET_DELAY_FROM_MEMBER = message("ScheduledExecutor.GetDelayFromMember", 0x1a0800,
    "schedulerName:String taskName:String memberUuid:UUID", "response:long", retryable=True)
CANCEL_FROM_PARTITION = message("ScheduledExecutor.CancelFromPartition", 0x1a0900,
    "schedulerName:String taskName:String mayInterruptIfRunning:boolean", "response:boolean",
    route="task_name", retryable=True)
CANCEL_FROM_MEMBER = message("ScheduledExecutor.CancelFromMember", 0x1a0a00,
    "schedulerName:String taskName:String memberUuid:UUID mayInterruptIfRunning:boolean",
    "response:boolean", retryable=True)
IS_CANCELLED_FROM_PARTITION = message("ScheduledExecutor.IsCancelledFromPartition", 0x1a0b00,
    "schedulerName:String taskName:String", "response:boolean", route="task_name", retryable=True)
IS_CANCELLED_FROM_MEMBER = message("ScheduledExecutor.IsCancelledFromMember", 0x1a0c00,
    "schedulerName:String taskName:String memberUuid:UUID", "response:boolean", retryable=True)
IS_DONE_FROM_PARTITION = message("ScheduledExecutor.IsDoneFromPartition", 0x1a0d00,
    "schedulerName:String taskName:String", "response:boolean", route="task_name", retryable=True)
IS_DONE_FROM_MEMBER = message("ScheduledExecutor.IsDoneFromMember", 0x1a0e00,
    "schedulerName:String taskName:String memberUuid:UUID", "response:boolean", retryable=True)
# Waits until the task is done.
GET_RESULT_FROM_PARTITION = message("ScheduledExecutor.GetResultFromPartition", 0x1a0f00,
    "schedulerName:String taskName:String", "response:Data?", route="task_name", retryable=True,
    wait="connection")
GET_RESULT_FROM_MEMBER = message("ScheduledExecutor.GetResultFromMember", 0x1a1000,
    "schedulerName:String taskName:String memberUuid:UUID", "response:Data?", retryable=True,
    wait="connection")
DISPOSE_FROM_PARTITION = message("ScheduledExecutor.DisposeFromPartition", 0x1a1100,
    "schedulerName:String taskName:String", route="task_name", retryable=True)
DISPOSE_FROM_MEMBER = message("ScheduledExecutor.DisposeFromMember", 0x1a1200,
    "schedulerName:String taskName:String memberUuid:UUID", retryable=True)
