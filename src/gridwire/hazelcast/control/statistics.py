# SPDX-License-Identifier: Apache-2.0
"""What a client tells its cluster about itself, at intervals, when `statistics_enabled` says so."""

from __future__ import annotations

import asyncio
from time import time
from typing import TYPE_CHECKING, Any

from gridwire._core.logs import reason_of
from gridwire._core.request import Request
from gridwire.errors import GridwireError
from gridwire.hazelcast.control.connection import Connection
from gridwire.hazelcast.control.gauges import read_gauges
from gridwire.hazelcast.control.handshake import CLIENT_TYPE, CLIENT_VERSION
from gridwire.hazelcast.near_cache import NearCache
from gridwire.hazelcast.protocol.messages import client as messages
from gridwire.hazelcast.protocol.metrics_blob import Metric, Unit, encode_metrics

if TYPE_CHECKING:
    from gridwire.hazelcast.control.core import ClientCore

__all__ = ["NEAR_CACHE", "report_statistics", "traffic_of"]

_MILLI = 1000

NEAR_CACHE = (
    ("creationTime", "creation_time", Unit.MILLISECONDS),
    ("evictions", "evictions", Unit.COUNT),
    ("hits", "hits", Unit.COUNT),
    ("misses", "misses", Unit.COUNT),
    ("ownedEntryCount", "owned_entry_count", Unit.COUNT),
    ("expirations", "expirations", Unit.COUNT),
    ("invalidations", "invalidations", Unit.COUNT),
    ("invalidationRequests", "invalidation_requests", Unit.COUNT),
    ("ownedEntryMemoryCost", "owned_entry_memory_cost", Unit.BYTES),
)
"""The cluster's name of each counter of a near cache, ours, and its unit."""


async def report_statistics(core: ClientCore) -> None:
    """Report at each `statistics_period`, for as long as the client lives.

    The connection that is open for longest carries the reports, so that one member has them all
    for as long as possible. What goes wrong is logged and harms nothing; the next report is due
    when it is due.
    """
    period = core.options.statistics_period
    while True:
        await asyncio.sleep(period)
        connections = core.state.routes.connections
        if not connections:
            continue
        connection = min(connections, key=lambda one: one.opened_at)
        try:
            async with asyncio.timeout(max(period, core.options.heartbeat_timeout)):
                await core.call_on(connection, _request(core, connection))
        except (GridwireError, OSError, ValueError) as error:  # TimeoutError is an OSError
            why = reason_of(error) if str(error) else "no answer"
            core.log.sparing.warning(
                "client statistics could not be sent: %s",
                why,
                member=connection.member_uuid,
                address=connection.address,
                operation=messages.STATISTICS.name,
                reason=why,
            )


def traffic_of(core: ClientCore) -> tuple[int, int]:
    """Bytes that the client has sent and received so far, over all connections it ever had."""
    sent, received = core.calls.past_bytes
    for connection in core.state.routes.connections:
        sent += 0 if connection.stream is None else connection.stream.sent_bytes
        received += connection.session.received_bytes
    return sent, received


def _request(core: ClientCore, connection: Connection) -> Request[Any]:
    message = messages.STATISTICS
    now = time()
    attributes, metrics = _collect(core, connection, now)
    text = ",".join(f"{name}={value}" for name, value in attributes)
    payload = message.encode_request(-1, int(now * _MILLI), text, encode_metrics(metrics))
    return Request(message.name, payload, message.decode_response, retryable=True)


def _collect(
    core: ClientCore, connection: Connection, now: float
) -> tuple[list[tuple[str, object]], list[Metric]]:
    """The same facts as attributes, and as metrics what is a number."""
    opened = now - (core.now() - connection.opened_at)
    local = connection.stream.local_address if connection.stream is not None else None
    attributes: list[tuple[str, object]] = [
        ("lastStatisticsCollectionTime", int(now * _MILLI)),
        ("enterprise", "false"),
        ("clientType", CLIENT_TYPE),
        ("clientVersion", CLIENT_VERSION),
        ("clusterConnectionTimestamp", int(opened * _MILLI)),
        ("clientAddress", "" if local is None else f"{local[0]}:{local[1]}"),
        ("clientName", _escaped(core.identity.name, "\\,=")),
    ]
    metrics: list[Metric] = []
    for name, cache in core.near_caching.caches().items():
        counters = NearCache(name, cache).get_statistics()
        prefix = "nc." + _escaped(name.removeprefix("/"), "\\,.=")
        for theirs, ours, unit in NEAR_CACHE:
            value = int(counters[ours] * (_MILLI if unit is Unit.MILLISECONDS else 1))
            attributes.append((f"{prefix}.{theirs}", value))
            metrics.append(Metric("nearcache", theirs, value, unit, "name", name))
    for gauge, reading in read_gauges():
        attributes.append((gauge, reading))
        prefix, _, short = gauge.rpartition(".")
        metrics.append(Metric(prefix, short, reading))
    sent, received = traffic_of(core)
    metrics.append(Metric("tcp", "bytesSend", sent, Unit.BYTES))
    metrics.append(Metric("tcp", "bytesReceived", received, Unit.BYTES))
    return attributes, metrics


def _escaped(text: str, special: str) -> str:
    """Text that can stand between the signs that separate attributes."""
    return "".join(f"\\{one}" if one in special else one for one in text)
