# SPDX-License-Identifier: Apache-2.0
"""The layers of the house, read from the imports of its modules.

Each module is of one kind, by the longest prefix in `KINDS`. A module whose package is not listed
is an error too, so that whoever adds one decides what it may do. What a kind may import:

- **core**: core, and of the standard library nothing that waits, watches the clock or rolls dice;
- **driver** (``_io``): core that is shared by both protocols, and drivers;
- **control**: core, drivers, control;
- **face**: everything, but a private module only inside the package that owns it; and the test
  clusters nothing that decides for the client.

Imports under ``if TYPE_CHECKING:`` do not happen at run time and are free. Imports inside functions
do, and count.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

CORE, DRIVER, CONTROL, FACE = "core", "driver", "control", "face"

KINDS = {
    "gridwire": FACE,
    "gridwire._core": CORE,
    "gridwire._impl": FACE,
    "gridwire._io": DRIVER,
    "gridwire.aerospike": FACE,
    "gridwire.aerospike._client": FACE,
    "gridwire.aerospike._logging": CORE,
    "gridwire.aerospike._options": CORE,
    "gridwire.aerospike.asyncio": FACE,
    "gridwire.aerospike.cluster": CORE,
    "gridwire.aerospike.constants": CORE,
    "gridwire.aerospike.control": CONTROL,
    "gridwire.aerospike.diagnostics": CORE,
    "gridwire.aerospike.exception": CORE,
    "gridwire.aerospike.operations": CORE,
    "gridwire.aerospike.protocol": CORE,
    "gridwire.aerospike.types": CORE,
    "gridwire.cli": FACE,
    "gridwire.errors": CORE,
    "gridwire.hazelcast": FACE,
    "gridwire.hazelcast._options": CORE,
    "gridwire.hazelcast._query": CORE,
    "gridwire.hazelcast.aggregator": CORE,
    "gridwire.hazelcast.asyncio": FACE,
    "gridwire.hazelcast.client": FACE,
    "gridwire.hazelcast.cluster": CORE,
    "gridwire.hazelcast.config": CORE,
    "gridwire.hazelcast.control": CONTROL,
    "gridwire.hazelcast.core": CORE,
    "gridwire.hazelcast.diagnostics": CORE,
    "gridwire.hazelcast.error_codes": CORE,
    "gridwire.hazelcast.errors": CORE,
    "gridwire.hazelcast.future": CONTROL,
    "gridwire.hazelcast.lifecycle": CORE,
    "gridwire.hazelcast.notices": CORE,
    "gridwire.hazelcast.near_cache": CORE,
    "gridwire.hazelcast.operations": CORE,
    "gridwire.hazelcast.partition": FACE,
    "gridwire.hazelcast.predicate": CORE,
    "gridwire.hazelcast.projection": CORE,
    "gridwire.hazelcast.protocol": CORE,
    "gridwire.hazelcast.proxy": FACE,
    "gridwire.hazelcast.security": CORE,
    "gridwire.hazelcast.serialization": CORE,
    "gridwire.hazelcast.util": CORE,
    "gridwire.telemetry": CORE,
    "gridwire._telemetry": CONTROL,
    "gridwire.testing": FACE,
}
"""Kind of each package or module; a package's kind is that of its modules, but for the roots.

