# SPDX-License-Identifier: Apache-2.0
"""What mkdocstrings loads beside the docstrings: their form, and those that are missing.

Docstrings of this house say ``::`` before an example, and name things between backticks. On the
site the one becomes a block of code, and the other leads to the thing where it is documented.
A public thing without a docstring is a warning, which ends a strict build.
"""

from __future__ import annotations

import ast
import html
import importlib
import inspect
import logging
import re
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from textwrap import dedent
from typing import Any

import griffe

from gridwire.aerospike import constants
from gridwire.aerospike._options import settings
from gridwire.aerospike.protocol import result_codes
from gridwire.hazelcast._options.config3.base import Option3x
from gridwire.hazelcast._options.config3.constants import ClientProperty
from gridwire.hazelcast._options.config3.table import ROWS
from gridwire.hazelcast._options.option import Option

sys.path.insert(0, str(Path(__file__).resolve().parent))

from public_modules import exports, public_modules

__all__ = ["Names"]

_log = logging.getLogger("mkdocs.hooks.docs_names")

_BLOCK = re.compile(r"^([^\n]*)::\n\n((?:[ ]{4}[^\n]*\n|\n)*[ ]{4}[^\n]*)", re.MULTILINE)
_NAME = re.compile(r"(?<!`)`([A-Za-z_][\w.]*)(?:\(\))?`(?!`)")
_KEYS = {
    "ClientConfig": settings.CONFIG,
    "TlsConfig": settings.TLS,
    "InfoPolicy": settings.INFO,
    "ReadPolicy": settings.READ,
    "WritePolicy": settings.WRITE,
    "WriteMeta": settings.WRITE,
    "BatchPolicy": {**settings.WRITE, **settings.BATCH},
    "BatchReadPolicy": settings.READ,
    "BatchDeletePolicy": settings.WRITE,
    "_CommandPolicy": settings.COMMAND,
}
"""Where the keys of the dictionaries of `gridwire.aerospike.types` are explained."""

_ROWS_3X = {row.place: row for row in ROWS}

_FENCE = re.compile(r"^( *```.*?^ *```)", re.MULTILINE | re.DOTALL)


class Names(griffe.Extension):
    """Looks at all public things once the package is loaded."""

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        """Rewrite the docstrings of public things, and warn of those that are missing.

        Args:
            pkg: the package.
        """
        if pkg.path != "gridwire":
            return
        for path, thing in _things(pkg):
            is_value = isinstance(thing, griffe.Attribute) and thing.docstring is None
            option = _value_of(thing) if is_value else None
            if isinstance(thing, griffe.Attribute) and isinstance(option, Option):
                # Not how the table is written, which says all of this once more.
                thing.value, text = _shown(option.default), _text_of_an_option(option)
            else:
                text = thing.docstring.value if thing.docstring else _text_of_a_table(thing)
            if not text:
                _log.warning("%s has no docstring", path)
                continue
            if thing.docstring is None:
                thing.docstring = griffe.Docstring("", parent=thing)
            thing.docstring.value = _as_markdown(text, thing)


def _things(package: griffe.Module) -> Iterator[tuple[str, griffe.Object]]:
    """Public modules, what they export, and what is public in that, each once."""
    seen: set[str] = set()
    for module in public_modules():
        below = module.partition(".")[2]
        found = package[below] if below else package
        for name in (None, *exports(module).here):
            thing = _target(found[name] if name else found)
            if thing is None:
                _log.warning("%s.%s cannot be found in the sources", module, name)
            elif thing.path not in seen:
                seen.add(thing.path)
                yield f"{module}.{name}" if name else module, thing
                if isinstance(thing, griffe.Class):
                    yield from _members(f"{module}.{name}", thing, seen)


def _members(path: str, owner: griffe.Class, seen: set[str]) -> Iterator[tuple[str, griffe.Object]]:
    """The public methods, properties and attributes of a class, those that it inherits too."""
    line = [owner, *owner.mro()]
    texts = "\n".join(one.docstring.value for one in line if one.docstring)
    for name, member in owner.all_members.items():
        thing = _target(member)
        if name.startswith("_") or thing is None or thing.path in seen:
            continue
        seen.add(thing.path)
        if thing.docstring or not _is_told_elsewhere(thing, line, texts):
            yield f"{path}.{name}", thing


