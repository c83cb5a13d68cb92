# SPDX-License-Identifier: Apache-2.0
"""The addresses of one round: bounded, whoever tells of how many, and each has its turn."""

from __future__ import annotations

import asyncio
import json
import threading
from logging import getLogger
from random import Random
from uuid import UUID

import pytest

from gridwire._core.addresses import Endpoint
from gridwire._core.logs import ClientLog
from gridwire._io.tls_errors import TlsError, TlsFault
from gridwire.hazelcast.control import cloud, same_places
from gridwire.hazelcast.control.discovery import MAX_ROUND_PLACES, Discovery
from gridwire.hazelcast.control.making import options_of
from gridwire.hazelcast.core import Address, MemberInfo, MemberVersion

MANY = 2 * MAX_ROUND_PLACES + 10
CONFIGURED = Endpoint("192.0.2.1", 5701)


def member(number: int) -> MemberInfo:
    address = Address("10.0.0.1", number)
    return MemberInfo(address, UUID(int=number), {}, False, MemberVersion(5, 7, 0), None, {})


def discovery(**options: object) -> Discovery:
    return Discovery(
        options_of(None, options),
        Random(1),
        lambda: 0.0,
        ClientLog(getLogger("gridwire.hazelcast"), lambda: 0.0, {}),
    )


def rounds_of(made: Discovery, members: list[MemberInfo], count: int) -> list[list[Endpoint]]:
    async def main() -> list[list[Endpoint]]:
        return [await made.candidates(members) for _ in range(count)]

    return asyncio.run(main())


@pytest.mark.parametrize("shuffled", [True, False])
def test_members_of_a_huge_view_have_their_turn_beside_what_is_configured(shuffled) -> None:
    made = discovery(cluster_members=[str(CONFIGURED)], shuffle_member_list=shuffled)
    members = [member(number) for number in range(1, MANY + 1)]
    rounds = rounds_of(made, members, 4)
    assert [len(one) for one in rounds] == [65, 65, 11, 65]
    assert all(one[-1] == CONFIGURED for one in rounds)
    assert {one.port for places in rounds[:3] for one in places[:-1]} == set(range(1, MANY + 1))


def test_a_view_that_shrinks_is_begun_anew() -> None:
    made = discovery(cluster_members=[str(CONFIGURED)])
    rounds_of(made, [member(number) for number in range(1, MANY + 1)], 2)
    few = [member(number) for number in range(1, MAX_ROUND_PLACES + 1)]
    (again,) = rounds_of(made, few, 1)
    assert len(again) == MAX_ROUND_PLACES + 1


def test_what_a_coordinator_tells_has_its_turn(monkeypatch) -> None:
    asked = []

    async def answer(*arguments: object, **named: object) -> tuple[int, bytes]:
        asked.append(arguments)
        told = [
            {"private-address": f"10.0.0.1:{n}", "public-address": f"192.0.2.1:{n}"}
            for n in range(1, MANY + 1)
        ]
        return 200, json.dumps(told).encode()

    monkeypatch.setattr(cloud, "ask_https", answer)
    rounds = rounds_of(discovery(cloud_discovery_token="tea"), [], 3)
    assert [len(one) for one in rounds] == [MAX_ROUND_PLACES, MAX_ROUND_PLACES, 10]
    assert {one.port for places in rounds for one in places} == set(range(1, MANY + 1))
    assert len(asked) == 3


def advice(error: Exception, made: Discovery, *connected: tuple[MemberInfo, Address]) -> str:
    return asyncio.run(made.advice(error, member(2), connected))


def test_addresses_are_not_to_blame_for_a_certificate() -> None:
    made = discovery(cluster_members=[str(CONFIGURED)])
    elsewhere = (member(1), Address(*CONFIGURED))
    assert "Set address_translator" in advice(ConnectionRefusedError(), made, elsewhere)
    assert advice(TlsError(TlsFault.WRONG_NAME, "not for it"), made, elsewhere) == ""


def test_each_member_is_compared_with_what_it_says_itself() -> None:
    # One is reached by the address that another one announces.
    made = discovery(cluster_members=[str(CONFIGURED)])
    crossed = (member(1), member(3).address)
    other = (member(3), Address(*CONFIGURED))
    assert "Set address_translator" in advice(ConnectionRefusedError(), made, crossed, other)
    assert advice(ConnectionRefusedError(), made, crossed, (member(3), member(3).address)) == ""


def test_no_advice_where_a_resolver_is_silent(monkeypatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(same_places, "look_up", lambda host, port: [host][over.wait(5) :])
    made = discovery(cluster_members=[str(CONFIGURED)], connection_timeout=0.05)

    async def main() -> str:
        connected = [(member(1), Address("hz-0", 1))]
        try:
            return await made.advice(ConnectionRefusedError(), member(2), connected)
        finally:
            over.set()

    assert asyncio.run(main()) == ""
