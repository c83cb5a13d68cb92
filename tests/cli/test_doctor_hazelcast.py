# SPDX-License-Identifier: Apache-2.0
"""The doctor looks at Hazelcast clusters, whole and broken, through the command line."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from gridwire.testing import HazelcastCluster
from support.scripted import ScriptedCluster

official = pytest.importorskip("hazelcast")

CHECKS = [
    "resolve",
    "connect",
    "tls",
    "authentication",
    "version",
    "members",
    "versions",
    "advertised-address",
    "routing",
    "latency",
    "clock",
]


@pytest.fixture(scope="module")
def cluster():
    with HazelcastCluster(members=3) as running:
        yield running


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def files(authority, tmp_path_factory):
    """Names of PEM files: the authority's certificate, and certificates with their keys."""
    folder = tmp_path_factory.mktemp("tls")
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    past = datetime.now(UTC) - timedelta(days=3)
    soon = datetime.now(UTC) + timedelta(days=3)
    made = {
        "good": authority.issue_cert("localhost", "127.0.0.1"),
        "expired": authority.issue_cert("127.0.0.1", not_after=past),
        "ending": authority.issue_cert("127.0.0.1", not_after=soon),
        "elsewhere": authority.issue_cert("elsewhere.example"),
        "client": authority.issue_cert("client.example"),
    }
    for name, certificate in made.items():
        certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / f"{name}.pem"))
    return folder


@pytest.fixture
def doctor(called):
    """Runs the doctor with ``--json``; the process and its document."""

    def run(*arguments, **variables):
        done = called("doctor", "hazelcast", "--timeout", "2", "--json", *arguments, **variables)
        return done.returncode, json.loads(done.stdout)["findings"] if done.stdout else [], done

    return run


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def only(findings, check, target=None):
    """The finding of a check, of which there must be one."""
    (found,) = (
        one
        for one in findings
        if one["check"] == check and (target is None or one["target"] == target)
    )
    return found


def bad(findings):
    return [
        (one["check"], one["status"]) for one in findings if one["status"] in {"failed", "warning"}
    ]


# -- a cluster that is well -------------------------------------------------------------------


def test_a_cluster_that_is_well(doctor, cluster):
    status, findings, done = doctor(
        "--members", ",".join(cluster.addresses), "--cluster-name", cluster.cluster_name
    )
    assert (status, bad(findings), done.stderr) == (0, [], "")
    assert {one["check"] for one in findings} == {*CHECKS, "one-cluster"}
    assert only(findings, "members")["facts"]["count"] == 3
    routing = only(findings, "routing")["facts"]
    assert (routing["partition_count"], routing["owner_unreachable"]) == (271, 0)
    for address in cluster.addresses:
        assert only(findings, "advertised-address", address)["status"] == "ok"
        assert only(findings, "latency", address)["facts"]["round_trips"] == 20
        assert only(findings, "version", address)["facts"]["version"] == "5.7.0"
        assert only(findings, "connect", address)["facts"]["seconds"] < 2


def test_one_address_leads_to_all_members(doctor, cluster):
    _, findings, _ = doctor(
        "--members", cluster.addresses[1], "--cluster-name", cluster.cluster_name
    )
    reached = [one["target"] for one in findings if one["check"] == "advertised-address"]
    assert sorted(reached) == sorted(cluster.addresses)
    assert sum(one["check"] == "latency" for one in findings) == 3
    assert bad(findings) == []


def test_the_clock_is_not_seen_without_writing(doctor, cluster):
    _, findings, _ = doctor(
        "--members", cluster.addresses[0], "--cluster-name", cluster.cluster_name
    )
    clock = only(findings, "clock")
    assert clock["status"] == "skipped"
    assert "--write-probe" in clock["change"]


def test_a_probe_shows_the_clocks_and_leaves_nothing(doctor, cluster):
    status, findings, _ = doctor(
        "--members", cluster.addresses[0], "--cluster-name", cluster.cluster_name, "--write-probe"
    )
    assert status == 0
    for address in cluster.addresses:
        clock = only(findings, "clock", address)
        assert abs(clock["facts"]["ahead_seconds"]) < 3
    assert only(findings, "clock", "cluster")["status"] == "ok"
    client = official.HazelcastClient(
        cluster_members=cluster.addresses, cluster_name=cluster.cluster_name
    )
    try:
        assert client.get_distributed_objects() == []
    finally:
        client.shutdown()


def test_a_clock_that_is_wrong(doctor):
    with HazelcastCluster(members=1) as cluster:
        cluster.advance_time(600)
        status, findings, _ = doctor(
            "--members",
            cluster.addresses[0],
            "--cluster-name",
            cluster.cluster_name,
            "--write-probe",
        )
    assert status == 3
    assert bad(findings) == [("clock", "warning")]
    assert 595 < only(findings, "clock")["facts"]["ahead_seconds"] < 605
    assert "NTP" in only(findings, "clock")["change"]


