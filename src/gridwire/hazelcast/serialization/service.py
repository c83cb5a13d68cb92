# SPDX-License-Identifier: Apache-2.0
"""`SerializationService`: objects to serialized data and back, with the options of one client."""

from __future__ import annotations

from struct import Struct
from struct import error as StructError  # noqa: N812 - it is a class with a lower-case name
from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.errors import InvalidConfigurationError
from gridwire.hazelcast.serialization.builtin import builtin_codecs
from gridwire.hazelcast.serialization.byte_order import byte_order
from gridwire.hazelcast.serialization.custom import UserSerializers
from gridwire.hazelcast.serialization.faults import out_of_stack, truncated
from gridwire.hazelcast.serialization.int_type import IntType
from gridwire.hazelcast.serialization.limits import DEFAULT_LIMITS, Limits
from gridwire.hazelcast.serialization.pickling import AllowPickle, pickle_codec
from gridwire.hazelcast.serialization.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.hazelcast.serialization.api import StreamSerializer
    from gridwire.hazelcast.serialization.identified import Factories

__all__ = ["SerializationService"]

_type_id = Struct(">i").unpack_from


class SerializationService:
    """Turns objects into serialized data and back. Safe to use from several threads.

    Args:
        is_big_endian: byte order of payloads; it must be the one of the cluster.
        default_int_type: what an int is written as, see `IntType`; a number or a name will do.
        data_serializable_factories: classes that write and read themselves
            (`IdentifiedDataSerializable`), by factory id and class id.
        custom_serializers: subclasses of `StreamSerializer`, by the type that they are for, which
            includes its subclasses.
        global_serializer: a subclass of `StreamSerializer` for all types that nothing else writes.
        allow_pickle: ``"read"`` to read what Python clients pickled, which runs code that the data
            names; True to pickle, too, whatever nothing else writes.
        limits: bounds on what data may ask for.

    Raises:
        InvalidConfigurationError: an option has a value that cannot work.
    """

    __slots__ = ("_decoders", "_encoders", "_user_serializers", "is_big_endian")

    def __init__(
        self,
        *,
        is_big_endian: bool = True,
        default_int_type: IntType | int | str = IntType.INT,
        data_serializable_factories: Factories | None = None,
        custom_serializers: Mapping[type, type[StreamSerializer] | StreamSerializer] | None = None,
        global_serializer: type[StreamSerializer] | StreamSerializer | None = None,
        allow_pickle: AllowPickle = False,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        if not isinstance(allow_pickle, bool) and allow_pickle != "read":
            raise InvalidConfigurationError(
                f'allow_pickle is {allow_pickle!r}; it can be False, "read" or True'
            )
        order = byte_order(is_big_endian)
        users = UserSerializers(custom_serializers or {}, global_serializer)
        factories = data_serializable_factories or {}
        builtin = builtin_codecs(order, limits, _int_type(default_int_type), factories)
        pickles = pickle_codec(allow_pickle)
        if pickles is not None:
            builtin.append(pickles)
        registry = Registry(order, limits, builtin, users.custom, users.fallback or pickles)
        self.is_big_endian = order.is_big_endian
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
            The object.

        Raises:
            HazelcastSerializationError: the data is damaged, exceeds a limit, or has an object
                that nothing is registered for.
        """
        if data is None:
            return None
        try:
            return self._decoders[_type_id(data, 4)[0]](data)
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


def _int_type(given: IntType | int | str) -> IntType:
    try:
        return IntType[given] if isinstance(given, str) else IntType(given)
    except (KeyError, ValueError):
        names = ", ".join(int_type.name for int_type in IntType)
        raise InvalidConfigurationError(
            f"default_int_type is {given!r}; it can be one of {names}"
        ) from None
