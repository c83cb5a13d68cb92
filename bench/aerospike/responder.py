# SPDX-License-Identifier: Apache-2.0
"""The responder: compiled when it is needed, and run in a process of its own."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["AT_ONCE", "ResponderError", "Service", "compile_responder", "start_responder"]

_SOURCE = Path(__file__).with_name("responder.c")
_COMPILE_LIMIT = 60.0  # seconds; it takes a fraction of one
_END_LIMIT = 10.0  # seconds


class ResponderError(Exception):
    """The responder cannot be compiled or started here."""


@dataclass(frozen=True, slots=True)
class Service:
    """How long the responder works on a request.

    Attributes:
        microseconds: From when it came until it is answered.
        serial: It works on one request of a connection at a time.
    """

    microseconds: int = 0
    serial: bool = False


AT_ONCE = Service()


def compile_responder(folder: Path) -> Path:
    """Compile it.

    Args:
        folder: Where the program goes.

    Raises:
        ResponderError: There is no C compiler, or it failed (the program needs Linux).
    """
    compiler = shutil.which("cc")
    if compiler is None:
        raise ResponderError("the responder needs a C compiler, cc; or use a server with --hosts")
    program = folder / "responder"
    command = [compiler, "-O2", "-o", str(program), str(_SOURCE)]
    done = subprocess.run(
        command, capture_output=True, check=False, text=True, timeout=_COMPILE_LIMIT
    )
    if done.returncode:
        raise ResponderError(f"the responder does not compile here: {done.stderr[:500]}")
    return program


@contextmanager
def start_responder(program: Path, service: Service = AT_ONCE) -> Iterator[str]:
    """Run it; it ends with the context, and with this process.

    Yields:
        Its address, ``host:port``.

    Raises:
        ResponderError: It did not start.
    """
    command = [str(program), str(service.microseconds), *(["serial"] if service.serial else [])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        try:
            port = process.stdout.readline()
            if not port:
                raise ResponderError("the responder did not start")
            yield f"127.0.0.1:{int(port)}"
        finally:
            process.stdin.close()
            try:
                process.wait(_END_LIMIT)
            finally:
                process.kill()
