# SPDX-License-Identifier: Apache-2.0
"""The fields of a dataclass as fields of a Compact record."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, InitVar, fields
from enum import Enum
from inspect import get_annotations, signature
from types import SimpleNamespace, UnionType
from typing import (
    TYPE_CHECKING,
    Any,
    Final,
    NamedTuple,
    NoReturn,
    Union,
    get_origin,
    get_type_hints,
)
from uuid import UUID

from gridwire.hazelcast.serialization.compact.annotations import (
    Meaning,
    Unclear,
    is_own_dataclass,
    meaning_of,
)
from gridwire.hazelcast.serialization.compact.faults import UnclearDataclassError
from gridwire.hazelcast.serialization.compact.kinds import FieldKind

if TYPE_CHECKING:
    from dataclasses import Field

__all__ = ["RecordField", "full_name", "record_fields"]

_MAX_SHOWN = 120
_ALL: Final = (
    "Use bool, int, float, str, bytes, Decimal, date, time, datetime, a dataclass, a list of them, "
    "or one of them | None."
)
_WAY_OUT: Final = "Or write a CompactSerializer for the class and give it in compact_serializers."


class RecordField(NamedTuple):
    """One field.

    Attributes:
        name: its name, in Python and in the schema.
        kind: what it is written as.
        meaning: what its annotation says.
        in_init: whether ``__init__`` takes it.
        has_default: whether there is a value for it when the data has none.
    """

    name: str
    kind: FieldKind
    meaning: Meaning
    in_init: bool
    has_default: bool


def full_name(python_type: type) -> str:
    """A class as an error shows it."""
    return f"{python_type.__module__}.{python_type.__qualname__}"


def record_fields(python_type: type) -> tuple[RecordField, ...]:
    """The fields of a dataclass.

    Args:
        python_type: the class.

    Raises:
        UnclearDataclassError: it is no dataclass, its objects have more than its fields, it
            could not be made again from them, or an annotation does not say enough.
    """
    _check_class(python_type)
    return tuple(_record_field(python_type, field) for field in fields(python_type))


def _check_class(python_type: type) -> None:
    if not is_own_dataclass(python_type):
        _refuse(python_type, "it is no dataclass itself", "Decorate it with @dataclass.")
    for base in python_type.__mro__:
        if (base.__module__ == "builtins" and base is not object) or base is Enum:
            _refuse(
                python_type,
                f"it is a {base.__name__} as well, which has more than the fields",
                f"Make the {base.__name__} a field.",
            )
    for name, field in python_type.__dataclass_fields__.items():  # type: ignore[attr-defined]
        if _is_init_only(field) and field.default is MISSING:
            _refuse(
                python_type,
                f"its {name!r} is an InitVar without a default, and what it was is not kept",
                "Give it a default.",
            )
    if not _takes_its_fields(python_type):
        _refuse(
            python_type,
            "it has no __init__ that takes its fields, by their names and alone",
            "Leave the __init__ to @dataclass.",
        )


def _takes_its_fields(python_type: Any) -> bool:
    """Whether objects can be made of the fields; a program may have an ``__init__`` of its own."""
    try:
        signature(python_type).bind(**{one.name: None for one in fields(python_type) if one.init})
    except TypeError:
        return False
    except ValueError:  # nobody knows what it takes
        return True
    return True


def _is_init_only(field: Field[Any]) -> bool:
    # `fields` leaves out pseudo-fields: InitVar and ClassVar.
    kind = getattr(getattr(field, "_field_type", None), "name", "")
    return kind == "_FIELD_INITVAR" or isinstance(field.type, InitVar)


def _record_field(python_type: type, field: Field[Any]) -> RecordField:
    has_default = field.default is not MISSING or field.default_factory is not MISSING
    meaning = _meaning(python_type, field)
    return RecordField(
        field.name,
        meaning.kind,
        meaning,
        field.init,
        has_default or not field.init,
    )


def _meaning(python_type: type, field: Field[Any]) -> Meaning:
    hint: Any = field.type
    try:
        hint = _hint(python_type, field)
        return meaning_of(hint)
    except Unclear as unclear:
        reason = str(unclear)
    except Exception as error:  # an annotation is code of the program
        raise UnclearDataclassError(
            f"The annotation {_shown(field.type)} of the field {field.name!r} of the dataclass "
            f"{full_name(python_type)} cannot be resolved: {type(error).__name__}: "
            f"{str(error)[:_MAX_SHOWN]}",
            hint=f"Define its names in the module of the class. {_WAY_OUT}",
        ) from error
    raise UnclearDataclassError(
        f"The field {field.name!r} of the dataclass {full_name(python_type)} is annotated "
        f"{_shown(hint)}, {reason}",
        hint=f"{_advice(hint)} {_WAY_OUT}",
    )


def _hint(python_type: type, field: Field[Any]) -> Any:
    """The annotation with its names resolved where they were written."""
    owner = python_type
    for base in python_type.__mro__:
        if field.name in get_annotations(base):
            owner = base
            break
    module = sys.modules.get(owner.__module__)
    holder = SimpleNamespace(__annotations__={field.name: field.type})
    # Of the class's own names only classes: a field may have the name of its type. The class
    # itself may be defined inside of a function.
    inside = {name: value for name, value in vars(owner).items() if isinstance(value, type)}
    names = {**(vars(module) if module else {}), python_type.__name__: python_type}
    hints = get_type_hints(holder, inside, {**names, owner.__name__: owner}, include_extras=True)
    return hints[field.name]


def _advice(hint: Any) -> str:
    origin = get_origin(hint) or hint
    if origin is Union or origin is UnionType:
        return "Use one type, or one type | None."
    if not isinstance(origin, type):
        return _ALL
    if issubclass(origin, Enum):
        return "Keep its value or its name, as int or str, and make the enum in a property."
    if origin is UUID:
        return "Keep it as str, and make the UUID in a property."
    if issubclass(origin, Mapping):
        return "Use a list of a dataclass that has a key and a value."
    if issubclass(origin, Iterable) and (origin is not list or hint is list):
        if not issubclass(origin, str | bytes | bytearray):
            return "Use list[X] with the type of its items."
    elif origin.__module__ not in {"builtins", "typing"}:
        return (
            "Make its class a dataclass, or annotate it with Annotated[..., FieldKind.COMPACT] if "
            "a CompactSerializer is registered for it."
        )
    return _ALL


def _shown(hint: Any) -> str:
    text = hint.__qualname__ if isinstance(hint, type) and not get_origin(hint) else str(hint)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"


def _refuse(python_type: type, why: str, advice: str) -> NoReturn:
    raise UnclearDataclassError(
        f"The class {full_name(python_type)} cannot be written as Compact: {why}",
        hint=f"{advice} {_WAY_OUT}",
    )
