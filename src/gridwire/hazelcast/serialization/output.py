# SPDX-License-Identifier: Apache-2.0
"""Writing: the stream that serializing code puts its values into."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from struct import Struct, pack
from struct import error as StructError  # noqa: N812 - it is a class with a lower-case name
from typing import TYPE_CHECKING, Any, Final

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.faults import not_writable, too_deep, too_long
from gridwire.hazelcast.serialization.given import in_order, raw_bytes, side_by_side, utf8
from gridwire.hazelcast.serialization.limits import MAX_LENGTH
from gridwire.hazelcast.serialization.type_ids import TypeId

if TYPE_CHECKING:
    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.hazelcast.serialization.byte_order import ByteOrder

__all__ = ["ObjectDataOutput", "Writer"]

_NULL = -1
_UINT8 = Struct("B")
_STRING: Final = int(TypeId.STRING)
# Longer texts are few, and leave the loop below; in characters.
_SHORT_TEXT = 4096


class ObjectDataOutput:
    """A stream that becomes serialized data, given to `StreamSerializer.write` and `write_data`.

    Every method raises `HazelcastSerializationError` for a value that it cannot write; nothing of
    it is written then. Programs do not construct it.

    Args:
        header: what the data begins with.
        order: the byte order of the payload.
        writers: what writes an object with its type id, by type; it raises for types that cannot
            be written.
        levels: how many objects may still lie inside each other.

    Attributes:
        buffer: what was written so far.
    """

    # The first two are for this package's own writers, which append without a method.
    __slots__ = ("_depth", "_levels", "_writers", "buffer", "order")

    def __init__(
        self, header: bytes, order: ByteOrder, writers: Mapping[type, Writer], levels: int
    ) -> None:
        self.buffer = bytearray(header)
        self.order = order
        self._writers = writers
        self._levels = levels
        self._depth = levels

    # Single values

    def write_boolean(self, val: bool) -> None:
        """Write one byte: 1 for what is true, 0 for what is not."""
        self.buffer.append(1 if val else 0)

    def write_byte(self, val: int) -> None:
        """Write a byte, given as a signed or an unsigned number (-128 to 255)."""
        try:
            self.buffer += (_UINT8 if val >= 0 else self.order.int8).pack(val)
        except (TypeError, StructError):
            raise not_writable("write_byte", val, "an int from -128 to 255") from None

    def write_short(self, val: int) -> None:
        """Write a signed number of 2 bytes."""
        self._number("write_short", self.order.int16, val, "an int from -32768 to 32767")

    def write_char(self, val: str) -> None:
        """Write a character of Java: a single character of the first 65536."""
        try:
            self.buffer += self.order.uint16.pack(ord(val))
        except (TypeError, StructError):
            raise not_writable("write_char", val, "one character of the first 65536") from None

    def write_int(self, val: int) -> None:
        """Write a signed number of 4 bytes."""
        self._number("write_int", self.order.int32, val, "an int from -2147483648 to 2147483647")

    def write_long(self, val: int) -> None:
        """Write a signed number of 8 bytes."""
        self._number("write_long", self.order.int64, val, "an int from -(2 ** 63) to 2 ** 63 - 1")

    def write_float(self, val: float) -> None:
        """Write a floating-point number of 4 bytes; digits that it cannot hold are rounded off."""
        self._number("write_float", self.order.float, val, "a float within the range of 4 bytes")

    def write_double(self, val: float) -> None:
        """Write a floating-point number of 8 bytes."""
        self._number("write_double", self.order.double, val, "a float")

    def write_string(self, val: str | None) -> None:
        """Write a string in UTF-8, with its length."""
        if val is None:
            self.write_int(_NULL)
        elif isinstance(val, str):
            encoded = utf8(val)
            self.write_count("A string", len(encoded))
            self.buffer += encoded
        else:
            raise not_writable("write_string", val, "a str or None")

    def write_utf(self, val: str | None) -> None:
        """Write a string; the old name of `write_string`."""
        self.write_string(val)

    def write_object(self, val: Any) -> None:
        """Write an object with its type id; None is allowed."""
        start = len(self.buffer)
        try:
            self.write_objects((val,))
        except HazelcastSerializationError:
            del self.buffer[start:]
            raise

    def write_bytes(self, val: str) -> None:
        """Write the characters of a string, of the first 256, as a byte each, without a length."""
        try:
            self.buffer += val.encode("latin-1")
        except (AttributeError, UnicodeEncodeError):
            raise not_writable("write_bytes", val, "a str of characters up to 255") from None

    def write_chars(self, val: str) -> None:
        """Write the characters of a string as Java does (UTF-16 units), without a length."""
        if not isinstance(val, str):
            raise not_writable("write_chars", val, "a str")
        self.buffer += val.encode(self.order.utf16, "surrogatepass")

    # Arrays; None is written as null

    def write_byte_array(self, val: Buffer | None) -> None:
        """Write bytes with their length."""
        if val is None:
            self.write_int(_NULL)
            return
        raw = raw_bytes("write_byte_array", val)
        self.write_count("An array", len(raw))
        self.buffer += raw

    def write_boolean_array(self, val: Sequence[bool] | None) -> None:
        """Write booleans, a byte each."""
        self._array("write_boolean_array", "b", val, lambda items: map(bool, items))

    def write_char_array(self, val: Sequence[str] | None) -> None:
        """Write characters of Java, see `write_char`."""
        self._array("write_char_array", "H", val, lambda items: map(ord, items))

    def write_short_array(self, val: Sequence[int] | None) -> None:
        """Write signed numbers of 2 bytes."""
        self._array("write_short_array", "h", val)

    def write_int_array(self, val: Sequence[int] | None) -> None:
        """Write signed numbers of 4 bytes."""
        self._array("write_int_array", "i", val)

    def write_long_array(self, val: Sequence[int] | None) -> None:
        """Write signed numbers of 8 bytes."""
        self._array("write_long_array", "q", val)

    def write_float_array(self, val: Sequence[float] | None) -> None:
        """Write floating-point numbers of 4 bytes, see `write_float`."""
        self._array("write_float_array", "f", val)

    def write_double_array(self, val: Sequence[float] | None) -> None:
        """Write floating-point numbers of 8 bytes."""
        self._array("write_double_array", "d", val)

    def write_string_array(self, val: Sequence[str | None] | None) -> None:
        """Write strings, each of which may be None."""
        if val is None:
            self.write_int(_NULL)
            return
        if isinstance(val, str):  # its characters would be the strings
            raise not_writable("write_string_array", val, "a list of texts")
        items = tuple(in_order("write_string_array", val))
        start = len(self.buffer)
        try:
            self.write_count("An array", len(items))
            for item in items:
                self.write_string(item)
        except HazelcastSerializationError:
            del self.buffer[start:]
            raise

    def write_utf_array(self, val: Sequence[str | None] | None) -> None:
        """Write strings; the old name of `write_string_array`."""
        self.write_string_array(val)

    # The stream itself

    def write_from(
        self, buff: Buffer, offset: int | None = None, length: int | None = None
    ) -> None:
        """Write raw bytes, without their length.

        Args:
            buff: where they are.
            offset: where to begin in it; 0 if None.
            length: how many bytes; as many as `buff` is long if None.

        Raises:
            ValueError: offset and length lie outside of `buff`.
        """
        start = 0 if offset is None else offset
        count = len(buff) if length is None else length
        if start < 0 or count < 0 or start + count > len(buff):
            raise ValueError(f"{len(buff)} bytes do not have {count} bytes from {start} on")
        self.buffer += memoryview(buff)[start : start + count]

    def to_byte_array(self) -> bytearray:
        """A copy of all that was written, the header of the data included."""
        return bytearray(self.buffer)

    def get_byte_order(self) -> str:
        """The order of bytes: ``BIG_ENDIAN`` or ``LITTLE_ENDIAN``."""
        return self.order.name

    # For the writers of this package

    def write_count(self, what: str, count: int) -> None:
        """Write a length or count; `what` has it, if it is too long."""
        if count > MAX_LENGTH:
            raise too_long(what, count)
        self.buffer += self.order.int32.pack(count)

    def write_objects(self, items: Iterable[Any]) -> None:
        """Write objects that lie inside this one, each with its type id.

        Args:
            items: the objects; nobody else may change this iterable meanwhile.

        Raises:
            HazelcastSerializationError: one of them cannot be written, or they are nested too
                deeply.
        """
        if not self._levels:
            raise too_deep(self._depth)
        self._levels -= 1
        writers, buffer, pack = self._writers, self.buffer, self.order.two_int32.pack
        try:
            for item in items:
                kind = type(item)
                if kind is str and len(item) < _SHORT_TEXT:
                    # Most items of most containers: here without two calls for each.
                    encoded = item.encode()
                    buffer += pack(_STRING, len(encoded))
                    buffer += encoded
                else:
                    writers[kind](self, item)
            return
        except UnicodeEncodeError:
            if kind is not str:
                raise
        finally:
            self._levels += 1
        utf8(item)  # Raises, without the error above that holds the whole text.

    def enter(self) -> None:
        """Begin with an object that lies inside this one; `leave` must follow.

        Raises:
            HazelcastSerializationError: objects are nested too deeply.
        """
        if not self._levels:
            raise too_deep(self._depth)
        self._levels -= 1

    def leave(self) -> None:
        """The object that `enter` was told of is written."""
        self._levels += 1

    def _number(self, method: str, number: Struct, val: float, allowed: str) -> None:
        try:
            self.buffer += number.pack(val)
        except (StructError, OverflowError):
            raise not_writable(method, val, allowed) from None

    def _array(
        self,
        method: str,
        typecode: str,
        val: Sequence[Any] | None,
        convert: Callable[[Sequence[Any]], Iterable[Any]] = list,
    ) -> None:
        if val is None:
            self.write_int(_NULL)
            return
        numbers = side_by_side(typecode, val)
        if numbers is not None:
            self.write_count("An array", len(numbers))
            self.buffer += self.order.packed(numbers)
            return
        try:
            items = [*convert(in_order(method, val))]
            if typecode == "f":  # `array` makes infinity of what does not fit
                packed = pack(f"{self.order.prefix}{len(items)}f", *items)
            else:
                packed = self.order.packed(array(typecode, items))
        except (TypeError, OverflowError, ValueError, StructError) as error:
            raise not_writable(method, val, f"items that fit ({error})") from None
        self.write_count("An array", len(items))
        self.buffer += packed


Writer = Callable[[ObjectDataOutput, Any], None]
"""What writes one value."""
