# SPDX-License-Identifier: Apache-2.0
"""A blocking socket for one thread at a time."""

from __future__ import annotations

import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from time import monotonic

import pytest

from gridwire._io.pooled import Framing, Phase, PooledSocket, wait_for_any
from gridwire._io.tls import Tls
from gridwire._io.tls_errors import TlsError, TlsFault

trustme = pytest.importorskip("trustme")


def size_of(message: bytes) -> int:
    """Messages of the tests: two bytes of length, then so many bytes."""
    if message[0] == 0xFF:
        raise ValueError("not a head")
    return 3 + int.from_bytes(message[:3], "big")


FRAMING = Framing(3, size_of)


def message(body: bytes) -> bytes:
    return len(body).to_bytes(3, "big") + body


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture
def pair(listener: socket.socket) -> Iterator[tuple[PooledSocket, socket.socket]]:
    """A connection and its other end."""
    pooled = PooledSocket(FRAMING)
    pooled.open(*listener.getsockname(), monotonic() + 5)
    peer, _ = listener.accept()
    with peer:
        yield pooled, peer
    pooled.close()


def in_background(function: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=function)
    thread.start()
    return thread


def receive(peer: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        data += peer.recv(count - len(data))
    return data


def test_an_exchange(pair: tuple[PooledSocket, socket.socket]):
    pooled, peer = pair
    for number in range(3):
        peer.sendall(message(b"answer %d" % number))
        assert pooled.exchange(b"question", 5.0, monotonic()) == message(b"answer %d" % number)
        assert receive(peer, 8) == b"question"
        assert pooled.phase is Phase.NONE
    assert pooled.is_open


@pytest.mark.parametrize("size", [0, 1, 4093, 4094, 100_000, 1_000_000])
def test_answers_of_all_sizes_in_pieces(pair: tuple[PooledSocket, socket.socket], size: int):
    pooled, peer = pair
    answer = message(bytes(size))

    def drip() -> None:
        receive(peer, 1)
        for start in (0, 1, 2, 5):
            end = {0: 1, 1: 2, 2: 5}.get(start, len(answer))
            peer.sendall(answer[start:end])

    thread = in_background(drip)
    assert pooled.exchange(b"?", 10.0, monotonic()) == answer
    thread.join()
    assert pooled.is_open


def test_a_long_request_leaves_whole(pair: tuple[PooledSocket, socket.socket]):
    pooled, peer = pair
    request = bytes(range(256)) * 20_000
    came: list[bytes] = []

    def take() -> None:
        came.append(receive(peer, len(request)))
        peer.sendall(message(b"ok"))

    thread = in_background(take)
    assert pooled.exchange(request, 10.0, monotonic()) == message(b"ok")
    thread.join()
    assert came == [request]
    # And the connection is as good as before.
    peer.sendall(message(b"again"))
    assert pooled.exchange(b"?", 10.0, monotonic()) == message(b"again")


def test_no_answer_in_time(pair: tuple[PooledSocket, socket.socket]):
    pooled, _ = pair
    began = monotonic()
    with pytest.raises((BlockingIOError, TimeoutError)):
        pooled.exchange(b"?", 0.05, began)
    assert 0.04 < monotonic() - began < 2
    assert pooled.phase is Phase.SENT
    assert not pooled.is_open


def test_half_an_answer_in_time(pair: tuple[PooledSocket, socket.socket]):
    pooled, peer = pair
    peer.sendall(message(b"a long one")[:7])
    with pytest.raises((BlockingIOError, TimeoutError)):
        pooled.exchange(b"?", 0.05, monotonic())
    assert pooled.phase is Phase.SENT


def test_a_peer_that_does_not_read(pair: tuple[PooledSocket, socket.socket]):
    pooled, _ = pair
    with pytest.raises((BlockingIOError, TimeoutError)):
        pooled.exchange(bytes(50_000_000), 0.1, monotonic())
    assert pooled.phase is Phase.SENDING


def test_a_peer_that_ends(pair: tuple[PooledSocket, socket.socket]):
    pooled, peer = pair
    peer.sendall(message(b"answer")[:4])
    peer.shutdown(socket.SHUT_WR)
    with pytest.raises(ConnectionError):
        pooled.exchange(b"?", 5.0, monotonic())
    assert pooled.phase is Phase.SENT
    assert not pooled.is_open


def test_more_than_was_asked_for(pair: tuple[PooledSocket, socket.socket]):
    pooled, peer = pair
    peer.sendall(message(b"one") + message(b"two"))
    # The first answer is the caller's; the other is nobody's, and so is the connection.
    assert pooled.exchange(b"?", 5.0, monotonic()) == message(b"one")
    assert not pooled.is_open
    assert pooled.phase is Phase.NONE
    assert pooled.is_stale(monotonic())


def test_an_answer_that_is_late(pair: tuple[PooledSocket, socket.socket]):
    pooled, peer = pair
    for cut in (0, 2, 9):
        with pytest.raises(OSError, match=r"timed out|unavailable"):
            pooled.exchange(b"?", 0.01, monotonic(), 5.0)
        assert pooled.is_open
        assert (pooled.phase, pooled.patience) == (Phase.LATE, 5.0)
        assert not pooled.receive_late()
        answer = message(bytes(20))
        peer.sendall(answer[:cut])
        assert not pooled.receive_late()
        peer.sendall(answer[cut:])
        end = monotonic() + 5
        while not pooled.receive_late():
            assert monotonic() < end, cut
        assert pooled.phase is Phase.NONE
        peer.sendall(message(b"next"))
        assert pooled.exchange(b"?", 5.0, monotonic()) == message(b"next")


def test_a_connection_that_ends_instead_of_a_late_answer(pair: tuple[PooledSocket, socket.socket]):
    pooled, peer = pair
    with pytest.raises(OSError, match=r"timed out|unavailable"):
        pooled.exchange(b"?", 0.01, monotonic(), 5.0)
    peer.close()
    select.select([pooled], [], [], 5)
    with pytest.raises(ConnectionError):
        pooled.receive_late()
    assert not pooled.is_open


def test_bytes_that_make_no_sense(pair: tuple[PooledSocket, socket.socket]):
    pooled, peer = pair
    peer.sendall(b"\xff\xff\xff")
    with pytest.raises(ValueError, match="head"):
        pooled.exchange(b"?", 5.0, monotonic())
    assert not pooled.is_open


def test_an_answer_of_several_messages(pair: tuple[PooledSocket, socket.socket]):
    pooled, peer = pair
    answers = [message(b"one"), message(b"two"), message(bytes(70_000))]
    thread = in_background(lambda: peer.sendall(b"".join(answers)))
    pooled.send(b"?", 5.0, monotonic())
    assert [pooled.receive(monotonic() + 5) for _ in answers] == answers
    pooled.done()
    thread.join()
    assert pooled.phase is Phase.NONE
    pooled.send(b"?", 5.0, monotonic())
    peer.sendall(answers[0] + answers[1])
    assert pooled.receive(monotonic() + 5) == answers[0]
    assert pooled.has_more
    pooled.done()
    assert not pooled.is_open


def test_waiting_for_any(listener: socket.socket):
    several = [PooledSocket(FRAMING) for _ in range(3)]
    peers = []
    for one in several:
        one.open(*listener.getsockname(), monotonic() + 5)
        peers.append(listener.accept()[0])
    peers[1].sendall(b"x")
    assert wait_for_any(several, monotonic() + 5) == [several[1]]
    peers[1].close()
    assert wait_for_any([several[0], several[2]], monotonic()) == [several[0], several[2]]
    several[0].close()
    assert wait_for_any([several[0], several[2]], monotonic() + 5) == [several[0]]
    for ended in (*several, *peers):
        ended.close()


def test_a_connection_that_ended_meanwhile_is_stale(pair: tuple[PooledSocket, socket.socket]):
    pooled, peer = pair
    assert not pooled.is_stale(monotonic() + 1)
    peer.sendall(b"unasked")
    while not pooled.is_stale(monotonic() + 1):
        pass
    peer.close()


def test_an_end_is_stale_too(pair: tuple[PooledSocket, socket.socket]):
    pooled, peer = pair
    peer.close()
    while not pooled.is_stale(monotonic() + 1):
        pass
    pooled.close()
    assert pooled.is_stale(0.0)


def test_an_exchange_is_ended_from_outside(pair: tuple[PooledSocket, socket.socket]):
    pooled, peer = pair
    failures: list[BaseException] = []

    def exchange() -> None:
        try:
            pooled.exchange(b"?", None, monotonic())
        except OSError as error:
            failures.append(error)

    thread = in_background(exchange)
    receive(peer, 1)
    pooled.abort()
    thread.join(10)
    assert len(failures) == 1


def test_a_timeout_that_signals_put_off_is_helped(pair: tuple[PooledSocket, socket.socket]):
    pooled, peer = pair
    failures: list[BaseException] = []

    def exchange() -> None:
        try:
            pooled.exchange(b"?", 30.0, monotonic())
        except OSError as error:
            failures.append(error)

    thread = in_background(exchange)
    receive(peer, 1)
    pooled.watch(monotonic() + 30.5)
    assert thread.is_alive()
    pooled.watch(monotonic() + 32)
    thread.join(10)
    assert len(failures) == 1


def test_what_nobody_has_is_closed(listener: socket.socket):
    pooled = PooledSocket(FRAMING)
    pooled.open(*listener.getsockname(), monotonic() + 5)
    peer, _ = listener.accept()
    del pooled
    peer.settimeout(5)
    assert peer.recv(1) == b""
    peer.close()


def test_nobody_listens(listener: socket.socket):
    host, port = listener.getsockname()
    listener.close()
    pooled = PooledSocket(FRAMING)
    with pytest.raises(ConnectionRefusedError):
        pooled.open(host, port, monotonic() + 5)
    with pytest.raises(OSError, match="not open"):
        pooled.exchange(b"?", None, monotonic())


def test_no_time_to_connect(listener: socket.socket):
    with pytest.raises(TimeoutError):
        PooledSocket(FRAMING).open(*listener.getsockname(), monotonic() - 1)


# -- TLS ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls(listener: socket.socket, authority: trustme.CA) -> Iterator[tuple[PooledSocket, list]]:
    """A connection with TLS; what the other end came to is in the list."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("node.example").configure_cert(context)
    peers: list[ssl.SSLSocket] = []

    def accept() -> None:
        peer, _ = listener.accept()
        peers.append(context.wrap_socket(peer, server_side=True))

    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    thread = in_background(accept)
    pooled = PooledSocket(FRAMING)
    pooled.open(*listener.getsockname(), monotonic() + 10, Tls(context=trusting), "node.example")
    thread.join()
    yield pooled, peers
    pooled.close()
    peers[0].close()


def test_exchanges_with_tls(tls: tuple[PooledSocket, list]):
    pooled, (peer,) = tls
    for size in (5, 100_000):
        answer = message(bytes(size))
        thread = in_background(lambda answer=answer: (peer.recv(1), peer.sendall(answer)))
        assert pooled.exchange(b"?", 10.0, monotonic()) == answer
        thread.join()
        assert not pooled.is_stale(monotonic() + 1)


def test_timeouts_with_tls(tls: tuple[PooledSocket, list]):
    pooled, _ = tls
    with pytest.raises(TimeoutError):
        pooled.exchange(b"?", 0.05, monotonic())
    assert pooled.phase is Phase.SENT


def test_a_stale_connection_with_tls(tls: tuple[PooledSocket, list]):
    pooled, (peer,) = tls
    assert not pooled.is_stale(monotonic() + 1)
    peer.close()
    while not pooled.is_stale(monotonic() + 1):
        pass


def test_a_certificate_that_nobody_trusts(listener: socket.socket, authority: trustme.CA):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("node.example").configure_cert(context)

    def accept() -> None:
        peer, _ = listener.accept()
        with peer, pytest.raises(OSError, match=r".*"):
            context.wrap_socket(peer, server_side=True).close()

    thread = in_background(accept)
    pooled = PooledSocket(FRAMING)
    with pytest.raises(TlsError) as caught:
        pooled.open(*listener.getsockname(), monotonic() + 5, Tls(), "node.example")
    assert caught.value.fault is TlsFault.UNKNOWN_AUTHORITY
    assert isinstance(caught.value.__cause__, ssl.SSLCertVerificationError)
    thread.join()
    assert not pooled.is_open
