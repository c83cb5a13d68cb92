# SPDX-License-Identifier: Apache-2.0
"""`SerializationService`: objects to serialized data and back, with the options of one client."""

from __future__ import annotations

from enum import IntEnum
from struct import Struct
from struct import error as StructError  # noqa: N812 - it is a class with a lower-case name
from typing import TYPE_CHECKING, Any, TypeVar

from gridwire.hazelcast.errors import InvalidConfigurationError
from gridwire.hazelcast.serialization.array_type import ArrayType
from gridwire.hazelcast.serialization.builtin import builtin_codecs
from gridwire.hazelcast.serialization.byte_order import byte_order
from gridwire.hazelcast.serialization.compact.room import CompactRoom
from gridwire.hazelcast.serialization.compact.schemas import Schemas
from gridwire.hazelcast.serialization.custom import UserSerializers
from gridwire.hazelcast.serialization.faults import UnknownTypeError, out_of_stack, truncated
from gridwire.hazelcast.serialization.int_type import IntType
from gridwire.hazelcast.serialization.limits import DEFAULT_LIMITS, Limits
from gridwire.hazelcast.serialization.pickling import AllowPickle, pickle_codec
from gridwire.hazelcast.serialization.portable.codec import portable_codec
from gridwire.hazelcast.serialization.registry import Registry
from gridwire.hazelcast.serialization.unknown import part_codecs, unknown_codec, unknown_object

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.hazelcast.serialization.api import CompactSerializer, StreamSerializer
    from gridwire.hazelcast.serialization.identified import Factories
    from gridwire.hazelcast.serialization.portable.codec import PortableFactories
    from gridwire.hazelcast.serialization.portable.definition import ClassDefinition

__all__ = ["SerializationService"]

_type_id = Struct(">i").unpack_from
_Kind = TypeVar("_Kind", bound=IntEnum)


