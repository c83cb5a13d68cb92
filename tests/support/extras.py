# SPDX-License-Identifier: Apache-2.0
"""What the extras in pyproject.toml ask for on this machine."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

__all__ = ["requirements_of"]

_PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
_EXTRAS = tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]["optional-dependencies"]


def requirements_of(extra: str) -> Iterator[Requirement]:
    """Give what an extra needs, and what the extras need that it includes."""
    for requirement in map(Requirement, _EXTRAS[extra]):
        if requirement.marker is not None and not requirement.marker.evaluate():
            continue
        if requirement.name == "gridwire":
            for included in sorted(requirement.extras):
                yield from requirements_of(included)
        else:
            yield requirement
