#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Try an installed gridwire as a user would: in its own environment, with no checkout in sight.

Starts a test cluster, puts and gets through the blocking and the asyncio client, and runs the
command line. Any surprise ends with a traceback and a non-zero exit status.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import subprocess
import sys
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import gridwire
from gridwire import hazelcast
from gridwire._impl import COMPILED_LEAVES
from gridwire.hazelcast.asyncio import HazelcastClient as AsyncHazelcastClient
from gridwire.testing import HazelcastCluster

__all__ = ["main"]


def main() -> None:
    """Try everything, in the order in which a user meets it."""
    parser = argparse.ArgumentParser(description="Try an installed gridwire.")
    parser.add_argument("--expect", choices=["pure", "compiled"], help="what the package must be")
    options = parser.parse_args()

    _look_at_the_package(options.expect)
    with HazelcastCluster(members=1) as cluster:
        _use_blocking_client(cluster)
        asyncio.run(_use_asyncio_client(cluster))
    _use_command_line()
    print(f"gridwire {gridwire.__version__} ({gridwire.implementation()}): tried, works")


def _look_at_the_package(expected: str | None) -> None:
    location = Path(gridwire.__file__).resolve()
    assert "site-packages" in location.parts, f"{location} is not an installed package"
    assert gridwire.__version__ == version("gridwire")
    assert files("gridwire").joinpath("py.typed").is_file()
    for leaf in COMPILED_LEAVES:
        importlib.import_module(leaf)
    if expected is not None:
        assert gridwire.implementation() == expected, gridwire.implementation()


def _use_blocking_client(cluster: HazelcastCluster) -> None:
    client = hazelcast.HazelcastClient(
        cluster_members=cluster.addresses, cluster_name=cluster.cluster_name
    )
    try:
        entries = client.get_map("m").blocking()
        assert entries.put("blocking", 1) is None
        assert entries.get("blocking") == 1
    finally:
        client.shutdown()


async def _use_asyncio_client(cluster: HazelcastCluster) -> None:
    client = await AsyncHazelcastClient.create_and_start(
        cluster_members=cluster.addresses, cluster_name=cluster.cluster_name
    )
    try:
        entries = await client.get_map("m")
        assert await entries.put("asyncio", 2) is None
        assert await entries.get("blocking") == 1
    finally:
        await client.shutdown()


def _use_command_line() -> None:
    program = Path(sys.executable).with_name("gridwire")
    subprocess.run([program, "--help"], check=True, stdout=subprocess.DEVNULL)
    done = subprocess.run(
        [program, "demo", "--quick"], stdout=subprocess.PIPE, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "lost 0, wrong 0", done.stdout


if __name__ == "__main__":
    main()