def test_old_members_tell_as_much(doctor):
    with HazelcastCluster(members=2, version="4.0") as cluster:
        status, findings, _ = doctor(
            "--members", cluster.addresses[0], "--cluster-name", cluster.cluster_name
        )
    assert (status, bad(findings)) == (0, [])
    assert only(findings, "version")["facts"]["version"].startswith("4.0")


# -- what does not connect --------------------------------------------------------------------


def test_a_wrong_port(doctor):
    target = f"127.0.0.1:{free_port()}"
    status, findings, _ = doctor("--members", target)
    assert status == 1
    found = only(findings, "connect", target)
    assert (found["status"], found["facts"]["failure"]) == ("failed", "refused")
    assert "port" in found["change"]
    assert {one["check"] for one in findings} == {"resolve", "connect"}


def test_a_name_that_does_not_resolve(doctor):
    status, findings, _ = doctor("--members", "nowhere.invalid:5701")
    assert status == 1
    (found,) = findings
    assert (found["check"], found["status"]) == ("resolve", "failed")
    assert "nowhere.invalid" in found["summary"]


def test_somebody_else_at_the_port(doctor):
    # It never answers: connections wait in its queue.
    with socket.create_server(("127.0.0.1", 0)) as server:
        target = f"127.0.0.1:{server.getsockname()[1]}"
        status, findings, _ = doctor("--members", target, "--timeout", "0.2")
    assert status == 1
    found = only(findings, "authentication", target)
    assert found["facts"]["failure"] == "silent"
    assert "5701" in found["change"]


def test_a_member_that_stands_still_is_told_from_those_that_do_not(doctor):
    with HazelcastCluster(members=2) as cluster:
        still, other = cluster.members[0].address, cluster.members[1].address
        with cluster.pause(cluster.members[0]):
            status, findings, _ = doctor(
                "--members",
                f"{still},{other}",
                "--cluster-name",
                cluster.cluster_name,
                "--timeout",
                "0.3",
            )
    assert status == 1
    assert only(findings, "authentication", still)["status"] == "failed"
    assert only(findings, "authentication", other)["status"] == "ok"
    found = only(findings, "advertised-address", still)
    assert found["status"] == "failed"
    assert "Look at this member" in found["change"]
    assert "<public-address>" not in found["change"]
    assert only(findings, "routing")["status"] == "failed"


def test_a_member_that_is_down_is_told_from_one_at_a_wrong_address(doctor):
    with ScriptedCluster(2) as cluster:
        up, down = cluster.members
        # The view still names it.
        down.port = free_port()
        _, findings, _ = doctor("--members", up.address, "--cluster-name", cluster.cluster_name)
    found = only(findings, "advertised-address", down.address)
    assert found["status"] == "failed"
    assert "see whether this one runs" in found["change"]
    assert "<public-address>" not in found["change"]


def test_a_member_that_does_not_tell_its_view(doctor, cluster):
    with cluster.drop(answers="Client.AddClusterViewListener"):
        status, findings, _ = doctor(
            "--members",
            cluster.addresses[0],
            "--cluster-name",
            cluster.cluster_name,
            "--timeout",
            "0.3",
        )
    assert (status, bad(findings)) == (1, [("members", "failed")])


# -- who is let in ----------------------------------------------------------------------------


def test_a_wrong_cluster_name(doctor, cluster):
    status, findings, _ = doctor("--members", cluster.addresses[0], "--cluster-name", "prod")
    assert status == 1
    found = only(findings, "authentication")
    assert found["facts"]["failure"] == "refused"
    assert "'prod'" in found["summary"]
    assert "--cluster-name" in found["change"]


def test_a_wrong_password(doctor):
    with HazelcastCluster(members=1, username="ann", password="s3cret") as cluster:
        arguments = ["--members", cluster.addresses[0], "--cluster-name", cluster.cluster_name]
        status, findings, done = doctor(*arguments, "--user", "ann", GRIDWIRE_PASSWORD="hunter2")
        assert status == 1
        found = only(findings, "authentication")
        assert found["status"] == "failed"
        assert "'ann'" in found["summary"]
        assert "hunter2" not in done.stdout + done.stderr
        status, findings, done = doctor(*arguments, "--user", "ann", GRIDWIRE_PASSWORD="s3cret")
        assert (status, bad(findings)) == (0, [])
        assert "s3cret" not in done.stdout + done.stderr
        status, findings, _ = doctor(*arguments)
        assert status == 1
        assert "--user" in only(findings, "authentication")["change"]


