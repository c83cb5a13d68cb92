# SPDX-License-Identifier: Apache-2.0
"""The demo as users run it: its output, its exit status, and what it leaves behind."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import socket
import subprocess

import pytest

from gridwire import aerospike
from gridwire.cli.demo import hazelcast
from gridwire.cli.demo.command import demo
from gridwire.cli.demo.plan import Plan, System, key_of
from gridwire.hazelcast import HazelcastClient
from gridwire.testing import AerospikeCluster, HazelcastCluster

SPEED = re.compile(r"^(?:blocking|asyncio) +(?:\d+ +)?[sg]et +[\d,]+ ", re.MULTILINE)

COUNTS = {"Hazelcast": 271, "Aerospike": 4096}

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


@pytest.fixture(scope="module")
def document(called):
    """What the demo of both systems says, as a document."""
    done = called("demo", "--quick", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


@pytest.fixture(params=["Hazelcast", "Aerospike"])
def part(request, document):
    """What it says of one of the systems."""
    (found,) = [each for each in document["systems"] if each["system"] == request.param]
    return found


@pytest.fixture(scope="module")
def text(gridwire):
    done = gridwire("demo", "--entries", "400")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


class TestDocument:
    def test_says_that_nothing_was_lost(self, document):
        assert (document["lost"], document["wrong"], document["unchecked"]) == (0, 0, 0)
        assert (document["verdict"], document["status"]) == ("lost 0, wrong 0", 0)

    def test_shows_both_systems(self, document):
        assert [each["system"] for each in document["systems"]] == ["Hazelcast", "Aerospike"]

    def test_nothing_was_lost_in_either(self, part):
        assert (part["lost_keys"], part["wrong_keys"], part["unchecked_keys"]) == ([], [], [])
        assert part["verdict"] == "lost 0, wrong 0"

    def test_every_write_is_accounted_for(self, part):
        writes = part["writes"]
        assert writes["acknowledged"] + len(writes["failed"]) == 2 * part["entries"] == 4000
        for failed in writes["failed"]:
            assert failed["outcome"] in {"NOT_SENT", "UNKNOWN", "REJECTED"}
            assert failed["found"] in {True, False}

    def test_a_member_died_in_the_middle_of_the_work(self, part):
        killed, cluster = part["killed"], part["cluster"]
        assert killed["operations_before"] > 0
        assert killed["operations_after"] > 0
        before = {member["address"] for member in cluster["members_before"]}
        after = {member["address"] for member in cluster["members_after"]}
        if part["system"] == "Hazelcast":
            assert before - after == {killed["address"]}
            assert len(after) == 2
            assert killed["operations_without"] is None
        else:
            without = {member["address"] for member in killed["members_without"]}
            assert before - without == {killed["address"]}
            assert after == before
            assert 0 < killed["operations_without"] <= killed["operations_after"]

    def test_every_partition_has_an_owner(self, part):
        cluster = part["cluster"]
        moments = [cluster["members_before"], cluster["members_after"]]
        if part["system"] == "Aerospike":
            moments.append(part["killed"]["members_without"])
        for members in moments:
            owned = [member["partitions"] for member in members]
            assert sum(owned) == cluster["partition_count"] == COUNTS[part["system"]]
            assert min(owned) > 0

    def test_both_clients_are_measured(self, part):
        series = {(each["client"], each["part"], each["call"]) for each in part["speed"]}
        assert series == {
            (client, part, call)
            for client in ("blocking", "asyncio")
            for part in ("alone", "together")
            for call in ("set", "get")
        }
        for each in part["speed"]:
            latency = each["latency_ms"]
            assert 0 < latency["p50"] <= latency["p99"] <= latency["max"]
            assert each["calls"] + each["failed"] == 1000
            assert each["calls_per_second"] == pytest.approx(each["calls"] / each["seconds"], 0.01)


class TestText:
    def test_the_last_line_is_the_verdict_on_both(self, text):
        assert "\nHazelcast: lost 0, wrong 0\n" in text
        assert text.endswith("\nAerospike: lost 0, wrong 0\n\nlost 0, wrong 0\n")

    def test_without_a_terminal_there_are_no_control_codes(self, text):
        assert not CONTROL.search(text)

    def test_it_shows_members_partitions_and_speed(self, text):
        assert "271 partitions on 3 members" in text
        assert "4096 partitions on 3 nodes" in text
        assert re.search(r"killed +member 127\.0\.0\.1:\d+", text)
        killed, returned = re.findall(r"(?:killed|returned) +node (127\.0\.0\.1:\d+)", text)
        assert killed == returned
        assert (
            len(re.findall(r"^(?:blocking|asyncio) +\d+ +[sg]et +[\d,]+ ", text, re.MULTILINE))
            == 16
        )
        for header in ("calls/s", "p50", "p99", "max", "before", "without", "after"):
            assert header in text

    def test_no_line_is_wider_than_a_terminal(self, text):
        assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("system", ["hazelcast", "aerospike"])
def test_one_system_on_a_narrow_terminal(called, system):
    done = called("demo", "--entries", "400", "--only", system, COLUMNS="40")
    assert (done.returncode, done.stderr) == (0, "")
    assert [each for each in COUNTS if each in done.stdout] == [system.capitalize()]
    assert max(map(len, done.stdout.splitlines())) <= 40
    assert done.stdout.endswith("\nlost 0, wrong 0\n")
    assert (
        len(re.findall(r"^(?:blocking|asyncio) +[sg]et +[\d,]+ ", done.stdout, re.MULTILINE)) == 8
    )
    assert "…" not in done.stdout


def test_colours_without_a_terminal_move_nothing(gridwire):
    done = gridwire("demo", "--entries", "400", "--only", "aerospike", FORCE_COLOR="1")
    assert done.returncode == 0
    assert "\x1b[" in done.stdout
    assert not re.search(r"\x1b\[[\d;?]*[^\d;?m]", done.stdout)


def test_on_a_terminal_bars_move_and_the_cursor_comes_back(command, environment):
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*command, "demo", "--entries", "400", "--only", "aerospike"],
        env={**environment, "COLUMNS": "80"},
        stdout=theirs,
    ) as process:
        os.close(theirs)
        output = read_to_end(ours)
    assert process.returncode == 0
    assert "━" in output
    assert output.count("\x1b[?25l") == output.count("\x1b[?25h") > 0
    last = re.sub(r"\x1b\[[\d;?]*\w", "", output).rstrip().splitlines()[-1]
    assert last == "lost 0, wrong 0"


def read_to_end(terminal):
    output = b""
    try:
        while data := os.read(terminal, 65536):
            output += data
    except OSError:
        pass  # Linux says EIO when the other end of a terminal is closed.
    finally:
        os.close(terminal)
    return output.decode()


class TestClusterOfTheUser:
    def test_nothing_is_killed_and_nothing_is_left(self, gridwire):
        with HazelcastCluster(members=2) as cluster:
            members = ",".join(cluster.addresses)
            name = cluster.cluster_name
            arguments = ("--entries", "400", "--members", members, "--cluster-name", name)
            done = gridwire("demo", "--json", *arguments)
            assert (done.returncode, done.stderr) == (0, "")
            (part,) = json.loads(done.stdout)["systems"]
            assert part["killed"] is None
            assert part["writes"] == {"acknowledged": 800, "failed": []}
            assert part["left_behind"] is None
            assert len(cluster.members) == 2
            assert size_of(cluster, part["map"]) == 0

    def test_nothing_is_killed_and_nothing_is_left_of_the_set(self, called):
        with AerospikeCluster(nodes=2, namespaces="users") as cluster:
            hosts = ",".join(node.address for node in cluster.nodes)
            arguments = ("--entries", "400", "--hosts", hosts, "--namespace", "users")
            done = called("demo", "--json", *arguments)
            assert (done.returncode, done.stderr) == (0, "")
            (part,) = json.loads(done.stdout)["systems"]
            assert part["killed"] is None
            assert part["writes"] == {"acknowledged": 800, "failed": []}
            assert part["left_behind"] is None
            assert len(cluster.nodes) == 2
            keys = [("users", part["set"], key_of(index)) for index in range(400)]
            with aerospike.client({"hosts": cluster.hosts}).connect() as client:
                assert client.batch_read(keys).found_count() == 0

    def test_the_text_tells_of_no_death(self, called):
        with HazelcastCluster(members=1) as cluster:
            arguments = ("--members", cluster.addresses[0], "--cluster-name", cluster.cluster_name)
            done = called("demo", "--entries", "400", *arguments)
        assert (done.returncode, done.stderr) == (0, "")
        assert "271 partitions on 1 member\n" in done.stdout
        assert "killed" not in done.stdout
        assert "none failed" in done.stdout
        assert done.stdout.endswith("\nlost 0, wrong 0\n")


def size_of(cluster, map_name):
    with HazelcastClient(
        cluster_members=cluster.addresses, cluster_name=cluster.cluster_name
    ) as client:
        return client.get_map(map_name).blocking().size()


class TestSetUp:
    def test_no_member_is_reachable(self, impatient, nobody, capsys):
        assert impatient(nobody, as_json=False) == 2
        captured = capsys.readouterr()
        assert "no member of cluster 'dev' could be joined" in captured.err
        assert nobody in captured.err
        assert "Traceback" not in captured.out + captured.err

    def test_the_document_says_why_too(self, impatient, nobody, capsys):
        assert impatient(nobody, as_json=True) == 2
        document = json.loads(capsys.readouterr().out)
        assert document["status"] == 2
        assert nobody in document["error"]

    def test_the_cluster_has_another_name(self, impatient, capsys):
        with HazelcastCluster(members=1, cluster_name="theirs") as cluster:
            assert impatient(cluster.addresses[0], as_json=False, cluster_name="ours") == 2
        captured = capsys.readouterr()
        assert "'ours'" in captured.err
        assert "Traceback" not in captured.err

    def test_an_address_cannot_be_read(self, called):
        done = called("demo", "--members", "a:b:c")
        assert done.returncode == 2
        assert "'a:b:c' is not an address" in done.stderr

    def test_no_host_is_reachable(self, called, nobody):
        done = called("demo", "--hosts", nobody)
        assert done.returncode == 2
        assert nobody in done.stderr
        assert "Traceback" not in done.stderr

    def test_a_host_cannot_be_read(self, called):
        done = called("demo", "--hosts", "a:b:c")
        assert done.returncode == 2
        assert "'a:b:c'" in done.stderr

    def test_the_namespace_does_not_exist(self, called):
        with AerospikeCluster(nodes=1) as cluster:
            address = cluster.nodes[0].address
            done = called("demo", "--hosts", address, "--namespace", "nowhere")
        assert done.returncode == 2
        assert "nowhere" in done.stderr

    def test_the_cluster_cannot_be_started(self, called):
        done = called("demo", "--cluster-name", "")
        assert done.returncode == 2
        assert "cluster_name" in done.stderr


@pytest.fixture
def nobody():
    """An address where nobody listens, and nobody else will as long as it is held."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{held.getsockname()[1]}"


