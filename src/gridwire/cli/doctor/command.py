# SPDX-License-Identifier: Apache-2.0
"""One run of the doctor for whoever asked for it: what is printed where, and the exit status."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import threading
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING

from rich.console import Console

from gridwire.cli.doctor.document import document_of
from gridwire.cli.doctor.findings import Report
from gridwire.cli.doctor.printing import print_report
from gridwire.cli.doctor.settings import System
from gridwire.cli.doctor.texts import listed
from gridwire.cli.interrupts import SIGNALS, Interrupted, interruptible
from gridwire.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridwire.cli.doctor.findings import Finding
    from gridwire.cli.doctor.settings import Settings

__all__ = ["doctor"]

_USAGE = 2
_INTERRUPTED = 128 + signal.SIGINT


def doctor(make_settings: Callable[[], Settings], *, as_json: bool) -> int:
    """Look at a cluster, and print what was found.

    Args:
        make_settings: what to look at; may ask for a password.
        as_json: whether to print one JSON document and nothing else on standard output.

    Returns:
        The exit status: 0 when all is well, 1 when something failed, 2 when it could not begin,
        3 when there are warnings alone, 128 and the number of the signal when it was interrupted.
    """
    try:
        with interruptible():
            settings = make_settings()
            if settings.tls is not None:
                settings.tls.make()  # what is wrong with a file is told before anything else
            began = monotonic()
            findings = asyncio.run(_until_interrupted(settings))
            if isinstance(findings, int):
                raise Interrupted(findings)
    except UsageError as error:
        sys.stderr.write(f"gridwire doctor: {error}\n")
        return _USAGE
    except KeyboardInterrupt as interrupted:
        # Between the loop's end and ours it is Python's own.
        sys.stderr.write("\ngridwire doctor: interrupted\n")
        return interrupted.status if isinstance(interrupted, Interrupted) else _INTERRUPTED
    members = tuple(map(str, settings.endpoints))
    report = Report(settings.system.value, members, tuple(findings), monotonic() - began)
    if as_json:
        sys.stdout.write(json.dumps(document_of(report), indent=2) + "\n")
    else:
        title = f"{settings.system.shown} at {listed(members)}"
        console = Console(highlight=False, emoji=False, markup=False)
        print_report(console, report, title)
    return report.exit_status


async def _until_interrupted(settings: Settings) -> list[Finding] | int:
    """What was found; the number of the signal when there was one.

    The loop takes the signals: an exception between any two steps of it would be told a second
    time, by the task in which it was raised.
    """
    loop = asyncio.get_running_loop()
    looking = asyncio.ensure_future(_examine(settings))
    told: list[int] = []

    def interrupt(number: int) -> None:
        told.append(number)
        if len(told) == 1:
            looking.cancel()

    if threading.current_thread() is threading.main_thread():
        for each in SIGNALS:
            with suppress(NotImplementedError):  # the loops of Windows take none
                loop.add_signal_handler(each, interrupt, each)
    try:
        return await looking
    except asyncio.CancelledError:
        if not told:
            raise
        return told[0]


async def _examine(settings: Settings) -> list[Finding]:
    if settings.system is System.HAZELCAST:
        from gridwire.cli.doctor.hazelcast import examine as examine_hazelcast

        return await examine_hazelcast(settings)
    from gridwire.cli.doctor.aerospike import examine as examine_aerospike

    return await examine_aerospike(settings)
