# SPDX-License-Identifier: Apache-2.0
"""How a client describes itself: it reads snapshots, from any thread, and waits for nothing.

The parts are read one after the other while the client goes on, so that they may differ by what
happened in between.
"""

from __future__ import annotations

import os
from collections import Counter
from time import time
from typing import TYPE_CHECKING, cast

from gridwire._core.logs import advised
from gridwire.hazelcast.control.statistics import traffic_of
from gridwire.hazelcast.diagnostics import (
    CallFacts,
    ClientFacts,
    ConnectionFacts,
    Diagnostics,
    ListenerFacts,
    MembersFacts,
    NearCacheFacts,
    PartitionFacts,
)
from gridwire.hazelcast.lifecycle import LifecycleState
from gridwire.hazelcast.near_cache import NearCache

if TYPE_CHECKING:
    from gridwire.hazelcast.control.connection import Connection
    from gridwire.hazelcast.control.core import ClientCore

__all__ = ["diagnostics_of"]

_STATES = {
    None: "not started",
    LifecycleState.STARTING: "connecting",
    LifecycleState.STARTED: "connecting",
    LifecycleState.SHUTTING_DOWN: "shutting down",
    LifecycleState.SHUTDOWN: "shut down",
}


def diagnostics_of(core: ClientCore, version: str) -> Diagnostics:
    """Describe a client; the parts are explained in `gridwire.hazelcast.diagnostics`.

    Args:
        core: the client.
        version: of this library.
    """
    connections = core.state.routes.connections
    near_caches = {
        name: cast("NearCacheFacts", NearCache(name, cache).get_statistics())
        for name, cache in sorted(core.near_caching.caches().items())
    }
    open_now = _connections(core, connections)
    sent, received = traffic_of(core)
    dispatcher = core.dispatcher
    return {
        "taken_at": time(),
        "client": _client(core, version),
        "members": _members(core),
        "connections": open_now,
        "calls": _calls(core),
        "partitions": _partitions(core),
        "listeners": _listeners(core, connections),
        "near_caches": near_caches,
        "callbacks": {"waiting": dispatcher.waiting, "dropped": dispatcher.dropped},
        "memory": {
            "receive_buffers": sum(one["buffered_bytes"] for one in open_now),
            "unsent": sum(one["unsent_bytes"] for one in open_now),
            "near_caches": sum(one["owned_entry_memory_cost"] for one in near_caches.values()),
        },
        "traffic": {"sent": sent, "received": received},
        "counters": core.counters.as_dict(),
    }


def _client(core: ClientCore, version: str) -> ClientFacts:
    identity, told, cluster_id = core.identity, core.lifecycle, core.state.cluster_id
    if told.state in _STATES:
        state = _STATES[told.state]
    else:
        state = "connected" if core.state.routes.connections else "disconnected"
    return {
        "name": identity.name,
        "uuid": str(identity.uuid),
        "cluster": identity.cluster_name,
        "cluster_id": None if cluster_id is None else str(cluster_id),
        "state": state,
        "since": told.since,
        "failure": None if core.life.failure is None else advised(core.life.failure),
        "routing": "smart" if core.state.smart else "unisocket",
        "pid": os.getpid(),
        "version": version,
    }


def _members(core: ClientCore) -> MembersFacts:
    view, connected = core.state.members, core.state.routes.by_member
    return {
        "version": view.version,
        "known": [
            {
                "uuid": str(member.uuid),
                "address": str(member.address),
                "version": str(member.version),
                "lite": member.lite_member,
                "connected": member.uuid in connected,
            }
            for member in view.members
        ],
    }


def _connections(core: ClientCore, connections: tuple[Connection, ...]) -> list[ConnectionFacts]:
    now = core.now()
    in_flight = Counter(id(entry[1]) for entry in list(core.calls.pending.values()))
    return [
        _connection(one, now, in_flight[id(one.session)])
        for one in sorted(connections, key=lambda one: one.opened_at)
    ]


def _connection(connection: Connection, now: float, in_flight: int) -> ConnectionFacts:
    session, stream = connection.session, connection.stream
    local = None if stream is None else stream.local_address
    return {
        "member": str(connection.member_uuid),
        "address": str(connection.address),
        "local_address": None if local is None else f"{local[0]}:{local[1]}",
        "server_version": connection.server_version,
        "age": max(0.0, now - connection.opened_at),
        "idle": 0.0 if session.heard else max(0.0, now - connection.last_heard),
        "in_flight": in_flight,
        "unsent_bytes": 0 if stream is None else stream.waiting_bytes,
        "buffered_bytes": session.buffered_bytes,
        "sent_bytes": 0 if stream is None else stream.sent_bytes,
        "received_bytes": session.received_bytes,
        "counts_backups": session.backup_aware,
    }


def _calls(core: ClientCore) -> CallFacts:
    calls = core.calls
    return {
        "pending": len(calls.pending),
        "limit": calls.limit,
        "waiting_for_room": len(calls.gate),
        "waiting_for_backups": len(calls.acks),
        "abandoned": len(calls.left),
    }


def _partitions(core: ClientCore) -> PartitionFacts:
    state = core.state
    routes, view = state.routes, state.partitions
    count = state.partition_count
    return {
        "count": count,
        "version": view.version,
        "without_owner": count - sum(0 <= one < count for one in view.owners),
        # The last place is for requests that belong to no partition.
        "without_connection": routes.by_partition[: routes.partition_count].count(None),
    }


def _listeners(core: ClientCore, connections: tuple[Connection, ...]) -> ListenerFacts:
    everywhere = set(connections)
    places = core.listening.all_places()
    return {
        "registered": len(places),
        "incomplete": sum(not everywhere <= one for one in places),
        "lifecycle": len(core.lifecycle),
        "membership": len(core.membership),
        "notices": len(core.notices),
    }
