# SPDX-License-Identifier: Apache-2.0
"""The hint of an error with several causes."""

from __future__ import annotations

import pytest

from gridwire._core.hints import hint_of


@pytest.mark.parametrize(
    ("advices", "hint"),
    [
        ([], "General."),
        ([""], "General."),
        (["A.", "A."], "A."),
        (["A.", "", "B."], "A. B. General."),
        (["B.", "A.", "C.", "D."], "B. A. C."),
    ],
)
def test_a_hint_of_all_causes(advices: list[str], hint: str) -> None:
    assert hint_of(iter(advices), "General.") == hint