class SerializationService:
    """Turns objects into serialized data and back. Safe to use from several threads.

    Args:
        is_big_endian: byte order of payloads; it must be the one of the cluster.
        default_int_type: what an int is written as, see `IntType`; a number or a name will do.
        data_serializable_factories: classes that write and read themselves
            (`IdentifiedDataSerializable`), by factory id and class id.
        portable_factories: classes that write and read their fields by name (`Portable`), by
            factory id and class id.
        portable_version: version of Portable classes that do not name their own.
        class_definitions: fields of Portable classes, where they cannot be found out from the first
            object that is written.
        check_class_definition_errors: whether `class_definitions` must have all classes that its
            fields hold.
        compact_serializers: subclasses of `CompactSerializer` (objects of them), each for the exact
            class that it names; and dataclasses, which are read as themselves then.
        custom_serializers: subclasses of `StreamSerializer`, by the type that they are for, which
            includes its subclasses.
        global_serializer: a subclass of `StreamSerializer` for all types that nothing else writes.
        allow_pickle: ``"read"`` to read what Python clients pickled, which runs code that the data
            names; True to pickle, too, whatever nothing else writes.
        array_type: what Java's arrays of numbers are read as, see `ArrayType`; a number or a name
            will do.
        limits: bounds on what data may ask for.
        keeps_unknown: whether data with an object of an unknown type is read as an
            `UnknownObject`, or refused.

    Attributes:
        schemas: the schemas of Compact records that are known here, and those among them that the
            cluster has still to be told.

    Raises:
        InvalidConfigurationError: an option has a value that cannot work.
    """

    __slots__ = (
        "_decoders",
        "_encoders",
        "_keeps_unknown",
        "_order",
        "_user_serializers",
        "is_big_endian",
        "schemas",
    )

    def __init__(
        self,
        *,
        is_big_endian: bool = True,
        default_int_type: IntType | int | str = IntType.INT,
        data_serializable_factories: Factories | None = None,
        portable_factories: PortableFactories | None = None,
        portable_version: int = 0,
        class_definitions: Iterable[ClassDefinition] = (),
        check_class_definition_errors: bool = True,
        compact_serializers: Iterable[CompactSerializer[Any] | type] = (),
        custom_serializers: Mapping[type, type[StreamSerializer] | StreamSerializer] | None = None,
        global_serializer: type[StreamSerializer] | StreamSerializer | None = None,
        allow_pickle: AllowPickle = False,
        array_type: ArrayType | int | str = ArrayType.LIST,
        limits: Limits = DEFAULT_LIMITS,
        keeps_unknown: bool = True,
    ) -> None:
        if not isinstance(allow_pickle, bool) and allow_pickle != "read":
            raise InvalidConfigurationError(
                f'allow_pickle is {allow_pickle!r}; it can be False, "read" or True'
            )
        order = byte_order(is_big_endian)
        users = UserSerializers(custom_serializers or {}, global_serializer)
        factories = data_serializable_factories or {}
        int_type = _one_of(IntType, "default_int_type", default_int_type)
        arrays = _one_of(ArrayType, "array_type", array_type)
        builtin = builtin_codecs(order, limits, int_type, factories, arrays)
        builtin.append(
            portable_codec(
                order,
                limits,
                portable_factories or {},
                portable_version,
                class_definitions,
                check_class_definition_errors,
            )
        )
        pickles = pickle_codec(allow_pickle)
        if pickles is not None:
            builtin.append(pickles)
        builtin.append(unknown_codec(order))
        if keeps_unknown:
            taken = users.type_ids | {codec.type_id for codec in builtin if codec.read is not None}
            builtin += part_codecs(order, taken)
        self.schemas = Schemas()
        others = (*users.custom, *(codec.base for codec in builtin if codec.base is not None))
        compact = CompactRoom(order, limits, self.schemas, compact_serializers, others)
        builtin += compact.builtin_codecs()
        registry = Registry(
            order,
            limits,
            builtin,
            users.custom,
            users.fallback,
            compact.class_codecs(),
            compact.dataclass_codec,
            pickles,
        )
        self.is_big_endian = order.is_big_endian
        self._order = order
        self._keeps_unknown = keeps_unknown
        self._user_serializers = users
        self._encoders = registry.encoders
        self._decoders = registry.decoders

    def to_data(self, obj: Any) -> bytes | None:
        """Serialize an object.

        Args:
            obj: the object. Its exact type decides how it is written; subclasses of built-in types
                are refused, since they would come back as another type.

        Returns:
            Serialized data, header included; None for None.

        Raises:
            HazelcastSerializationError: the object, or one inside it, cannot be serialized. The
                hint says what can be done.
        """
        try:
            return self._encoders[type(obj)](obj)
        except RecursionError:
            raise out_of_stack() from None

    def to_object(self, data: Buffer | None) -> Any:
        """Make an object of serialized data.

        Args:
            data: serialized data, header included; None for null. Nothing of its memory is kept.

        Returns:
            The object; an `UnknownObject` if nothing is registered that reads it, or something
            inside of it.

        Raises:
            HazelcastSerializationError: the data is damaged or exceeds a limit.
        """
        if data is None:
            return None
        try:
            return self._decoders[_type_id(data, 4)[0]](data)
        except UnknownTypeError as fault:
            if self._keeps_unknown:
                return unknown_object(data, self._order, fault)
            raise
        except StructError:
            raise truncated() from None
        except RecursionError:
            raise out_of_stack() from None

    def destroy(self) -> None:
        """Destroy the serializers that the program registered; called once, at shutdown.

        Raises:
            HazelcastSerializationError: one of them raised; the others are destroyed as well.
        """
        self._user_serializers.destroy()


def _one_of(kind: type[_Kind], option: str, given: _Kind | int | str) -> _Kind:
    try:
        return kind[given] if isinstance(given, str) else kind(given)
    except (KeyError, ValueError):
        names = ", ".join(each.name for each in kind)
        raise InvalidConfigurationError(
            f"{option} is {given!r}; it can be one of {names}"
        ) from None
