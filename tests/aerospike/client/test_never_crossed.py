# SPDX-License-Identifier: Apache-2.0
"""Nobody ever gets another's record, and who is slow makes nobody else slow."""

from __future__ import annotations

import asyncio
import random
import ssl
import time
from typing import Any

import pytest
import trustme

from gridwire.aerospike.asyncio.client import AsyncClient
from gridwire.aerospike.exception import (
    AerospikeError,
    AerospikeTimeoutError,
    ClusterError,
    RecordExistsError,
    RecordGenerationError,
    RecordTooBig,
)
from gridwire.aerospike.protocol import flags
from gridwire.aerospike.protocol.digest import record_digest
from gridwire.aerospike.protocol.message import FIRST_FIELD, fields_of, read_head
from gridwire.aerospike.protocol.proto import HEADER_BYTES, MESSAGE, frame
from support.aerospike_scripted import (
    CUT,
    HALF,
    HOLD,
    ScriptedCluster,
    ScriptedNode,
    digest_of,
    echo,
    reply,
)

OPERATIONS = 100_000
WORKERS = 64


@pytest.fixture(params=["asyncio", "uvloop"])
def loop_factory(request: pytest.FixtureRequest) -> Any:
    """Both loops."""
    return pytest.importorskip("uvloop").new_event_loop if request.param == "uvloop" else None


REFUSALS = {1: RecordExistsError, 2: RecordTooBig, 3: RecordGenerationError}
"""What becomes of a put, by its record's digest: it is done, or refused in one of three ways."""
CODES = (0, 5, 13, 3)


def answer(message: bytes) -> bytes:
    """Nobody can take another's answer for his own, whatever he asked."""
    fields, _ = fields_of(message, FIRST_FIELD, read_head(message).field_count)
    rows = fields.get(flags.FIELD_BATCH_INDEX)
    if rows is not None:
        return batch_answer(rows)
    if message[HEADER_BYTES + 2] & flags.INFO2_WRITE:
        return reply(CODES[digest_of(message)[0] % 4])
    return echo(message)


def batch_answer(rows: bytes) -> bytes:
    """The digest of each record of a batch of one set; rows like the one before are short."""
    count = int.from_bytes(rows[:4], "big")
    starts = [5, *(len(rows) - 25 * left for left in range(count - 1, 0, -1))]
    out = bytearray()
    for at in starts:
        section = bytearray(reply(bins={"d": rows[at + 4 : at + 24]}))
        section[22:26] = rows[at : at + 4]
        out += section[HEADER_BYTES:]
    last = bytearray(reply())
    last[11] = flags.INFO3_LAST
    return frame(MESSAGE, bytes(out + last[HEADER_BYTES:]))


class Echoes(dict[str, str]):
    """Info that says what it was asked."""

    def __contains__(self, name: object) -> bool:
        return str(name).startswith("echo-")

    def __getitem__(self, name: str) -> str:
        return f"value of {name}"


class Fire:
    """Calls of every kind at a node that is late, and cuts; and callers that go away."""

    def __init__(self, operations: int, seed: int = 4) -> None:
        self.dice = random.Random(seed)
        self.todo = iter(range(operations))
        self.counts = {"right": 0, "cancelled": 0, "timeout": 0, "lost": 0}

    def script(self, node: ScriptedNode, message: bytes) -> float | str | None:
        roll = self.dice.random()
        if roll < 0.0005:
            return CUT if roll < 0.0003 else HALF
        if roll < 0.0006:
            # So late that what is behind it is sent elsewhere, and both answers come.
            return self.dice.uniform(0.06, 0.12)
        return self.dice.uniform(0.001, 0.04) if roll < 0.004 else None

    async def one(self, client: AsyncClient, number: int) -> None:
        dice = self.dice
        policy = {
            "total_timeout": dice.choice((5, 20, 1000, 1000, 1000)),
            "max_retries": dice.choice((0, 2)),
        }
        key = ("test", "demo", number)
        try:
            if number % 5 == 0:
                await self.put(client, key, policy)
            elif number % 100 == 1:
                keys = [("test", "demo", number + more) for more in range(dice.randrange(1, 4))]
                found = await client.batch_read(keys, policy=policy)
                for record in found.batch_records:
                    # Rows that were not answered in time say so.
                    assert record.record is None or record.record.bins == {"d": record.key.digest}
                    assert (record.result == 0) == (record.record is not None)
            elif number % 100 == 2:
                said = await client.info_random_node(f"echo-{number}", {"timeout": 20})
                assert said == f"value of echo-{number}"
            else:
                record = await client.get(key, policy)
                assert record.bins == {"d": record.key.digest}
                assert record.key.user_key == number
            self.counts["right"] += 1
        except AerospikeTimeoutError:
            self.counts["timeout"] += 1
        except ClusterError:
            self.counts["lost"] += 1

    async def put(self, client: AsyncClient, key: Any, policy: Any) -> None:
        refusal = REFUSALS.get(record_digest("demo", key[2])[0] % 4)
        if refusal is None:
            await client.put(key, {"a": 1}, policy=policy)
            return
        try:
            await client.put(key, {"a": 1}, policy=policy)
        except refusal:
            return
        raise AssertionError("it was done, which is another's answer")

    async def worker(self, client: AsyncClient) -> None:
        dice = self.dice
        for number in self.todo:
            if dice.random() >= 0.02:
                await self.one(client, number)
                continue
            task = asyncio.create_task(self.one(client, number))
            for _ in range(dice.randrange(4)):
                await asyncio.sleep(0)
            if dice.random() < 0.3:
                await asyncio.sleep(dice.uniform(0, 0.01))
            task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                self.counts["cancelled"] += 1

    async def rage(self, client: AsyncClient, cluster: ScriptedCluster) -> None:
        node = cluster.nodes[0]
        node.script, node.answer, node.infos = self.script, answer, Echoes()
        async with asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(self.worker(client))
        # All of it on a few connections; those that were cut were replaced.
        (node,) = client._engine.core.nodes.values()
        assert len(node.connections) <= 6


