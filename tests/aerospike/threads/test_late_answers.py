# SPDX-License-Identifier: Apache-2.0
"""Connections of threads on which more comes than their callers wait for."""

from __future__ import annotations

import ssl
import time
from typing import Any

import pytest
import trustme

from gridwire.aerospike.cluster.attempts import Failure
from gridwire.aerospike.control.blocking_command import check_answer
from gridwire.aerospike.control.exchange import AttemptFailed
from gridwire.aerospike.exception import AerospikeTimeoutError
from support.aerospike_scripted import HOLD, reply

KEY = ("test", "demo", 1)
PATIENT = {"total_timeout": 30, "max_retries": 0, "timeout_delay": 20_000}


def answer_nobody(node: Any, message: bytes) -> str:
    return HOLD


def too_late(nodes: Any, client: Any, policy: dict[str, int]) -> None:
    nodes.first.script = answer_nobody
    with pytest.raises(AerospikeTimeoutError):
        client.get(KEY, policy)
    nodes.first.script = lambda node, message: None


def links_with_requests(nodes: Any) -> list[Any]:
    return [link for link in nodes.first.links if link.requests]


def test_a_late_answer_is_waited_for_as_the_policy_says(serve: Any, connect: Any):
    nodes = serve()
    client = connect(nodes, max_conns_per_node=1)
    too_late(nodes, client, PATIENT)
    (link,) = links_with_requests(nodes)
    nodes.release_all()
    # There is one connection only, so whoever is next waits for that answer, and does not get it.
    for number in range(5):
        record = client.get(("test", "demo", number), {"total_timeout": 0})
        assert record.bins == {"d": record.key.digest}
    assert links_with_requests(nodes) == [link]


def test_through_tls_too(serve: Any, connect: Any):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("node.example").configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    nodes = serve(tls=context)
    hosts = [(host, port, "node.example") for host, port in nodes.cluster.hosts]
    client = connect(nodes, hosts=hosts, tls=trusting, max_conns_per_node=1)
    too_late(nodes, client, PATIENT)
    (link,) = links_with_requests(nodes)
    nodes.release_all()
    for number in range(5):
        record = client.get(("test", "demo", number), {"total_timeout": 0})
        assert record.bins == {"d": record.key.digest}
    assert links_with_requests(nodes) == [link]


def test_an_answer_that_comes_in_pieces(serve: Any, connect: Any):
    nodes = serve()
    client = connect(nodes, max_conns_per_node=1)
    too_late(nodes, client, PATIENT)
    (link,) = links_with_requests(nodes)
    whole = reply(bins={"text": "x" * 5000})
    for piece in (whole[:3], whole[3:20], whole[20:4000], whole[4000:]):
        nodes.loop.call(link.transport.write, piece)
    nodes.loop.call(setattr, link, "_is_waiting", False)
    nodes.first.held.clear()
    record = client.get(("test", "demo", 7), {"total_timeout": 0})
    assert record.bins == {"d": record.key.digest}
    assert links_with_requests(nodes) == [link]


def test_without_patience_the_connection_ends(serve: Any, connect: Any, until: Any):
    nodes = serve()
    client = connect(nodes)
    too_late(nodes, client, {**PATIENT, "timeout_delay": 0})
    until(lambda: not links_with_requests(nodes))


def test_patience_ends(serve: Any, connect: Any, until: Any):
    nodes = serve()
    client = connect(nodes)
    too_late(nodes, client, {**PATIENT, "timeout_delay": 60})
    until(lambda: not links_with_requests(nodes))
    nodes.release_all()
    assert client.get(KEY).bins


def test_what_is_no_answer_ends_the_connection(serve: Any, connect: Any, until: Any):
    nodes = serve()
    client = connect(nodes)
    too_late(nodes, client, PATIENT)
    (link,) = links_with_requests(nodes)
    nodes.loop.call(link.transport.write, b"no answer at all")
    until(lambda: link not in nodes.first.links)
    assert client.get(KEY).bins


def test_closing_does_not_wait_for_late_answers(serve: Any, connect: Any, until: Any):
    nodes = serve()
    client = connect(nodes)
    too_late(nodes, client, PATIENT)
    client.close()
    until(lambda: not nodes.first.links)


@pytest.mark.parametrize("behind", [b"\0", b"garbage behind it", reply()])
def test_what_comes_behind_an_answer_does_not_take_it_away(
    serve: Any, connect: Any, until: Any, behind: bytes
):
    nodes = serve()
    client = connect(nodes)
    right, nodes.first.answer = nodes.first.answer, lambda message: reply(bins={"a": 1}) + behind
    assert client.get(KEY).bins == {"a": 1}
    nodes.first.answer = right
    # Nobody gets that connection again.
    record = client.get(KEY)
    assert record.bins == {"d": record.key.digest}
    until(lambda: len(links_with_requests(nodes)) == 1)


def test_what_is_late_before_it_is_sent_is_not_sent(serve: Any, connect: Any):
    nodes = serve()
    client = connect(nodes)
    assert client.get(KEY).bins
    (node,) = client._engine._control.core.nodes.values()
    sent = nodes.first.requests
    payload = client._requests.get(KEY, None).payload
    with pytest.raises(AttemptFailed) as caught:
        node.exchange(payload, time.monotonic() - 1, check_answer)
    assert caught.value.failure is Failure.WAITING
    assert client.get(KEY).bins
    assert nodes.first.requests == sent + 1
    # The connection that it would have gone over is as good as before.
    assert len(links_with_requests(nodes)) == 1
