# SPDX-License-Identifier: Apache-2.0
"""What came of the first words with whoever listens somewhere, the same for both systems. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from gridwire.errors import GridwireError

__all__ = ["UNHEARD", "Answer", "answer_of", "how_it_was", "words_of"]


class Answer(StrEnum):
    """What came of saying who we are, or of asking who is there; as the fact ``failure`` has it."""

    ADMITTED = "admitted"
    REFUSED = "refused"
    """Name or credentials."""
    NOT_ALLOWED = "not-allowed"
    """Clients are blocked."""
    SERIALIZATION = "serialization"
    """It does not go together with this client."""
    TLS = "tls"
    """It speaks TLS, and was spoken to without."""
    ENDED = "ended"
    SILENT = "silent"
    NONSENSE = "nonsense"
    ERROR = "error"


UNHEARD = frozenset({Answer.ENDED, Answer.SILENT, Answer.NONSENSE})
"""Whoever is there did not understand us: he may speak something else."""


def answer_of(error: BaseException, table: Sequence[tuple[type[BaseException], Answer]]) -> Answer:
    """What an error stands for.

    Args:
        error: how the first words ended.
        table: classes of errors, the narrow ones first.
    """
    return next((one for kind, one in table if isinstance(error, kind)), Answer.ERROR)


def words_of(error: BaseException, seconds: float) -> str:
    """What an error says.

    Args:
        error: how something ended.
        seconds: how long we would have waited.
    """
    if isinstance(error, TimeoutError) and not str(error):
        return f"no answer within {seconds:g} s"
    return error.message if isinstance(error, GridwireError) else str(error)


def how_it_was(answer: Answer, text: str) -> str:
    """What somebody did who is not what we came for, behind "whoever listens there".

    Args:
        answer: one of `UNHEARD`, or an error.
        text: what went wrong.
    """
    return {
        Answer.ENDED: "closed the connection without a word",
        Answer.SILENT: f"took the connection and then said nothing ({text})",
        Answer.NONSENSE: f"answered in another protocol: {text}",
        Answer.ERROR: f"answered with an error: {text}",
    }[answer]
