# SPDX-License-Identifier: Apache-2.0
"""What `client.diagnostics()` tells: plain dicts, lists, texts and numbers, ready for JSON.

Times that something lasted are seconds; moments are seconds since 1970; sizes are bytes.
"""

from __future__ import annotations

from typing import TypedDict

__all__ = [
    "CallFacts",
    "CallbackFacts",
    "ClientFacts",
    "ConnectionFacts",
    "Diagnostics",
    "ListenerFacts",
    "MemberFacts",
    "MembersFacts",
    "MemoryFacts",
    "NearCacheFacts",
    "PartitionFacts",
    "TrafficFacts",
]


class ClientFacts(TypedDict):
    """The client itself."""

    name: str
    """Its name, as members log it."""

    uuid: str
    """Its identity, as members know it."""

    cluster: str
    """The name of the cluster that it looks for."""

    cluster_id: str | None
    """Identity of the running cluster; another one after the whole cluster was restarted."""

    state: str
    """One of `not started`, `connecting`, `connected`, `disconnected` (it connects again),
    `shutting down` and `shut down`."""

    since: float
    """When the client last told its listeners of another state, as a moment."""

    failure: str | None
    """Why it gave up, when it did."""

    routing: str
    """`smart`, with a connection to each member, or `unisocket`."""

    pid: int
    """The process that it lives in."""

    version: str
    """Version of gridwire."""


class MemberFacts(TypedDict):
    """One member, as the cluster described it last."""

    uuid: str
    """Its identity."""

    address: str
    """Where it says that clients reach it."""

    version: str
    """Version of its software."""

    lite: bool
    """Whether it owns no partitions."""

    connected: bool
    """Whether there is a connection to it."""


class MembersFacts(TypedDict):
    """The members of the cluster."""

    version: int
    """Number of the list; it grows with every change. -1 before the first."""

    known: list[MemberFacts]
    """The members, the oldest first."""


class ConnectionFacts(TypedDict):
    """One connection to a member."""

    member: str
    """UUID of the member."""

    address: str
    """Where it was connected."""

    local_address: str | None
    """Our end of it."""

    server_version: str
    """What the member called its version when it let us in."""

    age: float
    """How long it has been open."""

    idle: float
    """For at least so long nothing has come; looked at once in a `heartbeat_interval`."""

    in_flight: int
    """Calls that were sent here and wait for their answers."""

    unsent_bytes: int
    """What was written and the operating system does not take yet."""

    buffered_bytes: int
    """What has come of a message that is not complete."""

    sent_bytes: int
    """What was sent so far."""

    received_bytes: int
    """What has come so far."""

    counts_backups: bool
    """Whether members that hold backups tell this client of them."""


class CallFacts(TypedDict):
    """Calls that have not ended."""

    pending: int
    """Calls that were sent, on all connections."""

    limit: int
    """How many may be pending: `max_pending_invocations`."""

    waiting_for_room: int
    """Calls that wait because so many are pending."""

    waiting_for_backups: int
    """Calls that were answered, and whose backups have not all been told of."""

    abandoned: int
    """Calls whose callers are gone, and that are still followed because of their effect."""


class PartitionFacts(TypedDict):
    """The partition table."""

    count: int
    """How many partitions the cluster has; 0 before it was connected."""

    version: int
    """Number of the table; it grows with every change. -1 before the first."""

    without_owner: int
    """Partitions that no member owns, as far as is known."""

    without_connection: int
    """Partitions whose requests cannot go straight to their owner now."""


class ListenerFacts(TypedDict):
    """Who wants to be told."""

    registered: int
    """Listeners of the program on members, and those of near caches."""

    incomplete: int
    """Those of them that do not stand on every connection now."""

    lifecycle: int
    """Listeners of the life cycle."""

    membership: int
    """Listeners of members."""

    notices: int
    """Listeners of notices."""


class NearCacheFacts(TypedDict):
    """The near cache of one map; see `NearCache.get_statistics`."""

    creation_time: float
    """When it was made, as a moment."""

    evictions: int
    """Entries that left because it was full."""

    expirations: int
    """Entries that left because of their age, or because nobody read them."""

    misses: int
    """Keys that were read and not there."""

    hits: int
    """Keys that were read from it."""

    invalidations: int
    """Entries that left because they changed, or might have."""

    invalidation_requests: int
    """How often entries were to leave for that reason."""

    owned_entry_count: int
    """Entries that it has."""

    owned_entry_memory_cost: int
    """Their counted bytes."""


class CallbackFacts(TypedDict):
    """Functions of the program that events are told to."""

    waiting: int
    """Calls of them that wait for their turn."""

    dropped: int
    """Calls that were left out because too many waited."""


class MemoryFacts(TypedDict):
    """What the client holds in memory, as far as it grows with use."""

    receive_buffers: int
    """Messages that are not complete, on all connections."""

    unsent: int
    """What the operating system does not take yet, on all connections."""

    near_caches: int
    """Counted bytes of all near caches."""


class TrafficFacts(TypedDict):
    """Bytes over all connections that the client ever had."""

    sent: int
    """What was sent."""

    received: int
    """What has come."""


class Diagnostics(TypedDict):
    """Everything."""

    taken_at: float
    """When, as a moment."""

    client: ClientFacts
    """The client itself."""

    members: MembersFacts
    """The members of the cluster."""

    connections: list[ConnectionFacts]
    """The connections that are in use, the oldest first."""

    calls: CallFacts
    """Calls that have not ended."""

    partitions: PartitionFacts
    """The partition table."""

    listeners: ListenerFacts
    """Who wants to be told."""

    near_caches: dict[str, NearCacheFacts]
    """Near caches by the names of their maps."""

    callbacks: CallbackFacts
    """Functions of the program that events are told to."""

    memory: MemoryFacts
    """What the client holds in memory."""

    traffic: TrafficFacts
    """Bytes over all connections that the client ever had."""

    counters: dict[str, int]
    """What happened since the client was made, by name; see below."""
