# SPDX-License-Identifier: Apache-2.0
"""Judges what the network said. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gridwire.cli.doctor.findings import Fact, Finding, failed, fine, warned
from gridwire.cli.doctor.texts import listed, milliseconds

if TYPE_CHECKING:
    from gridwire.cli.doctor.network import Attempt, Resolution

__all__ = ["SLOW_RESOLVER_SECONDS", "judge_connecting", "judge_resolution"]

SLOW_RESOLVER_SECONDS = 1.0
"""A name is resolved again for every connection; a resolver that takes longer is felt."""

_CHANGES = {
    "refused": "Check the port, and that {what} is running and listens on this network interface:"
    " the machine is there, and nobody listens at this port.",
    "timeout": "Check the address, and the firewalls and security groups on the way: packets to"
    " this port are dropped.",
    "unreachable": "Check the address and the routes: there is no way from here to this network.",
}
_OTHER = "Check the address and the network of this machine."


def judge_resolution(target: str, seen: Resolution) -> Finding:
    """Judge what a name stands for.

    Args:
        target: the address as it was given.
        seen: what the resolver said.
    """
    took = round(seen.seconds, 6)
    if seen.error is not None:
        return failed(
            "resolve",
            target,
            f"{seen.host!r} cannot be resolved: {seen.error}",
            "Check the name for mistakes, and the resolver of this machine.",
            addresses=[],
            seconds=took,
        )
    addresses = list(seen.addresses)
    if not seen.is_name:
        return fine("resolve", target, "it is an address", addresses=addresses, seconds=took)
    text = f"{listed(addresses)} in {milliseconds(seen.seconds)}"
    if seen.seconds > SLOW_RESOLVER_SECONDS:
        change = "Look at the resolver of this machine: clients ask it for every connection."
        return warned("resolve", target, text, change, addresses=addresses, seconds=took)
    return fine("resolve", target, text, addresses=addresses, seconds=took)


def judge_connecting(target: str, seen: Sequence[Attempt], what: str) -> Finding:
    """Judge the connections that were tried.

    Args:
        target: the address as it was given.
        seen: one for each address.
        what: what should listen there, ``"a member"``.
    """
    open_at = [one for one in seen if one.failure is None]
    closed = [one for one in seen if one.failure is not None]
    refusals = listed([f"{one.address}: {one.error}" for one in closed])
    if not open_at:
        change = _CHANGES.get(closed[0].failure or "", _OTHER).format(what=what)
        failure = closed[0].failure
        return failed("connect", target, f"no connection: {refusals}", change, failure=failure)
    first = open_at[0]
    facts: dict[str, Fact] = {"address": first.address, "seconds": round(first.seconds, 6)}
    text = f"{first.address} in {milliseconds(first.seconds)}"
    if closed:
        return warned(
            "connect",
            target,
            f"{text}, but not every address of the name answers: {refusals}",
            "Remove the addresses that do not answer from the name: clients may try them first.",
            **facts,
        )
    return fine("connect", target, text, **facts)
