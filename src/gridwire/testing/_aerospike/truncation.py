# SPDX-License-Identifier: Apache-2.0
"""Info commands that remove all records of a set or of a namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridwire.aerospike.protocol.message import EPOCH
from gridwire.testing._aerospike import codes
from gridwire.testing._aerospike.expiry import milliseconds_since_2010
from gridwire.testing._aerospike.info_call import Handler, InfoCall, InfoError, required

if TYPE_CHECKING:
    from gridwire.testing._aerospike.node import Node

__all__ = ["COMMANDS"]

_NANOSECONDS = 1_000_000_000
_IN_A_MILLISECOND = 1_000_000


def _truncate(node: Node, call: InfoCall) -> str:
    """Remove the records that are there, or those last written before a given time."""
    given = call.parameters
    name = required(given, "namespace")
    set_name = required(given, "set") if call.name == "truncate" else None
    before = _before(node, given.get("lut"))
    namespace = node.view.namespaces.get(name.encode("utf-8", "surrogateescape"))
    if namespace is None:
        # The whole cluster is told, and each node does what concerns it.
        return "ok"
    wanted = None if set_name is None else set_name.encode("utf-8", "surrogateescape")
    namespace.remove_where(
        lambda record: (
            (before is None or record.updated < before)
            and (wanted is None or record.set_name == wanted)
        )
    )
    until = milliseconds_since_2010(node.now()) if before is None else before
    if wanted is None:
        namespace.truncated = until
    elif wanted in namespace.sets:
        namespace.sets[wanted].truncated = until
    return "ok"


def _before(node: Node, given: str | None) -> int | None:
    """The time of a truncation in milliseconds since 2010; None for now."""
    if given is None:
        return None
    nanoseconds = int(given) if given.isdecimal() else 0
    if nanoseconds == 0:
        raise InfoError(codes.PARAMETER, "would truncate to 0")
    if nanoseconds > node.now() * _NANOSECONDS:
        raise InfoError(codes.PARAMETER, "would truncate in the future")
    return max(0, nanoseconds // _IN_A_MILLISECOND - EPOCH * 1000)


def _undo(node: Node, call: InfoCall) -> str:
    """What was removed stays so: only a server that loads old data again has a use for this."""
    given = call.parameters
    required(given, "namespace")
    if call.name == "truncate-undo":
        required(given, "set")
    return "ok"


COMMANDS: dict[str, Handler] = {
    "truncate": _truncate,
    "truncate-namespace": _truncate,
    "truncate-namespace-undo": _undo,
    "truncate-undo": _undo,
}
