# SPDX-License-Identifier: Apache-2.0
"""What the value of an option may be.

A rule checks a value and gives it in the form in which it is kept. A value of the wrong type gives
a `TypeError`, one of the right type that is not allowed a `ValueError`. That of a name or number
which no member of an enum has is both, see `UnknownChoiceError`. No message shows a value that
could be a secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, cast

from gridwire.telemetry import Telemetry

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "GREATEST_INT",
    "LEAST_INT",
    "Rule",
    "UnknownChoiceError",
    "boolean",
    "function",
    "instance_of",
    "integer",
    "member_of",
    "number",
    "optional",
    "password",
    "pickle_switch",
    "subclass",
    "subclass_of",
    "telemetry_switch",
    "text",
    "tls_context",
    "token_source",
    "wrong_type",
]

G = TypeVar("G")
S = TypeVar("S")
T = TypeVar("T")
E = TypeVar("E", bound=IntEnum)

# Beyond all times and counts, yet far from where arithmetic overflows; not-a-number, the
# infinities and integers that no float can hold fail the comparison with it.
_HUGE = 1e300

LEAST_INT = -(2**31)
"""Least number of 32 bits, of which members and sockets have many."""

GREATEST_INT = 2**31 - 1
"""Greatest number of 32 bits."""


class UnknownChoiceError(TypeError, ValueError):
    """A name or a number that stands for none of the values that an option may have.

    It is a `ValueError`, for the type is right, and a `TypeError`, which is what the official
    client says.
    """


# No slots: a frozen class with slots cannot be made through `Rule[...]` before Python 3.12.
@dataclass(frozen=True)
class Rule(Generic[G, S]):
    """Takes values of type `S`, keeps them as type `G`.

    Args:
        check: gets the name of the option and the value; returns what is kept, or raises.
        says: the rule in words, for the documentation.
    """

    check: Callable[[str, Any], G]
    says: str


def optional(rule: Rule[G, S]) -> Rule[G | None, S | None]:
    """Allow `None` as well."""

    def check(name: str, value: Any) -> G | None:
        return None if value is None else rule.check(name, value)

    return Rule(check, f"{rule.says}, or None")


def boolean() -> Rule[bool, bool]:
    """`True` or `False`, and nothing that only counts as one of them."""

    def check(name: str, value: Any) -> bool:
        if not isinstance(value, bool):
            raise wrong_type(name, "True or False", value)
        return value

    return Rule(check, "True or False")


def text() -> Rule[str, str]:
    """A string."""

    def check(name: str, value: Any) -> str:
        if not isinstance(value, str):
            raise wrong_type(name, "a string", value)
        # The error of an encoder, met only when connecting, would have the whole text in it.
        if any("\ud800" <= char <= "\udfff" for char in value):
            raise ValueError(f"{name} has a character (a surrogate) that UTF-8 cannot express")
        return value

    return Rule(check, "a string")


def number(
    *,
    at_least: float | None = None,
    above: float | None = None,
    at_most: float | None = None,
    or_else: float | None = None,
) -> Rule[float, float]:
    """An integer or a finite float within bounds; a boolean is neither."""
    says = "a number" + _bounds(at_least, above, at_most, or_else)

    def check(name: str, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise wrong_type(name, "a number", value)
        if value == or_else:
            return value
        if not -_HUGE < value < _HUGE or not _within(value, at_least, above, at_most):
            raise ValueError(f"{name} must be {says}, but it is {value!r}")
        return value

    return Rule(check, says)


def integer(*, at_least: int, at_most: int | None = None) -> Rule[int, int]:
    """An integer within bounds; a boolean is none."""
    says = "an integer" + _bounds(at_least, None, at_most, None)

    def check(name: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong_type(name, "an integer", value)
        if not _within(value, at_least, None, at_most):
            raise ValueError(f"{name} must be {says}, but it is {value!r}")
        return value

    return Rule(check, says)


def member_of(enum: type[E]) -> Rule[E, E | int | str]:
    """A member of an enum, its number or its name."""
    names = ", ".join(f"{each.name} ({each.value})" for each in enum)
    wanted = f"a member of {enum.__name__}, its number or its name: {names}"

    def check(name: str, value: Any) -> E:
        if isinstance(value, enum):
            return value
        if isinstance(value, str) and value in enum.__members__:
            return enum[value]
        # The members of other enums, and booleans, are integers too.
        if isinstance(value, int) and not isinstance(value, bool | Enum):
            try:
                return enum(value)
            except ValueError:
                pass
        elif not isinstance(value, str):
            raise TypeError(f"{name} must be {wanted}, not {type(value).__name__}")
        raise UnknownChoiceError(f"{name} must be {wanted}")

    return Rule(check, f"one of {names}")


def instance_of(cls: type[T]) -> Rule[T, T]:
    """An object of a class."""

    def check(name: str, value: Any) -> T:
        if not isinstance(value, cls):
            raise wrong_type(name, f"a {cls.__name__}", value)
        return value

    return Rule(check, f"a {cls.__name__}")


def subclass_of(base: type[T]) -> Rule[type[T], type[T]]:
    """A class, not an object, below a base."""

    def check(name: str, value: Any) -> type[T]:
        return subclass(name, value, base)

    return Rule(check, f"a subclass of {base.__name__}")


def password() -> Rule[
    str | bytes | Callable[[], str | bytes], str | bytes | Callable[[], str | bytes]
]:
    """A string, bytes, or a function that gives either."""

    def check(name: str, value: Any) -> str | bytes | Callable[[], str | bytes]:
        if isinstance(value, str | bytes) or callable(value):
            return cast("str | bytes | Callable[[], str | bytes]", value)
        raise wrong_type(name, "a string, bytes or a function", value)

    return Rule(check, "a string, bytes, or a function that gives either")


def token_source() -> Rule[object, object]:
    """An object with a method ``token``."""

    def check(name: str, value: Any) -> object:
        # A class has the function as well, but nobody to call it on.
        if isinstance(value, type) or not callable(getattr(value, "token", None)):
            raise wrong_type(name, "an object with a method token(address)", value)
        return value

    return Rule(check, "an object with a method token(address)")


def telemetry_switch() -> Rule[bool | Telemetry, bool | Telemetry]:
    """`True`, `False` or a `gridwire.telemetry.Telemetry`."""

    def check(name: str, value: Any) -> bool | Telemetry:
        if not isinstance(value, (bool, Telemetry)):
            raise wrong_type(name, "True, False or a Telemetry", value)
        return value

    return Rule(check, "True, False or a `gridwire.telemetry.Telemetry`")


def function() -> Rule[Callable[..., Any], Callable[..., Any]]:
    """Something that can be called."""

    def check(name: str, value: Any) -> Callable[..., Any]:
        if not callable(value):
            raise wrong_type(name, "a function", value)
        return cast("Callable[..., Any]", value)

    return Rule(check, "a function")


def tls_context() -> Rule[object, object]:
    """An `ssl.SSLContext`, recognized without importing `ssl`."""

    def check(name: str, value: Any) -> object:
        if not callable(getattr(value, "wrap_bio", None)):
            raise wrong_type(name, "an ssl.SSLContext", value)
        return value

    return Rule(check, "an ssl.SSLContext")


PickleSwitch = bool | Literal["read"]


def pickle_switch() -> Rule[PickleSwitch, PickleSwitch]:
    """`False`, `True` or ``"read"``."""

    def check(name: str, value: Any) -> PickleSwitch:
        if isinstance(value, bool):
            return value
        if not isinstance(value, str):
            raise wrong_type(name, 'False, "read" or True', value)
        if value != "read":
            raise ValueError(f'{name} must be False, "read" or True, but it is {value!r}')
        return "read"

    return Rule(check, 'False, "read" or True')


def wrong_type(name: str, wanted: str, value: object) -> TypeError:
    """Make the error about a value of the wrong type; it does not show the value."""
    return TypeError(f"{name} must be {wanted}, not {type(value).__name__}")


def _within(
    value: float, at_least: float | None, above: float | None, at_most: float | None
) -> bool:
    return not (
        (at_least is not None and value < at_least)
        or (above is not None and value <= above)
        or (at_most is not None and value > at_most)
    )


def _bounds(
    at_least: float | None, above: float | None, at_most: float | None, or_else: float | None
) -> str:
    words = [
        f"{word} {bound:,}"
        for word, bound in (("above", above), ("at least", at_least), ("at most", at_most))
        if bound is not None
    ]
    says = " " + " and ".join(words) if words else ""
    return says if or_else is None else f"{says}, or {or_else}"


def subclass(name: str, value: Any, base: type[T]) -> type[T]:
    """Check that a value is a class below a base, and return it."""
    if not (isinstance(value, type) and issubclass(value, base)):
        raise TypeError(f"{name} must be a subclass of {base.__name__}, not {value!r}")
    return value
