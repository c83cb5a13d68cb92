# SPDX-License-Identifier: Apache-2.0
"""One switch for how much the Aerospike side logs."""

from __future__ import annotations

import logging

from gridwire.aerospike import constants as c

__all__ = ["LOGGER", "TRACE", "set_log_level"]

LOGGER = "gridwire.aerospike"

TRACE = 5
"""Level below DEBUG; its name is registered when it is asked for."""

_LEVELS = {
    c.LOG_LEVEL_OFF: logging.CRITICAL + 1,
    c.LOG_LEVEL_ERROR: logging.ERROR,
    c.LOG_LEVEL_WARN: logging.WARNING,
    c.LOG_LEVEL_INFO: logging.INFO,
    c.LOG_LEVEL_DEBUG: logging.DEBUG,
    c.LOG_LEVEL_TRACE: TRACE,
}


def set_log_level(level: int) -> None:
    """Set from which level on the Aerospike side logs.

    Messages go to loggers below ``gridwire.aerospike``; where they end up is the application's
    choice (`logging.basicConfig` and its like).

    Args:
        level: one of the ``LOG_LEVEL_*`` constants.

    Raises:
        TypeError: it is no int.
        ValueError: it is none of the constants.
    """
    if isinstance(level, bool) or not isinstance(level, int):
        raise TypeError(f"level must be an int, not {type(level).__name__}")
    known = _LEVELS.get(level)
    if known is None:
        names = ", ".join(
            f"{name} ({getattr(c, name)})" for name in c.__all__ if name.startswith("LOG_LEVEL_")
        )
        raise ValueError(f"level is one of {names}; got {level}")
    if known == TRACE:
        logging.addLevelName(TRACE, "TRACE")
    logging.getLogger(LOGGER).setLevel(known)
