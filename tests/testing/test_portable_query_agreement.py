# SPDX-License-Identifier: Apache-2.0
"""The official client asks our cluster of Portables, and gets the answers of a real one."""

from __future__ import annotations

import json
import os

import pytest

from gridwire.testing import HazelcastCluster

pytest.importorskip("hazelcast")

from support.portable_queries import DIFFERENT, answers, load, record

RECORD = os.environ.get("GRIDWIRE_RECORD_QUERIES")


def as_kept(found):
    return json.loads(json.dumps(found))


@pytest.mark.parametrize("members", [1, 3])
def test_our_cluster_answers_as_recorded(members):
    with HazelcastCluster(members) as cluster:
        found = as_kept(answers(cluster, "portables"))
    recorded = load()
    assert [label for label, _ in found] == [label for label, _ in recorded]
    different = {
        label: (one, other)
        for (label, one), (_, other) in zip(found, recorded, strict=True)
        if one != other
    }
    assert different.keys() == DIFFERENT.keys(), different


def test_real_members_answer_as_recorded(own_real_cluster):
    found = as_kept(answers(own_real_cluster("5.7.0"), "portables"))
    if RECORD:
        record(found)
    assert found == load()
