# SPDX-License-Identifier: Apache-2.0
"""The commands and their options; what they do is in modules of their own."""

from __future__ import annotations

import runpy
import secrets
import sys
from typing import TYPE_CHECKING, Annotated

import typer

import gridwire
from gridwire.cli.demo.plan import (
    DEFAULT_ENTRIES,
    MAX_ENTRIES,
    MIN_ENTRIES,
    QUICK_ENTRIES,
    Plan,
    System,
)
from gridwire.cli.doctor.commands import app as doctor

if TYPE_CHECKING:
    from collections.abc import Mapping

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
app.add_typer(doctor, name="doctor")


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
    only: Annotated[
        System | None, typer.Option(help="Show one of the two systems, not both.")
    ] = None,
    members: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT,...",
            help="Use a Hazelcast cluster that runs already; nothing is killed there, and the map"
            " is removed at the end.",
        ),
    ] = None,
    hosts: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT,...",
            help="Use an Aerospike cluster that runs already; nothing is killed there, and the set"
            " is truncated at the end.",
        ),
    ] = None,
    namespace: Annotated[
        str, typer.Option(metavar="NAME", help="Of Aerospike, for the set that is written.")
    ] = "test",
    cluster_name: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help='What the cluster is called; "dev" with --members, any with --hosts.',
        ),
    ] = None,
    entries: Annotated[
        int | None,
        typer.Option(
            min=MIN_ENTRIES,
            max=MAX_ENTRIES,
            help="How many entries to write and read in each system;"
            f" {DEFAULT_ENTRIES:,} if not given.",
        ),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help=f"Do with {QUICK_ENTRIES:,} entries.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document, and nothing else.")
    ] = False,
) -> None:
    """See both clients of both systems at work on three members, one of which dies.

    Starts a cluster, fills and reads a map or a set from threads and from asyncio tasks, kills a
    member half-way, and checks at the end that every acknowledged write is there. First on
    Hazelcast, then on Aerospike, where the dead node comes back; on one of them with `--only`, or
    where a cluster is named that runs already.

    The exit status is 0 if so, 1 if not, and 2 if there is no cluster to work on.
    """
    from gridwire.cli.demo.command import demo as run_command

    named = {
        System.HAZELCAST: None if members is None else _addresses(members, "--members"),
        System.AEROSPIKE: None if hosts is None else _addresses(hosts, "--hosts"),
    }
    plans = [
        Plan(
            system=system,
            entries=entries or (QUICK_ENTRIES if quick else DEFAULT_ENTRIES),
            addresses=named[system],
            cluster_name=cluster_name,
            place=f"gridwire-demo-{secrets.token_hex(4)}",
            namespace=namespace,
        )
        for system in _chosen(only, [each for each in System if named[each] is not None])
    ]
    raise typer.Exit(run_command(plans, as_json=as_json))


def _chosen(only: System | None, named: list[System]) -> list[System]:
    """Tell which systems are shown, where clusters of some of them are named."""
    if only is None:
        return named or list(System)
    if set(named) - {only}:
        raise typer.BadParameter(f"there are addresses of another system than {only}")
    return [only]


def _addresses(text: str, option: str) -> tuple[str, ...]:
    addresses = tuple(each.strip() for each in text.split(",") if each.strip())
    if not addresses:
        raise typer.BadParameter("name at least one address", param_hint=option)
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
    tls_cert: Annotated[
        str | None, typer.Option(metavar="FILE", help="Certificate, PEM; members speak TLS then.")
    ] = None,
    tls_key: Annotated[
        str | None, typer.Option(metavar="FILE", help="Its key, if it is not in the same file.")
    ] = None,
    tls_ca: Annotated[
        str | None, typer.Option(metavar="FILE", help="Whose certificates clients have to show.")
    ] = None,
) -> None:
    """Members that speak the Hazelcast protocol, for any client; no Java needed."""
    _serve(
        "hazelcast",
        {
            "--members": members,
            "--lite-members": lite_members,
            "--port": port,
            "--cluster-name": cluster_name,
            "--version": version,
            "--partitions": partitions,
            "--backups": backups,
            "--username": username,
            "--password": password,
            "--tls-cert": tls_cert,
            "--tls-key": tls_key,
            "--tls-ca": tls_ca,
        },
    )


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
        typer.Option(
            metavar="NAME", help='A namespace; may be given several times. Without, "test".'
        ),
    ] = None,
    replication_factor: Annotated[int, typer.Option(help="Copies of a partition.")] = 2,
    user: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME:PASSWORD[:ROLE,...]",
            help="Who may log in; may be given several times. Without, everybody.",
        ),
    ] = None,
    tls_cert: Annotated[
        str | None, typer.Option(metavar="FILE", help="Certificate, PEM; nodes speak TLS then.")
    ] = None,
    tls_key: Annotated[
        str | None, typer.Option(metavar="FILE", help="Its key, if it is not in the same file.")
    ] = None,
    tls_ca: Annotated[
        str | None, typer.Option(metavar="FILE", help="Whose certificates clients have to show.")
    ] = None,
    tls_name: Annotated[
        str | None, typer.Option(metavar="NAME", help="The name in it, if not localhost.")
    ] = None,
) -> None:
    """Nodes that speak the Aerospike protocol, for any client; no server needed."""
    _serve(
        "aerospike",
        {
            "--nodes": nodes,
            "--port": port,
            "--cluster-name": cluster_name,
            "--replication-factor": replication_factor,
            "--namespace": namespace,
            "--user": user,
            "--tls-cert": tls_cert,
            "--tls-key": tls_key,
            "--tls-ca": tls_ca,
            "--tls-name": tls_name,
        },
    )


def _serve(kind: str, options: Mapping[str, int | str | list[str] | None]) -> None:
    """Do exactly what ``python -m gridwire.testing`` does, also on its way out.

    Args:
        kind: of the cluster.
        options: what was given, once or several times; None for the default of that program.
    """
    arguments = []
    for name, given in options.items():
        values = given if isinstance(given, list) else [] if given is None else [given]
        # With "=", so that a value may begin with a dash.
        arguments += [f"{name}={value}" for value in values]
    sys.argv = ["gridwire.testing", kind, *arguments]
    runpy.run_module("gridwire.testing", run_name="__main__", alter_sys=True)
