# SPDX-License-Identifier: Apache-2.0
"""The service runs on a real client and a real wire; only the members are gridwire's."""

from __future__ import annotations

import asyncio

from box_office import Booking


def test_a_seat_is_held_by_one_customer(play):
    async def scene(booking: Booking) -> None:
        assert await booking.hold("A1", "ann")
        assert not await booking.hold("A1", "ben")
        assert await booking.hold("A1", "ann")
        await booking.release("A1", "ann")
        assert await booking.hold("A1", "ben")

    play(scene)


def test_who_does_not_hold_a_seat_cannot_buy_it(play):
    async def scene(booking: Booking) -> None:
        assert await booking.hold("A1", "ann")
        assert not await booking.buy("A1", "ben")
        assert await booking.buy("A1", "ann")

    play(scene)


def test_who_pays_too_late_loses_the_seat(play, hazelcast_cluster):
    async def scene(booking: Booking) -> None:
        assert await booking.hold("A1", "ann", seconds=120)
        hazelcast_cluster.advance_time(121)
        assert await booking.hold("A1", "ben")
        assert not await booking.buy("A1", "ann")
        assert await booking.buy("A1", "ben")
        hazelcast_cluster.advance_time(24 * 3600)
        assert not await booking.hold("A1", "ann"), "what was sold stays sold"

    play(scene)


def test_a_rush_sells_each_seat_once(play):
    async def scene(booking: Booking) -> None:
        async def customer(number: int) -> list[str]:
            bought = []
            for seat in range(20):
                if await booking.hold(f"A{seat}", f"customer {number}"):
                    assert await booking.buy(f"A{seat}", f"customer {number}")
                    bought.append(f"A{seat}")
            return bought

        sold = await asyncio.gather(*(customer(number) for number in range(50)))
        assert sorted(seat for seats in sold for seat in seats) == sorted(
            f"A{seat}" for seat in range(20)
        )

    play(scene)


def test_nothing_that_was_sold_is_lost_with_two_members(play, hazelcast_cluster):
    async def scene(booking: Booking) -> None:
        async def customer(number: int) -> bool:
            name = f"customer {number}"
            return await booking.hold(f"A{number}", name) and await booking.buy(f"A{number}", name)

        rush = asyncio.gather(*(customer(number) for number in range(500)))
        # From a thread, because killing a member takes until its backups have taken over.
        for member in hazelcast_cluster.members[:2]:
            await asyncio.to_thread(member.kill)
        assert all(await rush)
        for number in range(500):
            assert not await booking.hold(f"A{number}", "somebody else")

    play(scene)
