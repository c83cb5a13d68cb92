# SPDX-License-Identifier: Apache-2.0
"""One option as data, and a group of options as an object with checked attributes."""

from __future__ import annotations

from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, overload

from gridwire.hazelcast.errors import IllegalStateError, InvalidConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gridwire.hazelcast._options.rules import Rule

__all__ = [
    "ContradictingOptionsError",
    "Option",
    "OptionGroup",
    "UnfitValueError",
    "UnknownOptionError",
    "is_set",
]

G = TypeVar("G")
S = TypeVar("S")


class ContradictingOptionsError(InvalidConfigurationError, IllegalStateError):
    """Two options cannot both have their effect; the official client says `IllegalStateError`."""


class UnfitValueError(InvalidConfigurationError, ValueError):
    """A value has the right type, and a text in it means nothing; the hint says what it must be."""


class UnknownOptionError(InvalidConfigurationError, AttributeError):
    """There is no option of this name."""


class Option(Generic[G, S]):
    """An option: an attribute of its group whose values are checked when they are set.

    Args:
        default: the value when none is set.
        rule: what a value may be.
        doc: what it is for, one sentence or two.
        unit: of a number, for example ``"seconds"``.
        feature: the feature that a later version brings and without which the option has no
            effect; `None` when it has its effect now. Any value but the default is refused then,
            because an option that is silently ignored is worse than one that is missing.
        secret: whether no text may show the value.
        ours: whether the official client does not have it.

    Attributes:
        name: of the option.
    """

    name: str

    def __init__(
        self,
        default: G,
        rule: Rule[G, S],
        doc: str,
        *,
        unit: str | None = None,
        feature: str | None = None,
        secret: bool = False,
        ours: bool = False,
    ) -> None:
        self.default = default
        self.rule = rule
        self.doc = doc
        self.unit = unit
        self.feature = feature
        self.secret = secret
        self.ours = ours
        self.__doc__ = doc

    def __set_name__(self, owner: type[OptionGroup], name: str) -> None:
        self.name = name

    @overload
    def __get__(self, group: None, owner: type[OptionGroup]) -> Self: ...

    @overload
    def __get__(self, group: OptionGroup, owner: type[OptionGroup]) -> G: ...

    def __get__(self, group: OptionGroup | None, owner: type[OptionGroup]) -> Self | G:
        if group is None:
            return self
        value: G = group._values[self.name]
        return value

    def __set__(self, group: OptionGroup, value: S) -> None:
        group._values[self.name] = self.checked(value)

    def checked(self, value: S) -> G:
        """Check a value.

        Args:
            value: as the user gave it.

        Returns:
            The value as it is kept; a container is a copy.

        Raises:
            TypeError: it has the wrong type.
            ValueError: it is not allowed.
            InvalidConfigurationError: it would have no effect in this version.
        """
        kept = self.rule.check(self.name, value)
        if self.feature is not None and kept != self.default:
            raise InvalidConfigurationError(
                f"{self.name} has no effect in this version of gridwire, which does not have "
                f"{self.feature} yet; it is refused rather than ignored",
                hint=f"Leave {self.name} out.",
            )
        return kept


class OptionGroup:
    """An object whose attributes are options; there are no others."""

    __slots__ = ("_values",)

    options: ClassVar[Mapping[str, Option[Any, Any]]] = MappingProxyType({})
    """The options of the group by name, in the order in which they are documented."""

    _called: ClassVar[str] = "option"
    _skips_none: ClassVar[bool] = False

    _values: dict[str, Any]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        own = {name: each for name, each in vars(cls).items() if isinstance(each, Option)}
        cls.options = MappingProxyType({**cls.options, **own})

    def __init__(self) -> None:
        # The rule of a container makes a copy, so that groups do not share their defaults.
        self._values = {
            name: option.rule.check(name, option.default) for name, option in self.options.items()
        }

    @classmethod
    def from_dict(cls, d: Mapping[str, Any]) -> Self:
        """Make a group out of names and values.

        Args:
            d: the options to set; the others keep their defaults.

        Returns:
            The group.

        Raises:
            InvalidConfigurationError: an option does not exist, or has no effect in this version.
            TypeError: a value has the wrong type.
            ValueError: a value is not allowed.
        """
        group = cls()
        for name, value in d.items():
            if value is None and cls._skips_none:
                cls._known(name)
            else:
                setattr(group, name, value)
        return group

    @classmethod
    def _known(cls, name: str) -> None:
        if name in cls.options:
            return
        near = get_close_matches(str(name), cls.options, n=1)
        raise UnknownOptionError(
            f"There is no {cls._called} {name!r}",
            hint=f"Did you mean {near[0]}?" if near else None,
        )

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "_values":
            self._known(name)
        super().__setattr__(name, value)

    def __copy__(self) -> Self:
        copied = type(self)()
        copied._values.update(self._checked_values())
        return copied

    def _checked_values(self) -> Iterable[tuple[str, Any]]:
        """Check all values again: lists and dicts may have changed since they were set."""
        for name, option in self.options.items():
            yield name, option.checked(self._values[name])

    def __repr__(self) -> str:
        shown = [
            f"{name}={'***' if option.secret else repr(self._values[name])}"
            for name, option in self.options.items()
            if self._values[name] != option.default
        ]
        return f"{type(self).__name__}({', '.join(shown)})"


def is_set(group: OptionGroup, name: str) -> bool:
    """Whether an option has another value than its default."""
    value: object = getattr(group, name)
    default: object = group.options[name].default
    # Not by truth: an empty string is something that was given.
    return value is not default and value != default
