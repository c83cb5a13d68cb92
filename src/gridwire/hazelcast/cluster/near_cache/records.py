# SPDX-License-Identifier: Apache-2.0
"""One entry of a near cache."""

from __future__ import annotations

from typing import Any

from gridwire.hazelcast.cluster.near_cache.tracks import Track

__all__ = ["RECORD_BYTES", "Record"]

RECORD_BYTES = 400
"""Bytes that an entry is counted with beside those of its serialized key and value: the record,
the headers of key and value, and its places in a table, a list and a set."""


class Record:
    """A value that was read.

    Args:
        key: serialized.
        value: an object, or serialized data.
        packed: whether it is serialized data.
        cost: counted bytes.
        track: of its partition.
        dies: when it leaves whatever happens, in seconds; None for never.
        expires: when it leaves unless it is read, in seconds; None for never.
    """

    __slots__ = (
        "cost",
        "dies",
        "expires",
        "key",
        "last",
        "packed",
        "place",
        "reads",
        "track",
        "value",
    )

    def __init__(
        self,
        key: bytes,
        value: Any,
        packed: bool,
        cost: int,
        track: Track,
        dies: float | None,
        expires: float | None,
    ) -> None:
        self.key = key
        self.value = value
        self.packed = packed
        self.cost = cost
        self.track = track
        self.dies = dies
        self.expires = expires
        # Index in the list of all records; -1 when it has left.
        self.place = -1
        # Number of the cache's hits when this one was read last.
        self.last = 0
        self.reads = 0
