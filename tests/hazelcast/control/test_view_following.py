# SPDX-License-Identifier: Apache-2.0
"""One member tells the view: who else wants it told waits, and takes it from nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from gridwire.hazelcast.cluster.state import ClusterState
from gridwire.hazelcast.control.views import MAX_MEMBERS, ViewFollower
from gridwire.hazelcast.errors import TargetDisconnectedError
from gridwire.hazelcast.protocol import customs
from gridwire.hazelcast.protocol.errors import ProtocolError
from gridwire.hazelcast.protocol.messages import client as messages
from support.infos import info, uuid
from support.scripted_connection import joined
from support.virtual_time import run_virtually


class Core:
    """What a follower needs of a client; it notes who was asked."""

    def __init__(self) -> None:
        self.state: ClusterState[Any] = ClusterState(True)
        self.options = SimpleNamespace(heartbeat_timeout=60)
        nothing = SimpleNamespace(fire=lambda *_: None, members_changed=lambda _: None)
        self.membership = self.connections = nothing
        self.log = SimpleNamespace(info=lambda *_: None)
        self.asked: list[Any] = []

    async def call_on(self, connection: Any, request: Any, sent: Callable[[int], object]) -> None:
        self.asked.append(connection)
        sent(len(self.asked))


class Peer:
    """A connection."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_closed = False

    def __repr__(self) -> str:
        return self.name


def told(views: ViewFollower, core: Core) -> None:
    """The member that was asked last tells its list."""
    version = customs.MemberVersion(5, 7, 0)
    address = customs.Address("10.0.0.1", 5701)
    one = customs.MemberInfo(address, uuid(1), {}, False, version, {})
    correlation = len(core.asked)
    message: Any = messages.ADD_CLUSTER_VIEW_LISTENER.events[0].encode(correlation, -1, 1, [one])
    views.take(core.asked[-1], [(correlation, joined(message))])


def test_two_who_want_the_view_do_not_take_it_from_each_other() -> None:
    async def play() -> list[Any]:
        core: Any = Core()
        views, one, other = ViewFollower(core), Peer("one"), Peer("other")
        tasks = [asyncio.ensure_future(views.follow(peer)) for peer in (one, other)]
        await asyncio.sleep(1)
        told(views, core)
        await asyncio.gather(*tasks)
        # And who comes later finds that it is told.
        await views.follow(other)
        return [str(peer) for peer in core.asked]

    assert run_virtually(play()) == ["one"]


def test_who_waited_asks_when_the_first_connection_ends() -> None:
    async def play() -> list[Any]:
        core: Any = Core()
        views, one, other = ViewFollower(core), Peer("one"), Peer("other")
        tasks = [asyncio.ensure_future(views.follow(peer)) for peer in (one, other)]
        await asyncio.sleep(1)
        one.is_closed = True
        views.connection_lost(one)
        with pytest.raises(TargetDisconnectedError):
            await tasks[0]
        await asyncio.sleep(1)
        told(views, core)
        await tasks[1]
        return [str(peer) for peer in core.asked]

    assert run_virtually(play()) == ["one", "other"]


def test_a_member_that_never_tells_its_view_holds_up_nobody_for_ever() -> None:
    async def play() -> tuple[float, list[Any]]:
        core: Any = Core()
        views, one, other = ViewFollower(core), Peer("one"), Peer("other")
        tasks = [asyncio.ensure_future(views.follow(peer)) for peer in (one, other)]
        with pytest.raises(TimeoutError, match="no member list within 60 s"):
            await tasks[0]
        ended = asyncio.get_running_loop().time()
        await asyncio.sleep(1)
        told(views, core)
        await tasks[1]
        return ended, [str(peer) for peer in core.asked]

    assert run_virtually(play()) == (60, ["one", "other"])


def test_a_list_of_too_many_members_is_refused() -> None:
    core: Any = Core()
    views = ViewFollower(core)
    whole = [info(number) for number in range(MAX_MEMBERS)]
    views.members(1, whole)
    assert len(core.state.members.members) == MAX_MEMBERS
    with pytest.raises(ProtocolError, match=r"1001 members \(the limit is 1000 members\)"):
        views.members(2, [*whole, info(MAX_MEMBERS)])
    assert core.state.members.version == 1
