# SPDX-License-Identifier: Apache-2.0
"""What serialized data may ask for: bounds on everything that its writer controls.

Lengths and counts need no number of their own. They are compared with the bytes that are left,
of which every item takes some, before anything is allocated: data of n bytes costs memory and
time in proportion to n. The bounds below are for what grows faster than that.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "DEFAULT_LIMITS",
    "LEAST_OBJECT_BYTES",
    "MAX_EQUAL_HASHES",
    "MAX_LENGTH",
    "Limits",
]

MAX_LENGTH = (1 << 31) - 1
"""Longest string, array or collection, in bytes or items: lengths are signed 32-bit numbers."""

LEAST_OBJECT_BYTES = 4
"""Bytes that any object inside another one takes at least: its type id."""

MAX_EQUAL_HASHES = 1000
"""Items of a set, or keys of a map, whose hash another one has, too. Python compares each with all
of them, and hashes of numbers can be made equal at will: 100,000 such keys take minutes. Among a
million honest ones there are hardly two."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for one serialization service, checked in both directions.

    Args:
        nesting_depth: how many objects may lie inside each other. Reading or writing a level costs
            two or three frames of the interpreter, whose own limit is 1000 by default, and the
            program needs some for itself. Writing checks it too, which finds a list that contains
            itself.
        decimal_bytes: size of the digits of a BigDecimal, in bytes of its unscaled value (4096
            bytes hold 9863 decimal digits). Converting between binary and decimal takes quadratic
            time: 64 KiB take a third of a second, 256 KiB five seconds.
        class_definition_bytes: memory for class definitions of Portables that were learned from
            data, in bytes: data may name classes and versions without end. When it is used up they
            are forgotten, and learned again as they are met; reading gets slower, not wrong.
    """

    nesting_depth: int = 128
    decimal_bytes: int = 4096
    class_definition_bytes: int = 1 << 20


DEFAULT_LIMITS = Limits()
