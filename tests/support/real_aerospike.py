# SPDX-License-Identifier: Apache-2.0
"""A real Aerospike server for the tests that can use one, and the line that says whether they did.

- ``GRIDWIRE_AEROSPIKE=host:port``: a server with the namespace ``test``, in which tests write to
  sets of their own. The Community Edition 8.1.2 is what they were written for.

A test asks for `REAL_SERVER` and calls `note_server` when it runs on it, `note_left_out` for what
it cannot do there.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

import pytest

__all__ = ["REAL_SERVER", "note_left_out", "note_server", "note_wanted"]

_VARIABLE = "GRIDWIRE_AEROSPIKE"


def _address(text: str) -> tuple[str, int] | None:
    if not text:
        return None
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdecimal():
        raise pytest.UsageError(f"{_VARIABLE} is host:port, not {text!r}")
    return host, int(port)


REAL_SERVER = _address(os.environ.get(_VARIABLE, ""))
"""Where the server is; None if there is none."""


@dataclass
class _Run:
    """What this session has seen of the server."""

    builds: set[str] = field(default_factory=set)
    tests: int = 0
    wanted: bool = False
    left_out: dict[str, str] = field(default_factory=dict)


_RUN = pytest.StashKey[_Run]()


def note_wanted(config: pytest.Config) -> None:
    """Note that there are tests that a server could run."""
    config.stash[_RUN].wanted = True


def note_server(config: pytest.Config, build: str) -> None:
    """Note that a test runs on the server."""
    config.stash[_RUN].builds.add(build)
    config.stash[_RUN].tests += 1


def note_left_out(config: pytest.Config, what: str, why: str) -> None:
    """Note what is not tested on the server."""
    config.stash[_RUN].left_out[what] = why


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_RUN] = _Run()


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter):
    yield
    run = terminalreporter.config.stash[_RUN]
    if not run.wanted:
        return
    if not run.tests:
        reason = f"{_VARIABLE} is not set" if REAL_SERVER is None else "none was selected"
        terminalreporter.write_line(
            f"tests on a real Aerospike server did NOT run: {reason}", yellow=True
        )
        return
    host, port = REAL_SERVER or ("", 0)
    builds = ", ".join(sorted(run.builds))
    text = f"Aerospike server {host}:{port} ({builds}) ran {run.tests} tests"
    for why in dict.fromkeys(run.left_out.values()):
        what = ", ".join(name for name, reason in run.left_out.items() if reason == why)
        text += f"; left out: {what} ({why})"
    terminalreporter.write_line(text, green=True)
