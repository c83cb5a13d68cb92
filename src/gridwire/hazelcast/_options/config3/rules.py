# SPDX-License-Identifier: Apache-2.0
"""Rules for values that look otherwise in 3.x than today."""

from __future__ import annotations

from typing import Any, TypeAlias

from gridwire.hazelcast._options.config3.base import kept
from gridwire.hazelcast._options.containers import Listener, list_of
from gridwire.hazelcast._options.rules import (
    GREATEST_INT,
    LEAST_INT,
    Rule,
    integer,
    number,
    optional,
    text,
    wrong_type,
)

__all__ = [
    "ListenerTriple",
    "class_definitions",
    "connecting_time",
    "factory",
    "listener_triples",
    "option_value",
]

ListenerTriple: TypeAlias = tuple[Listener | None, Listener | None, bool]


def connecting_time() -> Rule[float | None, float | None]:
    """Seconds above 0, or `None` for no limit. 0 meant "do not wait" in 3.x, and no limit today."""
    seconds = optional(number(above=0))

    def check(name: str, value: Any) -> float | None:
        if value == 0 and not isinstance(value, bool):
            raise ValueError(
                f"{name} must be above 0, for nobody answers in no time; None means no limit"
            )
        return seconds.check(name, value)

    return Rule(check, seconds.says)


def option_value() -> Rule[int | str | bytes, int | str | bytes]:
    """The value of a socket option: an integer, bytes, or text that UTF-8 makes bytes of."""
    counted, encoded = integer(at_least=LEAST_INT, at_most=GREATEST_INT), text()

    def check(name: str, value: Any) -> int | str | bytes:
        if not isinstance(value, int | str | bytes):
            raise wrong_type(name, "an integer, a string or bytes", value)
        if isinstance(value, str):
            return encoded.check(name, value)
        # True is a switch that is on, as `socket.setsockopt` has it.
        if isinstance(value, int) and not isinstance(value, bool):
            return counted.check(name, value)
        return value

    return Rule(check, "an integer, bytes, or a string")


def listener_triples() -> Rule[list[ListenerTriple], list[ListenerTriple]]:
    """A list of two functions and a switch each; the very list is kept."""

    def fits(item: Any) -> bool:
        return (
            isinstance(item, tuple)
            and len(item) == 3
            and all(part is None or callable(part) for part in item[:2])
            and isinstance(item[2], bool)
        )

    what = (
        "a tuple (member_added, member_removed, fire_for_existing) of two functions, each of which "
        "may be None, and True or False"
    )
    return kept(list_of(fits, what))


def class_definitions() -> Rule[set[Any], set[Any]]:
    """A set of what `class_definitions` of today has in a list; the very set is kept."""

    def check(name: str, value: Any) -> set[Any]:
        from gridwire.hazelcast.config import Config

        if not isinstance(value, set):
            raise wrong_type(name, "a set", value)
        Config.options["class_definitions"].rule.check(name, list(value))
        return value

    return Rule(check, "a set")


def factory(name: str, factory_id: Any, classes: Any, option: str) -> None:
    """Check one factory.

    Args:
        name: of the method that was called, as the user knows it.
        factory_id: its id.
        classes: a dict from class ids to classes.
        option: of today, whose rule holds.

    Raises:
        TypeError: something has the wrong type.
    """
    from gridwire.hazelcast.config import Config

    # A list, say, is no key of the dict that the rule looks at.
    if isinstance(factory_id, bool) or not isinstance(factory_id, int):
        raise wrong_type(f"factory_id of {name}", "an integer", factory_id)
    if not isinstance(classes, dict):
        raise wrong_type(f"factory of {name}", "a dict", classes)
    Config.options[option].rule.check(f"factory of {name}", {factory_id: classes})
