# SPDX-License-Identifier: Apache-2.0
"""What a client counts about itself: plain numbers, added to where things happen.

Nobody is called when one changes. Diagnostics and metrics read them when they are asked, so that
counting costs an addition, on rare paths only, whether anybody looks or not.
"""

from __future__ import annotations

from types import MappingProxyType

__all__ = ["COUNTERS", "Counters"]

COUNTERS = MappingProxyType(
    {
        "connections_opened": "Connections that came into use.",
        "connections_lost": "Connections that ended while the client went on.",
        "connections_failed": "Attempts to connect, or to authenticate, that failed.",
        "reconnects": "Times that the client was without any connection and came back.",
        "retries": "Attempts of operations after the first.",
        "lost_backup_acks": "Writes whose backups did not all acknowledge in time.",
        "indeterminate_writes": "Writes that ended and of which nobody knows whether they were "
        "executed.",
        "late_replies": "Answers that came when nobody waited for them any more.",
        "gaps": "Times that events for a listener may have been missed.",
    }
)
"""Name to meaning."""


class Counters:
    """The counters of one client. Any thread adds; a race may lose one, which does no harm."""

    __slots__ = tuple(COUNTERS)

    connections_opened: int
    connections_lost: int
    connections_failed: int
    reconnects: int
    retries: int
    lost_backup_acks: int
    indeterminate_writes: int
    late_replies: int
    gaps: int

    def __init__(self) -> None:
        for name in COUNTERS:
            setattr(self, name, 0)

    def as_dict(self) -> dict[str, int]:
        """All of them, by name."""
        return {name: getattr(self, name) for name in COUNTERS}
