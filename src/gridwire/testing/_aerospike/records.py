# SPDX-License-Identifier: Apache-2.0
"""One record as a node holds it. Records are never changed, but replaced as a whole."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from gridwire.aerospike.protocol.message import EPOCH
from gridwire.testing._aerospike.stored import Particle

__all__ = ["Bins", "Record", "next_generation", "without"]

Bins = dict[bytes, Particle]
"""Values by the bytes of the bin's name, in the order in which they are sent."""

_MAX_GENERATION = 0xFFFF

# How a record is laid out in storage, of which only the size matters (experiments, section 4).
_HEAD_BYTES = 35
_VOID_TIME_BYTES = 4
_END_BYTES = 4
_ALIGNMENT = 16


class _Fields(NamedTuple):
    generation: int
    void_time: int
    updated: int
    set_name: bytes
    key: bytes
    bins: Bins


class Record(_Fields):
    """A record.

    Attributes:
        generation: how often it was written, 1 to 65535.
        void_time: when it expires, in seconds since 2010; 0 for never.
        updated: when it was last written, in milliseconds since 2010.
        set_name: name of the set, may be empty.
        key: type byte and bytes of the user's key; empty when it was never sent along.
        bins: the values.
    """

    @cached_property
    def size(self) -> int:
        """Bytes that count against the limit of a record."""
        total = _HEAD_BYTES + _END_BYTES + _length_bytes(len(self.bins))
        if self.void_time:
            total += _VOID_TIME_BYTES
        if self.set_name:
            total += 1 + len(self.set_name)
        if self.key:
            total += _length_bytes(len(self.key)) + len(self.key)
        for name, particle in self.bins.items():
            total += 1 + len(name) + particle.stored_bytes
        return total

    @property
    def storage_bytes(self) -> int:
        """Bytes that it takes in storage."""
        return -(-self.size // _ALIGNMENT) * _ALIGNMENT

    def has_expired(self, now: float) -> bool:
        """Whether its life is over.

        Args:
            now: Unix time in seconds.
        """
        return 0 < self.void_time <= now - EPOCH


def next_generation(generation: int) -> int:
    """The generation after another; it starts over at 1."""
    return generation + 1 if generation < _MAX_GENERATION else 1


def without(bins: Bins, name: bytes) -> Bins:
    """Bins less one of them, whose place the last one takes."""
    last = next(reversed(bins))
    moved = (last, bins[last])
    rest = [moved if item[0] == name else item for item in bins.items() if item[0] != last]
    return dict(rest)


def _length_bytes(length: int) -> int:
    """How many bytes a count takes: seven bits in each."""
    return max(1, -(-length.bit_length() // 7))
