# SPDX-License-Identifier: Apache-2.0
"""What the commands of the bench share: reading their arguments, and ending with an error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeVar

import typer

from bench.choosing import Named, UnknownCaseError, choose

__all__ = ["chosen_cases", "drawing", "end_with", "require_folders"]

_C = TypeVar("_C", bound=Named)


def chosen_cases(names: str | None, cases: tuple[_C, ...]) -> tuple[_C, ...]:
    """Give the cases that an option names; all if it is not there."""
    try:
        return choose(names.split(","), cases) if names else cases
    except UnknownCaseError as error:
        raise typer.BadParameter(str(error)) from None


def require_folders(*files: Path | None) -> None:
    """What would fail should do so before the long part, not after it."""
    for file in files:
        if file is not None and not file.parent.is_dir():
            raise typer.BadParameter(f"there is no folder {file.parent}")


def drawing(plot: Path) -> Callable[..., None]:
    """Give what draws a picture, if that can be done here."""
    if plot.suffix not in {".png", ".svg", ".pdf"}:
        raise typer.BadParameter(f"--plot draws .png, .svg or .pdf, not {plot.name!r}")
    try:
        from bench.plot import draw
    except ImportError as error:
        raise typer.BadParameter(f"--plot needs the extra 'bench': {error}") from None
    return draw


def end_with(error: Exception) -> NoReturn:
    """Say what failed, and end."""
    typer.secho(f"bench: {error}", fg="red", err=True)
    raise typer.Exit(1) from error
