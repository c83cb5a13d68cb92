# SPDX-License-Identifier: Apache-2.0
"""Which modules of gridwire are public, and what each of them exports.

A module is public unless its path has a part that begins with an underscore, or is in `INNER`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["INNER", "SOURCES", "Exports", "exports", "is_public", "public_modules"]

SOURCES = Path(__file__).resolve().parent.parent / "src"

INNER = {
    "gridwire.cli": "the command line has a page of its own",
    "gridwire.testing.__main__": "another spelling of `gridwire serve`",
    "gridwire.hazelcast.asyncio.client": "its package exports what it has",
    "gridwire.hazelcast.asyncio.map": "its package exports what it has",
    "gridwire.hazelcast.cluster.": "views, routing, near caches: machines of the client",
    "gridwire.hazelcast.control": "what keeps a client connected",
    "gridwire.hazelcast.operations": "what makes requests",
    "gridwire.hazelcast.protocol": "the wire protocol",
    "gridwire.hazelcast.proxy.context": "what proxies need of their client",
    "gridwire.hazelcast.serialization.": "codecs, but for the modules below",
    "gridwire.aerospike.asyncio": "`gridwire.aerospike` exports what it has",
    "gridwire.aerospike.cluster": "the partition map and tending",
    "gridwire.aerospike.control": "what keeps a client connected",
    "gridwire.aerospike.operations": "what makes requests",
    "gridwire.aerospike.protocol": "the wire protocol",
}
"""Modules that no program needs, with those below them; a final dot means only those below."""

OUTER = (
    "gridwire.hazelcast.serialization.api",
    "gridwire.hazelcast.serialization.data",
    "gridwire.hazelcast.serialization.input",
    "gridwire.hazelcast.serialization.objects",
    "gridwire.hazelcast.serialization.output",
    "gridwire.hazelcast.serialization.service",
    "gridwire.hazelcast.serialization.unknown",
    "gridwire.hazelcast.serialization.portable.classdef",
)
"""Public modules inside inner packages."""


@dataclass
class Exports:
    """The names of a module's list of public names, in the order of that list."""

    here: list[str] = field(default_factory=list)
    """Those that are documented on its page."""

    elsewhere: dict[str, str] = field(default_factory=dict)
    """Those that another public module has: the path of each there."""


def public_modules(sources: Path = SOURCES) -> list[str]:
    """Return the paths of all public modules, packages before what is in them.

    Args:
        sources: the folder that the package is in.
    """
    return sorted(filter(is_public, _modules(sources)))


def is_public(module: str) -> bool:
    """Tell whether a module is for programs.

    Args:
        module: its path.
    """
    if any(part.startswith("_") for part in module.split(".")):
        return False
    if module in OUTER:
        return True
    return not any(
        module == inner or module.startswith(inner if inner.endswith(".") else f"{inner}.")
        for inner in INNER
    )


def exports(module: str, sources: Path = SOURCES) -> Exports:
    """Return what a module exports, read from its source.

    Args:
        module: its path.
        sources: the folder that the package is in.
    """
    tree = _tree(module, sources)
    origins = dict(_imported(tree, sources))
    found = Exports()
    for name in _listed(tree, sources):
        origin = origins.get(name)
        if origin is not None and is_public(origin):
            found.elsewhere[name] = origin if origin.endswith(f".{name}") else f"{origin}.{name}"
        else:
            found.here.append(name)
    return found


def _modules(sources: Path) -> Iterator[str]:
    for path in sources.glob("gridwire/**/*.py"):
        parts = path.relative_to(sources).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _tree(module: str, sources: Path) -> ast.Module:
    path = sources / module.replace(".", "/")
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return ast.parse(path.read_text(encoding="utf-8"))


def _imported(tree: ast.Module, sources: Path) -> Iterator[tuple[str, str]]:
    """Names that a module imports from gridwire, each with the module that it comes from."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("gridwire"):
            continue
        origin = str(node.module)
        for alias in node.names:
            if alias.name == "*":
                names = _listed(_tree(origin, sources), sources)
                yield from ((name, origin) for name in names)
            elif (sources / origin.replace(".", "/") / f"{alias.name}.py").is_file():
                yield alias.name, f"{origin}.{alias.name}"
            else:
                yield alias.asname or alias.name, origin


def _listed(tree: ast.Module, sources: Path) -> list[str]:
    """The list of public names: a literal, and those of other modules that are added to it."""
    imported = dict(_imported_modules(tree))
    names: list[str] = []
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name("__all__")], value=ast.List()):
                names += ast.literal_eval(node.value)
            case ast.AugAssign(target=ast.Name("__all__"), value=ast.Attribute(value=ast.Name(of))):
                names += _listed(_tree(imported[of], sources), sources)
    return names


def _imported_modules(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            yield from ((alias.name, f"{node.module}.{alias.name}") for alias in node.names)
