# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.resources import files
from pathlib import Path

import gridwire

PROJECT = Path(__file__).resolve().parents[1]

# Run before anything else is imported. Whoever starts a thread, opens a socket, makes an event loop
# or sets a policy while gridwire is imported is named by the traceback.
SPIES = """
import asyncio, logging, socket, sys, threading

def forbidden(*args, **kwargs):
    raise AssertionError("not at import")

threading.Thread.start = forbidden
socket.socket.__init__ = forbidden
asyncio.set_event_loop_policy = asyncio.new_event_loop = asyncio.set_event_loop = forbidden
asyncio.events.set_event_loop_policy = asyncio.events.new_event_loop = forbidden
"""


def run_python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={"PYTHONPATH": str(PROJECT / "src"), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_import_starts_nothing():
    done = run_python(
        SPIES
        + """
import gridwire
from gridwire import hazelcast
assert threading.enumerate() == [threading.main_thread()], threading.enumerate()
assert asyncio.events._event_loop_policy is None
assert logging.getLogger("gridwire").handlers and not logging.getLogger().handlers
"""
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_spies_see_what_they_look_for():
    for deed in ("threading.Thread().start()", "socket.socket()", "asyncio.new_event_loop()"):
        assert "not at import" in run_python(SPIES + deed).stderr


def test_the_logger_is_silent_until_the_application_configures_logging():
    done = run_python("import logging, gridwire; logging.getLogger('gridwire.x').error('heard')")
    assert (done.returncode, done.stderr) == (0, "")


def test_version_is_that_of_the_distribution():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    assert gridwire.__version__ == project["version"]


def test_package_is_marked_as_typed():
    assert files("gridwire").joinpath("py.typed").is_file()
