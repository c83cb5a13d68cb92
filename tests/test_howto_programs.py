# SPDX-License-Identifier: Apache-2.0
"""The programs in these pages run; an Aerospike cluster's addresses are in `hosts`."""

from __future__ import annotations

import pytest

from gridwire.testing import AerospikeCluster
from support.pages import program_names, programs, run_program

PAGES = {
    "docs/how-to/migrating-from-aerospike-py.md": 4,
    "docs/how-to/choosing-aerospike-timeouts-and-pools.md": 5,
    "docs/how-to/opentelemetry.md": 2,
}


@pytest.mark.parametrize(("page", "index"), program_names(PAGES))
def test_a_program_of_a_page_runs(page: str, index: int):
    with AerospikeCluster(nodes=2) as cluster:
        run_program(programs(page)[index], page, hosts=cluster.hosts)


@pytest.mark.parametrize(("page", "count"), PAGES.items())
def test_no_program_is_left_out(page: str, count: int):
    assert len(programs(page)) == count
