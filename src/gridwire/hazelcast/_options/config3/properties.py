# SPDX-License-Identifier: Apache-2.0
"""What the values of the properties of 3.x may be, and what they are worth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gridwire.hazelcast._options.config3.constants import ClientProperties, ClientProperty
from gridwire.hazelcast._options.rules import UnknownChoiceError, boolean, number, text

__all__ = ["KNOWN", "PropertyReader", "check_property", "value_of"]

PropertyReader = Callable[[str, Any], Any]

KNOWN = {
    each.name: each for each in vars(ClientProperties).values() if isinstance(each, ClientProperty)
}
"""The properties that 3.x knew, by name."""

_SWITCHES = {"true": True, "false": False}


def check_property(key: Any, value: Any) -> None:
    """Check what a program sets. A name that 3.x did not know is warned about later.

    Args:
        key: the name.
        value: of the property; None is as good as nothing.

    Raises:
        TypeError: the name is no string, or the value has the wrong type.
        ValueError: the value is not allowed.
    """
    if not isinstance(key, str):
        raise TypeError(f"the name of a property must be a string, not {type(key).__name__}")
    known = KNOWN.get(key)
    if known is not None and value is not None:
        value_of(known, value)


def value_of(known: ClientProperty, value: Any) -> Any:
    """What a value is worth: seconds, a boolean or a text.

    As in 3.x, a number or a boolean may be written as text, which it is in the environment.

    Args:
        known: the property.
        value: as it was given.

    Raises:
        TypeError: it has the wrong type.
        ValueError: it is not allowed.
    """
    if known.time_unit is not None:
        counted: float = number(above=0).check(known.name, _number(known.name, value))
        # Divided, since 0.001 is no exact number.
        return counted / round(1 / known.time_unit)
    if isinstance(known.default_value, bool):
        if isinstance(value, str):
            written = value.strip().lower()
            if written not in _SWITCHES:
                raise UnknownChoiceError(f"{known.name} must be True or False, also as text")
            return _SWITCHES[written]
        return boolean().check(known.name, value)
    return text().check(known.name, value)


def _number(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return float(value)
    except ValueError:
        raise ValueError(f"{name} must be a number, but it is {value!r}") from None
