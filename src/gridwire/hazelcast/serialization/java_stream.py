# SPDX-License-Identifier: Apache-2.0
"""What ``java.io.ObjectOutputStream`` wrote, looked at from outside: whose object, and how long.

The objects are not made, for their classes are only in Java. But a container goes on behind them,
and a program wants to know what they are. The grammar is the one of the "Java Object Serialization
Specification", version 2 of the stream.
"""

from __future__ import annotations

from struct import Struct
from struct import error as StructError  # noqa: N812 - it is a class with a lower-case name
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gridwire.hazelcast.protocol.frames import Buffer

__all__ = ["JavaObject", "java_object"]

MAX_STEPS: Final = 100_000
"""Objects, classes and fields that are looked at. References to classes make them cheap to write,
so that their number is not bound by the size of the data."""

MAX_DEPTH: Final = 64
"""Objects inside objects, and superclasses; each takes two or three frames of the interpreter."""

MAX_NAME: Final = 256
"""Bytes of a name that are kept; it is shown in errors."""

_MAGIC = b"\xac\xed\x00\x05"
_FIRST_HANDLE = 0x7E0000
_WRITE_METHOD, _EXTERNALIZABLE, _BLOCK_DATA = 1, 4, 8
_SIZES = {"B": 1, "C": 2, "D": 8, "F": 4, "I": 4, "J": 8, "S": 2, "Z": 1}
_END_OF_BLOCKS, _BLOCK, _LONG_BLOCK = 0x78, 0x77, 0x7A

_uint16 = Struct(">H").unpack_from
_int32 = Struct(">i").unpack_from
_int64 = Struct(">q").unpack_from


class JavaObject(NamedTuple):
    """What is known about an object in a stream of Java.

    Args:
        class_name: its class, as Java names it; None if the stream does not tell.
        constant: the name of the constant, if the class is an enum.
        end: where the bytes of the object end; None where only Java could tell.
        cut_off: whether the data ends before the object does.
    """

    class_name: str | None = None
    constant: str | None = None
    end: int | None = None
    cut_off: bool = False


def java_object(data: Buffer, start: int) -> JavaObject:
    """Look at an object.

    Args:
        data: memory that has the stream.
        start: where the stream begins in it.

    Returns:
        What could be found out; nothing is raised, whatever the data is.
    """
    walk = _Walk(data, start)
    end, cut_off = None, False
    try:
        end = walk.whole()
    except (StructError, IndexError):
        cut_off = True
    except _Opaque:
        pass
    return JavaObject(walk.class_name, walk.constant, end, cut_off)


class _Opaque(Exception):
    """From here on only Java knows, or nobody."""


class _Class(NamedTuple):
    """The description of a class: the type codes of its fields, its flags and its superclass."""

    name: str
    fields: str
    flags: int
    parent: _Class | None


