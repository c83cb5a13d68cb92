# SPDX-License-Identifier: Apache-2.0
"""Time for what is not about time: a machine may stand still for a second in any test."""

from __future__ import annotations

from typing import Any

__all__ = ["patient"]

_MILLISECONDS = 20_000
_LIMITS = {"total_timeout": _MILLISECONDS, "socket_timeout": _MILLISECONDS}


def patient(config: dict[str, Any]) -> dict[str, Any]:
    """A configuration for Aerospike in which calls have their time, unless it says otherwise.

    Args:
        config: of a client; `policies` in it are taken as they are.
    """
    return {"policies": dict.fromkeys(("read", "write", "batch"), _LIMITS), **config}
