# SPDX-License-Identifier: Apache-2.0
"""What all tests share; each plugin's docstring says what it does."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

pytest_plugins = (
    "pytester",
    "support.implementation",
    "support.leaks",
    "support.real_members",
    "support.real_aerospike",
    "support.required_modules",
)

# Examples are not timed: the machine may be busy with other tests' members. CI tries the same
# examples each time, so that a change is judged by what it changed; developers explore.
settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")

UNIT_EXAMPLES = 30
"""How many a property is tried with where slow tests are left out; else as many as ever, 100."""


def pytest_configure(config: pytest.Config) -> None:
    """A run without the slow tests is one that somebody waits for: it tries fewer examples."""
    leaves_out_slow = "not slow" in (config.getoption("markexpr") or "")
    if leaves_out_slow and not config.getoption("--hypothesis-profile", None):
        settings.register_profile("unit", settings(), max_examples=UNIT_EXAMPLES)
        settings.load_profile("unit")