def test_credentials_that_nobody_asked_for(doctor, cluster):
    status, findings, _ = doctor(
        "--members",
        cluster.addresses[0],
        "--cluster-name",
        cluster.cluster_name,
        "--user",
        "ann",
        GRIDWIRE_PASSWORD="s3cret",
    )
    assert status == 1
    found = only(findings, "authentication")
    assert "is right" in found["summary"]
    assert "Leave --user out" in found["change"]


def test_addresses_of_two_clusters(doctor):
    with (
        HazelcastCluster(members=1, cluster_name="same") as one,
        HazelcastCluster(members=1, cluster_name="same") as other,
    ):
        status, findings, _ = doctor(
            "--members",
            one.addresses[0],
            "--members",
            other.addresses[0],
            "--cluster-name",
            "same",
        )
    assert status == 1
    assert only(findings, "one-cluster")["status"] == "failed"
    assert len(only(findings, "one-cluster")["facts"]["cluster_ids"]) == 2


# -- TLS --------------------------------------------------------------------------------------


@pytest.fixture
def secured(files):
    """Makes a cluster of one member that speaks TLS with one of the certificates."""

    def make(certificate, **options):
        name, tls = str(files / f"{certificate}.pem"), options.pop("tls", {})
        return HazelcastCluster(
            members=1, cluster_name="dev", tls={"certfile": name, **tls}, **options
        )

    return make


def test_tls_that_is_well(doctor, secured, files):
    with secured("good") as cluster:
        status, findings, _ = doctor(
            "--members", cluster.addresses[0], "--tls", "--cafile", str(files / "ca.pem")
        )
    assert (status, bad(findings)) == (0, [])
    facts = only(findings, "tls")["facts"]
    assert facts["protocol"] == "TLSv1.3"
    assert facts["names"] == ["localhost", "127.0.0.1"]
    assert facts["days_left"] > 1000


def test_plain_against_tls(doctor, secured):
    with secured("good") as cluster:
        status, findings, _ = doctor("--members", cluster.addresses[0])
    assert status == 1
    found = only(findings, "tls")
    assert found["facts"]["failure"] == "plain to TLS"
    assert "Give --tls" in found["change"]
    assert {one["check"] for one in findings} == {"resolve", "connect", "tls"}


def test_a_password_is_not_sent_in_clear_to_somebody_who_speaks_tls(doctor, secured, monkeypatch):
    sent = []
    from gridwire._io.aio import AioStream

    write = AioStream.write
    monkeypatch.setattr(
        AioStream, "write", lambda stream, data: (sent.append(data), write(stream, data))[1]
    )
    with secured("good", username="ann", password="s3cret") as cluster:
        status, findings, _ = doctor(
            "--members", cluster.addresses[0], "--user", "ann", GRIDWIRE_PASSWORD="s3cret"
        )
    assert (status, only(findings, "tls")["facts"]["failure"]) == (1, "plain to TLS")
    assert sent
    assert not any(b"s3cret" in bytes(one) for one in sent if isinstance(one, bytearray))


def test_tls_against_plain(doctor, cluster, files):
    status, findings, _ = doctor(
        "--members",
        cluster.addresses[0],
        "--cluster-name",
        cluster.cluster_name,
        "--tls",
        "--cafile",
        str(files / "ca.pem"),
    )
    assert status == 1
    found = only(findings, "tls")
    assert found["facts"]["failure"] == "TLS to plain"
    assert "Leave --tls out" in found["change"]


def test_an_expired_certificate(doctor, secured, files):
    with secured("expired") as cluster:
        status, findings, _ = doctor(
            "--members", cluster.addresses[0], "--tls", "--cafile", str(files / "ca.pem")
        )
    assert status == 1
    found = only(findings, "tls")
    assert found["facts"]["failure"] == "expired"
    # What it says is shown although it is not accepted.
    assert -4 < found["facts"]["days_left"] < -2
    assert found["facts"]["names"] == ["127.0.0.1"]
    assert "Renew" in found["change"]


def test_a_certificate_that_expires_soon(doctor, secured, files):
    with secured("ending") as cluster:
        status, findings, _ = doctor(
            "--members", cluster.addresses[0], "--tls", "--cafile", str(files / "ca.pem")
        )
    assert (status, bad(findings)) == (3, [("tls", "warning")])
    assert "Renew" in only(findings, "tls")["change"]


def test_the_certificates_of_members_that_were_not_named_are_looked_at_too(doctor, files):
    tls = {"certfile": str(files / "ending.pem")}
    with HazelcastCluster(members=3, cluster_name="dev", tls=tls) as cluster:
        status, findings, _ = doctor(
            "--members", cluster.addresses[0], "--tls", "--cafile", str(files / "ca.pem")
        )
    assert (status, bad(findings)) == (3, [("tls", "warning")] * 3)


