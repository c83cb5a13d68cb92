# SPDX-License-Identifier: Apache-2.0
"""What is known of one class: how its objects are written, and how records become objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Protocol

from gridwire.hazelcast.errors import InvalidConfigurationError
from gridwire.hazelcast.serialization.compact.dataclass_entry import DataclassEntry
from gridwire.hazelcast.serialization.compact.dataclass_serializer import DataclassSerializer
from gridwire.hazelcast.serialization.compact.serializers import CompactSerializer
from gridwire.hazelcast.serialization.compact.writer import written
from gridwire.hazelcast.serialization.faults import out_of_stack, raise_from_user_code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridwire.hazelcast.serialization.compact.plans import ReadPlan, WritePlan
    from gridwire.hazelcast.serialization.compact.reader import CompactReader
    from gridwire.hazelcast.serialization.compact.singles import Value
    from gridwire.hazelcast.serialization.output import ObjectDataOutput

__all__ = ["Entry", "Planner", "SerializerEntry", "entry_of"]

MAX_SHAPES: Final = 256
"""Choices of fields that are remembered for one class; a serializer should have one."""

Planner = Callable[[str, tuple[Any, ...]], "WritePlan"]
"""Finds the plan of a type name and a sequence of names and numbers of kinds."""


class Entry(Protocol):
    """One class."""

    python_type: type[Any]
    type_name: str

    def write(self, out: ObjectDataOutput, obj: Any) -> None:
        """Write an object, without a type id."""

    def maker(self, plan: ReadPlan) -> Callable[[CompactReader], Any]:
        """What makes objects of records that lie so."""


def entry_of(
    serializer: CompactSerializer[Any],
    values: Mapping[int, Value],
    planner: Planner,
    nothing: WritePlan,
) -> Entry:
    """The entry of a serializer.

    Args:
        serializer: the program's, or that of a dataclass.
        values: how the values of each kind are written.
        planner: finds plans.
        nothing: the plan for fields that nobody knows yet.

    Raises:
        InvalidConfigurationError: it does not say which class it is for, or its name.
    """
    if type(serializer) is DataclassSerializer:
        return DataclassEntry(serializer, values, planner)
    return SerializerEntry(serializer, values, planner, nothing)


class SerializerEntry:
    """A class that a serializer of the program writes and reads.

    Args:
        serializer: the serializer.
        values: how the values of each kind are written.
        planner: finds plans.
        nothing: the plan for fields that nobody knows yet.

    Raises:
        InvalidConfigurationError: it does not say which class it is for, or its name.
    """

    __slots__ = (
        "_expected",
        "_name",
        "_planner",
        "_plans",
        "_serializer",
        "_values",
        "python_type",
        "type_name",
    )

    def __init__(
        self,
        serializer: CompactSerializer[Any],
        values: Mapping[int, Value],
        planner: Planner,
        nothing: WritePlan,
    ) -> None:
        self._name = name = type(serializer).__qualname__
        try:
            python_type: object = serializer.get_class()
            type_name: object = serializer.get_type_name()
        except Exception as error:  # it is code of the program
            raise InvalidConfigurationError(
                f"get_class or get_type_name of {name} raised {error!r}"
            ) from error
        if not isinstance(python_type, type):
            raise InvalidConfigurationError(f"{name}.get_class returned {python_type!r}, no class")
        if not isinstance(type_name, str) or not type_name:
            raise InvalidConfigurationError(
                f"{name}.get_type_name returned {type_name!r}, no name of a type"
            )
        self.python_type = python_type
        self.type_name = type_name
        self._serializer = serializer
        self._values = values
        self._planner = planner
        self._expected = nothing
        self._plans: dict[tuple[Any, ...], WritePlan] = {}

    def write(self, out: ObjectDataOutput, obj: Any) -> None:
        """Write an object, without a type id."""
        serializer = self._serializer
        try:
            self._expected = written(
                out, self._values, serializer.write, obj, self._expected, self._plan
            )
        except RecursionError:
            raise out_of_stack() from None
        except Exception as error:  # noqa: BLE001 - it is code of the program
            raise_from_user_code(f"{self._name}.write", error)

    def maker(self, plan: ReadPlan) -> Callable[[CompactReader], Any]:
        """What makes objects: the serializer, whatever the schema."""
        serializer, name = self._serializer, self._name

        def make(reader: CompactReader) -> Any:
            try:
                return serializer.read(reader)
            except RecursionError:
                raise out_of_stack() from None
            except Exception as error:  # noqa: BLE001 - it is code of the program
                raise_from_user_code(f"{name}.read", error)

        return make

    def _plan(self, shape: tuple[Any, ...]) -> WritePlan:
        plan = self._plans.get(shape)
        if plan is None:
            plan = self._planner(self.type_name, shape)
            if len(self._plans) < MAX_SHAPES:
                self._plans[shape] = plan
        return plan
