# SPDX-License-Identifier: Apache-2.0
"""Says in pytest's header which implementation is tested, and refuses one that is out of date."""

from __future__ import annotations

import os

import pytest

import gridwire
from gridwire._impl import COMPILED_LEAVES, extension_of


def pytest_report_header() -> str:
    forced = os.environ.get("GRIDWIRE_IMPL") or "not set"
    return (
        f"gridwire {gridwire.__version__}, implementation: {gridwire.implementation()} "
        f"(GRIDWIRE_IMPL {forced})"
    )


def pytest_configure() -> None:
    """Stop when an extension is older than its source: it would test yesterday's code."""
    if os.environ.get("GRIDWIRE_IMPL") == "pure":
        return
    for leaf in COMPILED_LEAVES:
        extension = extension_of(leaf)
        if extension is None:
            continue
        source = extension.with_name(leaf.rpartition(".")[2] + ".py")
        newest = max(
            file.stat().st_mtime for file in (source, source.with_suffix(".pxd")) if file.is_file()
        )
        if extension.stat().st_mtime < newest:
            raise pytest.UsageError(
                f"{extension.name} is older than its source; run `make build-ext`, or `make clean`"
            )
