# SPDX-License-Identifier: Apache-2.0
"""A forked child goes on with the client that it inherited, and never harms its parent."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from gridwire.testing import HazelcastCluster
from support.forking import run_program

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform cannot fork")


@pytest.fixture(scope="module")
def members() -> Iterator[HazelcastCluster]:
    """A cluster that is slow to answer a client of the name *slow*."""
    with (
        HazelcastCluster(members=2) as cluster,
        cluster.delay(0.3, answers="Map.*", clients="slow"),
    ):
        yield cluster


@pytest.fixture(scope="module")
def inherited(members: HazelcastCluster) -> Any:
    """What a child and its parent tell when the child uses everything."""
    return run_program("hazelcast_inherited.py", members.cluster_name, *members.addresses)


@pytest.fixture(scope="module")
def family(members: HazelcastCluster) -> Any:
    """What a parent of many children tells."""
    return run_program("hazelcast_parent.py", members.cluster_name, *members.addresses)


def test_everything_that_was_inherited_works(inherited: Any):
    child = inherited["child"]
    values = {
        "get": "parent",
        "set": None,
        "size": 2,
        "future": "child",
        "get_all": [[1, "parent"], [2, "child"]],
        "new_map": 0,
        "near": "near",
        "finished": "parent",
        "listener": True,
    }
    assert {name: child[name] for name in values} == {
        name: {"value": value} for name, value in values.items()
    }
    assert child["pid"]
    assert child["heard"]


def test_the_child_is_another_client_on_connections_of_its_own(inherited: Any):
    child = inherited["child"]
    assert child["other uuid"]
    assert child["shared"] == []


def test_services_that_were_inherited_tell_of_the_childs_client(inherited: Any):
    child = inherited["child"]
    # Until its first call they say what the parent knew.
    assert (child["running"], child["members before"]) == (True, 2)
    assert (child["members"], child["partitions"], child["owner known"]) == (2, 271, True)


def test_a_near_cache_begins_empty_and_follows_again(inherited: Any):
    assert inherited["child"]["near before"] == 0
    assert inherited["child"]["near follows"]
    assert inherited["child"]["grandchild"] == [0, True]
    assert inherited["parent"]["near"] == 1


def test_listeners_belong_to_the_process_that_added_them(inherited: Any):
    child, parent = inherited["child"], inherited["parent"]
    assert child["parents heard"] == child["mine"] == []
    assert child["parents listener"] == child["parents lifecycle listener"] == {"value": False}
    assert parent["heard"] == 1
    # Those of the configuration belong to the client, and those that the child adds to the child.
    assert child["told"] == child["late"] == ["STARTING", "STARTED", "CONNECTED"]
    assert parent["told"] == []


def test_locks_belong_to_the_parent(inherited: Any):
    refused = inherited["child"]["parents lock"]
    assert (refused["error"], refused["outcome"]) == ("IllegalMonitorStateError", "REJECTED")
    assert inherited["child"]["own lock"] == {"value": False}
    assert inherited["parent"]["locked"]
    assert inherited["parent"]["unlock"] == {"value": None}


def test_a_child_ends_its_own_client_alone(inherited: Any):
    child, parent = inherited["child"], inherited["parent"]
    assert child["threads"] == ["MainThread"]
    assert (child["shut"]["error"], child["shut"]["outcome"]) == (
        "HazelcastClientNotActiveError",
        "NOT_SENT",
    )
    assert parent["values"] == ["parent", "child", "near"]
    assert parent["connections"]
    assert parent["uuid"]


def test_a_client_that_is_shut_down_in_the_child_stays_so(inherited: Any):
    child = inherited["shut first"]
    assert child["get"]["error"] == "HazelcastClientNotActiveError"
    assert not child["running"]


def test_however_children_end_the_parent_goes_on(family: Any):
    for way, (told, after, same_sockets) in family["ways"].items():
        assert "error" not in str(told), (way, told)
        assert (after, same_sockets) == ({"value": "parent"}, True), way


def test_children_of_a_busy_program(family: Any):
    load = family["load"]
    assert [wrong for wrong, _ in load["children"]] == [0] * 10
    # No child waits for what only its parent hears, as acknowledgements of backups.
    assert max(seconds for _, seconds in load["children"]) < 4.5
    assert load["wrong"] == []
    assert load["written"] == list(range(1, 11))


def test_futures_of_the_parent_end_with_an_error_in_the_child(family: Any):
    child = family["pending"]["child"]
    for result in child["results"]:
        assert (result["error"], result["outcome"]) == ("HazelcastClientNotActiveError", "UNKNOWN")
        assert "forked" in result["text"]
        assert result["seconds"] < 1
    assert child["done"] == [True] * 6
    assert child["cancelled"] == [False] * 6
    assert (child["heard"], child["parents callbacks"]) == (1, 0)
    assert child["usable"] == {"value": True}
    assert [one["value"] for one in family["pending"]["parent"]] == [
        None,
        1,
        {"1": 1, "2": 2, "3": 3},
        [None, 1],
        1,
        True,
    ]


@pytest.mark.parametrize("call", ["get", "future", "get_all", "try_lock", "careful"])
def test_a_signal_handler_that_forks_in_the_middle_of_a_call(family: Any, call: str):
    report = family["handlers"][call]
    assert "value" in report["parent"]
    interrupted, after = report["child"]
    assert interrupted["error"] == "HazelcastClientNotActiveError"
    assert interrupted["outcome"] == "UNKNOWN"
    assert interrupted["seconds"] < 3
    assert after == {"value": 1}


def test_a_signal_handler_that_forks_while_the_child_makes_its_client(family: Any):
    well = {"value": 1}
    assert family["making"] == {"parent": well, "child": [well, well]}


def test_a_first_call_that_is_interrupted_leaves_a_usable_client(family: Any):
    firsts = [first for first, _, _ in family["interrupted"]]
    assert "KeyboardInterrupt" in firsts
    assert set(firsts) <= {None, "KeyboardInterrupt"}
    for _, second, threads in family["interrupted"]:
        assert second == {"value": 1}
        assert threads == ["MainThread"]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing(processes: Any, method: str):
    assert processes[method] == {"inherited": method == "fork", "right": True, "written": True}


@pytest.fixture(scope="module")
def processes(members: HazelcastCluster) -> Any:
    """What a program tells that uses `multiprocessing`."""
    return run_program("hazelcast_processes.py", members.cluster_name, *members.addresses)


def test_a_client_cannot_be_sent_to_another_process(processes: Any):
    for refused in processes["pickled"]:
        assert refused["error"] == "TypeError"
        assert "Make a client in the other process" in refused["text"]


def test_a_child_keeps_to_its_deadlines_while_the_cluster_is_away():
    child = run_program("hazelcast_away.py")
    for call in ("get", "set"):
        assert (child[call]["error"], child[call]["outcome"]) == (
            "OperationTimeoutError",
            "NOT_SENT",
        )
        assert 0.3 <= child[call]["seconds"] < 3
    assert child["shutdown"] < 5
    assert child["after"]["error"] == "HazelcastClientNotActiveError"
    assert child["threads"] == ["MainThread"]


@pytest.mark.parametrize("options", ["ON", "OFF", "ASYNC", "async_start", "both"])
def test_the_first_call_of_a_child_waits_whatever_the_options_say(modes: Any, options: str):
    # There was a connection, and the call itself begins to make another.
    right = {"value": "parent"}
    assert modes[options] == {
        "blocking": right,
        "future": right,
        "get_all": right,
        "new map": {"value": 0},
        "grandchild": right,
    }


def test_with_async_start_a_child_of_a_client_that_was_never_connected_is_offline(modes: Any):
    for told in modes["never connected"].values():
        assert (told["error"], told["outcome"]) == ("ClientOfflineError", "NOT_SENT")
        assert told["seconds"] < 5


@pytest.fixture(scope="module")
def modes() -> Any:
    """What children tell of their first calls, by the options of the client."""
    return run_program("hazelcast_modes.py")


@pytest.mark.parametrize("process", ["child", "grandchild", "parent"])
def test_a_near_cache_of_a_client_that_was_not_connected(unconnected: Any, process: str):
    assert unconnected[process] == {"get": {"value": "near"}, "kept": [1, 1]}


@pytest.fixture(scope="module")
def unconnected() -> Any:
    """What a program and its children tell that forks before its client is connected."""
    return run_program("hazelcast_unconnected.py")
