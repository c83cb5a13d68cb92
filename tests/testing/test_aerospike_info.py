# SPDX-License-Identifier: Apache-2.0
"""The text protocol of a test node, and who is asked before something is done."""

from __future__ import annotations

from base64 import b64decode

import pytest

from gridwire.aerospike.protocol.admin import Command, encode_admin, read_admin
from gridwire.aerospike.protocol.info import encode_info, read_info
from gridwire.aerospike.protocol.message import read_head
from gridwire.testing._aerospike import codes
from gridwire.testing._aerospike.namespaces import Namespace
from gridwire.testing._aerospike.views import Peer, Replicas, SingleNode, bitmap
from support.aerospike_nodes import NOON, Reply, Talk


@pytest.fixture
def talk():
    return Talk()


class TestCluster:
    class View(SingleNode):
        def size(self, node):
            return 2

        def peers_generation(self, node):
            return 7

        def replicas(self, node, namespace):
            return Replicas(3, (bitmap([0, 9, 4095]), bitmap([1])))

        def peers(self, node, kind):
            if kind.tls:
                return (Peer("B2", "tls-name", ("[::1]:4333",)),)
            port = 3001 if kind.alternate else 3000
            return (Peer("B2", "", (f"10.0.0.2:{port}",)), Peer("C3", "", ("[::1]:3002",)))

        def addresses(self, node, kind):
            return ("10.0.0.1:3000", "[::1]:3000")

    @pytest.fixture
    def talk(self):
        namespaces = (Namespace("test"), Namespace("bar"))
        return Talk(self.View("A1", namespaces, "127.0.0.1:3000", "docker"))

    def test_peers_and_addresses(self, talk):
        assert talk.info("peers-clear-std") == "7,3000,[[B2,,[10.0.0.2]],[C3,,[[::1]:3002]]]"
        assert talk.info("peers-clear-alt").endswith("[[B2,,[10.0.0.2:3001]],[C3,,[[::1]:3002]]]")
        assert talk.info("peers-tls-std") == "7,3000,[[B2,tls-name,[[::1]:4333]]]"
        assert talk.info("service-clear-std") == "10.0.0.1:3000,[::1]:3000"

    def test_replicas(self, talk):
        (name, first, second), bar = map(_parts, talk.info("replicas").split(";"))
        assert name == "test"
        assert bar[0] == "bar"
        assert b64decode(first) == b"\x80\x40" + bytes(509) + b"\x01"
        assert b64decode(second)[0] == 0x40
        assert talk.info("replicas:max=1").split(";")[0].split(",")[1] == "1"

    def test_stability(self, talk):
        assert talk.info("cluster-stable:size=2") == talk.info("cluster-stable:")
        assert talk.info("cluster-stable:size=1").startswith("ERROR:7:")


def _parts(text):
    name, _, rest = text.partition(":")
    regime, count, *bitmaps = rest.split(",")
    assert (regime, count) == ("3", "2")
    return name, *bitmaps


class TestTruncate:
    def test_records_written_in_the_same_instant_go_or_stay_by_order(self, talk):
        talk.put(1, {"a": 1})
        assert talk.info("truncate:namespace=test;set=s") == "ok"
        assert talk.get(1).code == codes.NOT_FOUND
        talk.put(1, {"a": 2})
        assert talk.get(1).bins == [("a", 2)]

    def test_only_what_was_last_written_before_a_time(self, talk):
        talk.put(1, {"a": 1})
        talk.put(2, {"a": 1}, set_name="t")
        talk.now += 10
        talk.put(3, {"a": 1})
        between = int((NOON + 5) * 1e9)
        assert talk.info(f"truncate:namespace=test;set=s;lut={between}") == "ok"
        assert [talk.get(key, set_name="").code for key in (1, 2, 3)] == [2, 0, 0]
        assert talk.info(f"truncate-namespace:namespace=test;lut={between}") == "ok"
        assert [talk.get(key, set_name="").code for key in (1, 2, 3)] == [2, 2, 0]
        assert "truncate_lut=" in talk.info("sets/test/s")

    @pytest.mark.parametrize(
        ("line", "answer"),
        [
            ("truncate:namespace=test;set=s;lut=0", "ERROR:4:would truncate to 0"),
            ("truncate:namespace=test;set=s;lut=-5", "ERROR:4:would truncate to 0"),
            ("truncate:set=s", "ERROR:20:missing 'namespace'"),
            ("truncate:namespace=test", "ERROR:4:missing 'set'"),
            ("truncate-undo:namespace=test", "ERROR:4:missing 'set'"),
            (f"truncate-namespace:namespace={'n' * 32}", "ERROR:4:'namespace' value too long"),
            (f"truncate:namespace=test;set=s;lut={2**63}", "ERROR:4:would truncate in the future"),
        ],
    )
    def test_what_it_refuses(self, talk, line, answer):
        talk.put(1, {"a": 1})
        assert talk.info(line) == answer
        assert talk.get(1).code == 0


