# SPDX-License-Identifier: Apache-2.0
"""The README shows every style in about ten lines; what they print is looked at with all pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

_PROJECT = Path(__file__).parent.parent
_README = _PROJECT / "README.md"
_PROGRAMS = re.findall(r"```python\n(.*?)```", _README.read_text(), re.DOTALL)
_STYLES = [
    "Hazelcast, blocking",
    "Hazelcast, futures",
    "Hazelcast, asyncio",
    "Aerospike, blocking",
    "Aerospike, asyncio",
]


def _program(style: str) -> str:
    return dict(zip(_STYLES, _PROGRAMS, strict=True))[style]


@pytest.mark.parametrize("style", _STYLES)
def test_each_program_is_about_ten_lines(style: str) -> None:
    lines = [line for line in _program(style).splitlines() if line.strip()]
    assert len(lines) <= 15
