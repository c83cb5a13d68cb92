# SPDX-License-Identifier: Apache-2.0
"""Every error of the Hazelcast side, by the names that the official client uses.

`HazelcastError` is the root. A member reports an error as a chain of holders, the error itself
first and then its causes; `error_from_holders` turns the chain into the exception to raise. The
class comes from the code in the holder, see `gridwire.hazelcast.error_codes`. Classes derive
from a branch of `gridwire.errors`, or from a builtin, where that lets a program catch them by
what they mean: `OperationTimeoutError` is a `TimeoutError`, `TargetDisconnectedError` is a
`ConnectionError`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol, TypeVar

from gridwire._core.outcome import Outcome
from gridwire.errors import (
    AccessDeniedError,
    BackpressureError,
    ClientClosedError,
    ConnectionLostError,
    DeadlineExceededError,
    GridwireError,
    UsageError,
)
from gridwire.errors import ForeignLoopError as SharedForeignLoopError
from gridwire.hazelcast.error_codes import RETRYABLE_CODES, ErrorCode, outcome_of, sql_outcome_of

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = [
    "ERROR_CLASSES",
    "MAX_CAUSES",
    "MAX_STACK_FRAMES",
    "RETRYABLE_CODES",
    "AccessControlError",
    "ArrayIndexOutOfBoundsError",
    "ArrayStoreError",
    "AuthenticationError",
    "CPGroupDestroyedError",
    "CPLeaderSteppingDownError",
    "CacheError",
    "CacheLoaderError",
    "CacheNotExistsError",
    "CacheWriterError",
    "CallerNotMemberError",
    "CancellationError",
    "CannotReplicateError",
    "ClassCastError",
    "ClassNotFoundError",
    "ClientNotAllowedInClusterError",
    "ClientOfflineError",
    "ConcurrentModificationError",
    "ConfigMismatchError",
    "ConfigurationError",
    "ConsistencyLostError",
    "DiscoveryError",
    "DistributedObjectDestroyedError",
    "DuplicateInstanceNameError",
    "DuplicateTaskError",
    "EntryProcessorError",
    "ExecutionError",
    "ForeignLoopError",
    "HazelcastAssertionError",
    "HazelcastCertificationError",
    "HazelcastClientNotActiveError",
    "HazelcastEOFError",
    "HazelcastError",
    "HazelcastIOError",
    "HazelcastInstanceNotActiveError",
    "HazelcastInterruptedError",
    "HazelcastOverloadError",
    "HazelcastRuntimeError",
    "HazelcastSerializationError",
    "HazelcastSqlError",
    "HazelcastTimeoutError",
    "HolderLike",
    "IllegalAccessError",
    "IllegalAccessException",
    "IllegalArgumentError",
    "IllegalMonitorStateError",
    "IllegalStateError",
    "IllegalThreadStateError",
    "IndeterminateOperationStateError",
    "IndexOutOfBoundsError",
    "InvalidAddressError",
    "InvalidConfigurationError",
    "InvocationMightContainCompactDataError",
    "LeaderDemotedError",
    "LocalMemberResetError",
    "LockAcquireLimitReachedError",
    "LockOwnershipLostError",
    "LoginError",
    "MaxMessageSizeExceededError",
    "MemberLeftError",
    "MutationDisallowedError",
    "NativeOutOfMemoryError",
    "NegativeArraySizeError",
    "NoClassDefFoundError",
    "NoDataMemberInClusterError",
    "NoSuchElementError",
    "NoSuchFieldError",
    "NoSuchFieldException",
    "NoSuchMethodError",
    "NoSuchMethodException",
    "NodeIdOutOfRangeError",
    "NotLeaderError",
    "NotSerializableError",
    "NullPointerError",
    "OperationTimeoutError",
    "OutOfMemoryError",
    "PagingNotSupportedError",
    "PartialWriteError",
    "PartitionMigratingError",
    "QueryError",
    "QueryResultSizeExceededError",
    "ReachedMaxSizeError",
    "RejectedExecutionError",
    "ReplicatedMapCantBeCreatedOnLiteMemberError",
    "ResponseAlreadySentError",
    "RetryableHazelcastError",
    "RetryableIOError",
    "SecurityError",
    "ServiceNotFoundError",
    "SessionExpiredError",
    "SocketError",
    "SplitBrainProtectionError",
    "StackFrame",
    "StackOverflowError",
    "StaleAppendRequestError",
    "StaleSequenceError",
    "StaleTaskError",
    "StaleTaskIdError",
    "TargetDisconnectedError",
    "TargetNotMemberError",
    "TargetNotReplicaError",
    "TopicOverloadError",
    "TransactionError",
    "TransactionNotActiveError",
    "TransactionTimedOutError",
    "URISyntaxError",
    "UTFDataFormatError",
    "UndefinedErrorCodeError",
    "UnsupportedCallbackError",
    "UnsupportedOperationError",
    "VersionMismatchError",
    "WANReplicationQueueFullError",
    "WaitKeyCancelledError",
    "WrongTargetError",
    "XAError",
    "error_from_holders",
    "is_retryable_error",
    "outcome_of",
    "reported_as",
]

MAX_CAUSES = 64
"""Links of a cause chain that are kept. Members send a handful; a longer chain would only make
the error deep to print and to pickle."""

MAX_STACK_FRAMES = 1024
"""Frames of one reported stack that are kept, the depth at which virtual machines cut theirs."""


class StackFrame(NamedTuple):
    """One line of the stack trace of a member.

    Attributes:
        class_name: of the Java class.
        method_name: that was running.
        file_name: of its source, if known.
        line_number: in that file.
    """

    class_name: str
    method_name: str
    file_name: str | None
    line_number: int

    def __str__(self) -> str:
        place = f"{self.file_name or 'unknown source'}:{self.line_number}"
        return f"at {self.class_name}.{self.method_name}({place})"


class _FrameLike(Protocol):
    @property
    def class_name(self) -> str: ...
    @property
    def method_name(self) -> str: ...
    @property
    def file_name(self) -> str | None: ...
    @property
    def line_number(self) -> int: ...


class HolderLike(Protocol):
    """One link of a reported error, as the codec gives it."""

    @property
    def error_code(self) -> int:
        """The kind of the error."""

    @property
    def class_name(self) -> str:
        """The class of the exception inside the member."""

    @property
    def message(self) -> str | None:
        """What the member says about it, or `None`."""

    @property
    def stack_trace_elements(self) -> Sequence[_FrameLike]:
        """Where it happened inside the member."""


class HazelcastError(GridwireError):
    """The root of all errors of the Hazelcast side.

    Args:
        message: what happened, one sentence.
        cause: becomes ``__cause__``.
        code: the number by which a member reported it; `None` when this client raised it.
        server_class_name: the class of the exception inside the member.
        stack_trace: where it happened inside the member, innermost frame first.
        outcome: what is known about the effect of the operation.
        hint: the likely cause or the way out.
        facts: what is known about the circumstances, see `GridwireError`.
    """

    default_outcome: ClassVar[Outcome | None] = None
    """Of an error that is raised without one."""

    retryable: ClassVar[bool] = False
    """Whether asking again may help, for every operation (see `RETRYABLE_CODES`)."""

    code: int | None
    server_class_name: str | None
    stack_trace: tuple[StackFrame, ...]

    def __init__(
        self,
        message: str | None = None,
        cause: BaseException | None = None,
        *,
        code: int | None = None,
        server_class_name: str | None = None,
        stack_trace: tuple[StackFrame, ...] = (),
        outcome: Outcome | None = None,
        hint: str | None = None,
        **facts: object,
    ) -> None:
        super().__init__(message, outcome=outcome, hint=hint, **facts)
        self.code = code
        self.server_class_name = server_class_name
        self.stack_trace = stack_trace
        if cause is not None:
            self.__cause__ = cause

    @property
    def server_traceback(self) -> str:
        """The stack trace of the member as text, a frame a line; empty if there is none."""
        return "\n".join(map(str, self.stack_trace))

    def _shown_facts(self) -> Iterator[str]:
        yield from super()._shown_facts()
        if self.code is not None:
            yield f"code={self.code}"
        if self.server_class_name is not None:
            yield f"server_class={self.server_class_name}"


_E = TypeVar("_E", bound=HazelcastError)
_classes: dict[int, type[HazelcastError]] = {}

ERROR_CLASSES: Mapping[int, type[HazelcastError]] = MappingProxyType(_classes)
"""Code to class, for every code that a member of version 4.0 or later may send."""


def reported_as(code: int) -> Callable[[type[_E]], type[_E]]:
    """Make a class the one that stands for a code of members.

    Unless the class says otherwise, errors of it that this client raises by itself have the
    outcome that the code has.

    Args:
        code: one that no class stands for yet.

    Returns:
        A class decorator.

    Raises:
        ValueError: another class stands for the code.
    """

    def register(cls: type[_E]) -> type[_E]:
        if code in _classes:
            raise ValueError(f"{_classes[code].__name__} stands for code {code} already")
        _classes[code] = cls
        cls.retryable = code in RETRYABLE_CODES
        if "default_outcome" not in vars(cls):
            cls.default_outcome = outcome_of(code)
        return cls

    return register


reported_as(ErrorCode.HAZELCAST)(HazelcastError)


@reported_as(ErrorCode.ARRAY_INDEX_OUT_OF_BOUNDS)
class ArrayIndexOutOfBoundsError(HazelcastError, IndexError):
    """Code inside a member indexed an array outside its bounds."""


@reported_as(ErrorCode.ARRAY_STORE)
class ArrayStoreError(HazelcastError):
    """Code inside a member stored an object of the wrong type into an array."""


@reported_as(ErrorCode.AUTHENTICATION)
class AuthenticationError(HazelcastError, AccessDeniedError):
    """A member does not accept the credentials, the cluster name or the client."""


@reported_as(ErrorCode.CACHE)
class CacheError(HazelcastError):
    """A JCache operation failed inside a member."""


@reported_as(ErrorCode.CACHE_LOADER)
class CacheLoaderError(CacheError):
    """The loader of a cache failed inside a member."""


@reported_as(ErrorCode.CACHE_NOT_EXISTS)
class CacheNotExistsError(HazelcastError):
    """There is no cache of this name."""


@reported_as(ErrorCode.CACHE_WRITER)
class CacheWriterError(CacheError):
    """The writer of a cache failed inside a member."""


@reported_as(ErrorCode.CALLER_NOT_MEMBER)
class CallerNotMemberError(HazelcastError):
    """A member got an operation from a member that is not in its cluster."""


@reported_as(ErrorCode.CANCELLATION)
class CancellationError(HazelcastError):
    """The task was cancelled inside the cluster."""


@reported_as(ErrorCode.CLASS_CAST)
class ClassCastError(HazelcastError):
    """Code inside a member met an object of another type than it expected."""


@reported_as(ErrorCode.CLASS_NOT_FOUND)
class ClassNotFoundError(HazelcastError):
    """A member does not have the class that the request names."""


@reported_as(ErrorCode.CONCURRENT_MODIFICATION)
class ConcurrentModificationError(HazelcastError):
    """A collection inside a member changed while it was iterated over."""


@reported_as(ErrorCode.CONFIG_MISMATCH)
class ConfigMismatchError(HazelcastError):
    """The configurations of two members, or an added and an existing one, differ."""


class ConfigurationError(HazelcastError, UsageError):
    """Something is configured in a way that cannot work."""

    default_outcome: ClassVar[Outcome | None] = None


@reported_as(ErrorCode.DISTRIBUTED_OBJECT_DESTROYED)
class DistributedObjectDestroyedError(HazelcastError):
    """The data structure was destroyed while the operation waited in it."""


class DuplicateInstanceNameError(HazelcastError):
    """An instance of this name exists already."""


@reported_as(ErrorCode.EOF)
class HazelcastEOFError(HazelcastError, EOFError):
    """Serialized data ended before the object in it was complete."""

    default_outcome: ClassVar[Outcome | None] = None


@reported_as(ErrorCode.ENTRY_PROCESSOR)
class EntryProcessorError(CacheError):
    """An entry processor of a cache failed inside a member."""


@reported_as(ErrorCode.EXECUTION)
class ExecutionError(HazelcastError):
    """A task that a member ran ended with an exception; ``__cause__`` is that exception."""


@reported_as(ErrorCode.HAZELCAST_INSTANCE_NOT_ACTIVE)
class HazelcastInstanceNotActiveError(HazelcastError):
    """The member is shutting down; what was pending in it may have been executed."""


@reported_as(ErrorCode.HAZELCAST_OVERLOAD)
class HazelcastOverloadError(HazelcastError, BackpressureError):
    """A member has more pending operations than its back pressure allows."""


@reported_as(ErrorCode.HAZELCAST_SERIALIZATION)
class HazelcastSerializationError(HazelcastError):
    """An object cannot be serialized, or serialized data cannot be read."""

    default_outcome: ClassVar[Outcome | None] = None


@reported_as(ErrorCode.IO)
class HazelcastIOError(HazelcastError, OSError):
    """Input or output failed inside a member."""


@reported_as(ErrorCode.ILLEGAL_ARGUMENT)
class IllegalArgumentError(HazelcastError, ValueError):
    """An argument has a value that the operation does not allow."""

    default_outcome: ClassVar[Outcome | None] = None


@reported_as(ErrorCode.ILLEGAL_ACCESS_EXCEPTION)
class IllegalAccessException(HazelcastError):
    """Code inside a member called something that it may not see, found at run time."""


@reported_as(ErrorCode.ILLEGAL_ACCESS_ERROR)
class IllegalAccessError(HazelcastError):
    """Code inside a member was linked against something that it may not see."""


@reported_as(ErrorCode.ILLEGAL_MONITOR_STATE)
class IllegalMonitorStateError(HazelcastError):
    """The lock is not held by the one who tried to use it as its owner."""


@reported_as(ErrorCode.ILLEGAL_STATE)
class IllegalStateError(HazelcastError):
    """The operation is not possible in the present state."""

    default_outcome: ClassVar[Outcome | None] = None


@reported_as(ErrorCode.ILLEGAL_THREAD_STATE)
class IllegalThreadStateError(HazelcastError):
    """A thread inside a member is not in the state that the operation needs."""


@reported_as(ErrorCode.INDEX_OUT_OF_BOUNDS)
class IndexOutOfBoundsError(HazelcastError, IndexError):
    """An index is outside the bounds of the list."""


@reported_as(ErrorCode.INTERRUPTED)
class HazelcastInterruptedError(HazelcastError):
    """A thread inside a member was interrupted while it worked on the operation."""


@reported_as(ErrorCode.INVALID_ADDRESS)
class InvalidAddressError(HazelcastError, ValueError):
    """A text is not an address."""

    default_outcome: ClassVar[Outcome | None] = None


@reported_as(ErrorCode.INVALID_CONFIGURATION)
class InvalidConfigurationError(HazelcastError, UsageError):
    """An option does not exist, has no effect in this version, or contradicts another."""

    default_outcome: ClassVar[Outcome | None] = None


@reported_as(ErrorCode.MEMBER_LEFT)
class MemberLeftError(HazelcastError):
    """The member that worked on the operation left the cluster."""


@reported_as(ErrorCode.NEGATIVE_ARRAY_SIZE)
class NegativeArraySizeError(HazelcastError):
    """Code inside a member asked for an array of negative size."""


@reported_as(ErrorCode.NO_SUCH_ELEMENT)
class NoSuchElementError(HazelcastError, LookupError):
    """The element that was asked for does not exist."""


@reported_as(ErrorCode.NOT_SERIALIZABLE)
class NotSerializableError(HazelcastError):
    """A member met an object that it cannot serialize."""

    default_outcome: ClassVar[Outcome | None] = None


@reported_as(ErrorCode.NULL_POINTER)
class NullPointerError(HazelcastError):
    """Code inside a member met a null that it did not expect."""


@reported_as(ErrorCode.OPERATION_TIMEOUT)
class OperationTimeoutError(HazelcastError, DeadlineExceededError):
    """The operation did not end in time; it may still be executed."""


@reported_as(ErrorCode.PARTITION_MIGRATING)
class PartitionMigratingError(HazelcastError):
    """The partition is moving to another member at the moment."""


@reported_as(ErrorCode.QUERY)
class QueryError(HazelcastError):
    """A query failed inside a member."""


@reported_as(ErrorCode.QUERY_RESULT_SIZE_EXCEEDED)
class QueryResultSizeExceededError(HazelcastError):
    """The result of the query is larger than the members allow."""


@reported_as(ErrorCode.SPLIT_BRAIN_PROTECTION)
class SplitBrainProtectionError(HazelcastError):
    """Too few members are present for the split-brain protection of the structure."""


@reported_as(ErrorCode.REACHED_MAX_SIZE)
class ReachedMaxSizeError(HazelcastError):
    """The data structure is full."""


@reported_as(ErrorCode.REJECTED_EXECUTION)
class RejectedExecutionError(HazelcastError):
    """An executor inside the cluster is shut down or full."""


@reported_as(ErrorCode.RESPONSE_ALREADY_SENT)
class ResponseAlreadySentError(HazelcastError):
    """A member answered the same operation twice."""


@reported_as(ErrorCode.RETRYABLE_HAZELCAST)
class RetryableHazelcastError(HazelcastError):
    """A member cannot do it now and asks to be asked again."""


@reported_as(ErrorCode.RETRYABLE_IO)
class RetryableIOError(HazelcastError, OSError):
    """Input or output failed inside a member in a way that may pass."""


@reported_as(ErrorCode.RUNTIME)
class HazelcastRuntimeError(HazelcastError):
    """Code inside a member failed in a way that has no name of its own."""


@reported_as(ErrorCode.SECURITY)
class SecurityError(HazelcastError, AccessDeniedError):
    """The security settings of a member forbid it."""


@reported_as(ErrorCode.SOCKET)
class SocketError(HazelcastError, OSError):
    """A socket of a member failed."""


@reported_as(ErrorCode.STALE_SEQUENCE)
class StaleSequenceError(HazelcastError):
    """The items of a ringbuffer that were asked for are overwritten by now."""


@reported_as(ErrorCode.TARGET_DISCONNECTED)
class TargetDisconnectedError(HazelcastError, ConnectionLostError):
    """The connection to the member was lost before its answer came."""


@reported_as(ErrorCode.TARGET_NOT_MEMBER)
class TargetNotMemberError(HazelcastError):
    """The member that the operation is meant for is not in the cluster."""


@reported_as(ErrorCode.TIMEOUT)
class HazelcastTimeoutError(HazelcastError, DeadlineExceededError):
    """Something inside a member took longer than it may."""


@reported_as(ErrorCode.TOPIC_OVERLOAD)
class TopicOverloadError(HazelcastError):
    """A reliable topic has no room for the message and its policy is to fail."""


@reported_as(ErrorCode.TRANSACTION)
class TransactionError(HazelcastError):
    """The transaction failed."""


@reported_as(ErrorCode.TRANSACTION_NOT_ACTIVE)
class TransactionNotActiveError(HazelcastError):
    """The transaction is over, or has not begun."""


@reported_as(ErrorCode.TRANSACTION_TIMED_OUT)
class TransactionTimedOutError(HazelcastError, DeadlineExceededError):
    """The transaction took longer than its timeout."""


@reported_as(ErrorCode.URI_SYNTAX)
class URISyntaxError(HazelcastError, ValueError):
    """A text is not a URI."""


@reported_as(ErrorCode.UTF_DATA_FORMAT)
class UTFDataFormatError(HazelcastError):
    """A member read bytes that are not its form of UTF-8."""


@reported_as(ErrorCode.UNSUPPORTED_OPERATION)
class UnsupportedOperationError(HazelcastError):
    """The member, or this data structure, does not have this operation."""


@reported_as(ErrorCode.WRONG_TARGET)
class WrongTargetError(HazelcastError):
    """The member does not own the partition; ownership moved a moment ago."""


@reported_as(ErrorCode.XA)
class XAError(HazelcastError):
    """A distributed (XA) transaction failed."""


@reported_as(ErrorCode.ACCESS_CONTROL)
class AccessControlError(HazelcastError, AccessDeniedError):
    """The client has no permission for this operation."""


@reported_as(ErrorCode.LOGIN)
class LoginError(HazelcastError, AccessDeniedError):
    """The login module of a member refused the client."""


@reported_as(ErrorCode.UNSUPPORTED_CALLBACK)
class UnsupportedCallbackError(HazelcastError):
    """The login module of a member was asked for something that it does not know."""


@reported_as(ErrorCode.NO_DATA_MEMBER)
class NoDataMemberInClusterError(HazelcastError):
    """There are only lite members, which hold no data."""


@reported_as(ErrorCode.REPLICATED_MAP_CANT_BE_CREATED)
class ReplicatedMapCantBeCreatedOnLiteMemberError(HazelcastError):
    """A replicated map was asked for on a lite member."""


@reported_as(ErrorCode.MAX_MESSAGE_SIZE_EXCEEDED)
class MaxMessageSizeExceededError(HazelcastError):
    """The request is larger than the member accepts."""


@reported_as(ErrorCode.WAN_REPLICATION_QUEUE_FULL)
class WANReplicationQueueFullError(HazelcastError):
    """The queue of the replication to another cluster is full."""


@reported_as(ErrorCode.ASSERTION_ERROR)
class HazelcastAssertionError(HazelcastError, AssertionError):
    """An assertion inside a member does not hold."""


@reported_as(ErrorCode.OUT_OF_MEMORY_ERROR)
class OutOfMemoryError(HazelcastError):
    """A member ran out of memory."""


@reported_as(ErrorCode.STACK_OVERFLOW_ERROR)
class StackOverflowError(HazelcastError):
    """A member ran out of stack, mostly because of deeply nested objects."""


@reported_as(ErrorCode.NATIVE_OUT_OF_MEMORY_ERROR)
class NativeOutOfMemoryError(HazelcastError):
    """A member ran out of its off-heap memory."""


@reported_as(ErrorCode.SERVICE_NOT_FOUND)
class ServiceNotFoundError(HazelcastError):
    """The member does not have this kind of data structure."""


@reported_as(ErrorCode.STALE_TASK_ID)
class StaleTaskIdError(HazelcastError):
    """The result of a durable task was asked for after it was disposed of."""


@reported_as(ErrorCode.DUPLICATE_TASK)
class DuplicateTaskError(HazelcastError):
    """A scheduled task of this name exists already."""


@reported_as(ErrorCode.STALE_TASK)
class StaleTaskError(HazelcastError):
    """A scheduled task was asked about after it was disposed of."""


@reported_as(ErrorCode.LOCAL_MEMBER_RESET)
class LocalMemberResetError(HazelcastError):
    """The member reset itself to join another part of a split cluster."""


@reported_as(ErrorCode.INDETERMINATE_OPERATION_STATE)
class IndeterminateOperationStateError(HazelcastError):
    """It is not known whether the operation, or its backups, were done."""


@reported_as(ErrorCode.FLAKE_ID_NODE_ID_OUT_OF_RANGE)
class NodeIdOutOfRangeError(HazelcastError):
    """The member joined too late to have a node id for unique ids."""


@reported_as(ErrorCode.TARGET_NOT_REPLICA)
class TargetNotReplicaError(HazelcastError):
    """The member holds no replica of this counter."""


@reported_as(ErrorCode.MUTATION_DISALLOWED)
class MutationDisallowedError(HazelcastError):
    """The replica does not accept changes, because its member is shutting down."""


@reported_as(ErrorCode.CONSISTENCY_LOST)
class ConsistencyLostError(HazelcastError):
    """No replica of the counter has seen all that this client has seen."""


class HazelcastClientNotActiveError(HazelcastError, ClientClosedError):
    """The client is shut down."""

    default_outcome: ClassVar[Outcome | None] = Outcome.UNKNOWN
    default_message = "Client is not active"


class HazelcastCertificationError(HazelcastError):
    """The certificate of the peer was not accepted."""


class DiscoveryError(HazelcastIOError):
    """Who should say where members are does not say it: a coordinator, or a function."""

    default_outcome: ClassVar[Outcome | None] = None


class ClientOfflineError(HazelcastError, ConnectionLostError):
    """No member is connected, and the client does not make callers wait for one."""

    default_outcome: ClassVar[Outcome | None] = Outcome.NOT_SENT
    default_message = "No connection found to cluster"


class ForeignLoopError(HazelcastError, SharedForeignLoopError):
    """An asyncio client was called on another event loop than its own, or in a forked child."""

    default_outcome: ClassVar[Outcome | None] = Outcome.NOT_SENT
    default_message = SharedForeignLoopError.default_message


class ClientNotAllowedInClusterError(HazelcastError):
    """The cluster does not let this client in, or is not the one it was connected to."""


@reported_as(ErrorCode.VERSION_MISMATCH)
class VersionMismatchError(HazelcastError):
    """The versions of two members, or of a member and the cluster, do not fit."""


@reported_as(ErrorCode.NO_SUCH_METHOD_ERROR)
class NoSuchMethodError(HazelcastError):
    """Code inside a member was linked against a method that is not there."""


@reported_as(ErrorCode.NO_SUCH_METHOD)
class NoSuchMethodException(HazelcastError):
    """Code inside a member looked up a method that is not there."""


@reported_as(ErrorCode.NO_SUCH_FIELD_ERROR)
class NoSuchFieldError(HazelcastError):
    """Code inside a member was linked against a field that is not there."""


@reported_as(ErrorCode.NO_SUCH_FIELD)
class NoSuchFieldException(HazelcastError):
    """Code inside a member looked up a field that is not there."""


@reported_as(ErrorCode.NO_CLASS_DEF_FOUND_ERROR)
class NoClassDefFoundError(HazelcastError):
    """Code inside a member was linked against a class that is not there."""


@reported_as(ErrorCode.UNDEFINED)
class UndefinedErrorCodeError(HazelcastError):
    """A member reported an error by a code that has no class here."""


@reported_as(ErrorCode.SESSION_EXPIRED)
class SessionExpiredError(HazelcastError):
    """The CP session of this client is closed."""


@reported_as(ErrorCode.WAIT_KEY_CANCELLED)
class WaitKeyCancelledError(HazelcastError):
    """Waiting for a lock or a permit ended because the same owner asked again."""


@reported_as(ErrorCode.LOCK_ACQUIRE_LIMIT_REACHED)
class LockAcquireLimitReachedError(HazelcastError):
    """The owner holds the lock as many times as it may."""


@reported_as(ErrorCode.LOCK_OWNERSHIP_LOST)
class LockOwnershipLostError(HazelcastError):
    """The lock was taken away because the session of its owner ended."""


@reported_as(ErrorCode.CP_GROUP_DESTROYED)
class CPGroupDestroyedError(HazelcastError):
    """The CP group that holds the data structure was destroyed."""


@reported_as(ErrorCode.CANNOT_REPLICATE)
class CannotReplicateError(HazelcastError):
    """The leader of the CP group has too many uncommitted entries, or is moving."""


@reported_as(ErrorCode.LEADER_DEMOTED)
class LeaderDemotedError(HazelcastError):
    """The leader of the CP group changed, and its uncommitted entry was dropped."""


@reported_as(ErrorCode.STALE_APPEND_REQUEST)
class StaleAppendRequestError(HazelcastError):
    """The leader of the CP group changed before it knew whether the entry was committed."""


@reported_as(ErrorCode.NOT_LEADER)
class NotLeaderError(HazelcastError):
    """The member is not the leader of the CP group."""


@reported_as(ErrorCode.CP_LEADER_STEPPING_DOWN)
class CPLeaderSteppingDownError(HazelcastError):
    """The leader of the CP group is handing over its role."""


class InvocationMightContainCompactDataError(HazelcastError):
    """The operation may hold Compact data whose schema the cluster does not know yet."""

    default_outcome: ClassVar[Outcome | None] = Outcome.NOT_SENT
    default_message = "The cluster does not know the schemas of this client yet"


class HazelcastSqlError(HazelcastError):
    """An SQL statement failed.

    Args:
        originating_member_uuid: the member, or client, where the error arose.
        code: one of `gridwire.hazelcast.error_codes.SqlErrorCode`.
        message: what happened.
        cause: becomes ``__cause__``.
        suggestion: a statement that would mend it, if the member knows one.
    """

    originating_member_uuid: uuid.UUID | None
    suggestion: str | None

    def __init__(
        self,
        originating_member_uuid: uuid.UUID | None,
        code: int,
        message: str | None,
        cause: BaseException | None = None,
        suggestion: str | None = None,
    ) -> None:
        super().__init__(message, cause, code=code, outcome=sql_outcome_of(code))
        self.originating_member_uuid = originating_member_uuid
        self.suggestion = suggestion


def error_from_holders(holders: Sequence[HolderLike], *, atomic: bool = True) -> HazelcastError:
    """Make the exception that a member reported.

    Args:
        holders: the error itself, then its causes; at most `MAX_CAUSES` are looked at.
        atomic: what `outcome_of` asks about the operation.

    Returns:
        The error, its causes as the chain of ``__cause__``. A code without a class gives
        `UndefinedErrorCodeError`.
    """
    error: HazelcastError | None = None
    for holder in reversed(holders[:MAX_CAUSES]):
        error = _error_from_holder(holder, error)
    if error is None:
        return UndefinedErrorCodeError("A member reported an error without saying which")
    # The outcome belongs to the answer as a whole; a cause has none of its own.
    error.outcome = outcome_of(holders[0].error_code, atomic=atomic)
    return error


def _error_from_holder(holder: HolderLike, cause: HazelcastError | None) -> HazelcastError:
    cls = ERROR_CLASSES.get(holder.error_code, UndefinedErrorCodeError)
    frames = holder.stack_trace_elements[:MAX_STACK_FRAMES]
    error = cls(
        holder.message or holder.class_name.rpartition(".")[2],
        cause,
        code=holder.error_code,
        server_class_name=holder.class_name,
        stack_trace=tuple(
            StackFrame(f.class_name, f.method_name, f.file_name, f.line_number) for f in frames
        ),
    )
    error.outcome = None
    return error


def is_retryable_error(error: BaseException) -> bool:
    """Tell whether asking again may help, for every operation.

    Args:
        error: any exception.

    Returns:
        `True` for the errors of `RETRYABLE_CODES`. Whether it is safe is another question, which
        ``error.outcome`` answers.
    """
    return isinstance(error, HazelcastError) and error.retryable


class NullArgumentError(HazelcastError, UsageError, AssertionError):
    """A key, a value or another argument is None where the cluster has no null."""

    default_outcome = Outcome.NOT_SENT


class PagingNotSupportedError(HazelcastError, UsageError, AssertionError):
    """A paging predicate was given to an operation that knows no pages."""

    default_outcome = Outcome.NOT_SENT


class PartialWriteError(HazelcastError):
    """A write of many entries failed in part.

    Its outcome is that of the worst part: UNKNOWN if any is, then REJECTED, then NOT_SENT.

    Args:
        outcomes: key to outcome; None for keys that were written.
        failures: the errors of the parts.

    Attributes:
        outcomes: as given.
        failures: as given.
    """

    outcomes: Mapping[Any, Outcome | None]
    failures: Sequence[BaseException]

    def __init__(
        self,
        outcomes: Mapping[Any, Outcome | None],
        failures: Sequence[BaseException],
    ) -> None:
        found = {outcome for outcome in outcomes.values() if outcome is not None}
        worst = next((one for one in _WORST_FIRST if one in found), None)
        failed = sum(outcome is not None for outcome in outcomes.values())
        super().__init__(
            f"{failed} of {len(outcomes)} entries may not have been written", outcome=worst
        )
        self.outcomes = outcomes
        self.failures = failures

    def __str__(self) -> str:
        counts = [
            f"{sum(one is outcome for one in self.outcomes.values())} {outcome.name}"
            for outcome in _WORST_FIRST
            if outcome in self.outcomes.values()
        ]
        shown = ", ".join([*counts, *self._shown_facts()])
        return f"{self.message} ({shown}). `outcomes` says which."


_WORST_FIRST = (Outcome.UNKNOWN, Outcome.REJECTED, Outcome.NOT_SENT)
