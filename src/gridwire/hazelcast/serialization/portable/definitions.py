# SPDX-License-Identifier: Apache-2.0
"""The class definitions that one client knows, as plans.

Those that a program declared, and those of the first objects that it wrote, stay for good: they say
how its classes are written. Those that were learned from data are a cache.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING

from gridwire.hazelcast.errors import HazelcastSerializationError, InvalidConfigurationError
from gridwire.hazelcast.serialization.portable.definition import ClassDefinition
from gridwire.hazelcast.serialization.portable.faults import PortableKey
from gridwire.hazelcast.serialization.portable.field_types import FieldType
from gridwire.hazelcast.serialization.portable.plans import Plan, found_plan, make_plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.hazelcast.serialization.limits import Limits
    from gridwire.hazelcast.serialization.portable.forms import Form

__all__ = ["Definitions", "is_int32"]

_NESTED = frozenset({FieldType.PORTABLE, FieldType.PORTABLE_ARRAY})


class Definitions:
    """The plans of one client. Safe to use from several threads.

    Args:
        order: the byte order of payloads.
        forms: how values are read and written, by type.
        portable_version: of classes that do not name their own.
        limits: of what is learned from data.

    Attributes:
        order: the byte order of payloads.
        forms: how values are read and written, by type.
        version: of classes that do not name their own.
        head: end and number of fields, as they are in data.
        written: plans of classes that are written here, by factory id, class id and version.
        learned: plans of data that was read.
    """

    __slots__ = (
        "_learned_bytes",
        "_limit",
        "forms",
        "head",
        "learned",
        "order",
        "version",
        "written",
    )

    def __init__(
        self, order: ByteOrder, forms: Mapping[int, Form], portable_version: int, limits: Limits
    ) -> None:
        self.order = order
        self.head = Struct(order.prefix + "ii")
        self.forms = forms
        self.version = portable_version
        self._limit = limits.class_definition_bytes
        self._learned_bytes = 0
        self.written: dict[tuple[int, int, int], Plan] = {}
        self.learned: dict[tuple[int, int, int], Plan] = {}

    def declare(self, definitions: Iterable[ClassDefinition], *, complete: bool) -> None:
        """Take over what a program declares.

        Args:
            definitions: its class definitions.
            complete: whether the classes of Portables in fields must be declared, too.

        Raises:
            InvalidConfigurationError: two define the same class and version, one is impossible, or
                one is missing.
        """
        definitions = list(definitions)
        for definition in definitions:
            if not isinstance(definition, ClassDefinition):
                raise InvalidConfigurationError(
                    f"class_definitions has {definition!r}, which is no ClassDefinition"
                )
            _check_numbers(definition)
            key = self._key(definition)
            if key in self.written:
                raise InvalidConfigurationError(f"class_definitions has two of {key}")
            try:
                self.written[key] = self.plan(definition)
            except HazelcastSerializationError as error:
                raise InvalidConfigurationError(f"class_definitions: {error.message}") from None
        if complete:
            _check_complete(definitions)

    def plan(self, definition: ClassDefinition) -> Plan:
        """Make a plan of a definition.

        Raises:
            HazelcastSerializationError: data cannot have such fields.
        """
        fields = definition.field_defs.values()
        return make_plan(self._key(definition), fields, self.order, self.forms)

    def infer(self, definition: ClassDefinition) -> Plan:
        """Take over what the first object of a class has written.

        Returns:
            Its plan, or the one of another thread that was first.
        """
        plan = self.plan(definition)
        return self.written.setdefault(plan.key, plan)

    def known(self, key: tuple[int, int, int]) -> Plan | None:
        """A plan that data of a class will probably follow; None if there is none."""
        return self.written.get(key) or self.learned.get(key)

    def found(self, key: tuple[int, int, int], buffer: Buffer, at: int) -> Plan:
        """The plan that data follows, as it says itself; it is remembered for the next data.

        Args:
            key: of the class.
            buffer: the data.
            at: where the Portable's end is told.

        Raises:
            HazelcastSerializationError: the data is damaged.
        """
        plan = found_plan(PortableKey(*key), buffer, at, self.order, self.forms)
        self._learn(plan)
        return plan

    def _learn(self, plan: Plan) -> None:
        # A writer that left out fields tells less than other data of the class has.
        if plan.count != len(plan.fields) or plan.size > self._limit:
            return
        before = self.learned.pop(plan.key, None)
        if before is not None:
            self._learned_bytes -= before.size
        if self._learned_bytes + plan.size > self._limit:
            self.learned.clear()
            self._learned_bytes = 0
        self._learned_bytes += plan.size
        self.learned[plan.key] = plan

    def _key(self, definition: ClassDefinition) -> PortableKey:
        version = definition.version if definition.version >= 0 else self.version
        return PortableKey(definition.factory_id, definition.class_id, version)


def is_int32(value: object) -> bool:
    """Whether a value is an int of 32 bits."""
    return isinstance(value, int) and -(1 << 31) <= value < 1 << 31


def _check_numbers(definition: ClassDefinition) -> None:
    numbers = (definition.factory_id, definition.class_id, definition.version)
    if all(map(is_int32, numbers)) and definition.class_id:
        return
    raise InvalidConfigurationError(
        f"class_definitions has one of factory {numbers[0]!r}, class {numbers[1]!r}, version "
        f"{numbers[2]!r}",
        hint="They are ints of 32 bits, and the class is not 0.",
    )


def _check_complete(definitions: list[ClassDefinition]) -> None:
    declared = {(definition.factory_id, definition.class_id) for definition in definitions}
    for definition in definitions:
        for field in definition.field_defs.values():
            inner = (field.factory_id, field.class_id)
            if field.field_type in _NESTED and inner not in declared:
                raise InvalidConfigurationError(
                    f"class_definitions has {definition!r}, whose field {field.field_name!r} holds "
                    f"a Portable of factory {inner[0]}, class {inner[1]}, and does not have that "
                    "class",
                    hint="Add it, or set check_class_definition_errors=False.",
                )
