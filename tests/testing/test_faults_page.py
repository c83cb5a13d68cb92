# SPDX-License-Identifier: Apache-2.0
"""The page about faults names all there is."""

from __future__ import annotations

from gridwire.testing import AsyncHazelcastCluster, AsyncMember, HazelcastCluster, Member, faults
from support.pages import text_of

PAGE = "docs/how-to/breaking-a-cluster.md"
TEXT = text_of(PAGE)
NOT_A_FAULT = {"start", "stop", "members", "addresses", "cluster_name", "version"}


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
