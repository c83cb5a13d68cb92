# SPDX-License-Identifier: Apache-2.0
"""The last lines of a run say whether a real server was used, and for what it was not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[2]

CODE = """
from support.real_aerospike import REAL_SERVER, note_left_out, note_server, note_wanted

def test_something(request):
    note_wanted(request.config)
    if REAL_SERVER is not None:
        assert REAL_SERVER == ("localhost", 3000)
        note_server(request.config, "8.1.2.0")
        note_left_out(request.config, "a", "no way")
        note_left_out(request.config, "b", "no way")
"""


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("", "tests on a real Aerospike server did NOT run: GRIDWIRE_AEROSPIKE is not set"),
        (
            "localhost:3000",
            "Aerospike server localhost:3000 (8.1.2.0) ran 1 tests; left out: a, b (no way)",
        ),
        ("localhost", "ERROR: GRIDWIRE_AEROSPIKE is host:port, not 'localhost'"),
    ],
)
def test_the_last_lines(pytester, monkeypatch, address, line):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(TESTS), str(TESTS.parent / "src")]))
    monkeypatch.setenv("GRIDWIRE_AEROSPIKE", address)
    pytester.makepyfile(CODE)
    result = pytester.runpytest_subprocess("-p", "support.real_aerospike")
    assert line in [*result.outlines, *result.errlines]
