# SPDX-License-Identifier: Apache-2.0
"""Groups of options that programs of two generations write, each in its own spelling.

The official client 3.x gave such a group the name of its data structure, and some options other
names, units and defaults. There is one class for both, so that both find what they know.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self, overload

from gridwire.hazelcast._options.option import ContradictingOptionsError, Option, OptionGroup

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NamedGroup", "Spelling"]


class Spelling:
    """Another name of an option.

    Args:
        of: the name of the option.
        per: how many of its units one unit of the option is; 1000 for milliseconds of seconds.
    """

    name: str

    def __init__(self, of: str, per: int = 1) -> None:
        self.of = of
        self.per = per
        self.__doc__ = f"Another spelling of `{of}`" + (f", times {per}." if per != 1 else ".")

    def __set_name__(self, owner: type[NamedGroup], name: str) -> None:
        self.name = name

    @overload
    def __get__(self, group: None, owner: type[NamedGroup]) -> Self: ...

    @overload
    def __get__(self, group: NamedGroup, owner: type[NamedGroup]) -> Any: ...

    def __get__(self, group: NamedGroup | None, owner: type[NamedGroup]) -> Any:
        if group is None:
            return self
        value = getattr(group, self.of)
        return value if value is None else value * self.per

    def __set__(self, group: NamedGroup, value: Any) -> None:
        # Under this name, which is the one that the program knows.
        checked = group.options[self.of].rule.check(self.name, value)
        exact = checked is None or self.per == 1
        setattr(group, self.of, checked if exact else checked / self.per)


class NamedGroup(OptionGroup):
    """The options of one data structure, in the spellings of today and of 3.x.

    Args:
        name: of the data structure, which 3.x needs; today's options have it as a key.
    """

    __slots__ = ("_given", "_is_3x", "_name")

    spellings: ClassVar[Mapping[str, Spelling]] = MappingProxyType({})
    """Other names of options."""

    _defaults_3x: ClassVar[Mapping[str, Any]] = MappingProxyType({})

    _given: set[str]
    _is_3x: bool
    _name: str | None

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        own = {name: each for name, each in vars(cls).items() if isinstance(each, Spelling)}
        cls.spellings = MappingProxyType({**cls.spellings, **own})

    def __init__(self, name: str | None = None) -> None:
        super().__init__()
        self._given = set()
        self._is_3x = False
        self._name = None
        if name is not None:
            self.name = name

    @property
    def name(self) -> str | None:
        """The name of the data structure; None when the group stands below its name anyway."""
        return self._name

    @name.setter
    def name(self, value: str) -> None:
        if value is None:
            raise ValueError("name cannot be None")
        if not isinstance(value, str):
            raise TypeError(f"name must be a string, not {type(value).__name__}")
        self._name = value

    @classmethod
    def from_dict(cls, d: Mapping[str, Any]) -> Self:
        """Make a group out of names and values; either spelling of an option, not both.

        Raises:
            ContradictingOptionsError: an option is there in both spellings.
            InvalidConfigurationError: an option does not exist, or has no effect in this version.
            TypeError: a value has the wrong type.
            ValueError: a value is not allowed.
        """
        for name, spelling in cls.spellings.items():
            if name in d and spelling.of in d:
                raise ContradictingOptionsError(
                    f"{name} and {spelling.of} are two names of one {cls._called}",
                    hint="Leave one of them out.",
                )
        return super().from_dict(d)

    def of_3x(self) -> None:
        """It stands in a configuration of 3.x, whose defaults hold for what was not set."""
        self._is_3x = True
        for name, default in self._defaults_3x.items():
            if name not in self._given:
                self._values[name] = default

    def settled(self) -> Self:
        """A copy that means the same in a configuration of today."""
        copied = self.__copy__()
        copied._is_3x = False
        return copied

    def of_today(self) -> Self:
        """What it says in a configuration of today, whose defaults hold for what was not set."""
        if not self._is_3x:
            return self
        copied = self.__copy__()
        copied._is_3x = False
        for name in self._defaults_3x.keys() - self._given:
            copied._values[name] = self.options[name].default
        return copied

    @classmethod
    def _known(cls, name: str) -> None:
        if name not in cls.spellings and name != "name":
            super()._known(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in NamedGroup.__slots__:
            object.__setattr__(self, name, value)
            return
        super().__setattr__(name, value)
        if isinstance(getattr(type(self), name, None), Option):
            self._given.add(name)

    def __copy__(self) -> Self:
        copied = super().__copy__()
        copied._given = set(self._given)
        copied._is_3x = self._is_3x
        copied._name = self._name
        return copied

    def __repr__(self) -> str:
        text = super().__repr__()
        if self._name is None:
            return text
        head, _, rest = text.partition("(")
        return f"{head}({self._name!r}{'' if rest == ')' else ', '}{rest}"
