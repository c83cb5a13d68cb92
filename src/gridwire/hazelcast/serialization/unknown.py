# SPDX-License-Identifier: Apache-2.0
"""`UnknownObject`: a value that a member sent and that nothing here makes an object of.

One value of a kind that this program does not know must not hide the thousand others of a map, and
must not get lost when it is stored again. So it is read as an object that keeps its bytes, and says
what to register. A container whose item is unknown is unknown as a whole, unless the length of the
item can be found out: then the item alone is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NoReturn

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.data import HEADER, HEADER_BYTES, type_id_of
from gridwire.hazelcast.serialization.faults import UnknownTypeError, truncated, unknown_type_id
from gridwire.hazelcast.serialization.java_stream import java_object
from gridwire.hazelcast.serialization.registry import Codec
from gridwire.hazelcast.serialization.type_ids import TypeId, type_name

if TYPE_CHECKING:
    from collections.abc import Container

    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.hazelcast.serialization.input import ObjectDataInput
    from gridwire.hazelcast.serialization.output import ObjectDataOutput

__all__ = ["UnknownObject", "part_codecs", "unknown_codec", "unknown_object"]

_MAX_TEXTS = 64
_TEXT_AT = HEADER_BYTES + 4


@dataclass(frozen=True, slots=True, repr=False)
class UnknownObject:
    """Serialized data of a type that this client cannot read.

    Stored again, as a value or as a key, it is the same bytes, with the same partition. Two are
    equal if their bytes are. It stands for no value: it is neither true nor false, and has no
    attribute of what it would be.

    Attributes:
        data: the serialized data, header included.
        is_big_endian: the byte order of its payload.
        reason: why it could not be read, a sentence.
        hint: what to register, or what else can be done.
    """

    data: bytes
    is_big_endian: bool = True
    reason: str = field(default="", compare=False)
    hint: str | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if len(self.data) < HEADER_BYTES:
            raise truncated(HEADER_BYTES, len(self.data))

    @property
    def type_id(self) -> int:
        """The number that says how the data is written, see `type_ids.TypeId`."""
        return type_id_of(self.data)

    @property
    def payload(self) -> bytes:
        """The data without its header."""
        return self.data[HEADER_BYTES:]

    @property
    def java_class(self) -> str | None:
        """The name of the Java class, if `java.io.Serializable` wrote the data; else None."""
        if self.type_id != TypeId.JAVA_SERIALIZABLE:
            return None
        return java_object(self.data, HEADER_BYTES).class_name

    @property
    def java_constant(self) -> str | None:
        """The name of the constant, if the data is one of a Java enum; else None."""
        if self.type_id != TypeId.JAVA_SERIALIZABLE:
            return None
        return java_object(self.data, HEADER_BYTES).constant

    def __bool__(self) -> NoReturn:
        raise HazelcastSerializationError(
            f"An UnknownObject is neither true nor false. {self.reason}", hint=self.hint
        )

    def __getattr__(self, name: str) -> NoReturn:
        # Python asks every object for names with underscores, also before it has its attributes.
        if name.startswith("__") or name in {"data", "reason", "hint", "is_big_endian"}:
            raise AttributeError(name, name=name, obj=self)
        way_out = f". {self.hint}" if self.hint else ""
        raise AttributeError(
            f"An UnknownObject has no attribute {name!r}. {self.reason}{way_out}",
            name=name,
            obj=self,
        )

    def __repr__(self) -> str:
        parts = [
            f"UnknownObject of type id {type_name(self.type_id)}, {len(self.data)} bytes",
            self.reason,
            self.hint,
        ]
        return f"<{'. '.join(part.rstrip('.') for part in parts if part)}.>"


def unknown_object(data: Buffer, order: ByteOrder, fault: UnknownTypeError) -> UnknownObject:
    """What data is read as when an object in it is unknown.

    Args:
        data: serialized data, header included; it is copied.
        order: the byte order of its payload.
        fault: what was found.
    """
    reason = ". ".join([fault.message, *getattr(fault, "__notes__", ())])
    return UnknownObject(bytes(data), order.is_big_endian, reason, fault.hint)


def unknown_codec(order: ByteOrder) -> Codec:
    """The row that writes unknown objects.

    Args:
        order: the byte order of payloads.

    Returns:
        A row for the registry.
    """

    def encode(value: UnknownObject) -> bytes:
        if value.is_big_endian != order.is_big_endian:
            raise HazelcastSerializationError(
                "An UnknownObject has another byte order than this client, and cannot be turned "
                "around",
                hint="Both clients need the same is_big_endian.",
            )
        return value.data

    def write_typed(out: ObjectDataOutput, value: UnknownObject) -> None:
        data = encode(value)
        if not _is_movable(value, order):
            raise HazelcastSerializationError(
                f"An UnknownObject of type id {type_name(value.type_id)} cannot be stored inside "
                "another object: its bytes may tell where they lie",
                hint=f"Store it as a value of its own, as it was read. {value.hint or ''}".strip(),
            )
        out.buffer += order.int32.pack(value.type_id)
        out.buffer += memoryview(data)[HEADER_BYTES:]

    return Codec(
        type_id=TypeId.NULL, types=(UnknownObject,), write_typed=write_typed, encode=encode
    )


def _is_movable(value: UnknownObject, order: ByteOrder) -> bool:
    """Whether other objects may lie in front of it, and behind it.

    A Portable has positions, counted from the beginning of the data, and what a class of somebody
    wrote may have one inside. These kinds mean the same wherever they lie.
    """
    kind, data = value.type_id, value.data
    if kind == TypeId.PICKLE:
        # Data that is kept whole may be damaged, or go on behind the object.
        return data[HEADER_BYTES:_TEXT_AT] == order.int32.pack(len(data) - _TEXT_AT)
    if kind == TypeId.JAVA_SERIALIZABLE:
        found = java_object(data, HEADER_BYTES)
        return not found.cut_off and found.end in {None, len(data)}
    return kind == TypeId.JAVA_EXTERNALIZABLE


def part_codecs(order: ByteOrder, taken: Container[int]) -> list[Codec]:
    """The rows of what cannot be read, but ends where it is known to end.

    Args:
        order: the byte order of payloads.
        taken: type ids that something reads.

    Returns:
        Rows for the registry.
    """

    # There may be many of a kind in one container.
    @lru_cache(maxsize=_MAX_TEXTS)
    def texts(type_id: TypeId, *found: str | None) -> tuple[str, str | None]:
        fault = unknown_type_id(type_id, *found)
        return fault.message, fault.hint

    def part(
        inp: ObjectDataInput, start: int, type_id: TypeId, *found: str | None
    ) -> UnknownObject:
        data = HEADER.pack(0, type_id) + inp.buffer[start : inp.offset]
        return UnknownObject(data, order.is_big_endian, *texts(type_id, *found))

    def read_pickle(inp: ObjectDataInput) -> UnknownObject:
        start = inp.offset
        inp.read_bytes()
        return part(inp, start, TypeId.PICKLE)

    def read_serializable(inp: ObjectDataInput) -> UnknownObject:
        start = inp.offset
        class_name, constant, end, cut_off = java_object(inp.buffer, start)
        if cut_off:
            raise truncated()
        if end is None:
            raise unknown_type_id(TypeId.JAVA_SERIALIZABLE, class_name, constant)
        inp.offset = end
        return part(inp, start, TypeId.JAVA_SERIALIZABLE, class_name, constant)

    def read_externalizable(inp: ObjectDataInput) -> UnknownObject:
        raise unknown_type_id(TypeId.JAVA_EXTERNALIZABLE, inp.read_string())

    rows = (
        (TypeId.PICKLE, read_pickle, _pickle_fault),
        (TypeId.JAVA_SERIALIZABLE, read_serializable, _serializable_fault),
        (TypeId.JAVA_EXTERNALIZABLE, read_externalizable, None),
    )
    return [
        Codec(type_id=type_id, read=read, decode=decode)
        for type_id, read, decode in rows
        if type_id not in taken
    ]


# An object that is no part of another one raises: then `to_object` keeps all of its data, with the
# hash in the header and whatever follows the object.


def _pickle_fault(data: Buffer) -> NoReturn:
    raise unknown_type_id(TypeId.PICKLE)


def _serializable_fault(data: Buffer) -> NoReturn:
    found = java_object(data, HEADER_BYTES)
    raise unknown_type_id(TypeId.JAVA_SERIALIZABLE, found.class_name, found.constant)
