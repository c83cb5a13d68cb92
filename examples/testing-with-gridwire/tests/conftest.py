# SPDX-License-Identifier: Apache-2.0
"""What the tests of the box office share, beside the fixtures that gridwire brings."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from box_office import Booking

Scene = Callable[[Booking], Awaitable[None]]


@pytest.fixture
def hazelcast_cluster_options() -> dict[str, Any]:
    """Found by gridwire in the place of its own: two members may die, as in production."""
    return {"members": 4, "backup_count": 2}


@pytest.fixture
def play(hazelcast_asyncio_client_factory) -> Callable[[Scene], None]:
    """Run a coroutine with the bookings of an evening on which nothing is booked yet."""

    async def main(scene: Scene) -> None:
        async with hazelcast_asyncio_client_factory() as client:
            await scene(Booking(await client.get_map("hamlet")))

    return lambda scene: asyncio.run(main(scene))
