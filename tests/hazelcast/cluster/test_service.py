# SPDX-License-Identifier: Apache-2.0
"""What users ask about members is answered from the present view."""

from __future__ import annotations

from typing import Any

from gridwire.hazelcast import cluster
from gridwire.hazelcast.cluster.service import ClusterService
from gridwire.hazelcast.cluster.state import ClusterState
from gridwire.hazelcast.core import MemberInfo
from support.infos import info, uuid


class Notices:
    """Notes what it is asked."""

    def __init__(self) -> None:
        self.added: list[tuple[Any, Any, tuple[MemberInfo, ...]]] = []

    def add(self, added: Any, removed: Any, existing: tuple[MemberInfo, ...]) -> str:
        self.added.append((added, removed, existing))
        return "an id"

    def remove(self, registration_id: str) -> bool:
        return registration_id == "an id"


def service(*numbers: int) -> tuple[ClusterService, Notices]:
    state: ClusterState[Any] = ClusterState(smart=True)
    state.set_members(1, map(info, numbers))
    notices = Notices()
    return ClusterService(state, notices), notices


def test_it_is_importable_as_from_the_official_package():
    assert cluster.ClusterService is ClusterService


def test_members_in_the_order_of_the_cluster():
    members = service(3, 1, 2)[0].get_members()
    assert [member.uuid for member in members] == [uuid(3), uuid(1), uuid(2)]


def test_the_list_is_the_callers_own():
    made, _ = service(1)
    made.get_members().clear()
    assert len(made.get_members()) == 1


def test_some_members():
    made, _ = service(1, 2, 3)
    assert [one.uuid for one in made.get_members(lambda one: one.uuid != uuid(2))] == [
        uuid(1),
        uuid(3),
    ]


def test_listeners():
    made, notices = service(1, 2)
    assert made.add_listener(print, None) == "an id"
    assert made.add_listener(member_removed=repr, fire_for_existing=True) == "an id"
    assert notices.added[0] == (print, None, ())
    assert notices.added[1][:2] == (None, repr)
    assert [member.uuid for member in notices.added[1][2]] == [uuid(1), uuid(2)]
    assert made.remove_listener("an id")
    assert not made.remove_listener("another")
