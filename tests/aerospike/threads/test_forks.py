# SPDX-License-Identifier: Apache-2.0
"""Children of a program with a client for threads connect anew, and never harm their parent."""

from __future__ import annotations

import os
from typing import Any

import pytest

from gridwire.testing import AerospikeCluster
from support.forking import run_program

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform cannot fork")


@pytest.fixture(scope="module")
def family() -> Any:
    """What a parent of many children tells."""
    with (
        AerospikeCluster(nodes=1) as cluster,
        AerospikeCluster(nodes=1) as late,
        late.delay(0.2, answers="*"),
    ):
        ports = [one.hosts[0][1] for one in (cluster, late)]
        return run_program("aerospike_parent.py", *ports)


def test_however_children_end_the_parent_goes_on(family: Any):
    ways = family["ways"]
    assert ways.pop("shared") == []
    for way, (told, after, same_sockets) in ways.items():
        assert "error" not in str(told), (way, told)
        assert (after, same_sockets) == ("parent", True), way


def test_children_of_a_busy_program(family: Any):
    load = family["load"]
    assert load["children"] == [100] * 8
    assert load["wrong"] == []
    assert load["written"] == list(range(1, 9))


def test_a_child_is_not_kept_from_connecting_by_its_parents_thread(family: Any):
    told, parent = family["connecting"]
    assert told == [{"value": True}, True]
    assert parent


def test_a_signal_handler_that_forks_in_the_middle_of_a_call(family: Any):
    handlers = family["handlers"]
    for name in ("get", "batch", "increment"):
        assert "value" in handlers[name]["parent"], name
        assert handlers[name]["child"][1] == {"value": True}, name
    # Who reads asks again, by a connection of its own; nobody writes twice.
    for name in ("get", "batch"):
        assert handlers[name]["child"][0] == handlers[name]["parent"]
    assert handlers["increment"]["child"][0]["outcome"] == "UNKNOWN"
    assert handlers["value"] == 2


def test_a_client_cannot_be_sent_to_another_process(family: Any):
    assert family["pickled"]["error"] == "TypeError"
    assert "Connect a client in the other process" in family["pickled"]["text"]


@pytest.fixture(scope="module")
def away() -> Any:
    """What children tell whose clients take longer to connect than some calls have."""
    return run_program("aerospike_away.py")


def test_a_child_keeps_to_its_deadlines_while_it_connects(away: Any):
    child = away["in time"]
    for call in ("get", "put", "batch", "info"):
        told = child[call]["error"], child[call]["outcome"]
        assert told == ("AerospikeTimeoutError", "NOT_SENT"), call
        assert 0.1 <= child[call]["seconds"] < 3
    # All wait for one connecting, which is a thread's work.
    assert len(child["while it connects"]) == 2
    # What they began goes on, and serves whoever has more time; what was given up is not sent.
    assert child["later"] == [{"value": 1}] * 4
    assert child["after"]["error"] == "ClientError"
    assert child["threads"] == ["MainThread"]
    assert away["parent"] == 1


def test_closing_ends_who_waits_for_a_child_to_connect(away: Any):
    told = away["closed"]
    assert (told["get"]["error"], told["get"]["outcome"]) == ("ClientError", "NOT_SENT")
    assert told["threads"] == ["MainThread"]


def test_a_first_call_that_is_interrupted_leaves_a_usable_client(away: Any):
    first, second, threads = away["interrupted"]
    assert first["error"] == "KeyboardInterrupt"
    assert (second, threads) == ({"value": 1}, ["MainThread"])


@pytest.mark.parametrize("how", ["forks", "handler"])
def test_a_child_that_forks_while_it_connects(away: Any, how: str):
    assert away[how] == [{"value": 1}] * 2
