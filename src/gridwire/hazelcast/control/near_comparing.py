# SPDX-License-Identifier: Apache-2.0
"""Asks members how far they have counted the changes of a map, to find what got lost on the way."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from gridwire._core.logs import ClientLog, reason_of
from gridwire.hazelcast.cluster.near_cache import NearCache
from gridwire.hazelcast.core import MemberInfo
from gridwire.hazelcast.operations.near_map_events import Metadata, metadata_request

if TYPE_CHECKING:
    from gridwire.hazelcast.control.core import ClientCore

__all__ = ["compare"]


async def compare(
    core: ClientCore, log: ClientLog, name: str, cache: NearCache, limit: float
) -> None:
    """Ask every member how far it has counted, and have a near cache drop what missed something.

    Args:
        core: the client.
        log: where a member is named that does not say it.
        name: of the map.
        cache: its near cache.
        limit: seconds that each member has for its answer.
    """
    beginning = cache.beginnings
    members = [one for one in core.state.members.members if not one.lite_member]
    answers = await asyncio.gather(
        *(_ask(core, name, one, limit) for one in members), return_exceptions=True
    )
    for member, answer in zip(members, answers, strict=True):
        if isinstance(answer, Metadata):
            # Unless the listener stands elsewhere by now, where members count on their own.
            if cache.beginnings == beginning:
                cache.compare(answer.uuids, answer.sequences)
        elif isinstance(answer, Exception):
            why = reason_of(answer)
            log.sparing.warning(
                "near cache of map %s: %s does not say how far it has counted: %s",
                name,
                member,
                why,
                member=member.uuid,
                address=member.address,
                reason=why,
            )


async def _ask(core: ClientCore, name: str, member: MemberInfo, limit: float) -> Metadata | None:
    routes = core.state.routes
    connection = routes.to_member(member.uuid)
    if connection is None and not core.state.smart and routes.connections:
        connection = routes.connections[0]
    if connection is None or member.uuid is None:
        return None
    request = metadata_request(name, member.uuid, core.state.partition_count)
    async with asyncio.timeout(limit):
        return await core.call_on(connection, request)
