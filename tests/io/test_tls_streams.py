# SPDX-License-Identifier: Apache-2.0
"""Streams over TLS: what streams promise in clear, they promise here; on any loop."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import ssl
import struct
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from gridwire._io import forking
from gridwire._io.aio import AioConnector, AioStream
from gridwire._io.hosted import HostedLoop
from gridwire._io.owned_socket import OwnedSocket
from gridwire._io.posted import PostedStream
from gridwire._io.shared import SharedConnector
from gridwire._io.tls import Tls
from gridwire._io.tls_errors import Attempt, TlsError, TlsFault
from gridwire._io.tls_pipe import TlsPipe, TlsSession
from support.certificates import PASSWORD, Authority, anonymous_context
from support.patience import until
from support.peers import NotingReceiver, accepting, read_exactly

VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def context(authority: Authority) -> ssl.SSLContext:
    return authority.server_context()


@pytest.fixture
def hosted() -> Iterator[HostedLoop]:
    loop = HostedLoop("test-tls-streams")
    yield loop
    loop.stop()


Served = Callable[..., tuple[Any, NotingReceiver, ssl.SSLSocket]]


@pytest.fixture(params=["loop", "hosted"])
def connect(
    request: pytest.FixtureRequest,
    hosted: HostedLoop,
    authority: Authority,
    context: ssl.SSLContext,
) -> Iterator[Served]:
    """Connect a stream of either kind to a plain server that speaks TLS by itself."""
    made: list[Any] = []
    connector: Any = AioConnector() if request.param == "loop" else SharedConnector(hosted)

    def start(
        version: ssl.TLSVersion | None = None, receiver: NotingReceiver | None = None
    ) -> tuple[Any, NotingReceiver, ssl.SSLSocket]:
        noting = receiver or NotingReceiver()
        tls = Tls(cafile=authority.cafile, version=version)
        with accepting() as (_, port, accept):
            options = [(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)]
            opening = hosted.start(connector.connect, noting, "localhost", port, options, tls)
            # A copy, for the listening socket closes those that it has accepted.
            raw = accept().dup()
            raw.settimeout(20)
            peer = context.wrap_socket(raw, server_side=True)
            stream = opening.result()
        made.append((stream, noting, peer))
        return stream, noting, peer

    yield start
    for stream, noting, peer in made:
        on_loop(hosted, stream.close)
        noting.wait_for(lambda noting=noting: noting.ends)
        peer.close()


def on_loop(hosted: HostedLoop, function: Callable[..., Any], *args: Any) -> Any:
    """Streams of a loop are used there; the others would not mind."""

    async def call() -> Any:
        return function(*args)

    return hosted.run(call)


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_written_arrives_in_order(
    connect: Served, hosted: HostedLoop, version: ssl.TLSVersion
) -> None:
    stream, noting, peer = connect(version)
    assert peer.version() == {"TLSv1_2": "TLSv1.2", "TLSv1_3": "TLSv1.3"}[version.name]

    def write() -> None:
        for number in range(100):
            stream.write(bytearray(b"%04d" % number))

    on_loop(hosted, write)
    assert read_exactly(peer, 400) == b"".join(b"%04d" % number for number in range(100))
    peer.sendall(b"hello" * 10_000)
    noting.wait_for(lambda: noting.data == b"hello" * 10_000)


def test_large_parts_arrive_whole_between_small_ones(connect: Served, hosted: HostedLoop) -> None:
    stream, _, peer = connect()
    large = bytes(range(256)) * 8192
    whole = b"head" + large + b"tail" + large
    on_loop(hosted, stream.write, [bytearray(b"head"), large, b"tail", memoryview(large)])
    assert read_exactly(peer, len(whole)) == whole


def test_a_wanted_buffer_is_filled_in_place(connect: Served) -> None:
    noting = NotingReceiver()
    _, _, peer = connect(receiver=noting)
    noting.buffer = bytearray(300_000)
    content = bytes(range(250)) * 1200
    # Only what has come tells what comes.
    peer.sendall(b"head")
    peer.sendall(content + b"rest")
    noting.wait_for(lambda: noting.data == b"headrest")
    assert noting.buffer == content


def test_a_writer_never_waits_and_gives_up_what_nobody_wants(
    connect: Served, hosted: HostedLoop
) -> None:
    stream, noting, peer = connect()
    payload = bytes(1 << 20)
    on_loop(hosted, stream.write, [bytearray(b"x"), payload] * 16)
    # In a turn of its own, when it is known that the kernel refuses.
    given_up, kept = bytearray(b"lost"), bytearray(b"kept")
    on_loop(hosted, stream.write, given_up)
    on_loop(hosted, stream.write, kept)
    on_loop(hosted, lambda: None)
    assert stream.unsent_bytes >= len(given_up) + len(kept)
    noting.unwanted.append(given_up)
    assert read_exactly(peer, 16 * (len(payload) + 1)).count(b"x") == 16
    assert read_exactly(peer, 4) == b"kept"
    noting.wait_for(lambda: noting.drains)
    assert stream.unsent_bytes == 0


def test_what_was_encrypted_and_has_not_left_is_not_sent(
    connect: Served, hosted: HostedLoop
) -> None:
    stream, noting, peer = connect()
    size = 32 << 20
    on_loop(hosted, stream.write, [bytearray(b"x"), bytes(size)])
    on_loop(hosted, lambda: None)
    on_loop(hosted, stream.write, bytearray(b"behind"))
    on_loop(hosted, lambda: None)
    # One is with the transport, where limits do not count it, and the other with the stream.
    assert stream.unsent_bytes == 6
    assert size // 2 < stream.waiting_bytes
    assert 0 < stream.sent_bytes < size // 2
    assert stream.waiting_bytes + stream.sent_bytes == 1 + size + 6
    read_exactly(peer, 1 + size + 6)
    noting.wait_for(lambda: noting.drains)
    assert on_loop(hosted, lambda: (stream.waiting_bytes, stream.sent_bytes)) == (0, 1 + size + 6)


@pytest.mark.parametrize("broken", [False, True], ids=["closed", "broken"])
def test_what_never_left_is_not_counted_as_sent_afterwards(
    connect: Served, hosted: HostedLoop, broken: bool
) -> None:
    stream, noting, peer = connect()
    size = 32 << 20
    on_loop(hosted, stream.write, [bytearray(b"x"), bytes(size)])
    on_loop(hosted, lambda: None)
    if broken:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
    else:
        on_loop(hosted, stream.close)
    noting.wait_for(lambda: noting.ends)
    assert stream.sent_bytes < size // 2
    assert stream.waiting_bytes == 0


def test_close_tells_what_never_left(connect: Served, hosted: HostedLoop) -> None:
    stream, noting, _ = connect()
    on_loop(hosted, stream.write, [bytearray(b"x"), bytes(32 << 20)])
    waiting = bytearray(b"waits")
    on_loop(hosted, stream.write, waiting)
    on_loop(hosted, lambda: None)
    ended = OSError("enough")
    on_loop(hosted, stream.close, ended)
    noting.wait_for(lambda: noting.ends)
    assert noting.ends == [ended]
    # What TLS was given counts as sent: nobody knows how much of it has left.
    assert noting.unsent == [waiting]
    assert stream.is_closed


def test_malformed_bytes_end_the_stream_with_their_error(connect: Served) -> None:
    stream, noting, peer = connect()
    noting.refuse = True
    peer.sendall(b"?")
    noting.wait_for(lambda: noting.ends)
    assert isinstance(noting.ends[0], ValueError)
    assert stream.is_closed


def test_the_peers_goodbye_is_told_once(connect: Served) -> None:
    stream, noting, peer = connect()
    peer.unwrap().close() if peer.version() == "TLSv1.2" else peer.close()
    noting.wait_for(lambda: noting.ends)
    assert noting.ends == [None]
    assert stream.is_closed


def test_a_record_that_was_tampered_with_ends_the_stream(connect: Served) -> None:
    _, noting, peer = connect()
    with socket.socket(fileno=os.dup(peer.fileno())) as raw:
        raw.sendall(b"\x17\x03\x03\x00\x20" + bytes(32))
    noting.wait_for(lambda: noting.ends)
    (error,) = noting.ends
    assert isinstance(error, TlsError)
    assert error.fault is TlsFault.BROKEN
    assert not noting.data


def test_closing_says_goodbye(connect: Served, hosted: HostedLoop) -> None:
    stream, _, peer = connect()
    on_loop(hosted, stream.close)
    # A connection that just ends would be an error here.
    peer.suppress_ragged_eofs = False
    assert peer.recv(1) == b""


class _Renegotiating:
    """A connection that wants to read before it writes again: up to TLS 1.2 a peer may do that."""

    def __init__(self) -> None:
        self.busy = True
        self.written: list[bytes] = []

    def read(self, size: int) -> bytes:
        raise ssl.SSLWantReadError

    def write(self, data: memoryview) -> None:
        if self.busy:
            raise ssl.SSLWantReadError
        self.written.append(bytes(data))


def test_what_must_wait_for_the_peer_is_written_later_in_order() -> None:
    connection: Any = _Renegotiating()
    stream: Any = asyncio.Protocol()
    attempt = Attempt(connection, "", None, established=True)
    pipe = TlsPipe(stream, TlsSession(connection, ssl.MemoryBIO(), ssl.MemoryBIO(), attempt))
    pipe.write(b"one")
    pipe.write(b"two")
    assert connection.written == []
    connection.busy = False
    pipe.data_received(b"the peer goes on")
    pipe.write(b"three")
    assert connection.written == [b"one", b"two", b"three"]


# -- threads ----------------------------------------------------------------------------------


@pytest.fixture
def posted(
    hosted: HostedLoop, authority: Authority, context: ssl.SSLContext
) -> Iterator[tuple[PostedStream, NotingReceiver, ssl.SSLSocket]]:
    noting = NotingReceiver()
    tls = Tls(cafile=authority.cafile)
    with accepting() as (_, port, accept):
        opening = hosted.start(SharedConnector(hosted).connect, noting, "localhost", port, [], tls)
        peer = context.wrap_socket(accept().dup(), server_side=True)
        peer.settimeout(20)
        stream = opening.result()
    assert isinstance(stream, PostedStream)
    yield stream, noting, peer
    stream.close()
    noting.wait_for(lambda: noting.ends)
    peer.close()


def test_many_threads_write_whole_payloads(
    posted: tuple[PostedStream, NotingReceiver, ssl.SSLSocket],
) -> None:
    stream, _, peer = posted
    threads, each = 6, 1000

    def write(number: int) -> None:
        for turn in range(each):
            payload = bytearray(b"%02d%06d" % (number, turn))
            (stream.write if turn % 3 else stream.post)(payload)

    workers = [threading.Thread(target=write, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    data = read_exactly(peer, threads * each * 8)
    for worker in workers:
        worker.join()
    seen: dict[int, int] = dict.fromkeys(range(threads), 0)
    for at in range(0, len(data), 8):
        number, turn = int(data[at : at + 2]), int(data[at + 2 : at + 8])
        assert turn == seen[number], "a thread's payloads keep their order"
        seen[number] += 1
    assert set(seen.values()) == {each}
    # What the peer has may not be counted yet: the loop counts behind the sending.
    until(lambda: stream.sent_bytes >= len(data))


def test_what_was_queued_when_another_thread_closes_is_told(
    posted: tuple[PostedStream, NotingReceiver, ssl.SSLSocket], hosted: HostedLoop
) -> None:
    stream, noting, _ = posted
    holding, free = threading.Event(), threading.Event()
    hosted.call(lambda: (holding.set(), free.wait(20)))
    holding.wait(20)
    waiting = bytearray(b"waits")
    stream.write(waiting)
    assert stream.unsent_bytes == len(waiting)
    stream.close()
    assert stream.is_closed
    free.set()
    noting.wait_for(lambda: noting.ends)
    assert noting.unsent == [waiting]


def test_nudge_sends_what_an_interrupted_writer_left(
    posted: tuple[PostedStream, NotingReceiver, ssl.SSLSocket],
    hosted: HostedLoop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream, _, peer = posted

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(hosted, "call", interrupted)
        with pytest.raises(KeyboardInterrupt):
            stream.write(bytearray(b"left"))
    on_loop(hosted, stream.nudge)
    assert read_exactly(peer, 4) == b"left"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks")
def test_a_forked_child_says_nothing_on_the_parents_connection(
    posted: tuple[PostedStream, NotingReceiver, ssl.SSLSocket],
) -> None:
    """No goodbye either, which would end it: whatever the child does with what it has."""
    stream, noting, peer = posted
    child = os.fork()
    if child == 0:
        try:
            told = noting.was_orphaned and stream.is_closed
            stream.write(bytearray(b"from the child"))
            stream.close()
            if stream._transport is not None:
                stream._transport.abort()
            del stream
            gc.collect()
            os._exit(0 if told else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    stream.write(bytearray(b"from the parent"))
    assert read_exactly(peer, 15) == b"from the parent"
    peer.sendall(b"still here")
    noting.wait_for(lambda: noting.data == b"still here")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks")
def test_a_child_that_closes_what_its_parents_loop_has_says_no_goodbye(
    authority: Authority, context: ssl.SSLContext
) -> None:
    """A child of a running loop, whose streams nobody takes from it."""
    noting = NotingReceiver()

    async def main(port: int) -> None:
        tls = Tls(cafile=authority.cafile)
        stream = await AioConnector().connect(noting, "localhost", port, [], tls)
        child = os.fork()
        if child == 0:
            try:
                stream.write(bytearray(b"from the child"))
                stream.flush()
                stream.close()
                # As whatever ends all transports of a loop does.
                assert stream._transport is not None
                stream._transport.abort()
            finally:
                os._exit(0)
        os.waitpid(child, 0)  # noqa: ASYNC222 - it ends at once
        stream.write(bytearray(b"from the parent"))
        while not noting.data:  # noqa: ASYNC110 - what is waited for is a socket
            await asyncio.sleep(0)
        stream.close()
        await asyncio.sleep(0)

    heard: list[bytes] = []

    with accepting() as (_, port, accept):

        def serve() -> None:
            with context.wrap_socket(accept().dup(), server_side=True) as peer:
                peer.settimeout(20)
                heard.append(read_exactly(peer, 15))
                peer.sendall(b"heard")
                peer.recv(1)

        server = threading.Thread(target=serve)
        server.start()
        asyncio.run(main(port))
        server.join()
    assert heard == [b"from the parent"]
    assert noting.data == b"heard"


def test_in_another_process_not_even_a_goodbye_is_sent(
    connect: Served, hosted: HostedLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever else of the child keeps it from the parent's socket."""
    stream, _, peer = connect()
    monkeypatch.setattr(forking, "here", object())
    on_loop(hosted, stream.close)
    peer.suppress_ragged_eofs = False
    with pytest.raises((ssl.SSLEOFError, ConnectionResetError)):
        peer.recv(1)


