# SPDX-License-Identifier: Apache-2.0
"""Client processes: each runs one module with one specification, and is bounded in time."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["WRONG_ANSWER_STATUS", "ChildFailedError", "WrongAnswerError", "run_child"]

WRONG_ANSWER_STATUS = 3
"""Exit status of a child that read a wrong value."""

_ROOT = Path(__file__).resolve().parents[1]
_LAST_LINES = 5


class ChildFailedError(Exception):
    """A client process failed, or took too long."""


class WrongAnswerError(Exception):
    """A client read something else than what was written: no figure of it is worth anything."""


def run_child(module: str, specification: Mapping[str, object], limit: float) -> dict[str, Any]:
    """Run a process to its end, and give what it printed.

    Args:
        module: What ``python -m`` runs; it prints one line of JSON.
        specification: Its only argument, as JSON.
        limit: Seconds that it may take.

    Raises:
        ChildFailedError: It ended with an error, or had to be killed.
        WrongAnswerError: It read a wrong value.
    """
    # -W ignore: the official client is built on a module that Python deprecates.
    command = [sys.executable, "-W", "ignore", "-m", module, json.dumps(specification)]
    with subprocess.Popen(
        command, cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        try:
            out, err = child.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            raise ChildFailedError(f"took more than {limit:.0f} s") from None
        finally:
            # By Ctrl-C too: nothing outlives the bench.
            child.kill()
    last = "\n".join(err.strip().splitlines()[-_LAST_LINES:])
    if child.returncode == WRONG_ANSWER_STATUS:
        raise WrongAnswerError(last)
    if child.returncode:
        raise ChildFailedError(f"ended with status {child.returncode}: {last}")
    try:
        document = json.loads(out)
    except ValueError:
        raise ChildFailedError(f"printed no result, but {out[:200]!r}") from None
    if not isinstance(document, dict):
        raise ChildFailedError(f"printed no result, but {out[:200]!r}")
    return document
