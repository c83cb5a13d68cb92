# SPDX-License-Identifier: Apache-2.0
"""Nodes that others announce at addresses where this client does not find them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gridwire.aerospike.cluster.node import Endpoint

__all__ = ["Unreachable"]

_MAX_SHOWN = 3
"""Nodes that one piece of advice shows."""


class Unreachable:
    """What is announced and cannot be reached.

    Args:
        seeds: the configured addresses.
        alternate: whether nodes are asked for their alternate addresses.
    """

    def __init__(self, seeds: Sequence[Endpoint], alternate: bool) -> None:
        self._seeds = frozenset((seed.host, seed.port) for seed in seeds)
        self._alternate = alternate
        self._failures: dict[str, str] = {}

    def missed(self, node: str, where: str, why: str) -> None:
        """A node is not where others say that it is."""
        self._failures[node] = f"{node} at {where} ({why})"

    def found(self, node: str) -> None:
        """A node was reached."""
        self._failures.pop(node, None)

    def keep(self, spoken_of: Iterable[str]) -> None:
        """Forget nodes that nobody speaks of."""
        names = frozenset(spoken_of)
        self._failures = {
            node: failure for node, failure in self._failures.items() if node in names
        }

    def advice(self, known: Iterable[Endpoint]) -> str:
        """What to change, if that can be told.

        Args:
            known: where the nodes are that were reached.

        Returns:
            A sentence; empty when every node was found, or another was found where it is
            announced, so that the missing one may just be down.
        """
        places = {(one.host, one.port) for one in known}
        if not self._failures or not places or not places <= self._seeds:
            return ""
        missing = "; ".join(list(self._failures.values())[:_MAX_SHOWN])
        what = f"Seeds can be reached, but not the addresses that nodes announce: {missing}."
        if self._alternate:
            return (
                f"{what} use_services_alternate is on: check alternate-access-address of the nodes."
            )
        return (
            f"{what} If those are good in the cluster's network alone, set use_services_alternate."
        )
