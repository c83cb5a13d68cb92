# SPDX-License-Identifier: Apache-2.0
"""A proxy that ends TLS in front of a server that does not speak it: stunnel, a Debian package."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.real_members import required

__all__ = ["proxied", "stunnel_program"]

_START_SECONDS = 20.0

_CONFIG = """\
foreground = yes
pid =
debug = warning
[service]
accept = 127.0.0.1:{port}
connect = {target}
cert = {certfile}
sslVersion = {version}
{clients}
"""
_CLIENTS = "CAfile = {cafile}\nrequireCert = yes\nverifyChain = yes\n"


def stunnel_program() -> str:
    """Where it is. A run that must not do without real members must not do without it either."""
    program = shutil.which("stunnel") or shutil.which("stunnel4", path="/usr/bin")
    if program is None:
        (pytest.fail if required() else pytest.skip)("stunnel is not installed")
    assert program is not None
    return program


@contextmanager
def proxied(
    folder: Path,
    port: int,
    target: str,
    certfile: str,
    cafile: str | None = None,
    version: str = "all",
) -> Iterator[str]:
    """Run one for the duration of a block.

    Args:
        folder: where its files go.
        port: where it listens on 127.0.0.1.
        target: whom it connects to in clear, as ``host:port``.
        certfile: its certificate with the key.
        cafile: whose certificates clients have to show; None when they need none.
        version: "TLSv1.2", "TLSv1.3", or "all".

    Yields:
        Its address.
    """
    clients = "" if cafile is None else _CLIENTS.format(cafile=cafile)
    config = folder / f"stunnel-{port}.conf"
    config.write_text(
        _CONFIG.format(
            port=port, target=target, certfile=certfile, version=version, clients=clients
        )
    )
    log = folder / f"stunnel-{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [stunnel_program(), str(config)], stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
    try:
        _wait_for(process, port, log)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while True:
        assert process.poll() is None, f"stunnel has ended: {log.read_text()}"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < until, f"stunnel does not listen: {log.read_text()}"
            time.sleep(0.02)
        else:
            return
