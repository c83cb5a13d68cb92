# SPDX-License-Identifier: Apache-2.0
"""What is known about the effect of an operation that failed: the three honest answers."""

from __future__ import annotations

from enum import Enum

__all__ = ["Outcome"]


class Outcome(Enum):
    """What the caller of a failed operation may conclude about its effect.

    An error without an outcome (`None`) is not about one operation, for example about an option.
    """

    NOT_SENT = "not sent"
    """Not every byte of the request left this process, so no member can have executed it.

    The caller may run the operation again, whatever the operation is.
    """

    UNKNOWN = "unknown"
    """The request may have been executed, now or later, or never.

    The caller may run the operation again when executing it twice does no harm; otherwise it has
    to read the state first, or treat the data as suspect.
    """

    REJECTED = "rejected"
    """A server answered, and its answer means that the operation was not done.

    The caller may run the operation again once the reason that the error names is gone.
    """

    @property
    def safe_to_repeat(self) -> bool:
        """Whether running the operation again cannot execute it twice."""
        return self is not Outcome.UNKNOWN

    @property
    def sentence(self) -> str:
        """The outcome in words, as errors print it."""
        return _SENTENCES[self]


_SENTENCES = {
    Outcome.NOT_SENT: "Nothing was sent.",
    Outcome.UNKNOWN: "The outcome is unknown: the operation may or may not have been executed.",
    Outcome.REJECTED: "The server did not execute it.",
}