# -- names ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "name", "asked"),
    [
        ("localhost", None, "localhost"),
        # Addresses are not asked for, says RFC 6066.
        ("127.0.0.1", None, None),
        ("127.0.0.1", "node.example", "node.example"),
    ],
)
@pytest.mark.parametrize("checks", [True, False])
def test_the_name_of_the_host_is_asked_for(
    authority: Authority, host: str, name: str | None, asked: str | None, checks: bool
) -> None:
    context = authority.server_context("localhost", "127.0.0.1", "node.example")
    told: list[str | None] = []
    context.sni_callback = lambda connection, wanted, own: told.append(wanted)

    async def main(port: int) -> None:
        tls = Tls(cafile=authority.cafile, check_hostname=checks, name=name)
        noting = NotingReceiver()
        stream = await AioConnector().connect(noting, host, port, [], tls)
        assert isinstance(stream, AioStream)
        stream.close()
        await asyncio.sleep(0)

    with accepting() as (_, port, accept):

        def serve() -> None:
            with context.wrap_socket(accept().dup(), server_side=True):
                pass

        server = threading.Thread(target=serve)
        server.start()
        asyncio.run(main(port))
        server.join()
    assert told == [asked]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_versions_of_old_are_spoken_when_they_are_named(
    authority: Authority, version: ssl.TLSVersion
) -> None:
    """With ciphers for which OpenSSL gives up its level of security, or it has none for them."""
    weak = "DEFAULT@SECLEVEL=0"
    context = authority.server_context()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers(weak)

    async def main(port: int) -> None:
        tls = Tls(cafile=authority.cafile, version=version, ciphers=weak)
        stream = await AioConnector().connect(NotingReceiver(), "localhost", port, [], tls)
        stream.close()
        await asyncio.sleep(0)

    spoken: list[str | None] = []
    with accepting() as (_, port, accept):

        def serve() -> None:
            with context.wrap_socket(accept().dup(), server_side=True) as peer:
                spoken.append(peer.version())

        server = threading.Thread(target=serve)
        server.start()
        asyncio.run(main(port))
        server.join()
    assert spoken == [{"TLSv1": "TLSv1", "TLSv1_1": "TLSv1.1"}[version.name]]


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("node.example.", "node.example"),
        ("fe80::1%eth0", "fe80::1"),
        ("10.0.0.1", "10.0.0.1"),
        ("node.example", "node.example"),
    ],
)
def test_a_certificate_knows_neither_the_last_dot_nor_the_zone(host: str, known: str) -> None:
    assert Tls().server_name(host) == known


