# SPDX-License-Identifier: Apache-2.0
"""The first steps towards an address, the same for both systems: its name, a connection, TLS."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING

from gridwire.cli.doctor.certificates import look
from gridwire.cli.doctor.network import knock, resolve
from gridwire.cli.doctor.network_judging import judge_connecting, judge_resolution
from gridwire.cli.doctor.settings import System
from gridwire.cli.doctor.tls_judging import judge_handshake, judge_plain, may_be_plain

if TYPE_CHECKING:
    from gridwire._core.addresses import Endpoint
    from gridwire.cli.doctor.findings import Finding
    from gridwire.cli.doctor.settings import Settings

__all__ = ["Approach", "Place", "approach", "is_private", "noun"]

_NOUNS = {System.HAZELCAST: "member", System.AEROSPIKE: "node"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody takes connections.

    Attributes:
        target: the address as it was given, which names it in findings.
        address: no name.
        port: TCP port.
        server_name: what his certificate must be for.
    """

    target: str
    address: str
    port: int
    server_name: str


@dataclass(frozen=True, slots=True)
class Approach:
    """How far we came.

    Attributes:
        findings: of each step.
        place: None when it makes no sense to go on.
    """

    findings: tuple[Finding, ...]
    place: Place | None


SpeaksPlain = Callable[[Place], Awaitable[bool]]
"""Tells whether somebody answers in the system's protocol without TLS. Sends no secrets."""


def noun(system: System) -> str:
    """What a server of a system is called."""
    return _NOUNS[system]


def is_private(host: str) -> bool:
    """Whether an address means something only in a network of its own."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return False


async def approach(
    endpoint: Endpoint,
    settings: Settings,
    speaks_plain: SpeaksPlain,
    server_name: str | None = None,
) -> Approach:
    """Go as far as an address lets us, without saying who we are.

    Args:
        endpoint: where to.
        settings: what the doctor was told.
        speaks_plain: asked when TLS is answered by something else.
        server_name: what the certificate must be for; by default what the settings say.
    """
    target, what = str(endpoint), noun(settings.system)
    resolution = await resolve(endpoint.host, endpoint.port, settings.timeout)
    findings = [judge_resolution(target, resolution)]
    if not resolution.addresses:
        return Approach(tuple(findings), None)
    knocks = (knock(one, endpoint.port, settings.timeout) for one in resolution.addresses)
    attempts = await asyncio.gather(*knocks)
    findings.append(judge_connecting(target, attempts, f"a {what}"))
    address = next((one.address for one in attempts if one.failure is None), None)
    if address is None:
        return Approach(tuple(findings), None)
    tls = settings.tls
    if tls is None:
        place = Place(target, address, endpoint.port, endpoint.host)
        findings.append(judge_plain(target, settings, _is_local(address)))
        return Approach(tuple(findings), place)
    how = tls.make()
    name = how.server_name(endpoint.host, server_name)
    place = Place(target, address, endpoint.port, name)
    seen = await look(address, endpoint.port, name, how, settings.timeout)
    is_plain = seen.error is not None and may_be_plain(seen.error) and await speaks_plain(place)
    findings.append(
        judge_handshake(target, seen, f"the {what}", is_plain, settings.system is System.AEROSPIKE)
    )
    return Approach(tuple(findings), None if seen.error is not None else place)


def _is_local(address: str) -> bool:
    try:
        return ip_address(address.partition("%")[0]).is_loopback
    except ValueError:
        return False
