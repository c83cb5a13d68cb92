# SPDX-License-Identifier: Apache-2.0
"""Which implementation of the compiled leaves is loaded: their ``.py`` or their extension.

A leaf is a plain ``.py`` module with a sibling ``.pxd``. When it was compiled, the extension lies
beside the source and Python's own import order prefers it. ``GRIDWIRE_IMPL`` overrides that:

- ``pure`` loads the source of every leaf, even where an extension lies beside it;
- ``compiled`` refuses to import gridwire unless every leaf is compiled;
- unset (or empty) takes whatever is there.

`COMPILED_LEAVES` is the one list of leaves: ``setup.py`` reads it from this file, so this module
imports nothing but the standard library.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

__all__ = ["COMPILED_LEAVES", "Implementation", "extension_of", "implementation", "install"]

Implementation = Literal["pure", "compiled", "mixed"]

COMPILED_LEAVES = ("gridwire.hazelcast.protocol.frames",)
"""Full names of the modules that are compiled when a compiler is there."""

_ROOT = Path(__file__).resolve().parent
_VARIABLE = "GRIDWIRE_IMPL"


def install() -> None:
    """Apply ``GRIDWIRE_IMPL``; called once, by ``gridwire/__init__.py``, before any leaf loads.

    Raises:
        ImportError: The value is unknown, or ``compiled`` was asked for and a leaf is not compiled.
    """
    wanted = os.environ.get(_VARIABLE, "")
    if wanted == "pure":
        if not any(isinstance(finder, _SourceFinder) for finder in sys.meta_path):
            sys.meta_path.insert(0, _SourceFinder())
    elif wanted == "compiled":
        _require_compiled()
    elif wanted:
        raise ImportError(
            f"{_VARIABLE}={wanted!r} is not known; use 'pure', 'compiled' or unset it"
        )


def implementation() -> Implementation:
    """Tell which implementation runs.

    A leaf that is not imported yet counts as what its import would load.

    Returns:
        ``"pure"`` or ``"compiled"`` when that holds for every leaf, else ``"mixed"``.
    """
    compiled = {_is_compiled(leaf) for leaf in COMPILED_LEAVES}
    if len(compiled) > 1:
        return "mixed"
    return "compiled" if compiled == {True} else "pure"


def extension_of(leaf: str) -> Path | None:
    """Find the extension file that lies beside a leaf's source.

    Args:
        leaf: Full module name, one of `COMPILED_LEAVES`.

    Returns:
        The file that Python would load, or None when the leaf is not compiled.
    """
    source = _source_of(leaf)
    for suffix in EXTENSION_SUFFIXES:
        candidate = source.with_name(source.stem + suffix)
        if candidate.is_file():
            return candidate
    return None


class _SourceFinder:
    """Finds the leaves, and nothing else, by their source.

    A finder by what it does: its base class would load a dozen modules with every import.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in COMPILED_LEAVES:
            return None
        source = str(_source_of(fullname))
        return spec_from_file_location(fullname, source, loader=SourceFileLoader(fullname, source))


def _source_of(leaf: str) -> Path:
    return _ROOT.joinpath(*leaf.split(".")[1:]).with_suffix(".py")


def _is_compiled(leaf: str) -> bool:
    module = sys.modules.get(leaf)
    if module is not None:
        return (module.__file__ or "").endswith(tuple(EXTENSION_SUFFIXES))
    return os.environ.get(_VARIABLE) != "pure" and extension_of(leaf) is not None


def _require_compiled() -> None:
    missing = [leaf for leaf in COMPILED_LEAVES if extension_of(leaf) is None]
    if missing:
        raise ImportError(
            f"{_VARIABLE}=compiled, but not compiled: {', '.join(missing)} (no "
            f"*{EXTENSION_SUFFIXES[0]} beside the source in {_ROOT}); install with "
            f"GRIDWIRE_BUILD_EXT=yes, or run `make build-ext` in a checkout"
        )