@pytest.mark.parametrize("host", [".example", "x" * 70 + ".example"])
def test_a_name_that_no_certificate_has_is_told(authority: Authority, host: str) -> None:
    async def main(port: int) -> None:
        tls = Tls(cafile=authority.cafile, name=host)
        with pytest.raises(TlsError, match="no certificate can be for"):
            await AioConnector().connect(NotingReceiver(), "localhost", port, [], tls)

    with accepting() as (_, port, _):
        asyncio.run(main(port))


# -- nobody vouches ---------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["loop", "hosted", "thread"])
def test_a_peer_that_shows_no_certificate_is_refused(
    way: str, hosted: HostedLoop, authority: Authority
) -> None:
    """By the cipher that both allow OpenSSL asks for none, and finds nothing wrong."""
    own = ssl.create_default_context(cafile=authority.cafile)
    own.set_ciphers("ALL:@SECLEVEL=0")
    tls = Tls(context=own)
    noting = NotingReceiver()
    with accepting() as (_, port, accept):
        heard: list[bytes] = []

        def serve() -> None:
            try:
                with anonymous_context().wrap_socket(accept().dup(), server_side=True) as peer:
                    heard.append(peer.recv(100))
            except OSError:
                return

        server = threading.Thread(target=serve)
        server.start()
        one: Any = AioConnector() if way == "loop" else SharedConnector(hosted)

        def connect() -> None:
            if way == "thread":
                OwnedSocket().open("localhost", port, monotonic() + 20, tls)
            else:
                hosted.run(one.connect, noting, "localhost", port, [], tls)

        with pytest.raises(TlsError, match="showed no certificate") as caught:
            connect()
        server.join()
    assert caught.value.fault is TlsFault.BAD_CERTIFICATE
    assert heard in ([], [b""])


