# SPDX-License-Identifier: Apache-2.0
"""The members of the cluster, for users: the same object in every call style."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from gridwire.hazelcast.cluster.state import ClusterState
from gridwire.hazelcast.core import MemberInfo

__all__ = ["ClusterService"]

_MemberCallback = Callable[[MemberInfo], object] | None


class _Notices(Protocol):
    def add(
        self, added: _MemberCallback, removed: _MemberCallback, existing: tuple[MemberInfo, ...]
    ) -> str: ...

    def remove(self, registration_id: str) -> bool: ...


class ClusterService:
    """Who is a member, and who comes and goes. Nothing here waits.

    Args:
        state: what the client knows.
        notices: tells listeners.
    """

    def __init__(self, state: ClusterState[Any], notices: _Notices) -> None:
        self._state = state
        self._notices = notices

    def get_members(
        self, member_selector: Callable[[MemberInfo], bool] | None = None
    ) -> list[MemberInfo]:
        """List the members, the oldest first.

        Args:
            member_selector: which to list; None for all.
        """
        members = self._state.members.members
        if member_selector is None:
            return list(members)
        return [member for member in members if member_selector(member)]

    def add_listener(
        self,
        member_added: _MemberCallback = None,
        member_removed: _MemberCallback = None,
        fire_for_existing: bool = False,
    ) -> str:
        """Have functions called when members come and go.

        Args:
            member_added: gets the `MemberInfo` of who came.
            member_removed: gets the `MemberInfo` of who left.
            fire_for_existing: whether `member_added` is called for present members too.

        Returns:
            The id to remove it by.
        """
        existing = self._state.members.members if fire_for_existing else ()
        return self._notices.add(member_added, member_removed, existing)

    def remove_listener(self, registration_id: str) -> bool:
        """Remove a listener.

        Args:
            registration_id: what `add_listener` returned.

        Returns:
            Whether it was registered.
        """
        return self._notices.remove(registration_id)
