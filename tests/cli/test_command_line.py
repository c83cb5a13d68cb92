# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import re
import signal
import subprocess
import sys

import pytest

import gridwire as package
from gridwire import aerospike
from gridwire.cli import main
from gridwire.hazelcast import HazelcastClient

MORE = ("--entries", "--quick", "--json")


def test_the_version(gridwire):
    done = gridwire("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"gridwire {package.__version__} ({package.implementation()})\n"


def test_help_names_every_option(called):
    done = called("demo", "--help", COLUMNS="200")
    assert (done.returncode, done.stderr) == (0, "")
    for option in ("--only", "--members", "--hosts", "--namespace", "--cluster-name", *MORE):
        assert option in done.stdout


def test_without_a_command_it_helps(called):
    done = called()
    assert "demo" in done.stdout + done.stderr
    assert "serve" in done.stdout + done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("demo", "surplus"),
        ("nonsense",),
        ("demo", "--entries", "many"),
        ("demo", "--entries", "9"),
        ("demo", "--entries", "1000001"),
        ("demo", "--members", " , "),
        ("demo", "--hosts", ","),
        ("demo", "--only", "redis"),
        ("demo", "--only", "aerospike", "--members", "127.0.0.1:5701"),
        ("demo", "--only", "hazelcast", "--hosts", "127.0.0.1:3000"),
        ("serve", "nonsense"),
        ("serve", "hazelcast", "--members", "x"),
    ],
)
def test_what_it_does_not_understand_is_refused(monkeypatch, capsys, arguments):
    monkeypatch.setattr(sys, "argv", ["gridwire", *arguments])
    assert main() == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Usage:" in captured.err
    assert "Traceback" not in captured.err


def test_the_status_of_a_refusal_is_that_of_the_process(gridwire):
    done = gridwire("demo", "--nonsense")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Usage:" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_without_the_extra_it_says_how_to_install_it(environment, missing):
    code = f"""
import sys
sys.modules[{missing!r}] = None
from gridwire import aerospike
from gridwire.cli import main
sys.exit(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", code, "demo"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert missing in done.stderr
    assert "pip install 'gridwire[cli]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_serve_runs_a_cluster_until_it_is_interrupted(command, environment):
    arguments = ["serve", "hazelcast", "--members", "1", "--port", "0", "--cluster-name", "mine"]
    arguments += ["--lite-members", "1", "--version", "5.3", "--partitions", "7", "--backups", "0"]
    with subprocess.Popen(
        [*command, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            addresses = []
            while len(addresses) < 2:
                line = process.stdout.readline()
                assert line, process.stderr.read()
                addresses += re.findall(r"127\.0\.0\.1:\d+", line)
            with HazelcastClient(cluster_members=addresses, cluster_name="mine") as client:
                members = client.cluster_service.get_members()
                assert [member.lite_member for member in members] == [False, True]
                assert members[0].version.minor == 3
                assert client.partition_service.get_partition_count() == 7
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=30)
        finally:
            process.kill()
    assert (process.returncode, errors) == (0, "")


def test_serve_runs_nodes_until_it_is_interrupted(command, environment):
    arguments = ["serve", "aerospike", "--nodes", "2", "--port", "0", "--namespace", "mine"]
    with subprocess.Popen(
        [*command, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            hosts = []
            while len(hosts) < 2:
                line = process.stdout.readline()
                assert line, process.stderr.read()
                hosts += re.findall(r"127\.0\.0\.1:\d+", line)
            with aerospike.client({"hosts": hosts}).connect() as client:
                assert len(client.get_node_names()) == 2
                client.put(("mine", "demo", 1), {"a": 1})
                assert client.get(("mine", "demo", 1)).bins == {"a": 1}
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=30)
        finally:
            process.kill()
    assert (process.returncode, errors) == (0, "")


def test_serve_says_why_it_cannot(gridwire):
    done = gridwire("serve", "hazelcast", "--members", "0")
    assert done.returncode != 0
    assert "members" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_console_of_the_old_kind_shows_what_it_can(gridwire):
    done = gridwire("demo", "--entries", "400", "--only", "aerospike", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()
    assert done.stdout.endswith("lost 0, wrong 0\n")


def test_a_reader_that_goes_away_is_no_fault_of_ours(command, environment):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as output:
        done = subprocess.run(
            [*command, "demo", "--entries", "400", "--only", "aerospike"],
            env=environment,
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )
    assert "Traceback" not in done.stderr
