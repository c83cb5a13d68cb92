# SPDX-License-Identifier: Apache-2.0
"""The Aerospike side of the bench: its responder, its targets, a case from end to end."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

import pytest
from bench.aerospike import command
from bench.aerospike.cases import CASES, PEERS, QUICK_CASES, Case, Peer
from bench.aerospike.faces import open_face
from bench.aerospike.load import Load
from bench.aerospike.responder import (
    AT_ONCE,
    ResponderError,
    Service,
    compile_responder,
    start_responder,
)
from bench.aerospike.specification import Specification
from bench.aerospike.targets import TARGETS
from bench.children import run_child
from bench.cli import app
from bench.durations import QUICK, Durations
from bench.model import OURS, PEER, Library, Measurement, Pair, Result, Round
from bench.targets import judge
from typer.testing import CliRunner

_MODULES = {"aerospike-native": "aerospike_native"}
SHORT = Durations(0.02, 0.05, 1, 0.1)
_GET = bytes([22, 1 | 2]) + bytes(20)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("cc") is None:
        pytest.skip("there is no C compiler")
    return compile_responder(tmp_path_factory.mktemp("responder"))


@pytest.fixture
def address(program: Path) -> Iterator[str]:
    with start_responder(program) as found:
        yield found


def specification(
    case: Case, address: str, library: Library = OURS, peer: Peer = "aerospike"
) -> Specification:
    return Specification(library, peer, case, (address,), QUICK, 30.0)


def connect(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=10)


def frame(body: bytes, kind: int = 3) -> bytes:
    return bytes([2, kind]) + len(body).to_bytes(6, "big") + body


def receive(connection: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        more = connection.recv(size - len(received))
        if not more:
            break
        received += more
    return received


def read_frame(connection: socket.socket) -> bytes:
    head = receive(connection, 8)
    return receive(connection, int.from_bytes(head[2:], "big"))


CALLS = [
    (client, style)
    for client, styles in {OURS: ("sync", "asyncio"), **PEERS}.items()
    for style in styles
]


@pytest.mark.parametrize("operation", ["get", "batch_read"])
@pytest.mark.parametrize(("client", "style"), CALLS)
def test_each_client_is_answered(client: str, style: str, operation: str, address: str):
    module = _MODULES.get(client, client)
    if client != OURS and find_spec(module) is None:
        pytest.skip(f"{module} is not installed")
    case = next(each for each in CASES if (each.style, each.operation) == (style, operation))
    library = OURS if client == OURS else PEER
    told = specification(case, address, library, "aerospike" if client == OURS else client)
    # In a process of its own, as in a run: peers keep threads. It checks every answer.
    document = run_child("bench.aerospike.client", replace(told, durations=SHORT).to_json(), 30.0)
    assert document["rounds"][0]["operations"] > 0


def test_requests_of_one_connection_are_served_together(program: Path):
    with start_responder(program, Service(50_000)) as address, connect(address) as connection:
        begin = perf_counter()
        connection.sendall(frame(_GET) * 200)
        for _ in range(200):
            assert read_frame(connection)[5] == 0
        # One after the other would take ten seconds.
        assert 0.05 <= perf_counter() - begin < 5


def test_or_one_after_the_other(program: Path):
    service = Service(5_000, serial=True)
    with start_responder(program, service) as address, connect(address) as connection:
        begin = perf_counter()
        connection.sendall(frame(_GET) * 20)
        for _ in range(20):
            read_frame(connection)
        assert perf_counter() - begin >= 0.1


def test_answers_keep_the_order_of_requests(program: Path):
    put = bytes([22, 0, 1]) + bytes(19)
    with start_responder(program, Service(1_000)) as address, connect(address) as connection:
        connection.sendall((frame(_GET) + frame(put)) * 50)
        bins = [int.from_bytes(read_frame(connection)[20:22], "big") for _ in range(100)]
    assert bins == [5, 0] * 50


def test_more_requests_than_it_holds_wait_their_turn(program: Path):
    with start_responder(program, Service(1_000)) as address, connect(address) as connection:
        connection.sendall(frame(_GET) * 3_000)
        for _ in range(3_000):
            assert len(read_frame(connection)) > 22


@pytest.mark.parametrize(
    "sent",
    [
        b"\x03" * 8,
        frame(b"", kind=9),
        frame(b"\x16"),
        bytes([2, 3]) + b"\xff" * 6,
        frame(bytes([22, 8]) + bytes(20)),
    ],
)
def test_what_is_malformed_ends_the_connection_only(sent: bytes, address: str):
    with connect(address) as connection:
        connection.sendall(sent)
        assert connection.recv(1) == b""
    with connect(address) as connection:
        connection.sendall(frame(b"build\nnonsense\n", kind=1))
        assert read_frame(connection).startswith(b"build\t8.")


def test_ends_with_its_parent(program: Path):
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        try:
            assert process.stdout.readline()
            process.stdin.close()
            assert process.wait(10) == 0
        finally:
            process.kill()


def test_tells_when_there_is_no_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    with pytest.raises(ResponderError, match="--hosts"):
        compile_responder(tmp_path)


def test_a_computing_coroutine_is_not_counted_as_the_clients(address: str):
    case = next(each for each in CASES if each.name == "busy-get-16")
    with closing(open_face(specification(case, address))) as face:
        load = Load(face, case)
        made = load.round(0.2)
    assert made.operations > 0
    assert made.cpu_seconds < made.wall_seconds * 0.9


def result(case: str, ours: Round, theirs: Round) -> Result:
    pair = Pair(OURS, Measurement(OURS, (ours,)), Measurement(PEER, (theirs,)))
    return Result(case, 1, 0, (pair,))


def test_targets_compare_with_the_peer_that_they_are_about():
    fast, slow = Round(1250, 1.0, 1.0), Round(1000, 1.0, 1.0)
    found = judge([result("asyncio-get-256", fast, slow)], TARGETS["aerospike-native"], ())
    assert {each.metric: each.met for each in found} == {"throughput": True, "cpu": False}
    found = judge([result("served-1ms-256", slow, fast)], TARGETS["aerospike-native"], ())
    assert [(each.metric, each.met) for each in found] == [("throughput", False)]
    found = judge([result("sync-put-1", slow, Round(1100, 1.0, 1.0))], TARGETS["aerospike"], ())
    assert [(each.metric, each.met) for each in found] == [("time", True)]
    assert judge([result("sync-get-4", slow, fast)], TARGETS["aerospike"], ()) == []


def test_quick_cases_are_those_that_have_a_target():
    bound = {
        case.name
        for case in CASES
        for peer, targets in TARGETS.items()
        if case.style in PEERS[peer] and any(each.applies_to(case.name) for each in targets)
    }
    assert {case.name for case in QUICK_CASES} == bound


def test_a_specification_survives_its_journey():
    case = replace(CASES[0], service=Service(1000, serial=True))
    told = specification(case, "127.0.0.1:3000")
    assert Specification.from_json(json.loads(json.dumps(told.to_json()))) == told
    assert CASES[0].service == AT_ONCE


@pytest.mark.parametrize(("wrong", "said"), [("--peers", "no peer"), ("--cases", "no case")])
def test_unknown_names_are_refused(wrong: str, said: str):
    done = CliRunner().invoke(app, ["aerospike", wrong, "nonsense"])
    assert done.exit_code == 2
    assert said in done.output


@pytest.mark.parametrize("real", [False, True])
def test_a_case_from_end_to_end(
    real: bool, program: Path, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(command, "QUICK", SHORT)
    file = tmp_path / "figures.json"
    options = ["--peers", "aerospike", "--cases", "sync-get-4", "--pairs", "1"]
    hosts = ["--hosts", address] if real else []
    done = CliRunner().invoke(app, ["aerospike", "--quick", *options, *hosts, "--json", str(file)])
    assert done.exit_code == 0, done.output
    assert "sync-get-4" in done.output
    written = json.loads(file.read_text())["comparisons"]["aerospike"]
    assert ("responder" in written["settings"]["server"]) is not real
    (measured,) = written["results"]
    assert measured["summary"]["official"]["operations_per_second"] > 0
