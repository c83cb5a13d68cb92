# SPDX-License-Identifier: Apache-2.0
"""A pipeline alone, with every order of events that chance makes up."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gridwire._core.counters import Counters
from gridwire.aerospike.cluster.attempts import Failure
from gridwire.aerospike.control.exchange import AttemptFailed, Exchange
from gridwire.aerospike.control.pipeline import Pipeline
from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.message import encode_message
from support.aerospike_scripted import reply


class Node:
    """Notes what a pipeline tells its node."""

    def __init__(self) -> None:
        self.counters = Counters()
        self.lost = 0
        self.answers = 0

    def answered(self, connection: Pipeline, count: int, size: int, now: float) -> None:
        self.answers += count

    def has_room(self, connection: Pipeline) -> None:
        pass

    def connection_lost(self, connection: Pipeline, error: Any, in_use: bool) -> None:
        self.lost += 1


class Stream:
    """A stream whose other end answers when the test says so."""

    unsent_bytes = 0
    is_closed = False

    def __init__(self, receiver: Pipeline) -> None:
        self.receiver = receiver
        self.written: list[bytearray] = []

    def write(self, payload: Any) -> None:
        self.written.append(payload)

    def close(self, error: BaseException | None = None) -> None:
        self.is_closed = True
        self.receiver.lost(error, [])


class Request:
    timeout_delay = 0.0

    def __init__(self, number: int, is_write: bool) -> None:
        self.number = number
        self.is_write = is_write
        self.payload = encode_message(number & 255, 0, 0, number, 0, 0, 0, b"")


events = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.booleans()),
        st.tuples(st.just("answer"), st.integers(1, 200)),
        st.tuples(st.just("cancel"), st.integers(0, 30)),
        st.tuples(st.just("expire"), st.integers(0, 60)),
        st.tuples(st.just("move"), st.just(0)),
    ),
    max_size=60,
)


@settings(max_examples=200)
@given(events=events, ending=st.booleans())
def test_everybody_gets_his_own_answer_or_none(  # noqa: C901 - one step a kind of event
    events: list[Any], ending: bool
) -> None:
    async def main() -> None:  # noqa: C901 - the same
        loop = asyncio.get_running_loop()
        node = Node()
        pipeline = Pipeline(node, lambda: 0.0)  # type: ignore[arg-type]
        stream = Stream(pipeline)
        pipeline.attach(stream)  # type: ignore[arg-type]
        futures: list[asyncio.Future[bytes]] = []
        moved: set[int] = set()
        wire = bytearray()
        answered = 0

        def answer(size: int) -> None:
            nonlocal answered, wire
            while answered < len(stream.written):
                wire += reply(0, {"n": answered})
                answered += 1
            chunk = bytes(wire[:size])
            del wire[:size]
            pipeline.receive(chunk)

        for what, value in events:
            if what == "send":
                request = Request(len(futures), value)
                future: asyncio.Future[bytes] = loop.create_future()
                futures.append(future)
                pipeline.entries.append((future, float(len(futures)), request))
                pipeline.write(request.payload)
            elif what == "answer":
                answer(value)
            elif what == "cancel" and futures:
                futures[value % len(futures)].cancel()
            elif what == "expire":
                due = pipeline.expire(float(value))
                assert due > value
            elif what == "move":
                for _, _, taken in pipeline.take_reads_behind():
                    assert not taken.is_write
                    moved.add(taken.number)
        if ending:
            pipeline.close(ConnectionResetError())
            assert node.lost == 1
            assert not pipeline.entries
        else:
            answer(1 << 20)
            assert not pipeline.entries
        for number, future in enumerate(futures):
            if number in moved:
                continue
            assert future.done()
            if future.cancelled():
                continue
            error = future.exception()
            if error is None:
                assert future.result() == reply(0, {"n": number})
            else:
                assert isinstance(error, AttemptFailed)
                assert error.failure in (Failure.TIMEOUT, Failure.LOST)

    asyncio.run(main())


@given(data=st.binary(min_size=1, max_size=100), asked=st.integers(0, 3))
def test_whatever_comes_the_error_is_typed(data: bytes, asked: int) -> None:
    async def main() -> None:
        pipeline = Pipeline(Node(), lambda: 0.0)  # type: ignore[arg-type]
        stream = Stream(pipeline)
        pipeline.attach(stream)  # type: ignore[arg-type]
        loop = asyncio.get_running_loop()
        futures = [loop.create_future() for _ in range(asked)]
        for number, future in enumerate(futures):
            pipeline.entries.append((future, 1.0, Request(number, False)))
        try:
            pipeline.receive(data)
        except ProtocolError as error:
            pipeline.close(error)
        for future in futures:
            if future.done():
                future.exception()

    asyncio.run(main())


def test_what_did_not_leave_was_not_sent() -> None:
    async def main() -> None:
        pipeline = Pipeline(Node(), lambda: 0.0)  # type: ignore[arg-type]
        pipeline.attach(Stream(pipeline))  # type: ignore[arg-type]
        loop = asyncio.get_running_loop()
        requests = [Request(number, True) for number in range(3)]
        futures = [loop.create_future() for _ in requests]
        for future, request in zip(futures, requests, strict=True):
            pipeline.entries.append((future, 1.0, request))
        futures[1].cancel()
        # What waits in a full buffer and has lost its caller does not leave at all.
        assert pipeline.still_wanted(requests[0].payload)
        assert not pipeline.still_wanted(requests[1].payload)
        assert len(pipeline.entries) == 2
        pipeline.lost(ConnectionResetError(), [requests[2].payload])
        failures = [future.exception().failure for future in (futures[0], futures[2])]
        assert failures == [Failure.LOST, Failure.NOT_SENT]

    asyncio.run(main())


def test_an_exchange_takes_all_its_frames_and_nothing_else() -> None:
    async def main() -> None:
        node = Node()
        pipeline = Pipeline(node, lambda: 0.0)  # type: ignore[arg-type]
        pipeline.attach(Stream(pipeline))  # type: ignore[arg-type]
        frames: list[bytes] = []

        def collect(frame: bytes) -> bool:
            frames.append(frame)
            return len(frames) == 3

        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        pipeline.send_alone(future, 1.0, Exchange(bytearray(b"x"), False, collect))
        assert pipeline.is_alone
        answers = [reply(0, {"n": number}) for number in range(3)]
        pipeline.receive(answers[0] + answers[1][:9])
        pipeline.receive(answers[1][9:])
        assert not future.done()
        pipeline.receive(answers[2])
        assert future.result() == answers[2]
        assert frames == answers
        assert not pipeline.is_alone
        try:
            pipeline.receive(answers[0])
        except ProtocolError:
            return
        raise AssertionError("an answer too many was accepted")

    asyncio.run(main())
