# SPDX-License-Identifier: Apache-2.0
"""The doctor looks at Aerospike clusters, whole and broken, through the command line."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from gridwire.testing import AerospikeCluster
from support.aerospike_scripted import ScriptedCluster

CHECKS = {
    "resolve",
    "connect",
    "tls",
    "authentication",
    "version",
    "cluster-name",
    "advertised-address",
    "agreement",
    "versions",
    "migrations",
    "namespace",
    "routing",
    "latency",
    "clock",
}

# Loopback as well, where no node listens: who connects is refused at once.
ELSEWHERE = "127.0.0.2"


@pytest.fixture(scope="module")
def cluster():
    with AerospikeCluster(nodes=3) as running:
        yield running


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Names of PEM files: an authority's certificate, and certificates with their keys."""
    folder, authority = tmp_path_factory.mktemp("tls"), trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    past = datetime.now(UTC) - timedelta(days=3)
    made = {
        "good": authority.issue_cert("localhost", "127.0.0.1"),
        "expired": authority.issue_cert("localhost", "127.0.0.1", not_after=past),
        "elsewhere": authority.issue_cert("elsewhere.example"),
        "client": authority.issue_cert("client.example"),
    }
    for name, certificate in made.items():
        certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / f"{name}.pem"))
    return folder


@pytest.fixture
def doctor(called):
    """Runs the doctor with ``--json``; its status, its findings, the process."""

    def run(*arguments, **variables):
        done = called("doctor", "aerospike", "--timeout", "2", "--json", *arguments, **variables)
        return done.returncode, json.loads(done.stdout)["findings"] if done.stdout else [], done

    return run


@contextmanager
def scripted(count=2):
    """Scripted nodes on a loop of their own."""
    ready, over = threading.Event(), None
    cluster = ScriptedCluster(count)

    async def live():
        nonlocal over
        over = asyncio.Event()
        async with cluster:
            ready.set()
            await over.wait()

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_until_complete, args=(live(),))
    thread.start()
    try:
        assert ready.wait(10)
        yield cluster
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)
        loop.close()


def address(cluster, index=0):
    host, port = cluster.hosts[index][:2]
    return f"{host}:{port}"


def only(findings, check, target=None):
    """The finding of a check, of which there must be one."""
    (found,) = (
        one
        for one in findings
        if one["check"] == check and (target is None or one["target"] == target)
    )
    return found


def bad(findings):
    wrong = {"failed", "warning"}
    return [(one["check"], one["status"]) for one in findings if one["status"] in wrong]


# -- a cluster that is well -------------------------------------------------------------------


def test_a_cluster_that_is_well(doctor, cluster):
    status, findings, done = doctor("--members", address(cluster), "--cluster-name", "docker")
    assert (status, bad(findings), done.stderr) == (0, [], "")
    assert {one["check"] for one in findings} == CHECKS
    assert only(findings, "routing")["facts"]["without_master"] == 0
    agreement = only(findings, "agreement")["facts"]
    assert agreement["asked"] == agreement["nodes"] == sorted(node.name for node in cluster.nodes)
    for index in range(3):
        where = address(cluster, index)
        assert only(findings, "advertised-address", where)["facts"]["reached_at"] == where
        assert only(findings, "latency", where)["facts"]["round_trips"] == 20
        assert abs(only(findings, "clock", where)["facts"]["ahead_seconds"]) < 2


def test_several_addresses(doctor, cluster):
    status, findings, _ = doctor(
        "--members", f"{address(cluster)},{address(cluster, 1)}", "--members", address(cluster, 2)
    )
    assert (status, bad(findings)) == (0, [])
    assert sum(one["check"] == "authentication" for one in findings) == 3
    assert sum(one["check"] == "latency" for one in findings) == 3


def test_a_clock_that_is_wrong(doctor):
    with AerospikeCluster(nodes=2) as cluster:
        cluster.advance_time(600)
        status, findings, _ = doctor("--members", address(cluster))
    assert (status, bad(findings)) == (3, [("clock", "warning")] * 2)
    ahead = [one["facts"]["ahead_seconds"] for one in findings if one["status"] == "warning"]
    assert all(595 < seconds < 605 for seconds in ahead)


# -- what does not connect --------------------------------------------------------------------


def test_a_wrong_port(doctor):
    with socket.create_server(("127.0.0.1", 0)) as server:
        target = f"127.0.0.1:{server.getsockname()[1]}"
    status, findings, _ = doctor("--members", target)
    assert status == 1
    assert only(findings, "connect", target)["facts"]["failure"] == "refused"


def test_a_name_that_does_not_resolve(doctor):
    status, findings, _ = doctor("--members", "nowhere.invalid")
    assert (status, bad(findings)) == (1, [("resolve", "failed")])


def test_somebody_else_at_the_port(doctor):
    with socket.create_server(("127.0.0.1", 0)) as server:
        target = f"127.0.0.1:{server.getsockname()[1]}"
        status, findings, _ = doctor("--members", target, "--timeout", "0.2")
    assert status == 1
    assert only(findings, "protocol")["facts"]["failure"] == "silent"
    assert "3000" in only(findings, "protocol")["change"]


