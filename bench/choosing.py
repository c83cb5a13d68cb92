# SPDX-License-Identifier: Apache-2.0
"""Choosing cases by their names."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Protocol, TypeVar

__all__ = ["Named", "UnknownCaseError", "choose"]


class UnknownCaseError(ValueError):
    """No case has the name that was asked for."""


class Named(Protocol):
    """A case, as far as choosing goes."""

    @property
    def name(self) -> str:
        """What it is asked for by."""


_C = TypeVar("_C", bound=Named)


def choose(patterns: Sequence[str], cases: Sequence[_C]) -> tuple[_C, ...]:
    """Give the cases whose names match one of the patterns, in their own order.

    Args:
        patterns: As file names are matched: ``asyncio-*-256``.
        cases: Where to choose from.

    Raises:
        UnknownCaseError: A pattern matches nothing.
    """
    for pattern in patterns:
        if not any(fnmatchcase(case.name, pattern) for case in cases):
            names = ", ".join(case.name for case in cases)
            raise UnknownCaseError(f"no case is named {pattern!r}; there are {names}")
    return tuple(
        case for case in cases if any(fnmatchcase(case.name, pattern) for pattern in patterns)
    )
