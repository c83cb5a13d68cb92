#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write docs/reference/cli.md from the commands and their options.

``--check`` writes nothing and fails when the page differs from what would be written.
"""

from __future__ import annotations

import sys
from enum import Enum
from inspect import Parameter, cleandoc, signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from gen_options_doc import write_or_check
from gridwire.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from typer import Typer
    from typer.models import OptionInfo

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "cli.md"

_NUMBERS = {int: "a whole number", float: "a number"}

INTRODUCTION = """\
<!-- Made by tools/gen_cli_doc.py from gridwire.cli; change it there. -->

# The command line

`pip install 'gridwire[cli]'` brings the command `gridwire`. Each command knows `--help`, and
`gridwire --version` says which version it is.

`serve` also works without the extra, as `python -m gridwire.testing hazelcast` and
`python -m gridwire.testing aerospike`, with the same options.
"""


def page() -> str:
    """Return the text of the page."""
    return "".join([INTRODUCTION, *_below(app, "gridwire")])


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the page.

    Args:
        arguments: of the command line; `None` means those of the process.

    Returns:
        0, or 1 when the page is not what it should be.
    """
    return write_or_check(__doc__, PAGE, page(), arguments)


def _below(group: Typer, path: str) -> Iterator[str]:
    """The commands of a group, then those of the groups inside."""
    for command in group.registered_commands:
        assert command.callback is not None
        name = command.name or command.callback.__name__
        yield f"\n## `{path} {name}`\n\n{cleandoc(command.callback.__doc__ or '')}\n"
        yield "\n| option | value | default | meaning |\n|---|---|---|---|\n"
        hints = get_type_hints(command.callback, include_extras=True)
        for param in signature(command.callback).parameters.values():
            yield f"| {' | '.join(_cells(param, hints[param.name]))} |\n"
    for inner in group.registered_groups:
        assert inner.typer_instance is not None
        yield from _below(inner.typer_instance, f"{path} {inner.name}")


def _cells(param: Parameter, hint: Any) -> tuple[str, str, str, str]:
    kind, told = get_args(hint)
    # Inside of `Annotated` the first name of an option is where its default would be.
    first = [told.default] if isinstance(told.default, str) else []
    names = [*first, *(told.param_decls or ())] or [f"--{param.name.replace('_', '-')}"]
    default = param.default
    if default is Parameter.empty:
        shown = "required"
    else:
        shown = "" if default is None or default is False else f"`{default}`"
    return ", ".join(f"`{name}`" for name in names), _value(kind, told), shown, told.help


def _value(kind: Any, told: OptionInfo) -> str:
    """What an option takes: one of few, something with a name, or a number in a range."""
    plain = next((one for one in get_args(kind) if one is not type(None)), kind)
    if plain is bool:
        return ""
    if isinstance(plain, type) and issubclass(plain, Enum):
        return " or ".join(f"`{member.value}`" for member in plain)
    named = f"`{told.metavar}`" if told.metavar else _NUMBERS[plain]
    return named if told.min is None else f"{named}, {told.min:,} to {told.max:,}"


if __name__ == "__main__":
    sys.exit(main())