# -- who is let in ----------------------------------------------------------------------------


def test_a_wrong_cluster_name(doctor, cluster):
    status, findings, _ = doctor("--members", address(cluster), "--cluster-name", "prod")
    assert status == 1
    found = only(findings, "cluster-name", address(cluster))
    assert "'docker'" in found["summary"]
    assert "'prod'" in found["summary"]


def test_users_and_passwords(doctor):
    with AerospikeCluster(nodes=2, users={"ann": "s3cret"}) as cluster:
        at = ["--members", address(cluster)]
        status, findings, done = doctor(*at, "--user", "ann", GRIDWIRE_PASSWORD="s3cret")
        assert (status, bad(findings)) == (0, [])
        assert "s3cret" not in done.stdout + done.stderr
        status, findings, done = doctor(*at, "--user", "ann", GRIDWIRE_PASSWORD="hunter2")
        assert (status, bad(findings)) == (1, [("authentication", "failed")])
        assert "password" in only(findings, "authentication")["summary"]
        assert "hunter2" not in done.stdout + done.stderr
        status, findings, _ = doctor(*at, "--user", "bob", GRIDWIRE_PASSWORD="s3cret")
        assert status == 1
        assert only(findings, "authentication")["facts"]["code"] in {60, 62, 65}
        status, findings, _ = doctor(*at)
        assert (status, bad(findings)) == (1, [("authentication", "failed")])
        assert "--user" in only(findings, "authentication")["change"]


def test_a_user_where_there_are_none(doctor, cluster):
    status, findings, _ = doctor(
        "--members", address(cluster), "--user", "ann", GRIDWIRE_PASSWORD="s3cret"
    )
    assert (status, bad(findings)) == (1, [("authentication", "failed")])
    assert "Leave --user out" in only(findings, "authentication")["change"]


# -- TLS --------------------------------------------------------------------------------------


@pytest.fixture
def secured(files):
    """Makes a cluster whose nodes speak TLS with one of the certificates."""

    def make(certificate, **tls):
        name = str(files / f"{certificate}.pem")
        return AerospikeCluster(nodes=2, tls={"certfile": name, **tls})

    return make


def test_tls_that_is_well(doctor, secured, files):
    with secured("good") as cluster:
        status, findings, _ = doctor(
            "--members", address(cluster), "--tls", "--cafile", str(files / "ca.pem")
        )
    assert (status, bad(findings)) == (0, [])
    assert only(findings, "tls")["facts"]["names"] == ["localhost", "127.0.0.1"]


def test_plain_against_tls(doctor, secured):
    with secured("good") as cluster:
        status, findings, _ = doctor("--members", address(cluster))
    assert (status, bad(findings)) == (1, [("tls", "failed")])
    assert only(findings, "tls")["facts"]["failure"] == "plain to TLS"
    assert "Give --tls" in only(findings, "tls")["change"]


def test_tls_against_plain(doctor, cluster, files):
    status, findings, _ = doctor(
        "--members", address(cluster), "--tls", "--cafile", str(files / "ca.pem"), "--timeout", "1"
    )
    assert (status, bad(findings)) == (1, [("tls", "failed")])
    assert only(findings, "tls")["facts"]["failure"] == "TLS to plain"
    assert "Leave --tls out" in only(findings, "tls")["change"]


def test_an_expired_certificate(doctor, secured, files):
    with secured("expired") as cluster:
        status, findings, _ = doctor(
            "--members", address(cluster), "--tls", "--cafile", str(files / "ca.pem")
        )
    assert (status, bad(findings)) == (1, [("tls", "failed")])
    facts = only(findings, "tls")["facts"]
    assert facts["failure"] == "expired"
    assert -4 < facts["days_left"] < -2


def test_the_name_of_the_nodes(doctor, secured, files):
    with secured("elsewhere", name="elsewhere.example") as cluster:
        at = ["--members", address(cluster), "--tls", "--cafile", str(files / "ca.pem")]
        status, findings, _ = doctor(*at)
        assert (status, bad(findings)) == (1, [("tls", "failed")])
        assert only(findings, "tls")["facts"]["failure"] == "wrong name"
        assert "--server-name" in only(findings, "tls")["change"]
        status, findings, _ = doctor(*at, "--server-name", "elsewhere.example")
        assert (status, bad(findings)) == (0, [])
        status, findings, _ = doctor(*at, "--no-check-hostname")
        assert (status, bad(findings)) == (0, [])


def test_nodes_that_want_a_certificate(doctor, secured, files):
    with secured("good", cafile=str(files / "ca.pem")) as cluster:
        at = ["--members", address(cluster), "--tls", "--cafile", str(files / "ca.pem")]
        status, findings, _ = doctor(*at)
        assert status == 1
        (found,) = (one for one in findings if one["status"] == "failed")
        assert "--certfile" in found["change"]
        status, findings, _ = doctor(*at, "--certfile", str(files / "client.pem"))
        assert (status, bad(findings)) == (0, [])


