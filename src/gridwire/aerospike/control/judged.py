# SPDX-License-Identifier: Apache-2.0
"""Whether a node may be asked: what its connections tell of it is counted here, in every style."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from gridwire.aerospike.cluster.breaker import Breaker
from gridwire.aerospike.cluster.node import NodeFacts

if TYPE_CHECKING:
    from gridwire.aerospike._options.client_options import ClientOptions

__all__ = ["JudgedNode"]

_logger = logging.getLogger("gridwire.aerospike.client")


class JudgedNode:
    """A node whose failures are counted; a subclass has its connections.

    Args:
        facts: what is known of it.
        options: of the client.

    Attributes:
        facts: as given; replaced when more is known.
        breaker: counts its failures.
        is_usable: whether commands may go there.
    """

    def __init__(self, facts: NodeFacts, options: ClientOptions) -> None:
        self.facts = facts
        self.breaker = Breaker(options.max_error_rate, options.error_rate_window)
        self.is_usable = True
        self._is_removed = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.facts.name} at {self.facts.endpoint}>"

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
                _logger.warning("%r %s", self, text)

    def _remove(self) -> None:
        """Nobody may ask it any more, for good."""
        self._is_removed = True
        self.is_usable = False