``gridwire``, ``gridwire.hazelcast`` and ``gridwire.aerospike`` stand for their ``__init__`` alone.
"""

ROOTS = frozenset({"gridwire", "gridwire.hazelcast", "gridwire.aerospike"})

FORBIDDEN_IN_CORE = frozenset(
    {"_asyncio", "_random", "_socket", "_ssl", "_thread", "asyncio", "concurrent", "http"}
    | {"multiprocessing", "queue", "random", "sched", "secrets", "select", "selectors", "signal"}
    | {"socket", "socketserver", "ssl", "subprocess", "threading", "time", "urllib"}
)
"""Top-level modules that wait, watch the clock, roll dice or start something."""

EXCEPTIONS = {
    # The random load balancer is a user's choice of dice, as is one that a user writes.
    "gridwire.hazelcast.util": {"random"},
}
"""Modules of the core that may import what is forbidden there, each with its reason."""

FORBIDDEN_CALLS_IN_CORE = frozenset(
    {"date.today", "datetime.now", "datetime.today", "datetime.utcnow", "os.urandom"}
    | {"uuid.uuid1", "uuid.uuid4"}
)
"""Clocks and dice inside modules that are otherwise data."""

MAY_IMPORT = {
    CORE: {CORE},
    DRIVER: {CORE, DRIVER},
    CONTROL: {CORE, DRIVER, CONTROL},
    FACE: {CORE, DRIVER, CONTROL, FACE},
}

CLIENT_DECISIONS = (
    "gridwire.aerospike.cluster",
    "gridwire.aerospike.control",
    "gridwire.aerospike.operations",
    "gridwire.hazelcast.cluster",
    "gridwire.hazelcast.control",
    "gridwire.hazelcast.operations",
)
"""What a test cluster must not share with the client, or one mistake would pass on both sides."""

PROTOCOLS = ("gridwire.hazelcast", "gridwire.aerospike")


@dataclass(frozen=True)
class Import:
    """One import at run time."""

    module: str
    line: int


def violations(root: Path) -> list[str]:
    """Check a source tree.

    Args:
        root: The folder that holds the ``gridwire`` package.

    Returns:
        One sentence for each broken rule, empty when there is none.
    """
    modules = module_paths(root)
    return [sentence for name in sorted(modules) for sentence in violations_in(name, modules)]


def module_paths(root: Path) -> dict[str, Path]:
    """Find the modules below a folder, by their full names."""
    return {_module_name(path, root): path for path in root.joinpath("gridwire").rglob("*.py")}


def violations_in(name: str, modules: Mapping[str, Path]) -> list[str]:
    """Check one of the modules."""
    if kind_of(name) is None:
        return [f"{name}: of no kind; add it to KINDS in tests/support/layering.py"]
    path = modules[name]
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    found = [
        f"{name}:{imported.line}: imports {imported.module}, but {reason}"
        for imported in _imports(tree, modules)
        if (reason := _forbidden(name, imported.module))
    ]
    return found + (list(_impure_calls(name, tree)) if kind_of(name) == CORE else [])


def kind_of(module: str) -> str | None:
    """Give a module's kind, or None when nobody has decided it."""
    if module in KINDS:
        return KINDS[module]
    package = module.rpartition(".")[0]
    while package and package not in ROOTS:
        if package in KINDS:
            return KINDS[package]
        package = package.rpartition(".")[0]
    return None


def _forbidden(importer: str, imported: str) -> str | None:
    kind = kind_of(importer)
    if not _is_ours(imported):
        forbidden = FORBIDDEN_IN_CORE - EXCEPTIONS.get(importer, set())
        if kind == CORE and imported.partition(".")[0] in forbidden:
            return "core is pure: time, randomness and bytes come in as arguments"
        return None
    if kind_of(imported) not in MAY_IMPORT[kind]:
        return f"{kind} may not import {kind_of(imported)}"
    if kind == DRIVER and imported.startswith(PROTOCOLS):
        return "a driver knows no protocol"
    if importer.startswith("gridwire.testing") and imported.startswith(CLIENT_DECISIONS):
        return "a test cluster shares the tables of the client, not its decisions"
    return _private(importer, imported)


def _private(importer: str, imported: str) -> str | None:
    parts = imported.split(".")
    for index, part in enumerate(parts):
        owner = ".".join(parts[:index])
        if part.startswith("_") and not f"{importer}.".startswith(f"{owner}."):
            return f"{part} is private to {owner}"
    return None


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] == "gridwire"


def _imports(tree: ast.Module, modules: Mapping[str, Path]) -> Iterator[Import]:
    for node in _run_time_nodes(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports are banned by the linter"
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                is_module = submodule in modules or not _is_ours(submodule)
                yield Import(submodule if is_module else str(node.module), node.lineno)
        elif isinstance(node, ast.Call) and (named := _named_import(node)):
            yield Import(named, node.lineno)


def _named_import(call: ast.Call) -> str | None:
    by_name = ast.unparse(call.func).endswith(("import_module", "__import__"))
    if by_name and call.args and isinstance(call.args[0], ast.Constant):
        return str(call.args[0].value)
    return None


def _run_time_nodes(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            for other in child.orelse:
                yield other
                yield from _run_time_nodes(other)
        else:
            yield child
            yield from _run_time_nodes(child)


def _impure_calls(name: str, tree: ast.Module) -> Iterator[str]:
    for node in _run_time_nodes(tree):
        if isinstance(node, ast.Call):
            called = ".".join(ast.unparse(node.func).split(".")[-2:])
            if called in FORBIDDEN_CALLS_IN_CORE:
                yield f"{name}:{node.lineno}: calls {called}, but core takes that as an argument"


def _module_name(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
