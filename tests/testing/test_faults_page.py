# SPDX-License-Identifier: Apache-2.0
"""The page about faults: its programs run, and it names all there is."""

from __future__ import annotations

import pytest

from gridwire.testing import AsyncHazelcastCluster, AsyncMember, HazelcastCluster, Member, faults
from support.pages import programs, run_program, text_of

PAGE = "docs/how-to/breaking-a-cluster.md"
TEXT = text_of(PAGE)
PROGRAMS = programs(PAGE)
NOT_A_FAULT = {"start", "stop", "members", "addresses", "cluster_name", "version"}


@pytest.mark.parametrize(
    ("number", "printed"), [(0, "no answer\n1 3\n3\n"), (1, "0\n")], ids=["begin", "choice"]
)
def test_its_programs_run(number, printed, capsys):
    run_program(PROGRAMS[number], PAGE)
    assert capsys.readouterr().out == printed


def test_no_program_is_forgotten():
    assert len(PROGRAMS) == 2


def public(kind: type) -> set[str]:
    return {name for name in dir(kind) if not name.startswith("_")}


def test_it_names_everything():
    for name in public(HazelcastCluster) - NOT_A_FAULT:
        assert f"cluster.{name}(" in TEXT or f"`{name}`" in TEXT, name
    for name in public(Member):
        assert f"member.{name}(" in TEXT, name
    for name in set(faults.__all__) - {"AsyncFault", "Fault"}:
        assert f"`{name}`" in TEXT, name


def test_the_twin_can_do_the_same():
    assert public(AsyncHazelcastCluster) == public(HazelcastCluster)
    assert public(AsyncMember) == public(Member)
