# SPDX-License-Identifier: Apache-2.0
"""The errors of the Aerospike side.

::

    AerospikeError                 (GridwireError)
    ├── ClientError                this program, or what it asked for, before a server answered
    │   ├── BackpressureError      too many operations at once; nothing was sent
    │   ├── ForeignLoopError       an asyncio client away from its event loop; nothing was sent
    │   └── RustPanicError         never raised here; programs that name it go on working
    ├── ServerError                an answer with a code that has no class of its own
    │   ├── AerospikeIndexError    secondary indexes
    │   │   ├── IndexNotFound      201
    │   │   └── IndexFoundError    200
    │   ├── QueryError
    │   │   └── QueryAbortedError  210, 15
    │   ├── AdminError             security: 51-56, 60-66, 70-75, 80-83
    │   └── UDFError               100
    ├── RecordError                about one record; 23 and 24 have no class of their own
    │   ├── RecordNotFound 2, RecordGenerationError 3, RecordExistsError 5, BinExistsError 6,
    │   └── BinTypeError 12, RecordTooBig 13, BinNotFound 17, BinNameError 21, FilteredOut 27
    ├── ClusterError               no node could be reached or asked
    ├── AerospikeTimeoutError      the clock, here or at the server
    ├── InvalidArgError            an argument that cannot be
    └── gridwire.errors.ProtocolError, whose Aerospike kind is here too: no sense in an answer

Every error has `code` (and `result_code`, the same number), `in_doubt`, `outcome`, `node`,
`attempts`, `elapsed` and `phase`; and `facts`, which has those of them that were learnt, and
``operation``, ``address`` and others.
"""

from __future__ import annotations

import warnings
from typing import Any, ClassVar, Self

from gridwire._core.outcome import Outcome
from gridwire.errors import (
    AccessDeniedError,
    ConnectionLostError,
    DeadlineExceededError,
    GridwireError,
    UsageError,
)
from gridwire.errors import BackpressureError as SharedBackpressureError
from gridwire.errors import ForeignLoopError as SharedForeignLoopError

__all__ = [
    "AdminError",
    "AerospikeError",
    "AerospikeIndexError",
    "AerospikeTimeoutError",
    "BackpressureError",
    "BinExistsError",
    "BinNameError",
    "BinNotFound",
    "BinTypeError",
    "ClientError",
    "ClusterError",
    "FilteredOut",
    "ForeignLoopError",
    "IndexFoundError",
    "IndexNotFound",
    "InvalidArgError",
    "QueryAbortedError",
    "QueryError",
    "RecordError",
    "RecordExistsError",
    "RecordGenerationError",
    "RecordNotFound",
    "RecordTooBig",
    "RustPanicError",
    "ServerError",
    "UDFError",
]


class AerospikeError(GridwireError):
    """The root of the Aerospike side.

    Args:
        message: what happened, one sentence.
        code: result code of the server, or a negative one of the client.
        in_doubt: whether a write may have been done although this was raised; then the outcome
            is UNKNOWN whatever else is given.
        outcome: what is known about the effect; the default of the class if None.
        hint: the likely cause or the way out.
        facts: what is known about the circumstances.

    Attributes:
        code: as given.
        in_doubt: whether a write may have been done although this was raised: always what
            `outcome` says.
    """

    default_code: ClassVar[int] = -1
    """The code of an error that is raised without one."""

    def __init__(
        self,
        message: str | None = None,
        /,
        *,
        code: int | None = None,
        in_doubt: bool = False,
        outcome: Outcome | None = None,
        hint: str | None = None,
        **facts: object,
    ) -> None:
        if in_doubt:
            outcome = Outcome.UNKNOWN
        super().__init__(message, outcome=outcome, hint=hint, **facts)
        self.code = self.default_code if code is None else code

    @property
    def in_doubt(self) -> bool:
        """Whether a write may have been done although this was raised; a read never is."""
        return self.outcome is Outcome.UNKNOWN and not self.changes_nothing

    @property
    def node(self) -> str | None:
        """The id of the node that was asked last; None when none was."""
        node = self.facts.get("node")
        return None if node is None else str(node)

    @property
    def attempts(self) -> int:
        """How often it was tried."""
        attempts = self.facts.get("attempts", 0)
        return attempts if isinstance(attempts, int) else 0

    @property
    def elapsed(self) -> float:
        """Seconds from the beginning of the call; 0 when it was refused at once."""
        elapsed = self.facts.get("elapsed", 0.0)
        return elapsed if isinstance(elapsed, (int, float)) else 0.0

    @property
    def phase(self) -> str:
        """How far it was."""
        return str(self.facts.get("phase", "before anything was sent"))

    def add_facts(self, **facts: object) -> Self:
        """Add what is not known yet; what is stays. See `with_facts`."""
        return self.with_facts(**{name: facts[name] for name in facts if name not in self.facts})

    @property
    def result_code(self) -> int:
        """The same number as `code`, by the name that aerospike_py has for it."""
        return self.code