def test_a_certificate_for_another_name(doctor, secured, files):
    with secured("elsewhere") as cluster:
        arguments = ["--members", cluster.addresses[0], "--tls", "--cafile", str(files / "ca.pem")]
        status, findings, _ = doctor(*arguments)
        assert status == 1
        found = only(findings, "tls")
        assert found["facts"]["failure"] == "wrong name"
        assert found["facts"]["names"] == ["elsewhere.example"]
        assert "--no-check-hostname" in found["change"]
        status, findings, _ = doctor(*arguments, "--no-check-hostname")
        assert (status, bad(findings)) == (0, [])


def test_an_authority_that_is_not_trusted(doctor, secured):
    with secured("good") as cluster:
        status, findings, _ = doctor("--members", cluster.addresses[0], "--tls")
    assert status == 1
    found = only(findings, "tls")
    assert found["facts"]["failure"] == "unknown authority"
    assert "--cafile" in found["change"]
    assert found["facts"]["issuer"]


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_members_that_want_a_certificate(doctor, secured, files, version):
    tls = {"cafile": str(files / "ca.pem"), "version": version}
    with secured("good", tls=tls) as cluster:
        arguments = ["--members", cluster.addresses[0], "--tls", "--cafile", str(files / "ca.pem")]
        status, findings, _ = doctor(*arguments)
        assert status == 1
        (found,) = (one for one in findings if one["status"] == "failed")
        assert "--certfile" in found["change"]
        status, findings, _ = doctor(*arguments, "--certfile", str(files / "client.pem"))
        assert (status, bad(findings)) == (0, [])


@contextmanager
def demanding(files, version):
    """Somebody who wants certificates, and says so when there is none; its address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files / "good.pem")
    context.load_verify_locations(files / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    context.minimum_version = context.maximum_version = version

    def serve():
        while True:
            try:
                link, _ = server.accept()
            except OSError:
                return
            with link, suppress(OSError), context.wrap_socket(link, server_side=True) as tunnel:
                tunnel.recv(1)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(10)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_an_alert_says_that_a_certificate_is_wanted(doctor, files, version):
    with demanding(files, version) as address:
        status, findings, _ = doctor(
            "--members", address, "--tls", "--cafile", str(files / "ca.pem")
        )
        assert (status, bad(findings)) == (1, [("tls", "failed")])
        assert "--certfile" in only(findings, "tls")["change"]
        # Without TLS it is still seen that it is spoken here.
        status, findings, _ = doctor("--members", address)
        assert only(findings, "tls")["facts"]["failure"] == "plain to TLS"


def test_the_probe_works_over_tls(doctor, secured, files):
    with secured("good") as cluster:
        status, findings, _ = doctor(
            "--members",
            cluster.addresses[0],
            "--tls",
            "--cafile",
            str(files / "ca.pem"),
            "--write-probe",
        )
    assert (status, bad(findings)) == (0, [])
    assert only(findings, "clock")["status"] == "ok"


# -- addresses that members announce ----------------------------------------------------------

# Loopback as well, where no member listens: who connects is refused at once.
ELSEWHERE = "127.0.0.2"


def test_an_address_that_cannot_be_reached(doctor):
    with HazelcastCluster(members=2, cluster_name="dev", advertised_host=ELSEWHERE) as cluster:
        status, findings, _ = doctor("--members", cluster.addresses[0])
    assert status == 1
    found = [one for one in findings if one["check"] == "advertised-address"]
    # The client keeps the connection by which it came.
    assert sorted(one["status"] for one in found) == ["failed", "warning"]
    for one in found:
        assert one["facts"]["advertised"].startswith(ELSEWHERE)
        assert one["facts"]["private"] is True
        assert "smart_routing=False" in one["change"]
        assert "address_translator" in one["change"]
    assert only(findings, "routing")["status"] == "failed"
    assert only(findings, "routing")["facts"]["owner_unreachable"] in {135, 136}
    assert only(findings, "authentication")["status"] == "ok"


def test_the_public_address_is_the_way_out(doctor):
    with HazelcastCluster(
        members=2, cluster_name="dev", advertised_host=ELSEWHERE, public_host="127.0.0.1"
    ) as cluster:
        status, findings, _ = doctor("--members", cluster.addresses[0])
        assert status == 1
        for one in findings:
            if one["check"] == "advertised-address":
                assert one["facts"]["public_answers"] is True
                assert "use_public_ip=True" in one["change"]
        status, findings, _ = doctor("--members", cluster.addresses[0], "--use-public-ip")
        assert (status, bad(findings)) == (0, [])
        assert only(findings, "routing")["facts"]["owner_unreachable"] == 0


def test_no_public_address_where_one_is_asked_for(doctor, cluster):
    status, findings, _ = doctor(
        "--members",
        cluster.addresses[0],
        "--cluster-name",
        cluster.cluster_name,
        "--use-public-ip",
    )
    assert status == 3
    assert bad(findings) == [("advertised-address", "warning")] * 3
