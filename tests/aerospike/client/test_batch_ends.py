# SPDX-License-Identifier: Apache-2.0
"""What must not be sent, and batches whose answers end as they should not, in both styles."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest

from gridwire import aerospike as a
from gridwire._io.hosted import HostedLoop
from gridwire.aerospike.operations.batch_group import FIRST_INDEX
from gridwire.aerospike.protocol.flags import INFO1_BATCH
from gridwire.errors import Outcome
from gridwire.testing import AerospikeCluster
from support.aerospike_scripted import ScriptedCluster, ScriptedNode, echo, reply
from support.aerospike_styles import OnLoop
from support.aerospike_wire import framed, last, section

KEYS = [("test", "demo", number) for number in range(3)]
BINS = [("a", 1)]
ONCE = {"max_retries": 0, "total_timeout": 20_000}

Connect = Callable[..., Any]


@pytest.fixture
def loop() -> Iterator[HostedLoop]:
    """Where the nodes live, and clients that are of asyncio."""
    made = HostedLoop("nodes")
    yield made
    made.stop()


@pytest.fixture(params=["threads", "asyncio"])
def connect(request: pytest.FixtureRequest, loop: HostedLoop) -> Iterator[Connect]:
    with ExitStack() as stack:

        def client(hosts: Any, **config: Any) -> Any:
            config = {"hosts": hosts, "tend_interval": 60_000, **config}
            kind = a.client if request.param == "threads" else a.AsyncClient
            made: Any = kind(config)
            if request.param == "asyncio":
                made = OnLoop(made, loop)
            stack.callback(made.close)
            made.connect()
            return made

        yield client


@pytest.fixture
def node(loop: HostedLoop) -> Iterator[ScriptedNode]:
    """The only node; it answers batches with what a test puts into `batches`."""
    cluster = ScriptedCluster()

    async def start() -> None:
        await cluster.__aenter__()

    loop.run(start)
    yield cluster.nodes[0]
    loop.run(cluster.__aexit__)


def answers_batches_with(node: ScriptedNode, *frames: bytes) -> None:
    node.answer = lambda message: b"".join(frames) if message[9] & INFO1_BATCH else echo(message)


def row(index: int, code: int = 0) -> bytes:
    return section(code, [] if code else BINS, index=index + FIRST_INDEX)


WHOLE = framed(row(0), row(1), row(2))


@pytest.mark.parametrize(
    "frames",
    [
        pytest.param((framed(row(0), row(0)),), id="twice-in-a-frame"),
        pytest.param((framed(row(0)), framed(row(0, 2))), id="twice"),
        pytest.param((WHOLE, framed(row(2)), framed(last())), id="after-the-last-row"),
        pytest.param((framed(row(0), row(7)),), id="not-asked"),
        pytest.param((framed(row(0), row(1)), framed(last())), id="row-missing"),
        pytest.param((framed(row(0), row(1), row(2), last(), row(0)),), id="behind-the-end"),
        pytest.param((framed(section(80)), WHOLE, framed(last())), id="refused-and-yet-answered"),
        pytest.param((WHOLE, framed(section(12))), id="refused-after-all"),
    ],
)
def test_a_connection_with_a_wrong_answer_is_never_used_again(connect, node, frames):
    client = connect(node.cluster.hosts)
    answers_batches_with(node, *frames)
    started = time.monotonic()
    # What came before the mistake counts; without any of that it is an error.
    with suppress(a.AerospikeError):
        assert client.batch_read(KEYS, policy=ONCE).found_count() <= 3
    assert time.monotonic() - started < 5
    before = node.opened
    assert client.get(KEYS[0], ONCE).bins["d"]
    assert node.opened == before + 1


def test_a_refusal_that_names_no_row_is_that_of_all(connect, node):
    client = connect(node.cluster.hosts)
    answers_batches_with(node, reply(80))
    started = time.monotonic()
    for call in (
        lambda: client.batch_read(KEYS, policy=ONCE),
        lambda: client.batch_write([(key, {"a": 1}) for key in KEYS], ONCE),
    ):
        with pytest.raises(a.AdminError) as caught:
            call()
        assert (caught.value.code, caught.value.in_doubt) == (80, False)
        assert caught.value.outcome is Outcome.REJECTED
    assert time.monotonic() - started < 5


def test_an_end_with_a_code_is_that_of_all_and_the_connection_stays(connect, node):
    client = connect(node.cluster.hosts)
    answers_batches_with(node, framed(last(151)))
    with pytest.raises(a.ServerError) as caught:
        client.batch_read(KEYS, policy=ONCE)
    assert caught.value.code == 151
    before = node.opened
    assert client.get(KEYS[0]).bins["d"]
    assert node.opened == before


@pytest.mark.parametrize("nothing", [None, 0, b"", [], (), False, {}, b"demo", 5])
def test_only_the_empty_text_truncates_a_whole_namespace(connect, node, nothing):
    client = connect(node.cluster.hosts)
    asked = len(node.asked)
    with pytest.raises(TypeError, match="set_name must be a str"):
        client.truncate("test", nothing)
    assert not any("truncate" in command for command in node.asked[asked:])
    client.truncate("test", "")
    assert node.asked[-1] == "truncate-namespace:namespace=test"


def test_no_operations_are_refused_before_anything_is_sent(connect, node):
    client = connect(node.cluster.hosts)
    for call in (
        lambda: client.operate(KEYS[0], []),
        lambda: client.operate_ordered(KEYS[0], iter(())),
        lambda: client.batch_operate(KEYS, []),
        lambda: client.batch_operate([], []),
    ):
        with pytest.raises(a.ServerError, match="list of operations is empty") as caught:
            call()
        assert (caught.value.code, caught.value.in_doubt) == (4, False)
        assert caught.value.outcome is Outcome.NOT_SENT
    assert node.requests == 0


def test_what_no_message_can_hold_is_refused_before_anything_is_sent(connect, node, monkeypatch):
    for module in ("operations.record", "operations.batch", "protocol.message"):
        monkeypatch.setattr(f"gridwire.aerospike.{module}.MAX_MESSAGE_BYTES", 4096)
    client = connect(node.cluster.hosts)
    large = {"a": "x" * 5000}
    for call in (
        lambda: client.put(KEYS[0], large),
        lambda: client.append(KEYS[0], "a", "x" * 5000),
        lambda: client.operate(KEYS[0], [{"op": 2, "bin": "a", "val": "x" * 5000}]),
        lambda: client.batch_write([(KEYS[1], {"a": 1}), (KEYS[0], large)]),
        lambda: client.batch_operate(KEYS, [{"op": 2, "bin": "a", "val": "x" * 5000}]),
    ):
        with pytest.raises(a.InvalidArgError, match=r"of 5\d\d\d bytes, .* at most 4096") as caught:
            call()
        assert (caught.value.outcome, caught.value.in_doubt) == (Outcome.NOT_SENT, False)
    assert node.requests == 0


def test_a_batch_of_many_bytes_goes_in_several_messages(connect, monkeypatch):
    monkeypatch.setattr("gridwire.aerospike.operations.batch.MAX_MESSAGE_BYTES", 4096)
    with AerospikeCluster(nodes=2) as cluster:
        client = connect(cluster.hosts)
        keys = [("test", "demo", number) for number in range(20)]
        records = [(key, {"a": str(key[2]) * 1000}) for key in keys]
        written = client.batch_write(records, {"total_timeout": 20_000})
        assert {one.result for one in written.batch_records} == {0}
        found = client.batch_read(keys, policy={"total_timeout": 20_000})
        assert found.to_list() == [bins for _, bins in records]


def test_a_reading_operate_is_never_in_doubt(connect, node):
    client = connect(node.cluster.hosts)
    reads = [{"op": 1, "bin": "a", "val": None}]
    writes = [{"op": 2, "bin": "a", "val": 1}]
    node.answer = lambda message: reply(9)
    policy = {"max_retries": 0}
    for call in (client.operate, client.operate_ordered):
        with pytest.raises(a.AerospikeTimeoutError) as caught:
            call(KEYS[0], reads, policy=policy)
        assert not caught.value.in_doubt
        with pytest.raises(a.AerospikeTimeoutError) as caught:
            call(KEYS[0], writes, policy=policy)
        assert (caught.value.in_doubt, caught.value.outcome) == (True, Outcome.UNKNOWN)
        node.answer = lambda message: reply(1)
        with pytest.raises(a.ServerError) as refused:
            call(KEYS[0], reads, policy=policy)
        assert (refused.value.in_doubt, refused.value.outcome) == (False, Outcome.REJECTED)
        node.answer = lambda message: reply(9)


def test_a_batch_names_the_breaker_and_does_not_wait_for_it(connect):
    with AerospikeCluster(nodes=1) as cluster:
        client = connect(cluster.hosts, max_error_rate=1)
        client.batch_write([(key, {"n": 1}) for key in KEYS])
        with cluster.pause(*cluster.nodes):
            with pytest.raises(a.AerospikeTimeoutError):
                client.get(KEYS[0], {"total_timeout": 50, "max_retries": 0})
            started = time.monotonic()
            with pytest.raises(a.ClusterError, match="left alone for now") as caught:
                client.batch_read(KEYS, policy={"total_timeout": 20_000, "max_retries": 3})
            assert time.monotonic() - started < 5
            assert caught.value.outcome is Outcome.NOT_SENT
            assert caught.value.facts["attempts"] == 4
