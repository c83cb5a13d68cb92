# SPDX-License-Identifier: Apache-2.0
"""Users of an Aerospike test cluster: passwords, sessions, roles, certificates."""

from __future__ import annotations

import ssl

import pytest

from gridwire.aerospike.protocol import flags
from gridwire.aerospike.protocol.admin import (
    Command,
    Field,
    authenticate_request,
    encode_admin,
    login_request,
)
from gridwire.aerospike.protocol.proto import ADMIN, frame
from gridwire.testing import AerospikeCluster, ClusterError, ClusterOptionError, UserOptions
from support.aerospike_socket import SocketTalk

pytest.importorskip("bcrypt")
trustme = pytest.importorskip("trustme")

from gridwire.testing._aerospike.accounts import hashed_password  # noqa: E402

USERS = {
    "ann": "secret",
    "bob": ("watch", ["read"]),
    "root": ("toor", ["user-admin"]),
    "eve": UserOptions("ldap", external=True),
}
WRONG = hashed_password("wrong")


@pytest.fixture
def cluster():
    with AerospikeCluster(nodes=1, users=USERS, session_seconds=600) as cluster:
        yield cluster


@pytest.fixture
def talk(cluster):
    with SocketTalk(cluster.nodes[0]) as talk:
        yield talk


def login(talk, user, password):
    return talk.admin(login_request(user, hashed_password(password), None))


def named(command, **fields):
    return encode_admin(
        command, {int(Field[name.upper()]): value for name, value in fields.items()}
    )


def roles(*names):
    return bytes((len(names),)) + b"".join(bytes((len(n),)) + n.encode() for n in names)


class TestSessions:
    def test_whoever_has_not_logged_in_may_do_nothing(self, talk):
        assert talk.put(1, {"a": 1}).code == 80
        assert talk.info("node").startswith("ERROR:80")
        assert talk.admin(named(Command.QUERY_USERS)).result == 80

    def test_a_password_gives_a_session_whose_token_opens_connections(self, cluster, talk):
        answer = login(talk, "ann", "secret")
        assert answer.result == 0
        assert int.from_bytes(answer.fields[Field.SESSION_TTL], "big") == 600
        assert talk.put(1, {"a": 1}).code == 0
        token = answer.fields[Field.SESSION_TOKEN]
        with SocketTalk(cluster.nodes[0]) as other:
            assert other.admin(authenticate_request("bob", token)).result == 60
            assert other.admin(authenticate_request("ann", token)).result == 0
            assert other.get(1).bins == [("a", 1)]

    def test_sessions_end(self, cluster, talk):
        token = login(talk, "ann", "secret").fields[Field.SESSION_TOKEN]
        cluster.advance_time(601)
        assert talk.admin(authenticate_request("ann", token)).result == 66
        token = login(talk, "ann", "secret").fields[Field.SESSION_TOKEN]
        cluster.end_sessions()
        assert talk.admin(authenticate_request("ann", token)).result == 66

    def test_what_does_not_open(self, talk):
        assert talk.admin(login_request("nobody", WRONG, None)).result == 60
        assert talk.admin(login_request("ann", WRONG, None)).result == 62
        assert talk.admin(named(Command.LOGIN, user=b"ann")).result == 65
        assert talk.admin(login_request("", None, None)).result == 80
        assert talk.admin(named(Command.AUTHENTICATE)).result == 65
        assert talk.admin(authenticate_request("ann", b"x")).result == 66
        assert talk.admin(frame(ADMIN, b"")).result == 54
        assert talk.admin(frame(ADMIN, bytes((0, 0, 20, 9)) + bytes(12))).result == 55
        assert talk.put(1, {"a": 1}).code == 80

    def test_others_check_the_clear_password_of_external_users(self, talk):
        assert talk.admin(login_request("eve", WRONG, None)).result == 65
        assert talk.admin(login_request("eve", WRONG, "wrong")).result == 62
        assert talk.admin(login_request("eve", WRONG, "ldap")).result == 0

    def test_clusters_without_users_say_so(self):
        with AerospikeCluster(nodes=1) as cluster, SocketTalk(cluster.nodes[0]) as talk:
            assert talk.admin(login_request("ann", WRONG, None)).result == 51
            with pytest.raises(ClusterError):
                cluster.end_sessions()


