# SPDX-License-Identifier: Apache-2.0
"""What members know and decide needs no socket, clock or dice; only the modules around do."""

from __future__ import annotations

from pathlib import Path

import gridwire
from support import layering

PACKAGE = "gridwire.testing._hazelcast"
IMPURE = {
    *("cluster", "control", "dripping", "link", "process_home", "server", "thread_home"),
    "traffic",
}


def test_only_the_homes_of_members_wait_or_roll_dice(monkeypatch):
    modules = layering.module_paths(Path(gridwire.__file__).parent.parent)
    mine = {name for name in modules if name.startswith(f"{PACKAGE}.")}
    impure = {f"{PACKAGE}.{name}" for name in IMPURE}
    assert impure < mine
    for name in [*(mine - impure), "gridwire.testing.errors"]:
        monkeypatch.setitem(layering.KINDS, name, layering.CORE)
    assert [text for name in mine - impure for text in layering.violations_in(name, modules)] == []
    monkeypatch.setitem(layering.KINDS, f"{PACKAGE}.server", layering.CORE)
    assert "asyncio" in "".join(layering.violations_in(f"{PACKAGE}.server", modules))
