# SPDX-License-Identifier: Apache-2.0
"""What the demo is for: a cluster that breaks its word is found out."""

from __future__ import annotations

import json
import threading
from contextlib import closing

import pytest

from gridwire.cli.demo import checking, command, hazelcast, scenario, styles, target
from gridwire.cli.demo.plan import Plan, System
from gridwire.cli.demo.systems import open_target
from gridwire.errors import GridwireError
from gridwire.testing import AerospikeCluster


@pytest.fixture
def broken(monkeypatch, called):
    """Runs a demo in which one value is removed and one changed before the check."""
    check = scenario.check_entries

    def break_and_check(ledger, keys, connect, update):
        with closing(connect()) as access:
            access.remove("entry-000003")
            access.set("entry-000005", "changed")
        check(ledger, keys, connect, update)

    monkeypatch.setattr(scenario, "check_entries", break_and_check)
    return lambda *arguments: called("demo", "--entries", "400", *arguments)


def test_values_changed_behind_its_back_make_the_text_and_the_status_red(broken):
    done = broken()
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.count("lost: entry-000003\n") == 2
    assert done.stdout.count("wrong: entry-000005\n") == 2
    assert "\nHazelcast: lost 1, wrong 1\n" in done.stdout
    assert done.stdout.endswith("\nAerospike: lost 1, wrong 1\n\nlost 2, wrong 2\n")


def test_values_changed_behind_its_back_make_the_document_red(broken):
    done = broken("--json", "--only", "aerospike")
    assert (done.returncode, done.stderr) == (1, "")
    document = json.loads(done.stdout)
    (part,) = document["systems"]
    assert (part["lost_keys"], part["wrong_keys"]) == (["entry-000003"], ["entry-000005"])
    assert part["verdict"] == "lost 1, wrong 1"
    assert (document["lost"], document["wrong"]) == (1, 1)
    assert (document["verdict"], document["status"]) == ("lost 1, wrong 1", 1)


def run_in_process(capsys, system=System.HAZELCAST):
    plan = Plan(system, 400, None, None, "demo")
    status = command.demo([plan], as_json=False)
    return status, capsys.readouterr().out


@pytest.mark.parametrize("system", System)
def test_a_read_on_the_way_that_is_wrong_is_red(monkeypatch, capsys, system):
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
        def __init__(self, connect):
            super().__init__(connect)
            self.access = Liar(self.access)

    monkeypatch.setattr(scenario, "BlockingStyle", LyingStyle)
    status, output = run_in_process(capsys, system)
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
        def __init__(self, connect):
            super().__init__(connect)
            self.access = Patient(self.access)

    def kill_all(theirs):
        addresses = [member.address for member in theirs._cluster.members]
        for member in theirs._cluster.members:
            member.kill()
        # Nobody will come back: the client that checks need not wait for it as long as others.
        monkeypatch.setitem(hazelcast.CLIENT_OPTIONS, "cluster_connect_timeout", 0.2)
        gone.set()
        return addresses[1]

    monkeypatch.setitem(hazelcast.CLIENT_OPTIONS, "cluster_connect_timeout", 2.0)
    monkeypatch.setattr(styles, "_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(target, "_SETTLE_SECONDS", 0.1)
    monkeypatch.setattr(scenario, "BlockingStyle", PatientStyle)
    monkeypatch.setattr(hazelcast.HazelcastTarget, "kill_member", kill_all)
    status, output = run_in_process(capsys)
    assert status == 1
    last = output.splitlines()[-1]
    assert last.startswith("lost 0, wrong 0, unchecked ")
    # The first ten failures are shown; which kind comes first is chance.
    assert "UNKNOWN" in output or "NOT_SENT" in output


def test_a_check_that_fails_half_way_is_red(monkeypatch, capsys):
    monkeypatch.setattr(checking, "_BATCH", 100)
    observe = scenario.check_entries

    def cut(ledger, keys, connect, update):
        def stop(completed):
            update(completed)
            if completed == 300:
                raise scenario.GridwireError("the network is gone")

        observe(ledger, keys, connect, stop)

    monkeypatch.setattr(scenario, "check_entries", cut)
    status, output = run_in_process(capsys)
    assert status == 1
    assert output.endswith("\nlost 0, wrong 0, unchecked 100\n")


def test_records_that_cannot_be_read_are_not_taken_for_missing_ones():
    with AerospikeCluster(nodes=2) as cluster:
        hosts = tuple(node.address for node in cluster.nodes)
        plan = Plan(System.AEROSPIKE, 400, hosts, None, "demo")
        with open_target(plan) as where, closing(where.connect()) as access:
            access.set("a", "1")
            assert access.get_many(["a", "b"]) == {"a": "1"}
            with cluster.refuse(22, requests="batch"), pytest.raises(GridwireError):
                access.get_many(["a", "b"])


def test_a_cluster_that_cannot_be_killed_ends_the_demo_with_a_sentence(monkeypatch, capsys):
    def refuse(target):
        raise scenario.GridwireError("the process of the cluster ended")

    monkeypatch.setattr(hazelcast.HazelcastTarget, "kill_member", refuse)
    plan = Plan(System.HAZELCAST, 400, None, None, "demo")
    assert command.demo([plan], as_json=True) == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out) == {"error": "the process of the cluster ended", "status": 1}
    assert captured.err == "gridwire demo: the process of the cluster ended\n"
