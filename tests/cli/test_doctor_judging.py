# SPDX-License-Identifier: Apache-2.0
"""What the doctor makes of facts that test clusters do not show, or only by waiting."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from uuid import UUID

import pytest

from gridwire._core.addresses import Endpoint
from gridwire._io.connecting import MAX_ADDRESSES
from gridwire.aerospike.cluster.replicas import Claim
from gridwire.cli.doctor.aerospike_cluster import (
    judge_agreement,
    judge_migrations,
    judge_namespace,
    judge_routing,
    judge_versions,
)
from gridwire.cli.doctor.aerospike_door import Greeting
from gridwire.cli.doctor.aerospike_judging import judge_login, judge_node
from gridwire.cli.doctor.aerospike_node import Kind, questions, read_node
from gridwire.cli.doctor.certificates import Certificate, Handshake
from gridwire.cli.doctor.clock import Reading, judge_clocks
from gridwire.cli.doctor.findings import MAX_TEXT_CHARS, Report, Status, failed, fine, warned
from gridwire.cli.doctor.hazelcast_door import Entry
from gridwire.cli.doctor.hazelcast_judging import judge_entry, judge_version
from gridwire.cli.doctor.hazelcast_judging import judge_versions as judge_member_versions
from gridwire.cli.doctor.hazelcast_members import (
    Reach,
    judge_members,
    judge_reach,
)
from gridwire.cli.doctor.hazelcast_members import judge_routing as judge_owners
from gridwire.cli.doctor.latency import ROUND_TRIPS, judge_latency
from gridwire.cli.doctor.network import Attempt, Resolution, resolve
from gridwire.cli.doctor.network_judging import judge_connecting, judge_resolution
from gridwire.cli.doctor.settings import Settings, System, TlsSettings
from gridwire.cli.doctor.tls_judging import judge_handshake, judge_plain
from gridwire.hazelcast.control.handshake import Admission
from gridwire.hazelcast.core import Address, MemberInfo, MemberVersion

OK, SKIPPED, WARNING, FAILED = Status
HERE = Endpoint("db.example", 5701)
SETTINGS = Settings(System.HAZELCAST, (HERE,))
NODES = Settings(System.AEROSPIKE, (HERE,))


# -- findings ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statuses", "worst", "exit_status"),
    [
        ([], OK, 0),
        ([OK, SKIPPED], OK, 0),
        ([OK, WARNING, SKIPPED], WARNING, 3),
        ([WARNING, FAILED, OK], FAILED, 1),
    ],
)
def test_the_worst_finding_decides(statuses, worst, exit_status):
    findings = tuple(replace(fine("a", "b", "c"), status=status) for status in statuses)
    report = Report("hazelcast", ("a:1",), findings, 0.1)
    assert (report.status, report.exit_status) == (worst, exit_status)


def test_a_peer_cannot_draw_on_a_terminal():
    found = warned("a", "\x1b[2J", "say \x07\x9b1m", "\r\nok", name="\x1b]0;x\x07", names=["\x00"])
    texts = [found.target, found.summary, found.change, found.facts["name"], *found.facts["names"]]
    assert all(text.isprintable() for text in texts)
    assert found.target == "\\x1b[2J"


def test_a_peer_cannot_fill_a_screen():
    found = fine("a", "b", "x" * 100_000, name="y" * 100_000)
    assert len(found.summary) == len(found.facts["name"]) == MAX_TEXT_CHARS + 3


def test_nothing_shows_a_password():
    tls = TlsSettings(key_password="k3y")
    settings = Settings(System.HAZELCAST, (HERE,), user="ann", password="s3cret", tls=tls)
    assert "s3cret" not in repr(settings)
    assert "k3y" not in repr(settings)


# -- the network ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "port"),
    [("127.0.0.1", 700_000), ("127.0.0.1", 0), ("127.0.0.1", -5), ("x" * 70, 5701), ("a\0b", 5701)],
)
def test_what_a_member_may_announce_and_nobody_can_use(host, port):
    found = judge_resolution("a:1", asyncio.run(resolve(host, port, 5.0)))
    assert (found.status, found.facts["addresses"]) == (FAILED, [])


def test_a_resolver_that_is_silent(monkeypatch):
    # Its thread ends when the test does; nobody waits for it.
    over = threading.Event()

    def look_up(*arguments, **options):
        if options.get("flags"):
            raise OSError
        over.wait(30)
        return []

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    found = judge_resolution("a:1", asyncio.run(resolve("db.example", 5701, 0.05)))
    over.set()
    assert "no answer within 0.05 s" in found.summary


def test_what_a_resolver_tells_is_what_clients_try(monkeypatch):
    links = [("fe80::1", 5701, 0, zone) for zone in (2, 3)]
    many = [(f"10.0.{n // 250}.{n % 250}", 5701) for n in range(5000)]

    def look_up(*arguments, **options):
        if options.get("flags"):
            raise OSError
        return [(None, None, 0, "", place) for place in (*links, *links, *many)]

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    seen = asyncio.run(resolve("db.example", 5701, 5.0))
    assert seen.addresses[:3] == ("fe80::1%2", "fe80::1%3", "10.0.0.0")
    assert len(seen.addresses) == MAX_ADDRESSES


def test_a_slow_resolver():
    seen = Resolution("db.example", ("10.0.0.1", "::1"), 2.5, is_name=True)
    found = judge_resolution("db.example:1", seen)
    assert found.status is WARNING
    assert found.facts["addresses"] == ["10.0.0.1", "::1"]


@pytest.mark.parametrize(
    ("failure", "word"),
    [("refused", "port"), ("timeout", "firewall"), ("unreachable", "route"), ("other", "network")],
)
def test_why_nobody_answers(failure, word):
    found = judge_connecting("a:1", [Attempt("10.0.0.1", 1.0, failure, "no")], "a member")
    assert found.status is FAILED
    assert word in found.change


def test_an_address_of_several_that_does_not_answer():
    seen = [Attempt("10.0.0.1", 1.0, "timeout", "no answer"), Attempt("10.0.0.2", 0.1)]
    found = judge_connecting("a:1", seen, "a member")
    assert (found.status, found.facts["address"]) == (WARNING, "10.0.0.2")
    assert "10.0.0.1" in found.summary


def test_credentials_in_clear():
    settings = replace(SETTINGS, user="ann", password="s3cret")
    assert judge_plain("a:1", settings, is_local=False).status is WARNING
    assert judge_plain("a:1", settings, is_local=True).status is SKIPPED
    assert judge_plain("a:1", SETTINGS, is_local=False).status is SKIPPED


@pytest.mark.parametrize(("days", "status"), [(31, OK), (29, WARNING)])
def test_a_certificate_near_its_end(days, status):
    certificate = Certificate("CN=a", "CN=b", ("a",), 0.0, 86_400.0 * days)
    seen = Handshake("a", 0.1, 0.0, "TLSv1.3", "AES", certificate)
    found = judge_handshake("a:1", seen, "the member", is_plain=False, can_name=False)
    assert (found.status, found.facts["days_left"]) == (status, days)


def test_a_silent_handshake():
    seen = Handshake("a", 5.0, 0.0, error=TimeoutError())
    found = judge_handshake("a:1", seen, "the member", is_plain=False, can_name=False)
    assert (found.status, found.facts["failure"]) == (FAILED, "silent")


# -- latency and clocks -----------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "status"), [(0.049, OK), (0.051, WARNING)])
def test_slow_round_trips(seconds, status):
    found = judge_latency("a:1", [seconds] * 19 + [2.0])
    assert found.status is status
    assert found.facts["median_seconds"] == seconds
    assert found.facts["max_seconds"] == found.facts["p99_seconds"] == 2.0


def test_round_trips_that_are_not_answered():
    found = judge_latency("a:1", [0.001] * 3, "no answer within 5 s")
    assert found.status is FAILED
    assert f"3 of {ROUND_TRIPS}" in found.summary


@pytest.mark.parametrize(
    ("ahead", "within", "status"),
    [(4.9, 0.0, OK), (5.1, 0.0, WARNING), (-5.1, 0.0, WARNING), (-5.4, 0.5, OK)],
)
def test_a_clock_beside_ours(ahead, within, status):
    (found,) = judge_clocks([Reading("a", ahead, within)])
    assert found.status is status
    assert (("behind" in found.summary) is (ahead < 0)) or status is OK


def test_clocks_beside_each_other():
    *ours, among = judge_clocks([Reading("a", -4.0, 0.1), Reading("b", 4.0, 0.1)])
    assert [one.status for one in ours] == [OK, OK]
    assert (among.target, among.status) == ("cluster", WARNING)


# -- Hazelcast --------------------------------------------------------------------------------


def member(number=1, version="5.7.0", lite=False, host="10.0.0.1"):
    numbers = MemberVersion(*map(int, version.split(".")))
    return MemberInfo(Address(host, 5700 + number), UUID(int=number), {}, lite, numbers)


@pytest.mark.parametrize(
    ("version", "status"),
    [
        ("4.0", OK),
        ("5.7.0", OK),
        ("5.7.0-SNAPSHOT", OK),
        ("3.12.13", FAILED),
        ("", FAILED),
        ("x", FAILED),
        ("5.8.0", WARNING),
        ("6.0.0", WARNING),
        ("9" * 500 + ".1", FAILED),
    ],
)
def test_versions_of_members(version, status):
    assert judge_version("a:1", version).status is status


@pytest.mark.parametrize(
    ("versions", "status"),
    [(["5.7.0", "5.7.0"], OK), (["5.3.1", "5.3.8"], OK), (["5.3.8", "5.4.0"], WARNING)],
)
def test_a_mixed_cluster(versions, status):
    members = [member(number, version) for number, version in enumerate(versions, 1)]
    assert judge_member_versions(members).status is status


def test_member_lists():
    assert judge_members([member()], 1).status is OK
    assert judge_members([member(lite=True)], 1).status is FAILED
    assert judge_members([member(), member(2)], 1).status is WARNING


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("not-allowed", "Management Center"),
        ("serialization", "4.0"),
        ("error", "log"),
        ("ended", "5701"),
        ("silent", "5701"),
        ("nonsense", "5701"),
    ],
)
def test_members_that_let_nobody_in(kind, word):
    (found,) = judge_entry("a:1", Entry(kind, 0.1, text="why"), SETTINGS)
    assert (found.status, found.facts["failure"]) == (FAILED, kind)
    assert word in found.change


def test_a_member_that_does_not_look_at_credentials():
    admission = Admission(UUID(int=1), None, "5.7.0", 271, UUID(int=2), None, None)
    settings = replace(SETTINGS, user="ann", password="s3cret")
    entry = Entry("admitted", 0.1, admission, open_to_all=True)
    (found,) = judge_entry("a:1", entry, settings)
    assert (found.status, "s3cret" in str(found)) == (WARNING, False)
    (found,) = judge_entry("a:1", replace(entry, open_to_all=False), settings)
    assert found.status is OK


def test_an_end_behind_a_good_handshake():
    settings = replace(SETTINGS, tls=TlsSettings())
    (found,) = judge_entry("a:1", Entry("ended", 0.1), settings)
    assert "--certfile" in found.change


def reach(**facts):
    return Reach(
        member(), Endpoint("10.0.0.1", 5701), None, failed("connect", "a", "no", "x"), **facts
    )


def test_ways_out_of_a_wrong_address():
    public = Endpoint("5.6.7.8", 5701)
    found = judge_reach(reach(public=public, public_answers=True), uses_public=False)
    assert (found.status, "use_public_ip=True" in found.change) == (FAILED, True)
    found = judge_reach(reach(public=public, public_answers=False), uses_public=False)
    assert "does not answer either" in found.change
    found = judge_reach(reach(), uses_public=False)
    assert "address_translator" in found.change
    outside = replace(reach(), endpoint=Endpoint("db.example", 5701))
    assert "firewalls" in judge_reach(outside, uses_public=False).change
    tls = replace(reach(), trouble=failed("tls", "a", "expired", "Renew it."))
    assert judge_reach(tls, uses_public=False).change == "Renew it."
    other = replace(reach(), answered_by=UUID(int=7))
    found = judge_reach(other, uses_public=False)
    assert (found.status, "another member" in found.summary) == (FAILED, True)
    given = replace(reach(), entered_at="db.example:5701")
    assert judge_reach(given, uses_public=False).status is WARNING


def test_a_member_that_is_down_among_others_that_answer():
    for public in (None, Endpoint("5.6.7.8", 5701)):
        down = reach(public=public, public_answers=None if public is None else False)
        change = judge_reach(down, uses_public=False, others_reached=True).change
        assert "whether this one runs" in change
        assert "address_translator" not in change
        assert "<public-address>" not in change
    # One that came in elsewhere runs for certain, whatever others do.
    given = judge_reach(reach(entered_at="db.example:5701"), uses_public=False, others_reached=True)
    assert "address_translator" in given.change
    assert "runs" not in given.change


def test_a_private_address_may_be_good_and_the_member_down():
    change = judge_reach(reach(), uses_public=False).change
    assert "Check that the member runs" in change
    assert "<public-address>" in change


@pytest.mark.parametrize("others", [True, False])
@pytest.mark.parametrize("host", ["10.0.0.1", "db.example"])
def test_who_takes_connections_and_then_is_silent_is_looked_at(host, others):
    silent = failed("authentication", "a", "silent", "Is it a member?")
    quiet = replace(reach(), endpoint=Endpoint(host, 5701), trouble=silent)
    change = judge_reach(quiet, uses_public=False, others_reached=others).change
    assert change.startswith("Look at this member: it takes connections")
    assert change.endswith("Is it a member?")
    # The name of nobody is no member to look at.
    nobody = replace(quiet, trouble=failed("resolve", "a", "unknown", "x"))
    assert "<public-address>" in judge_reach(nobody, uses_public=False).change


ONE, TWO = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("owners", "reached", "status", "fact"),
    [
        ([(ONE, [0, 1]), (TWO, [2, 3])], {ONE, TWO}, OK, "owned"),
        (None, set(), SKIPPED, "partition_count"),
        ([], set(), SKIPPED, "partition_count"),
        ([(ONE, [0, 1]), (TWO, [2])], {ONE, TWO}, FAILED, "without_owner"),
        ([(ONE, [0, 1, 2]), (TWO, [2, 3])], {ONE, TWO}, FAILED, "with_several_owners"),
        ([(ONE, [0, 1]), (UUID(int=9), [2, 3])], {ONE, TWO}, FAILED, "owner_unknown"),
        ([(ONE, [0, 1]), (TWO, [2, 3])], {ONE}, FAILED, "owner_unreachable"),
    ],
)
def test_owners_of_partitions(owners, reached, status, fact):
    found = judge_owners(4, owners, [member(1), member(2)], reached)
    assert found.status is status
    assert found.facts[fact]


# -- Aerospike --------------------------------------------------------------------------------

KIND = Kind(tls=False, alternate=False)


def node(name="A1", held=None, **answers):
    """A node of a cluster of two; `answers` are those that differ."""
    told = {
        "node": name,
        "build": "8.1.2.0",
        "edition": "Aerospike Community Edition",
        "cluster-name": "docker",
        "namespaces": "test",
        "partition-generation": "3",
        "statistics": "cluster_key=ABC;cluster_size=2;cluster_integrity=true",
        "peers-clear-std": f"1,3000,[[{'A2' if name == 'A1' else 'A1'},,[10.0.0.2]]]",
        "service-clear-std": "10.0.0.1:3000",
        "namespace/test": "stop_writes=false;ns_cluster_size=2;replication-factor=2",
        **{key.replace("__", "/").replace("_", "-"): value for key, value in answers.items()},
    }
    found = read_node("a:1", told, KIND)
    return replace(found, claims={"test": Claim(0, (tuple(held),))} if held is not None else {})


def test_what_nodes_are_asked_exists_for_both_networks():
    names = questions(Kind(tls=True, alternate=True))
    assert {"peers-tls-alt", "service-tls-alt", "peers-tls-std", "service-tls-std"} <= set(names)


def test_a_node_is_read():
    found = node()
    assert [str(one) for one in found.services] == ["10.0.0.1:3000"]
    assert [peer.name for peer in found.peers] == ["A2"]
    assert found.stats["test"]["ns_cluster_size"] == "2"


@pytest.mark.parametrize(("build", "status"), [("6.0.0.1", OK), ("5.7.0.4", FAILED), ("", FAILED)])
def test_versions_of_nodes(build, status):
    found = judge_node(node(build=build), NODES)
    assert next(one for one in found if one.check == "version").status is status


def test_nodes_of_two_versions():
    assert judge_versions([node(), node("A2")]).status is OK
    assert judge_versions([node(), node("A2", build="7.0.0.0")]).status is WARNING


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (60, "create the user"),
        (62, "Check the password"),
        (65, "Check the password"),
        (51, "Leave --user out"),
        (63, "Set a new password"),
        (82, "allowlist"),
        (81, "roles"),
    ],
)
def test_why_nodes_let_nobody_in(code, word):
    settings = replace(NODES, user="ann", password="s3cret")
    before = Greeting("refused", 0.1, code=80)
    found = judge_login("a:1", before, Greeting("refused", 0.1, code=code), settings)
    assert (found.status, found.facts["code"]) == (FAILED, code)
    assert word in found.change
    assert "s3cret" not in str(found)


def test_a_login_that_was_not_needed():
    settings = replace(NODES, user="ann", password="s3cret")
    inside = Greeting("admitted", 0.1, {"node": "A1"})
    assert judge_login("a:1", inside, inside, settings).status is WARNING
    before = Greeting("refused", 0.1, code=80)
    assert judge_login("a:1", before, inside, settings).status is OK


@pytest.mark.parametrize(
    ("second", "status"),
    [
        ({}, OK),
        ({"statistics": "cluster_key=DEF;cluster_size=2"}, FAILED),
        ({"statistics": "cluster_key=ABC;cluster_size=1"}, FAILED),
        ({"statistics": "cluster_key=ABC;cluster_size=2;cluster_integrity=false"}, FAILED),
        ({"cluster_name": "other"}, FAILED),
        ({"peers_clear_std": "1,3000,[[A1,,[10.0.0.1]],[A3,,[10.0.0.3]]]"}, WARNING),
    ],
)
def test_whether_nodes_agree(second, status):
    assert judge_agreement([node(), node("A2", **second)]).status is status


def test_data_that_is_moved():
    busy = node(
        namespace__test="migrate_tx_partitions_remaining=3;migrate_rx_partitions_remaining=4"
    )
    assert judge_migrations([node("A2")]).status is OK
    found = judge_migrations([node("A2"), busy])
    assert (found.status, found.facts["remaining"]) == (WARNING, 7)


@pytest.mark.parametrize(
    ("first", "second", "status", "fact"),
    [
        (range(2000), range(2000, 4096), OK, None),
        (range(2000), range(2000, 4095), FAILED, "without_master"),
        (range(2001), range(2000, 4096), WARNING, "with_several_masters"),
        (range(4096), None, OK, None),
    ],
)
def test_masters_of_partitions(first, second, status, fact):
    found = judge_routing("test", [node("A1", first), node("A2", second)], all_asked=True)
    assert found.status is status
    assert fact is None or found.facts[fact] == 1


def test_masters_that_were_not_asked():
    found = judge_routing("test", [node("A1", range(2000))], all_asked=False)
    assert "cannot be reached" in found.change


@pytest.mark.parametrize(
    ("stats", "status", "word"),
    [
        ("stop_writes=false;ns_cluster_size=2;replication-factor=2", OK, "takes"),
        ("stop_writes=true", FAILED, "full"),
        ("clock_skew_stop_writes=true", FAILED, "clocks"),
        ("unavailable_partitions=4", FAILED, "unavailable"),
        ("dead_partitions=4", FAILED, "dead"),
        ("hwm_breached=true", WARNING, "high-water"),
        ("data_avail_pct=9", WARNING, "9%"),
        ("device_available_pct=5", WARNING, "5%"),
        ("data_avail_pct=10", OK, "takes"),
        ("ns_cluster_size=1;replication-factor=2", WARNING, "replication-factor"),
    ],
)
def test_the_state_of_a_namespace(stats, status, word):
    (found,) = judge_namespace("test", [node(namespace__test=stats)])
    assert found.status is status
    assert word in found.summary


def test_a_namespace_that_is_not_everywhere():
    found = judge_namespace("test", [node(), node("A2", namespaces="other")])
    assert [one.status for one in found] == [FAILED]
    assert "A2" in found[0].summary
