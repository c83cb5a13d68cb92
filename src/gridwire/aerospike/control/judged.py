# SPDX-License-Identifier: Apache-2.0
"""Whether a node may be asked: what its connections tell of it is counted here, in every style."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridwire._core.logs import reason_of
from gridwire.aerospike.cluster.breaker import Breaker
from gridwire.aerospike.cluster.node import NodeFacts
from gridwire.aerospike.control.opening import why_not_opened

if TYPE_CHECKING:
    from gridwire._core.counters import Counters
    from gridwire._core.logs import ClientLog
    from gridwire.aerospike._options.client_options import ClientOptions

__all__ = ["JudgedNode"]


class JudgedNode:
    """A node whose failures are counted; a subclass has its connections.

    Args:
        facts: what is known of it.
        options: of the client.
        log: of the client.
        counters: of the client.

    Attributes:
        facts: as given; replaced when more is known.
        breaker: counts its failures.
        log: as given.
        counters: as given.
        is_usable: whether commands may go there.
    """

    def __init__(
        self, facts: NodeFacts, options: ClientOptions, log: ClientLog, counters: Counters
    ) -> None:
        self.facts = facts
        self.breaker = Breaker(options.max_error_rate, options.error_rate_window)
        self.log = log
        self.counters = counters
        self.is_usable = True
        self._is_removed = False
        self._timeout = options.timeout

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.facts.name} at {self.facts.endpoint}>"

    @property
    def place(self) -> tuple[str, str]:
        """Name and address, for a log line."""
        return self.facts.name, str(self.facts.endpoint)

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of a log line about it."""
        return dict(zip(("member", "address"), self.place, strict=True))

    def connection_opened(self) -> None:
        """One more connection for commands is in use; there may be hundreds."""
        self.counters.connections_opened += 1
        self.log.debug("connection to node %s at %s opened", *self.place, **self.fields)

    def connection_failed(self, error: BaseException) -> None:
        """A connection for commands could not be opened."""
        self.counters.connections_failed += 1
        reason = why_not_opened(error, self._timeout)
        self.log.sparing.warning(
            "no connection to node %s at %s: %s",
            *self.place,
            reason,
            reason=reason,
            **self.fields,
        )

    def connection_broke(self, error: BaseException | None) -> None:
        """A connection for commands ended while it was needed, or not in order."""
        why = "closed by the node" if error is None else reason_of(error)
        self.counters.connections_lost += 1
        self.log.sparing.warning(
            "connection to node %s at %s lost: %s", *self.place, why, reason=why, **self.fields
        )

    def count_error(self) -> None:
        """Something failed here by the network, the clock or overload."""
        self.breaker.count()
        self._judge()

    def _end_round(self) -> None:
        """A round of tending is over: the failures of the rounds before count less."""
        self.breaker.tended()
        self._judge()

    def _judge(self) -> None:
        usable = not self._is_removed and not self.breaker.is_open
        if usable != self.is_usable:
            self.is_usable = usable
            if not self._is_removed:
                text = "is used again" if usable else "failed too often and is left alone for now"
                self.log.warning("node %s at %s %s", *self.place, text, **self.fields)

    def _remove(self) -> None:
        """Nobody may ask it any more, for good."""
        self._is_removed = True
        self.is_usable = False
