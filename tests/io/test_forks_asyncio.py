# SPDX-License-Identifier: Apache-2.0
"""Asyncio clients of both systems away from their loop: in forked children, and on other loops."""

from __future__ import annotations

import importlib.util
import os
from typing import Any

import pytest

from gridwire.testing import AerospikeCluster, HazelcastCluster
from support.forking import run_program

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform cannot fork")

_UVLOOP = pytest.mark.skipif(
    importlib.util.find_spec("uvloop") is None, reason="uvloop is not installed"
)


@pytest.fixture(scope="module", params=["asyncio", pytest.param("uvloop", marks=_UVLOOP)])
def report(request: pytest.FixtureRequest) -> Any:
    with HazelcastCluster(members=2) as cluster, AerospikeCluster(nodes=1) as nodes:
        port = nodes.hosts[0][1]
        return run_program(
            "asyncio_inherited.py",
            request.param,
            port,
            cluster.cluster_name,
            *cluster.addresses,
        )


def _are_refused(calls: dict[str, Any]) -> None:
    assert len(calls) > 20
    for name, result in calls.items():
        assert result.get("error") == "ForeignLoopError", (name, result)
        assert result["outcome"] == "NOT_SENT", (name, result)
        assert "another event loop" in result["text"], (name, result)
        assert "on each loop" in result["text"], (name, result)


def test_a_child_in_the_middle_of_its_parents_loop(report: Any):
    assert report["status"] == 0
    _are_refused(report["same"]["calls"])
    assert "no loop of process" in report["same"]["calls"]["get"]["text"]


def test_a_child_has_none_of_its_parents_connections(report: Any):
    assert report["same"]["shared"] == []
    assert report["same"]["near hit"] == "0"


def test_a_child_with_a_loop_of_its_own(report: Any):
    _are_refused(report["new"]["calls"])
    assert report["new"]["connected"] is False


def test_a_child_ends_what_it_inherited_without_a_word_and_may_connect(report: Any):
    assert report["new"]["ends"] == ["None", "None"]
    assert report["new"]["again"] == "{'n': 1}"


def test_another_loop_of_the_same_process(report: Any):
    _are_refused(report["elsewhere"])
    for end in ("HazelcastClient.shutdown", "AsyncClient.close"):
        assert report[end]["error"] == "ForeignLoopError"


def test_the_parent_goes_on(report: Any):
    well = ["parent", {"n": 1}]
    assert report["answered"] == well
    for when in ("after same", "after new", "after elsewhere"):
        assert report[when] == well, when
    assert report["near"] == 1
