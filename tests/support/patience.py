# SPDX-License-Identifier: Apache-2.0
"""Time for what is not about time: a machine may stand still for a second in any test."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["PATIENCE", "patient", "until"]

T = TypeVar("T")

PATIENCE = 20.0
"""How long a test waits for what should take no time, in seconds."""

_MILLISECONDS = 20_000
_LIMITS = {"total_timeout": _MILLISECONDS, "socket_timeout": _MILLISECONDS}


def patient(config: dict[str, Any]) -> dict[str, Any]:
    """A configuration for Aerospike in which calls have their time, unless it says otherwise.

    Args:
        config: of a client; `policies` in it are taken as they are.
    """
    return {"policies": dict.fromkeys(("read", "write", "batch"), _LIMITS), **config}


def until(condition: Callable[[], T], seconds: float = PATIENCE) -> T:
    """Look until something is so that nobody announces; what it was then.

    Args:
        condition: what is looked at.
        seconds: after which it is in vain.
    """
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.002)
    return found
