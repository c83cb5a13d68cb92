# SPDX-License-Identifier: Apache-2.0
"""What only the asyncio face has: its life on a loop, tasks, groups and their cancellation."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest

from gridwire.errors import Outcome
from gridwire.hazelcast.asyncio import HazelcastClient
from gridwire.hazelcast.config import Config
from gridwire.hazelcast.errors import (
    HazelcastClientNotActiveError,
    IllegalStateError,
    InvalidConfigurationError,
    OperationTimeoutError,
)
from gridwire.testing import AsyncHazelcastCluster
from support.scripted import ScriptedCluster
from support.scripted_replies import silence


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request):
    """Run a coroutine on a loop of each kind."""
    uvloop = request.param == "uvloop"
    factory = pytest.importorskip("uvloop").new_event_loop if uvloop else None

    def run_it(coroutine):
        with asyncio.Runner(loop_factory=factory) as runner:
            return runner.run(coroutine)

    return run_it


def options(cluster: ScriptedCluster, **more: object) -> dict[str, Any]:
    return {
        "cluster_name": cluster.cluster_name,
        "cluster_members": cluster.addresses,
        "retry_initial_backoff": 0.05,
        **more,
    }


def test_a_client_is_a_context_manager(run, scripted) -> None:
    cluster = scripted(2)

    async def main() -> None:
        async with HazelcastClient(**options(cluster)) as client:
            numbers = await client.get_map("m")
            await numbers.set(1, "x")
            assert await numbers.get(1) == "x"
            assert client.lifecycle_service.is_running()
        assert not client.lifecycle_service.is_running()

    run(main())
    cluster.wait_until(lambda: not any(member.connections for member in cluster.members))


def test_a_client_ends_with_its_block_whatever_happens_there(run, scripted) -> None:
    cluster = scripted(1)

    async def main() -> None:
        with pytest.raises(KeyError, match="mine"):
            async with HazelcastClient(**options(cluster)):
                raise KeyError("mine")

    run(main())
    cluster.wait_until(lambda: not cluster.members[0].connections)


def test_starting_twice_is_starting_once(run, scripted) -> None:
    cluster = scripted(1)

    async def main() -> None:
        client = await HazelcastClient.create_and_start(**options(cluster))
        await client.start()
        await client.shutdown()
        await client.shutdown()

    run(main())
    assert len(cluster.seen("Client.Authentication")) == 1


def test_a_client_needs_a_running_loop() -> None:
    with pytest.raises(RuntimeError, match="loop"):
        HazelcastClient()


def test_a_client_that_was_not_started_says_so(run, scripted) -> None:
    cluster = scripted(1)

    async def main() -> None:
        client = HazelcastClient(**options(cluster))
        with pytest.raises(HazelcastClientNotActiveError) as caught:
            await client.get_map("m")
        assert caught.value.outcome is Outcome.NOT_SENT
        await client.shutdown()

    run(main())
    assert not cluster.seen("Client.Authentication")


def test_a_configuration_object_may_serve_several_clients(run, scripted) -> None:
    cluster = scripted(1)

    async def main() -> None:
        config = Config()
        config.cluster_name = cluster.cluster_name
        config.cluster_members = cluster.addresses
        async with HazelcastClient(config) as one, HazelcastClient(config) as other:
            await (await one.get_map("m")).set(1, "x")
            assert await (await other.get_map("m")).get(1) == "x"
        with pytest.raises(InvalidConfigurationError):
            HazelcastClient(config, cluster_name="other")

    run(main())


def test_a_start_that_is_cancelled_leaves_nothing(run, scripted) -> None:
    cluster = scripted(1)
    cluster.always("Client.Authentication", silence)

    async def main() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(HazelcastClient.create_and_start(**options(cluster)), 0.1)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(main())
    cluster.wait_until(lambda: not cluster.members[0].connections)


def test_a_start_that_is_cancelled_between_rounds_leaves_nothing(run) -> None:
    async def main() -> None:
        start = HazelcastClient.create_and_start(
            cluster_members=["127.0.0.1:9"], retry_initial_backoff=30.0
        )
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(start, 0.1)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(main())


def test_a_start_that_fails_leaves_nothing(run) -> None:
    async def main() -> None:
        with pytest.raises(IllegalStateError):
            async with HazelcastClient(
                cluster_members=["127.0.0.1:9"], cluster_connect_timeout=0.05
            ):
                raise AssertionError("it cannot be connected")
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(main())


def test_calls_may_be_tasks_of_a_group(run, scripted) -> None:
    cluster = scripted(3)

    async def main() -> None:
        async with HazelcastClient(**options(cluster)) as client:
            numbers = await client.get_map("m")
            async with asyncio.TaskGroup() as group:
                for key in range(100):
                    group.create_task(numbers.set(key, key * 2))
            values = await asyncio.gather(*(numbers.get(key) for key in range(100)))
            assert values == [key * 2 for key in range(100)]

    run(main())


def test_a_group_that_fails_cancels_its_calls(run, scripted) -> None:
    cluster = scripted(1)
    held = cluster.hold("Map.Get")

    async def main() -> None:
        async with HazelcastClient(**options(cluster), max_pending_invocations=5) as client:
            numbers = await client.get_map("m")

            async def fail_together() -> None:
                async with asyncio.TaskGroup() as group:
                    for key in range(4):
                        group.create_task(numbers.get(key))
                    group.create_task(numbers.get(None))

            with pytest.raises(ExceptionGroup) as caught:
                await fail_together()
            assert "can't be None" in str(caught.value.exceptions[0])
            # All places are free again.
            await asyncio.gather(*(numbers.set(key, key) for key in range(5)))

    run(main())
    assert held is not None


def test_wait_for_and_timeout_bound_a_call(run, scripted) -> None:
    cluster = scripted(1)
    cluster.always("Map.Get", silence)

    async def main() -> None:
        async with HazelcastClient(**options(cluster), max_pending_invocations=1) as client:
            numbers = await client.get_map("m")
            with pytest.raises(TimeoutError) as caught:
                await asyncio.wait_for(numbers.get(1), 0.05)
            assert not isinstance(caught.value, OperationTimeoutError)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await numbers.get(1)
            with pytest.raises(OperationTimeoutError):
                await numbers.get(1, timeout=0.05)
            await numbers.set(1, "x")

    run(main())


def test_a_map_that_is_asked_for_twice_at_once_is_one(run, scripted) -> None:
    cluster = scripted(1)

    async def main() -> None:
        async with HazelcastClient(**options(cluster)) as client:
            maps = await asyncio.gather(*(client.get_map("m") for _ in range(5)))
            assert all(one is maps[0] for one in maps)

    run(main())


def test_iteration_may_be_left_in_the_middle(run, scripted) -> None:
    cluster = scripted(1, partition_count=2)
    data = b"\0\0\0\0\xff\xff\xff\xf9\0\0\0\1"
    cluster.always("Map.FetchKeys", lambda request: request.answer([(-1, -1)], [data] * 3))

    async def main() -> None:
        async with HazelcastClient(**options(cluster)) as client:
            numbers = await client.get_map("m")
            async for key in numbers.iter_keys():
                assert key == 1
                break
            assert [key async for key in numbers.iter_keys()] == [1] * 6

    run(main())


def test_client_and_cluster_may_share_a_loop(run) -> None:
    async def main() -> None:
        async with AsyncHazelcastCluster(members=3) as cluster, AsyncExitStack() as stack:
            client = HazelcastClient(
                cluster_name=cluster.cluster_name, cluster_members=cluster.addresses
            )
            await stack.enter_async_context(client)
            numbers = await client.get_map("m")
            await numbers.put_all({key: key for key in range(500)})
            await cluster.members[0].kill()
            assert await numbers.size() == 500

    run(main())


def test_clients_of_several_loops_in_one_process(scripted) -> None:
    cluster = scripted(1)

    async def main(value: str) -> object:
        async with HazelcastClient(**options(cluster)) as client:
            numbers = await client.get_map("m")
            return await numbers.put(1, value)

    assert asyncio.run(main("first")) is None
    assert asyncio.run(main("second")) == "first"
