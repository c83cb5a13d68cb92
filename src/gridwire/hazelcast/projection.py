# SPDX-License-Identifier: Apache-2.0
"""Projections: what of each entry `Map.project` gets, so that the rest is not sent at all."""

from __future__ import annotations

from typing import Any, Final, Generic, TypeVar

from gridwire.hazelcast._query.fields import STRING, STRINGS, QueryObject
from gridwire.hazelcast.core import MapEntry

__all__ = ["Projection", "identity", "multi_attribute", "single_attribute"]

T = TypeVar("T")

_FACTORY_ID: Final = -30


class Projection(Generic[T]):
    """What of each entry is sent; made by the functions of this module.

    A class of a program that derives from this one and from `IdentifiedDataSerializable` is a
    projection too, if the members have a class of the same ids.
    """


class _Projection(QueryObject, Projection[T]):
    FACTORY_ID = _FACTORY_ID


class _SingleAttributeProjection(_Projection[T]):
    CLASS_ID = 0
    FIELDS = (("attribute_path", STRING),)


class _MultiAttributeProjection(_Projection[list[Any]]):
    CLASS_ID = 1
    FIELDS = (("attribute_paths", STRINGS),)


class _IdentityProjection(_Projection[MapEntry[Any, Any]]):
    CLASS_ID = 2


def single_attribute(attribute_path: str) -> Projection[Any]:
    """Get one attribute of each entry.

    Args:
        attribute_path: path of the attribute, see `gridwire.hazelcast.predicate`; ``[any]`` is not
            allowed.

    Raises:
        ValueError: the path is empty or None, or has ``[any]``.
        TypeError: the path is something else.
    """
    return _SingleAttributeProjection(_checked(attribute_path))


def multi_attribute(*attribute_paths: str) -> Projection[list[Any]]:
    """Get several attributes of each entry, as a list.

    Args:
        attribute_paths: paths of the attributes, see `gridwire.hazelcast.predicate`; ``[any]`` is
            not allowed.

    Raises:
        ValueError: there is none, or one is empty or None or has ``[any]``.
        TypeError: a path is something else.
    """
    if not attribute_paths:
        raise ValueError("multi_attribute needs at least one attribute path")
    return _MultiAttributeProjection([_checked(each) for each in attribute_paths])


def identity() -> Projection[MapEntry[Any, Any]]:
    """Get each entry as it is, as a `MapEntry`."""
    return _IdentityProjection()


def _checked(attribute_path: Any) -> str:
    # Members would find several values where they need one.
    if attribute_path is None or attribute_path == "":
        raise ValueError("attribute_path cannot be None or empty")
    if not isinstance(attribute_path, str):
        raise TypeError(f"attribute_path is a str, not {attribute_path!r}")
    if "[any]" in attribute_path:
        raise ValueError(f"attribute_path cannot contain [any]: {attribute_path!r}")
    return attribute_path
