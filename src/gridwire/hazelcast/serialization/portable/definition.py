# SPDX-License-Identifier: Apache-2.0
"""The fields that a Portable class has in one version, in their order."""

from __future__ import annotations

from dataclasses import dataclass

from gridwire.hazelcast.serialization.portable.field_types import field_type_name

__all__ = ["ClassDefinition", "FieldDefinition"]


@dataclass(frozen=True, slots=True, repr=False)
class FieldDefinition:
    """One field.

    Args:
        index: its place among the fields, from 0 on.
        field_name: its name.
        field_type: its type, see `FieldType`.
        version: of the class that has the field, or of the Portable that is in it.
        factory_id: of the Portable that is in it; 0 for other types.
        class_id: of the Portable that is in it; 0 for other types.
    """

    index: int
    field_name: str
    field_type: int
    version: int
    factory_id: int = 0
    class_id: int = 0

    def __repr__(self) -> str:
        of = f" of ({self.factory_id}, {self.class_id})" if self.class_id else ""
        return f"<{self.index}: {self.field_name!r} {field_type_name(self.field_type)}{of}>"


class ClassDefinition:
    """The fields of a class in one version.

    Args:
        factory_id: of the class.
        class_id: of the class; not zero.
        version: of the class; if below zero, the client's ``portable_version`` is meant.

    Attributes:
        field_defs: the fields by name, in the order in which they are written.
    """

    __slots__ = ("class_id", "factory_id", "field_defs", "version")

    def __init__(self, factory_id: int, class_id: int, version: int) -> None:
        self.factory_id = factory_id
        self.class_id = class_id
        self.version = version
        self.field_defs: dict[str, FieldDefinition] = {}

    def add_field_def(self, field_def: FieldDefinition) -> None:
        """Add a field, or replace the one of this name."""
        self.field_defs[field_def.field_name] = field_def

    def get_field(self, field_name_or_index: int | str) -> FieldDefinition | None:
        """The field of a name, or at an index; None if no field has this name.

        Raises:
            IndexError: no field has this index.
        """
        if isinstance(field_name_or_index, str):
            return self.field_defs.get(field_name_or_index)
        for field in self.field_defs.values():
            if field.index == field_name_or_index:
                return field
        raise IndexError(f"{self!r} has no field {field_name_or_index}")

    def has_field(self, field_name: str) -> bool:
        """Whether there is a field of this name."""
        return field_name in self.field_defs

    def get_field_names(self) -> list[str]:
        """The names of all fields."""
        return list(self.field_defs)

    def get_field_type(self, field_name: str) -> int:
        """The type of a field.

        Raises:
            ValueError: there is no such field.
        """
        return self._known(field_name).field_type

    def get_field_class_id(self, field_name: str) -> int:
        """The class id of the Portable that is in a field; 0 for fields of other types.

        Raises:
            ValueError: there is no such field.
        """
        return self._known(field_name).class_id

    def get_field_count(self) -> int:
        """How many fields there are."""
        return len(self.field_defs)

    def set_version_if_not_set(self, version: int) -> None:
        """Give the class a version, if it is below zero."""
        if self.version < 0:
            self.version = version

    def _known(self, field_name: str) -> FieldDefinition:
        field = self.field_defs.get(field_name)
        if field is None:
            raise ValueError(f"{self!r} has no field {field_name!r}")
        return field

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ClassDefinition) and (
            (self.factory_id, self.class_id, self.version, self.field_defs)
            == (other.factory_id, other.class_id, other.version, other.field_defs)
        )

    def __hash__(self) -> int:
        return hash((self.factory_id, self.class_id, self.version))

    def __repr__(self) -> str:
        return (
            f"<ClassDefinition of factory {self.factory_id}, class {self.class_id}, version "
            f"{self.version}, {len(self.field_defs)} fields>"
        )
