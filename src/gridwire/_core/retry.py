# SPDX-License-Identifier: Apache-2.0
"""Whether a failed attempt is made again, and when: one decision for every call style."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from gridwire._core.outcome import Outcome

__all__ = ["Attempt", "Fault", "Verdict", "decide", "pause_before"]

# The first retry comes at once: a lost connection usually has a successor already. A migration
# takes milliseconds, so the pause then starts there and doubles up to the configured one.
_FIRST_PAUSE = 0.005


class Fault(Enum):
    """What an attempt's failure says about the request."""

    NOT_SENT = "it never left"
    LOST = "it left, no answer came"
    REFUSED = "the member says that it did not do it, and that asking again may help"
    UNCLEAR = "the member gives up half-way and says that asking again may help"
    FINAL = "the answer"


@dataclass(frozen=True, slots=True)
class Attempt:
    """The facts about a failed attempt.

    Args:
        fault: what the failure says.
        outcome: what it says about the effect, when this was the only attempt.
        number: 1 for the first attempt.
        may_repeat: the operation may be executed twice without harm, or the user allowed it.
        was_unclear: an earlier attempt of this call may have been executed.
    """

    fault: Fault
    outcome: Outcome
    number: int
    may_repeat: bool
    was_unclear: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do.

    Args:
        again: send it again.
        outcome: what is known about the effect of all attempts so far.
        unclear: some attempt so far may have been executed.
    """

    again: bool
    outcome: Outcome
    unclear: bool


def decide(attempt: Attempt) -> Verdict:
    """Decide about a failed attempt.

    An attempt that was lost is repeated only when that cannot harm. One that a member refused, or
    gave up with a request to repeat, is repeated (the rule of all official clients), but from an
    unclear one on the outcome stays unknown whatever a later attempt says, short of success. A
    refusal may be unclear too: of an operation with many steps a part may be done.
    """
    fault = attempt.fault
    unclear = (
        attempt.was_unclear
        or attempt.outcome is Outcome.UNKNOWN
        or fault in (Fault.LOST, Fault.UNCLEAR)
    )
    if fault is Fault.FINAL:
        again = False
    elif fault is Fault.LOST:
        again = attempt.may_repeat
    else:
        again = True
    return Verdict(again, Outcome.UNKNOWN if unclear else attempt.outcome, unclear)


def pause_before(number: int, longest: float, chance: float) -> float:
    """Seconds to wait before an attempt.

    Args:
        number: of the attempt about to be made; the first retry is 2.
        longest: the configured pause, in seconds (`invocation_retry_pause`).
        chance: a random number in [0, 1), so that many callers do not come back together.

    Returns:
        0 for the first retry, then a few milliseconds doubling up to `longest`, each shortened by
        up to a half.
    """
    if number <= 2:
        return 0.0
    exponent = min(number - 3, 40)
    pause: float = min(_FIRST_PAUSE * 2**exponent, longest)
    return pause * (1.0 - 0.5 * chance)