class TestConfiguration:
    @pytest.mark.parametrize(
        "line",
        [
            "set-config:context=namespace;namespace=test;replication-factor=2",
            "set-config:context=namespace;namespace=test;nothing=2",
            "set-config:context=namespace;namespace=test;default-ttl=-2",
            "set-config:context=namespace;namespace=test;disallow-null-setname=1",
            "set-config:context=service;cluster-name=other",
            "set-config:context=service",
        ],
    )
    def test_what_cannot_be_changed(self, talk, line):
        before = talk.info("get-config:context=namespace;namespace=test")
        assert talk.info(line) == "ERROR:4:invalid set-config parameter"
        assert talk.info("get-config:context=namespace;namespace=test") == before

    def test_a_change_shows(self, talk):
        assert talk.info("set-config:context=service;batch-max-requests=17") == "ok"
        assert "batch-max-requests=17;" in talk.info("get-config:context=service")

    def test_names_with_and_without_the_storage_engine(self, talk):
        line = "set-config:context=namespace;namespace=test;stop-writes-used-pct=90"
        assert talk.info(line) == "ok"
        shown = talk.info("get-config:context=namespace;namespace=test")
        assert "storage-engine.stop-writes-used-pct=90" in shown


def test_names_of_clients_are_known_while_they_are_connected(talk):
    other = talk.node.connect()
    for connection in (talk.connection, other):
        talk.node.handle(connection, encode_info(["user-agent-set:value=Zm9v"]))
    assert talk.info("user-agents") == "user-agent=Zm9v:count=2"
    talk.node.disconnect(other)
    assert talk.info("user-agents") == "user-agent=Zm9v:count=1"
    assert "client_connections=1;client_connections_opened=2;" in talk.info("statistics")


def test_an_empty_request_asks_for_the_usual_values(talk):
    (answer,) = talk.send(bytes((2, 1, 0, 0, 0, 0, 0, 0)))
    values = read_info(answer)
    assert values["build"] == "8.1.2.0"
    assert not [value for value in values.values() if value.startswith("ERROR")]


class Guard:
    """Lets those in who said a word on the security protocol."""

    def answer(self, connection, message):
        connection.user = "somebody"
        return [encode_admin(Command.LOGIN, {})]

    def refuses_info(self, connection, message):
        return 0 if connection.user else 80

    def refuses(self, connection, message):
        return 0 if connection.user else 80

    def refuses_request(self, connection, request):
        return 0


def test_security_is_asked_first():
    talk = Talk(security=Guard())
    assert talk.get(1) == Reply(80, 0, 0, [])
    assert talk.info("build").startswith("ERROR:80:")
    batch = talk.send(bytes.fromhex("0203000000000016 1608") + bytes(20))
    head = read_head(batch[0])
    assert (head.result, head.info3) == (80, 1)
    assert read_admin(talk.send(encode_admin(Command.LOGIN, {}))[0]).result == 0
    assert talk.get(1).code == codes.NOT_FOUND
    assert talk.info("build") == "8.1.2.0"


def test_the_community_edition_has_no_security(talk):
    answer = read_admin(talk.send(encode_admin(Command.QUERY_USERS, {}))[0])
    assert answer.result == codes.SECURITY_NOT_SUPPORTED
