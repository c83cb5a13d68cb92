# SPDX-License-Identifier: Apache-2.0
"""The aggregators: each takes the attributes of entries, and gives one value in the end.

Sums of whole numbers are longs and wrap around, as Java's do; averages are doubles, and null when
there was nothing. Numbers of all kinds are taken, if they fit: an aggregator of ints refuses 1.5.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from decimal import Context, Decimal, DivisionByZero, Inexact
from decimal import InvalidOperation as DecimalError
from typing import TYPE_CHECKING, Any, ClassVar

from gridwire.hazelcast.serialization.byte_order import byte_order
from gridwire.hazelcast.serialization.type_ids import TypeId
from gridwire.testing._hazelcast.query.attributes import attribute as compiled
from gridwire.testing._hazelcast.query.conversions import long_of, to_double
from gridwire.testing._hazelcast.query.entries import entry_data
from gridwire.testing._hazelcast.query.errors import arithmetic, class_cast, illegal, null_value
from gridwire.testing._hazelcast.query.java_text import to_text
from gridwire.testing._hazelcast.query.kinds import (
    COMPARABLE,
    DOUBLES,
    INTEGERS,
    NON_TERMINAL,
    NUMBERS,
    Multi,
    Typed,
    class_name,
    class_of,
)
from gridwire.testing._hazelcast.query.ordering import canonical, compare, equal
from gridwire.testing._hazelcast.query.packing import data_of, object_set
from gridwire.testing._hazelcast.query.reading import object_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from gridwire.hazelcast.serialization.service import SerializationService
    from gridwire.testing._hazelcast.query.entries import Entry

__all__ = ["Aggregator", "read_aggregator"]

_FACTORY = -29
_CLASS = "com.hazelcast.aggregation.Aggregator"
_SET_CLASS = 19
_NUMBER = "java.lang.Number"
_EXACT = Context(prec=10_000, traps=[Inexact, DivisionByZero, DecimalError])


class Aggregator(ABC):
    """What is computed over entries.

    Args:
        path: of the attribute; the value of the entry if None.
        serialization: reads objects of registered classes.
    """

    def __init__(self, path: str | None, serialization: SerializationService) -> None:
        # Without a path the value itself is taken, also of a JSON text.
        self._extract = None if path is None else compiled(path, serialization)
        self.order = byte_order(serialization.is_big_endian)

    def accumulate(self, entry: Entry) -> None:
        """Take an entry into account.

        Raises:
            Refusal: its attribute is not what can be aggregated.
        """
        if self._extract is None:
            self.take(entry, entry.typed_part(False))
            return
        value = self._extract(entry)
        if type(value) is Multi:
            for one in value:
                self.take(entry, one)
        elif value is None or value[0] != NON_TERMINAL:
            self.take(entry, value)  # type: ignore[arg-type]

    @abstractmethod
    def take(self, entry: Entry, value: Typed | None) -> None:
        """Take an attribute into account."""

    @abstractmethod
    def result(self) -> bytes | None:
        """What came out, as data; None for a null."""

    def data_of(self, value: Typed | None) -> bytes | None:
        """A result as data; None for a null."""
        return data_of(value, self.order)


class _Count(Aggregator):
    _count = 0

    def take(self, entry: Entry, value: Typed | None) -> None:
        self._count += 1

    def result(self) -> bytes | None:
        return self.data_of((TypeId.LONG, self._count))


class _Distinct(Aggregator):
    def __init__(self, path: str | None, serialization: SerializationService) -> None:
        super().__init__(path, serialization)
        self._found: dict[Hashable, Typed | None] = {}

    def take(self, entry: Entry, value: Typed | None) -> None:
        self._found[canonical(value)] = value

    def result(self) -> bytes | None:
        return object_set(_FACTORY, _SET_CLASS, [*self._found.values()], self.order)


class _OfNumbers(Aggregator):
    """A sum, and how many numbers it has."""

    null_message: ClassVar[str] = 'Cannot invoke "Object.getClass()" because "number" is null'
    start: ClassVar[Any] = 0

    def __init__(self, path: str | None, serialization: SerializationService) -> None:
        super().__init__(path, serialization)
        self.sum: Any = self.start
        self.count = 0

    def take(self, entry: Entry, value: Typed | None) -> None:
        if value is None:
            raise null_value(self.null_message)
        if value[0] not in NUMBERS:
            raise class_cast(class_of(value), _NUMBER)
        self.sum = self.sum + self.number(value)
        self.count += 1

    @abstractmethod
    def number(self, value: Typed) -> Any:
        """The number to add."""

    def result(self) -> bytes | None:
        if isinstance(self.sum, float):
            return self.data_of((TypeId.DOUBLE, self.sum))
        return self.data_of((TypeId.LONG, long_of(self.sum)))


class _Average(_OfNumbers):
    def result(self) -> bytes | None:
        if not self.count:
            return None
        total = float(long_of(self.sum)) if isinstance(self.sum, int) else self.sum
        return self.data_of((TypeId.DOUBLE, total / self.count))


def _inexact(value: Typed, wanted: str) -> Exception:
    return illegal(f"Can't represent {to_text(value)} as {wanted} exactly")


def _exact_double(value: Typed) -> float:
    kind, number = value
    if kind in DOUBLES or (kind in INTEGERS and float(number) == number):
        return float(number)
    raise _inexact(value, "double")


def _exact_long(value: Typed, bits: int = 64, wanted: str = "long") -> int:
    kind, number = value
    if kind in INTEGERS and long_of(number, bits) == number:
        return int(number)
    if kind in DOUBLES:
        cut = long_of(number, bits)
        if equal((TypeId.DOUBLE, float(cut)), (TypeId.DOUBLE, number)):
            return cut
    raise _inexact(value, wanted)


class _DoubleSum(_OfNumbers):
    start = 0.0

    def number(self, value: Typed) -> float:
        return _exact_double(value)


class _DoubleAverage(_DoubleSum, _Average):
    result = _Average.result


class _LongSum(_OfNumbers):
    def number(self, value: Typed) -> int:
        return _exact_long(value)


class _LongAverage(_LongSum, _Average):
    result = _Average.result


class _IntSum(_OfNumbers):
    def number(self, value: Typed) -> int:
        return _exact_long(value, 32, "int")


class _IntAverage(_IntSum, _Average):
    result = _Average.result


class _FixedSum(_OfNumbers):
    null_message = 'Cannot invoke "java.lang.Number.longValue()" because "value" is null'

    def number(self, value: Typed) -> int:
        return long_of(value[1])


class _FloatingSum(_OfNumbers):
    null_message = 'Cannot invoke "java.lang.Number.doubleValue()" because "value" is null'
    start = 0.0

    def number(self, value: Typed) -> float:
        return to_double(value[1])


class _NumberAverage(_FloatingSum, _Average):
    result = _Average.result


class _BigSum(_OfNumbers):
    """A sum of one of the kinds of numbers without limits."""

    kind: ClassVar[int]

    def take(self, entry: Entry, value: Typed | None) -> None:
        if value is not None and value[0] != self.kind:
            raise class_cast(class_name(value[0]), class_name(self.kind))
        super().take(entry, value)

    def number(self, value: Typed) -> Any:
        return value[1]

    def result(self) -> bytes | None:
        return self.data_of((self.kind, self.sum))


class _BigIntegerSum(_BigSum):
    kind = TypeId.BIG_INTEGER


class _BigDecimalSum(_BigSum):
    kind = TypeId.BIG_DECIMAL
    start = Decimal(0)

    def number(self, value: Typed) -> Decimal:
        number: Decimal = value[1]
        return number


def _quotient(total: int | Decimal, count: int) -> Typed | None:
    if not count:
        return None
    try:
        return TypeId.BIG_DECIMAL, _EXACT.divide(Decimal(total), Decimal(count))
    except (Inexact, DecimalError):
        raise arithmetic(
            "Non-terminating decimal expansion; no exact representable decimal result."
        ) from None


class _BigIntegerAverage(_BigIntegerSum):
    def result(self) -> bytes | None:
        return self.data_of(_quotient(self.sum, self.count))


class _BigDecimalAverage(_BigDecimalSum):
    def result(self) -> bytes | None:
        return self.data_of(_quotient(self.sum, self.count))


class _Extreme(Aggregator):
    """The greatest or the least attribute; nulls do not count."""

    wanted: ClassVar[int]
    best: Typed | None = None

    def take(self, entry: Entry, value: Typed | None) -> None:
        if value is None:
            return
        if value[0] not in COMPARABLE:
            raise class_cast(class_of(value), "java.lang.Comparable")
        if self.best is None or compare(self.best, value) * self.wanted < 0:
            self.best = value
            self.taken(entry)

    def taken(self, entry: Entry) -> None:
        """This entry is the best so far."""

    def result(self) -> bytes | None:
        return self.data_of(self.best)


class _Max(_Extreme):
    wanted = 1


class _Min(_Extreme):
    wanted = -1


class _ExtremeEntry(_Extreme):
    """The entry with the greatest or the least attribute."""

    entry: Entry | None = None

    def taken(self, entry: Entry) -> None:
        self.entry = entry

    def result(self) -> bytes | None:
        return None if self.entry is None else entry_data(self.entry)


class _MaxBy(_ExtremeEntry):
    wanted = 1


class _MinBy(_ExtremeEntry):
    wanted = -1


_AGGREGATORS: dict[int, Callable[[str | None, SerializationService], Aggregator]] = {
    0: _BigDecimalAverage,
    1: _BigDecimalSum,
    2: _BigIntegerAverage,
    3: _BigIntegerSum,
    4: _Count,
    5: _Distinct,
    6: _DoubleAverage,
    7: _DoubleSum,
    8: _FixedSum,
    9: _FloatingSum,
    10: _IntAverage,
    11: _IntSum,
    12: _LongAverage,
    13: _LongSum,
    14: _Max,
    15: _Min,
    16: _NumberAverage,
    17: _MaxBy,
    18: _MinBy,
}


def read_aggregator(data: bytes, serialization: SerializationService) -> Aggregator:
    """Read an aggregator.

    Args:
        data: serialized.
        serialization: reads objects of registered classes.

    Returns:
        The aggregator, with nothing taken into account: what a client has counted is left out.

    Raises:
        Refusal: it is none.
    """
    reader = object_reader(data, _FACTORY, _CLASS, serialization)
    make = _AGGREGATORS.get(reader.class_id)
    if make is None:
        raise class_cast(f"com.hazelcast.Object{reader.class_id}", _CLASS)
    return make(reader.string(), serialization)
