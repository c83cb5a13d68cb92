# SPDX-License-Identifier: Apache-2.0
"""Builds the compiled leaves; everything else is in ``pyproject.toml``.

``GRIDWIRE_BUILD_EXT`` decides:

- ``auto`` (or unset): compile when Cython and a C compiler work here, else build a pure package;
- ``yes``: compile, whatever works here;
- ``no``: build a pure package.

Once the decision is to compile, any error ends the build: no package is less than it claims.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import tempfile
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).resolve().parent
MODE = os.environ.get("GRIDWIRE_BUILD_EXT") or "auto"


def leaves() -> tuple[str, ...]:
    """Read the list of leaves from the package, without importing the package."""
    spec = spec_from_file_location("_impl", ROOT / "src" / "gridwire" / "_impl.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.COMPILED_LEAVES


def compiler_works() -> bool:
    """Compile and link an empty extension.

    The kind of wheel (for one platform, or for all) is fixed before the real compilation starts, so
    it has to be known now whether there will be one.
    """
    from setuptools._distutils.ccompiler import new_compiler
    from setuptools._distutils.errors import CCompilerError, DistutilsError
    from setuptools._distutils.sysconfig import customize_compiler

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "probe.c")
        source.write_text("#include <Python.h>\nint probe(void) { return PY_MAJOR_VERSION; }\n")
        try:
            compiler = new_compiler()
            customize_compiler(compiler)
            includes = [sysconfig.get_path("include"), sysconfig.get_path("platinclude")]
            objects = compiler.compile([str(source)], output_dir=folder, include_dirs=includes)
            compiler.link_shared_object(objects, str(Path(folder, "probe.so")))
        except (CCompilerError, DistutilsError, OSError) as error:
            print(f"gridwire: no working C compiler ({error})", file=sys.stderr)
            return False
    return True


def cython_works() -> bool:
    """Tell whether Cython can be imported."""
    try:
        import_module("Cython.Build")
    except ImportError as error:
        print(f"gridwire: no Cython ({error})", file=sys.stderr)
        return False
    return True


def wants_compilation() -> bool:
    """Decide by ``GRIDWIRE_BUILD_EXT`` and by what works here."""
    if MODE not in {"auto", "yes", "no"}:
        sys.exit(f"GRIDWIRE_BUILD_EXT={MODE!r} is not known; use 'auto', 'yes' or 'no'")
    if MODE == "auto" and not (cython_works() and compiler_works()):
        print("gridwire: building without compiled leaves", file=sys.stderr)
        return False
    return MODE != "no"


class BuildLeaves(build_ext):
    """Translates the leaves to C when they are built, and looks itself whether all are there."""

    def build_extension(self, ext: Extension) -> None:
        """Translate and compile one leaf."""
        try:
            from Cython.Build import cythonize
        except ImportError as error:
            sys.exit(f"GRIDWIRE_BUILD_EXT={MODE}: compiling needs Cython ({error})")
        # Generated C goes below build/, so that sources and sdists stay free of it. Types come from
        # the .pxd alone: annotations that Cython enforced would mean something else when pure.
        (translated,) = cythonize(
            [Extension(ext.name, ext.sources)],
            build_dir=os.path.join(self.build_temp, "cython"),
            compiler_directives={"language_level": "3", "annotation_typing": False},
        )
        ext.sources, ext.depends = translated.sources, translated.depends
        super().build_extension(ext)
        if not Path(self.get_ext_fullpath(ext.name)).is_file():
            sys.exit(f"GRIDWIRE_BUILD_EXT={MODE}, but {ext.name} was not compiled")


def extensions() -> list[Extension]:
    """Name what is compiled: nothing, or every leaf."""
    if not wants_compilation():
        return []
    return [Extension(leaf, [f"src/{leaf.replace('.', '/')}.py"]) for leaf in leaves()]


setup(ext_modules=extensions(), cmdclass={"build_ext": BuildLeaves})