class TestRoles:
    def test_readers_do_not_write_alone_or_with_others(self, cluster, talk):
        login(talk, "bob", "watch")
        assert talk.get(1).code == 2
        assert talk.put(1, {"a": 1}).code == 81
        assert talk.put(1, {"a": 1}, info1=flags.INFO1_READ).code == 81
        assert talk.info("truncate:namespace=test;set=s").startswith("ERROR:81")
        assert talk.info("set-config:context=service;ticker-interval=9").startswith("ERROR:81")
        assert talk.info("namespaces") == "test"

    def test_users_come_change_and_go(self, cluster, talk):
        login(talk, "root", "toor")
        pw, other = hashed_password("one"), hashed_password("two")
        create = named(Command.CREATE_USER, user=b"zoe", password=pw, roles=roles("read"))
        assert [talk.admin(create).result for _ in range(2)] == [0, 61]
        assert talk.admin(named(Command.CREATE_USER, user=b"x", roles=roles("read"))).result == 62
        wrong = named(Command.CREATE_USER, user=b"x", password=pw, roles=roles("king"))
        assert talk.admin(wrong).result == 70
        grant = {"user": b"zoe", "roles": roles("write")}
        with SocketTalk(cluster.nodes[0]) as zoe:
            assert login(zoe, "zoe", "one").result == 0
            assert zoe.put(1, {"a": 1}).code == 81
            assert talk.admin(named(Command.GRANT_ROLES, **grant)).result == 0
            assert zoe.put(1, {"a": 1}).code == 0
            assert talk.admin(named(Command.REVOKE_ROLES, **grant)).result == 0
            assert zoe.put(1, {"a": 1}).code == 81
            assert zoe.admin(named(Command.DROP_USER, user=b"ann")).result == 81
            change = {"user": b"zoe", "old_password": pw, "password": other}
            assert zoe.admin(named(Command.CHANGE_PASSWORD, **change)).result == 0
            assert zoe.admin(named(Command.CHANGE_PASSWORD, **change)).result == 62
            assert login(zoe, "zoe", "two").result == 0
            assert talk.admin(named(Command.DROP_USER, user=b"zoe")).result == 0
            assert zoe.get(1).code == 80
        assert talk.admin(named(Command.DROP_USER, user=b"zoe")).result == 60
        assert talk.admin(named(Command.SET_PASSWORD, user=b"ann", password=pw)).result == 0
        assert talk.admin(named(Command.CREATE_ROLE, role=b"x")).result == 54

    def test_users_are_listed(self, talk):
        login(talk, "root", "toor")
        talk.write(named(Command.QUERY_USERS))
        answers = [talk.read() for _ in range(len(USERS) + 1)]
        assert answers[-1][9] == 50
        assert b"user-admin" in answers[-2]
        assert talk.admin(named(Command.QUERY_USERS, user=b"nobody")).result == 60


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    found = {"authority": authority}
    for name, cert in (
        ("node", authority.issue_cert("localhost")),
        ("ann", authority.issue_cert(common_name="ann")),
    ):
        found[name] = str(folder / f"{name}.pem")
        cert.private_key_and_cert_chain_pem.write_to_path(found[name])
    found["ca"] = str(folder / "ca.pem")
    authority.cert_pem.write_to_path(found["ca"])
    return found


class TestTls:
    def test_nodes_speak_it_and_tell_their_name(self, files):
        with AerospikeCluster(nodes=2, tls={"certfile": files["node"]}) as cluster:
            context = ssl.create_default_context(cafile=files["ca"])
            node, other = cluster.nodes
            with SocketTalk(node, context) as talk:
                assert talk.put(1, {"a": 1}).code == 0
                assert f"[{other.name},localhost,[{other.address}]]" in talk.info("peers-tls-std")
                assert talk.info("service-tls-std") == node.address
            assert cluster.hosts[0] == (node.host, node.port, "localhost")

    def test_a_certificate_may_stand_for_a_password(self, files):
        tls = {"certfile": files["node"], "cafile": files["ca"]}
        with AerospikeCluster(nodes=1, tls=tls, users=USERS) as cluster:
            context = ssl.create_default_context(cafile=files["ca"])
            context.load_cert_chain(files["ann"])
            with SocketTalk(cluster.nodes[0], context) as talk:
                answer = talk.admin(login_request("", None, None))
                assert answer.result == 0
                token = answer.fields[Field.SESSION_TOKEN]
                assert talk.admin(authenticate_request(None, token)).result == 0
                assert talk.put(1, {"a": 1}).code == 0

    def test_files_that_cannot_be_used(self, tmp_path):
        with pytest.raises(ClusterOptionError):
            AerospikeCluster(nodes=1, tls={"certfile": str(tmp_path / "none")}).start()
