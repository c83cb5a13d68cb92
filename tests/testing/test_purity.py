# SPDX-License-Identifier: Apache-2.0
"""What members and nodes know and decide needs no socket, clock or dice; only modules around do."""

from __future__ import annotations

from pathlib import Path

import pytest

import gridwire
from support import layering

SHARED = "gridwire.testing._shared"

IMPURE = {
    "gridwire.testing._aerospike": {"cluster", "link", "server", "traffic"},
    "gridwire.testing._hazelcast": {"cluster", "link", "server", "traffic"},
    SHARED: {"closing", "dripping"},
}


def pure_modules(package, modules):
    """Those that only decide: they take time and bytes as arguments."""
    mine = {name for name in modules if name.startswith(f"{package}.")}
    impure = {f"{package}.{name}" for name in IMPURE[package]}
    assert impure < mine
    return mine - impure


@pytest.mark.parametrize("package", IMPURE)
def test_only_the_homes_of_members_wait_or_roll_dice(package, monkeypatch):
    modules = layering.module_paths(Path(gridwire.__file__).parent.parent)
    mine = pure_modules(package, modules)
    for name in [*mine, *pure_modules(SHARED, modules), "gridwire.testing.errors"]:
        monkeypatch.setitem(layering.KINDS, name, layering.CORE)
    assert [text for name in mine for text in layering.violations_in(name, modules)] == []
    waits = "dripping" if package == SHARED else "server"
    monkeypatch.setitem(layering.KINDS, f"{package}.{waits}", layering.CORE)
    assert "asyncio" in "".join(layering.violations_in(f"{package}.{waits}", modules))
