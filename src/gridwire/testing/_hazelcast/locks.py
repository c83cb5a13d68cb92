# SPDX-License-Identifier: Apache-2.0
"""Locks of keys: who holds them, for how long, and who may go in.

A lock belongs to a thread or task of a client and can be taken again by it. Each request has a
reference id, by which a repeated one is recognized: what it asked for is done already. As on real
members, leases are rounded up to whole seconds, a lock needs no entry, and an entry does not expire
while its key is locked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gridwire.testing._hazelcast.records import FOREVER

if TYPE_CHECKING:
    from uuid import UUID

    from gridwire.testing._hazelcast.session import Session
    from gridwire.testing._hazelcast.state import ClusterState
    from gridwire.testing._hazelcast.stores import MapStore
    from gridwire.testing._hazelcast.timers import Timer

    LockedKey = tuple[str, bytes]

__all__ = ["Lock", "Locks", "lease_end", "taken"]

_TIMER_MARGIN = 0.001
"""Seconds that a lease's timer comes late, so that the lease is over by the other clock as well."""


class Lock(NamedTuple):
    """Who holds a key. A change makes a new one, so replicas may share it.

    Attributes:
        client: whose lock it is.
        thread_id: of which of its threads or tasks.
        times: how often it was taken and not given back.
        reference_id: of the last request that changed it.
        expires_at: from this millisecond on it is gone, or `FOREVER`.
    """

    client: UUID | None
    thread_id: int
    times: int
    reference_id: int
    expires_at: int

    def is_of(self, client: UUID | None, thread_id: int) -> bool:
        """Whether it belongs to this thread of this client."""
        return self.thread_id == thread_id and self.client == client

    def __str__(self) -> str:
        return f"Owner: {self.client}, thread ID: {self.thread_id}"


def lease_end(lease: int, now: int) -> int:
    """When a lease ends.

    Args:
        lease: milliseconds; negative for no end.
        now: the time in milliseconds.

    Returns:
        The first millisecond after it, or `FOREVER`.
    """
    seconds = -(-lease // 1000)
    end = now + seconds * 1000
    return FOREVER if lease < 0 or end > FOREVER else end


def taken(
    lock: Lock | None, client: UUID | None, thread_id: int, reference_id: int, expires_at: int
) -> Lock | None:
    """Take a lock, if it can be had.

    Args:
        lock: who holds it, None for nobody.
        client: who wants it.
        thread_id: which of its threads.
        reference_id: of the request.
        expires_at: when the lease ends; it replaces the end of an earlier lease.

    Returns:
        The lock, or None when it is somebody else's.
    """
    if lock is None:
        return Lock(client, thread_id, 1, reference_id, expires_at)
    if not lock.is_of(client, thread_id):
        return None
    if lock.reference_id == reference_id:
        return lock
    return lock._replace(times=lock.times + 1, reference_id=reference_id, expires_at=expires_at)


class Locks:
    """All locks of a cluster; the locks themselves are in the stores, and in their backups.

    Args:
        state: the cluster.
    """

    def __init__(self, state: ClusterState) -> None:
        self._state = state
        self._held: dict[LockedKey, int] = {}
        self._leases: dict[LockedKey, Timer] = {}
        self._gone: dict[UUID, Timer] = {}
        self._sessions: dict[UUID, set[Session]] = {}

    def on(self, partition_id: int, name: str, key: bytes) -> Lock | None:
        """Who holds a key now."""
        table = self._state.table
        store = table[partition_id].owner.partitions[partition_id].get(name) if table else None
        return None if store is None else self.among(store, key)

    def among(self, store: MapStore, key: bytes) -> Lock | None:
        """Who holds a key of a store now."""
        lock = store.locks.get(key)
        return lock if lock is not None and lock.expires_at > self._state.now() else None

    def find(self, name: str, key: bytes) -> Lock | None:
        """Who holds a key now, wherever it is."""
        partition_id = self._held.get((name, key))
        return None if partition_id is None else self.on(partition_id, name, key)

    def put(self, partition_id: int, name: str, key: bytes, lock: Lock | None) -> None:
        """Let a key be held so, at its owner and its backups.

        Args:
            partition_id: that of the key.
            name: of the map.
            key: the key.
            lock: who holds it; None to give it free, which lets in who waits for it.
        """
        owner, backups = self._state.table[partition_id]
        for member in (owner, *backups):
            member.store(partition_id, name).lock(key, lock)
        locked = (name, key)
        timer = self._leases.pop(locked, None)
        if timer is not None:
            timer.cancel()
        if lock is None:
            self._held.pop(locked, None)
            self._state.waiting.let_in(name, key)
            return
        self._held[locked] = partition_id
        if lock.expires_at < FOREVER:
            seconds = max(0, lock.expires_at - self._state.now()) / 1000 + _TIMER_MARGIN
            self._leases[locked] = self._state.timers.after(seconds, self.expire)

    def expire(self) -> None:
        """Give all keys free whose leases are over."""
        now = self._state.now()
        # Without members there is nothing, not even a place for it.
        for (name, key), partition_id in list(self._held.items() if self._state.table else ()):
            store = self._state.table[partition_id].owner.store(partition_id, name)
            lock = store.locks.get(key)
            if lock is None:
                # It was lost with the members that knew of it.
                del self._held[name, key]
                self._state.waiting.let_in(name, key)
            elif lock.expires_at <= now:
                self.put(partition_id, name, key, None)

    def drop_map(self, name: str) -> None:
        """Forget the locks of a map, whose stores are gone."""
        for locked in [locked for locked in self._held if locked[0] == name]:
            del self._held[locked]
            timer = self._leases.pop(locked, None)
            if timer is not None:
                timer.cancel()

    def clear(self) -> None:
        """Forget everything, as a cluster that begins anew does."""
        for timer in (*self._leases.values(), *self._gone.values()):
            timer.cancel()
        self._held.clear()
        self._leases.clear()
        self._gone.clear()

    # -- clients that end ---------------------------------------------------------------------

    def session_began(self, session: Session) -> None:
        """A client has a connection: its locks stay."""
        client = session.client_uuid
        assert client is not None
        self._sessions.setdefault(client, set()).add(session)
        timer = self._gone.pop(client, None)
        if timer is not None:
            timer.cancel()

    def session_ended(self, session: Session) -> None:
        """A connection ended; without another one, its client's locks end a while later.

        Real members look every ten seconds for locks of clients that are gone, so they may be
        faster than this by up to that time.
        """
        client = session.client_uuid
        sessions = self._sessions.get(client) if client is not None else None
        if client is None or sessions is None:
            return
        sessions.discard(session)
        if not sessions:
            del self._sessions[client]
            self._gone[client] = self._state.timers.after(
                self._state.properties.cleanup_seconds, lambda: self._release_all(client)
            )

    def _release_all(self, client: UUID) -> None:
        self._gone.pop(client, None)
        for (name, key), partition_id in list(self._held.items()):
            lock = self.on(partition_id, name, key)
            if lock is not None and lock.client == client:
                self.put(partition_id, name, key, None)
