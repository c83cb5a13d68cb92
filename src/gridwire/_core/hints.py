# SPDX-License-Identifier: Apache-2.0
"""What to say of several failures at once about what there is to do."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["hint_of"]

_MOST = 3
"""Pieces of advice in one hint."""


def hint_of(advices: Iterable[str], general: str) -> str:
    """The hint of an error that has several causes.

    Args:
        advices: one for each cause, empty where nothing particular is known.
        general: what to say where nothing particular is known.
    """
    given = list(advices)
    # Each once, in their order.
    known = list(dict.fromkeys(one for one in given if one))[:_MOST]
    if not given or not all(given):
        known.append(general)
    return " ".join(known)
