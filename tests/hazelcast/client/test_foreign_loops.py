# SPDX-License-Identifier: Apache-2.0
"""An asyncio client that its loop left behind; the rest is in tests/io/test_forks_asyncio.py."""

from __future__ import annotations

import asyncio
import gc
import pickle
import warnings
from typing import Any

import pytest

from gridwire import errors
from gridwire.hazelcast.asyncio import HazelcastClient
from gridwire.hazelcast.errors import ForeignLoopError, HazelcastError

NEAR = {"near_caches": {"m": {}}}


@pytest.mark.allow_leaks
def test_a_client_that_its_loop_left_behind_answers_nothing_old(scripted: Any):
    cluster = scripted()
    options = {"cluster_members": cluster.addresses, "cluster_name": cluster.cluster_name}

    async def begin() -> tuple[HazelcastClient, Any]:
        client = await HazelcastClient.create_and_start(**options, **NEAR)
        near = await client.get_map("m")
        await near.set(1, "old")
        assert await near.get(1) == "old"
        assert len(near.near_cache) == 1
        return client, near

    async def go_on(client: HazelcastClient, near: Any) -> None:
        for call in (lambda: near.get(1), lambda: near.set(1, "x"), lambda: client.get_map("m")):
            with pytest.raises(ForeignLoopError, match=r"closed\) of process"):
                await call()
        await client.shutdown()
        assert not client.lifecycle_service.is_running()
        await client.shutdown()
        with pytest.raises(ForeignLoopError):
            await client.start()

    with warnings.catch_warnings():
        # The connections are closed by nobody; that is what the program did.
        warnings.simplefilter("ignore", ResourceWarning)
        client, near = asyncio.run(begin())
        assert len(near.near_cache) == 0
        asyncio.run(go_on(client, near))
        del client, near
        gc.collect()


def test_both_systems_have_one_word_for_it():
    assert issubclass(ForeignLoopError, errors.ForeignLoopError)
    assert issubclass(ForeignLoopError, HazelcastError)
    assert issubclass(errors.ForeignLoopError, RuntimeError)


def test_a_client_and_its_maps_cannot_be_sent_to_another_process(scripted: Any):
    cluster = scripted()

    async def main() -> None:
        async with HazelcastClient(
            cluster_members=cluster.addresses, cluster_name=cluster.cluster_name
        ) as client:
            for one in (client, await client.get_map("m")):
                with pytest.raises(TypeError, match="Make a client in the other process"):
                    pickle.dumps(one)

    asyncio.run(main())