def _is_told_elsewhere(thing: griffe.Object, line: list[griffe.Class], texts: str) -> bool:
    """Whether a member without a docstring is explained by its class, or by a base."""
    if any(thing.name in base.members and base.members[thing.name].docstring for base in line):
        return True
    if not isinstance(thing, griffe.Attribute) or "property" in thing.labels:
        return False
    is_of_an_enum = any("Enum" in str(base) or "Flag" in str(base) for base in line[0].bases)
    return is_of_an_enum or re.search(rf"^ {{4}}{thing.name}:", texts, re.MULTILINE) is not None


def _shown(default: object) -> str:
    """A default as a program writes it."""
    if isinstance(default, Enum):
        return f"{type(default).__name__}.{default.name}"
    return repr(default)


def _text_of_an_option(option: Option[Any, Any]) -> str:
    """What an option is for, or what became of one of 3.x, and what it takes."""
    told = option.doc
    if isinstance(option, Option3x):
        row = _ROWS_3X[option.place]
        today = " and ".join(f"`{name}`" for name in row.today)
        told = f"Today {today}. {row.meaning}" if today else row.meaning
    unit = f", in {option.unit}" if option.unit else ""
    absent = (
        f" Refused in this version, which does not have {option.feature} yet."
        if option.feature
        else ""
    )
    return _one_folder_higher(f"{told}\n\nTakes {option.rule.says}{unit}.{absent}")


def _text_of_a_table(thing: griffe.Object) -> str:
    """What a table tells of a value, or what the value tells of itself when the program runs."""
    place = ".".join(thing.path.split(".")[-2:])
    if place in _ROWS_3X:
        return _ROWS_3X[place].meaning
    owner, name = place.split(".")
    match thing.module.path:
        case "gridwire.aerospike.types":
            return _KEYS[owner][name].doc if name in _KEYS.get(owner, ()) else ""
        case "gridwire.aerospike.constants" if name.startswith("AEROSPIKE_"):
            return f"{result_codes.text_of(getattr(constants, name))}."
        case "gridwire.hazelcast._options.snapshot":
            return f"As `{name}` of `gridwire.hazelcast.config.Config`."
    return _one_folder_higher(_told_by_itself(thing))


def _one_folder_higher(text: str) -> str:
    """Texts of options are also on pages whose links begin there."""
    return re.sub(r"\]\((?=[\w-]+\.md)", "](../", text)


def _told_by_itself(thing: griffe.Object) -> str:
    """The docstring of a value: of an option, or of a method that a table makes."""
    value = _value_of(thing)
    if isinstance(value, ClientProperty):
        return f"The property ``{value.name}``."
    told = getattr(value, "__doc__", None)
    return "" if told == type(value).__doc__ else inspect.cleandoc(told or "")


def _value_of(thing: griffe.Object) -> Any:
    """What a member of a class is when the program runs; None for anything else."""
    if not isinstance(thing.parent, griffe.Class):
        return None
    owner = getattr(importlib.import_module(thing.module.path), thing.parent.name)
    return inspect.getattr_static(owner, thing.name, None)


def _target(thing: griffe.Object | griffe.Alias) -> griffe.Object | None:
    if not isinstance(thing, griffe.Alias):
        return thing
    try:
        return thing.final_target
    except (griffe.AliasResolutionError, griffe.CyclicAliasError):
        return None


def _as_markdown(text: str, thing: griffe.Object) -> str:
    parts = _FENCE.split(_BLOCK.sub(_fenced, text))
    parts[::2] = [_NAME.sub(lambda match: _linked(match, thing), part) for part in parts[::2]]
    return "".join(parts)


def _fenced(match: re.Match[str]) -> str:
    """A block of code; one that is no Python is a drawing."""
    code = dedent(match[2]).strip("\n")
    try:
        compile(code, "example", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | ast.PyCF_ONLY_AST)
        language = "python"
    except SyntaxError:
        language = "text"
    before = f"{match[1]}:\n\n" if match[1].strip() else ""
    return f"{before}```{language}\n{code}\n```"


def _linked(match: re.Match[str], thing: griffe.Object) -> str:
    """A name that leads to what it names, as far as that is documented."""
    name = match[1]
    shown = f"<code>{html.escape(match[0].strip('`'))}</code>"
    if name.startswith("gridwire."):
        return f'<autoref identifier="{name}">{shown}</autoref>'
    try:
        path = thing.resolve(name)
    except (griffe.NameResolutionError, KeyError):
        return match[0]
    return f'<autoref identifier="{path}" optional>{shown}</autoref>'
