# SPDX-License-Identifier: Apache-2.0
"""Threads and asyncio side by side: two clients of one cluster."""

from __future__ import annotations

import asyncio

from box_office import Booking, sold_seats


def test_the_report_counts_what_was_sold(hazelcast_client, hazelcast_asyncio_client_factory):
    async def evening() -> None:
        async with hazelcast_asyncio_client_factory() as client:
            booking = Booking(await client.get_map("hamlet"))
            for seat, customer in (("A1", "ann"), ("A2", "ben"), ("A3", "ann")):
                assert await booking.hold(seat, customer)
            assert await booking.buy("A1", "ann")
            assert await booking.buy("A2", "ben")

    asyncio.run(evening())
    assert sold_seats(hazelcast_client, "hamlet") == {"A1": "ann", "A2": "ben"}
    assert sold_seats(hazelcast_client, "othello") == {}
