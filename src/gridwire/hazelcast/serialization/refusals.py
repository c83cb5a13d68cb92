# SPDX-License-Identifier: Apache-2.0
"""Why an object cannot be written, and what its owner can do: the error for each kind of type."""

from __future__ import annotations

import enum
import sys
from collections import OrderedDict, deque
from collections.abc import Iterator, MappingView
from dataclasses import is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from gridwire.hazelcast.errors import HazelcastSerializationError

__all__ = ["unserializable"]

# A subclass is named after its nearest of these, so subclasses come before their bases.
_WRITTEN = (
    *(str, int, float, bytes, bytearray, list, tuple, OrderedDict, dict, set, frozenset, deque),
    *(datetime, date, time, Decimal, UUID),
)
_LAZY = (Iterator, MappingView, range)

_WAYS_OUT = (
    "Ways out: a dataclass, a CompactSerializer (compact_serializers), a custom serializer "
    "(custom_serializers), an IdentifiedDataSerializable, a Portable, a HazelcastJsonValue, a "
    "global_serializer, or allow_pickle=True where all readers are Python."
)


def unserializable(python_type: type) -> HazelcastSerializationError:
    """No row writes objects of this type.

    Args:
        python_type: the exact type of the object.

    Returns:
        An error that says why, with the ways out as its hint.
    """
    name = f"{python_type.__module__}.{python_type.__qualname__}".removeprefix("builtins.")
    if issubclass(python_type, enum.Enum):
        return HazelcastSerializationError(
            f"A member of the enumeration {name} cannot be serialized",
            hint=f"Store its value or its name. {_WAYS_OUT}",
        )
    if is_dataclass(python_type):
        return HazelcastSerializationError(
            f"An object of type {name} cannot be serialized: it is derived from a dataclass, and "
            "none itself",
            hint=f"Decorate the class with @dataclass. {_WAYS_OUT}",
        )
    for builtin in _WRITTEN:
        if issubclass(python_type, builtin):
            return HazelcastSerializationError(
                f"An object of type {name} cannot be serialized: it is a subclass of "
                f"{builtin.__name__} and would come back as one",
                hint=f"Convert it with {builtin.__name__}(...) if that is meant. {_WAYS_OUT}",
            )
    numpy = sys.modules.get("numpy")
    if numpy is not None and issubclass(python_type, numpy.ndarray):
        return HazelcastSerializationError(
            f"An object of type {name} cannot be serialized: it is a subclass of numpy.ndarray",
            hint=f"Convert it with numpy.asarray(...) if that is meant. {_WAYS_OUT}",
        )
    if issubclass(python_type, _LAZY):
        return HazelcastSerializationError(
            f"An object of type {name} cannot be serialized",
            hint=f"Store a list of its items. {_WAYS_OUT}",
        )
    return HazelcastSerializationError(
        f"An object of type {name} cannot be serialized", hint=_WAYS_OUT
    )
