# SPDX-License-Identifier: Apache-2.0
"""What all tests share; each plugin's docstring says what it does."""

from __future__ import annotations

import os

from hypothesis import settings

pytest_plugins = (
    "pytester",
    "support.implementation",
    "support.leaks",
    "support.real_members",
    "support.real_aerospike",
)

# Examples are not timed: the machine may be busy with other tests' members. CI tries the same
# examples each time, so that a change is judged by what it changed; developers explore.
settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")
