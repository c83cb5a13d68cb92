# SPDX-License-Identifier: Apache-2.0
"""The predicates: what each is made of, its negation, and the test that it becomes.

A predicate is immutable; `Predicate.test` makes a function that tests entries. That function
remembers, as a member does, of which kind the attribute was in the first entry that it met: the
value of the predicate is converted to that kind, also where later attributes are of another. So
in maps with values of several kinds it matters which comes first, on real members, too.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from gridwire.hazelcast.serialization.type_ids import TypeId
from gridwire.testing._hazelcast.query.attributes import attribute as compiled
from gridwire.testing._hazelcast.query.conversions import CONVERTERS
from gridwire.testing._hazelcast.query.errors import (
    class_cast,
    illegal,
    no_user_class,
    not_comparable,
    null_value,
    query_error,
)
from gridwire.testing._hazelcast.query.kinds import (
    ARRAYS,
    COLLECTIONS,
    NON_TERMINAL,
    WHOLE_JSON,
    Multi,
    Typed,
    ancestors,
    class_name,
)
from gridwire.testing._hazelcast.query.ordering import canonical, compare, equal
from gridwire.testing._hazelcast.query.patterns import like_pattern, regex_pattern
from gridwire.testing._hazelcast.query.portable_records import PortableRecord

if TYPE_CHECKING:
    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.hazelcast.serialization.service import SerializationService
    from gridwire.testing._hazelcast.query.entries import Entry

    Test = Callable[[Entry], bool]
    ValueTest = Callable[[Typed | None], bool]

__all__ = [
    "Always",
    "And",
    "Between",
    "Custom",
    "Equal",
    "GreaterLess",
    "In",
    "InstanceOf",
    "Like",
    "Missing",
    "Never",
    "Not",
    "NotEqual",
    "Or",
    "Predicate",
    "Regex",
]

_COMPARABLE = "java.lang.Comparable"
_RECORDS = frozenset({TypeId.PORTABLE, TypeId.COMPACT})
_THIS_PREFIX = re.compile(r"\Athis\.")


class Predicate(ABC):
    """What entries are tested by."""

    java_name: ClassVar[str]

    @abstractmethod
    def test(self, serialization: SerializationService) -> Test:
        """Make a function that tests entries, for one run on one member.

        Args:
            serialization: reads objects of registered classes.

        Returns:
            Whether an entry passes; it raises a `Refusal` where a member fails.
        """

    def negated(self) -> Predicate | None:
        """The predicate that members put in the place of ``not`` and this one, if they do."""
        return None

    def optimized(self) -> Predicate:
        """This predicate as members rewrite it before a query.

        The rewriting has consequences: ``not (a > 1)`` becomes ``a <= 1``, and both leave out
        entries in which `a` is null.
        """
        return self


@dataclass(frozen=True, slots=True)
class Always(Predicate):
    """All entries pass."""

    java_name = "TruePredicate"

    def test(self, serialization: SerializationService) -> Test:
        return lambda _: True


@dataclass(frozen=True, slots=True)
class Never(Predicate):
    """No entry passes."""

    java_name = "FalsePredicate"

    def test(self, serialization: SerializationService) -> Test:
        return lambda _: False


@dataclass(frozen=True, slots=True)
class Missing(Predicate):
    """A null in the place of a predicate: an error as soon as there is an entry to test."""

    java_name = "null"
    name: str = "this.predicate"

    def test(self, serialization: SerializationService) -> Test:
        def test(_: Entry) -> bool:
            raise null_value(
                'Cannot invoke "com.hazelcast.query.Predicate.apply(java.util.Map$Entry)" because '
                f'"{self.name}" is null'
            )

        return test


@dataclass(frozen=True, slots=True)
class And(Predicate):
    """Entries pass that pass all of these."""

    java_name = "AndPredicate"
    predicates: tuple[Predicate, ...]

    def test(self, serialization: SerializationService) -> Test:
        tests = [one.test(serialization) for one in self.predicates]
        if len(tests) == 2:
            first, second = tests
            return lambda entry: first(entry) and second(entry)
        return lambda entry: all(test(entry) for test in tests)

    def negated(self) -> Predicate:
        return Or(tuple(one.negated() or Not(one) for one in self.predicates))

    def optimized(self) -> Predicate:
        return And(tuple(one.optimized() for one in self.predicates))


@dataclass(frozen=True, slots=True)
class Or(Predicate):
    """Entries pass that pass one of these."""

    java_name = "OrPredicate"
    predicates: tuple[Predicate, ...]

    def test(self, serialization: SerializationService) -> Test:
        tests = [one.test(serialization) for one in self.predicates]
        if len(tests) == 2:
            first, second = tests
            return lambda entry: first(entry) or second(entry)
        return lambda entry: any(test(entry) for test in tests)

    def negated(self) -> Predicate:
        return And(tuple(one.negated() or Not(one) for one in self.predicates))

    def optimized(self) -> Predicate:
        return Or(tuple(one.optimized() for one in self.predicates))


@dataclass(frozen=True, slots=True)
class Not(Predicate):
    """Entries pass that do not pass this one."""

    java_name = "NotPredicate"
    predicate: Predicate

    def test(self, serialization: SerializationService) -> Test:
        test = self.predicate.test(serialization)
        return lambda entry: not test(entry)

    def negated(self) -> Predicate:
        return self.predicate

    def optimized(self) -> Predicate:
        inner = self.predicate.optimized()
        return inner.negated() or Not(inner)


@dataclass(frozen=True, slots=True)
class Custom(Predicate):
    """An object of a registered class with a method ``apply(entry)``."""

    java_name = "CustomPredicate"
    apply: Callable[[Entry], bool]

    def test(self, serialization: SerializationService) -> Test:
        return self.apply


@dataclass(frozen=True, slots=True)
class InstanceOf(Predicate):
    """Values of a class, or of one that extends it."""

    java_name = "InstanceOfPredicate"
    name: str

    def test(self, serialization: SerializationService) -> Test:
        def test(entry: Entry) -> bool:
            value = entry.typed_part(False)
            return value is not None and self.name in ancestors(value[0])

        return test


@dataclass(frozen=True, slots=True)
class _OfAttribute(Predicate):
    """Predicates that look at one attribute."""

    attribute: str | None

    def test(self, serialization: SerializationService) -> Test:
        path = self.attribute
        if path is not None:
            path = _THIS_PREFIX.sub("", path)
        extract = compiled(path, serialization, self.attribute)
        passes = self.value_test(path or "")

        def test(entry: Entry) -> bool:
            value = extract(entry)
            if type(value) is Multi:
                # One that passes is enough.
                values = [*value, None] if value.ends_early else value
                return any(self._checked_element(one, passes, path, entry.order) for one in values)
            return self._checked(value, passes, path, entry.order)  # type: ignore[arg-type]

        return test

    @abstractmethod
    def value_test(self, path: str) -> ValueTest:
        """Make a function that tests the attribute's value, a null included."""

    def _checked_element(
        self, value: Typed | None, passes: ValueTest, path: str | None, order: ByteOrder
    ) -> bool:
        if value is not None and (value[0] in _RECORDS or value[0] in ARRAYS):
            raise class_cast(class_name(value[0]), _COMPARABLE)
        return self._checked(value, passes, path, order)

    def _checked(
        self, value: Typed | None, passes: ValueTest, path: str | None, order: ByteOrder
    ) -> bool:
        if value is not None and value[0] not in CONVERTERS:
            kind, plain = value
            if kind == NON_TERMINAL:
                return False
            if kind in COLLECTIONS:
                raise illegal(
                    f"Cannot use {self.java_name} predicate with an array or a collection attribute"
                )
            if kind == WHOLE_JSON:
                if plain.structure:
                    raise illegal(f"Unknown Json type: {plain.text}")
                return passes(plain.scalar)
            if kind == TypeId.PORTABLE:
                raise no_user_class(str(path), PortableRecord.of(plain, order).definition())
            if kind not in {TypeId.DATE, TypeId.JSON}:
                raise not_comparable(str(path), kind)
        return passes(value)


