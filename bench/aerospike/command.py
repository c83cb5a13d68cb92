# SPDX-License-Identifier: Apache-2.0
"""``python -m bench aerospike`` and ``profile-aerospike``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from bench.aerospike.cases import CASES, PEERS, QUICK_CASES, Peer
from bench.aerospike.responder import ResponderError
from bench.aerospike.runs import Plan, Servers, profile_case, run
from bench.aerospike.targets import TARGETS
from bench.arguments import chosen_cases, drawing, end_with, require_folders
from bench.children import ChildFailedError, WrongAnswerError
from bench.document import FORMAT, document, versions
from bench.durations import FULL, QUICK
from bench.environment import environment, idle_share
from bench.model import OURS, PEER, Library, Result
from bench.report import (
    console,
    show_errors,
    show_noise,
    show_results,
    show_targets,
    showing_progress,
)
from bench.targets import judge

__all__ = ["aerospike", "profile_aerospike"]

_Hosts = Annotated[
    str | None,
    typer.Option(
        help="Use a server that runs, as it is: host:port,host:port. (default: a compiled "
        "responder, in a process of its own)"
    ),
]


def aerospike(
    quick: Annotated[
        bool, typer.Option("--quick", help="What has a target, in short rounds.")
    ] = False,
    peers: Annotated[
        str | None, typer.Option(help=f"Beside whom. (default: {','.join(PEERS)})")
    ] = None,
    cases: Annotated[
        str | None, typer.Option(help="Names or patterns, such as asyncio-*-256,sync-*")
    ] = None,
    pairs: Annotated[
        int | None,
        typer.Option(min=1, help="How often each case is measured. (default: 3; with --quick 2)"),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write all figures there.")
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE.png", help="Draw the ratios there, in FILE-PEER.png each."),
    ] = None,
    uvloop: Annotated[bool, typer.Option("--uvloop", help="Run asyncio cases on uvloop.")] = False,
    hosts: _Hosts = None,
    names: Annotated[bool, typer.Option("--list", help="Name the cases, and end.")] = False,
) -> None:
    """Compare with aerospike, aerospike_py and aerospike-native on the same server."""
    out = console()
    chosen = chosen_cases(cases, QUICK_CASES if quick and cases is None else CASES)
    if names:
        out.print("\n".join(case.name for case in chosen))
        return
    times = pairs or (2 if quick else 3)
    plan = Plan(chosen, _peers(peers), times, QUICK if quick else FULL, uvloop)
    require_folders(json_file, plot)
    draw = drawing(plot) if plot is not None else None
    idle = idle_share()
    show_noise(out, idle)
    where = {**environment(), "idle_before": idle}
    found = _measure(out, plan, hosts)
    server = f"server at {hosts}" if hosts else "the compiled responder"
    written = {}
    for peer, results in found.items():
        written[peer] = _report(out, peer, results, where, {"server": server, **plan.settings()})
        if plot is not None and draw is not None:
            picture = plot.with_stem(f"{plot.stem}-{peer}")
            _draw(draw, picture, peer, results, f"{server} · medians of {times} pairs")
    if json_file is not None:
        whole = {"format": FORMAT, "suite": "aerospike", "comparisons": written}
        json_file.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    # Slow is no failure; not measured is.
    if show_errors(out, [result for results in found.values() for result in results]):
        raise typer.Exit(1)


def profile_aerospike(
    case: Annotated[str, typer.Argument(help="A case, as `aerospike --list` names it.")],
    library: Annotated[str, typer.Option(help="Whose: gridwire or a peer.")] = OURS,
    hosts: _Hosts = None,
) -> None:
    """Show which functions of an Aerospike client take the time of a case."""
    chosen = chosen_cases(case, CASES)
    if len(chosen) > 1:
        raise typer.BadParameter("one case, please")
    fitting = [peer for peer in PEERS if chosen[0].style in PEERS[peer]]
    peer = fitting[0] if library == OURS else _peers(library)[0]
    if peer not in fitting:
        raise typer.BadParameter(f"{peer} has no {chosen[0].style} client")
    which: Library = OURS if library == OURS else PEER
    try:
        with Servers(_split(hosts)) as servers:
            typer.echo(profile_case(Plan(chosen, (peer,), 1, FULL), which, servers))
    except (ChildFailedError, ResponderError, WrongAnswerError) as error:
        end_with(error)


def _measure(out: Console, plan: Plan, hosts: str | None) -> dict[Peer, list[Result]]:
    found: dict[Peer, list[Result]] = {}
    try:
        with Servers(_split(hosts)) as servers, showing_progress(out, plan.steps) as progress:
            for peer, result in run(plan, servers, progress):
                found.setdefault(peer, []).append(result)
    except (ResponderError, WrongAnswerError) as error:
        end_with(error)
    return found


def _report(
    out: Console,
    peer: Peer,
    results: list[Result],
    where: dict[str, Any],
    settings: dict[str, object],
) -> dict[str, Any]:
    """Print the figures beside one peer, and give them for the file."""
    verdicts = judge(results, TARGETS[peer], ())
    show_results(out, results, verdicts, _titles(peer, results), server="node")
    show_targets(out, verdicts)
    targets = [each.to_json() for each in verdicts]
    return document(f"aerospike beside {peer}", where, settings, results, targets)


def _draw(
    draw: Callable[..., None], path: Path, peer: Peer, results: list[Result], subtitle: str
) -> None:
    titles = _titles(peer, results)
    draw(path, results, TARGETS[peer], f"{titles[OURS]} beside {titles[PEER]}", subtitle)


def _titles(peer: Peer, results: list[Result]) -> dict[Library, str]:
    found = versions(results)
    ours, theirs = found.get(OURS, {}), found.get(PEER, {})
    kind = ours.get("implementation", "?")
    return {
        OURS: f"gridwire {ours.get('version', '?')} ({kind})",
        PEER: f"{peer} {theirs.get('version', '?')}",
    }


def _peers(names: str | None) -> tuple[Peer, ...]:
    asked = names.split(",") if names else list(PEERS)
    unknown = [name for name in asked if name not in PEERS]
    if unknown:
        raise typer.BadParameter(f"no peer is named {unknown[0]!r}; there are {', '.join(PEERS)}")
    return tuple(peer for peer in PEERS if peer in asked)


def _split(hosts: str | None) -> tuple[str, ...] | None:
    return tuple(hosts.split(",")) if hosts else None