class ClientError(AerospikeError):
    """Something that this program did, or its surroundings, before a server answered."""


class BackpressureError(ClientError, SharedBackpressureError):
    """More operations at once than `max_concurrent_operations` allows; nothing was sent."""


class ForeignLoopError(ClientError, SharedForeignLoopError):
    """An asyncio client was called on another event loop than its own, or in a forked child."""


class RustPanicError(ClientError):
    """Never raised by gridwire; it exists for programs that name it."""


class ServerError(AerospikeError):
    """A server answered with a code that has no class of its own."""


class AerospikeIndexError(ServerError):
    """About a secondary index."""


class IndexNotFound(AerospikeIndexError):
    """There is no such secondary index."""

    default_code: ClassVar[int] = 201


class IndexFoundError(AerospikeIndexError):
    """There is another secondary index of this name."""

    default_code: ClassVar[int] = 200


class QueryError(ServerError):
    """A query failed."""


class QueryAbortedError(QueryError):
    """A query was aborted at the server."""

    default_code: ClassVar[int] = 210


class AdminError(ServerError, AccessDeniedError):
    """The security subsystem refused something: credentials, a role, an operation."""


class UDFError(ServerError):
    """A function at the server failed."""

    default_code: ClassVar[int] = 100


class RecordError(AerospikeError):
    """About one record."""


class RecordNotFound(RecordError):
    """There is no such record."""

    default_code: ClassVar[int] = 2


class RecordExistsError(RecordError):
    """There is such a record already."""

    default_code: ClassVar[int] = 5


class RecordGenerationError(RecordError):
    """The record has another generation than was asked for."""

    default_code: ClassVar[int] = 3


class RecordTooBig(RecordError):
    """The record would be larger than the namespace allows."""

    default_code: ClassVar[int] = 13


class BinNameError(RecordError):
    """The server does not take the name of a bin."""

    default_code: ClassVar[int] = 21


class BinExistsError(RecordError):
    """There is such a bin already."""

    default_code: ClassVar[int] = 6


class BinNotFound(RecordError):
    """There is no such bin."""

    default_code: ClassVar[int] = 17


class BinTypeError(RecordError):
    """The bin has a type with which the operation cannot work."""

    default_code: ClassVar[int] = 12


class FilteredOut(RecordError):
    """The filter expression said no."""

    default_code: ClassVar[int] = 27


class ClusterError(AerospikeError, ConnectionLostError):
    """No node could be reached, or none that may be asked."""


class AerospikeTimeoutError(AerospikeError, DeadlineExceededError):
    """The time was over, here (`code` -1) or at the server (9)."""


class InvalidArgError(AerospikeError, UsageError):
    """An argument that cannot be; nothing was sent."""


_ALIASES = {"TimeoutError": AerospikeTimeoutError, "IndexError": AerospikeIndexError}


def __getattr__(name: str) -> Any:
    """Old names, which hide the built-in errors of the same name where they are imported."""
    known = _ALIASES.get(name)
    if known is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    warnings.warn(f"{name} is an old name of {known.__name__}", DeprecationWarning, stacklevel=2)
    return known
