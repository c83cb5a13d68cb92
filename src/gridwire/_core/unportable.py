# SPDX-License-Identifier: Apache-2.0
"""What belongs to one process and cannot be sent to another."""

from __future__ import annotations

__all__ = ["unportable"]


def unportable(thing: object, instead: str) -> TypeError:
    """What is said to who sends a client, or an object of one, to another process.

    Args:
        thing: what was to be sent.
        instead: what to do, a sentence without its full stop.
    """
    return TypeError(
        f"{thing!r} cannot be pickled: its connections belong to this process. {instead}"
    )
