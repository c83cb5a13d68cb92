# SPDX-License-Identifier: Apache-2.0
"""How Python's int, which has no size, becomes one of Java's five: the option default_int_type."""

from __future__ import annotations

from enum import IntEnum

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.faults import shown

__all__ = ["IntType", "does_not_fit", "smallest"]


class IntType(IntEnum):
    """What an int is written as."""

    VAR = 0
    """The smallest of the other five that holds the value: 1 becomes a byte, 1000 a short.

    Equal numbers always get the same form; but a Java program sees keys of several classes.
    """

    BYTE = 1
    """8 bits: -128 to 127."""

    SHORT = 2
    """16 bits: -32768 to 32767."""

    INT = 3
    """32 bits: -2147483648 to 2147483647. The default."""

    LONG = 4
    """64 bits: -9223372036854775808 to 9223372036854775807."""

    BIG_INT = 5
    """Any size: ``java.math.BigInteger``."""


_BITS = {IntType.BYTE: 8, IntType.SHORT: 16, IntType.INT: 32, IntType.LONG: 64}


def smallest(value: int) -> IntType:
    """The smallest form that holds a value."""
    for int_type, bits in _BITS.items():
        if -(1 << bits - 1) <= value < 1 << bits - 1:
            return int_type
    return IntType.BIG_INT


def does_not_fit(value: int, int_type: IntType) -> HazelcastSerializationError:
    """A value is too large for the configured form."""
    bits = _BITS[int_type]
    enough = [other.name for other in IntType if smallest(value) <= other]
    return HazelcastSerializationError(
        f"{shown(value)} does not fit into default_int_type {int_type.name}, a signed number of "
        f"{bits} bits",
        hint=f"Set default_int_type to {', '.join(enough)} or VAR.",
    )
