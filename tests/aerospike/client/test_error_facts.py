# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501 - each row of the table is a line
"""Whatever goes wrong, an error says what is known of it: in both call styles, each class once."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, NamedTuple, Self

import pytest

from gridwire import aerospike as a
from gridwire import errors
from gridwire._io.hosted import HostedLoop
from gridwire.aerospike import exception as e
from gridwire.aerospike.asyncio.client import AsyncClient
from gridwire.aerospike.control import blocking_command
from gridwire.errors import Outcome
from support.aerospike_scripted import CUT, HOLD, ScriptedCluster, ScriptedNode, reply
from support.aerospike_styles import waited_for
from support.patience import PATIENCE

KEY = ("test", "demo", "ann")
ONCE = {"total_timeout": 60, "max_retries": 0}
PATIENTLY = {**ONCE, "total_timeout": int(PATIENCE * 1000)}
SET = "truncate:namespace=test;set=demo"


class Style:
    """A cluster with a loop of its own, and clients of one style."""

    def __init__(self, kind: str) -> None:
        self.loop = HostedLoop("nodes")
        self.callers = HostedLoop("callers")
        self.is_blocking = kind == "threads"
        self.cluster = ScriptedCluster()
        self.config: dict[str, Any] = {}
        self.client: Any = None

    def __enter__(self) -> Self:
        self.loop.run(self.cluster.__aenter__)
        return self

    def __exit__(self, *_: object) -> None:
        if self.client is not None:
            self("close")
        self.loop.run(self.cluster.__aexit__)
        self.callers.stop()
        self.loop.stop()

    @property
    def node(self) -> ScriptedNode:
        return self.cluster.nodes[0]

    def connect(self, **config: Any) -> None:
        config = {"hosts": self.cluster.hosts, **config}
        self.client = a.client(config) if self.is_blocking else AsyncClient(config)
        self("connect")

    def __call__(self, name: str, *args: Any) -> Any:
        result = getattr(self.client, name)(*args)
        return waited_for(result, self.callers)


@pytest.fixture(params=["threads", "asyncio"])
def style(request: pytest.FixtureRequest) -> Iterator[Style]:
    with Style(request.param) as made:
        yield made


def broken(bins: dict[str, Any] | None = None) -> bytes:
    """An answer that says OK, and that it has a field, which it has not."""
    made = bytearray(reply(bins=bins))
    made[27] = 1
    return bytes(made)


def answered(message: bytes, name: str, *args: Any) -> Callable[[Style], None]:
    """A call whose answer is this."""

    def provoke(style: Style) -> None:
        style.connect()
        style.node.answer = lambda request: message
        style(name, *args)

    return provoke


def scripted(step: str, name: str, *args: Any) -> Callable[[Style], None]:
    """A call with which the node deals like this."""

    def provoke(style: Style) -> None:
        style.connect()
        style.node.script = lambda node, message: step
        style(name, *args)

    return provoke


def connecting(**config: Any) -> Callable[[Style], None]:
    return lambda style: style.connect(**config)


def logging_in(style: Style) -> None:
    style.cluster.users = {"ann": b"another"}
    style.connect(user="ann", password="wrong")


def info(name: str, answer: str | None, *args: Any) -> Callable[[Style], None]:
    def provoke(style: Style) -> None:
        style.connect(tend_interval=60_000)
        # A connection is there, so that the command itself goes out.
        style("get", KEY)
        style.node.infos[SET] = answer or ""
        style.node.is_mute = answer is None
        style(name, *args)

    return provoke


def closed(name: str, *args: Any) -> Callable[[Style], None]:
    def provoke(style: Style) -> None:
        style.connect()
        style("close")
        style(name, *args)

    return provoke


def left_alone(name: str, *args: Any) -> Callable[[Style], None]:
    def provoke(style: Style) -> None:
        style.connect(max_error_rate=1, tend_interval=60_000)
        style.node.script = lambda node, message: HOLD
        for _ in range(2):
            with pytest.raises(e.AerospikeError):
                style("get", KEY, ONCE)
        style(name, *args)

    return provoke


def gone(style: Style) -> None:
    style.connect(tend_interval=60_000)
    style.loop.run(style.node.stop)
    style("put", KEY, {"a": 1}, None, ONCE)


def crowded(name: str, *args: Any) -> Callable[[Style], None]:
    def provoke(style: Style) -> None:
        style.connect(max_concurrent_operations=1, operation_queue_timeout_ms=20)
        style.node.script = lambda node, message: HOLD
        patient = {"total_timeout": 20_000, "max_retries": 0}
        inside = threading.Thread(target=style, args=("get", KEY, patient))
        inside.start()
        try:
            end = time.monotonic() + 20
            while not style.node.held:
                assert time.monotonic() < end
                time.sleep(0.001)
            style(name, *args)
        finally:
            style.loop.call(style.node.release_all)
            inside.join()

    return provoke


class Case(NamedTuple):
    """How an error comes about, and what it has to say."""

    provoke: Callable[[Style], None]
    kind: type[BaseException]
    operation: str | None
    code: int
    outcome: Outcome
    in_doubt: bool
    has_node: bool
    attempts: int
    phase: str


PUT = ("put", KEY, {"a": 1}, None, ONCE)
GET = ("get", KEY, ONCE)
READ = ("batch_read", [KEY], None, ONCE)
WRITE = ("batch_write", [(KEY, {"a": 1})], ONCE)
# A connection that ends, ends the call; a busy machine may need more time than for a timeout.
CUT_PUT, CUT_WRITE = (*PUT[:-1], PATIENTLY), (*WRITE[:-1], PATIENTLY)
NO, LOST, NEVER = Outcome.REJECTED, Outcome.UNKNOWN, Outcome.NOT_SENT
SERVER, IN_TIME = "at the server", "no answer came in time"
READING, CHOOSING, BEFORE = "reading the answer", "choosing a node", "before anything was sent"
ALONE, CONNECTION = "left alone for now", "no connection could be had"
ELSEWHERE = ("put", ("nowhere", "demo", 1), {"a": 1})

# fmt: off
CASES = {
    "not found": Case(answered(reply(2), *GET), e.RecordNotFound, "get", 2, NO, False, True, 1, SERVER),
    "refused": Case(answered(reply(13), *PUT), e.RecordTooBig, "put", 13, NO, False, True, 1, SERVER),
    "timeout there": Case(answered(reply(9), *PUT), e.AerospikeTimeoutError, "put", 9, LOST, True, True, 1, SERVER),
    "timeout of a read": Case(scripted(HOLD, *GET), e.AerospikeTimeoutError, "get", -1, LOST, False, True, 1, IN_TIME),
    "timeout of a write": Case(scripted(HOLD, *PUT), e.AerospikeTimeoutError, "put", -1, LOST, True, True, 1, IN_TIME),
    "cut": Case(scripted(CUT, *CUT_PUT), e.ClusterError, "put", -1, LOST, True, True, 1, "connection was lost after"),
    "a write's answer": Case(answered(broken(), *PUT), errors.ProtocolError, "put", -1, LOST, True, True, 1, READING),
    "a read's answer": Case(answered(broken({"a": 1}), *GET), errors.ProtocolError, "get", -1, LOST, False, True, 1, READING),
    "no namespace": Case(lambda s: (s.connect(), s(*ELSEWHERE))[1], e.ServerError, "put", 20, NO, False, False, 0, CHOOSING),
    "left alone": Case(left_alone(*PUT), e.ClusterError, "put", -1, NEVER, False, False, 1, ALONE),
    "gone": Case(gone, e.ClusterError, "put", -1, NEVER, False, True, 1, CONNECTION),
    "closed": Case(closed(*GET), e.ClientError, None, -1, NEVER, False, False, 0, BEFORE),
    "crowded": Case(crowded(*PUT), e.BackpressureError, "put", -1, NEVER, False, False, 0, "waiting for a turn"),
    "crowded batch": Case(crowded(*READ), e.BackpressureError, "batch_read", -1, NEVER, False, False, 0, "waiting for a turn"),
    "another cluster": Case(connecting(cluster_name="another"), e.ClusterError, "connect", -1, NEVER, False, False, 1, "connecting"),
    "password": Case(logging_in, e.AdminError, "login", 62, NO, False, False, 1, "connecting"),
    "mute": Case(info("info_random_node", None, "build", {"timeout": 60}), e.AerospikeTimeoutError, "info", -1, LOST, True, True, 1, IN_TIME),
    "truncate": Case(info("truncate", "ERROR:4:no", "test", "demo"), e.ServerError, "truncate", 4, NO, False, True, 1, SERVER),
    "truncate, mute": Case(info("truncate", None, "test", "demo", 0, {"timeout": 60}), e.AerospikeTimeoutError, "truncate", -1, LOST, True, True, 1, IN_TIME),
    "nobody to ask": Case(left_alone("info_random_node", "build"), e.ClusterError, "info", -1, NEVER, False, False, 0, CHOOSING),
    "closed info": Case(closed("info_random_node", "build"), e.ClientError, None, -1, NEVER, False, False, 0, BEFORE),
    "batch": Case(scripted(HOLD, *READ), e.AerospikeTimeoutError, "batch_read", -1, LOST, False, True, 1, IN_TIME),
    "batch of writes": Case(scripted(HOLD, *WRITE), e.AerospikeTimeoutError, "batch_write", -1, LOST, True, True, 1, IN_TIME),
    "batch that is cut": Case(scripted(CUT, *CUT_WRITE), e.ClusterError, "batch_write", -1, LOST, True, True, 1, "connection was lost after"),
    "batch nowhere": Case(lambda s: (s.connect(), s("batch_read", [ELSEWHERE[1]]))[1], e.ServerError, "batch_read", 20, NO, False, False, 1, SERVER),
    "batch left alone": Case(left_alone(*WRITE), e.ClusterError, "batch_write", -1, NEVER, False, False, 1, ALONE),
}
# fmt: on


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_an_error_says_what_is_known(style: Style, case: Case):
    began = time.monotonic()
    with pytest.raises(case.kind) as caught:
        case.provoke(style)
    took = time.monotonic() - began
    error: Any = caught.value
    assert isinstance(error, e.AerospikeError)
    assert (error.code, error.result_code) == (case.code, case.code)
    assert (error.outcome, error.in_doubt) == (case.outcome, case.in_doubt)
    assert error.node == (style.node.name if case.has_node else None)
    assert ("address" in error.facts) == case.has_node
    assert error.attempts == case.attempts
    assert case.phase in error.phase
    assert error.facts.get("operation") == case.operation
    assert 0 <= error.elapsed <= took
    assert ("elapsed" in error.facts) == (case.operation is not None)


def test_a_host_where_nobody_listens(style: Style):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(e.ClusterError) as caught:
        style.connect(hosts=[("127.0.0.1", port)])
    error = caught.value
    assert (error.outcome, error.attempts, error.phase) == (Outcome.NOT_SENT, 1, "connecting")
    assert str(port) in str(error)


def test_a_thread_that_slept_beyond_the_deadline_sends_nothing_more(monkeypatch) -> None:
    late = SimpleNamespace(
        monotonic=time.monotonic, sleep=lambda seconds: time.sleep(seconds + 0.4)
    )
    with Style("threads") as style:
        style.connect()
        style("get", KEY)
        style.node.answer = lambda request: reply(18)
        monkeypatch.setattr(blocking_command, "time", late)
        with pytest.raises(e.AerospikeTimeoutError):
            style("get", KEY, {"total_timeout": 300, "sleep_between_retries": 50})
        assert style.node.requests == 2
