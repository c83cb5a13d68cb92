# SPDX-License-Identifier: Apache-2.0
"""Classes of the program by their ids, given as classes or by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from gridwire.testing.errors import ClusterOptionError

__all__ = ["Factories", "are_names", "check_factories", "load_factories"]

Factories = Mapping[int, Mapping[int, Callable[[], Any] | str]]
"""Classes by factory id and class id; a text names one as ``"package.module:Class"``."""


def check_factories(factories: Mapping[Any, Any]) -> dict[int, dict[int, Any]]:
    """Check what somebody gave as factories.

    Args:
        factories: classes or their names; JSON makes texts of the numbers.

    Returns:
        The same, with numbers.

    Raises:
        ClusterOptionError: it is something else.
    """
    try:
        checked = {
            int(factory_id): {int(class_id): each for class_id, each in classes.items()}
            for factory_id, classes in factories.items()
        }
    except (AttributeError, TypeError, ValueError):
        raise ClusterOptionError(
            f"data_serializable_factories cannot be {factories!r}",
            hint="It is like {factory_id: {class_id: TheClass}}.",
        ) from None
    for classes in checked.values():
        for each in classes.values():
            if not callable(each) and not isinstance(each, str):
                raise ClusterOptionError(f"data_serializable_factories: {each!r} is no class")
    return checked


def are_names(factories: Factories) -> bool:
    """Whether all classes are given by name, so that another process can find them."""
    return all(isinstance(each, str) for classes in factories.values() for each in classes.values())


def load_factories(factories: Factories) -> dict[int, dict[int, Callable[[], Any]]]:
    """Find the classes that are given by name.

    Args:
        factories: classes or their names.

    Returns:
        Classes alone.

    Raises:
        ClusterOptionError: a name leads to nothing that can be called.
    """
    return {
        factory_id: {class_id: _loaded(each) for class_id, each in classes.items()}
        for factory_id, classes in factories.items()
    }


def _loaded(each: Callable[[], Any] | str) -> Callable[[], Any]:
    found: Any = each
    if isinstance(each, str):
        module, _, name = each.partition(":")
        try:
            found = import_module(module)
            for part in name.split("."):
                found = getattr(found, part)
        except (ImportError, AttributeError, ValueError) as error:
            raise ClusterOptionError(
                f"there is no class {each!r}: {error}",
                hint='A class of a program is named like "package.module:Class".',
            ) from None
    if not callable(found):
        raise ClusterOptionError(f"{each!r} is no class")
    made: Callable[[], Any] = found
    return made
