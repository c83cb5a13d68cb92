# SPDX-License-Identifier: Apache-2.0
"""Gathers what the clocks of Hazelcast members show, which takes a write.

No answer of a member holds its time, but an entry that may die has the time when it will, by the
clock of its owner.
"""

from __future__ import annotations

import asyncio
import secrets
from time import monotonic, time
from typing import TYPE_CHECKING, Any

from gridwire.cli.doctor.clock import Reading
from gridwire.cli.doctor.hazelcast_door import CLIENT_NAME, DEFAULT_CLUSTER_NAME
from gridwire.errors import GridwireError
from gridwire.hazelcast.asyncio import HazelcastClient

if TYPE_CHECKING:
    from gridwire.cli.doctor.settings import Settings, TlsSettings

__all__ = ["read_clocks"]

_MAX_KEYS = 5000
"""Keys that are tried to find one for each member; with some hundred partitions it takes a few."""

_LOOK_AGAIN_SECONDS = 0.05

_LIFE_SECONDS = 60
"""How long an entry would live if we were killed before it is removed."""

_RESOLUTION_SECONDS = 1.0
"""Members keep times in whole seconds."""


async def read_clocks(settings: Settings) -> list[Reading]:
    """Store an entry on every member, read when it will die, and destroy the map.

    Args:
        settings: what the doctor was told.

    Raises:
        GridwireError: it could not be done.
    """
    client = await HazelcastClient.create_and_start(**_options(settings))
    try:
        place = await client.get_map(f"{CLIENT_NAME}-{secrets.token_hex(4)}")
        try:
            # Members give out partitions when the first data comes.
            await place.put(0, "first", ttl=_LIFE_SECONDS)
            keys = await _when_owned(client, settings.timeout)
            return [await _read(place, key, server) for server, key in keys.items()]
        finally:
            await place.destroy()
    finally:
        await client.shutdown()


def _options(settings: Settings) -> dict[str, Any]:
    options: dict[str, Any] = {
        "cluster_members": [str(endpoint) for endpoint in settings.endpoints],
        "cluster_name": settings.cluster_name or DEFAULT_CLUSTER_NAME,
        "client_name": f"{CLIENT_NAME}-{secrets.token_hex(4)}",
        "connection_timeout": settings.timeout,
        "cluster_connect_timeout": settings.timeout,
        "invocation_timeout": settings.timeout,
    }
    if settings.user is not None:
        options |= {"creds_username": settings.user, "creds_password": settings.password}
    if settings.use_public_ip:
        options["use_public_ip"] = True
    if settings.tls is not None:
        options |= _tls(settings.tls)
    return options


def _tls(tls: TlsSettings) -> dict[str, Any]:
    return {
        "ssl_enabled": True,
        "ssl_cafile": tls.cafile,
        "ssl_certfile": tls.certfile,
        "ssl_keyfile": tls.keyfile,
        "ssl_password": tls.key_password if tls.certfile is not None else None,
        "ssl_check_hostname": tls.check_hostname,
    }


async def _when_owned(client: HazelcastClient, seconds: float) -> dict[str, int]:
    """The keys of `_keys` as soon as every member owns something; those that there are in time."""
    until = monotonic() + seconds
    while True:
        found, missing = await _keys(client)
        if not missing or monotonic() >= until:
            return found
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)


async def _keys(client: HazelcastClient) -> tuple[dict[str, int], int]:
    """A key for each member by its address, and how many members own nothing that was found."""
    missing = {
        member.uuid: str(member.address)
        for member in client.cluster_service.get_members()
        if not member.lite_member
    }
    found: dict[str, int] = {}
    partitions = client.partition_service
    for key in range(_MAX_KEYS):
        owner = partitions.get_partition_owner(await partitions.get_partition_id(key))
        if owner in missing:
            found[missing.pop(owner)] = key
        if not missing:
            break
    return found, len(missing)


async def _read(place: Any, key: int, server: str) -> Reading:
    before = time()
    await place.put(key, "clock", ttl=_LIFE_SECONDS)
    after = time()
    entry = await place.get_entry_view(key)
    if entry is None:
        raise GridwireError(f"the entry on {server} was gone at once")
    # Other times are kept only where a map is configured so. It is the beginning of a second.
    told = entry.expiration_time / 1000 - _LIFE_SECONDS + _RESOLUTION_SECONDS / 2
    within = (after - before + _RESOLUTION_SECONDS) / 2
    return Reading(server, told - (before + after) / 2, within)
