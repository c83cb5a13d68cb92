# SPDX-License-Identifier: Apache-2.0
"""High scores, tested with nodes that are started for each test."""

from __future__ import annotations

import pytest

from gridwire import errors
from high_scores import HighScores


@pytest.fixture
def scores(aerospike_client):
    return HighScores(aerospike_client, "chess")


def test_the_best_result_is_kept(scores):
    assert scores.best("ann") == 0
    assert scores.report("ann", 7)
    assert not scores.report("ann", 5)
    assert scores.best("ann") == 7


def test_a_node_may_die(scores, aerospike_cluster):
    scores.report("ann", 7)
    aerospike_cluster.nodes[0].kill()
    assert scores.best("ann") == 7


def test_a_full_server_is_told(scores, aerospike_cluster):
    aerospike_cluster.set_full("test")
    with pytest.raises(errors.GridwireError):
        scores.report("ann", 7)
    assert scores.best("ann") == 0
