# SPDX-License-Identifier: Apache-2.0
"""Warnings about options of 3.x, at the line of the program that made the client."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable

__all__ = ["ConfigurationWarning", "tell"]


class ConfigurationWarning(UserWarning):
    """An option of the 3.x configuration was set that has no meaning today."""


def tell(texts: Iterable[str]) -> None:
    """Warn whoever called this library."""
    # Call styles differ in how deep they are, and Python 3.11 cannot skip frames by their files.
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("gridwire."):
        level, frame = level + 1, frame.f_back
    for text in texts:
        warnings.warn(text, ConfigurationWarning, stacklevel=level)