def test_a_hundred_thousand_operations_under_fire(connected, loop_factory: Any) -> None:
    operations = OPERATIONS if loop_factory is None else OPERATIONS // 4
    fire = Fire(operations)
    # Errors are what this is about: the breaker must not end it.
    connected(fire.rage, max_conns_per_node=6, max_error_rate=0)
    assert sum(fire.counts.values()) == operations
    # How many are in time depends on what else the machine has to do; most are.
    assert fire.counts["right"] > operations * 0.5
    assert all(fire.counts.values()), fire.counts


def test_some_thousand_through_tls() -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    fire = Fire(OPERATIONS // 25)

    async def body(cluster: ScriptedCluster) -> None:
        hosts = [(host, port, "localhost") for host, port in cluster.hosts]
        config = {"hosts": hosts, "tls": trusting, "max_conns_per_node": 6, "max_error_rate": 0}
        async with AsyncClient(config) as client:
            await client.connect()
            await fire.rage(client, cluster)

    async def main() -> None:
        async with asyncio.timeout(60), ScriptedCluster(tls=context) as cluster:
            await body(cluster)

    asyncio.run(main())
    assert sum(fire.counts.values()) == OPERATIONS // 25
    assert fire.counts["right"] > OPERATIONS // 25 * 0.25


class Reading:
    """Many reads, and how long each took; every so many-th answer never comes."""

    def __init__(self, operations: int, one_in: int = 0) -> None:
        self.todo = iter(range(operations))
        self.one_in = one_in
        self.held = 0
        self.took: list[float] = []
        self.failed: list[AerospikeError] = []

    def script(self, node: ScriptedNode, message: bytes) -> str | None:
        if not self.one_in or node.requests % self.one_in:
            return None
        self.held += 1
        return HOLD

    async def worker(self, client: AsyncClient) -> None:
        policy = {"total_timeout": 2000, "max_retries": 0}
        for number in self.todo:
            began = time.perf_counter()
            try:
                record = await client.get(("test", "demo", number), policy)
            except AerospikeError as error:
                self.failed.append(error)
            else:
                self.took.append(time.perf_counter() - began)
                assert record.bins == {"d": record.key.digest}

    async def run(self, client: AsyncClient, cluster: ScriptedCluster) -> None:
        cluster.nodes[0].script = self.script
        async with asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(self.worker(client))
        self.took.sort()

    def share(self, part: float) -> float:
        return self.took[int(len(self.took) * part)]


def test_one_answer_in_a_thousand_that_is_held_back_hurts_nobody_else(connected) -> None:
    # A machine that stands still makes everybody late who is under way. It does not each time; a
    # client that lets others wait does.
    for _ in range(3):
        undisturbed, disturbed = Reading(10_000), Reading(20_000, one_in=1000)
        connected(undisturbed.run, max_error_rate=0)
        connected(disturbed.run, max_error_rate=0)
        # Only those whose own answer was held back failed, and the others did not wait for them.
        assert disturbed.held >= 20
        assert len(disturbed.failed) == disturbed.held
        assert all(isinstance(error, AerospikeTimeoutError) for error in disturbed.failed)
        late = [
            part
            for part, times in ((0.5, 5), (0.9, 5), (0.99, 20))
            if disturbed.share(part) >= times * undisturbed.share(part)
        ]
        # Those that were behind such an answer took as long as it takes to see that it is overdue.
        if not late and disturbed.took[-1] < 1.0:
            return
    raise AssertionError((late, disturbed.took[-1]))
