# SPDX-License-Identifier: Apache-2.0
"""A scripted cluster and a client connected to it, on one loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from gridwire.aerospike.asyncio.client import AsyncClient
from support.aerospike_scripted import ScriptedCluster
from support.patience import PATIENCE, patient

OPENING = {"timeout": int(PATIENCE * 1000)}
"""How long a connection may take to open, in milliseconds. The default is a second, for which a
busy machine may stand still."""

Body = Callable[[AsyncClient, ScriptedCluster], Coroutine[Any, Any, None]]


@pytest.fixture
def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Makes the loop; tests of what depends on it try others, too."""
    return None


@pytest.fixture
def connected(
    loop_factory: Callable[[], asyncio.AbstractEventLoop] | None,
) -> Callable[..., None]:
    """Run a test's body with a connected client; keywords are the cluster's, or the client's."""

    def run(body: Body, count: int = 1, cluster: ScriptedCluster | None = None, **config: Any):
        async def main() -> None:
            async with (
                cluster or ScriptedCluster(count) as nodes,
                AsyncClient(patient({"hosts": nodes.hosts, **OPENING, **config})) as client,
            ):
                await client.connect()
                async with asyncio.timeout(60):
                    await body(client, nodes)

        with asyncio.Runner(loop_factory=loop_factory) as runner:
            runner.run(main())

    return run
