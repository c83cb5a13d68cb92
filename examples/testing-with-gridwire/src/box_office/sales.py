# SPDX-License-Identifier: Apache-2.0
"""What was sold, as the report of the evening wants it: a plain function in a thread."""

from __future__ import annotations

from gridwire.hazelcast import HazelcastClient
from gridwire.hazelcast.predicate import like

__all__ = ["sold_seats"]


def sold_seats(client: HazelcastClient, show: str) -> dict[str, str]:
    """Tell who bought which seat.

    Args:
        client: any client of the cluster.
        show: the name of the show's map.

    Returns:
        The customer of each seat that was sold.
    """
    seats = client.get_map(show).blocking()
    sold = seats.entry_set(like("this", "sold to %"))
    return {seat: state.removeprefix("sold to ") for seat, state in sold}
