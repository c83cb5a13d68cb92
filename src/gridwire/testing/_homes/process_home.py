# SPDX-License-Identifier: Apache-2.0
"""A cluster whose nodes live in a process of their own.

The process is this package run as a program, with a pipe to tell it what to do (`control`). It
ends when the pipe closes, so that nothing is left behind by a program that died.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gridwire
from gridwire.testing.errors import ClusterError, ClusterOptionError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["ProcessHome"]

_ANSWER_SECONDS = 30.0
"""How long the process may take for one order. It takes milliseconds, or it hangs."""

_ERRORS = {error.__name__: error for error in (ClusterError, ClusterOptionError)}


class ProcessHome:
    """Runs a cluster in a child process.

    Args:
        kind: of the cluster, as ``python -m gridwire.testing`` takes it.
        options: what the cluster is, as JSON can carry it.
        paths: where the process looks for modules besides, for options that name classes.
    """

    def __init__(self, kind: str, options: Mapping[str, Any], paths: Sequence[str] = ()) -> None:
        self._kind = kind
        self._options = options
        self._paths = paths
        self._process: subprocess.Popen[bytes] | None = None
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._facts: list[list[Any]] = []

    @property
    def facts(self) -> list[list[Any]]:
        """What identifies the living nodes, the oldest first."""
        return self._facts

    def start(self) -> None:
        """Start the process and the nodes; clients are answered when this returns.

        Raises:
            ClusterError: a port is taken, or the process did not start; nothing runs then.
        """
        command = [sys.executable, "-m", "gridwire.testing", self._kind, "--control"]
        environment = _environment(self._paths)
        self._process = subprocess.Popen(  # noqa: S603 - no foreign text in the command
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        try:
            self.order("start", options=dict(self._options))
        except BaseException:
            self._end()
            raise

    def stop(self) -> None:
        """End the nodes and the process; in a fork, to which they do not belong, do nothing."""
        if os.getpid() == self._pid:
            self._end()

    def order(self, what: str, **arguments: object) -> Any:
        """Tell the process to do something, and wait until it is done.

        Raises:
            ClusterError: it cannot be done, or the process ended.
        """
        if os.getpid() != self._pid:
            # The pipe is shared with the parent, whose answers would get lost here.
            raise ClusterError("the cluster belongs to the process that started it, not this fork")
        with self._lock:
            answer = self._exchange(json.dumps({"do": what, **arguments}).encode() + b"\n")
        if "error" in answer:
            raise _ERRORS.get(answer["error"], ClusterError)(
                answer["message"], hint=answer.get("hint")
            )
        self._facts = answer["facts"]
        return answer["result"]

    def _exchange(self, line: bytes) -> dict[str, Any]:
        process = self._process
        if process is None:
            raise ClusterError("the cluster does not run any more")
        assert process.stdin is not None
        assert process.stdout is not None
        # Killing the process ends the read below; nothing else does on every system.
        guard = threading.Timer(_ANSWER_SECONDS, process.kill)
        guard.start()
        try:
            process.stdin.write(line)
            process.stdin.flush()
            answer = process.stdout.readline()
        except OSError:
            answer = b""
        finally:
            guard.cancel()
            guard.join()
        if not answer:
            code = process.wait()
            raise ClusterError(f"the process of the cluster ended with status {code}")
        parsed: dict[str, Any] = json.loads(answer)
        return parsed

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.close()
        except OSError:
            pass  # It is dead already, and the pipe with it.
        try:
            process.wait(_ANSWER_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        finally:
            process.stdout.close()


def _environment(further: Iterable[str]) -> dict[str, str]:
    """The environment of the process: it finds the same modules as this program does."""
    environment = dict(os.environ)
    here = str(Path(gridwire.__file__).parent.parent)
    paths = [here, *environment.get("PYTHONPATH", "").split(os.pathsep), *further]
    environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    return environment
