# SPDX-License-Identifier: Apache-2.0
"""Reading: the stream that deserializing code takes its values from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from struct import error as StructError  # noqa: N812 - it is a class with a lower-case name
from typing import TYPE_CHECKING, Any, Final

from gridwire.hazelcast.serialization.faults import bad_count, bad_utf8, too_deep, truncated
from gridwire.hazelcast.serialization.limits import LEAST_OBJECT_BYTES
from gridwire.hazelcast.serialization.type_ids import TypeId

if TYPE_CHECKING:
    from struct import Struct

    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.hazelcast.serialization.byte_order import ByteOrder

__all__ = ["ObjectDataInput", "Reader"]

# From here on, a view of the data is cheaper than a copy of a part of it.
_LARGE_BYTES = 4096
# What most containers are full of is read without two calls for each item.
_STRING: Final = int(TypeId.STRING)
_INT: Final = int(TypeId.INT)


class ObjectDataInput:
    """A stream over serialized data, given to `StreamSerializer.read` and to `read_data`.

    Every method raises `HazelcastSerializationError` when the data ends too early or cannot mean
    what was asked for. Programs do not construct it.

    Args:
        buffer: serialized data, header included.
        offset: where to begin, in bytes from the beginning of the buffer.
        order: the byte order of the payload.
        readers: what reads an object, by type id; it raises for ids that it does not have.
        levels: how many objects may still lie inside each other.
    """

    # The first three are for this package's own readers, which fetch numbers without a method.
    __slots__ = ("_depth", "_levels", "_readers", "buffer", "offset", "order")

    def __init__(
        self,
        buffer: Buffer,
        offset: int,
        order: ByteOrder,
        readers: Mapping[int, Reader],
        levels: int,
    ) -> None:
        self.buffer = buffer
        self.offset = offset
        self.order = order
        self._readers = readers
        self._levels = levels
        self._depth = levels

    # Single values

    def read_boolean(self) -> bool:
        """Read one byte: true unless it is zero."""
        return self.read_byte() != 0

    def read_byte(self) -> int:
        """Read a signed byte."""
        return self._number(self.order.int8)

    def read_unsigned_byte(self) -> int:
        """Read a byte from 0 to 255."""
        return self.read_byte() & 0xFF

    def read_short(self) -> int:
        """Read a signed number of 2 bytes."""
        return self._number(self.order.int16)

    def read_unsigned_short(self) -> int:
        """Read a number of 2 bytes from 0 to 65535."""
        return self._number(self.order.uint16)

    def read_char(self) -> str:
        """Read a character of Java: a UTF-16 unit, which may be half of a surrogate pair."""
        return chr(self.read_unsigned_short())

    def read_int(self) -> int:
        """Read a signed number of 4 bytes."""
        return self._number(self.order.int32)

    def read_long(self) -> int:
        """Read a signed number of 8 bytes."""
        return self._number(self.order.int64)

    def read_float(self) -> float:
        """Read a floating-point number of 4 bytes."""
        return self._number(self.order.float)

    def read_double(self) -> float:
        """Read a floating-point number of 8 bytes."""
        return self._number(self.order.double)

    def read_string(self) -> str | None:
        """Read a string in UTF-8; None if a null was written."""
        part = self._part()
        if part is None:
            return None
        try:
            return str(part, "utf-8")
        except UnicodeDecodeError as error:
            fault = bad_utf8(error)
        raise fault

    def read_utf(self) -> str | None:
        """Read a string; the old name of `read_string`."""
        return self.read_string()

    def read_object(self) -> Any:
        """Read an object with its type id, as `ObjectDataOutput.write_object` wrote it."""
        return self.read_objects(1)[0]

    # Arrays; each is None if a null was written

    def read_byte_array(self) -> bytearray | None:
        """Read bytes that were written with their length."""
        part = self._part()
        return None if part is None else bytearray(part)

    def read_boolean_array(self) -> list[bool] | None:
        """Read booleans, a byte each."""
        part = self._part()
        return None if part is None else [byte != 0 for byte in part]

    def read_char_array(self) -> list[str] | None:
        """Read characters of Java, see `read_char`."""
        part = self._part(2)
        return None if part is None else [*map(chr, self.order.numbers("H", part))]

    def read_short_array(self) -> list[int] | None:
        """Read signed numbers of 2 bytes."""
        part = self._part(2)
        return None if part is None else self.order.numbers("h", part)

    def read_int_array(self) -> list[int] | None:
        """Read signed numbers of 4 bytes."""
        part = self._part(4)
        return None if part is None else self.order.numbers("i", part)

    def read_long_array(self) -> list[int] | None:
        """Read signed numbers of 8 bytes."""
        part = self._part(8)
        return None if part is None else self.order.numbers("q", part)

    def read_float_array(self) -> list[float] | None:
        """Read floating-point numbers of 4 bytes."""
        part = self._part(4)
        return None if part is None else self.order.numbers("f", part)

    def read_double_array(self) -> list[float] | None:
        """Read floating-point numbers of 8 bytes."""
        part = self._part(8)
        return None if part is None else self.order.numbers("d", part)

    def read_string_array(self) -> list[str | None] | None:
        """Read strings, each of which may be None."""
        count = self.read_int()
        if count == -1:
            return None
        self.check_count(count, 4)
        return [self.read_string() for _ in range(count)]

    def read_utf_array(self) -> list[str | None] | None:
        """Read strings; the old name of `read_string_array`."""
        return self.read_string_array()

    # The stream itself

    def read_into(
        self, buff: bytearray, offset: int | None = None, length: int | None = None
    ) -> bytearray:
        """Read raw bytes into memory of the caller.

        Args:
            buff: what to fill.
            offset: where to begin in it; 0 if None.
            length: how many bytes; as many as `buff` is long if None.

        Returns:
            `buff`.

        Raises:
            HazelcastSerializationError: the data is shorter than that.
            ValueError: offset and length lie outside of `buff`.
        """
        start = 0 if offset is None else offset
        count = len(buff) if length is None else length
        if start < 0 or count < 0 or start + count > len(buff):
            raise ValueError(f"{count} bytes from {start} on do not fit into {len(buff)} bytes")
        self.check_count(count, 1)
        end = self.offset + count
        buff[start : start + count] = memoryview(self.buffer)[self.offset : end]
        self.offset = end
        return buff

    def skip_bytes(self, count: int) -> int:
        """Go on without reading.

        Args:
            count: how many bytes to skip.

        Returns:
            How many were skipped: fewer than asked for at the end of the data.
        """
        skipped = max(0, min(count, len(self.buffer) - self.offset))
        self.offset += skipped
        return skipped

    def get_byte_order(self) -> str:
        """The order of bytes: ``BIG_ENDIAN`` or ``LITTLE_ENDIAN``."""
        return self.order.name

    def position(self) -> int:
        """Where the next byte is read, in bytes from the beginning of the data's header."""
        return self.offset

    def size(self) -> int:
        """Size of the data in bytes, header included."""
        return len(self.buffer)

    # For the readers of this package

    def check_count(self, count: int, item_bytes: int) -> None:
        """Refuse a count that the data announces and cannot hold.

        Args:
            count: what the data announces, in items.
            item_bytes: the least that one item takes, in bytes.

        Raises:
            HazelcastSerializationError: the count is negative, or too large for what is left.
        """
        left = len(self.buffer) - self.offset
        if count < 0:
            raise bad_count(count)
        if count * item_bytes > left:
            raise truncated(count * item_bytes, left)

    def read_objects(self, count: int) -> list[Any]:
        """Read objects that lie inside this one, each with its type id.

        Args:
            count: how many, as the data announces it.

        Returns:
            The objects.

        Raises:
            HazelcastSerializationError: the count is impossible, an object cannot be read, or
                objects are nested too deeply.
        """
        self.check_count(count, LEAST_OBJECT_BYTES)
        if not self._levels:
            raise too_deep(self._depth)
        self._levels -= 1
        readers, unpack, buffer = self._readers, self.order.int32.unpack_from, self.buffer
        size = len(buffer)
        objects: list[Any] = []
        append = objects.append
        try:
            for _ in range(count):
                offset = self.offset
                type_id = unpack(buffer, offset)[0]
                if type_id == _STRING:
                    start = offset + 8
                    length = unpack(buffer, offset + 4)[0]
                    end = start + length
                    if 0 <= length < _LARGE_BYTES and end <= size:
                        self.offset = end
                        append(str(buffer[start:end], "utf-8"))
                        continue
                elif type_id == _INT:
                    append(unpack(buffer, offset + 4)[0])
                    self.offset = offset + 8
                    continue
                self.offset = offset + 4
                append(readers[type_id](self))
            return objects
        except StructError:
            raise truncated() from None
        except UnicodeDecodeError as error:
            fault = bad_utf8(error)
        finally:
            self._levels += 1
        raise fault

    def enter(self) -> None:
        """Begin with an object that lies inside this one; `leave` must follow.

        Raises:
            HazelcastSerializationError: objects are nested too deeply.
        """
        if not self._levels:
            raise too_deep(self._depth)
        self._levels -= 1

    def leave(self) -> None:
        """The object that `enter` was told of is read."""
        self._levels += 1

    def another(self, buffer: Buffer) -> ObjectDataInput:
        """A stream over other data, from its first byte on, as deep inside objects as this one."""
        other = ObjectDataInput(buffer, 0, self.order, self._readers, self._levels)
        other._depth = self._depth
        return other

    def part(self, start: int, end: int) -> ObjectDataInput:
        """A stream over a part of the data, whose positions are the same."""
        part = ObjectDataInput(
            memoryview(self.buffer)[:end], start, self.order, self._readers, self._levels
        )
        part._depth = self._depth
        return part

    def read_items(self, item_bytes: int) -> Buffer | None:
        """The bytes of an array of numbers, perhaps as a view of the data; None for null."""
        return self._part(item_bytes)

    def read_bytes(self) -> bytes | None:
        """As `read_byte_array`, for values that are handed out."""
        part = self._part()
        return None if part is None else bytes(part)

    def _number(self, number: Struct) -> int:
        """The next number; a float is one too, as far as types go."""
        offset = self.offset
        try:
            value: int = number.unpack_from(self.buffer, offset)[0]
        except StructError:
            raise truncated(number.size, len(self.buffer) - offset) from None
        self.offset = offset + number.size
        return value

    def _part(self, item_bytes: int = 1) -> Buffer | None:
        """The bytes of something that begins with its count; None for null."""
        count = self.read_int()
        if count < 0:
            if count == -1:
                return None
            raise bad_count(count)
        start = self.offset
        end = start + count * item_bytes
        if end > len(self.buffer):
            raise truncated(end - start, len(self.buffer) - start)
        self.offset = end
        if end - start > _LARGE_BYTES:
            return memoryview(self.buffer)[start:end]
        return self.buffer[start:end]


Reader = Callable[[ObjectDataInput], Any]
"""What reads one value."""
