# SPDX-License-Identifier: Apache-2.0
"""The rows that tie types of Python to type ids of Hazelcast, and the way to the right row.

A `Codec` is a row. The rows of a service come from `builtin.builtin_codecs`; another way to
serialize (Portable, Compact) joins as rows there: one with the `base` that its classes derive
from, or with the exact `types` that it was configured for.

An object's row is looked for in this order: its exact type (built in, or a custom or Compact
serializer); a base class that a row claims (`IdentifiedDataSerializable`, `Portable`); custom
serializers for its base classes, nearest first; arrays and numbers of numpy; the global serializer;
Compact, if it is a dataclass whose annotations say enough; pickle, when it is allowed. The first
lookup finds all types that were met before, so the order costs nothing in the long run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from gridwire.hazelcast.errors import InvalidConfigurationError
from gridwire.hazelcast.serialization.compact.faults import UnclearDataclassError
from gridwire.hazelcast.serialization.data import HEADER, HEADER_BYTES, payload_hash
from gridwire.hazelcast.serialization.faults import unknown_type_id, user_code
from gridwire.hazelcast.serialization.input import ObjectDataInput, Reader
from gridwire.hazelcast.serialization.output import ObjectDataOutput, Writer
from gridwire.hazelcast.serialization.refusals import unserializable
from gridwire.hazelcast.serialization.type_ids import type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.hazelcast.serialization.limits import Limits

__all__ = ["Codec", "Registry"]

# Types that were looked up are remembered, but a program may make classes without end.
_MAX_REMEMBERED = 1024

_K = TypeVar("_K")
_V = TypeVar("_V")


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """A row: how objects of some types are written, and how a type id is read.

    Args:
        type_id: the number in front of the object.
        read: reads the payload; None if this row only writes.
        write: writes the payload; None if this row only reads.
        types: the exact types that this row writes.
        base: a class whose subclasses this row writes, too.
        replaceable: whether a custom serializer may be registered for these types.
        write_typed: writes type id and payload; made from `write` when None. Rows whose type id
            depends on the value have only this one and `encode`.
        encode: makes whole data of an object; made from `write` when None. Worth having where
            the general way is slower than the work itself.
        decode: makes an object of whole data; made from `read` when None. It may raise
            `struct.error` when the data is too short.
    """

    type_id: int
    read: Reader | None = None
    write: Writer | None = None
    types: tuple[type, ...] = ()
    base: type | None = None
    replaceable: bool = False
    write_typed: Writer | None = None
    encode: Callable[[Any], bytes | None] | None = None
    decode: Callable[[Buffer], Any] | None = None


class _Table(dict[_K, _V], Generic[_K, _V]):
    """A dict that asks for what it does not have, and remembers it."""

    __slots__ = ("_find",)

    def __init__(self, find: Callable[[_K], _V]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, key: _K) -> _V:
        value = self._find(key)
        if len(self) < _MAX_REMEMBERED:
            self[key] = value
        return value


class Registry:
    """All rows of one serialization service.

    Args:
        order: the byte order of payloads.
        limits: bounds of nesting.
        builtin: the rows of Hazelcast.
        custom: the rows of custom serializers, by the type that each is for.
        fallback: the row of the global serializer, if there is one.
        compact: the rows of Compact serializers, by the exact type that each is for.
        dataclass_codec: gives the row of a dataclass, or None for what is none; it raises for one
            that does not say enough.
        pickles: the row of last resort, if it is allowed.

    Attributes:
        encoders: what makes whole data of an object, by its type.
        decoders: what makes an object of whole data, by type id.

    Raises:
        InvalidConfigurationError: two rows contradict each other.
    """

    __slots__ = (
        "_bases",
        "_custom",
        "_dataclass_codec",
        "_fallback",
        "_levels",
        "_order",
        "_pickles",
        "_readers",
        "_writers",
        "decoders",
        "encoders",
    )

    def __init__(
        self,
        order: ByteOrder,
        limits: Limits,
        builtin: Iterable[Codec],
        custom: Mapping[type, Codec],
        fallback: Codec | None,
        compact: Mapping[type, Codec],
        dataclass_codec: Callable[[type], Codec | None],
        pickles: Codec | None,
    ) -> None:
        self._order = order
        self._levels = limits.nesting_depth
        self._custom = custom
        self._fallback = fallback
        self._dataclass_codec = dataclass_codec
        self._pickles = pickles
        self._bases: list[Codec] = []
        self._readers: dict[int, Reader] = _Table(_no_reader)
        self._writers: dict[type, Writer] = _Table(self._find_writer)
        self.decoders: dict[int, Callable[[Buffer], Any]] = _Table(_no_reader)
        self.encoders: dict[type, Callable[[Any], bytes | None]] = _Table(self._find_encoder)
        for codec in builtin:
            self._add_builtin(codec)
        for python_type, codec in custom.items():
            self._add_custom("custom_serializers", python_type, codec)
        for python_type, codec in compact.items():
            if python_type in self._writers:
                other = "custom_serializers" if python_type in custom else "Hazelcast itself"
                raise InvalidConfigurationError(
                    f"compact_serializers has {python_type.__qualname__}, which {other} has, too"
                )
            self._add_custom("compact_serializers", python_type, codec)
        if fallback is not None and fallback.read is not None:
            self._add_reader(fallback)

    def key_hash(self, key: object) -> int:
        """The partition hash of what a key names as its partition key; 0 if it names nothing."""
        method = getattr(key, "get_partition_key", None)
        if method is None:
            return 0
        try:
            partition_key = method()
        except Exception as error:  # it is code of the program
            raise user_code(f"{type(key).__qualname__}.get_partition_key", error) from error
        if partition_key is None or partition_key is key:
            return 0
        data = self.encoders[type(partition_key)](partition_key)
        return 0 if data is None else payload_hash(data)

    def _add_builtin(self, codec: Codec) -> None:
        if codec.read is not None:
            self._add_reader(codec)
        if codec.base is not None:
            self._bases.append(codec)
        for python_type in codec.types:
            if python_type in self._custom:
                if not codec.replaceable:
                    raise InvalidConfigurationError(
                        f"custom_serializers has {python_type.__qualname__}, whose form is the "
                        "same for all clients and members and cannot be replaced"
                    )
                continue
            self._writers[python_type] = self._writer(codec)
            self.encoders[python_type] = self._encoder(codec)

    def _add_custom(self, option: str, python_type: type, codec: Codec) -> None:
        for row in self._bases:
            if row.base is not None and issubclass(python_type, row.base):
                raise InvalidConfigurationError(
                    f"{option} has {python_type.__qualname__}, which is a "
                    f"{row.base.__qualname__} and writes itself"
                )
        self._add_reader(codec)
        self._writers[python_type] = self._writer(codec)
        self.encoders[python_type] = self._encoder(codec)

    def _add_reader(self, codec: Codec) -> None:
        type_id, read = codec.type_id, codec.read
        if read is None:
            return
        known = self._readers.get(type_id)
        if known is not None and known is not read:
            raise InvalidConfigurationError(
                f"Two serializers have the type id {type_name(type_id)}"
            )
        self._readers[type_id] = read
        self.decoders[type_id] = codec.decode or self._decoder(read)

    def _find_writer(self, python_type: type) -> Writer:
        return self._writer(self._row_of(python_type))

    def _find_encoder(self, python_type: type) -> Callable[[Any], bytes | None]:
        return self._encoder(self._row_of(python_type))

    def _row_of(self, python_type: type) -> Codec:
        for row in self._bases:
            if row.base is not None and issubclass(python_type, row.base):
                return row
        for ancestor in python_type.__mro__:
            if ancestor in self._custom:
                return self._custom[ancestor]
        # Not at the top, for it has rows of this kind itself.
        from gridwire.hazelcast.serialization.numpy_arrays import numpy_codec

        of_numpy = numpy_codec(python_type, self._order, self.encoders, self._writers)
        if of_numpy is not None:
            return of_numpy
        if self._fallback is not None:
            return self._fallback
        return self._last_row_of(python_type)

    def _last_row_of(self, python_type: type) -> Codec:
        pickles = self._pickles
        can_pickle = pickles is not None and pickles.write is not None
        try:
            codec = self._dataclass_codec(python_type)
        except UnclearDataclassError:
            if not can_pickle:
                raise
            codec = None
        if codec is None and can_pickle:
            codec = pickles
        if codec is None:
            raise unserializable(python_type)
        return codec

    def _writer(self, codec: Codec) -> Writer:
        if codec.write_typed is not None:
            return codec.write_typed
        type_id, write = self._order.int32.pack(codec.type_id), codec.write
        assert write is not None

        def write_typed(out: ObjectDataOutput, obj: Any) -> None:
            out.buffer += type_id
            write(out, obj)

        return write_typed

    def _encoder(self, codec: Codec) -> Callable[[Any], bytes | None]:
        if codec.encode is not None:
            return codec.encode
        header, order, levels = HEADER.pack(0, codec.type_id), self._order, self._levels
        writers, write, key_hash = self._writers, codec.write, self.key_hash
        assert write is not None
        # What a program serializes in its own way may have a partition key; built-in types have
        # none.
        may_have_key = not codec.types

        def encode(obj: Any) -> bytes:
            out = ObjectDataOutput(header, order, writers, levels)
            write(out, obj)
            if may_have_key:
                hashed = key_hash(obj)
                if hashed:
                    HEADER.pack_into(out.buffer, 0, hashed, codec.type_id)
            return bytes(out.buffer)

        return encode

    def _decoder(self, read: Reader) -> Callable[[Buffer], Any]:
        order, readers, levels = self._order, self._readers, self._levels

        def decode(data: Buffer) -> Any:
            return read(ObjectDataInput(data, HEADER_BYTES, order, readers, levels))

        return decode


def _no_reader(type_id: int) -> Any:
    raise unknown_type_id(type_id)
