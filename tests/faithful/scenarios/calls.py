# SPDX-License-Identifier: Apache-2.0
"""The calls whose results `support.map_calls` has written down: proven here on everything else."""

from __future__ import annotations

from faithful.catalogue import Play, scenario
from faithful.observing import See
from support.map_calls import CASES


def _playing(case: str) -> Play:
    def play(see: See) -> None:
        m = see.map()
        for method, args, keywords, _ in CASES[case]:
            getattr(m, method)(*args, **keywords)

    return play


for _case in CASES:
    scenario(_playing(_case), _case)
