# SPDX-License-Identifier: Apache-2.0
"""Real members: how they are configured, how they come and go, and that none is left over."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from gridwire.testing import real
from gridwire.testing._real_config import MemberSettings
from gridwire.testing._real_member import free_ports
from gridwire.testing.real import REAL_VERSIONS, RealCluster, RealMemberError, unavailable

SPACE = {"h": "http://www.hazelcast.com/schema/config"}


def settings(**changes: object) -> MemberSettings:
    values = {
        "java": "java",
        "jar": Path("hazelcast.jar"),
        "version": "5.7.0",
        "cluster_name": "name",
        "heap": "256m",
        "fast_start": True,
        "properties": {},
        "extra_config": "",
    }
    return MemberSettings(**{**values, **changes})


def test_members_see_only_each_other():
    config = ET.fromstring(settings().config_xml(20001, [20001, 20002]))
    join = config.find("h:network/h:join", SPACE)
    assert [each.text for each in join.iterfind("h:tcp-ip/h:member-list/h:member", SPACE)] == [
        "127.0.0.1:20001",
        "127.0.0.1:20002",
    ]
    assert join.find("h:multicast", SPACE).get("enabled") == "false"
    assert join.find("h:auto-detection", SPACE).get("enabled") == "false"
    port = config.find("h:network/h:port", SPACE)
    assert (port.text, port.get("auto-increment")) == ("20001", "false")


def test_configuration_escapes_what_it_is_given():
    odd = "<&\"'>"
    text = settings(cluster_name=odd, properties={odd: odd}).config_xml(20001, [20001])
    config = ET.fromstring(text)
    assert config.find("h:cluster-name", SPACE).text == odd
    properties = {each.get("name"): each.text for each in config.iterfind(".//h:property", SPACE)}
    assert properties[odd] == odd
    assert properties["hazelcast.phone.home.enabled"] == "false"
    assert properties["hazelcast.socket.bind.any"] == "false"


def test_configuration_takes_more():
    text = settings(extra_config='<map name="m"><backup-count>0</backup-count></map>').config_xml(
        1, []
    )
    assert ET.fromstring(text).find("h:map", SPACE).get("name") == "m"


def test_classes_of_the_user_are_on_the_class_path(tmp_path: Path):
    command = settings(classpath=(tmp_path,)).command(tmp_path / "hazelcast.xml")
    assert command[command.index("-cp") + 1] == os.pathsep.join(["hazelcast.jar", str(tmp_path)])


def test_free_ports_avoid_those_in_use():
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        found = free_ports(20, taken=[taken])
    assert len(set(found)) == 20
    assert taken not in found


def test_absence_is_explained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("GRIDWIRE_CACHE", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert unavailable() == "java and mvn not found"
    with pytest.raises(RealMemberError, match="java not found"):
        RealCluster()
    with pytest.raises(RealMemberError, match="mvn not found"):
        real.member_jar("5.7.0")
    program(tmp_path / "java", "echo 'openjdk version \"11.0.2\"' >&2")
    assert unavailable() == "mvn not found"
    (tmp_path / "hazelcast-5.7.0.jar").touch()
    assert unavailable(["5.7.0"]) == "java 11 found, but members need 17 or later"
    assert unavailable(["5.7.0", "4.2.8"]) == "mvn not found"


def program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_a_failed_fetch_shows_what_maven_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    program(tmp_path / "mvn", "echo no such artifact; exit 3")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("GRIDWIRE_CACHE", str(tmp_path / "cache"))
    with pytest.raises(RealMemberError, match=r"(?s)5\.7\.0 \(exit 3\).*no such artifact"):
        real.member_jar("5.7.0")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_member_that_does_not_start_shows_its_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    program(tmp_path / "java", "echo the heap is too small; exit 1")
    (tmp_path / "hazelcast-5.7.0.jar").touch()
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setenv("GRIDWIRE_CACHE", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(RealMemberError, match=r"(?s)ended while starting.*the heap is too small"):
        RealCluster("5.7.0")


def answers(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=10).close()
    except ConnectionRefusedError:
        return False
    return True


def test_a_member_of_each_version_listens(real_version: str, real_cluster: RealCluster):
    assert real_cluster.version == real_version
    assert len(real_cluster.addresses) == 1
    assert answers(real_cluster.addresses[0])
    assert f"[{real_cluster.cluster_name}] [{real_version}]" in real_cluster.members[0].log()


@pytest.mark.slow
def test_members_come_and_go(own_real_cluster, real_version: str):
    cluster = own_real_cluster(version=real_version, members=3)
    addresses = cluster.addresses
    assert len(set(addresses)) == 3

    cluster.kill(0)
    assert cluster.addresses == addresses[1:]
    assert not answers(addresses[0])

    assert cluster.restart_member(0).address == addresses[0]
    assert cluster.addresses == addresses
    with pytest.raises(RealMemberError, match="runs"):
        cluster.restart_member(0)

    cluster.start_member()
    assert len(cluster.addresses) == 4
    assert all(answers(address) for address in cluster.addresses)

    pids = [member.pid for member in cluster.members]
    cluster.stop()
    assert cluster.addresses == []
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    cluster.stop()


@pytest.mark.slow
def test_a_paused_member_is_silent_and_still_stops(own_real_cluster):
    cluster = own_real_cluster()
    member = cluster.members[0]
    member.pause()
    assert member.running
    member.resume()
    member.pause()
    cluster.stop()
    with pytest.raises(RealMemberError, match="does not run"):
        member.resume()


@pytest.mark.slow
def test_a_taken_port_is_tried_once_only(own_real_cluster, monkeypatch: pytest.MonkeyPatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        given = [[taken]]
        monkeypatch.setattr(
            real,
            "free_ports",
            lambda *args, **kw: given.pop() if given else free_ports(*args, **kw),
        )
        cluster = own_real_cluster()
        assert given == []
        assert cluster.addresses != [f"127.0.0.1:{taken}"]


@pytest.mark.slow
@pytest.mark.real_member
def test_members_end_with_whoever_started_them(tmp_path: Path):
    code = (
        "from gridwire.testing.real import RealCluster\n"
        "cluster = RealCluster()\n"
        "print(cluster.members[0].pid, flush=True)\n"
        "input()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # Nobody is left to remove its files.
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as starter:
        member = os.pidfd_open(int(starter.stdout.readline()))
        try:
            starter.send_signal(signal.SIGKILL)
            ended, _, _ = select.select([member], [], [], 30)
            assert ended
        finally:
            os.close(member)


@pytest.mark.parametrize("version", REAL_VERSIONS)
def test_versions_have_a_schema(version: str):
    assert f"hazelcast-config-{version[:3]}.xsd" in settings(version=version).config_xml(1, [1])
