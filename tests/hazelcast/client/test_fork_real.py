# SPDX-License-Identifier: Apache-2.0
"""A forked child goes on with the client that it inherited: on real members."""

from __future__ import annotations

import os
from typing import Any

import pytest

from support.forking import run_program

pytestmark = [
    pytest.mark.real_member,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform cannot fork"),
]


def test_parent_and_child_on_real_members(own_real_cluster: Any):
    members = own_real_cluster()
    report = run_program("hazelcast_inherited.py", members.cluster_name, *members.addresses)
    child, parent = report["child"], report["parent"]
    assert child["get_all"] == {"value": [[1, "parent"], [2, "child"]]}
    assert child["future"] == {"value": "child"}
    assert child["near follows"]
    assert child["heard"]
    assert child["shared"] == child["parents heard"] == child["mine"] == []
    assert child["parents lock"]["error"] == "IllegalMonitorStateError"
    assert child["own lock"] == {"value": False}
    assert child["grandchild"] == [0, True]
    assert parent["values"] == ["parent", "child", "near"]
    assert (parent["heard"], parent["told"], parent["locked"]) == (1, [], True)
    assert parent["connections"]
    assert parent["uuid"]
