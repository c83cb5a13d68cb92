# SPDX-License-Identifier: Apache-2.0
"""`start` of an asyncio client that starts already, was cancelled, failed or was shut down."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gridwire.errors import Outcome
from gridwire.hazelcast.asyncio import HazelcastClient
from gridwire.hazelcast.errors import HazelcastClientNotActiveError, IllegalStateError
from support.scripted import ScriptedCluster


def client_of(cluster: ScriptedCluster, **more: Any) -> HazelcastClient:
    return HazelcastClient(
        cluster_name=cluster.cluster_name,
        cluster_members=cluster.addresses,
        retry_initial_backoff=0.02,
        retry_multiplier=1,
        **more,
    )


async def turns(number: int) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


async def fails(client: HazelcastClient) -> None:
    with pytest.raises(HazelcastClientNotActiveError) as caught:
        await client.start()
    assert caught.value.outcome is Outcome.NOT_SENT


def test_who_starts_it_again_waits_until_it_is_connected(scripted) -> None:
    cluster = scripted()
    held = cluster.hold("Client.Authentication")

    async def main() -> None:
        client = client_of(cluster)
        starts = [asyncio.create_task(client.start()) for _ in range(3)]
        request = await asyncio.to_thread(held.next)
        await turns(10)
        assert not any(one.done() for one in starts)
        # Who is cancelled while he waits for somebody else's start harms nobody.
        starts[2].cancel()
        await turns(10)
        cluster.behave("Client.Authentication")
        request.answer_as_usual()
        await asyncio.gather(*starts[:2])
        assert await (await client.get_map("m")).size() == 0
        await client.shutdown()

    asyncio.run(main())
    assert len(cluster.seen("Client.Authentication")) == 1


def test_who_waits_for_a_start_that_fails_learns_why(scripted) -> None:
    cluster = scripted()
    cluster.members[0].kill()

    async def main() -> None:
        client = client_of(cluster, cluster_connect_timeout=0.1)
        first, second = await asyncio.gather(client.start(), client.start(), return_exceptions=True)
        assert isinstance(first, IllegalStateError)
        assert isinstance(second, HazelcastClientNotActiveError)
        assert second.__cause__ is first
        assert "could be joined" in str(second)
        await fails(client)

    asyncio.run(main())


def test_a_start_that_is_cancelled_leaves_a_client_that_says_so(scripted) -> None:
    cluster = scripted()
    held = cluster.hold("Client.Authentication")

    async def main() -> None:
        client = client_of(cluster)
        first = asyncio.create_task(client.start())
        second = asyncio.create_task(client.start())
        await asyncio.to_thread(held.next)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        with pytest.raises(HazelcastClientNotActiveError):
            await second
        await fails(client)
        with pytest.raises(HazelcastClientNotActiveError):
            async with client:
                pytest.fail("it was entered")

    asyncio.run(main())
    cluster.wait_until(lambda: not cluster.members[0].connections)


def test_shutting_down_ends_a_start(scripted) -> None:
    cluster = scripted()
    cluster.members[0].kill()

    async def main() -> None:
        client = client_of(cluster)
        starting = asyncio.create_task(client.start())
        await asyncio.sleep(0.05)
        await client.shutdown()
        # It would go on trying for ever, and the cluster is there again.
        cluster.members[0].revive()
        with pytest.raises(HazelcastClientNotActiveError):
            await asyncio.wait_for(starting, 5)
        await fails(client)

    asyncio.run(main())
    assert not cluster.seen("Client.Authentication")


def test_shutting_down_before_a_start_is_for_good(scripted) -> None:
    cluster = scripted()

    async def main() -> None:
        client = client_of(cluster)
        await client.shutdown()
        await fails(client)

    asyncio.run(main())
    assert not cluster.seen("Client.Authentication")


def test_a_client_that_was_shut_down_does_not_start_again(scripted) -> None:
    cluster = scripted()

    async def main() -> None:
        async with client_of(cluster) as client:
            await client.start()
        await fails(client)

    asyncio.run(main())


def test_a_client_that_gave_up_in_the_background_says_why(scripted) -> None:
    cluster = scripted()
    cluster.members[0].kill()
    over = asyncio.Event()

    async def main() -> None:
        client = client_of(
            cluster,
            async_start=True,
            cluster_connect_timeout=0.1,
            lifecycle_listeners=[lambda state: over.set() if state == "SHUTDOWN" else None],
        )
        await client.start()
        await client.start()
        await asyncio.wait_for(over.wait(), 10)
        with pytest.raises(HazelcastClientNotActiveError, match="could be joined"):
            await client.start()

    asyncio.run(main())
