# SPDX-License-Identifier: Apache-2.0
"""TLS as options describe it; whoever says nothing gets certificates that are verified.

A client has one `Tls`. It makes one context of its files and keeps it until one of the files
changes: the next connection that is opened then has a new one. Files are looked at whenever a
connection is opened, which costs three system calls and needs no timer, signal or method. They are
read on a thread of their own: a disk may be slow, and a password comes of the application.
"""

from __future__ import annotations

import logging
import os
import ssl
import threading
from contextvars import copy_context
from math import inf
from time import monotonic

from gridwire._core.logs import advised
from gridwire._io import forking
from gridwire._io.aside import run_aside
from gridwire._io.tls_context import Password, make_context, refuse_useless
from gridwire.errors import UsageError

__all__ = ["RELOAD_SECONDS", "Tls"]

RELOAD_SECONDS = 0.5
"""How long connections wait for changed files. It is part of the time that opening may take, which
is a second where nothing is said; whoever comes too early takes the old ones."""

_AGAIN_SECONDS = 30.0
"""When files that cannot be used are read again although they have not changed: their permissions
may have, or what the password is asked of."""

_logger = logging.getLogger("gridwire.tls")

_Stamp = tuple[int, int, int] | None
_Stamps = tuple[_Stamp, ...]


class _Reload:
    """Files that are being read."""

    def __init__(self) -> None:
        self.done = threading.Event()
        # It took somebody too long: nobody else waits for it.
        self.is_slow = False


class Tls:
    """How the connections of a client speak TLS.

    Args:
        cafile: certificates that are trusted, in PEM format; None for those of the system.
        certfile: the client's own certificate, in PEM format.
        keyfile: its key; None when it is in `certfile`.
        password: of the key, or a function that gives it.
        check_hostname: whether the name in the server's certificate is looked at; the certificate
            itself is verified in any case.
        ciphers: allowed ciphers in OpenSSL's notation.
        version: the only version that is spoken; None for 1.2 and later.
        context: what the user made, used as it is; all the others have no meaning then.
        name: what certificates must be for, None for the host that is connected to.

    Attributes:
        has_certificate: whether the client can show one; None when only the user's context knows.

    Raises:
        UsageError: a file cannot be read, or is not what it should be.
    """

    def __init__(
        self,
        *,
        cafile: str | None = None,
        certfile: str | None = None,
        keyfile: str | None = None,
        password: Password = None,
        check_hostname: bool = True,
        ciphers: str | None = None,
        version: ssl.TLSVersion | None = None,
        context: ssl.SSLContext | None = None,
        name: str | None = None,
    ) -> None:
        self.has_certificate = (certfile is not None) if context is None else None
        self._name = name
        self._files = tuple(one for one in (cafile, certfile, keyfile) if one is not None)

        def make() -> ssl.SSLContext:
            return make_context(
                cafile, certfile, keyfile, password, check_hostname, ciphers, version
            )

        self._make = make
        # Looked at before they are read: what changes meanwhile is seen the next time.
        stamps = () if context is not None else self._stamps()
        if context is not None:
            refuse_useless(context)
        # One store, so that no thread sees the one without the other.
        self._made: tuple[_Stamps, ssl.SSLContext] = (stamps, context or make())
        self._reloads = context is None and bool(self._files)
        # What could not be used, and when that was.
        self._failed: tuple[_Stamps, float] | None = None
        # One at a time. That of a parent is not ours: its thread stayed there.
        self._reading: dict[object, _Reload] = {}

    def context(self, seconds: float = inf) -> ssl.SSLContext:
        """The context for a new connection; a new one when a file has changed. For any thread.

        Files that cannot be used leave the old context in its place, with a warning: they may be
        in the middle of being exchanged, and are read again when they change, or after a while.

        Args:
            seconds: how long to wait for files that have changed, at most `RELOAD_SECONDS`.
        """
        until = monotonic() + min(seconds, RELOAD_SECONDS)
        while True:
            context = self._ready(self._now())
            if context is not None:
                return context
            reload = self._begin()
            if not reload.done.wait(until - monotonic()):
                self._is_late(reload)
                return self._made[1]

    async def context_on_loop(self) -> ssl.SSLContext:
        """The same, on a loop, which goes on while files are read."""
        context = self._ready(self._now())
        if context is not None:
            return context
        return await run_aside(self.context, name="gridwire-tls")

    def _now(self) -> _Stamps:
        return self._stamps() if self._reloads else ()

    def _ready(self, stamps: _Stamps) -> ssl.SSLContext | None:
        """The context to take when files are as they are; None when they must be read before."""
        before, context = self._made
        if not self._reloads or stamps == before:
            return context
        failed = self._failed
        if failed is not None and failed[0] == stamps and monotonic() - failed[1] < _AGAIN_SECONDS:
            return context
        running = self._reading.get(forking.here)
        return context if running is not None and running.is_slow else None

    def _begin(self) -> _Reload:
        """Read the files anew, unless that is being done."""
        process, own = forking.here, _Reload()
        # One step for all threads, and no lock that a fork could find taken.
        running = self._reading.setdefault(process, own)
        if running is not own:
            return running
        run = copy_context().run
        thread = threading.Thread(
            target=run, args=(self._read, own, process), name="gridwire-tls-files", daemon=True
        )
        try:
            thread.start()
        except BaseException:
            del self._reading[process]
            own.done.set()
            raise
        return own

    def _read(self, reload: _Reload, process: object) -> None:
        stamps = self._stamps()
        try:
            # Somebody else may have been faster.
            if self._ready(stamps) is None:
                self._made = stamps, self._make()
                self._failed = None
                _logger.info("TLS files have changed: new connections use them")
        except BaseException as error:
            self._failed = stamps, monotonic()
            # Of an unforeseen one the text is not shown: it may be about a secret.
            reason = advised(error) if isinstance(error, UsageError) else type(error).__name__
            _logger.warning("changed TLS files are not used, the old ones are: %s", reason)
        finally:
            del self._reading[process]
            reload.done.set()

    def _is_late(self, reload: _Reload) -> None:
        if not reload.is_slow:
            reload.is_slow = True
            _logger.warning(
                "changed TLS files, or the password of a key, are slow to be read: until that is "
                "done, new connections use the old ones"
            )

    def server_name(self, host: str, name: str | None = None) -> str:
        """What the certificate must be for, and what is asked for by SNI when it is no address.

        Args:
            host: what is connected to.
            name: what the endpoint says of itself.
        """
        wanted = name or self._name or host
        # Neither a dot at the end nor the zone of an address stands in a certificate.
        return wanted.rstrip(".").partition("%")[0] or wanted

    def _stamps(self) -> _Stamps:
        return tuple(map(_stamp, self._files))

    def __repr__(self) -> str:
        return "<Tls>"


def _stamp(path: str) -> _Stamp:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
