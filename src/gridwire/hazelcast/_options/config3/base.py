# SPDX-License-Identifier: Apache-2.0
"""Groups of options as 3.x had them: plain attributes, lists and dicts that programs append to."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, TypeVar

from gridwire.hazelcast._options.option import Option, OptionGroup
from gridwire.hazelcast._options.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Group3x", "Option3x", "as_today", "kept"]

G = TypeVar("G")
S = TypeVar("S")


class Option3x(Option[G, S]):
    """An option of 3.x. Its errors name the class too, since so many are called ``name``.

    Args:
        default: the value when none is set.
        rule: what a value may be.
        secret: whether no text may show the value.
    """

    place: str

    def __init__(self, default: G, rule: Rule[G, S], *, secret: bool = False) -> None:
        super().__init__(default, rule, "", secret=secret)

    def __set_name__(self, owner: type[OptionGroup], name: str) -> None:
        super().__set_name__(owner, name)
        self.place = f"{owner.__name__}.{name}"

    def checked(self, value: S) -> G:
        """Check a value, and return it as it is kept; see `Option.checked`."""
        return self.rule.check(self.place, value)


class Group3x(OptionGroup):
    """An object whose attributes are options of 3.x, and which knows what was set."""

    __slots__ = ("_given",)

    _given: set[str]

    def __init__(self) -> None:
        # Not through the rules: those give the very list or dict that they got.
        self._values = {name: deepcopy(option.default) for name, option in self.options.items()}
        self._given = set()

    def is_given(self, name: str) -> bool:
        """Whether an option was set, or its list or dict is no longer as it was."""
        return name in self._given or bool(self._values[name] != self.options[name].default)

    def check(self) -> None:
        """Check all values again: lists and dicts may have changed since they were set.

        Raises:
            InvalidConfigurationError: a value makes no sense.
            TypeError: a value has the wrong type.
            ValueError: a value is not allowed.
        """
        for _ in self._checked_values():
            pass

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "_given":
            object.__setattr__(self, name, value)
            return
        super().__setattr__(name, value)
        if name in self.options:
            self._given.add(name)

    def __copy__(self) -> Group3x:
        copied = super().__copy__()
        copied._given = set(self._given)
        return copied


def kept(rule: Rule[G, S]) -> Rule[G, S]:
    """The same rule, but what is kept is the very list or dict that was set, not a copy.

    A program of 3.x may go on appending to the list that it has set.
    """

    def check(name: str, value: Any) -> Any:
        rule.check(name, value)
        return value

    return Rule(check, rule.says)


def as_today(option: str, change: Callable[[Any], Any] = lambda value: value) -> Rule[Any, Any]:
    """What an option of today allows; what is kept is what was set.

    Args:
        option: of `gridwire.hazelcast.config.Config`.
        change: makes the value of today of the one that was set.
    """

    def check(name: str, value: Any) -> Any:
        # Config is made of the modules below this one.
        from gridwire.hazelcast.config import Config

        Config.options[option].rule.check(name, change(value))
        return value

    return Rule(check, f"what `{option}` allows")