class _Given:
    """A value of a predicate, as it becomes for the kinds of attributes."""

    __slots__ = ("_made", "_path", "_type", "value")

    def __init__(self, value: Typed | None, path: str, first: list[int]) -> None:
        self.value = value
        self._path = path
        self._type = first
        self._made: dict[int, Typed] = {}

    def for_kind(self, kind: int) -> Typed | None:
        """The value for attributes of this kind; None for a null.

        Raises:
            Refusal: it cannot be made one.
        """
        if self.value is None:
            return None
        made = self._made.get(kind)
        if made is None:
            if not self._type:
                self._type.append(kind)
            made = self._made[kind] = self._convert(kind, self.value)
        return made

    def _convert(self, kind: int, value: Typed) -> Typed:
        if value[0] == kind:
            return value
        first = self._type[0]
        converter = CONVERTERS.get(first)
        if converter is None:
            raise query_error(
                f"Unknown attribute type: {class_name(value[0])} for attribute: {self._path}"
            )
        return value if value[0] == first else converter(value)


def _given(values: Sequence[Typed | None], path: str) -> list[_Given]:
    """The values of one predicate, which share the kind that they are converted to."""
    first: list[int] = []
    return [_Given(value, path, first) for value in values]


@dataclass(frozen=True, slots=True)
class Equal(_OfAttribute):
    """The attribute equals a value, or both are null."""

    java_name = "EqualPredicate"
    value: Typed | None

    def negated(self) -> Predicate:
        return NotEqual(self.attribute, self.value)

    def value_test(self, path: str) -> ValueTest:
        (given,) = _given([self.value], path)

        def passes(value: Typed | None) -> bool:
            if value is None:
                return given.value is None
            other = given.for_kind(value[0])
            return other is not None and equal(value, other)

        return passes


