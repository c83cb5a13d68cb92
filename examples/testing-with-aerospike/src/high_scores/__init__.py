# SPDX-License-Identifier: Apache-2.0
"""The best result of each player, kept in Aerospike."""

from __future__ import annotations

from gridwire.aerospike import Client
from gridwire.aerospike.exception import RecordNotFound

__all__ = ["HighScores"]


class HighScores:
    """The best results of a game.

    Args:
        client: connected.
        game: name of the game.
    """

    def __init__(self, client: Client, game: str) -> None:
        self._client = client
        self._game = game

    def best(self, player: str) -> int:
        """The best result of a player, 0 without any."""
        try:
            return int(self._client.get(("test", self._game, player)).bins["points"])
        except RecordNotFound:
            return 0

    def report(self, player: str, points: int) -> bool:
        """Keep a result if it is the player's best; whether it was."""
        if points <= self.best(player):
            return False
        self._client.put(("test", self._game, player), {"points": points})
        return True
