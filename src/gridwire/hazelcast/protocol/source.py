# SPDX-License-Identifier: Apache-2.0
"""Functions written as text, for code that is too hot to interpret a table each time.

The encoders and decoders of messages are made this way, as `dataclasses` makes `__init__`: the
text is specialised for one message, compiled once, and contains no loop over its parameters.
Names in such text follow a rule that keeps parameters, which a table names, apart from the rest:
local helpers begin with `_`, objects from outside are upper case.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Source"]


class Source:
    """The text of one function under construction.

    Args:
        label: what the function is for; it appears in tracebacks as the name of its file.
    """

    def __init__(self, label: str) -> None:
        self.label = label
        self._lines: list[str] = []
        self._depth = 0
        self._objects: dict[str, object] = {}
        self._names: dict[object, str] = {}
        self._serial = 0

    def line(self, text: str) -> None:
        """Add a line at the current depth."""
        self._lines.append("    " * self._depth + text)

    @contextmanager
    def block(self, opening: str) -> Iterator[None]:
        """Add a line that ends with a colon, and indent what follows inside the `with`."""
        self.line(opening)
        self._depth += 1
        yield
        self._depth -= 1

    def local(self, prefix: str) -> str:
        """A name for a local variable that nothing else has."""
        self._serial += 1
        return f"_{prefix}{self._serial}"

    def outside(self, value: object, prefix: str) -> str:
        """The name by which the text refers to an object from outside.

        Args:
            value: the object. It must be hashable; equal ones of one type share a name.
            prefix: beginning of the name, in upper case.

        Returns:
            The name.
        """
        key = (type(value), value)
        name = self._names.get(key)
        if name is None:
            name = self._names[key] = f"{prefix}{len(self._names)}"
            self._objects[name] = value
        return name

    def function(self, name: str) -> Any:
        """Compile the text and give the function that it defines.

        Args:
            name: the name of the function in the text.

        Returns:
            The function.
        """
        code = compile("\n".join(self._lines), f"<gridwire {self.label}>", "exec")
        # The text is made of tables in this package only, never of anything received.
        exec(code, self._objects)  # noqa: S102
        return self._objects[name]