@pytest.fixture
def impatient(monkeypatch):
    """Runs a demo that looks for its cluster a moment only, in this process."""
    monkeypatch.setitem(hazelcast.CLIENT_OPTIONS, "cluster_connect_timeout", 0.3)

    def run(address, *, as_json, cluster_name=None):
        plan = Plan(System.HAZELCAST, 400, (address,), cluster_name, "demo")
        return demo([plan], as_json=as_json)

    return run


class TestInterrupt:
    @pytest.mark.parametrize(
        ("system", "number"), [("hazelcast", signal.SIGINT), ("aerospike", signal.SIGTERM)]
    )
    def test_it_ends_cleanly_and_stops_the_cluster(self, command, environment, system, number):
        done, output, addresses = interrupted(command, environment, ["--only", system], number)
        assert done.returncode == 128 + number
        assert "interrupted" in done.stderr
        assert "Traceback" not in done.stderr
        assert "lost" not in output
        assert len(addresses) == 3
        for address in addresses:
            assert refuses(address)

    def test_it_removes_the_map_from_the_cluster_of_a_user(self, command, environment):
        with HazelcastCluster(members=2) as cluster:
            options = ["--members", cluster.addresses[0], "--cluster-name", cluster.cluster_name]
            done, output, addresses = interrupted(command, environment, options, signal.SIGINT)
            assert done.returncode == 130
            assert addresses == cluster.addresses
            map_name = re.search(r"map (\S+)", output)[1]
            assert size_of(cluster, map_name) == 0


def interrupted(command, environment, options, number):
    """Interrupt a demo, its cluster too, as a terminal does; twice, as people do."""
    with subprocess.Popen(
        [*command, "demo", "--entries", "1000000", *options],
        env={**environment, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    ) as process:
        try:
            output = ""
            while not re.search(r"partitions\s*\n(.*\n)+\s*\n$", output):
                line = process.stdout.readline()
                assert line, process.stderr.read()
                output += line
            os.killpg(process.pid, number)
            os.killpg(process.pid, number)
            rest, errors = process.communicate(timeout=60)
        finally:
            process.kill()
    done = subprocess.CompletedProcess(process.args, process.returncode, stderr=errors)
    return done, output + rest, re.findall(r"^127\.0\.0\.1:\d+", output, re.MULTILINE)


def refuses(address):
    host, _, port = address.partition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) != 0
