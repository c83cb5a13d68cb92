# SPDX-License-Identifier: Apache-2.0
"""``python -m bench serialization``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from bench.arguments import chosen_cases, end_with, require_folders
from bench.children import WrongAnswerError
from bench.document import document, versions
from bench.durations import FULL, QUICK
from bench.environment import environment, idle_share
from bench.model import LIBRARIES, OURS, PEER
from bench.report import console, show_noise, show_results, show_targets, showing_progress
from bench.serialization.cases import CASES
from bench.serialization.runs import run
from bench.serialization.targets import TARGETS
from bench.targets import judge

__all__ = ["serialization"]


def serialization(
    quick: Annotated[bool, typer.Option("--quick", help="Short rounds.")] = False,
    cases: Annotated[
        str | None, typer.Option(help="Names or patterns, such as *-compact,read-*")
    ] = None,
    pairs: Annotated[
        int | None,
        typer.Option(min=1, help="How often each case is measured. (default: 3; with --quick 2)"),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write all figures there.")
    ] = None,
    names: Annotated[bool, typer.Option("--list", help="Name the cases, and end.")] = False,
) -> None:
    """Compare objects to data and back with hazelcast-python-client, without any member."""
    out = console()
    chosen = chosen_cases(cases, CASES)
    if names:
        out.print("\n".join(case.name for case in chosen))
        return
    require_folders(json_file)
    times = pairs or (2 if quick else 3)
    idle = idle_share()
    show_noise(out, idle)
    try:
        with showing_progress(out, len(chosen) * times * len(LIBRARIES)) as progress:
            results = list(run(chosen, times, QUICK if quick else FULL, progress))
    except WrongAnswerError as error:
        end_with(error)
    verdicts = judge(results, TARGETS, ())
    found = versions(results)
    titles = {
        OURS: f"gridwire {found[OURS]['version']} ({found[OURS]['implementation']})",
        PEER: f"hazelcast-python-client {found[PEER]['version']}",
    }
    show_results(out, results, verdicts, titles, server="process")
    show_targets(out, verdicts)
    if json_file is not None:
        where = {**environment(), "idle_before": idle}
        targets = [each.to_json() for each in verdicts]
        written = document("serialization", where, {"pairs": times}, results, targets)
        json_file.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
