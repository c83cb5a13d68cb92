# SPDX-License-Identifier: Apache-2.0
"""Aerospike clusters from a shell, and fixtures for pytest."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from gridwire.testing.__main__ import _parser, main
from support.installed import installed


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent to the process")
@pytest.mark.parametrize("program", [["gridwire.testing"], ["gridwire.cli", "serve"]])
def test_a_shell_can_start_one(program):
    if program[0] == "gridwire.cli":
        pytest.importorskip("typer")
    command = [sys.executable, "-m", *program, "aerospike", "--nodes", "2", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        lines = [process.stdout.readline().strip() for _ in range(4)]
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    assert lines[0] == "cluster docker"
    assert all(line.startswith("127.0.0.1:") for line in lines[1:3])
    assert lines[3] == "Press Ctrl-C to stop."


def test_options_that_cannot_be_are_told_in_a_line(capsys):
    assert main(["aerospike", "--nodes", "0"]) == 1
    errors = capsys.readouterr().err
    assert "nodes is a number" in errors
    assert "Traceback" not in errors


def served(monkeypatch, *arguments):
    """What the command ``gridwire serve`` would run, read as that program reads it."""
    app = pytest.importorskip("gridwire.cli.app", reason="typer is not installed")
    monkeypatch.setattr(app.runpy, "run_module", lambda *_, **__: None)
    monkeypatch.setattr(sys, "argv", ["gridwire", "serve", *arguments])
    assert app.run() == 0
    return vars(_parser().parse_args(sys.argv[1:]))


def test_the_command_and_the_program_are_the_same(monkeypatch):
    options = vars(_parser().parse_args(["aerospike"]))
    assert (options["nodes"], options["port"], options["cluster_name"]) == (3, 3000, "docker")
    assert served(monkeypatch, "aerospike") == options


def test_options_of_the_command_reach_the_program(monkeypatch):
    given = ["aerospike", "--nodes=2", "--port=0", "--cluster-name=-c", "--namespace=a"]
    given += ["--namespace=b", "--replication-factor=1", "--user=ann:-secret:read"]
    given += ["--tls-cert=c.pem", "--tls-key=k.pem", "--tls-name=n"]
    assert served(monkeypatch, *given) == vars(_parser().parse_args(given))


ARGUMENTS = (
    "-p",
    "no:asyncio",
    "-p",
    "gridwire-aerospike",
    "-p",
    "no:cacheprovider",
)


@pytest.fixture(autouse=True)
def _found_from_anywhere(monkeypatch, tmp_path_factory):
    monkeypatch.setenv("PYTHONPATH", installed(tmp_path_factory.mktemp("installed") / "site"))
    # Else this very checkout may be found as well, where it is installed.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def test_fixtures_give_a_cluster_and_clients(pytester):
    pytester.makepyfile(
        """
        import asyncio

        def test_threads(aerospike_client, aerospike_cluster, aerospike_client_factory):
            key = ("test", "s", 1)
            aerospike_client.put(key, {"n": 1})
            assert aerospike_client_factory().get(key).bins == {"n": 1}
            assert len(aerospike_cluster.nodes) == 3

        def test_each_test_has_its_own(aerospike_client):
            assert not aerospike_client.exists(("test", "s", 1)).meta

        def test_asyncio(aerospike_asyncio_client_factory):
            async def main():
                async with aerospike_asyncio_client_factory() as client:
                    await client.connect()
                    await client.put(("test", "s", 2), {"n": 2})

            asyncio.run(main())

        def test_more(aerospike_cluster_factory, aerospike_client_factory):
            cluster = aerospike_cluster_factory(nodes=1)
            aerospike_client_factory(cluster).put(("test", "s", 3), {"n": 3})
        """
    )
    pytester.runpytest_subprocess(*ARGUMENTS).assert_outcomes(passed=4)


def test_a_shared_cluster_is_emptied(pytester):
    pytester.makeini("[pytest]\naerospike_cluster_scope = module")
    pytester.makepyfile(
        """
        nodes = []

        def test_one(aerospike_client, aerospike_cluster):
            nodes.extend(aerospike_cluster.nodes)
            aerospike_client.put(("test", "s", 1), {"n": 1})

        def test_two(aerospike_client, aerospike_cluster):
            assert nodes == aerospike_cluster.nodes
            assert not aerospike_client.exists(("test", "s", 1)).meta
        """
    )
    pytester.runpytest_subprocess(*ARGUMENTS).assert_outcomes(passed=2)


@pytest.mark.parametrize("scope", ["function", "session"])
def test_runs_with_xdist(pytester, scope):
    pytest.importorskip("xdist", reason="pytest-xdist is not installed")
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("number", range(8))
        def test_workers_never_meet(number, aerospike_client):
            key = ("test", "s", 1)
            assert not aerospike_client.exists(key).meta
            aerospike_client.put(key, {"n": number})
            assert aerospike_client.get(key).bins == {"n": number}
        """
    )
    options = ("-p", "xdist", "-n", "2", "-o", f"aerospike_cluster_scope={scope}")
    pytester.runpytest_subprocess(*ARGUMENTS, *options).assert_outcomes(passed=8)


def test_an_unknown_scope_is_told(pytester):
    pytester.makeini("[pytest]\naerospike_cluster_scope = planet")
    result = pytester.runpytest_subprocess(*ARGUMENTS)
    assert result.ret == 4
