# SPDX-License-Identifier: Apache-2.0
"""Rules for options that are lists or dicts; what is kept is always a copy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias, TypeVar

from gridwire._core.addresses import parse
from gridwire.errors import AddressSyntaxError
from gridwire.hazelcast._options.option import UnfitValueError
from gridwire.hazelcast._options.rules import (
    GREATEST_INT,
    LEAST_INT,
    Rule,
    subclass,
    wrong_type,
)

__all__ = [
    "address_list",
    "callable_list",
    "class_table",
    "list_of",
    "listener_pairs",
    "serializer_table",
    "socket_option_list",
    "text_list",
]

T = TypeVar("T")

Listener: TypeAlias = Callable[[Any], Any]
ListenerPair: TypeAlias = tuple[Listener | None, Listener | None]
SocketOption: TypeAlias = tuple[int, int, int | bytes]


def list_of(fits: Callable[[Any], bool], what: str) -> Rule[list[Any], list[Any]]:
    """A list of items that pass a test; a copy of it is kept."""

    def check(name: str, value: Any) -> list[Any]:
        for item in _listed(name, value):
            if not fits(item):
                raise _wrong_item(name, what, item)
        return list(value)

    return Rule(check, f"a list; each item is {what}")


def text_list() -> Rule[list[str], list[str]]:
    """A list of strings."""
    return list_of(lambda item: isinstance(item, str), "a string")


def callable_list() -> Rule[list[Callable[..., Any]], list[Callable[..., Any]]]:
    """A list of functions."""
    return list_of(callable, "a function")


def address_list() -> Rule[list[str], list[str]]:
    """A list of texts that can be read as addresses."""
    strings = text_list()

    def check(name: str, value: Any) -> list[str]:
        for item in strings.check(name, value):
            try:
                parse(item)
            except AddressSyntaxError as error:
                raise UnfitValueError(f"{name}: {error.message}", error, hint=error.hint) from error
        return list(value)

    return Rule(check, 'a list; each item is "host", "host:port", an IP address or "[IPv6]:port"')


def socket_option_list() -> Rule[list[SocketOption], list[SocketOption]]:
    """A list of argument tuples of `socket.setsockopt`."""

    def fits(item: Any) -> bool:
        return (
            isinstance(item, tuple)
            and len(item) == 3
            and all(isinstance(part, int) for part in item[:2])
            and isinstance(item[2], int | bytes)
        )

    tuples = list_of(fits, "a tuple (level, name, value) of integers, or with bytes as value")

    def check(name: str, value: Any) -> list[SocketOption]:
        kept = tuples.check(name, value)
        for part in (part for item in kept for part in item if isinstance(part, int)):
            # What the system does not take is met only when connecting, and kills the search.
            if not LEAST_INT <= part <= GREATEST_INT:
                raise ValueError(f"each number of {name} has 32 bits, but one is {part}")
        return kept

    return Rule(check, tuples.says)


def listener_pairs() -> Rule[list[ListenerPair], list[ListenerPair]]:
    """A list of pairs of functions, of which one may be missing."""

    def fits(item: Any) -> bool:
        return (
            isinstance(item, tuple)
            and len(item) == 2
            and all(part is None or callable(part) for part in item)
            and any(part is not None for part in item)
        )

    return list_of(fits, "a tuple (added, removed) of functions, of which one may be None")


def serializer_table(base: type[T]) -> Rule[dict[type[Any], type[T]], dict[type[Any], type[T]]]:
    """A dict from types to subclasses of a base."""

    def check(name: str, value: Any) -> dict[type[Any], type[T]]:
        kept: dict[type[Any], type[T]] = {}
        for key, each in _mapped(name, value):
            if not isinstance(key, type):
                raise wrong_type(f"each key of {name}", "a type", key)
            kept[key] = subclass(f"each value of {name}", each, base)
        return kept

    return Rule(check, f"a dict from types to subclasses of {base.__name__}")


def class_table(
    base: type[T],
) -> Rule[dict[int, dict[int, type[T]]], dict[int, dict[int, type[T]]]]:
    """A dict from factory ids to dicts from class ids to subclasses of a base."""

    def check(name: str, value: Any) -> dict[int, dict[int, type[T]]]:
        return {
            _id(name, factory_id): {
                _id(name, class_id): subclass(f"each class in {name}", each, base)
                for class_id, each in _mapped(f"each value of {name}", factory)
            }
            for factory_id, factory in _mapped(name, value)
        }

    return Rule(check, f"a dict {{factory id: {{class id: subclass of {base.__name__}}}}}")


def _wrong_item(name: str, what: str, item: Any) -> TypeError:
    if type(item) is not tuple:
        return wrong_type(f"each item of {name}", what, item)
    # A tuple is mostly wrong in what it holds; values are not shown.
    held = ", ".join(type(part).__name__ for part in item)
    return TypeError(f"each item of {name} must be {what}, not a tuple of ({held})")


def _listed(name: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise wrong_type(name, "a list", value)
    return value


def _mapped(name: str, value: Any) -> Iterable[tuple[Any, Any]]:
    if not isinstance(value, dict):
        raise wrong_type(name, "a dict", value)
    return value.items()


def _id(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong_type(f"each id in {name}", "an integer", value)
    return value