class _Walk:
    """One look at a stream: where it stands, and what references in it can mean."""

    def __init__(self, data: Buffer, start: int) -> None:
        self.class_name: str | None = None
        self.constant: str | None = None
        self._data = data
        self._at = start
        self._steps = MAX_STEPS
        self._handles: list[_Class | str | None] = []

    def whole(self) -> int:
        magic = bytes(self._data[self._at : self._at + 4])
        if magic != _MAGIC:
            # What ends within these four bytes is cut off.
            raise IndexError if _MAGIC.startswith(magic) else _Opaque
        self._at += 4
        self._any(MAX_DEPTH)
        return self._at

    def _any(self, depth: int) -> _Class | str | None:
        self._steps -= 1
        code = self._byte()
        if not depth or self._steps < 0 or code not in _OBJECTS:
            raise _Opaque
        return _OBJECTS[code](self, depth - 1)

    def _byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def _uint16(self) -> int:
        self._at += 2
        number: int = _uint16(self._data, self._at - 2)[0]
        return number

    def _int32(self) -> int:
        self._at += 4
        number: int = _int32(self._data, self._at - 4)[0]
        return number

    def _int64(self) -> int:
        self._at += 8
        number: int = _int64(self._data, self._at - 8)[0]
        return number

    def _skip(self, count: int) -> int:
        """Go on, and tell from where."""
        start, end = self._at, self._at + count
        if count < 0:
            raise _Opaque
        if end > len(self._data):
            raise IndexError
        self._at = end
        return start

    def _name(self, length: int) -> str:
        # Java's own form of UTF-8 differs in characters that names hardly have.
        start = self._skip(length)
        end = min(self._at, start + MAX_NAME)
        return bytes(self._data[start:end]).decode("utf-8", "replace")

    def _null(self, depth: int) -> None:
        """Nothing follows."""

    def _short_text(self, depth: int) -> str:
        return self._text(self._uint16())

    def _long_text(self, depth: int) -> str:
        return self._text(self._int64())

    def _text(self, length: int) -> str:
        """A string: only the names of constants are wanted, and never more of it."""
        text = self._name(length)
        self._handles.append(text)
        self._tell("java.lang.String")
        return text

    def _referred(self, depth: int) -> _Class | str | None:
        index = self._int32() - _FIRST_HANDLE
        if not 0 <= index < len(self._handles):
            raise _Opaque
        return self._handles[index]

    def _described(self, depth: int) -> _Class | None:
        """A description of a class, or null."""
        found = self._any(depth)
        if isinstance(found, str):
            raise _Opaque
        return found

    def _class(self, depth: int) -> _Class:
        name = self._name(self._uint16())
        self._tell(name)
        self._skip(8)
        handle = self._new_handle()
        flags = self._byte()
        fields = ""
        for _ in range(self._uint16()):
            self._steps -= 1
            code = chr(self._byte())
            self._skip(self._uint16())
            if code in "L[":
                self._any(depth)
            elif code not in _SIZES:
                raise _Opaque
            fields += code
        self._annotation(depth)
        described = _Class(name, fields, flags, self._described(depth))
        self._handles[handle] = described
        return described

    def _proxy(self, depth: int) -> _Class:
        handle = self._new_handle()
        count = self._int32()
        for _ in range(count):
            self._skip(self._uint16())
        self._annotation(depth)
        described = _Class("a proxy", "", 0, self._described(depth))
        self._handles[handle] = described
        return described

    def _new_handle(self) -> int:
        self._handles.append(None)
        return len(self._handles) - 1

    def _java_class(self, depth: int) -> None:
        self._tell("java.lang.Class")
        self._described(depth)
        self._new_handle()

    def _array(self, depth: int) -> None:
        described = self._described(depth)
        if described is None or len(described.name) < 2:
            raise _Opaque
        self._new_handle()
        count = self._int32()
        code = described.name[1]
        if code in _SIZES:
            self._skip(count * _SIZES[code])
            return
        for _ in range(count):
            self._any(depth)

    def _enum(self, depth: int) -> None:
        first = self.class_name is None
        if self._described(depth) is None:
            raise _Opaque
        self._new_handle()
        constant = self._any(depth)
        if first and isinstance(constant, str):
            self.constant = constant

    def _object(self, depth: int) -> None:
        described = self._described(depth)
        if described is None:
            raise _Opaque
        self._new_handle()
        lineage = []
        ancestor: _Class | None = described
        while ancestor is not None:
            self._steps -= 1
            lineage.append(ancestor)
            ancestor = ancestor.parent
        for each in reversed(lineage):
            self._part(each, depth)

    def _part(self, described: _Class, depth: int) -> None:
        """What one class of an object's lineage wrote."""
        flags = described.flags
        if flags & _EXTERNALIZABLE:
            if not flags & _BLOCK_DATA:
                raise _Opaque
            self._annotation(depth)
            return
        if flags & _WRITE_METHOD and described.fields:
            # A method of the class wrote it: whether the fields come first is up to that.
            raise _Opaque
        for code in described.fields:
            if code in _SIZES:
                self._skip(_SIZES[code])
            else:
                self._any(depth)
        if flags & _WRITE_METHOD:
            self._annotation(depth)

    def _annotation(self, depth: int) -> None:
        """Blocks and objects up to their end mark."""
        while True:
            self._steps -= 1
            code = self._data[self._at]
            if self._steps < 0:
                raise _Opaque
            if code == _END_OF_BLOCKS:
                self._at += 1
                return
            if code == _BLOCK:
                self._at += 1
                self._skip(self._byte())
            elif code == _LONG_BLOCK:
                self._at += 1
                self._skip(self._int32())
            else:
                self._any(depth)

    def _tell(self, class_name: str) -> None:
        if self.class_name is None:
            self.class_name = class_name


_OBJECTS: Final[Mapping[int, Callable[[_Walk, int], _Class | str | None]]] = {
    0x70: _Walk._null,
    0x71: _Walk._referred,
    0x72: _Walk._class,
    0x73: _Walk._object,
    0x74: _Walk._short_text,
    0x75: _Walk._array,
    0x76: _Walk._java_class,
    0x7C: _Walk._long_text,
    0x7D: _Walk._proxy,
    0x7E: _Walk._enum,
}
