# SPDX-License-Identifier: Apache-2.0
"""The commands and their options; what they do is in modules of their own."""

from __future__ import annotations

import runpy
import secrets
import sys
from typing import Annotated

import typer

import gridwire
from gridwire.cli.demo.plan import DEFAULT_ENTRIES, MAX_ENTRIES, MIN_ENTRIES, QUICK_ENTRIES, Plan

__all__ = ["app", "run"]

app = typer.Typer(
    name="gridwire",
    help="Clusters to see and to work with, from a shell.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
serve = typer.Typer(
    help="Run a cluster on this machine until Ctrl-C.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
app.add_typer(serve, name="serve")


def run() -> int:
    """Run the command line of this process; its exit status."""
    # An old console that cannot show a character shows a question mark, instead of a traceback.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        app(prog_name="gridwire")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    return 0


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gridwire {gridwire.__version__} ({gridwire.implementation()})")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    pass


@app.command()
def demo(
    members: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT,...",
            help="Use a cluster that runs already; nothing is killed there, and the map is"
            " removed at the end.",
        ),
    ] = None,
    cluster_name: Annotated[
        str | None,
        typer.Option(metavar="NAME", help='What the cluster is called; "dev" with --members.'),
    ] = None,
    entries: Annotated[
        int | None,
        typer.Option(
            min=MIN_ENTRIES,
            max=MAX_ENTRIES,
            help=f"How many entries to write and read; {DEFAULT_ENTRIES:,} if not given.",
        ),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help=f"Do with {QUICK_ENTRIES:,} entries.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document, and nothing else.")
    ] = False,
) -> None:
    """See both clients at work on three members, one of which dies.

    Starts a cluster, fills and reads a map from threads and from asyncio tasks, kills a member
    half-way, and checks at the end that every acknowledged write is there.

    The exit status is 0 if so, 1 if not, and 2 if there is no cluster to work on.
    """
    from gridwire.cli.demo.command import demo as run_command

    plan = Plan(
        entries=entries or (QUICK_ENTRIES if quick else DEFAULT_ENTRIES),
        members=None if members is None else _addresses(members),
        cluster_name=cluster_name,
        map_name=f"gridwire-demo-{secrets.token_hex(4)}",
    )
    raise typer.Exit(run_command(plan, as_json=as_json))


def _addresses(text: str) -> tuple[str, ...]:
    addresses = tuple(each.strip() for each in text.split(",") if each.strip())
    if not addresses:
        raise typer.BadParameter("name at least one address", param_hint="--members")
    return addresses


@serve.command("hazelcast")
def serve_hazelcast(
    members: Annotated[int, typer.Option(help="How many members.")] = 3,
    lite_members: Annotated[
        int, typer.Option(help="How many members besides that hold no partition.")
    ] = 0,
    port: Annotated[
        int, typer.Option(help="Port of the first member, the others follow; 0 for free ports.")
    ] = 5701,
    cluster_name: Annotated[
        str, typer.Option(metavar="NAME", help="What clients have to name.")
    ] = "dev",
    version: Annotated[
        str, typer.Option(metavar="X.Y[.Z]", help="Whose wire behaviour, 4.0 to 5.7.")
    ] = "5.7.0",
    partitions: Annotated[int, typer.Option(help="How many partitions.")] = 271,
    backups: Annotated[int, typer.Option(help="How many backups of each partition.")] = 1,
    username: Annotated[
        str | None, typer.Option(metavar="NAME", help="What clients have to authenticate as.")
    ] = None,
    password: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Goes together with --username.")
    ] = None,
) -> None:
    """Members that speak the Hazelcast protocol, for any client; no Java needed."""
    options = {
        "--members": members,
        "--lite-members": lite_members,
        "--port": port,
        "--cluster-name": cluster_name,
        "--version": version,
        "--partitions": partitions,
        "--backups": backups,
        "--username": username,
        "--password": password,
    }
    # With "=", so that a value may begin with a dash.
    arguments = [f"{name}={value}" for name, value in options.items() if value is not None]
    # Exactly what `python -m gridwire.testing` does, also on its way out.
    sys.argv = ["gridwire.testing", "hazelcast", *arguments]
    runpy.run_module("gridwire.testing", run_name="__main__", alter_sys=True)


@serve.command("aerospike")
def serve_aerospike(
    nodes: Annotated[int, typer.Option(help="How many nodes.")] = 3,
    port: Annotated[
        int, typer.Option(help="Port of the first node, the others follow; 0 for free ports.")
    ] = 3000,
    cluster_name: Annotated[
        str, typer.Option(metavar="NAME", help="What the nodes call themselves.")
    ] = "docker",
    namespace: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A namespace; may be given several times."),
    ] = None,
) -> None:
    """Nodes that speak the Aerospike protocol, for any client; no server needed."""
    arguments = ["--nodes", str(nodes), "--port", str(port), "--cluster-name", cluster_name]
    for name in namespace or ["test"]:
        arguments += ["--namespace", name]
    sys.argv = ["gridwire.testing", "aerospike", *arguments]
    runpy.run_module("gridwire.testing", run_name="__main__", alter_sys=True)
