# SPDX-License-Identifier: Apache-2.0
"""One line of the table of the options of 3.x."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Row"]


@dataclass(frozen=True, slots=True)
class Row:
    """One option of 3.x.

    Args:
        group: the class that has it.
        name: of the attribute or method.
        today: the options of today that it decides, as keywords of `HazelcastClient`; inside a
            `NearCacheConfig` or `FlakeIdGeneratorConfig` those of the class.
        meaning: what became of it, for the documentation.
        give: the options of today that a group of this class asks for; `None` when the value goes
            to the only one of `today` as it is. Those that are not in `today` give way to keywords.
        warning: what there is to say about a value that was set, if there is anything. It is given
            the value, or the whole group if the option decides something today.
    """

    group: type
    name: str
    today: tuple[str, ...]
    meaning: str
    give: Callable[[Any], Mapping[str, Any]] | None = None
    warning: Callable[[Any], str | None] | None = None

    @property
    def place(self) -> str:
        """The class and the name."""
        return f"{self.group.__name__}.{self.name}"

    def asked(self, group: Any) -> Any:
        """What `warning` is given."""
        return group if self.today else getattr(group, self.name)

    def options(self, group: Any) -> Mapping[str, Any]:
        """What a group asks for by this option."""
        if self.give is not None:
            return self.give(group)
        return {name: getattr(group, self.name) for name in self.today}
