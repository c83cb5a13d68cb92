# SPDX-License-Identifier: Apache-2.0
"""What Java's arrays of numbers are read as: the option array_type."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["ArrayType"]


class ArrayType(IntEnum):
    """What ``short[] int[] long[] float[] double[]`` and ``boolean[]`` are read as.

    ``byte[]`` is always `bytes`, ``char[]`` and ``String[]`` are always lists.
    """

    LIST = 0
    """Lists of numbers. The default, as in the official client."""

    ARRAY = 1
    """`array.array`, which takes as much memory as the numbers do; booleans are lists."""

    NUMPY = 2
    """Arrays of numpy, in the byte order of this machine. numpy must be installed."""
