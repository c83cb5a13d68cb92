# SPDX-License-Identifier: Apache-2.0
"""Which objects may be handed to several readers without one seeing what another does to them."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from typing import Any

from gridwire.hazelcast.core import HazelcastJsonValue

__all__ = ["is_immutable"]

# Exact types: a subclass may add attributes that can be set.
_IMMUTABLE = frozenset(
    {
        bool,
        bytes,
        complex,
        dt.date,
        dt.datetime,
        dt.time,
        dt.timedelta,
        decimal.Decimal,
        float,
        HazelcastJsonValue,
        int,
        str,
        type(None),
        uuid.UUID,
    }
)


def is_immutable(value: Any) -> bool:
    """Whether nobody can change an object, so that sharing it cannot be noticed."""
    return type(value) in _IMMUTABLE
