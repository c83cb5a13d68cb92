# SPDX-License-Identifier: Apache-2.0
"""The command of the doctor: its options, passwords, output, and its end."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from io import StringIO

import pytest

import gridwire as package
from gridwire.testing import HazelcastCluster

SYSTEMS = ("hazelcast", "aerospike")

COMMON = ("--members", "--cluster-name", "--user", "--password-stdin", "--tls", "--cafile")
COMMON += ("--certfile", "--keyfile", "--no-check-hostname", "--timeout", "--json")
OWN = {
    "hazelcast": ("--use-public-ip", "--write-probe"),
    "aerospike": ("--server-name", "--use-services-alternate"),
}


@pytest.mark.parametrize("system", SYSTEMS)
def test_help_names_every_option(called, system):
    done = called("doctor", system, "--help", COLUMNS="200")
    assert (done.returncode, done.stderr) == (0, "")
    for option in (*COMMON, *OWN[system]):
        assert option in done.stdout
    # A password that stands in an argument is seen by all users of the machine.
    assert "--password " not in done.stdout


def test_the_command_is_listed(called):
    done = called("--help", COLUMNS="200")
    assert "doctor" in done.stdout


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--members", " , "),
        ("--members", "http://a:1"),
        ("--members", "a:0"),
        ("--members", ",".join(f"a:{port}" for port in range(1, 66))),
        ("--members", "a:1", "--timeout", "0"),
        ("--members", "a:1", "--cafile", "ca.pem"),
        ("--members", "a:1", "--no-check-hostname"),
        ("--members", "a:1", "--password", "x"),
        ("--members", "a:1", "--nonsense"),
    ],
)
def test_what_it_does_not_understand_is_refused(called, system, arguments):
    done = called("doctor", system, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("system", SYSTEMS)
def test_files_that_are_no_use_are_told_before_anything_else(called, system, tmp_path):
    (tmp_path / "empty.pem").write_text("")
    for option, name in (("--cafile", "missing.pem"), ("--certfile", "empty.pem")):
        path = str(tmp_path / name)
        done = called("doctor", system, "--members", "127.0.0.1:1", "--tls", option, path)
        assert (done.returncode, done.stdout) == (2, "")
        assert path in done.stderr


# -- passwords --------------------------------------------------------------------------------


def test_a_user_without_a_password(called, monkeypatch):
    monkeypatch.delenv("GRIDWIRE_PASSWORD", raising=False)
    monkeypatch.setattr("sys.stdin", StringIO())
    done = called("doctor", "hazelcast", "--members", "127.0.0.1:1", "--user", "ann")
    assert (done.returncode, done.stdout) == (2, "")
    assert "GRIDWIRE_PASSWORD" in done.stderr


def test_a_password_without_a_user(called):
    done = called("doctor", "hazelcast", "--members", "127.0.0.1:1", "--password-stdin")
    assert done.returncode == 2
    assert "--user" in done.stderr


def test_a_password_from_standard_input(command, environment):
    with HazelcastCluster(members=1, cluster_name="dev", username="ann", password="s3 cret") as one:
        done = subprocess.run(
            [
                *command,
                "doctor",
                "hazelcast",
                "--members",
                one.addresses[0],
                "--user",
                "ann",
                "--password-stdin",
            ],
            env={**environment, "GRIDWIRE_PASSWORD": "another"},
            input="s3 cret\n",
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert "s3 cret" not in done.stdout


def test_standard_input_that_is_empty(command, environment):
    done = subprocess.run(
        [
            *command,
            "doctor",
            "hazelcast",
            "--members",
            "127.0.0.1:1",
            "--user",
            "ann",
            "--password-stdin",
        ],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_a_prompt_shows_nothing(called, monkeypatch):
    asked = []
    monkeypatch.delenv("GRIDWIRE_PASSWORD", raising=False)
    monkeypatch.setattr("gridwire.cli.doctor.password.sys.stdin", _Terminal())
    monkeypatch.setattr(
        "gridwire.cli.doctor.password.getpass", lambda text: asked.append(text) or "s3cret"
    )
    with HazelcastCluster(members=1, cluster_name="dev", username="ann", password="s3cret") as one:
        done = called("doctor", "hazelcast", "--members", one.addresses[0], "--user", "ann")
    assert (done.returncode, asked) == (0, ["Password of ann: "])
    assert "s3cret" not in done.stdout + done.stderr


class _Terminal:
    def isatty(self):
        return True


# -- what is printed --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cluster():
    with HazelcastCluster(members=1, cluster_name="dev") as running:
        yield running


def test_the_document_has_the_shape_that_is_promised(called, cluster):
    address = cluster.addresses[0]
    done = called("doctor", "hazelcast", "--members", f"{address},127.0.0.1:1", "--json")
    document = json.loads(done.stdout)
    assert {name: type(value).__name__ for name, value in document.items()} == {
        "schema": "int",
        "gridwire": "str",
        "system": "str",
        "members": "list",
        "status": "str",
        "exit_status": "int",
        "elapsed_seconds": "float",
        "counts": "dict",
        "findings": "list",
    }
    assert (document["schema"], document["gridwire"]) == (1, package.__version__)
    assert (document["system"], document["members"]) == ("hazelcast", [address, "127.0.0.1:1"])
    assert (document["status"], document["exit_status"]) == ("failed", done.returncode)
    assert list(document["counts"]) == ["ok", "skipped", "warning", "failed"]
    for status, count in document["counts"].items():
        assert sum(one["status"] == status for one in document["findings"]) == count
    for one in document["findings"]:
        assert list(one) == ["check", "target", "status", "summary", "change", "facts"]
        assert one["status"] in document["counts"]
        assert all(type(one[name]) is str for name in ("check", "target", "summary"))
        assert (type(one["change"]) is str) or one["status"] in {"ok", "skipped"}
        assert type(one["facts"]) is dict


def test_the_text_names_what_is_wrong_and_what_to_change(called, cluster):
    done = called("doctor", "hazelcast", "--members", cluster.addresses[0], "--tls")
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert lines[0] == f"gridwire {package.__version__}: Hazelcast at {cluster.addresses[0]}"
    assert any(line.split()[:2] == ["failed", "tls"] for line in lines)
    assert any(line.split()[:4] == ["->", "Leave", "--tls", "out,"] for line in lines)
    assert lines[-1].startswith("1 failed, 2 ok of 3 checks, in ")
    assert "\x1b" not in done.stdout


def test_a_terminal_gets_colours_and_lines_that_fit(called, cluster):
    done = called(
        "doctor",
        "hazelcast",
        "--members",
        cluster.addresses[0],
        "--tls",
        FORCE_COLOR="1",
        COLUMNS="80",
    )
    assert "\x1b[1;31mfailed" in done.stdout
    plain = [_without_colours(line) for line in done.stdout.splitlines()]
    assert max(map(len, plain)) <= 80
    assert any(line.startswith(" " * 31) for line in plain)


def _without_colours(line):
    parts = line.split("\x1b[")
    return parts[0] + "".join(part.partition("m")[2] for part in parts[1:])


def test_all_is_well(called, cluster):
    done = called("doctor", "hazelcast", "--members", cluster.addresses[0])
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].startswith("all is well: ")


# -- its end ----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("system", SYSTEMS)
def test_an_interrupt_ends_it_cleanly(command, environment, system, number):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        target = f"127.0.0.1:{server.getsockname()[1]}"
        arguments = [*command, "doctor", system, "--members", target, "--timeout", "300"]
        with subprocess.Popen(
            arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                # The first connection is closed at once; the second waits for an answer.
                links = [server.accept()[0], server.accept()[0]]
                assert links[1].recv(1)
                process.send_signal(number)
                output, errors = process.communicate(timeout=30)
            finally:
                process.kill()
            for link in links:
                link.close()
    assert (process.returncode, output) == (128 + number, "")
    assert errors == "\ngridwire doctor: interrupted\n"
