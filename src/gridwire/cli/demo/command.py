# SPDX-License-Identifier: Apache-2.0
"""One run of the demo for whoever asked for it: what is printed where, and the exit status."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence

from rich.console import Console

from gridwire.cli.demo.console import ConsoleView
from gridwire.cli.demo.document import document_of
from gridwire.cli.demo.ledger import total
from gridwire.cli.demo.plan import Plan
from gridwire.cli.demo.report import print_report, print_verdict
from gridwire.cli.demo.scenario import run_demo
from gridwire.cli.demo.target import SetUpError
from gridwire.cli.demo.view import SilentView
from gridwire.cli.interrupts import Interrupted, interruptible
from gridwire.errors import GridwireError

__all__ = ["demo"]


def demo(plans: Sequence[Plan], *, as_json: bool) -> int:
    """Run the demo and print what comes of it.

    Args:
        plans: what to do, on one system after the other.
        as_json: whether to print one JSON document and nothing else on standard output.

    Returns:
        The exit status: 0 when every acknowledged write was found, 1 when not, 2 when there was
        no cluster to work on, 128 and the number of the signal when it was interrupted.
    """
    try:
        with interruptible():
            return _as_json(plans) if as_json else _as_text(plans)
    except (SetUpError, GridwireError) as error:
        status = 2 if isinstance(error, SetUpError) else 1
        sys.stderr.write(f"gridwire demo: {error}\n")
        if as_json:
            _write_document({"error": str(error), "status": status})
        return status
    except Interrupted as interrupted:
        sys.stderr.write("\ngridwire demo: interrupted, everything is cleaned up\n")
        return interrupted.status


def _as_json(plans: Sequence[Plan]) -> int:
    results = [run_demo(plan, SilentView()) for plan in plans]
    _write_document(document_of(results))
    return max(result.status for result in results)


def _as_text(plans: Sequence[Plan]) -> int:
    console = Console(highlight=False, emoji=False)
    # A console may be told to use colours where nobody can draw a line again, as in a log.
    live = console.is_terminal and not console.is_dumb_terminal and os.isatty(1)
    view = ConsoleView(console, live=live)
    results = []
    for plan in plans:
        result = run_demo(plan, view)
        results.append(result)
        print_report(console, result)
        if len(plans) > 1:
            print_verdict(console, result.verdict, result.opening.words.system)
    if len(plans) > 1:
        console.print()
    print_verdict(console, total(result.verdict for result in results))
    return max(result.status for result in results)


def _write_document(document: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(document, indent=2) + "\n")
