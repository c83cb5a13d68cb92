# SPDX-License-Identifier: Apache-2.0
"""What the demo is for: a cluster that breaks its word is found out."""

from __future__ import annotations

import json
import subprocess
import sys
import threading

import pytest

from gridwire.cli.demo import checking, command, scenario
from gridwire.cli.demo import target as targets
from gridwire.cli.demo.plan import Plan
from gridwire.cli.demo.target import Target

BROKEN = """
import sys
from gridwire.cli import main
from gridwire.cli.demo import scenario
from gridwire.hazelcast import HazelcastClient

check = scenario.check_entries

def break_and_check(ledger, keys, options, map_name, update):
    with HazelcastClient(**options) as client:
        entries = client.get_map(map_name).blocking()
        entries.delete("entry-000003")
        entries.set("entry-000005", "changed")
    check(ledger, keys, options, map_name, update)

scenario.check_entries = break_and_check
sys.exit(main())
"""


@pytest.fixture(scope="module")
def broken(environment):
    """Runs a demo in which one value is removed and one changed before the check."""

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-W", "error", "-c", BROKEN, "demo", "--quick", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=90,
        )

    return run


def test_values_changed_behind_its_back_make_the_text_and_the_status_red(broken):
    done = broken()
    assert (done.returncode, done.stderr) == (1, "")
    assert "lost: entry-000003\n" in done.stdout
    assert "wrong: entry-000005\n" in done.stdout
    assert done.stdout.endswith("\nlost 1, wrong 1\n")


def test_values_changed_behind_its_back_make_the_document_red(broken):
    done = broken("--json")
    assert (done.returncode, done.stderr) == (1, "")
    document = json.loads(done.stdout)
    assert (document["lost"], document["lost_keys"]) == (1, ["entry-000003"])
    assert (document["wrong"], document["wrong_keys"]) == (1, ["entry-000005"])
    assert (document["verdict"], document["status"]) == ("lost 1, wrong 1", 1)


def run_in_process(capsys):
    status = command.demo(Plan(400, None, None, "demo"), as_json=False)
    return status, capsys.readouterr().out


def test_a_read_on_the_way_that_is_wrong_is_red(monkeypatch, capsys):
    class Liar:
        """Answers one read with the value before."""

        def __init__(self, entries):
            self._entries = entries
            self._written = set()

        def set(self, key, value):
            self._entries.set(key, value)
            self._written.add((key, "generation 1" in value))

        def get(self, key):
            value = self._entries.get(key)
            stale = key == "entry-000010" and (key, True) in self._written
            return value.replace("generation 1", "generation 0") if stale else value

        def __getattr__(self, name):
            return getattr(self._entries, name)

    class LyingStyle(scenario.BlockingStyle):
        def __init__(self, options, map_name):
            super().__init__(options, map_name)
            self.map = Liar(self.map)

    monkeypatch.setattr(scenario, "BlockingStyle", LyingStyle)
    status, output = run_in_process(capsys)
    assert status == 1
    assert output.endswith("\nlost 0, wrong 1\n")


def test_a_cluster_that_vanishes_leaves_writes_unchecked_and_is_red(monkeypatch, capsys):
    gone = threading.Event()

    class Patient:
        """Writes nothing for the second time before the cluster is gone."""

        def __init__(self, entries):
            self._entries = entries

        def set(self, key, value):
            if "generation 1" in value:
                assert gone.wait(60)
            self._entries.set(key, value)

        def __getattr__(self, name):
            return getattr(self._entries, name)

    class PatientStyle(scenario.BlockingStyle):
        def __init__(self, options, map_name):
            super().__init__(options, map_name)
            self.map = Patient(self.map)

    def kill_all(target):
        addresses = [member.address for member in target._cluster.members]
        for member in target._cluster.members:
            member.kill()
        # Nobody will come back: the client that checks need not wait for it as long as others.
        monkeypatch.setitem(targets._CLIENT_OPTIONS, "cluster_connect_timeout", 0.2)
        gone.set()
        return addresses[1]

    monkeypatch.setitem(targets._CLIENT_OPTIONS, "cluster_connect_timeout", 2.0)
    monkeypatch.setattr(scenario, "BlockingStyle", PatientStyle)
    monkeypatch.setattr(Target, "kill_member", kill_all)
    status, output = run_in_process(capsys)
    assert status == 1
    last = output.splitlines()[-1]
    assert last.startswith("lost 0, wrong 0, unchecked ")
    # The first ten failures are shown; which kind comes first is chance.
    assert "UNKNOWN" in output or "NOT_SENT" in output


def test_a_check_that_fails_half_way_is_red(monkeypatch, capsys):
    monkeypatch.setattr(checking, "_BATCH", 100)
    observe = scenario.check_entries

    def cut(ledger, keys, options, map_name, update):
        def stop(completed):
            update(completed)
            if completed == 300:
                raise scenario.GridwireError("the network is gone")

        observe(ledger, keys, options, map_name, stop)

    monkeypatch.setattr(scenario, "check_entries", cut)
    status, output = run_in_process(capsys)
    assert status == 1
    assert output.endswith("\nlost 0, wrong 0, unchecked 100\n")


def test_a_cluster_that_cannot_be_killed_ends_the_demo_with_a_sentence(monkeypatch, capsys):
    def refuse(target):
        raise scenario.GridwireError("the process of the cluster ended")

    monkeypatch.setattr(Target, "kill_member", refuse)
    assert command.demo(Plan(400, None, None, "demo"), as_json=True) == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out) == {"error": "the process of the cluster ended", "status": 1}
    assert captured.err == "gridwire demo: the process of the cluster ended\n"
