# SPDX-License-Identifier: Apache-2.0
"""Info commands that show and change parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridwire.testing._aerospike import codes
from gridwire.testing._aerospike.info_call import (
    Handler,
    InfoCall,
    InfoError,
    constant,
    namespace_of,
    required,
)

if TYPE_CHECKING:
    from gridwire.testing._aerospike.config import Parameters
    from gridwire.testing._aerospike.node import Node

__all__ = ["COMMANDS"]

_MISSING = InfoError(codes.PARAMETER, "missing 'context'")
_INVALID_CONTEXT = InfoError(codes.PARAMETER, "invalid context")
_INVALID_PARAMETER = InfoError(codes.PARAMETER, "invalid set-config parameter")
_SELECTORS = ("context", "namespace", "ns", "set")


def _context(node: Node, given: dict[str, str]) -> Parameters:
    """The parameters that a command is about."""
    context = given.get("context")
    if context is None:
        raise _MISSING
    if context == "service":
        return node.service
    if context != "namespace":
        raise _INVALID_CONTEXT
    namespace = namespace_of(node, required(given, "namespace"))
    set_name = given.get("set", "").encode("utf-8", "surrogateescape")
    named = namespace.set_of(set_name)
    return namespace.parameters if named is None else named.parameters


def _get_config(node: Node, call: InfoCall) -> str:
    given = call.parameters
    return _context(node, given or {"context": "service"}).text()


def _set_config(node: Node, call: InfoCall) -> str:
    given = call.parameters
    parameters = _context(node, given)
    changes = {name: value for name, value in given.items() if name not in _SELECTORS}
    if not changes or not all(parameters.change(*change) for change in changes.items()):
        raise _INVALID_PARAMETER
    return "ok"


COMMANDS: dict[str, Handler] = {
    "config-get": _get_config,
    "config-set": _set_config,
    "get-config": _get_config,
    "log-set": constant("ok"),
    "set-config": _set_config,
    "set-log": constant("ok"),
}
