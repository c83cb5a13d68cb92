# SPDX-License-Identifier: Apache-2.0
"""The programs in the pages about Hazelcast run; each starts the cluster that it needs."""

from __future__ import annotations

import logging

import pytest

from gridwire.hazelcast.config import Config
from support.pages import program_names, programs, run_program

PAGES = {"docs/how-to/finding-members.md": 4, "docs/how-to/giving-credentials.md": 2}


@pytest.mark.parametrize(("page", "index"), program_names(PAGES))
def test_a_program_of_a_page_runs_and_warns_of_nothing(page: str, index: int, caplog) -> None:
    with caplog.at_level(logging.WARNING, "gridwire"):
        scope = run_program(programs(page)[index], page)
    assert caplog.text == ""
    config = scope.get("config")
    if isinstance(config, Config):
        config.snapshot()


@pytest.mark.parametrize(("page", "count"), PAGES.items())
def test_no_program_is_left_out(page: str, count: int) -> None:
    assert len(programs(page)) == count
