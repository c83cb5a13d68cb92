# SPDX-License-Identifier: Apache-2.0
"""Test clusters from a shell: ``python -m gridwire.testing hazelcast --members 3``.

Or ``python -m gridwire.testing aerospike --nodes 3 --port 3000``.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time
from contextlib import AsyncExitStack
from random import Random
from typing import TYPE_CHECKING, Any

from gridwire.testing import _aerospike_program
from gridwire.testing._hazelcast.cluster import LoopCluster
from gridwire.testing._hazelcast.options import ClusterOptions
from gridwire.testing._homes import control
from gridwire.testing._homes.tls_options import add_tls_options, tls_of
from gridwire.testing.aio import AsyncHazelcastCluster
from gridwire.testing.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a cluster until Ctrl-C, or until standard input ends with ``--control``.

    Args:
        arguments: the command line without the program's name; that of this process if None.

    Returns:
        The exit status: 0, or 1 when the cluster could not start.
    """
    options = _parser().parse_args(arguments)
    if options.control:
        # Ctrl-C in the terminal is meant for the program that holds the other end of the pipe.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(_obey(options) if options.control else _serve(options))
    except ClusterError as error:
        sys.stderr.write(f"gridwire.testing: {error}\n")
        return 1
    except KeyboardInterrupt:
        pass  # Where signals cannot be handed to the loop, this is how Ctrl-C arrives.
    return 0


def _obey(options: argparse.Namespace) -> Coroutine[Any, Any, None]:
    if options.kind == "aerospike":
        return _aerospike_program.obey()
    return control.obey(_tenant)


def _tenant(options: dict[str, Any]) -> LoopCluster:
    return LoopCluster(ClusterOptions.from_json(options), clock=time.time, random=Random())


async def _serve(options: argparse.Namespace) -> None:
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    if sys.platform != "win32":
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, over.set)
    async with AsyncExitStack() as stack:
        if options.kind == "aerospike":
            nodes = await stack.enter_async_context(_aerospike_program.made(options))
            title = f"cluster {nodes.cluster_name}"
            addresses = [node.address for node in nodes.nodes]
        else:
            members = await stack.enter_async_context(_hazelcast(options))
            title = f"cluster {members.cluster_name}, version {members.version}"
            addresses = members.addresses
        sys.stdout.write("\n".join([title, *addresses]) + "\nPress Ctrl-C to stop.\n")
        sys.stdout.flush()
        await over.wait()


def _hazelcast(options: argparse.Namespace) -> AsyncHazelcastCluster:
    ports = None
    if options.port:
        count = options.members + options.lite_members
        ports = [options.port + index for index in range(count)]
    return AsyncHazelcastCluster(
        options.members,
        lite_members=options.lite_members,
        cluster_name=options.cluster_name,
        version=options.version,
        partition_count=options.partitions,
        backup_count=options.backups,
        ports=ports,
        username=options.username,
        password=options.password,
        tls=tls_of(options),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m gridwire.testing", description="Run a cluster to test with, on loopback."
    )
    kinds = parser.add_subparsers(required=True, dest="kind", metavar="kind")
    hazelcast = kinds.add_parser("hazelcast", help="members that speak the Hazelcast protocol")
    add = hazelcast.add_argument
    add("--members", type=int, default=3, help="how many members (default: 3)")
    add("--lite-members", type=int, default=0, help="how many besides without data (default: 0)")
    add(
        "--port",
        type=int,
        default=0,
        help="port of the first member, the others follow; free ports if 0 (default: 0)",
    )
    add("--cluster-name", default="dev", help="what clients have to name (default: dev)")
    add("--version", default="5.7.0", help="whose wire behaviour, 4.0 to 5.7 (default: 5.7.0)")
    add("--partitions", type=int, default=271, help="number of partitions (default: 271)")
    add("--backups", type=int, default=1, help="backups of each partition (default: 1)")
    add("--username", help="what clients have to authenticate as (default: nothing)")
    add("--password", help="the same")
    add_tls_options(add, "members")
    add("--control", action="store_true", help=argparse.SUPPRESS)
    _aerospike_program.add_options(
        kinds.add_parser("aerospike", help="nodes that speak the Aerospike protocol")
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
