# SPDX-License-Identifier: Apache-2.0
"""The row of Portable: whole objects, written and read with their class and version."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from struct import Struct
from struct import error as StructError  # noqa: N812 - it is a class with a lower-case name
from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.errors import HazelcastSerializationError, InvalidConfigurationError
from gridwire.hazelcast.serialization.api import IdentifiedDataSerializable
from gridwire.hazelcast.serialization.faults import (
    raise_from_user_code,
    shown,
    truncated,
    unknown_class,
    user_code,
)
from gridwire.hazelcast.serialization.portable.definitions import Definitions, is_int32
from gridwire.hazelcast.serialization.portable.faults import PortableKey
from gridwire.hazelcast.serialization.portable.forms import field_forms
from gridwire.hazelcast.serialization.portable.inferring import DefinitionWriter
from gridwire.hazelcast.serialization.portable.nested import portable_forms
from gridwire.hazelcast.serialization.portable.portable import Portable
from gridwire.hazelcast.serialization.portable.reader import FieldReader
from gridwire.hazelcast.serialization.portable.writer import FieldWriter
from gridwire.hazelcast.serialization.registry import Codec
from gridwire.hazelcast.serialization.type_ids import TypeId

if TYPE_CHECKING:
    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.hazelcast.serialization.input import ObjectDataInput
    from gridwire.hazelcast.serialization.limits import Limits
    from gridwire.hazelcast.serialization.output import ObjectDataOutput
    from gridwire.hazelcast.serialization.portable.definition import ClassDefinition
    from gridwire.hazelcast.serialization.portable.plans import Plan

    Key = tuple[int, int, int]

__all__ = ["PortableFactories", "Portables", "portable_codec"]

PortableFactories = Mapping[int, Mapping[int, Callable[[], Portable]]]
"""Classes by factory id and class id."""

_NONE: Mapping[int, Callable[[], Portable]] = {}


class Portables:
    """The Portable classes of one client.

    Args:
        order: the byte order of payloads.
        limits: bounds on what data may ask for.
        factories: the classes that the program registered.
        version: of classes that do not name their own.

    Attributes:
        definitions: what is known of the fields of classes.
    """

    __slots__ = ("_factories", "_ids", "_order", "_version", "definitions")

    def __init__(
        self, order: ByteOrder, limits: Limits, factories: PortableFactories, version: int
    ) -> None:
        self._order = order
        self._ids = Struct(order.prefix + "ii")
        self._factories = {factory_id: dict(classes) for factory_id, classes in factories.items()}
        self._version = version
        forms = {**field_forms(order, limits), **portable_forms(order, self)}
        self.definitions = Definitions(order, forms, version, limits)

    def write(self, out: ObjectDataOutput, portable: Portable) -> None:
        """Write an object with its ids, version and fields."""
        key = self.key_of(portable)
        out.buffer += self._ids.pack(key[0], key[1])
        self.write_body(out, portable, key)

    def write_body(self, out: ObjectDataOutput, portable: Portable, key: Key) -> None:
        """Write version and fields of an object whose ids are written."""
        out.enter()
        try:
            plan = self.definitions.written.get(key) or self._infer(portable, key)
            out.buffer += self._order.int32.pack(key[2])
            writer = FieldWriter(out, plan)
            portable.write_portable(writer)
            writer.finish()
        except Exception as error:  # noqa: BLE001 - it is code of the program
            raise_from_user_code(f"{type(portable).__qualname__}.write_portable", error)
        finally:
            out.leave()

    def read(self, inp: ObjectDataInput) -> Portable:
        """Read an object with its ids, version and fields."""
        try:
            factory_id, class_id = self._ids.unpack_from(inp.buffer, inp.offset)
        except StructError:
            raise truncated() from None
        inp.offset += 8
        return self.read_body(inp, factory_id, class_id)

    def read_body(self, inp: ObjectDataInput, factory_id: int, class_id: int) -> Portable:
        """Read version and fields of an object whose ids are read."""
        version = inp.read_int()
        make = self._factories.get(factory_id, _NONE).get(class_id)
        if make is None:
            raise unknown_class("a Portable", factory_id, class_id, "portable_factories")
        inp.enter()
        try:
            portable = make()
            # Below zero stands for the version of the client.
            written = version if version >= 0 else self._version
            evolved = written != self._version_of(portable)
            key = (factory_id, class_id, written)
            reader = FieldReader(self.definitions, inp, key, evolved)
            portable.read_portable(reader)
        except Exception as error:  # noqa: BLE001 - it is code of the program
            raise_from_user_code(f"{_name(make)}.read_portable", error)
        finally:
            inp.leave()
        inp.offset = reader.end
        return portable

    def key_of(self, portable: Any) -> Key:
        """Factory id, class id and version of an object.

        Raises:
            HazelcastSerializationError: it is no Portable, or has impossible numbers.
        """
        if not isinstance(portable, Portable):
            raise HazelcastSerializationError(f"{shown(portable)} is no Portable")
        try:
            factory_id, class_id = portable.get_factory_id(), portable.get_class_id()
            version = self._version_of(portable)
        except HazelcastSerializationError:
            raise
        except Exception as error:  # it is code of the program
            raise user_code(f"{type(portable).__qualname__}", error) from error
        if (
            is_int32(factory_id)
            and is_int32(class_id)
            and class_id
            and is_int32(version)
            and version >= 0
        ):
            return factory_id, class_id, version
        raise HazelcastSerializationError(
            f"A {type(portable).__qualname__} says that it is of factory {shown(factory_id)}, "
            f"class {shown(class_id)}, version {shown(version)}",
            hint="They are numbers of 32 bits; the class is not 0, the version not below it.",
        )

    def _version_of(self, portable: Portable) -> int:
        version = getattr(portable, "get_class_version", None)
        return self._version if version is None else version()

    def _infer(self, portable: Portable, key: Key) -> Plan:
        writer = DefinitionWriter(PortableKey(*key), self.key_of, self._order)
        portable.write_portable(writer)
        return self.definitions.infer(writer.definition())


def portable_codec(
    order: ByteOrder,
    limits: Limits,
    factories: PortableFactories,
    version: int,
    class_definitions: Iterable[ClassDefinition],
    check_definitions: bool,
) -> Codec:
    """The row of this module.

    Args:
        order: the byte order of payloads.
        limits: bounds on what data may ask for.
        factories: the classes that the program registered.
        version: of classes that do not name their own.
        class_definitions: what the program declared.
        check_definitions: whether what is declared must be complete.

    Returns:
        A row for the registry.

    Raises:
        InvalidConfigurationError: what is registered or declared cannot work.
    """
    for classes in factories.values():
        for class_id, registered in classes.items():
            _check_class(class_id, registered)
    portables = Portables(order, limits, factories, version)
    portables.definitions.declare(class_definitions, complete=check_definitions)
    return Codec(type_id=TypeId.PORTABLE, read=portables.read, write=portables.write, base=Portable)


def _check_class(class_id: int, registered: object) -> None:
    if not class_id:
        raise InvalidConfigurationError(
            f"portable_factories has {registered!r} under the class id 0, which stands for none"
        )
    if isinstance(registered, type) and issubclass(registered, IdentifiedDataSerializable):
        raise InvalidConfigurationError(
            f"portable_factories has {registered.__qualname__}, which is an "
            "IdentifiedDataSerializable, too, and would be written as one"
        )


def _name(make: Callable[[], Portable]) -> str:
    return getattr(make, "__qualname__", repr(make))
