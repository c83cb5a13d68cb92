# SPDX-License-Identifier: Apache-2.0
"""A test node's connections: any bytes in chunks of any size, and sockets."""

from __future__ import annotations

import asyncio
import ssl

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from gridwire.aerospike.protocol import flags
from gridwire.aerospike.protocol.info import encode_info
from gridwire.aerospike.protocol.proto import ProtoReader, frame
from gridwire.testing._aerospike.server import NodeServer
from gridwire.testing._aerospike.session import Session
from gridwire.testing.errors import ClusterError
from support.aerospike_nodes import Talk, reply_of, write

KINDS = st.sampled_from([1, 2, 3, 4, 5])
GARBAGE = st.builds(frame, KINDS, st.binary(max_size=200))
QUESTION = encode_info(["node"])
ANSWER = frame(1, b"node\tA1\n")


def recorded_requests():
    """Well-formed messages, to be spoiled."""
    talk = Talk()
    talk.put(1, {"a": 1, "l": [1, "x", {"k": 2.5}], "m": {"b": 1, "a": [None, True]}}, ttl=5)
    talk.get(1)
    talk.command(1, write("a", b"xyz"), info2=flags.INFO2_WRITE, send_key=True)
    talk.delete(1)
    return talk.sent


REQUESTS = recorded_requests()


@st.composite
def spoiled(draw):
    message = bytearray(draw(st.sampled_from(REQUESTS)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(8, len(message) - 1))
        if draw(st.booleans()):
            message[at] = draw(st.integers(0, 255))
        else:
            del message[at]
    return frame(3, message[8:])


@given(st.lists(GARBAGE | spoiled(), max_size=8), st.data())
def test_whatever_is_in_a_message_the_next_is_answered(messages, data):
    talk = Talk()
    talk.put(1, {"a": 1})
    session = Session(talk.node)
    stream = b"".join([*messages, QUESTION])
    answers = []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        answers += session.receive(stream[:size])
        stream = stream[size:]
    assert not session.closing
    assert answers[-1] == ANSWER
    # All of it is of the protocol.
    assert ProtoReader().feed(b"".join(answers)) == answers


@given(st.binary(min_size=1, max_size=64))
def test_what_is_not_the_protocol_closes_the_connection(data):
    talk = Talk()
    session = Session(talk.node, max_bytes=1 << 20)
    session.receive(data)
    is_head = data[:2] in {bytes((2, kind)) for kind in range(1, 6)} | {b"\0\2"}
    if len(data) >= 8 and not is_head:
        assert session.closing
        assert session.receive(QUESTION) == []


def test_what_came_whole_before_garbage_is_answered():
    session = Session(Talk().node)
    assert session.receive(QUESTION + QUESTION + b"GET / HTTP/1.1\r\n") == [ANSWER, ANSWER]
    assert session.closing
    assert session.receive(QUESTION) == []


def test_a_question_whose_answer_would_be_too_long_is_refused():
    question = frame(1, b"statistics\n" * 20_000)
    (answer,) = Session(Talk().node).receive(question)
    assert answer == frame(1, b"ERROR:4:too much for one answer\n")


def test_a_message_that_is_too_large_is_not_waited_for():
    session = Session(Talk().node, max_bytes=100)
    session.receive(bytes((2, 3, 0, 0, 0, 0, 0, 101)))
    assert session.closing


def test_servers_among_each_other_are_not_answered():
    session = Session(Talk().node)
    assert session.receive(frame(5, bytes(30)) + QUESTION) == [ANSWER]


class TestSockets:
    @pytest.fixture
    def talk(self):
        return Talk()

    def serve(self, talk, scene, **options):
        async def run():
            server = NodeServer(talk.node)
            await server.start(**options)
            try:
                await scene(server)
            finally:
                await server.close()
            assert talk.node.connections == {talk.connection}

        asyncio.run(run())

    def test_requests_written_together_are_answered_in_order(self, talk):
        async def scene(server):
            reader, writer = await asyncio.open_connection(*server.address)
            for key in range(100):
                talk.put(key, {"k": key})
            for key in range(100):
                talk.get(key)
            writer.write(b"".join(talk.sent[100:]))
            frames = []
            incoming = ProtoReader()
            while len(frames) < 100:
                frames += incoming.feed(await reader.read(1000))
            assert [reply_of(part).bins[0][1] for part in frames] == list(range(100))
            writer.close()
            await writer.wait_closed()

        self.serve(talk, scene)

    def test_garbage_behind_a_request_leaves_it_its_answer(self, talk):
        async def scene(server):
            reader, writer = await asyncio.open_connection(*server.address)
            writer.write(QUESTION + b"GET / HTTP/1.1\r\n\r\n")
            assert await reader.read() == ANSWER
            writer.close()
            await writer.wait_closed()

        self.serve(talk, scene)

    def test_requests_wait_for_a_client_that_does_not_read(self, talk, monkeypatch):
        count, size = 300, 500_000
        talk.put(1, {"b": bytes(size)})
        talk.get(1)
        handled = []
        handle = talk.node.handle

        def counting(connection, message):
            handled.append(message)
            return handle(connection, message)

        monkeypatch.setattr(talk.node, "handle", counting)

        async def scene(server):
            reader, writer = await asyncio.open_connection(*server.address, limit=1)
            writer.write(talk.sent[-1] * count)
            other_reader, other = await asyncio.open_connection(*server.address)
            other.write(QUESTION)
            assert await other_reader.readexactly(len(ANSWER)) == ANSWER
            assert 1 <= len(handled) < count / 4
            incoming = ProtoReader()
            answers = 0
            while answers < count:
                answers += len(incoming.feed(await reader.read(size)))
            for stream in (writer, other):
                stream.close()
                await stream.wait_closed()

        self.serve(talk, scene)

    def test_garbage_ends_a_connection_and_no_other(self, talk):
        async def scene(server):
            reader, writer = await asyncio.open_connection(*server.address)
            other_reader, other = await asyncio.open_connection(*server.address)
            writer.write(b"GET / HTTP/1.1\r\n\r\n")
            assert await reader.read() == b""
            other.write(QUESTION)
            assert await other_reader.readexactly(len(ANSWER)) == ANSWER
            for stream in (writer, other):
                stream.close()
                await stream.wait_closed()

        self.serve(talk, scene)

    def test_closing_takes_the_connections_along(self, talk):
        async def scene(server):
            reader, writer = await asyncio.open_connection(*server.address)
            writer.write(QUESTION)
            await reader.readexactly(len(ANSWER))
            await server.close()
            assert await reader.read() == b""
            writer.close()
            await writer.wait_closed()

        self.serve(talk, scene)

    def test_a_port_that_is_taken(self, talk):
        async def scene(server):
            with pytest.raises(ClusterError, match=f"127.0.0.1:{server.address[1]}"):
                await NodeServer(talk.node).start(port=server.address[1])

        self.serve(talk, scene)

    def test_tls(self, talk):
        authority = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        trusting = ssl.create_default_context()
        authority.configure_trust(trusting)

        async def scene(server):
            reader, writer = await asyncio.open_connection(*server.address, ssl=trusting)
            writer.write(QUESTION)
            assert await reader.readexactly(len(ANSWER)) == ANSWER
            writer.close()
            await writer.wait_closed()

        self.serve(talk, scene, tls=context)