@dataclass(frozen=True, slots=True)
class NotEqual(Equal):
    """The opposite of `Equal`, also where there is no attribute or several."""

    java_name = "NotEqualPredicate"

    def negated(self) -> Predicate:
        return Equal(self.attribute, self.value)

    def test(self, serialization: SerializationService) -> Test:
        test = Equal.test(self, serialization)
        return lambda entry: not test(entry)


@dataclass(frozen=True, slots=True)
class GreaterLess(_OfAttribute):
    """The attribute is greater or less than a value, or equal if so asked; never if null."""

    java_name = "GreaterLessPredicate"
    value: Typed | None
    or_equal: bool
    less: bool

    def negated(self) -> Predicate:
        return replace(self, or_equal=not self.or_equal, less=not self.less)

    def value_test(self, path: str) -> ValueTest:
        (given,) = _given([self.value], path)
        wanted = {-1 if self.less else 1} | ({0} if self.or_equal else set())

        def passes(value: Typed | None) -> bool:
            if value is None:
                return False
            other = given.for_kind(value[0])
            if other is None:
                raise null_value('Cannot invoke "Object.getClass()" because "rhs" is null')
            return compare(value, other) in wanted

        return passes


@dataclass(frozen=True, slots=True)
class Between(_OfAttribute):
    """The attribute is in a range, its ends included; never if null."""

    java_name = "BetweenPredicate"
    least: Typed | None
    most: Typed | None

    def value_test(self, path: str) -> ValueTest:
        least, most = _given([self.least, self.most], path)

        def passes(value: Typed | None) -> bool:
            if value is None:
                return False
            low, high = least.for_kind(value[0]), most.for_kind(value[0])
            if low is None or high is None:
                return False
            return compare(value, low) >= 0 and compare(value, high) <= 0

        return passes


@dataclass(frozen=True, slots=True)
class In(_OfAttribute):
    """The attribute is one of some values."""

    java_name = "InPredicate"
    values: tuple[Typed | None, ...]

    def value_test(self, path: str) -> ValueTest:
        given = _given(self.values, path)
        has_null = None in self.values
        known: set[Any] | None = None

        def passes(value: Typed | None) -> bool:
            nonlocal known
            if value is None:
                return has_null
            if known is None:
                # Converted for the first attribute, for good.
                known = {canonical(one.for_kind(value[0])) for one in given}
            return canonical(value) in known

        return passes


@dataclass(frozen=True, slots=True)
class Like(_OfAttribute):
    """The attribute is a text of a pattern with ``%`` and ``_``."""

    java_name = "LikePredicate"
    pattern: str | None
    ignore_case: bool = field(default=False)

    def value_test(self, path: str) -> ValueTest:
        return _text_test(self.pattern, lambda text: like_pattern(text, self.ignore_case))


@dataclass(frozen=True, slots=True)
class Regex(_OfAttribute):
    """The attribute is a text that a regular expression of Java matches as a whole."""

    java_name = "RegexPredicate"
    pattern: str | None

    def value_test(self, path: str) -> ValueTest:
        return _text_test(self.pattern, regex_pattern)


def _text_test(pattern: str | None, compile_pattern: Callable[[str], re.Pattern[str]]) -> ValueTest:
    matcher: re.Pattern[str] | None = None

    def passes(value: Typed | None) -> bool:
        nonlocal matcher
        if value is None:
            return pattern is None
        kind, text = value
        if kind != TypeId.STRING:
            raise class_cast(class_name(kind), "java.lang.String")
        if pattern is None:
            return False
        if matcher is None:
            # Not before the first text: members find out then that a pattern is none.
            matcher = compile_pattern(pattern)
        return matcher.fullmatch(text) is not None

    return passes
