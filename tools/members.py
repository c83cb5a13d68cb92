#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real Hazelcast members by hand: fetch their jars, start a few, run a command against them.

``tools/members.py check`` says whether real members can run here, ``fetch`` fills the cache,
``run`` starts a cluster until Ctrl-C, or for the time of a command::

    tools/members.py run --version 5.7.0 --members 3 -- python my_script.py

The command finds the cluster in ``GRIDWIRE_CLUSTER_NAME`` and ``GRIDWIRE_MEMBERS`` (addresses,
separated by commas).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

# Works from a checkout where nothing is installed.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from gridwire.testing.real import (
    REAL_VERSIONS,
    RealCluster,
    RealMemberError,
    member_jar,
    unavailable,
)

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Run the tool.

    Args:
        arguments: The command line without the program's name; by default that of the process.

    Returns:
        The exit status: 0, or 1 when members are not to be had, or that of the command.
    """
    options = _parser().parse_args(arguments)
    try:
        status: int = options.action(options)
    except RealMemberError as error:
        print(f"members: {error}", file=sys.stderr)
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Real Hazelcast members on loopback.")
    actions = parser.add_subparsers(required=True, metavar="check | fetch | run")

    check = actions.add_parser("check", help="say whether real members can run here")
    check.set_defaults(action=_check)

    fetch = actions.add_parser("fetch", help="fetch jars into the cache")
    fetch.add_argument("versions", nargs="*", default=REAL_VERSIONS, help="all by default")
    fetch.set_defaults(action=_fetch)

    run = actions.add_parser("run", help="start members until Ctrl-C, or for a command")
    run.add_argument("--version", default=REAL_VERSIONS[-1], help="(default: %(default)s)")
    run.add_argument("--members", type=int, default=1, help="how many (default: %(default)s)")
    run.add_argument("--heap", default="256m", help="of each member (default: %(default)s)")
    run.add_argument(
        "--fast-run",
        action="store_true",
        help="JVM options as in production, instead of those that start fast; for measuring",
    )
    run.add_argument("--json", action="store_true", help="print the cluster as JSON")
    run.add_argument("command", nargs="*", help="after --: what to run against the cluster")
    run.set_defaults(action=_run)
    return parser


def _check(_options: argparse.Namespace) -> int:
    reason = unavailable(REAL_VERSIONS)
    print(f"real members cannot run: {reason}" if reason else "real members can run")
    return 1 if reason else 0


def _fetch(options: argparse.Namespace) -> int:
    for version in options.versions:
        print(member_jar(version))
    return 0


def _run(options: argparse.Namespace) -> int:
    with RealCluster(
        options.version,
        options.members,
        heap=options.heap,
        fast_start=not options.fast_run,
    ) as cluster:
        _describe(cluster, as_json=options.json)
        if options.command:
            return _run_command(options.command, cluster)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print()
    return 0


def _describe(cluster: RealCluster, *, as_json: bool) -> None:
    if as_json:
        facts = {
            "version": cluster.version,
            "cluster_name": cluster.cluster_name,
            "addresses": cluster.addresses,
            "pids": [member.pid for member in cluster.members],
        }
        print(json.dumps(facts), flush=True)
    else:
        print(f"Hazelcast {cluster.version}, cluster {cluster.cluster_name}")
        print("members", ",".join(cluster.addresses), flush=True)


def _run_command(command: list[str], cluster: RealCluster) -> int:
    environment = {
        **os.environ,
        "GRIDWIRE_CLUSTER_NAME": cluster.cluster_name,
        "GRIDWIRE_MEMBERS": ",".join(cluster.addresses),
    }
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
