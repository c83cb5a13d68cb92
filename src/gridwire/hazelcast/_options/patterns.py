# SPDX-License-Identifier: Apache-2.0
"""Names of data structures in options, with at most one ``*``, as members match them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from gridwire.hazelcast._options.option import UnfitValueError
from gridwire.hazelcast.errors import InvalidConfigurationError

__all__ = ["check_pattern", "option_for"]

T = TypeVar("T")

_WILDCARD = "*"


def check_pattern(option: str, pattern: str) -> None:
    """See that a name or a pattern can be matched.

    Raises:
        UnfitValueError: it has more than one ``*``.
    """
    if pattern.count(_WILDCARD) > 1:
        raise UnfitValueError(
            f"{option}: the name {pattern!r} has more than one {_WILDCARD}",
            hint="Use one pattern for each part of the names that you mean.",
        )


def option_for(option: str, table: Mapping[str, T], name: str) -> T | None:
    """What a table says about a name.

    The name itself comes first, then the pattern that says most of it.

    Args:
        option: whose table it is, for the error.
        table: by names and patterns.
        name: of a data structure.

    Returns:
        The entry, None when nothing matches.

    Raises:
        InvalidConfigurationError: two patterns say as much of the name.
    """
    if name in table:
        return table[name]
    matching = [pattern for pattern in table if _matches(pattern, name)]
    if not matching:
        return None
    longest = max(map(len, matching))
    best = [pattern for pattern in matching if len(pattern) == longest]
    if len(best) > 1:
        raise InvalidConfigurationError(
            f"{option} is ambiguous for {name!r}: {' and '.join(map(repr, sorted(best)))} match it "
            "equally well",
            hint=f"Add an entry for {name!r} itself, or make one of the patterns longer.",
        )
    return table[best[0]]


def _matches(pattern: str, name: str) -> bool:
    before, star, after = pattern.partition(_WILDCARD)
    return (
        bool(star)
        and len(name) >= len(before) + len(after)
        and name.startswith(before)
        and name.endswith(after)
    )
