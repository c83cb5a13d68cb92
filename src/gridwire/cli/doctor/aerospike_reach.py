# SPDX-License-Identifier: Apache-2.0
"""Judges whether Aerospike nodes are where the cluster tells clients that they are. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gridwire.cli.doctor.approach import is_private
from gridwire.cli.doctor.findings import Fact, Finding, failed, fine, skipped, warned
from gridwire.cli.doctor.texts import listed

__all__ = ["NodeReach", "judge_reach"]


@dataclass(frozen=True, slots=True)
class NodeReach:
    """Whether a node is reached at the addresses that the cluster tells clients.

    Attributes:
        node: its id.
        advertised: where clients are told that it is.
        reached_at: the first of them where it answered, None when it did at none.
        errors: why not, for those that were tried.
        change: what to change when it is not the address that is wrong.
        other: its addresses for the other network.
        other_answers: where it answered among those; None when it did not, or was not asked.
        entered_at: the address that was given and leads to it; None when none does.
    """

    node: str
    advertised: tuple[str, ...]
    reached_at: str | None
    errors: tuple[str, ...] = ()
    change: str | None = None
    other: tuple[str, ...] = ()
    other_answers: str | None = None
    entered_at: str | None = None


def judge_reach(reach: NodeReach, uses_alternate: bool) -> Finding:
    """Judge the advertised addresses of a node.

    Args:
        reach: what came of connecting there.
        uses_alternate: whether alternate addresses were asked for.
    """
    target = reach.reached_at or next(iter(reach.advertised), reach.node)
    hosts = [text.rpartition(":")[0].strip("[]") for text in reach.advertised]
    facts: dict[str, Fact] = {
        "node": reach.node,
        "advertised": list(reach.advertised),
        "reached_at": reach.reached_at,
        "other_network": list(reach.other),
        "other_answers": reach.other_answers,
        "private": bool(hosts) and all(map(is_private, hosts)),
    }
    if reach.reached_at is not None:
        return _reached(reach.reached_at, reach.errors, facts)
    if not reach.advertised and not reach.errors:
        return _not_announced(reach, target, uses_alternate, facts)
    change = _way_out(reach, uses_alternate, all(map(is_private, hosts)))
    reasons = listed(reach.errors)
    if reach.entered_at is not None:
        # A client keeps to the address by which it came.
        text = f"it is reached at {reach.entered_at}, and not where it says: {reasons}"
        return warned("advertised-address", target, text, change, **facts)
    text = f"it cannot be used at its advertised address: {reasons}"
    return failed("advertised-address", target, text, change, **facts)


def _reached(at: str, errors: Sequence[str], facts: Mapping[str, Fact]) -> Finding:
    if errors:
        return warned(
            "advertised-address",
            at,
            f"answers at {at}, but not everywhere: {listed(errors)}",
            "Leave the addresses that cannot be used from here out of the node's"
            " access-address: clients may try them first.",
            **facts,
        )
    return fine("advertised-address", at, f"answers at {at}", **facts)


def _not_announced(
    reach: NodeReach, target: str, uses_alternate: bool, facts: Mapping[str, Fact]
) -> Finding:
    text = f"it announces no {'alternate ' if uses_alternate else ''}address of this kind"
    change = _no_address(reach, uses_alternate)
    if uses_alternate or reach.other_answers is not None:
        return failed("advertised-address", target, text, change, **facts)
    return skipped("advertised-address", target, text, change, **facts)


def _no_address(reach: NodeReach, uses_alternate: bool) -> str:
    if uses_alternate:
        return (
            "Set alternate-access-address in the node's configuration, or leave"
            " --use-services-alternate out."
        )
    if reach.other_answers is not None:
        return "Set use_services_alternate (--use-services-alternate)."
    return "Set access-address in the node's configuration."


def _way_out(reach: NodeReach, uses_alternate: bool, private: bool) -> str:
    if reach.change is not None:
        return reach.change
    if reach.other_answers is not None:
        if uses_alternate:
            return (
                "Leave use_services_alternate out: the node answers at"
                f" {reach.other_answers}, its ordinary address."
            )
        return (
            "Set use_services_alternate (--use-services-alternate): the node answers at"
            f" {reach.other_answers}, its alternate address."
        )
    name = "alternate-access-address" if uses_alternate else "access-address"
    start = "The address is of a private network. " if private else ""
    return (
        f"{start}Check that the node runs, and the firewalls on the way; or set {name} in its"
        " configuration to what is reached from here"
        + ("." if uses_alternate else ", or alternate-access-address with use_services_alternate.")
    )
