# SPDX-License-Identifier: Apache-2.0
"""Looking for the cluster: rounds over all known addresses, with pauses, until one lets us in."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from gridwire._core.addresses import Endpoint
from gridwire._core.backoff import BackoffSchedule
from gridwire._core.logs import reason_of
from gridwire._io.connecting import addresses_of
from gridwire._io.tls_advice import advice_on
from gridwire.errors import GridwireError
from gridwire.hazelcast.cluster.strategy import Attempt, Finding, Search
from gridwire.hazelcast.errors import AuthenticationError

if TYPE_CHECKING:
    from gridwire.hazelcast.control.core import ClientCore

__all__ = ["MIN_ROUND_PLACES", "find_cluster"]

MIN_ROUND_PLACES = 16
"""Places that a round tries although `cluster_connect_timeout` has passed. Who is asked for places
may tell of hundreds, each of which may take all of `connection_timeout`."""


async def find_cluster(core: ClientCore) -> None:
    """Connect to the cluster: to some member, whose view is followed, and then to all.

    Listeners, near caches and objects stand on the members that are connected when it returns.

    Args:
        core: the client.

    Raises:
        HazelcastError: it is given up; the text lists every address with its last failure.
    """
    options = core.options
    first = core.state.cluster_id is None
    search = Search(core.identity.cluster_name, first, options.retry_on_auth_failure)
    schedule = BackoffSchedule(options.backoff_policy, core.now(), core.random.uniform)
    while not await _round(core, search, schedule):
        failure = search.end_round()
        if failure is not None:
            raise failure
        pause = schedule.next_pause(core.now())
        if pause is None:
            if schedule.is_used_up:
                raise search.out_of_rounds(options.retry_max_rounds)
            raise search.out_of_time(options.cluster_connect_timeout)
        await asyncio.sleep(pause)


async def _round(core: ClientCore, search: Search, schedule: BackoffSchedule) -> bool:
    """Try every address once, as long as there is time; whether the client is connected."""
    endpoints = await core.discovery.candidates(core.state.members.members)
    for place, problem in core.discovery.problems.items():
        refused = isinstance(problem, AuthenticationError)
        finding = Finding.REFUSED if refused else Finding.SILENT
        reason, advice = _told(problem)
        search.note(place, reason, finding, advice)
        core.log.warning("cannot find members by %s: %s", place, reason, reason=reason)
    for endpoint in endpoints:
        if await _try(core, search, schedule, endpoint):
            return True
    return False


async def _try(
    core: ClientCore, search: Search, schedule: BackoffSchedule, endpoint: Endpoint
) -> bool:
    """Try all addresses of a name, since one may be a foreign cluster's and the next ours."""
    if _is_enough(core, search, schedule):
        return False
    limit = core.options.connecting_limit
    try:
        async with asyncio.timeout(limit):
            addresses = await addresses_of(endpoint.host, endpoint.port)
    except TimeoutError:
        _failed(core, search, Attempt(), endpoint, f"not resolved within {limit} s")
        return False
    except OSError as error:
        _failed(core, search, Attempt(), endpoint, f"cannot be resolved: {error}")
        return False
    for address in addresses:
        if _is_enough(core, search, schedule):
            return False
        place = Endpoint(address, endpoint.port)
        attempt = Attempt(name=endpoint.host if address != endpoint.host else None)
        try:
            await core.joining.join_by(place, attempt)
            await core.joining.connect_missing()
            if core.state.routes.connections:
                return True
            attempt.finding = Finding.UNCLEAR
            reason = "the member let us in, and then the connection was lost"
        except (GridwireError, OSError) as error:
            reason, attempt.advice = _told(error)
        _failed(core, search, attempt, place, reason)
    return False


def _is_enough(core: ClientCore, search: Search, schedule: BackoffSchedule) -> bool:
    return search.tried_in_round >= MIN_ROUND_PLACES and schedule.is_over(core.now())


def _told(error: Exception) -> tuple[str, str]:
    """What an error says, and what there is to do about it.

    Not what became of a request: whoever reads it asks about a call of his own.
    """
    if isinstance(error, GridwireError):
        return error.message or reason_of(error), advice_on(error, "ssl_") or error.hint or ""
    return reason_of(error), advice_on(error, "ssl_")


def _failed(
    core: ClientCore, search: Search, attempt: Attempt, place: Endpoint, reason: str
) -> None:
    """Nobody let us in at a place; people read by which name it was found, if it was by one."""
    name = attempt.name
    where = str(place) if name is None else f"{Endpoint(name, place.port)} ({place.host})"
    search.note(where, reason, attempt.finding, attempt.advice)
    core.counters.connections_failed += 1
    core.log.sparing.warning("cannot join by %s: %s", where, reason, address=place, reason=reason)
