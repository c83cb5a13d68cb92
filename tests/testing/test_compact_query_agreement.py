# SPDX-License-Identifier: Apache-2.0
"""Queries into records of Compact have the same answers from our cluster and from real members."""

from __future__ import annotations

import json
import os
import uuid

import pytest

from gridwire import hazelcast
from gridwire.testing import HazelcastCluster
from support.compact_queries import RECORDED, answers, load

RECORD = os.environ.get("GRIDWIRE_RECORD_QUERIES")


def asked(cluster):
    client = hazelcast.HazelcastClient(
        cluster_name=cluster.cluster_name,
        cluster_members=list(cluster.addresses),
        default_int_type="VAR",
    )
    with client:
        return answers(client.get_map(f"bodies {uuid.uuid4()}").blocking())


def compare(found, recorded):
    """Each case, so that a failure shows all that differ."""
    assert [label for label, _ in found] == [label for label, _ in recorded]
    pairs = zip(found, recorded, strict=True)
    different = {one[0]: (one[1], other[1]) for one, other in pairs if one != other}
    assert not different


@pytest.mark.parametrize("version", ["5.3", "5.7"])
@pytest.mark.parametrize("members", [1, 3])
def test_our_cluster_answers_as_recorded(members, version):
    with HazelcastCluster(members, version=version) as cluster:
        compare(asked(cluster), load())


@pytest.mark.real_member(versions=("5.3.8", "5.7.0"))
def test_real_members_answer_as_recorded(real_cluster, real_version):
    found = asked(real_cluster)
    if RECORD and real_version == "5.7.0":
        lines = ",\n".join(json.dumps(one) for one in found)
        RECORDED.write_text(f"[\n{lines}\n]\n")
    compare(found, load())
