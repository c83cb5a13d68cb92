# SPDX-License-Identifier: Apache-2.0
"""When a command is tried again, whom it then goes to, and what the error says in the end."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from gridwire.aerospike.asyncio.client import AsyncClient
from gridwire.aerospike.exception import (
    AerospikeTimeoutError,
    ClusterError,
    RecordExistsError,
    RecordNotFound,
    ServerError,
)
from gridwire.errors import ConnectionLostError, DeadlineExceededError, Outcome
from support.aerospike_scripted import CUT, HOLD, ScriptedCluster, ScriptedNode, reply, until

KEY = ("test", "demo", "ann")


def answers(*codes: int) -> Any:
    """Answer with these codes, one after the other."""
    left = list(codes)

    def answer(message: bytes) -> bytes:
        return reply(left.pop(0) if left else 0, {"a": 1})

    return answer


def test_a_read_that_loses_its_connection_is_made_at_the_replica(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        await client.get(KEY)
        (asked,) = [node for node in cluster.nodes if node.requests]
        (other,) = [node for node in cluster.nodes if not node.requests]
        asked.script = lambda node, message: CUT
        record = await client.get(KEY)
        assert record.bins == {"d": record.key.digest}
        assert (asked.requests, other.requests) == (2, 1)

    connected(body, 2)


def test_a_read_stays_with_the_master_when_its_policy_says_so(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        for node in cluster.nodes:
            node.script = lambda node, message: CUT
        with pytest.raises(ClusterError) as caught:
            await client.get(KEY, {"replica": 0, "max_retries": 3})
        assert sorted(node.requests for node in cluster.nodes) == [0, 4]
        assert caught.value.facts["attempts"] == 4

    connected(body, 2)


def test_a_write_is_not_repeated_and_its_outcome_is_unknown(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        node = cluster.nodes[0]
        node.script = lambda node, message: CUT
        with pytest.raises(ClusterError) as caught:
            await client.put(KEY, {"a": 1})
        error = caught.value
        assert node.requests == 1
        assert isinstance(error, ConnectionLostError)
        assert (error.code, error.in_doubt, error.outcome) == (-1, True, Outcome.UNKNOWN)
        facts = error.facts
        assert facts["operation"] == "put"
        assert facts["node"] == node.name
        assert facts["address"] == f"127.0.0.1:{node.port}"
        assert facts["attempts"] == 1
        assert 0 <= facts["elapsed"] < 20
        assert "ann" not in str(error)

    connected(body)


def test_a_write_is_repeated_for_who_asks_for_it(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        node = cluster.nodes[0]
        node.script = lambda node, message: CUT if node.requests < 3 else None
        await client.put(KEY, {"a": 1}, policy={"max_retries": 2})
        assert node.requests == 3

    connected(body)


def test_a_refusal_after_a_lost_attempt_leaves_the_outcome_unknown(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        node = cluster.nodes[0]
        node.script = lambda node, message: CUT if node.requests == 1 else None
        node.answer = answers(5)
        with pytest.raises(RecordExistsError) as caught:
            await client.put(KEY, {"a": 1}, {"exists": 4}, {"max_retries": 1})
        # Perhaps it was the first attempt that made the record.
        assert caught.value.in_doubt
        assert caught.value.outcome is Outcome.UNKNOWN
        assert caught.value.facts["attempts"] == 2

    connected(body)


def test_a_refusal_says_that_nothing_was_done(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        cluster.nodes[0].answer = answers(2)
        with pytest.raises(RecordNotFound) as caught:
            await client.get(KEY)
        error = caught.value
        assert (error.code, error.in_doubt, error.outcome) == (2, False, Outcome.REJECTED)
        assert error.facts["operation"] == "get"
        assert error.facts["node"] == cluster.nodes[0].name
        assert error.facts["phase"] == "at the server"
        assert error.facts["attempts"] == 1

    connected(body)


@pytest.mark.parametrize("code", [9, 11, 18])
def test_codes_after_which_another_attempt_may_help(connected, code: int) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        node = cluster.nodes[0]
        node.answer = answers(code, code)
        assert (await client.get(KEY)).bins == {"a": 1}
        assert node.requests == 3
        node.answer = answers(code)
        with pytest.raises((ServerError, AerospikeTimeoutError)) as caught:
            await client.put(KEY, {"a": 1})
        assert caught.value.code == code
        assert caught.value.in_doubt is (code == 9)

    connected(body)


@pytest.mark.parametrize("code", [1, 4, 8, 14, 20, 22])
def test_codes_that_are_the_answer(connected, code: int) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        cluster.nodes[0].answer = answers(code)
        with pytest.raises(ServerError) as caught:
            await client.get(KEY, {"max_retries": 5})
        assert caught.value.code == code
        assert cluster.requests == 1

    connected(body)


def test_a_write_without_an_answer_ends_in_time(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        cluster.nodes[0].script = lambda node, message: HOLD
        loop = asyncio.get_running_loop()
        began = loop.time()
        with pytest.raises(AerospikeTimeoutError) as caught:
            await client.put(KEY, {"a": 1}, policy={"total_timeout": 80})
        assert 0.08 <= loop.time() - began < 5
        error = caught.value
        assert isinstance(error, DeadlineExceededError)
        assert (error.code, error.in_doubt, error.outcome) == (-1, True, Outcome.UNKNOWN)
        assert error.facts["phase"] == "no answer came in time"
        assert error.facts["elapsed"] >= 0.08

    connected(body)


def test_a_read_without_an_answer_is_tried_within_its_whole_time(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        for node in cluster.nodes:
            node.script = lambda node, message: HOLD
        policy = {"total_timeout": 250, "socket_timeout": 60, "max_retries": 2}
        with pytest.raises(AerospikeTimeoutError) as caught:
            await client.get(KEY, policy)
        assert cluster.requests == 3
        assert not caught.value.in_doubt
        # The third attempt goes to the first node again.
        assert sorted(node.requests for node in cluster.nodes) == [1, 2]
        # What the server is told shrinks with what is left.
        told = [
            int.from_bytes(message[22:26], "big")
            for node in cluster.nodes
            for _, message in node.held
        ]
        assert max(told) == 60
        assert all(0 < each <= 60 for each in told)

    connected(body, 2)


def test_the_time_of_an_attempt_is_never_more_than_what_is_left(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        cluster.nodes[0].script = lambda node, message: HOLD
        policy = {"total_timeout": 1000, "socket_timeout": 700, "max_retries": 9}
        loop = asyncio.get_running_loop()
        began = loop.time()
        with pytest.raises(AerospikeTimeoutError):
            await client.get(KEY, policy)
        assert 1.0 <= loop.time() - began < 5
        assert cluster.requests == 2
        told = [int.from_bytes(message[22:26], "big") for _, message in cluster.nodes[0].held]
        assert told[0] == 700
        assert told[1] <= 301

    connected(body)


def test_between_attempts_it_sleeps_as_the_policy_says(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        cluster.nodes[0].answer = answers(18, 18)
        loop = asyncio.get_running_loop()
        began = loop.time()
        await client.get(KEY, {"sleep_between_retries": 30})
        assert loop.time() - began >= 0.06

    connected(body)


def test_a_namespace_that_no_node_has(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        with pytest.raises(ServerError) as caught:
            await client.get(("nowhere", "demo", 1))
        assert caught.value.code == 20
        assert caught.value.facts["namespace"] == "nowhere"
        assert cluster.requests == 0

    connected(body)


def test_who_finds_no_connection_in_time_has_sent_nothing(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        node = cluster.nodes[0]
        node.script = lambda node, message: HOLD
        first = asyncio.create_task(client.put(KEY, {"a": 1}))
        await until(lambda: node.requests)
        with pytest.raises(AerospikeTimeoutError) as caught:
            await client.put(KEY, {"a": 2}, policy={"total_timeout": 60})
        assert caught.value.outcome is Outcome.NOT_SENT
        assert not caught.value.in_doubt
        assert node.requests == 1
        node.script = lambda node, message: None
        node.release_all()
        await first

    connected(body, max_conns_per_node=1, pipeline_depth=1)


def test_a_node_that_fails_too_often_is_left_alone_until_the_next_round(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        node = cluster.nodes[0]
        node.answer = answers(*[18] * 8)
        for _ in range(5):
            with pytest.raises(ServerError):
                await client.put(KEY, {"a": 1})
        assert node.requests == 5
        with pytest.raises(ClusterError) as caught:
            await client.put(KEY, {"a": 1})
        assert caught.value.outcome is Outcome.NOT_SENT
        assert node.requests == 5
        (known,) = client._engine.core.nodes.values()
        assert known.breaker.is_open
        client._engine.core.hurry()
        await until(lambda: known.is_usable)
        node.answer = answers()
        await client.put(KEY, {"a": 1})

    connected(body, max_error_rate=5, tend_interval=60_000)


def test_a_short_answer_ends_the_connection_with_a_typed_error(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        node: ScriptedNode = cluster.nodes[0]
        node.answer = lambda message: b"\x02\x03" + (5).to_bytes(6, "big") + b"hello"
        with pytest.raises(ClusterError) as caught:
            await client.get(KEY, {"max_retries": 0})
        assert "not the answer to a record operation" in str(caught.value.__cause__)
        node.answer = lambda message: b"HTTP/1.1 400 Bad Request\r\n\r\n"
        with pytest.raises(ClusterError):
            await client.get(KEY, {"max_retries": 0})
        node.answer = answers()
        assert (await client.get(KEY)).bins == {"a": 1}

    connected(body)


def test_an_answer_that_nobody_asked_for_ends_the_connection(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        node = cluster.nodes[0]
        await client.get(KEY)
        (link,) = node.data_links
        link.transport.write(reply(0, {"a": "not yours"}))
        await until(lambda: not node.data_links)
        record = await client.get(KEY)
        assert record.bins == {"d": record.key.digest}

    connected(body)


def test_a_loop_that_was_busy_beyond_the_deadline_sends_nothing_more(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        loop = asyncio.get_running_loop()
        await client.get(KEY)

        def overloaded(message: bytes) -> bytes:
            # While the client sleeps before its next attempt.
            loop.call_later(0.01, time.sleep, 0.5)
            return reply(18)

        cluster.nodes[0].answer = overloaded
        with pytest.raises(AerospikeTimeoutError):
            await client.get(KEY, {"total_timeout": 300, "sleep_between_retries": 50})
        assert cluster.requests == 2

    connected(body)
