# SPDX-License-Identifier: Apache-2.0
"""The socket that threads and the hosted loop share."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from gridwire._core.outcome import Outcome
from gridwire._io.hosted import HostedLoop
from gridwire._io.shared import ReentrantCallError, SharedConnector, SharedStream
from support.peers import NotingReceiver, accepting, read_exactly


class Pair:
    """A stream, its receiver, and the raw socket at the other end."""

    def __init__(self, stream: SharedStream, receiver: NotingReceiver, peer: socket.socket) -> None:
        self.stream = stream
        self.receiver = receiver
        self.peer = peer


@pytest.fixture
def hosted() -> Iterator[HostedLoop]:
    loop = HostedLoop("test-shared")
    yield loop
    loop.stop()


@pytest.fixture
def pair(hosted: HostedLoop) -> Iterator[Pair]:
    receiver = NotingReceiver()
    with accepting() as (host, port, accept):
        options = [(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)]
        stream = hosted.run(SharedConnector(hosted).connect, receiver, host, port, options)
        peer = accept()
        yield Pair(stream, receiver, peer)
        stream.close()
        receiver.wait_for(lambda: receiver.ends)


def test_writes_arrive_in_order(pair: Pair) -> None:
    for number in range(100):
        pair.stream.write(bytearray(b"%04d" % number))
    assert read_exactly(pair.peer, 400) == b"".join(b"%04d" % number for number in range(100))


def test_posted_payloads_arrive_without_a_further_call(pair: Pair) -> None:
    for number in range(100):
        pair.stream.post(bytearray(b"%04d" % number))
    assert read_exactly(pair.peer, 400) == b"".join(b"%04d" % number for number in range(100))


def test_large_parts_arrive_whole_between_small_ones(pair: Pair) -> None:
    large = bytes(range(256)) * 4096
    whole = b"head" + large + b"tail" + large
    writer = threading.Thread(
        target=pair.stream.write, args=([bytearray(b"head"), large, b"tail", memoryview(large)],)
    )
    writer.start()
    assert read_exactly(pair.peer, len(whole)) == whole
    writer.join()


def test_a_writer_never_waits_for_a_peer_that_does_not_read(pair: Pair) -> None:
    payload = bytes(1 << 20)
    for _ in range(16):
        pair.stream.write([bytearray(b"x"), payload])
    assert pair.stream.unsent_bytes > 0
    assert read_exactly(pair.peer, 16 * (len(payload) + 1)).count(b"x") == 16
    pair.stream.write(bytearray(b"done"))
    assert read_exactly(pair.peer, 4) == b"done"
    assert pair.stream.unsent_bytes == 0
    assert pair.stream.sent_bytes == 16 * (len(payload) + 1) + 4


def test_a_part_that_is_under_way_is_sent_as_far_as_the_kernel_took_it(pair: Pair) -> None:
    size = 32 << 20
    pair.stream.write([bytearray(b"x"), bytes(size), b"tail"])
    pair.stream.write(bytearray(b"behind"))
    whole = 1 + size + 4 + 6
    assert size // 2 < pair.stream.waiting_bytes < size
    assert pair.stream.waiting_bytes + pair.stream.sent_bytes == whole
    read_exactly(pair.peer, whole)
    assert (pair.stream.waiting_bytes, pair.stream.sent_bytes) == (0, whole)


def test_what_never_left_is_not_counted_as_sent_afterwards(pair: Pair) -> None:
    size = 32 << 20
    pair.stream.write(bytearray(b"small"))
    pair.stream.write([bytearray(b"x"), bytes(size)])
    taken = pair.stream.sent_bytes
    pair.stream.close()
    pair.receiver.wait_for(lambda: pair.receiver.ends)
    assert 5 < taken == pair.stream.sent_bytes < size // 2
    assert pair.stream.waiting_bytes == 0


def test_nothing_is_sent_for_callers_who_gave_up_while_the_kernel_refused(pair: Pair) -> None:
    filler = bytes(1 << 20)
    for _ in range(16):
        pair.stream.write([bytearray(b"x"), filler])
    given_up = [bytearray(b"lost%d" % number) for number in range(10)]
    for payload in given_up:
        pair.stream.write(payload)
    kept = bytearray(b"kept")
    pair.stream.write(kept)
    pair.receiver.unwanted += given_up
    read_exactly(pair.peer, 16 * (len(filler) + 1))
    assert read_exactly(pair.peer, 4) == b"kept"


def test_many_threads_write_whole_payloads(pair: Pair) -> None:
    threads = 8
    each = 2000

    def write(number: int) -> None:
        for turn in range(each):
            payload = bytearray(b"%02d%06d" % (number, turn))
            (pair.stream.write if turn % 3 else pair.stream.post)(payload)

    workers = [threading.Thread(target=write, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    data = read_exactly(pair.peer, threads * each * 8)
    for worker in workers:
        worker.join()
    seen: dict[int, int] = dict.fromkeys(range(threads), 0)
    for at in range(0, len(data), 8):
        number, turn = int(data[at : at + 2]), int(data[at + 2 : at + 8])
        assert turn == seen[number], "a thread's payloads keep their order"
        seen[number] += 1
    assert set(seen.values()) == {each}


def test_what_comes_in_is_received(pair: Pair) -> None:
    pair.peer.sendall(b"hello")
    pair.receiver.wait_for(lambda: pair.receiver.data == b"hello")


def test_a_wanted_buffer_is_filled_in_place(pair: Pair) -> None:
    pair.receiver.buffer = bytearray(300_000)
    content = bytes(range(250)) * 1200
    pair.peer.sendall(content + b"rest")
    pair.receiver.wait_for(lambda: pair.receiver.data == b"rest")
    assert pair.receiver.buffer == content


def test_malformed_bytes_end_the_stream_with_their_error(pair: Pair) -> None:
    pair.receiver.refuse = True
    pair.peer.sendall(b"?")
    pair.receiver.wait_for(lambda: pair.receiver.ends)
    assert isinstance(pair.receiver.ends[0], ValueError)
    assert pair.stream.is_closed


def test_the_peers_end_is_told_once(pair: Pair) -> None:
    pair.peer.close()
    pair.receiver.wait_for(lambda: pair.receiver.ends)
    pair.stream.close(ValueError("late"))
    pair.stream.write(bytearray(b"into the void"))
    assert pair.receiver.ends == [None]
    assert pair.stream.is_closed


def test_close_tells_what_never_left(pair: Pair) -> None:
    first, last = bytearray(b"first"), bytearray(b"last")
    pair.stream.write(first)
    payload = bytes(1 << 20)
    for _ in range(16):
        pair.stream.write([bytearray(b"x"), payload])
    pair.stream.write(last)
    pair.stream.close(ValueError("enough"))
    pair.receiver.wait_for(lambda: pair.receiver.ends)
    assert str(pair.receiver.ends[0]) == "enough"
    assert any(unsent is last for unsent in pair.receiver.unsent)
    assert not any(unsent is first for unsent in pair.receiver.unsent)


def test_a_reset_while_writing_ends_the_stream(pair: Pair) -> None:
    pair.peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    pair.peer.close()
    pair.receiver.wait_for(lambda: pair.receiver.ends)
    pair.stream.write(bytearray(b"x"))
    assert pair.stream.is_closed
    assert len(pair.receiver.ends) == 1


def test_a_call_from_inside_the_same_threads_write_fails_at_once(pair: Pair) -> None:
    errors: list[Any] = []

    class Interrupting(bytearray):
        """Its length is asked for inside the write: a signal handler could run there."""

        def __len__(self) -> int:
            if not errors:
                errors.append(None)
                try:
                    pair.stream.write(bytearray(b"inner"))
                except ReentrantCallError as error:
                    errors.append(error)
            return super().__len__()

    pair.stream.write(Interrupting(b"outer"))
    assert len(errors) == 2
    assert "signal handler" in str(errors[1])
    assert errors[1].outcome is Outcome.NOT_SENT
    pair.stream.write(bytearray(b"after"))
    assert read_exactly(pair.peer, 10) == b"outerafter"


def test_nudge_goes_on_where_an_interrupted_writer_could_not_ask(
    pair: Pair, hosted: HostedLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    payload = bytes(1 << 20)

    class Interrupt(Exception):
        pass

    def interrupted(*_: object) -> None:
        raise Interrupt

    def write_until_interrupted() -> None:
        for _ in range(16):
            pair.stream.write([bytearray(b"x"), payload])

    with monkeypatch.context() as patched:
        patched.setattr(SharedStream, "_ask", interrupted)
        with pytest.raises(Interrupt):
            write_until_interrupted()
    assert pair.stream.unsent_bytes > 0
    hosted.call(pair.stream.nudge)
    assert read_exactly(pair.peer, 1 << 20)


def test_nudge_frees_what_an_interrupted_writer_left(pair: Pair, hosted: HostedLoop) -> None:
    pair.stream._outbox.append(bytearray(b"left"))
    hosted.call(pair.stream.nudge)
    assert read_exactly(pair.peer, 4) == b"left"
