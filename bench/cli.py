# SPDX-License-Identifier: Apache-2.0
"""The command line of the bench: ``python -m bench hazelcast``, ``aerospike``, ``cluster`` ..."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.aerospike.command import aerospike, profile_aerospike
from bench.arguments import chosen_cases, drawing, end_with, require_folders
from bench.children import ChildFailedError, WrongAnswerError
from bench.document import FORMAT, document, versions
from bench.durations import FULL, QUICK
from bench.environment import environment, idle_share
from bench.hazelcast.cases import CASES, QUICK_CASES
from bench.hazelcast.clusters import MEMBER_VERSION, ClusterOpener, running_members, start_members
from bench.hazelcast.own_cluster import figures
from bench.hazelcast.runs import Plan, profile_case, run
from bench.hazelcast.targets import GROWTH_TARGETS, TARGETS
from bench.model import LIBRARIES, OURS, PEER, Library, Result
from bench.report import (
    console,
    show_errors,
    show_figures,
    show_noise,
    show_results,
    show_targets,
    showing_progress,
)
from bench.serialization.command import serialization
from bench.targets import judge
from gridwire.testing.real import RealMemberError

__all__ = ["app"]

app = typer.Typer(add_completion=False)
app.command()(aerospike)
app.command()(profile_aerospike)
app.command()(serialization)

_Addresses = Annotated[
    str | None,
    typer.Option(
        help="Use members that run, as they are: host:port,host:port. (default: start some)"
    ),
]
_ClusterName = Annotated[str, typer.Option(help="The name of the cluster at --addresses.")]


@app.callback(invoke_without_command=True)
def everything(context: typer.Context) -> None:
    """Measure gridwire beside its peers; without a command, all of it."""
    # Members and clients are ended by `finally`, so every way to end the bench must unwind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    if context.invoked_subcommand is None:
        cluster()
        hazelcast()
        serialization()
        aerospike()


@app.command()
def hazelcast(
    quick: Annotated[
        bool, typer.Option("--quick", help="What has a target, one member, short rounds.")
    ] = False,
    members: Annotated[
        str | None, typer.Option(help="Sizes of the clusters. (default: 1,3; with --quick 1)")
    ] = None,
    cases: Annotated[
        str | None, typer.Option(help="Names or patterns, such as asyncio-*-256,value-*")
    ] = None,
    pairs: Annotated[
        int | None,
        typer.Option(min=1, help="How often each case is measured. (default: 3; with --quick 2)"),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write all figures there.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE.png", help="Draw the ratios there.")
    ] = None,
    uvloop: Annotated[bool, typer.Option("--uvloop", help="Run asyncio cases on uvloop.")] = False,
    addresses: _Addresses = None,
    cluster_name: _ClusterName = "dev",
    names: Annotated[bool, typer.Option("--list", help="Name the cases, and end.")] = False,
) -> None:
    """Compare with hazelcast-python-client on the same real members, in one run."""
    out = console()
    chosen = chosen_cases(cases, QUICK_CASES if quick and cases is None else CASES)
    if names:
        out.print("\n".join(case.name for case in chosen))
        return
    sizes = _sizes(members or ("1" if quick or addresses else "1,3"))
    durations = QUICK if quick else FULL
    times = pairs or (2 if quick else 3)
    plan = Plan(chosen, sizes, times, durations, uvloop, warm_members=addresses is None)
    require_folders(json_file, plot)
    draw = drawing(plot) if plot is not None else None
    idle = idle_share()
    show_noise(out, idle)
    where = {**environment(), "idle_before": idle}
    results = _measure(out, plan, _opener(addresses, cluster_name))
    verdicts = judge(results, TARGETS, GROWTH_TARGETS)
    titles = _titles(results)
    show_results(out, results, verdicts, titles)
    show_targets(out, verdicts)
    server = "members that ran" if addresses else f"real {MEMBER_VERSION} members"
    if json_file is not None:
        settings = {"server": server, "members": list(sizes), **plan.settings()}
        targets = [each.to_json() for each in verdicts]
        written = document("hazelcast", where, settings, results, targets)
        json_file.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    if plot is not None and draw is not None:
        subtitle = (
            f"{server}, clients in processes of their own, {where['python']}, "
            f"{where['cpus']} CPUs · medians of {times} pairs, lines from the lowest to the highest"
        )
        draw(plot, results, TARGETS, f"{titles[OURS]} beside {titles[PEER]}", subtitle)
    # Slow is no failure; not measured is.
    if show_errors(out, results):
        raise typer.Exit(1)


@app.command()
def cluster(
    times: Annotated[int, typer.Option(min=1, help="How often each figure is taken.")] = 3,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write all figures there.")
    ] = None,
) -> None:
    """Measure gridwire's own test cluster: its start, and what it carries."""
    out = console()
    require_folders(json_file)
    idle = idle_share()
    show_noise(out, idle)
    where = {**environment(), "idle_before": idle}
    try:
        found = list(figures(times))
    except (ChildFailedError, WrongAnswerError) as error:
        end_with(error)
    show_figures(out, "gridwire.testing.HazelcastCluster", found)
    if json_file is not None:
        written = {"format": FORMAT, "suite": "cluster", "environment": where}
        written["figures"] = [each.to_json() for each in found]
        json_file.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")


@app.command()
def profile(
    case: Annotated[str, typer.Argument(help="A case, as --list names it.")],
    library: Annotated[str, typer.Option(help="Whose: gridwire or official.")] = OURS,
    members: Annotated[int, typer.Option(min=1, help="Size of the cluster.")] = 1,
    addresses: _Addresses = None,
    cluster_name: _ClusterName = "dev",
) -> None:
    """Show which functions of a client take the time of a case."""
    chosen = chosen_cases(case, CASES)
    if len(chosen) > 1 or library not in LIBRARIES:
        raise typer.BadParameter("one case and one of the two libraries, please")
    opener = _opener(addresses, cluster_name)
    try:
        plan = Plan(chosen, (members,), 1, FULL, warm_members=addresses is None)
        typer.echo(profile_case(plan, library, opener))
    except (ChildFailedError, RealMemberError, WrongAnswerError) as error:
        end_with(error)


def _measure(out: Console, plan: Plan, opener: ClusterOpener) -> list[Result]:
    try:
        with showing_progress(out, plan.steps) as progress:
            return list(run(plan, opener, progress))
    except (RealMemberError, WrongAnswerError) as error:
        end_with(error)


def _sizes(text: str) -> tuple[int, ...]:
    try:
        sizes = tuple(int(each) for each in text.split(","))
    except ValueError:
        raise typer.BadParameter(f"sizes of clusters are numbers, not {text!r}") from None
    if min(sizes) < 1:
        raise typer.BadParameter("a cluster has at least one member")
    return sizes


def _opener(addresses: str | None, cluster_name: str) -> ClusterOpener:
    if addresses is None:
        return start_members
    return running_members(tuple(addresses.split(",")), cluster_name)


def _titles(results: list[Result]) -> dict[Library, str]:
    found = versions(results)
    ours, theirs = found.get(OURS, {}), found.get(PEER, {})
    kind = ours.get("implementation", "?")
    return {
        OURS: f"gridwire {ours.get('version', '?')} ({kind})",
        PEER: f"hazelcast-python-client {theirs.get('version', '?')}",
    }
