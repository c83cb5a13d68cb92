# SPDX-License-Identifier: Apache-2.0
"""Errors of members about partitions: nobody owns them, or they are on their way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridwire.hazelcast.error_codes import ErrorCode
from gridwire.hazelcast.protocol.messages import by_type
from gridwire.testing._hazelcast.refusals import Refusal, StackFrame

if TYPE_CHECKING:
    from gridwire.testing._hazelcast.member import Member

__all__ = ["no_data_member", "partition_migrating", "wrong_target"]

_INVOCATIONS = "com.hazelcast.spi.impl.operationservice.impl."
_EXCEPTIONS = "com.hazelcast.spi.exception."
_MAP_SERVICE = "hz:impl:mapService"


def no_data_member(of_one_partition: bool) -> Refusal:
    """All members are lite members, so nobody can own a partition.

    Args:
        of_one_partition: whether the request was about one partition, not about all.
    """
    message = "Partitions can't be assigned since all nodes in the cluster are lite members"
    if of_one_partition:
        message = (
            "Target of invocation cannot be found! Partition owner is null but partitions can't be"
            " assigned since all nodes in the cluster are lite members."
        )
        where = (_INVOCATIONS + "PartitionInvocation", "newTargetNullException")
        frame = StackFrame(*where, "PartitionInvocation.java", 90)
    else:
        service = "com.hazelcast.internal.partition.impl.InternalPartitionServiceImpl"
        file_name = "InternalPartitionServiceImpl.java"
        frame = StackFrame(service, "getPartitionOwnerOrWait", file_name, 230)
    name = "com.hazelcast.partition.NoDataMemberInClusterException"
    return Refusal(ErrorCode.NO_DATA_MEMBER, name, message, frame)


def partition_migrating(asked: Member, partition_id: int, kind: int) -> Refusal:
    """A partition moves to another member just now; the client is to try again.

    Args:
        asked: the member that was asked.
        partition_id: which partition.
        kind: type of the request.
    """
    return Refusal(
        ErrorCode.PARTITION_MIGRATING,
        _EXCEPTIONS + "PartitionMigratingException",
        f"Partition is migrating! this: [{asked.host}]:{asked.port}, partitionId: {partition_id}, "
        f"operation: {_operation(kind)}, service: {_MAP_SERVICE}",
        _frame(),
    )


def wrong_target(asked: Member, owner: Member, partition_id: int, kind: int) -> Refusal:
    """A member was asked for a partition that it does not own (any more, or yet).

    Args:
        asked: the member that was asked.
        owner: who owns the partition.
        partition_id: which partition.
        kind: type of the request.
    """
    return Refusal(
        ErrorCode.WRONG_TARGET,
        _EXCEPTIONS + "WrongTargetException",
        f"WrongTarget! local: {_named(asked)} this, expected-target: {_named(owner)}, "
        f"partitionId: {partition_id}, replicaIndex: 0, operation: {_operation(kind)}, "
        f"service: {_MAP_SERVICE}",
        _frame(),
    )


def _named(member: Member) -> str:
    return f"Member [{member.host}]:{member.port} - {member.uuid}"


def _operation(kind: int) -> str:
    method = by_type(kind).name.partition(".")[2]
    return f"com.hazelcast.map.impl.operation.{method}Operation"


def _frame() -> StackFrame:
    where = (_INVOCATIONS + "OperationRunnerImpl", "ensureNoPartitionProblems")
    return StackFrame(*where, "OperationRunnerImpl.java", 399)
