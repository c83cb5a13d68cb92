# SPDX-License-Identifier: Apache-2.0
"""Rows of the serializers that a program registers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.errors import InvalidConfigurationError
from gridwire.hazelcast.serialization.api import StreamSerializer
from gridwire.hazelcast.serialization.faults import raise_from_user_code, user_code
from gridwire.hazelcast.serialization.limits import MAX_LENGTH
from gridwire.hazelcast.serialization.registry import Codec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridwire.hazelcast.serialization.input import ObjectDataInput
    from gridwire.hazelcast.serialization.output import ObjectDataOutput

__all__ = ["UserSerializers"]

_INT32_MIN = -(1 << 31)


class UserSerializers:
    """The serializers of one service: made once for each class, and destroyed once.

    Args:
        custom: serializers (or their classes) by the type that they are for.
        global_serializer: the serializer (or its class) of all other types.

    Attributes:
        custom: a row for each type.
        fallback: the row of the global serializer, if there is one.
        type_ids: of all of them.

    Raises:
        InvalidConfigurationError: something is no serializer, or has no usable type id.
    """

    __slots__ = ("_codecs", "_serializers", "custom", "fallback", "type_ids")

    def __init__(
        self,
        custom: Mapping[type, type[StreamSerializer] | StreamSerializer],
        global_serializer: type[StreamSerializer] | StreamSerializer | None,
    ) -> None:
        self._serializers: list[StreamSerializer] = []
        self._codecs: dict[object, Codec] = {}
        self.custom: dict[type, Codec] = {}
        for python_type, serializer in custom.items():
            if not isinstance(python_type, type):
                raise InvalidConfigurationError(
                    f"A key of custom_serializers is no class: {python_type!r}"
                )
            self.custom[python_type] = self._codec(serializer)
        self.fallback = None if global_serializer is None else self._codec(global_serializer)
        self.type_ids = {codec.type_id for codec in self._codecs.values()}

    def destroy(self) -> None:
        """Destroy all serializers, whatever happens to some of them.

        Raises:
            HazelcastSerializationError: a serializer raised; the first that did is told.
        """
        failures = []
        serializers, self._serializers = self._serializers, []
        for serializer in serializers:
            try:
                serializer.destroy()
            except Exception as error:  # noqa: BLE001 - it is code of the program
                failure = user_code(f"{type(serializer).__qualname__}.destroy", error)
                failure.__cause__ = error
                failures.append(failure)
        if failures:
            raise failures[0]

    def _codec(self, given: type[StreamSerializer] | StreamSerializer) -> Codec:
        """The row of a serializer; the same one when it is registered for several types."""
        if given not in self._codecs:
            serializer = _instance(given)
            self._serializers.append(serializer)
            self._codecs[given] = _codec_of(serializer)
        return self._codecs[given]


def _instance(given: object) -> StreamSerializer:
    if isinstance(given, StreamSerializer):
        return given
    if not (isinstance(given, type) and issubclass(given, StreamSerializer)):
        raise InvalidConfigurationError(
            f"{given!r} is not a subclass of StreamSerializer (custom_serializers, "
            "global_serializer)"
        )
    try:
        return given()
    except Exception as error:  # it is code of the program
        raise InvalidConfigurationError(f"{given.__qualname__}() raised {error!r}") from error


def _codec_of(serializer: StreamSerializer) -> Codec:
    name = type(serializer).__qualname__
    try:
        type_id = serializer.get_type_id()
    except Exception as error:  # it is code of the program
        raise InvalidConfigurationError(f"{name}.get_type_id raised {error!r}") from error
    given: object = type_id
    is_int = isinstance(given, int) and not isinstance(given, bool)
    if not (is_int and type_id and _INT32_MIN <= type_id <= MAX_LENGTH):
        raise InvalidConfigurationError(
            f"{name}.get_type_id returned {type_id!r}; a type id is an int of 32 bits, above zero"
        )

    def read(inp: ObjectDataInput) -> Any:
        try:
            return serializer.read(inp)
        except Exception as error:  # noqa: BLE001 - it is code of the program
            raise_from_user_code(f"{name}.read", error)

    def write(out: ObjectDataOutput, obj: Any) -> None:
        try:
            serializer.write(out, obj)
        except Exception as error:  # noqa: BLE001 - it is code of the program
            raise_from_user_code(f"{name}.write", error)

    return Codec(type_id=type_id, read=read, write=write)
