# SPDX-License-Identifier: Apache-2.0
"""The row of classes that write and read themselves: `IdentifiedDataSerializable`.

The payload is a byte of flags (1: identified, 2: two bytes of a version follow the ids, which
members of the enterprise edition write), the factory id, the class id, and what the class wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.serialization.api import IdentifiedDataSerializable
from gridwire.hazelcast.serialization.faults import (
    raise_from_user_code,
    unknown_class,
    unknown_java_class,
)
from gridwire.hazelcast.serialization.objects import MEMBER_OBJECTS
from gridwire.hazelcast.serialization.registry import Codec
from gridwire.hazelcast.serialization.type_ids import TypeId

if TYPE_CHECKING:
    from gridwire.hazelcast.serialization.input import ObjectDataInput
    from gridwire.hazelcast.serialization.output import ObjectDataOutput

__all__ = ["Factories", "identified_codec"]

Factories = Mapping[int, Mapping[int, Callable[[], IdentifiedDataSerializable]]]
"""Classes by factory id and class id."""

_IDENTIFIED = 1
_VERSIONED = 2


def identified_codec(factories: Factories) -> Codec:
    """The row of this module.

    Args:
        factories: the classes that the program registered; they win over those of members.

    Returns:
        A row for the registry.
    """
    factories = {factory_id: dict(classes) for factory_id, classes in factories.items()}

    def read(inp: ObjectDataInput) -> Any:
        flags = inp.read_byte()
        if not flags & _IDENTIFIED:
            raise unknown_java_class(str(inp.read_string()))
        factory_id, class_id = inp.read_int(), inp.read_int()
        if flags & _VERSIONED:
            inp.read_short()
        make = factories.get(factory_id, {}).get(class_id)
        if make is None:
            return _read_member_object(inp, factory_id, class_id)
        return _filled(make, inp)

    return Codec(
        type_id=TypeId.IDENTIFIED_DATA_SERIALIZABLE,
        read=read,
        write=_write,
        base=IdentifiedDataSerializable,
    )


def _read_member_object(inp: ObjectDataInput, factory_id: int, class_id: int) -> Any:
    read = MEMBER_OBJECTS.get((factory_id, class_id))
    if read is None:
        raise unknown_class(
            "an IdentifiedDataSerializable", factory_id, class_id, "data_serializable_factories"
        )
    return read(inp)


def _filled(
    make: Callable[[], IdentifiedDataSerializable], inp: ObjectDataInput
) -> IdentifiedDataSerializable:
    name = getattr(make, "__qualname__", repr(make))
    try:
        instance = make()
        instance.read_data(inp)
    except Exception as error:  # noqa: BLE001 - it is code of the program
        raise_from_user_code(f"{name}.read_data", error)
    return instance


def _write(out: ObjectDataOutput, obj: IdentifiedDataSerializable) -> None:
    name = type(obj).__qualname__
    try:
        out.write_byte(_IDENTIFIED)
        out.write_int(obj.get_factory_id())
        out.write_int(obj.get_class_id())
        obj.write_data(out)
    except Exception as error:  # noqa: BLE001 - it is code of the program
        raise_from_user_code(f"{name}.write_data", error)
