# SPDX-License-Identifier: Apache-2.0
"""The programs in the pages about Aerospike run, on a cluster whose addresses are in `hosts`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gridwire.testing import AerospikeCluster

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGES = {
    "how-to/migrating-from-aerospike-py.md": 4,
    "how-to/choosing-aerospike-timeouts-and-pools.md": 5,
}


def programs(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(), re.DOTALL)


EACH = [(page, index) for page, count in PAGES.items() for index in range(count)]


@pytest.mark.parametrize(("page", "index"), EACH)
def test_a_program_of_a_page_runs(page: str, index: int):
    with AerospikeCluster(nodes=2) as cluster:
        code = compile(programs(page)[index], page, "exec")
        exec(code, {"hosts": cluster.hosts, "__name__": "program"})


@pytest.mark.parametrize(("page", "count"), PAGES.items())
def test_no_program_is_left_out(page: str, count: int):
    assert len(programs(page)) == count
