# SPDX-License-Identifier: Apache-2.0
"""The two byte orders of payloads, each with its numbers ready to be packed and unpacked.

The header of serialized data is big endian whatever the payload is; see `data`.
"""

from __future__ import annotations

import sys
from array import array
from struct import Struct
from typing import Any, Final

__all__ = ["BIG_ENDIAN", "LITTLE_ENDIAN", "ByteOrder", "byte_order"]


class ByteOrder:
    """One byte order.

    Args:
        name: as `ObjectDataInput.get_byte_order` tells it.
        prefix: the character that means it to `struct`.

    Attributes:
        is_native: whether this machine has the same order, so that arrays need no swapping.
        utf16: the codec of Java's characters.
    """

    __slots__ = (
        "double",
        "float",
        "int8",
        "int16",
        "int32",
        "int64",
        "is_big_endian",
        "is_native",
        "name",
        "prefix",
        "two_int32",
        "uint16",
        "utf16",
    )

    def __init__(self, name: str, prefix: str) -> None:
        self.name = name
        self.prefix = prefix
        self.is_big_endian = prefix == ">"
        self.is_native = self.is_big_endian == (sys.byteorder == "big")
        self.utf16 = "utf-16-be" if self.is_big_endian else "utf-16-le"
        self.int8 = Struct(prefix + "b")
        self.int16 = Struct(prefix + "h")
        self.uint16 = Struct(prefix + "H")
        self.int32 = Struct(prefix + "i")
        self.two_int32 = Struct(prefix + "ii")
        self.int64 = Struct(prefix + "q")
        self.float = Struct(prefix + "f")
        self.double = Struct(prefix + "d")

    def __repr__(self) -> str:
        return f"<ByteOrder {self.name}>"

    def numbers(self, typecode: str, data: bytes | bytearray | memoryview) -> list[Any]:
        """Decode an array of numbers.

        Args:
            typecode: ``b h H i q f d``, as in `array`: 1, 2, 2, 4, 8, 4, 8 bytes an item.
            data: a whole number of items.

        Returns:
            The items.
        """
        return self.items(typecode, data).tolist()

    def items(self, typecode: str, data: bytes | bytearray | memoryview) -> array[Any]:
        """As `numbers`, but packed as they came."""
        items: array[Any] = array(typecode)
        items.frombytes(data)
        if not self.is_native:
            items.byteswap()
        return items

    def packed(self, items: array[Any]) -> bytes:
        """Encode an array of numbers that nobody else changes; it may be swapped in place."""
        if not self.is_native:
            items.byteswap()
        return items.tobytes()


BIG_ENDIAN: Final = ByteOrder("BIG_ENDIAN", ">")
LITTLE_ENDIAN: Final = ByteOrder("LITTLE_ENDIAN", "<")


def byte_order(is_big_endian: bool) -> ByteOrder:
    """The order that an option of this name means."""
    return BIG_ENDIAN if is_big_endian else LITTLE_ENDIAN