# -- files that change ------------------------------------------------------------------------


def test_one_context_as_long_as_the_files_stay(authority: Authority, tmp_path: Path) -> None:
    own = tmp_path / "own.pem"
    own.write_bytes(Path(authority.issue()).read_bytes())
    tls = Tls(cafile=authority.cafile, certfile=str(own))
    first = tls.context()
    assert tls.context() is first
    own.write_bytes(Path(authority.issue()).read_bytes())
    second = tls.context()
    assert second is not first
    assert tls.context() is second


def test_files_that_are_being_exchanged_leave_the_old_ones_in_use(
    authority: Authority, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    own = tmp_path / "own.pem"
    own.write_bytes(Path(authority.issue()).read_bytes())
    tls = Tls(cafile=authority.cafile, certfile=str(own))
    first = tls.context()
    own.write_text("half of it")
    assert tls.context() is first
    own.unlink()
    assert tls.context() is first
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2
    assert "the old ones are" in caplog.text
    own.write_bytes(Path(authority.issue()).read_bytes())
    assert tls.context() is not first


def test_a_link_that_leads_elsewhere_is_a_change(authority: Authority, tmp_path: Path) -> None:
    """As volumes of containers are exchanged."""
    link = tmp_path / "own.pem"
    link.symlink_to(authority.issue())
    tls = Tls(cafile=authority.cafile, certfile=str(link))
    first = tls.context()
    other = tmp_path / "other"
    other.symlink_to(authority.issue())
    other.rename(link)
    assert tls.context() is not first


def test_a_context_of_ones_own_stays(authority: Authority) -> None:
    own = ssl.create_default_context(cafile=authority.cafile)
    assert Tls(context=own).context() is own


class Vault:
    """Gives the password of a key, as slowly as it is told."""

    def __init__(self) -> None:
        self.asked = 0
        self.threads: set[int] = set()
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.is_asked = threading.Event()
        self.gives = PASSWORD

    def __call__(self) -> str:
        self.asked += 1
        self.threads.add(threading.get_ident())
        self.is_asked.set()
        self.goes_on.wait(20)
        return self.gives


@pytest.fixture
def vault() -> Iterator[Vault]:
    one = Vault()
    yield one
    one.goes_on.set()
    for thread in threading.enumerate():
        if thread.name.startswith("gridwire-tls"):
            thread.join(20)


def locked(authority: Authority, vault: Vault) -> tuple[Tls, Callable[[], None]]:
    """TLS whose key needs the password, and what exchanges its files."""
    certfile, keyfile = authority.issue_encrypted()
    tls = Tls(cafile=authority.cafile, certfile=certfile, keyfile=keyfile, password=vault)
    vault.asked = 0
    vault.threads.clear()
    vault.is_asked.clear()
    return tls, lambda: void(authority.issue_encrypted())


def void(_: object) -> None:
    return None


def test_a_slow_password_does_not_hold_the_loop(authority: Authority, vault: Vault) -> None:
    tls, exchange = locked(authority, vault)
    first = tls.context()
    exchange()
    vault.goes_on.clear()

    async def main() -> None:
        opening = asyncio.ensure_future(tls.context_on_loop())
        # The loop turns while somebody is asked.
        while not vault.is_asked.is_set():  # noqa: ASYNC110 - a thread is waited for
            await asyncio.sleep(0.001)
        assert not opening.done()
        vault.goes_on.set()
        assert await opening is not first
        assert await tls.context_on_loop() is tls.context()

    asyncio.run(main())
    assert vault.asked == 1
    assert threading.get_ident() not in vault.threads


def test_who_hangs_is_waited_for_once_and_asked_once(
    authority: Authority,
    vault: Vault,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("gridwire._io.tls.RELOAD_SECONDS", 0.05)
    tls, exchange = locked(authority, vault)
    first = tls.context()
    exchange()
    vault.goes_on.clear()
    assert tls.context() is first
    monkeypatch.setattr("gridwire._io.tls.RELOAD_SECONDS", 20)
    for _ in range(3):
        assert tls.context() is first
        assert asyncio.run(tls.context_on_loop()) is first
    assert vault.asked == 1
    assert [record.message[:42] for record in caplog.records] == [
        "changed TLS files, or the password of a ke"
    ]
    vault.goes_on.set()
    for thread in threading.enumerate():
        if thread.name == "gridwire-tls-files":
            thread.join(20)
    assert tls.context() is not first
    assert vault.asked == 1


def test_a_child_does_not_wait_for_what_its_parent_reads(
    authority: Authority, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls, exchange = locked(authority, vault)
    first = tls.context()
    exchange()
    vault.goes_on.clear()
    assert tls.context(0.01) is first
    # What a fork changes; the thread that reads stays in the parent.
    monkeypatch.setattr(forking, "here", object())
    vault.is_asked.clear()
    reading = threading.Thread(target=tls.context, args=(20.0,))
    reading.start()
    assert vault.is_asked.wait(20)
    vault.goes_on.set()
    reading.join(20)
    assert tls.context() is not first


def test_what_cannot_be_used_is_not_read_each_time(
    authority: Authority,
    vault: Vault,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    tls, exchange = locked(authority, vault)
    first = tls.context()
    exchange()
    vault.gives = "wrong"
    for _ in range(3):
        assert tls.context() is first
        assert asyncio.run(tls.context_on_loop()) is first
    assert vault.asked == 1
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    # After a while it is: what was wrong need not be a file.
    vault.gives = PASSWORD
    monkeypatch.setattr("gridwire._io.tls._AGAIN_SECONDS", 0.0)
    assert tls.context() is not first
    assert vault.asked == 2


def test_something_unforeseen_shows_nothing(
    authority: Authority, vault: Vault, caplog: pytest.LogCaptureFixture
) -> None:
    class Told(BaseException):
        pass

    def tell() -> str:
        raise Told(PASSWORD)

    tls, exchange = locked(authority, vault)
    first = tls.context()
    exchange()
    monkey = pytest.MonkeyPatch()
    with monkey.context() as patched:
        patched.setattr(Vault, "__call__", lambda _: tell())
        assert tls.context() is first
    assert "Told" in caplog.text
    assert PASSWORD not in caplog.text
