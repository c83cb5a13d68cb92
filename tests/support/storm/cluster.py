# SPDX-License-Identifier: Apache-2.0
"""What can happen to a cluster of our own, of either system."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from support.storm.book import Book
from support.storm.doors import Doors
from support.storm.growth import what_is_held
from support.storm.plan import Event

__all__ = ["SERVERS", "ClusterStorm"]

SERVERS = 3


class ClusterStorm(ABC):
    """The cluster, its clients, and what can happen to them.

    Args:
        book: knows what may be found.
        cluster: as a process of its own.
        kind: what a server is called in the cluster's methods.
        load: the requests that workers make.
    """

    name: str

    def __init__(self, book: Book, cluster: Any, *, kind: str, load: Any) -> None:
        self._book = book
        self._cluster = cluster
        self._kind = kind
        self._load = load
        self._clients: list[Any] = []
        self._doors = Doors(SERVERS, self._places)

    @abstractmethod
    def _places(self) -> list[tuple[str, int]]:
        """Where the servers listen now."""

    def start(self) -> None:
        """Start the servers."""
        self._cluster.start()
        self._doors.open()

    def stop(self) -> None:
        """End them."""
        self._doors.close()
        self._cluster.stop()

    def counters(self) -> list[dict[str, int]]:
        """What each client counted."""
        return [client.diagnostics()["counters"] for client in self._clients]

    def what_is_held(self) -> dict[str, int]:
        """What clients hold and do not tell of."""
        return what_is_held(self._clients, self._doors.visits)

    def heal(self) -> None:
        """Bring as many servers as at the beginning; all faults are over already."""
        while len(self._servers) < SERVERS:
            self._start_one()

    def happen(self, event: Event) -> Any:
        """Let something happen; the handle of a fault, None if it has no end."""
        return getattr(self, f"_{event.kind}")(event)

    @property
    def _servers(self) -> Any:
        return getattr(self._cluster, f"{self._kind}s")

    def _start_one(self) -> None:
        getattr(self._cluster, f"start_{self._kind}")()

    def _server(self, event: Event) -> Any:
        servers = self._servers
        return servers[event.who % len(servers)]

    def _only(self, event: Event) -> dict[str, Any]:
        """The argument by which a fault hits one server alone."""
        return {f"{self._kind}s": self._server(event)}

    # -- what happens to servers ---------------------------------------------------------------

    def _kill_and_start(self, event: Event) -> None:
        if len(self._servers) > 1:
            self._server(event).kill()
        self._start_one()

    def _restart(self, event: Event) -> None:
        self._server(event).restart()

    def _restart_elsewhere(self, event: Event) -> None:
        self._server(event).restart_with_new_address()

    def _shutdown_and_start(self, event: Event) -> None:
        self._start_one()
        self._server(event).shutdown()

    def _restart_all(self, event: Event) -> None:
        """All die, with what they knew; others come, elsewhere."""
        while len(servers := self._servers) > 1:
            servers[event.who % len(servers)].kill()
        self._book.lose()
        try:
            self._servers[0].restart_with_new_address()
        finally:
            self._book.lost()
        self.heal()

    def _move_all(self, event: Event) -> None:
        """Each moves to another address, one after the other: nothing is lost."""
        for server in self._servers:
            server.restart_with_new_address()

    def _pause(self, event: Event) -> Any:
        return self._server(event).pause()

    def _pause_all(self, event: Event) -> Any:
        return self._cluster.pause()

    # -- what happens to connections -----------------------------------------------------------

    def _cut_clients_off(self, event: Event) -> Any:
        return self._cluster.partition(self._server(event), "*")

    def _split_members(self, event: Event) -> Any:
        one = self._server(event)
        return self._cluster.partition(one, [each for each in self._servers if each != one])

    def _disconnect(self, event: Event) -> None:
        self._cluster.disconnect(**self._only(event))

    def _refuse_clients(self, event: Event) -> Any:
        return self._cluster.refuse_clients(**self._only(event))

    def _delay(self, event: Event) -> Any:
        what = "requests" if event.more["requests"] else "answers"
        return self._cluster.delay(event.more["late"], **{what: self._load}, **self._only(event))

    def _drop_requests(self, event: Event) -> Any:
        return self._cluster.drop(requests=self._load, times=event.more["times"])

    def _drop_answers(self, event: Event) -> Any:
        return self._cluster.drop(answers=self._load, times=event.more["times"])

    def _slow_drip(self, event: Event) -> Any:
        return self._cluster.slow_drip(event.more["size"], event.more["pause"], **self._only(event))

    # -- what happens to partitions ------------------------------------------------------------

    @abstractmethod
    def _partitions(self, event: Event) -> range:
        """Those that move."""

    def _migrate(self, event: Event) -> None:
        self._cluster.migrate(self._partitions(event), self._server(event))

    def _migrating(self, event: Event) -> Any:
        return self._cluster.migrating(self._partitions(event), answer=event.more["answer"])