# -- what nodes say of each other -------------------------------------------------------------


def move(cluster, what, host=ELSEWHERE):
    """Have every node announce that the others, and itself, are at another host."""
    for node in cluster.nodes:
        others = ",".join(
            f"[{one.name},,[{host}:{one.port}]]" for one in cluster.nodes if one is not node
        )
        node.infos[f"peers-{what}"] = f"1,3000,[{others}]"
        node.infos[f"service-{what}"] = f"{host}:{node.port}"


def test_an_address_that_cannot_be_reached(doctor):
    with scripted(2) as cluster:
        for what in ("clear-std", "clear-alt"):
            move(cluster, what)
        for node in cluster.nodes:
            node.infos["namespaces"] = "test"
        status, findings, _ = doctor("--members", address(cluster))
    assert status == 1
    lost = only(findings, "advertised-address", f"{ELSEWHERE}:{cluster.nodes[1].port}")
    assert lost["status"] == "failed"
    assert lost["facts"]["advertised"] == [f"{ELSEWHERE}:{cluster.nodes[1].port}"]
    assert lost["facts"]["private"] is True
    assert "access-address" in lost["change"]
    # The client keeps to the address by which it came; half of the keys are out of reach.
    kept = only(findings, "advertised-address", f"{ELSEWHERE}:{cluster.nodes[0].port}")
    assert kept["status"] == "warning"
    assert only(findings, "routing")["facts"]["without_master"] == 2048


def test_the_alternate_address_is_the_way_out(doctor):
    with scripted(2) as cluster:
        move(cluster, "clear-std")
        status, findings, _ = doctor("--members", address(cluster))
        assert status == 1
        lost = only(findings, "advertised-address", f"{ELSEWHERE}:{cluster.nodes[1].port}")
        assert "use_services_alternate" in lost["change"]
        assert lost["facts"]["other_answers"] == address(cluster, 1)
        status, findings, _ = doctor("--members", address(cluster), "--use-services-alternate")
        assert ("advertised-address", "failed") not in bad(findings)


def test_alternate_addresses_that_are_the_wrong_ones(doctor):
    with scripted(2) as cluster:
        move(cluster, "clear-alt")
        status, findings, _ = doctor("--members", address(cluster), "--use-services-alternate")
    assert status == 1
    lost = only(findings, "advertised-address", f"{ELSEWHERE}:{cluster.nodes[1].port}")
    assert "Leave use_services_alternate out" in lost["change"]


def test_another_node_at_the_address(doctor):
    with scripted(2) as cluster:
        first, second = cluster.nodes
        first.infos["peers-clear-std"] = f"1,3000,[[{second.name},,[127.0.0.1:{first.port}]]]"
        status, findings, _ = doctor("--members", address(cluster))
    assert status == 1
    lost = [one for one in findings if one["facts"].get("node") == second.name]
    assert any(f"node {first.name} is there" in one["summary"] for one in lost)


def test_a_node_without_partitions(doctor):
    with scripted(1) as cluster:
        cluster.nodes[0].infos["partition-generation"] = "-1"
        status, findings, _ = doctor("--members", address(cluster))
    assert status == 1
    assert only(findings, "partitions")["status"] == "failed"


def test_a_node_that_was_not_named_is_looked_at_too(doctor):
    with scripted(2) as cluster:
        cluster.nodes[1].infos["partition-generation"] = "-1"
        status, findings, _ = doctor("--members", address(cluster))
    assert status == 1
    assert only(findings, "partitions")["target"] == address(cluster, 1)


def test_answers_that_make_no_sense(doctor):
    with scripted(1) as cluster:
        cluster.nodes[0].infos["replicas"] = "nonsense"
        status, findings, _ = doctor("--members", address(cluster))
    assert status == 1
    assert only(findings, "answers")["status"] == "failed"


def test_the_state_of_a_namespace(doctor):
    with scripted(2) as cluster:
        for node in cluster.nodes:
            node.infos["namespaces"] = "test"
            node.infos["namespace/test"] = (
                "stop_writes=false;replication-factor=2;ns_cluster_size=2"
            )
        cluster.nodes[0].infos["namespace/test"] = (
            "stop_writes=true;migrate_tx_partitions_remaining=7"
        )
        status, findings, _ = doctor("--members", address(cluster))
    assert status == 1
    assert only(findings, "namespace")["status"] == "failed"
    assert "refuses writes" in only(findings, "namespace")["summary"]
    assert only(findings, "migrations")["facts"]["remaining"] == 7
    assert only(findings, "routing")["status"] == "ok"
    assert only(findings, "clock")["status"] == "skipped"


def test_nodes_that_do_not_see_each_other(doctor):
    with scripted(2) as cluster:
        for number, node in enumerate(cluster.nodes):
            node.infos["statistics"] = (
                f"cluster_key=A{number};cluster_size=1;cluster_integrity=true"
            )
        status, findings, _ = doctor("--members", address(cluster))
    assert status == 1
    assert only(findings, "agreement")["status"] == "failed"
    assert "heartbeat" in only(findings, "agreement")["change"]
