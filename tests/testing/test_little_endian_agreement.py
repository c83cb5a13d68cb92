# SPDX-License-Identifier: Apache-2.0
"""Little-endian members in process answer queries as big-endian ones, and as real ones do.

What the real ones answered in big endian is kept; see the agreement tests beside this one.
"""

from __future__ import annotations

import json
import uuid

import pytest

from gridwire import hazelcast
from gridwire.testing import HazelcastCluster

pytest.importorskip("hazelcast")

from support import compact_queries, portable_queries, query_asking, query_cases
from support.little_endian import LITTLE_ENDIAN, without_reasons

# Several entries are the greatest, and which is met first depends on the places of keys.
TIES = {"BODIES: max_by(z)"}


def of_plain_values(cluster):
    where = cluster.cluster_name, cluster.addresses
    asker = query_asking.Asker(*where, "queries", is_big_endian=False)
    try:
        return [(case.label, asker.ask(case)) for case in query_cases.CASES]
    finally:
        asker.close()


def of_portables(cluster):
    found = portable_queries.answers(cluster, "portables", is_big_endian=False)
    return json.loads(json.dumps(found))


def of_compact(cluster):
    client = hazelcast.HazelcastClient(
        cluster_name=cluster.cluster_name,
        cluster_members=list(cluster.addresses),
        default_int_type="VAR",
        is_big_endian=False,
    )
    with client:
        return compact_queries.answers(client.get_map(f"bodies {uuid.uuid4()}").blocking())


KINDS = [
    pytest.param(of_plain_values, query_asking.load, query_cases.DIFFERENT, id="plain"),
    pytest.param(of_portables, portable_queries.load, portable_queries.DIFFERENT, id="portables"),
    pytest.param(of_compact, compact_queries.load, {}, id="compact"),
]


@pytest.mark.parametrize(("asked", "load", "different"), KINDS)
def test_the_answers_are_those_of_big_endian_members(asked, load, different):
    with HazelcastCluster(2, is_big_endian=False) as cluster:
        ours = without_reasons(asked(cluster))
    recorded = without_reasons(load())
    assert ours.keys() == recorded.keys()
    wrong = {label: (ours[label], one) for label, one in recorded.items() if ours[label] != one}
    assert wrong.keys() <= different.keys() | TIES, wrong


@pytest.mark.parametrize(("asked", "load", "different"), KINDS)
def test_the_answers_are_those_of_real_little_endian_members(
    own_real_cluster, asked, load, different
):
    theirs = asked(own_real_cluster("5.7.0", extra_config=LITTLE_ENDIAN))
    with HazelcastCluster(1, is_big_endian=False) as cluster:
        ours = asked(cluster)
    assert [label for label, _ in ours] == [label for label, _ in theirs]
    pairs = zip(ours, theirs, strict=True)
    wrong = {one[0]: (one[1], other[1]) for one, other in pairs if one != other}
    assert wrong.keys() == different.keys(), wrong
